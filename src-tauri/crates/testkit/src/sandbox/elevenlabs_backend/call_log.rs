//! A call log in the shapes it has.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::elevenlabs::conversation_id;
use crate::sandbox::{Dialect, Said, TruthCall};

/// The call log of the call at this place in the truth.
pub(super) fn call_log(dialect: Dialect, index: usize, call: &TruthCall, has_audio: bool) -> Value {
    let id = conversation_id(call);
    let file = format!("{id}_{}.mp3", call.ended_ms() + 60_000);
    let is_stored = has_audio && !call.audio.is_empty();
    let mut log = json!({
        "id": call.id,
        "platform": "elevenlabs",
        "externalCallId": id,
        "conversationId": id,
        "elevenLabsCallId": id,
        "organizationId": "org-1",
        "agentId": format!("agent_{}", call.agent.to_lowercase()),
        "phoneNumber": call.customer,
        "duration": call.duration_ms / 1000,
        "transcript": entries(&call.turns, ["role", "message", "time_in_call_secs"]),
        "audioUrl": null,
        "cost": "0.1234",
        "status": "completed",
        "summary": call.summary,
        "summaryStatus": "completed",
        "summaryMetadata": {"sentiment": call.sentiment},
        "audioStorageKey": is_stored.then_some(&file),
        "audioFetchStatus": if is_stored { "available" } else { "unavailable" },
        "audioFetchedAt": null,
        "recordingUrl": is_stored.then(|| format!("/api/audio/{file}")),
        "createdAt": zoned(call.started_ms),
    });
    match dialect {
        Dialect::Documented if call.turns.is_empty() => {
            log["status"] = json!("processing");
            log["transcript"] = Value::Null;
        }
        Dialect::Documented => {}
        Dialect::Observed => observe(&mut log, index, call),
    }
    log
}

/// What the running system makes of it: no length, moments without a zone, the start of every other call known only from
/// the provider's own facts, transcripts in several ways and every fifth one missing.
fn observe(log: &mut Value, index: usize, call: &TruthCall) {
    log["duration"] = json!(0);
    let is_late = index.is_multiple_of(2);
    log["createdAt"] = json!(naive(if is_late { call.ended_ms() + 3_600_000 } else { call.started_ms }));
    if is_late {
        log["metadata"] = json!({"start_time_unix_secs": call.started_ms / 1000});
    }
    log["transcript"] = match index % 5 {
        _ if call.turns.is_empty() => json!({}),
        0 => entries(&call.turns, ["role", "message", "time_in_call_secs"]),
        1 => json!(entries(&call.turns, ["role", "message", "time_in_call_secs"]).to_string()),
        2 => entries(&call.turns, ["speaker", "text", "timestamp"]),
        3 => entries(&call.turns, ["role", "content", "timestamp"]),
        _ => Value::Null,
    };
}

fn entries(turns: &[Said], [who, what, when]: [&str; 3]) -> Value {
    let entry = |said: &Said| {
        let role = if said.agent { "agent" } else { "user" };
        json!({who: role, what: said.text, when: said.start_ms / 1000})
    };
    turns.iter().map(entry).collect()
}

fn zoned(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map(|at| format!("{at:.3}")).unwrap_or_default()
}

fn naive(ms: i64) -> String {
    zoned(ms).trim_end_matches('Z').replace('T', " ")
}
