//! A Vapi call as one record.

use model::{AudioFacts, Moment, Recording, RejectedItem, Transcript};
use serde_json::{Map, Value};

use crate::remote::{Found, Item, ItemError, revision_of};
use crate::transcript_format::{self, Hint, Recognised, json};

/// How long what follows a call may take before it is taken as not coming, in milliseconds: a day for the transcript, an
/// hour for a recording that nothing announces, since it may have been switched off.
pub(crate) const TRANSCRIPT_MAY_TAKE: i64 = 24 * 3_600_000;
const RECORDING_MAY_TAKE: i64 = 3_600_000;
/// A call in one of these states goes on; any other word, known or not, is an end.
const UNDERWAY: [&str; 5] = ["scheduled", "queued", "ringing", "in-progress", "forwarding"];

/// A call as the list shows it. The list shows everything.
pub(crate) fn item(call: Value, position: usize) -> Result<Item, RejectedItem> {
    let Some(remote_id) = json::scalar(&call["id"]).filter(|_| call.is_object()) else {
        let item = format!("call {} of a page", position + 1);
        return Err(RejectedItem { item, reason: "it has no id; Vapi gives every call one".into() });
    };
    let started_ms = created(&call).map(|moment| moment.utc_ms);
    Ok(Item { remote_id, started_ms, revision: revision_of(&steady(&call)), listed: call, ..Item::default() })
}

/// Everything about the call. `name` is what its recording is to be called; `None`: after its channels.
pub(crate) fn found(remote_id: &str, call: &Value, name: Option<&str>, now_ms: i64) -> Result<Found, ItemError> {
    if !call.is_object() {
        return Err(ItemError::Bad("it is no call: Vapi sent something else".into()));
    }
    let call = &modern(call);
    let read = read(call).map_err(|why| ItemError::Bad(format!("its content cannot be read: {why}")))?;
    let mut record = model::CallRecord { remote_id: remote_id.to_owned(), ..model::CallRecord::default() };
    record.call = read.call;
    if record.call.started_at.is_none() && !is_word(call, &["scheduled"]) {
        record.call.started_at = created(call);
    }
    record.insights = read.insights;
    record.metadata = read.metadata;
    steady_members(&mut record.metadata);
    record.transcript = Some(read.transcript).filter(|said| !said.turns.is_empty()).or_else(|| text(call));
    record.recordings = recording(call, name).into_iter().collect();
    let settled = is_settled(call, record.transcript.is_some(), !record.recordings.is_empty(), now_ms);
    Ok(Found { record, settled })
}

/// Whether the call has ended.
pub(crate) fn has_ended(call: &Value) -> bool {
    !is_word(call, &UNDERWAY) && (call["status"].is_string() || !call["endedAt"].is_null())
}

/// How long ago the call ended, or was made.
pub(crate) fn age_ms(call: &Value, now_ms: i64) -> i64 {
    let end = json::moment(&call["endedAt"]).or_else(|| created(call));
    end.map_or(i64::MAX, |end| now_ms.saturating_sub(end.utc_ms))
}

/// What stays the same while nothing about the call changes: without addresses that are signed anew for every answer.
pub(crate) fn steady(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members = members.clone();
            steady_members(&mut members);
            Value::Object(members)
        }
        Value::Array(items) => Value::Array(items.iter().map(steady).collect()),
        Value::String(text) => Value::String(unsigned(text).to_owned()),
        other => other.clone(),
    }
}

/// The same for the members of an object.
pub(crate) fn steady_members(members: &mut Map<String, Value>) {
    members.retain(|name, _| {
        let name = name.to_ascii_lowercase().replace('_', "");
        !name.contains("presigned") && !name.contains("signedurl")
    });
    for value in members.values_mut() {
        *value = steady(value);
    }
}

/// An address without its query, which may be a signature; any other text as it is.
pub(crate) fn unsigned(text: &str) -> &str {
    if text.starts_with("https://") || text.starts_with("http://") {
        text.split(['?', '#']).next().unwrap_or(text)
    } else {
        text
    }
}

