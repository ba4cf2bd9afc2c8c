//! A call as one record: a row of the newer era, or Vapi's own call of the older one.

use model::{AudioFacts, CallRecord, Insights, Moment, Recording, Sentiment, Transcript};
use serde_json::{Map, Value, json};

use crate::provider::vapi;
use crate::provider::vapi::record::{TRANSCRIPT_MAY_TAKE, format_of, steady_members, unsigned};
use crate::remote::{Found, ItemError};
use crate::transcript_format::{self, Hint, json};

/// A row in one of these states goes on; any other word, known or not, is an end.
const UNDERWAY: [&str; 9] =
    ["scheduled", "queued", "ringing", "initiated", "in-progress", "in_progress", "active", "processing", "pending"];
/// The recording of a row is on its way.
const ON_ITS_WAY: [&str; 3] = ["pending", "processing", "uploading"];
/// What a recording is called of whose call Vapi's id is not known.
pub(super) const UNNAMED: &str = "recording";

/// A call of the older era.
pub(super) fn bare(remote_id: &str, call: &Value, now_ms: i64) -> Result<Found, ItemError> {
    let mut found = vapi::record::found(remote_id, call, Some(remote_id), now_ms)?;
    found.record.call.external_ids.insert("vapi_call_id".into(), remote_id.to_owned());
    Ok(found)
}

/// A row of the newer era, with what the list said of it where its details say nothing.
pub(super) fn row(remote_id: &str, listed: &Value, row: &Value, now_ms: i64) -> Result<Found, ItemError> {
    let Some(details) = row.as_object() else {
        return Err(ItemError::Bad("it is no call: the server sent something else".into()));
    };
    let mut members = details.clone();
    for (name, value) in listed.as_object().into_iter().flatten() {
        let member = members.entry(name.as_str()).or_insert(Value::Null);
        if member.is_null() {
            *member = value.clone();
        }
    }
    let row = Value::Object(members);
    let mut record = read(remote_id, &row)?;
    record.recordings = recording(&row, &record).into_iter().collect();
    let settled = is_settled(&row, &record, now_ms);
    Ok(Found { record, settled })
}

/// When the row's call began.
pub(super) fn started(row: &Value) -> Option<Moment> {
    ["call_date", "started_at", "created_at"].iter().find_map(|name| json::moment(&row[*name]))
}

/// Whether the row says that its recording is still on its way.
pub(super) fn is_on_its_way(row: &Value) -> bool {
    let status = json::text(&row["recording_status"]).unwrap_or_default();
    ON_ITS_WAY.contains(&status) || json::text(&row["recording_storage_path"]) == Some("processing")
}

fn read(remote_id: &str, row: &Value) -> Result<CallRecord, ItemError> {
    let (said, text) = turns(&row["transcript"]);
    let mut shaped = row.clone();
    shaped["transcript"] = said;
    let hint = Hint { file_name: "call.json", started_at: None };
    let read = transcript_format::read_as("voxanne", &hint, &shaped)
        .and_then(Result::ok)
        .ok_or_else(|| ItemError::Bad("its content cannot be read: too much of it".into()))?;
    let mut record = CallRecord { remote_id: remote_id.to_owned(), call: read.call, ..CallRecord::default() };
    record.call.started_at = record.call.started_at.or_else(|| started(row));
    record.call.tenant = json::scalar(&row["org_id"]);
    record.insights = insights(row, read.insights.unwrap_or_default());
    record.metadata = metadata(read.metadata);
    record.transcript = Some(read.transcript).filter(|said| !said.turns.is_empty()).or(text);
    Ok(record)
}

/// The transcript as turns, or as a text without labels. It comes as a list, as that list written into a string, as a text,
/// or as a text in a single turn of the caller.
fn turns(transcript: &Value) -> (Value, Option<Transcript>) {
    match transcript {
        Value::Array(turns) => (Value::Array(turns.iter().map(turn).collect()), None),
        Value::String(text) => {
            if let Ok(Value::Array(turns)) = json::parse(text) {
                return (Value::Array(turns.iter().map(turn).collect()), None);
            }
            let text = divided(text);
            let read = transcript_format::recognise_plain(&text).ok().map(|read| read.transcript);
            (Value::Null, read.filter(|said| !said.turns.is_empty()))
        }
        _ => (Value::Null, None),
    }
}

