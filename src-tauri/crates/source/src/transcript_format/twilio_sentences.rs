//! Twilio Intelligence sentences: the channel tells the speaker, and every number may be a string.

use serde_json::Value;

use super::draft::{Draft, Said};
use super::words::{self, Names};
use super::{Hint, clock, json};

const WORD: Names = Names { text: &["word"], start: "start_time", end: "end_time", time: clock::seconds };

pub(super) fn matches(value: &Value) -> bool {
    json::any_has(&value["sentences"], "media_channel")
}

pub(super) fn read(_hint: &Hint, value: &Value, draft: &mut Draft) {
    let mut sentences: Vec<(usize, &Value)> = json::list(&value["sentences"]).iter().enumerate().collect();
    sentences.sort_by_key(|(at, sentence)| sentence["sentence_index"].as_u64().unwrap_or(*at as u64));
    for (at, sentence) in sentences {
        let Some(text) = sentence["transcript"].as_str() else {
            draft.skip(at, "it has no transcript");
            continue;
        };
        let words = words::of_turn(&sentence["words"], &WORD, draft);
        draft.say(Said {
            at,
            speaker: words::label("Channel", &sentence["media_channel"]),
            text,
            start: clock::seconds(&sentence["start_time"]),
            end: clock::seconds(&sentence["end_time"]),
            confidence: json::confidence(&sentence["confidence"]),
            words,
            ..Said::default()
        });
    }
    if json::text(&value["meta"]["next_page_url"]).is_some() {
        draft.note("this is one page of several; the later sentences are not in this file".to_owned());
    }
    draft.keep_rest(value, &["sentences", "meta"]);
}