fn is_word(call: &Value, words: &[&str]) -> bool {
    json::text(&call["status"]).is_some_and(|status| words.iter().any(|word| status.eq_ignore_ascii_case(word)))
}

fn created(call: &Value) -> Option<Moment> {
    json::moment(&call["createdAt"]).or_else(|| json::moment(&call["startedAt"]))
}

/// The call with what older calls have at their top moved to where newer ones have it.
fn modern(call: &Value) -> Value {
    let mut call = call.clone();
    for (outer, inner, name) in [("transcript", "artifact", "transcript"), ("summary", "analysis", "summary")] {
        let older = call[outer].clone();
        if older.is_string() && call[inner][name].is_null() && (call[inner].is_null() || call[inner].is_object()) {
            call[inner][name] = older;
        }
    }
    call
}

fn read(call: &Value) -> Result<Recognised, transcript_format::FormatError> {
    let hint = Hint { file_name: "call.json", started_at: None };
    transcript_format::read_as("vapi", &hint, call)
        .unwrap_or_else(|| Err(transcript_format::FormatError::Unknown { reason: "no reader".into() }))
}

/// The transcript's text, where no message has words.
fn text(call: &Value) -> Option<Transcript> {
    let text = json::text(&call["artifact"]["transcript"])?;
    let transcript = transcript_format::recognise_plain(text).ok()?.transcript;
    (!transcript.turns.is_empty()).then_some(transcript)
}

/// The call's recording, if anything says that there is one. Mono is preferred: it is what people listen to; the two
/// sides apart are asked for only where nothing else is there.
fn recording(call: &Value, name: Option<&str>) -> Option<Recording> {
    let artifact = &call["artifact"];
    let mono = json::first(artifact, &["presignedMonoUrl", "recordingUrl"]);
    let mono = [mono, &artifact["recording"]["mono"]["combinedUrl"], &call["recordingUrl"]];
    let stereo = json::first(artifact, &["presignedStereoUrl", "stereoRecordingUrl"]);
    let stereo = [stereo, &artifact["recording"]["stereoUrl"], &call["stereoRecordingUrl"]];
    let mono_url = mono.into_iter().find_map(json::text);
    let stereo_url = stereo.into_iter().find_map(json::text);
    let url = mono_url.or(stereo_url)?;
    let channels = if mono_url.is_some() { 1 } else { 2 };
    let usual = if mono_url.is_some() { "mono" } else { "stereo" };
    // What once was an address may now be an identifier.
    let older = [&artifact["recordingUrl"], &call["recordingUrl"], &artifact["recording"]["mono"]["combinedUrl"]];
    let older = older.into_iter().filter_map(json::text).find(|text| text.starts_with("http"));
    Some(Recording {
        remote_id: name.unwrap_or(usual).to_owned(),
        legacy_url: older.filter(|url| unsigned(url) == *url).map(str::to_owned),
        claimed: AudioFacts { format: format_of(unsigned(url)), channels: Some(channels), ..AudioFacts::default() },
        ..Recording::default()
    })
}

/// The container that a path's ending names.
pub(crate) fn format_of(path: &str) -> Option<String> {
    let (_, ending) = path.rsplit_once('/').unwrap_or(("", path)).1.rsplit_once('.')?;
    let ending = ending.to_ascii_lowercase();
    ["wav", "mp3", "m4a", "ogg", "flac", "webm", "opus"].contains(&ending.as_str()).then_some(ending)
}

/// A call that was never connected has nothing to wait for.
fn is_settled(call: &Value, has_transcript: bool, has_recording: bool, now_ms: i64) -> bool {
    let age = age_ms(call, now_ms);
    let was_connected = !call["startedAt"].is_null();
    let waits = (!has_transcript && age < TRANSCRIPT_MAY_TAKE) || (!has_recording && age < RECORDING_MAY_TAKE);
    has_ended(call) && !(was_connected && waits)
}

#[cfg(test)]
mod tests;
