//! The rows of the tables.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::{Truth, TruthCall};
use super::{BUCKET, storage_path};

/// All rows of a table; `None`: there is no such table.
pub(super) fn rows(truth: &Truth, table: &str, is_observed: bool) -> Option<Vec<Value>> {
    let recorded = || truth.calls.iter().filter(|call| !call.audio.is_empty());
    Some(match (table, is_observed) {
        ("calls", _) => truth.calls.iter().map(call).collect(),
        ("transcripts", _) => {
            let written = truth.calls.iter().filter(|call| !call.turns.is_empty());
            written.map(|call| transcript(call, is_observed)).collect()
        }
        ("recordings", false) => recorded().map(|call| recording(call, false)).collect(),
        ("recordings_s3", true) => recorded().map(|call| recording(call, true)).collect(),
        _ => return None,
    })
}

fn call(call: &TruthCall) -> Value {
    json!({
        "id": call.id,
        "tenant_id": "default",
        "campaign_id": "autumn",
        "phone_number": call.customer,
        "status": "completed",
        "started_at": at(call.started_ms),
        "ended_at": at(call.ended_ms()),
        "duration_seconds": call.duration_ms / 1_000,
        "summary": call.summary,
        "cost": 0.12,
        "outcome": "goal_achieved",
        "external_call_uuid": format!("vonage-{}", &call.id[call.id.len() - 6..]),
        "created_at": at(call.started_ms),
        // What is added to a call later does not change its row.
        "updated_at": at(call.ended_ms()),
    })
}

fn transcript(call: &TruthCall, is_observed: bool) -> Value {
    let turns = call.turns.iter().map(|turn| {
        if is_observed {
            let role = if turn.agent { "assistant" } else { "user" };
            let at = Timestamp::from_millisecond(call.started_ms + turn.start_ms).unwrap_or_default();
            let at = at.strftime("%Y-%m-%dT%H:%M:%S.%6f").to_string();
            return json!({ "role": role, "content": turn.text, "timestamp": at, "confidence": null });
        }
        let seconds = turn.start_ms / 1_000;
        let at = format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
        let speaker = if turn.agent { "agent" } else { "user" };
        json!({ "speaker": speaker, "text": turn.text, "timestamp": at, "duration_ms": turn.end_ms - turn.start_ms })
    });
    json!({
        "id": call.id.replacen("-4", "-6", 1),
        "call_id": call.id,
        "turns": turns.collect::<Vec<_>>(),
        "full_text": call.turns.iter().map(|turn| turn.text.as_str()).collect::<Vec<_>>().join("\n"),
        "word_count": 14,
        "turn_count": call.turns.len(),
        "created_at": at(call.updated_ms()),
    })
}

fn recording(call: &TruthCall, is_observed: bool) -> Value {
    let mut row = json!({
        "id": call.id.replacen("-4", "-5", 1),
        "call_id": call.id,
        "duration_seconds": call.duration_ms / 1_000,
        "file_size_bytes": call.audio.len(),
        "mime_type": call.content_type(),
        "created_at": at(call.ended_ms()),
    });
    if is_observed {
        row["s3_bucket"] = BUCKET.into();
        row["s3_key"] = storage_path(call).into();
        row["storage_provider"] = "supabase".into();
        row["status"] = "uploaded".into();
    } else {
        row["storage_path"] = storage_path(call).into();
    }
    row
}

fn at(ms: i64) -> String {
    // As the database writes it.
    Timestamp::from_millisecond(ms).unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string()
}
