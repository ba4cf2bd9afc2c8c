//! The transcript of the Twilio/OpenAI bridge: its HTTP answer, or its table's rows as a list. A row's `timestamp` is
//! when it was written, not when it was said, and is not used.

use serde_json::Value;

use super::draft::{Draft, Said};
use super::{Hint, clock, json};

pub(super) fn matches(value: &Value) -> bool {
    let answer = |value: &Value| {
        value["transcripts"].is_array() && !json::first(value, &["callId", "id", "streamSid"]).is_null()
    };
    answer(&value["data"])
        || answer(value)
        || json::list(value).iter().any(is_row)
        || json::list(&value["transcripts"]).iter().any(is_row)
}

fn is_row(row: &Value) -> bool {
    row["speaker"].is_string() && row["text"].is_string() && row.get("startTime").is_some()
}

pub(super) fn read(_hint: &Hint, value: &Value, draft: &mut Draft) {
    let answer = if value["data"]["transcripts"].is_array() { &value["data"] } else { value };
    draft.call.started_at = json::moment(json::first(answer, &["callStartTime", "startTime"]));
    draft.call.ended_at = json::moment(json::first(answer, &["callEndTime", "endTime"]));
    draft.call.duration_ms = json::duration(&answer["duration"]);
    draft.call.status = json::scalar(&answer["status"]);
    draft.call.from = json::scalar(&answer["caller"]).map(model::Party::from_number);
    draft.call.agent = json::scalar(&answer["agent"]);
    draft.external_id("callId", json::first(answer, &["callId", "id"]));
    draft.external_id("callSid", &answer["callSid"]);
    draft.external_id("streamSid", &answer["streamSid"]);
    let rows = if answer.is_array() { answer } else { &answer["transcripts"] };
    for (at, row) in json::list(rows).iter().enumerate() {
        let Some(text) = row["text"].as_str() else {
            draft.skip(at, "it has no text");
            continue;
        };
        draft.say(Said {
            at,
            speaker: json::scalar(&row["speaker"]),
            text,
            start: clock::seconds(&row["startTime"]),
            end: clock::seconds(&row["endTime"]),
            confidence: json::confidence(&row["confidence"]),
            ..Said::default()
        });
    }
    const USED: [&str; 13] = [
        "transcripts",
        "callId",
        "id",
        "callSid",
        "streamSid",
        "callStartTime",
        "callEndTime",
        "startTime",
        "endTime",
        "duration",
        "status",
        "caller",
        "agent",
    ];
    draft.keep_rest(answer, &USED);
}
