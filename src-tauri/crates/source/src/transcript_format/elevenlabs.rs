//! An ElevenLabs conversation, as its interface returns it or as its webhook sends it (under `data`). Turns have a start
//! in whole seconds and no end. A turn that only calls a tool names the tool.

use model::{Call, Cost, Direction, Party, Role};
use serde_json::Value;

use super::draft::{Draft, Said};
use super::{Hint, clock, json};

pub(super) fn matches(value: &Value) -> bool {
    let is_conversation = |value: &Value| {
        json::any_has(&value["transcript"], "time_in_call_secs")
            && (!value["conversation_id"].is_null() || !value["agent_id"].is_null() || !value["metadata"].is_null())
    };
    is_conversation(value) || is_conversation(&value["data"])
}

pub(super) fn read(_hint: &Hint, value: &Value, draft: &mut Draft) {
    let inner = &value["data"];
    let value = if inner["transcript"].is_array() && !value["transcript"].is_array() { inner } else { value };
    read_facts(value, draft);
    for (at, entry) in json::list(&value["transcript"]).iter().enumerate() {
        say_entry(at, entry, draft);
    }
}

fn say_entry(at: usize, entry: &Value, draft: &mut Draft) {
    if !entry.is_object() {
        draft.skip(at, "it is no object");
        return;
    }
    let start = clock::seconds(&entry["time_in_call_secs"]);
    let speaker = json::scalar(&entry["role"]);
    if let Some(text) = json::text(json::first(entry, &["message", "original_message"])) {
        draft.say(Said { at, speaker, text, start, ..Said::default() });
    }
    let tools: Vec<&str> =
        json::list(&entry["tool_calls"]).iter().filter_map(|tool| json::text(&tool["tool_name"])).collect();
    if !tools.is_empty() {
        let text = tools.join(", ");
        draft.say(Said {
            at,
            speaker: Some("tool".to_owned()),
            role: Some(Role::Tool),
            text: &text,
            start,
            ..Said::default()
        });
    }
}

fn read_facts(value: &Value, draft: &mut Draft) {
    let (metadata, analysis) = (&value["metadata"], &value["analysis"]);
    let phone = &metadata["phone_call"];
    let direction = json::text(&phone["direction"]).and_then(Direction::parse);
    let external = json::scalar(&phone["external_number"]).map(Party::from_number);
    let own = json::scalar(&phone["agent_number"]).map(Party::from_number);
    let (from, to) = if direction == Some(Direction::Outbound) { (own, external) } else { (external, own) };
    draft.call = Call {
        title: json::scalar(&analysis["call_summary_title"]),
        started_at: json::moment(&metadata["start_time_unix_secs"]),
        duration_ms: json::duration(&metadata["call_duration_secs"]),
        direction,
        from,
        to,
        agent: json::scalar(json::first(value, &["agent_name", "agent_id"])),
        status: json::scalar(&value["status"]),
        outcome: json::scalar(&analysis["call_successful"]),
        cost: json::scalar(&metadata["cost"]).map(|amount| Cost { amount, unit: Some("credits".to_owned()) }),
        ..Call::default()
    };
    draft.external_id("conversation_id", &value["conversation_id"]);
    draft.external_id("agent_id", &value["agent_id"]);
    draft.external_id("call_sid", &phone["call_sid"]);
    draft.external_id("stream_sid", &phone["stream_sid"]);
    draft.language = json::scalar(&metadata["main_language"]);
    draft.insights.summary = json::text(&analysis["transcript_summary"]).map(str::to_owned);
    draft.keep_rest(
        value,
        &["transcript", "conversation_id", "agent_id", "agent_name", "status", "conversation_initiation_client_data"],
    );
}
