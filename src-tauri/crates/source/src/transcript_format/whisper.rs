//! Whisper's own JSON and OpenAI's `verbose_json`, whose words stand apart from its segments or alone; also a bare list of
//! segments, as scripts around it write.
//! `avg_logprob` is not a probability of the text being right and is not taken for one.

use serde_json::Value;

use super::draft::{Draft, Said};
use super::words::{self, Names, Pool};
use super::{Hint, clock, json};

pub(super) static WORD: Names = Names { text: &["word", "text"], start: "start", end: "end", time: clock::seconds };

pub(super) fn matches(value: &Value) -> bool {
    let is_segment =
        |item: &Value| item.get("start").is_some() && item.get("end").is_some() && item["text"].is_string();
    json::list(&value["segments"]).iter().any(is_segment)
        || json::list(value).iter().any(is_segment)
        || (value["text"].is_string() && json::any_has(&value["words"], "word"))
}

pub(super) fn read(_hint: &Hint, value: &Value, draft: &mut Draft) {
    let segments = if value.is_array() { value } else { &value["segments"] };
    if json::list(segments).is_empty() {
        words::say_runs(&words::spoken(&value["words"], &WORD, "probability"), draft);
    }
    read_segments(segments, &value["words"], draft);
    read_facts(value, draft);
}

/// Segments with `start`, `end`, `text`, and perhaps `speaker`, `words` and `confidence`. Those without their own words
/// get theirs from `apart`.
pub(super) fn read_segments(segments: &Value, apart: &Value, draft: &mut Draft) {
    let mut apart = Pool::of(apart, &WORD);
    for (at, segment) in json::list(segments).iter().enumerate() {
        let Some(text) = segment["text"].as_str() else {
            draft.skip(at, "it has no text");
            continue;
        };
        let mut words = words::of_turn(&segment["words"], &WORD, draft);
        if words.is_empty() {
            words = apart.take(segment, draft);
        }
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
