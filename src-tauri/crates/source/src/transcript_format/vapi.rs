//! A Vapi call, as its interface returns it or as its end-of-call report sends it (under `message`). System messages are
//! prompts and are dropped wherever they are. A turn lasts from `time` to `endTime`; `duration` is not believed, since it
//! is documented in seconds and sent in milliseconds. Addresses of recordings are signed and short-lived; not kept.

use model::{Cost, Direction, Party, Role, Timing};
use serde_json::Value;

use super::draft::{Draft, Said};
use super::{Hint, Reading, clock, json, plain};

pub(super) fn matches(value: &Value) -> bool {
    is_call(value) || is_call(&value["message"])
}

fn is_call(value: &Value) -> bool {
    let has_messages = |list: &Value| json::any_has(list, "secondsFromStart");
    has_messages(&value["artifact"]["messages"])
        || has_messages(&value["messages"])
        || value["artifact"]["transcript"].is_string()
}

pub(super) fn read(_hint: &Hint, value: &Value, draft: &mut Draft) {
    // A call on which nothing was said yet has its facts all the same.
    let report = if is_call(value) || !value["message"].is_object() { value } else { &value["message"] };
    read_facts(report, draft);
    let messages =
        [&report["artifact"]["messages"], &report["messages"]].into_iter().map(json::list).find(|m| !m.is_empty());
    let Some(messages) = messages else {
        let text = json::text(&report["artifact"]["transcript"]).unwrap_or_default();
        plain::read(text, draft);
        return;
    };
    let origin_ms = origin(messages);
    for (at, message) in messages.iter().enumerate() {
        say_message(at, message, origin_ms, draft);
    }
}

fn say_message(at: usize, message: &Value, origin_ms: Option<f64>, draft: &mut Draft) {
    let Some(speaker) = json::scalar(&message["role"]) else {
        draft.skip(at, "it has no role");
        return;
    };
    let role = Role::of_label(&speaker);
    if role == Some(Role::System) {
        return;
    }
    let text =
        if role == Some(Role::Tool) { tool_text(message) } else { json::text(&message["message"]).map(str::to_owned) };
    let wall = json::number(&message["time"]);
    let (start, timing) = match (clock::seconds(&message["secondsFromStart"]), wall.zip(origin_ms)) {
        (Reading::Absent, Some((wall, origin))) => (Reading::of_ms(wall - origin), Timing::Derived),
        (start, _) => (start, Timing::Source),
    };
    let length =
        wall.zip(json::number(&message["endTime"])).map_or(Reading::Absent, |(start, end)| Reading::of_ms(end - start));
    draft.say(Said {
        at,
        speaker: Some(speaker),
        text: text.as_deref().unwrap_or_default(),
        start,
        end: start.plus(length),
        timing,
        ..Said::default()
    });
}

/// The wall clock at the call's start, from a message that gives both.
fn origin(messages: &[Value]) -> Option<f64> {
    messages.iter().find_map(|m| Some(json::number(&m["time"])? - json::number(&m["secondsFromStart"])? * 1000.0))
}

/// The tools called, or what one answered.
fn tool_text(message: &Value) -> Option<String> {
    let called: Vec<&str> =
        json::list(&message["toolCalls"]).iter().filter_map(|call| json::text(&call["function"]["name"])).collect();
    if !called.is_empty() {
        return Some(called.join(", "));
    }
    let result = json::scalar(&message["result"]).or_else(|| json::scalar(&message["message"]));
    match (json::text(&message["name"]), result) {
        (Some(name), Some(result)) => Some(format!("{name}: {result}")),
        (Some(name), None) => Some(name.to_owned()),
        (None, result) => result,
    }
}

fn read_facts(report: &Value, draft: &mut Draft) {
    let call = if report["call"].is_object() { &report["call"] } else { report };
    let either = |name: &str| if report[name].is_null() { &call[name] } else { &report[name] };
    let customer = either("customer");
    let (number, name) = (json::scalar(&customer["number"]), json::scalar(&customer["name"]));
    let customer = (number.is_some() || name.is_some()).then_some(Party { number, name });
    let own = json::scalar(&either("phoneNumber")["number"]).map(Party::from_number);
    let direction = json::text(&call["type"]).and_then(Direction::parse);
    let (from, to) = if direction == Some(Direction::Outbound) { (own, customer) } else { (customer, own) };
    let facts = &mut draft.call;
    (facts.from, facts.to, facts.direction) = (from, to, direction);
    facts.title = json::scalar(&call["name"]);
    facts.started_at = json::moment(either("startedAt"));
    facts.ended_at = json::moment(either("endedAt"));
    facts.duration_ms = facts
        .started_at
        .as_ref()
        .zip(facts.ended_at.as_ref())
        .and_then(|(start, end)| Reading::of_offset(end.utc_ms.checked_sub(start.utc_ms)).ms());
    facts.agent = json::scalar(&either("assistant")["name"]).or_else(|| json::scalar(&call["assistantId"]));
    facts.tenant = json::scalar(&call["orgId"]);
    facts.campaign = json::scalar(&call["campaignId"]);
    facts.status = json::scalar(&call["status"]);
    facts.outcome = json::scalar(either("endedReason"));
    facts.cost = json::scalar(either("cost")).map(|amount| Cost { amount, unit: Some("USD".to_owned()) });
    draft.external_id("id", &call["id"]);
    draft.external_id("phoneCallProviderId", &call["phoneCallProviderId"]);
    draft.external_id("assistantId", &call["assistantId"]);
    draft.insights.summary = json::text(&either("analysis")["summary"]).map(str::to_owned);
    draft.keep_rest(report, USED);
    draft.keep_rest(call, USED);
    let artifact = &report["artifact"];
    for name in ["structuredOutputs", "scorecards", "performanceMetrics"] {
        draft.keep_rest(&serde_json::json!({ name: artifact[name] }), &[]);
    }
}

/// What has a field, what is far larger than the call (its configuration, with the prompts), and signed addresses.
const USED: &[&str] = &[
    "id",
    "orgId",
    "campaignId",
    "assistantId",
    "phoneCallProviderId",
    "status",
    "startedAt",
    "endedAt",
    "endedReason",
    "cost",
    "customer",
    "phoneNumber",
    "call",
    "messages",
    "artifact",
    "transcript",
    "assistant",
    "assistantOverrides",
    "squad",
    "squadOverrides",
    "workflow",
    "workflowOverrides",
    "monitor",
    "transport",
    "destination",
    "recordingUrl",
    "stereoRecordingUrl",
    "videoRecordingUrl",
];
