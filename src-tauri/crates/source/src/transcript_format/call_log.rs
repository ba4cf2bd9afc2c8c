//! The ElevenLabs backend's call record, or its transcript alone: entries with `role` or `speaker`, `message`, `content`
//! or `text`, and `time_in_call_secs` or `timestamp`. The transcript may itself be JSON written into a string.

use std::borrow::Cow;

use model::{Cost, Moment, Party, Role, Timing};
use serde_json::Value;

use super::draft::{Draft, Said};
use super::wall_clock::WallClock;
use super::{Hint, Reading, clock, json, plain};

pub(super) fn matches(value: &Value) -> bool {
    const MARKS: [&str; 5] =
        ["elevenLabsCallId", "externalCallId", "conversationId", "audioFetchStatus", "audioStorageKey"];
    let is_record = value.get("transcript").is_some() && MARKS.iter().any(|mark| value.get(mark).is_some());
    is_record || json::list(value).iter().any(is_entry) || json::list(&value["transcript"]).iter().any(is_entry)
}

fn is_entry(entry: &Value) -> bool {
    let has_time = !json::first(entry, &["time_in_call_secs", "timestamp"]).is_null();
    has_time
        && json::first(entry, &["role", "speaker"]).is_string()
        && json::first(entry, &["message", "content", "text"]).is_string()
}

pub(super) fn read(hint: &Hint, value: &Value, draft: &mut Draft) {
    read_facts(value, draft);
    let transcript = if value.is_array() { value } else { &value["transcript"] };
    let entries: Cow<[Value]> = match transcript {
        Value::String(text) => match json::parse(text) {
            Ok(Value::Array(entries)) => Cow::Owned(entries),
            Ok(_) => Cow::Borrowed(&[]),
            Err(_) => return plain::read(text, draft),
        },
        _ => Cow::Borrowed(json::list(transcript)),
    };
    let stamps = entries.iter().filter_map(wall_clock).map(|moment| moment.utc_ms);
    let clock = WallClock::new(stamps, hint.started_at, draft);
    for (at, entry) in entries.iter().enumerate() {
        say_entry(at, entry, &clock, draft);
    }
}

fn say_entry(at: usize, entry: &Value, clock: &WallClock, draft: &mut Draft) {
    let speaker = json::scalar(json::first(entry, &["role", "speaker"]));
    if speaker.as_deref().and_then(Role::of_label) == Some(Role::System) {
        return;
    }
    let Some(text) = json::first(entry, &["message", "content", "text"]).as_str() else {
        draft.skip(at, "it has no text");
        return;
    };
    let (start, timing) = match wall_clock(entry) {
        Some(moment) => (clock.offset(&moment), Timing::Derived),
        None => (offset(json::first(entry, &["time_in_call_secs", "timestamp"])), Timing::Source),
    };
    draft.say(Said { at, speaker, text, start, timing, ..Said::default() });
}

/// A `timestamp` that is a moment, not an offset.
fn wall_clock(entry: &Value) -> Option<Moment> {
    if !entry["time_in_call_secs"].is_null() || json::text(&entry["timestamp"]).and_then(clock::hms).is_some() {
        return None;
    }
    json::moment(&entry["timestamp"])
}

fn offset(value: &Value) -> Reading {
    match json::text(value).and_then(clock::hms) {
        Some(ms) => Reading::of_offset(Some(ms)),
        None => clock::seconds(value),
    }
}

/// `createdAt` may be when the record was synchronised, so it is no start; it stays in the metadata.
fn read_facts(value: &Value, draft: &mut Draft) {
    for name in ["id", "externalCallId", "conversationId", "elevenLabsCallId"] {
        draft.external_id(name, &value[name]);
    }
    // Who rang is not said; the number is the other side's.
    draft.call.from = json::scalar(&value["phoneNumber"]).map(Party::from_number);
    draft.call.duration_ms = json::duration(&value["duration"]);
    draft.call.agent = json::scalar(&value["agentId"]);
    draft.call.tenant = json::scalar(&value["organizationId"]);
    draft.call.status = json::scalar(&value["status"]);
    draft.call.cost = json::scalar(&value["cost"]).map(|amount| Cost { amount, unit: None });
    draft.insights.summary = json::text(&value["summary"]).map(str::to_owned);
    const USED: [&str; 14] = [
        "transcript",
        "id",
        "externalCallId",
        "conversationId",
        "elevenLabsCallId",
        "phoneNumber",
        "duration",
        "agentId",
        "organizationId",
        "status",
        "cost",
        "summary",
        "audioUrl",
        "recordingUrl",
    ];
    draft.keep_rest(value, &USED);
}
