//! All the backend says about one call.

use model::{CallRecord, Cancel};
use serde_json::{Map, Value};

use super::{Backend, is_absent, is_no_address};
use crate::http::{HttpError, segment};
use crate::provider::supabase::rows;
use crate::remote::{Found, Item, ItemError};
use crate::session::SessionError;
use crate::transcript_format::json::{list, moment, scalar, text};

/// The call with its details, its transcript and its recordings.
pub(super) fn call(backend: &Backend, item: &Item, cancel: &Cancel) -> Result<Found, ItemError> {
    let id = segment(&item.remote_id);
    let listed = item.listed["call"].as_object();
    let details = details(backend, &id, listed.is_some(), cancel)?;
    let recordings = match &item.listed["recordings"] {
        Value::Array(recordings) => recordings.clone(),
        _ => recordings_of(backend, &item.remote_id, cancel)?,
    };
    let mut row = listed.cloned().unwrap_or_default();
    match details {
        Some(details) => row.extend(details.into_iter().filter(|(_, value)| !value.is_null())),
        // The server knows nothing of the call but that it was recorded.
        None if listed.is_none() && recordings.is_empty() => return Err(ItemError::Gone),
        None => {}
    }
    let now_ms = (backend.clock)();
    let mut record = rows::call_of(&item.remote_id, &row);
    add_recordings(&mut record, &row, &recordings, now_ms);
    add_transcript(backend, &mut record, &row, &id, cancel)?;
    let settled = rows::is_settled(&record, now_ms);
    Ok(Found { record, settled })
}

/// The call's details. `None` if the server has none: of any call, or of one it does not list.
fn details(
    backend: &Backend,
    id: &str,
    is_listed: bool,
    cancel: &Cancel,
) -> Result<Option<Map<String, Value>>, ItemError> {
    match backend.json(&format!("/calls/{id}"), &[], cancel) {
        Ok(Value::Object(mut details)) => match details.get_mut("data") {
            Some(Value::Object(inner)) => Ok(Some(std::mem::take(inner))),
            _ => Ok(Some(details)),
        },
        Ok(_) => Err(ItemError::Bad("its details are not the JSON object they should be".into())),
        Err(SessionError::Http(error)) if is_no_address(&error) => Ok(None),
        Err(SessionError::Http(error)) if is_absent(&error) && is_listed => Err(ItemError::Gone),
        Err(SessionError::Http(error)) if is_absent(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The recordings of a call that is asked for again.
fn recordings_of(backend: &Backend, call: &str, cancel: &Cancel) -> Result<Vec<Value>, ItemError> {
    match backend.sheet("/recordings/", 1, &[("call_id", call)], cancel) {
        // A server that does not know the filter gives everybody's.
        Ok(sheet) => {
            let of_call = |item: &Value| scalar(&item["call_id"]).as_deref() == Some(call);
            Ok(sheet.items.into_iter().filter(of_call).collect())
        }
        Err(SessionError::Http(error)) if is_absent(&error) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

fn add_recordings(record: &mut CallRecord, row: &Map<String, Value>, recordings: &[Value], now_ms: i64) {
    record.recordings = recordings.iter().filter_map(|row| rows::recording_of(row, now_ms)).collect();
    let value = |name: &str| row.get(name).unwrap_or(&Value::Null);
    let named = scalar(value("recording_id"))
        .filter(|id| recordings.iter().all(|known| scalar(&known["id"]).as_ref() != Some(id)));
    if let Some(id) = named {
        record.recordings.extend(rows::recording_of(&serde_json::json!({ "id": id }), now_ms));
    }
    rows::add_address(record, value("recording_url"));
    if record.call.started_at.is_none() {
        // All that is known of the time of a call that is not listed.
        record.call.started_at =
            recordings.iter().filter_map(|row| moment(&row["created_at"])).min_by_key(|at| at.utc_ms);
    }
}

/// Adds what was said, from the best of the places it may be in.
fn add_transcript(
    backend: &Backend,
    record: &mut CallRecord,
    row: &Map<String, Value>,
    id: &str,
    cancel: &Cancel,
) -> Result<(), ItemError> {
    let within = |name: &str| row.get(name).unwrap_or(&Value::Null);
    let has_text = text(within("transcript")).is_some();
    if rows::is_silent(&record.call) && !has_text {
        return Ok(());
    }
    let path = format!("/calls/{id}/transcript");
    let answer = |format| match backend.json(&path, &[("format", format)], cancel) {
        Ok(answer) => Ok(Some(answer)),
        // A server that does not know this form may know the other one.
        Err(SessionError::Http(HttpError::Status(refusal))) if matches!(refusal.status, 400 | 415 | 422 | 501) => {
            Ok(Some(Value::Null))
        }
        Err(SessionError::Http(error)) if is_absent(&error) || is_no_address(&error) => Ok(None),
        Err(error) => Err(ItemError::from(error)),
    };
    let said = answer("json")?;
    if said.as_ref().is_some_and(|said| rows::add_transcript(record, said)) {
        return Ok(());
    }
    if ["transcript_json", "transcript"].iter().any(|name| rows::add_transcript(record, within(name))) {
        return Ok(());
    }
    let has_words = |said: &Value| {
        said.is_null()
            || said["metadata"]["word_count"].as_u64().is_some_and(|words| words > 0)
            || !list(&said["turns"]).is_empty()
    };
    if said.as_ref().is_some_and(has_words)
        && let Some(said) = answer("text")?
    {
        rows::add_transcript(record, &said);
    }
    Ok(())
}
