//! Rev.ai: monologues of elements, the spaces and punctuation being elements of their own.

use model::Word;
use serde_json::Value;

use super::draft::{Draft, Said};
use super::{Hint, Reading, clock, json, words};

pub(super) fn matches(value: &Value) -> bool {
    json::list(&value["monologues"]).iter().any(|monologue| monologue["elements"].is_array())
}

pub(super) fn read(_hint: &Hint, value: &Value, draft: &mut Draft) {
    draft.language = json::scalar(&value["language"]);
    for (at, monologue) in json::list(&value["monologues"]).iter().enumerate() {
        if !monologue["elements"].is_array() {
            draft.skip(at, "it has no elements");
            continue;
        }
        say_monologue(at, monologue, draft);
    }
    draft.keep_rest(value, &["monologues", "language"]);
}

fn say_monologue(at: usize, monologue: &Value, draft: &mut Draft) {
    let mut text = String::new();
    let mut words: Vec<Word> = Vec::new();
    let mut sure: Vec<f64> = Vec::new();
    for element in json::list(&monologue["elements"]) {
        let Some(value) = element["value"].as_str() else { continue };
        text.push_str(value);
        if element["type"] == "punct" {
            if let Some(word) = words.last_mut().filter(|_| !value.starts_with(char::is_whitespace)) {
                word.text.push_str(value.trim());
            }
        } else {
            words.extend(draft.word(value, clock::seconds(&element["ts"]), clock::seconds(&element["end_ts"])));
            sure.extend(json::confidence(&element["confidence"]));
        }
    }
    let name = json::scalar(&monologue["speaker_info"]["display_name"]);
    draft.say(Said {
        at,
        speaker: name.or_else(|| words::speaker(monologue)),
        text: &text,
        start: Reading::of_offset(words.iter().find_map(|word| word.start_ms)),
        end: Reading::of_offset(words.last().and_then(|word| word.end_ms)),
        confidence: (!sure.is_empty()).then(|| sure.iter().sum::<f64>() / sure.len() as f64),
        words,
        ..Said::default()
    });
}
