//! WhisperX: Whisper's segments with aligned words and speakers. Words it could not align have no times.

use serde_json::Value;

use super::draft::Draft;
use super::words;
use super::{Hint, json, whisper};

pub(super) fn matches(value: &Value) -> bool {
    let has_segments = json::any_has(&value["segments"], "text");
    let has_words = json::any_has(&value["word_segments"], "word");
    has_words || (has_segments && (value["word_segments"].is_array() || json::any_has(&value["segments"], "speaker")))
}

pub(super) fn read(_hint: &Hint, value: &Value, draft: &mut Draft) {
    if json::any_has(&value["segments"], "text") {
        whisper::read_segments(&value["segments"], &value["word_segments"], draft);
    } else {
        words::say_runs(&words::spoken(&value["word_segments"], &whisper::WORD, "score"), draft);
    }
    whisper::read_facts(value, draft);
}
