//! Whisper's own JSON and OpenAI's `verbose_json`; also a bare list of segments, as scripts around it write.
//! `avg_logprob` is not a probability of the text being right and is not taken for one.

use serde_json::Value;

use super::draft::{Draft, Said};
use super::words::{self, Names};
use super::{Hint, clock, json};

pub(super) const WORD: Names = Names { text: &["word", "text"], start: "start", end: "end", time: clock::seconds };

pub(super) fn matches(value: &Value) -> bool {
    let is_segment =
        |item: &Value| item.get("start").is_some() && item.get("end").is_some() && item["text"].is_string();
    json::list(&value["segments"]).iter().any(is_segment) || json::list(value).iter().any(is_segment)
}

pub(super) fn read(_hint: &Hint, value: &Value, draft: &mut Draft) {
    let segments = if value.is_array() { value } else { &value["segments"] };
    read_segments(segments, draft);
    read_facts(value, draft);
}

/// Segments with `start`, `end`, `text`, and perhaps `speaker`, `words` and `confidence`.
pub(super) fn read_segments(segments: &Value, draft: &mut Draft) {
    for (at, segment) in json::list(segments).iter().enumerate() {
        let Some(text) = segment["text"].as_str() else {
            draft.skip(at, "it has no text");
            continue;
        };
        let words = words::of_turn(&segment["words"], &WORD, draft);
        draft.say(Said {
            at,
            speaker: words::speaker(segment),
            text,
            start: clock::seconds(&segment["start"]),
            end: clock::seconds(&segment["end"]),
            confidence: json::confidence(&segment["confidence"]),
            words,
            ..Said::default()
        });
    }
}

pub(super) fn read_facts(value: &Value, draft: &mut Draft) {
    draft.language = json::scalar(&value["language"]);
    draft.call.duration_ms = json::duration(&value["duration"]);
    draft.keep_rest(value, &["segments", "word_segments", "words", "text", "language", "duration"]);
}
