//! whisper.cpp's JSON: segments with offsets in milliseconds, and a speaker where stereo was told apart.

use serde_json::Value;

use super::draft::{Draft, Said};
use super::{Hint, clock, json, words};

pub(super) fn matches(value: &Value) -> bool {
    json::any_has(&value["transcription"], "offsets")
}

pub(super) fn read(_hint: &Hint, value: &Value, draft: &mut Draft) {
    draft.language = json::scalar(&value["result"]["language"]);
    for (at, segment) in json::list(&value["transcription"]).iter().enumerate() {
        let Some(text) = segment["text"].as_str() else {
            draft.skip(at, "it has no text");
            continue;
        };
        let speaker = words::speaker(segment).filter(|speaker| speaker != "?");
        let (start, end) = (clock::millis(&segment["offsets"]["from"]), clock::millis(&segment["offsets"]["to"]));
        draft.say(Said { at, speaker, text, start, end, ..Said::default() });
    }
    draft.keep_rest(value, &["transcription", "result"]);
}
