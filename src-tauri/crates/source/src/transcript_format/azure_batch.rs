//! Azure batch transcription: recognised phrases with times in milliseconds, in ticks of 100 ns, or as ISO durations.

use serde_json::Value;

use super::draft::{Draft, Said};
use super::{Hint, Reading, clock, json, words};

pub(super) fn matches(value: &Value) -> bool {
    value["recognizedPhrases"].is_array()
}

pub(super) fn read(_hint: &Hint, value: &Value, draft: &mut Draft) {
    let phrases = json::list(&value["recognizedPhrases"]);
    draft.call.duration_ms = time(value, "duration").ms().filter(|ms| *ms > 0);
    draft.language = phrases.iter().find_map(|phrase| json::scalar(&phrase["locale"]));
    let has_channels = phrases.iter().any(|phrase| phrase["channel"] != phrases[0]["channel"]);
    for (at, phrase) in phrases.iter().enumerate() {
        let best = &phrase["nBest"][0];
        let Some(text) = json::text(json::first(best, &["display", "itn", "lexical"])) else {
            draft.skip(at, "nothing was recognised in it");
            continue;
        };
        let list = if json::list(&best["displayWords"]).is_empty() { &best["words"] } else { &best["displayWords"] };
        let words = json::list(list).iter().filter_map(|word| {
            let start = time(word, "offset");
            draft.word(
                json::text(json::first(word, &["displayText", "word"]))?,
                start,
                start.plus(time(word, "duration")),
            )
        });
        let words = words.collect();
        let channel = || has_channels.then(|| words::label("Channel", &phrase["channel"])).flatten();
        let start = time(phrase, "offset");
        draft.say(Said {
            at,
            speaker: words::speaker(phrase).or_else(channel),
            text,
            start,
            end: start.plus(time(phrase, "duration")),
            confidence: json::confidence(&best["confidence"]),
            words,
            ..Said::default()
        });
    }
    draft.keep_rest(
        value,
        &["recognizedPhrases", "combinedRecognizedPhrases", "duration", "durationInTicks", "durationMilliseconds"],
    );
}

/// `offset` or `duration` in whichever unit it was written.
fn time(value: &Value, name: &str) -> Reading {
    let readings = [
        clock::millis(&value[format!("{name}Milliseconds")]),
        clock::ticks(&value[format!("{name}InTicks")]),
        clock::iso_duration(&value[name]),
    ];
    readings.into_iter().find(|reading| *reading != Reading::Absent).unwrap_or(Reading::Absent)
}
