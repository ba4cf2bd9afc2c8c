//! Google Speech-to-Text, version 1 (`startTime`, `speakerTag`) and 2 (`startOffset`, `speakerLabel`), also inside the
//! `response` of a long-running operation. With diarisation version 1 repeats every word, now with speakers, in its
//! last result; then only that one is read.

use serde_json::Value;

use super::draft::{Draft, Said};
use super::words::{self, Spoken};
use super::{Hint, clock, json};

pub(super) fn matches_v1(value: &Value) -> bool {
    results(value).iter().any(|result| result["alternatives"].is_array())
}

pub(super) fn matches_v2(value: &Value) -> bool {
    matches_v1(value)
        && results(value).iter().any(|result| {
            let words = &result["alternatives"][0]["words"];
            !result["resultEndOffset"].is_null()
                || json::any_has(words, "startOffset")
                || json::any_has(words, "endOffset")
        })
}

pub(super) fn read(_hint: &Hint, value: &Value, draft: &mut Draft) {
    let results = results(value);
    draft.language = results.iter().find_map(|result| json::scalar(&result["languageCode"]));
    draft.keep_rest(value, &["results", "response"]);
    draft.keep_rest(&value["response"], &["results", "@type"]);
    if let Some(repeated) = diarised_repeat(results).filter(|_| results.len() > 1) {
        words::say_runs(&repeated, draft);
        return;
    }
    let has_channels = results.iter().any(|result| channel(result) != channel(&results[0]));
    for (at, result) in results.iter().enumerate() {
        let spoken = spoken(result);
        let speakers = spoken.chunk_by(|a, b| a.speaker == b.speaker).count();
        if speakers > 1 && !has_channels {
            words::say_runs(&spoken, draft);
        } else {
            let speaker =
                if has_channels { channel(result) } else { spoken.first().and_then(|word| word.speaker.clone()) };
            say_result(at, result, &spoken, speaker, draft);
        }
    }
}

fn results(value: &Value) -> &[Value] {
    let own = json::list(&value["results"]);
    if own.is_empty() { json::list(&value["response"]["results"]) } else { own }
}

/// The last result's words if they are all the words again, with speakers.
fn diarised_repeat(results: &[Value]) -> Option<Vec<Spoken>> {
    let (last, before) = results.split_last()?;
    let words = spoken(last);
    let earlier: usize = before.iter().map(|result| json::list(&result["alternatives"][0]["words"]).len()).sum();
    let begins_again =
        before.iter().flat_map(spoken).next().is_none_or(|first| words.first().is_some_and(|w| w.start == first.start));
    (words.iter().any(|word| word.speaker.is_some()) && words.len() >= earlier && begins_again).then_some(words)
}

fn say_result(at: usize, result: &Value, spoken: &[Spoken], speaker: Option<String>, draft: &mut Draft) {
    let best = &result["alternatives"][0];
    let words: Vec<_> = spoken.iter().filter_map(|word| draft.word(&word.text, word.start, word.end)).collect();
    let joined = || spoken.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    draft.say(Said {
        at,
        speaker,
        text: &json::text(&best["transcript"]).map_or_else(joined, str::to_owned),
        start: spoken.first().map_or(super::Reading::Absent, |word| word.start),
        end: spoken.last().map_or(super::Reading::Absent, |word| word.end),
        confidence: json::confidence(&best["confidence"]),
        words,
        ..Said::default()
    });
}

fn channel(result: &Value) -> Option<String> {
    words::label("Channel", &result["channelTag"])
}

fn spoken(result: &Value) -> Vec<Spoken> {
    let words = json::list(&result["alternatives"][0]["words"]).iter();
    words
        .filter_map(|word| {
            let tag = json::first(word, &["speakerLabel", "speakerTag"]);
            Some(Spoken {
                speaker: words::label("Speaker", tag).filter(|_| *tag != 0),
                text: json::text(&word["word"])?.to_owned(),
                start: clock::protobuf(json::first(word, &["startOffset", "startTime"])),
                end: clock::protobuf(json::first(word, &["endOffset", "endTime"])),
                confidence: json::confidence(&word["confidence"]).filter(|sure| *sure > 0.0),
                is_glued: false,
            })
        })
        .collect()
}
