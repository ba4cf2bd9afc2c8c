//! RingCentral RingSense insights of one recording: turns by speaker id, with a list of speakers beside. A session's
//! answer is a list of records; its first with a transcript is read.

use std::collections::HashMap;

use model::{Direction, Role};
use serde_json::Value;

use super::draft::{Draft, Said};
use super::{Hint, clock, json};

pub(super) fn matches(value: &Value) -> bool {
    record(value).is_some()
}

pub(super) fn read(_hint: &Hint, value: &Value, draft: &mut Draft) {
    let Some(record) = record(value) else { return };
    let others = json::list(&value["records"]).len().saturating_sub(1);
    if others > 0 {
        draft.note(format!("{others} further records of the same session are not read"));
    }
    read_facts(record, draft);
    let speakers: HashMap<String, String> = json::list(&record["speakerInfo"])
        .iter()
        .filter_map(|info| Some((json::scalar(&info["speakerId"])?, json::scalar(&info["name"])?)))
        .collect();
    for (at, turn) in json::list(&record["insights"]["Transcript"]).iter().enumerate() {
        let Some(text) = turn["text"].as_str() else {
            draft.skip(at, "it has no text");
            continue;
        };
        let speaker = json::scalar(&turn["speakerId"]).map(|id| speakers.get(&id).cloned().unwrap_or(id));
        let role = speaker.as_deref().and_then(Role::of_label);
        let (start, end) = (clock::seconds(&turn["start"]), clock::seconds(&turn["end"]));
        draft.say(Said { at, speaker, role, text, start, end, ..Said::default() });
    }
}

fn record(value: &Value) -> Option<&Value> {
    let is_record = |value: &&Value| value["insights"]["Transcript"].is_array();
    Some(value).filter(is_record).or_else(|| json::list(&value["records"]).iter().find(is_record))
}

fn read_facts(record: &Value, draft: &mut Draft) {
    let values = |name: &str| -> Vec<String> {
        let items = json::list(&record["insights"][name]).iter().take(1000);
        items.filter_map(|item| json::scalar(json::first(item, &["value", "text"]))).collect()
    };
    let summary = values("Summary");
    draft.insights.summary = (!summary.is_empty()).then(|| summary.join(" "));
    draft.insights.action_items = values("NextSteps");
    if let Some(overall) = values("Sentiment").into_iter().next() {
        draft.insights.sentiment = Some(model::Sentiment { overall: Some(overall), score: None });
    }
    draft.call.title = json::scalar(&record["title"]);
    draft.call.started_at = json::moment(&record["recordingStartTime"]);
    draft.call.duration_ms = clock::millis(&record["recordingDurationMs"]).ms().filter(|ms| *ms > 0);
    draft.call.direction = json::text(&record["callDirection"]).and_then(Direction::parse);
    draft.external_id("sourceRecordId", &record["sourceRecordId"]);
    draft.external_id("sourceSessionId", &record["sourceSessionId"]);
    draft.keep_rest(
        record,
        &[
            "callDirection",
            "title",
            "recordingStartTime",
            "recordingDurationMs",
            "sourceRecordId",
            "sourceSessionId",
            "insights",
        ],
    );
    draft.keep_rest(&record["insights"], &["Transcript", "Summary", "NextSteps", "Sentiment"]);
}
