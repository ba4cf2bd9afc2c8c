//! The example files, and results as text that can be compared line by line.

#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};

use model::{Call, Insights, Turn, Word};
use turnstone_source::transcript_format::Recognised;
use turnstone_source::vcon::{Media, VCon};

/// Where the examples are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts")
}

/// Every example, in order.
pub fn examples() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in [folder(), folder().join("vcon")] {
        let entries =
            fs::read_dir(folder).expect("the examples are there").map(|entry| entry.expect("readable").path());
        found.extend(entries.filter(|path| path.is_file() && path.extension().is_none_or(|e| e != "expected")));
    }
    found.sort();
    assert!(found.len() > 40, "the examples are complete");
    found
}

pub fn render(read: &Recognised) -> String {
    let mut out = format!("format {}\n", read.format);
    assert_eq!(read.transcript.format.as_deref(), Some(read.format), "the transcript names its format too");
    body(&mut out, read.transcript.language.as_deref(), &read.transcript.turns, &read.call, read.insights.as_ref());
    keys(&mut out, &read.metadata, &read.notes);
    out
}

pub fn render_vcon(read: &VCon) -> String {
    let mut out = format!("format vcon\nuuid {:?} signed {}\n", read.uuid, read.signed);
    let transcript = read.transcript.clone().unwrap_or_default();
    body(&mut out, transcript.language.as_deref(), &transcript.turns, &read.call, read.insights.as_ref());
    for recording in &read.recordings {
        let media = match &recording.media {
            Media::Inline { bytes, .. } => format!("{} bytes", bytes.len()),
            other => format!("{other:?}"),
        };
        let start = recording.started_at.as_ref().map(|m| format!("{} assumed={}", m.to_rfc3339(), m.zone_assumed));
        let facts = (recording.dialog, &recording.file_name, &recording.media_type, start, recording.duration_ms);
        out.push_str(&format!("recording {facts:?} {media}\n"));
    }
    keys(&mut out, &read.metadata, &read.notes);
    out
}

fn body(out: &mut String, language: Option<&str>, turns: &[Turn], call: &Call, insights: Option<&Insights>) {
    if let Some(language) = language {
        out.push_str(&format!("language {language}\n"));
    }
    for turn in turns {
        out.push_str(&line(turn));
    }
    let told = serde_json::to_value(call).expect("a call can be written");
    for (name, value) in told.as_object().expect("a call is an object") {
        let is_said = !value.is_null() && value.as_object().is_none_or(|members| !members.is_empty());
        if is_said {
            out.push_str(&format!("call.{name} {value}\n"));
        }
    }
    if let Some(insights) = insights {
        out.push_str(&format!("insights {}\n", serde_json::to_string(insights).expect("insights can be written")));
    }
}

fn keys(out: &mut String, metadata: &serde_json::Map<String, serde_json::Value>, notes: &[String]) {
    let names: Vec<&str> = metadata.keys().map(String::as_str).collect();
    out.push_str(&format!("metadata {}\n", names.join(" ")));
    for note in notes {
        out.push_str(&format!("note {note}\n"));
    }
}

fn line(turn: &Turn) -> String {
    let confidence = turn.confidence.map_or("-".to_owned(), |sure| format!("{sure:.4}"));
    let role = turn.role.map_or("-", |role| role.as_str());
    let speaker = turn.speaker.as_deref().unwrap_or("-");
    let words: String = turn.words.iter().map(word).collect();
    let times = span(turn.start_ms, turn.end_ms);
    format!("turn {times} {} {confidence} [{role}] {speaker}: {:?}{words}\n", turn.timing.as_str(), turn.text)
}

fn word(word: &Word) -> String {
    format!(" | {}@{}", word.text, span(word.start_ms, word.end_ms))
}

fn span(start: Option<i64>, end: Option<i64>) -> String {
    let show = |ms: Option<i64>| ms.map_or("?".to_owned(), |ms| ms.to_string());
    format!("{}-{}", show(start), show(end))
}
