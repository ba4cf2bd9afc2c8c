//! What the server says about a call, in its different shapes.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::TruthCall;

/// The id of a call's recording.
pub fn recording_id(call: &TruthCall) -> String {
    call.id.replacen("-4", "-5", 1)
}

pub(super) fn item(call: &TruthCall, is_observed: bool) -> Value {
    let mut item = json!({
        "id": call.id,
        "timestamp": at(call.started_ms, is_observed),
        "to_number": call.customer,
        "status": "completed",
        "duration_seconds": call.duration_ms / 1_000,
        "outcome": "goal_achieved",
    });
    if is_observed {
        item["talklee_call_id"] = format!("tlk_{}", &call.id[call.id.len() - 12..]).into();
        item["campaign_name"] = "Autumn check-ups".into();
        item["summary"] = call.summary.clone().into();
        item["recording_id"] = if call.audio.is_empty() { Value::Null } else { recording_id(call).into() };
        item["has_feedback"] = false.into();
    }
    // The server says nothing about transcripts in its list, but a summary comes with one.
    if is_observed && call.turns.is_empty() {
        item["summary"] = Value::Null;
    }
    item
}

pub(super) fn details(call: &TruthCall, number: usize, is_observed: bool) -> Value {
    let mut details = item(call, is_observed);
    details["transcript"] = if is_bare(number) { text_of(call).into() } else { Value::Null };
    details["recording_id"] = if call.audio.is_empty() { Value::Null } else { recording_id(call).into() };
    details["campaign_id"] = "campaign-1".into();
    details["lead_id"] = format!("lead-{number}").into();
    details["summary"] = call.summary.clone().into();
    if is_observed {
        details["summary_json"] = json!({ "sentiment": call.sentiment });
    }
    details
}

pub(super) fn recording(call: &TruthCall, is_observed: bool) -> Value {
    let mut recording = json!({
        "id": recording_id(call),
        "call_id": call.id,
        "created_at": at(call.ended_ms(), false),
        "duration_seconds": call.duration_ms / 1_000,
    });
    if is_observed {
        recording["phone_number"] = call.customer.clone().into();
        recording["file_size_bytes"] = call.audio.len().into();
        recording["status"] = "uploaded".into();
    }
    recording
}

/// The transcript: with an offset in whole seconds as documented; as it runs with the time of day, of every third call
/// numbered and with drafts between. Every fifth call has labelled lines in its details instead, and every seventh has
/// them behind another address.
pub(super) fn said(call: &TruthCall, number: usize, is_observed: bool) -> Value {
    if call.turns.is_empty() || is_bare(number) {
        return json!({ "format": "json", "turns": null, "metadata": {}, "call_id": call.id });
    }
    let words: usize = call.turns.iter().map(|turn| turn.text.split_whitespace().count()).sum();
    let metadata = json!({ "word_count": words, "turn_count": call.turns.len() });
    if number % 7 == 6 {
        return json!({ "format": "json", "turns": null, "metadata": metadata, "call_id": call.id });
    }
    let turns = call.turns.iter().enumerate().map(|(index, turn)| {
        let role = if turn.agent { "assistant" } else { "user" };
        if !is_observed {
            let seconds = turn.start_ms / 1_000;
            return json!({
                "speaker": if turn.agent { "agent" } else { "user" },
                "text": turn.text,
                "timestamp": format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60),
                "duration_ms": turn.end_ms - turn.start_ms,
            });
        }
        let timestamp = at(call.started_ms + turn.start_ms, true);
        let mut said = json!({ "role": role, "content": turn.text, "timestamp": timestamp, "confidence": 0.9 });
        if number % 3 == 2 {
            for (name, value) in
                [("turn_index", json!(index)), ("is_final", json!(true)), ("event_type", json!("turn"))]
            {
                said[name] = value;
            }
        }
        said
    });
    let mut turns: Vec<Value> = turns.collect();
    if is_observed && number % 3 == 2 {
        turns.reverse();
        let at = at(call.started_ms, true);
        turns.push(json!({"role": "user", "content": "Thank", "timestamp": at, "turn_index": 90, "is_final": false}));
        turns.push(json!({"role": "assistant", "content": "(hidden)", "timestamp": at, "turn_index": 91,
            "is_final": true, "include_in_plaintext": false}));
    }
    json!({ "format": "json", "turns": turns, "metadata": metadata, "call_id": call.id })
}

pub(super) fn text_of(call: &TruthCall) -> String {
    let line = |agent: bool, text: &str| format!("{}: {text}", if agent { "Assistant" } else { "User" });
    call.turns.iter().map(|turn| line(turn.agent, &turn.text)).collect::<Vec<_>>().join("\n")
}

/// Whether a call's words are only in its details, as labelled lines.
fn is_bare(number: usize) -> bool {
    number % 5 == 4
}

/// A moment, with or without its zone.
fn at(ms: i64, is_naive: bool) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or_default();
    if is_naive { at.strftime("%Y-%m-%dT%H:%M:%S.%6f").to_string() } else { format!("{at:.6}") }
}