/// A turn under the names that the reader looks for; its text divided where it holds several.
fn turn(turn: &Value) -> Value {
    let mut shaped = turn.clone();
    if let Value::Object(members) = &mut shaped {
        let other = |members: &Map<String, Value>, names: &[&str]| names.iter().find_map(|n| members.get(*n).cloned());
        for (name, others) in [("speaker", &["role"][..]), ("text", &["message", "content"]), ("timestamp", &["time"])]
        {
            if members.get(name).is_none_or(Value::is_null)
                && let Some(value) = other(members, others)
            {
                members.insert(name.to_owned(), value);
            }
        }
        if members.get("timestamp").and_then(json::number).is_none_or(|time| time == 0.0)
            && let Some(text) = members.get("text").and_then(Value::as_str).map(divided)
        {
            members.insert("text".to_owned(), text.into());
        }
    }
    shaped
}

/// The text with a line for each label that stands within one: `AI: Hello. User: Hi.`
fn divided(text: &str) -> String {
    const LABELS: [&str; 8] = ["AI:", "User:", "Assistant:", "Caller:", "Bot:", "Agent:", "Customer:", "Voxanne:"];
    let mut out = String::with_capacity(text.len() + 16);
    let mut at_word = true;
    for (index, c) in text.char_indices() {
        let label = at_word && LABELS.iter().any(|label| text[index..].starts_with(label));
        if label && !out.trim_end().is_empty() {
            out.truncate(out.trim_end().len());
            out.push('\n');
        }
        out.push(c);
        at_word = c.is_whitespace();
    }
    out
}

fn insights(row: &Value, mut insights: Insights) -> Option<Insights> {
    if insights.action_items.is_empty() {
        let words = |item: &Value| json::scalar(json::first(item, &["text", "title", "description", "action"]));
        insights.action_items = json::list(&row["action_items"]).iter().filter_map(words).take(1000).collect();
    }
    if insights.sentiment.is_none() {
        let overall = json::scalar(&row["sentiment"]);
        let score = json::number(&row["sentiment_score"]);
        insights.sentiment = (overall.is_some() || score.is_some()).then_some(Sentiment { overall, score });
    }
    (!insights.is_empty()).then_some(insights)
}

fn metadata(mut metadata: Map<String, Value>) -> Map<String, Value> {
    steady_members(&mut metadata);
    metadata
}

/// The row's recording, if anything says that there is one. It has Vapi's id of its call for a name, so that Vapi can be
/// asked for it.
fn recording(row: &Value, record: &CallRecord) -> Option<Recording> {
    let path = json::text(&row["recording_storage_path"]).filter(|path| *path != "processing");
    let url = json::text(&row["recording_url"]);
    let status = json::text(&row["recording_status"]);
    let is_there = row["has_recording"] == json!(true) || path.is_some() || url.is_some() || status.is_some();
    if !is_there || (row["has_recording"] == json!(false) && path.is_none() && url.is_none() && !is_on_its_way(row)) {
        return None;
    }
    let within = url.and_then(stored).map(str::to_owned);
    let storage_path = path.map(|path| unsigned(path).to_owned()).filter(|path| !path.contains("://")).or(within);
    let format = json::scalar(&row["recording_format"]).map(|format| format.to_ascii_lowercase());
    let claimed = AudioFacts {
        format: format.or_else(|| storage_path.as_deref().or(url.map(unsigned)).and_then(format_of)),
        bytes: row["recording_size_bytes"].as_u64(),
        duration_ms: json::duration(&row["recording_duration_seconds"]),
        ..AudioFacts::default()
    };
    Some(Recording {
        remote_id: record.call.external_ids.get("vapi_call_id").map_or(UNNAMED, String::as_str).to_owned(),
        storage_path,
        legacy_url: url.filter(|url| unsigned(url) == *url).map(str::to_owned),
        claimed,
        ..Recording::default()
    })
}

/// The storage path in a signed address of the storage.
fn stored(url: &str) -> Option<&str> {
    let (_, rest) = unsigned(url).split_once("/storage/v1/object/")?;
    let rest = ["sign/", "public/", "authenticated/"].iter().find_map(|kind| rest.strip_prefix(kind))?;
    rest.split_once('/').map(|(_bucket, path)| path)
}

fn is_settled(row: &Value, record: &CallRecord, now_ms: i64) -> bool {
    let status = json::text(&row["status"]).unwrap_or_default().to_ascii_lowercase();
    let age = started(row).map_or(i64::MAX, |at| now_ms.saturating_sub(at.utc_ms));
    let text_is_coming =
        row["has_transcript"] == json!(true) && record.transcript.is_none() && age < TRANSCRIPT_MAY_TAKE;
    !UNDERWAY.contains(&status.as_str()) && !is_on_its_way(row) && !text_is_coming
}

#[cfg(test)]
mod tests;
