//! AssemblyAI: utterances, else words. Times are milliseconds; copies in seconds exist, and are told by their size
//! against the audio's length or by having fractions.

use serde_json::Value;

use super::draft::{Draft, Said};
use super::words::{self, Names};
use super::{Hint, clock, json};

pub(super) fn matches(value: &Value) -> bool {
    let is_listed = |name| json::any_has(&value[name], "text") || value[name].as_array().is_some_and(Vec::is_empty);
    let is_job = value.get("audio_duration").is_some() || value["status"].is_string();
    is_job && (is_listed("utterances") || is_listed("words"))
}

pub(super) fn read(_hint: &Hint, value: &Value, draft: &mut Draft) {
    let time = if is_in_seconds(value) { clock::seconds } else { clock::millis };
    let names = Names { text: &["text"], start: "start", end: "end", time };
    draft.external_id("id", &value["id"]);
    draft.language = json::scalar(&value["language_code"]);
    draft.call.duration_ms = json::duration(&value["audio_duration"]);
    draft.insights.summary = json::text(&value["summary"]).map(str::to_owned);
    draft.insights.topics = json::list(&value["chapters"])
        .iter()
        .filter_map(|chapter| json::scalar(&chapter["headline"]))
        .take(1000)
        .collect();
    if let Some(error) = json::text(&value["error"]) {
        draft.note(format!("the recogniser failed: {}", error.chars().take(200).collect::<String>()));
    }
    draft.keep_rest(
        value,
        &[
            "audio_duration",
            "language_code",
            "utterances",
            "words",
            "text",
            "id",
            "summary",
            "sentiment_analysis_results",
            "chapters",
        ],
    );
    let utterances = json::list(&value["utterances"]);
    let spoken = words::spoken(&value["words"], &names, "confidence");
    if utterances.is_empty() && spoken.is_empty() {
        draft.say(Said { text: json::text(&value["text"]).unwrap_or_default(), ..Said::default() });
    } else if utterances.is_empty() {
        words::say_runs(&spoken, draft);
    }
    for (at, utterance) in utterances.iter().enumerate() {
        let Some(text) = utterance["text"].as_str() else {
            draft.skip(at, "it has no text");
            continue;
        };
        let words = words::of_turn(&utterance["words"], &names, draft);
        draft.say(Said {
            at,
            speaker: words::speaker(utterance),
            text,
            start: time(&utterance["start"]),
            end: time(&utterance["end"]),
            confidence: json::confidence(&utterance["confidence"]),
            words,
            ..Said::default()
        });
    }
}

/// Milliseconds, unless the last end fits twice into the audio's length counted in seconds, or an end has a fraction.
fn is_in_seconds(value: &Value) -> bool {
    let listed = ["utterances", "words"].into_iter().flat_map(|name| json::list(&value[name]));
    let ends: Vec<f64> = listed.filter_map(|item| json::number(&item["end"])).filter(|end| end.is_finite()).collect();
    let latest = ends.iter().copied().fold(0.0, f64::max);
    match json::number(&value["audio_duration"]).filter(|length| *length > 0.0) {
        Some(length) => latest <= 2.0 * length,
        None => ends.iter().any(|end| end.fract() != 0.0),
    }
}
