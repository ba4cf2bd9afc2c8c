//! The Vapi backend's transcript: turns with a start in seconds, alone or inside its call record. A transcript that it
//! held as one string comes as a single turn of the caller at 0; that one is divided at its labels and has no times.

use model::{Cost, Direction, Party, Sentiment};
use serde_json::Value;

use super::draft::{Draft, Said};
use super::{Hint, Reading, clock, json, plain};

pub(super) fn matches(value: &Value) -> bool {
    is_transcript(value) || (is_transcript(&value["transcript"]) && !value.is_array())
}

fn is_transcript(value: &Value) -> bool {
    json::list(value)
        .iter()
        .any(|turn| turn["speaker"].is_string() && turn["text"].is_string() && turn["timestamp"].is_number())
}

pub(super) fn read(_hint: &Hint, value: &Value, draft: &mut Draft) {
    let turns = if value.is_array() { json::list(value) } else { json::list(&value["transcript"]) };
    read_facts(value, draft);
    let is_collapsed = turns.iter().all(|turn| json::number(&turn["timestamp"]).is_none_or(|time| time == 0.0));
    if let ([turn], true) = (turns, is_collapsed)
        && plain::read_labelled(turn["text"].as_str().unwrap_or_default(), draft)
    {
        draft.note(
            "the source kept the transcript as one text; it was divided at its labels and has no times".to_owned(),
        );
        return;
    }
    for (at, turn) in turns.iter().enumerate() {
        let Some(text) = turn["text"].as_str() else {
            draft.skip(at, "it has no text");
            continue;
        };
        let start = if is_collapsed { Reading::Absent } else { clock::seconds(&turn["timestamp"]) };
        draft.say(Said { at, speaker: json::scalar(&turn["speaker"]), text, start, ..Said::default() });
    }
}

fn read_facts(value: &Value, draft: &mut Draft) {
    let (number, name) = (json::scalar(&value["phone_number"]), json::scalar(&value["caller_name"]));
    let other = (number.is_some() || name.is_some()).then_some(Party { number, name });
    let direction = json::text(&value["call_direction"]).and_then(Direction::parse);
    let facts = &mut draft.call;
    facts.direction = direction;
    if direction == Some(Direction::Outbound) {
        facts.to = other
    } else {
        facts.from = other
    }
    facts.started_at = json::moment(&value["call_date"]);
    facts.duration_ms = json::duration(&value["duration_seconds"]);
    facts.status = json::scalar(&value["status"]);
    facts.outcome = json::scalar(&value["outcome"]);
    facts.cost = json::scalar(&value["cost_cents"]).map(|amount| Cost { amount, unit: Some("cents".to_owned()) });
    draft.external_id("id", &value["id"]);
    draft.external_id("vapi_call_id", &value["vapi_call_id"]);
    let insights = &mut draft.insights;
    insights.summary = json::text(json::first(value, &["outcome_summary", "sentiment_summary"])).map(str::to_owned);
    insights.action_items = json::list(&value["action_items"]).iter().filter_map(json::scalar).take(1000).collect();
    if let Some(overall) = json::scalar(&value["sentiment_label"]) {
        insights.sentiment = Some(Sentiment { overall: Some(overall), score: json::number(&value["sentiment_score"]) });
    }
    const USED: [&str; 17] = [
        "transcript",
        "phone_number",
        "caller_name",
        "call_direction",
        "call_date",
        "duration_seconds",
        "status",
        "outcome",
        "cost_cents",
        "id",
        "vapi_call_id",
        "outcome_summary",
        "action_items",
        "sentiment_label",
        "sentiment_score",
        "recording_url",
        "recording_signed_url",
    ];
    draft.keep_rest(value, &USED);
}
