//! The repository's demo calls as a truth.

use std::path::{Path, PathBuf};

use serde_json::Value;
use uuid::Uuid;

use super::{Said, Truth, TruthCall};

/// Reads `tests/fixtures/demo`.
pub(super) fn truth() -> Truth {
    let root = root();
    let truth: Value = serde_json::from_slice(&read(&root.join("truth.json"))).expect("truth.json is JSON");
    let mut calls: Vec<TruthCall> = truth["calls"].as_array().into_iter().flatten().map(|c| call(&root, c)).collect();
    calls.sort_by_key(|call| call.started_ms);
    Truth { calls }
}

fn call(root: &Path, call: &Value) -> TruthCall {
    let file = call["file"].as_str().expect("a demo call has a file");
    let topic = call["name"].as_str().expect("a demo call has a name");
    let turns: Vec<Said> = call["turns"].as_array().into_iter().flatten().map(said).collect();
    let begun = begun(root, file);
    TruthCall {
        id: Uuid::new_v5(&Uuid::NAMESPACE_URL, file.as_bytes()).to_string(),
        started_ms: begun.started_ms,
        duration_ms: number(&call["duration_ms"]),
        inbound: begun.inbound,
        customer: begun.customer,
        organisation: "+12065550100".into(),
        agent: agent(&turns),
        summary: format!("The customer called about: {topic}."),
        sentiment: sentiment(topic).into(),
        audio: read(&root.join(file)),
        format: file.rsplit('.').next().unwrap_or("wav").to_owned(),
        turns,
        changed_ms: 0,
    }
}

struct Begun {
    started_ms: i64,
    inbound: bool,
    customer: String,
}

/// What the file's name says (`2026-11-10_16-33-00_inbound_+17185550166.wav`), or the metadata of a bridge's recording.
fn begun(root: &Path, file: &str) -> Begun {
    let stem = file.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or("");
    let parts: Vec<&str> = stem.split('_').collect();
    match parts[..] {
        [date, time, direction, customer] if !file.starts_with("twilio-bridge") => Begun {
            started_ms: ms(&format!("{date}T{}Z", time.replace('-', ":"))),
            inbound: direction == "inbound",
            customer: customer.into(),
        },
        _ => {
            let metadata = metadata(root, &parts[..parts.len() - 1].join("_"));
            let text = |key: &str| metadata[key].as_str().unwrap_or_default().to_owned();
            Begun { started_ms: ms(&text("startTime")), inbound: true, customer: text("caller") }
        }
    }
}

fn metadata(root: &Path, stream: &str) -> Value {
    let dir = root.join("twilio-bridge/recordings");
    let entries = std::fs::read_dir(&dir).expect("the demo's bridge").flatten();
    let is_it = |name: &str| name.starts_with(stream) && name.ends_with("_metadata.json");
    let file =
        entries.map(|entry| entry.path()).find(|path| is_it(&path.file_name().unwrap_or_default().to_string_lossy()));
    serde_json::from_slice(&read(&file.expect("a bridge's recording has metadata"))).expect("metadata is JSON")
}

fn said(turn: &Value) -> Said {
    Said {
        agent: turn["speaker"] == "agent",
        start_ms: number(&turn["start_ms"]),
        end_ms: number(&turn["end_ms"]),
        text: turn["text"].as_str().unwrap_or_default().to_owned(),
    }
}

/// Who says "Priya speaking" or "Priya here".
fn agent(turns: &[Said]) -> String {
    let words: Vec<&str> = turns.iter().filter(|turn| turn.agent).flat_map(|turn| turn.text.split(' ')).collect();
    let introduced = words.windows(2).find(|pair| matches!(pair[1], "speaking." | "here."));
    introduced.map_or("Priya", |pair| pair[0]).to_owned()
}

fn sentiment(topic: &str) -> &'static str {
    match topic {
        "address change" | "hotel booking" | "dental appointment" => "positive",
        "lost parcel" | "late delivery" | "broken heating" => "negative",
        _ => "neutral",
    }
}

fn ms(moment: &str) -> i64 {
    moment.parse::<jiff::Timestamp>().expect("a demo call has a moment").as_millisecond()
}

fn number(value: &Value) -> i64 {
    value.as_i64().expect("a number of milliseconds")
}

fn read(file: &Path) -> Vec<u8> {
    std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/demo")
}

#[cfg(test)]
mod tests {
    use super::truth;

    #[test]
    fn the_demo_calls_are_told_as_they_were_recorded() {
        let truth = truth();
        assert_eq!(truth.calls.len(), 10);
        assert!(truth.calls.is_sorted_by_key(|call| call.started_ms), "in order of time");
        let moved = truth.calls.iter().find(|call| call.customer == "+17185550166").expect("the address change");
        assert_eq!((moved.agent.as_str(), moved.turns.len(), moved.format.as_str()), ("Priya", 8, "wav"));
        let dentist = truth.calls.iter().find(|call| call.customer == "+15125550143").expect("the dentist");
        assert_eq!((dentist.duration_ms, dentist.inbound), (28_974, true));
        assert!(truth.calls.iter().all(|call| call.audio.len() > 10_000 && !call.agent.is_empty()));
    }
}
