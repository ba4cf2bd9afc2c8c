//! Deepgram's answer for a recorded file: utterances if asked for, else paragraphs, else words.

use model::Sentiment;
use serde_json::Value;

use super::draft::{Draft, Said};
use super::words::{self, Names, Pool, Spoken};
use super::{Hint, clock, json};

static WORD: Names = Names { text: &["punctuated_word", "word"], start: "start", end: "end", time: clock::seconds };

pub(super) fn matches(value: &Value) -> bool {
    json::list(&value["results"]["channels"]).iter().any(|channel| channel["alternatives"].is_array())
}

pub(super) fn read(_hint: &Hint, value: &Value, draft: &mut Draft) {
    let results = &value["results"];
    let best: Vec<&Value> = json::list(&results["channels"]).iter().map(|c| &c["alternatives"][0]).collect();
    let mut channels: Vec<Pool> = best.iter().map(|best| Pool::of(&best["words"], &WORD)).collect();
    read_facts(value, draft);
    if !json::list(&results["utterances"]).is_empty() {
        say_utterances(&results["utterances"], &mut channels, draft);
    } else if best.iter().any(|best| !json::list(&best["paragraphs"]["paragraphs"]).is_empty()) {
        for (number, best) in best.iter().enumerate() {
            say_paragraphs(number, best, &mut channels, draft);
        }
    } else {
        say_words(&best, draft);
    }
}

fn read_facts(value: &Value, draft: &mut Draft) {
    let (metadata, results) = (&value["metadata"], &value["results"]);
    draft.external_id("request_id", &metadata["request_id"]);
    draft.call.duration_ms = json::duration(&metadata["duration"]);
    draft.language = json::scalar(&results["channels"][0]["detected_language"])
        .or_else(|| json::scalar(&results["channels"][0]["alternatives"][0]["languages"][0]));
    draft.insights.summary = json::text(&results["summary"]["short"]).map(str::to_owned);
    let average = &results["sentiments"]["average"];
    if let Some(overall) = json::scalar(&average["sentiment"]) {
        draft.insights.sentiment =
            Some(Sentiment { overall: Some(overall), score: json::number(&average["sentiment_score"]) });
    }
    draft.insights.topics = named(&results["topics"]["segments"], "topics", "topic");
    draft.insights.intent = named(&results["intents"]["segments"], "intents", "intent").into_iter().next();
    draft.keep_rest(metadata, &["request_id", "duration"]);
}

/// The distinct names in every segment's list, in order.
fn named(segments: &Value, list: &str, name: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for item in json::list(segments).iter().take(1000).flat_map(|segment| json::list(&segment[list])).take(1000) {
        if let Some(name) = json::scalar(&item[name]).filter(|name| !found.contains(name)) {
            found.push(name);
        }
    }
    found
}

fn say_utterances(utterances: &Value, channels: &mut [Pool], draft: &mut Draft) {
    let utterances = json::list(utterances);
    let has_channels = utterances.iter().any(|utterance| utterance["channel"] != utterances[0]["channel"]);
    for (at, utterance) in utterances.iter().enumerate() {
        let Some(text) = utterance["transcript"].as_str() else {
            draft.skip(at, "it has no transcript");
            continue;
        };
        let mut words = words::of_turn(&utterance["words"], &WORD, draft);
        if words.is_empty() {
            let number = utterance["channel"].as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
            words = channels.get_mut(number).map(|pool| pool.take(utterance, draft)).unwrap_or_default();
        }
        let channel = || has_channels.then(|| words::label("Channel", &utterance["channel"])).flatten();
        draft.say(Said {
            at,
            speaker: speaker_of(utterance, has_channels).or_else(channel),
            text,
            start: clock::seconds(&utterance["start"]),
            end: clock::seconds(&utterance["end"]),
            confidence: json::confidence(&utterance["confidence"]),
            words,
            ..Said::default()
        });
    }
}

/// With several channels every channel counts its own speakers from 0, so the channel tells more.
fn speaker_of(value: &Value, has_channels: bool) -> Option<String> {
    if has_channels { None } else { words::speaker(value) }
}

fn say_paragraphs(number: usize, best: &Value, channels: &mut [Pool], draft: &mut Draft) {
    let has_channels = channels.len() > 1;
    for paragraph in json::list(&best["paragraphs"]["paragraphs"]) {
        let sentences: Vec<&str> =
            json::list(&paragraph["sentences"]).iter().filter_map(|sentence| json::text(&sentence["text"])).collect();
        let words = channels[number].take(paragraph, draft);
        draft.say(Said {
            at: draft.turn_count(),
            speaker: speaker_of(paragraph, has_channels).or_else(|| has_channels.then(|| format!("Channel {number}"))),
            text: &sentences.join(" "),
            start: clock::seconds(&paragraph["start"]),
            end: clock::seconds(&paragraph["end"]),
            words,
            ..Said::default()
        });
    }
}

fn say_words(best: &[&Value], draft: &mut Draft) {
    let has_channels = best.len() > 1;
    let mut spoken: Vec<Spoken> = Vec::new();
    for (number, best) in best.iter().enumerate() {
        let channel = has_channels.then(|| format!("Channel {number}"));
        let words = words::spoken(&best["words"], &WORD, "confidence");
        if words.is_empty() {
            let text = json::text(&best["transcript"]).unwrap_or_default();
            let confidence = json::confidence(&best["confidence"]);
            draft.say(Said { at: number, speaker: channel, text, confidence, ..Said::default() });
            continue;
        }
        spoken.extend(words.into_iter().map(|word| Spoken { speaker: channel.clone().or(word.speaker), ..word }));
    }
    words::say_runs(&if has_channels { words::interleave(spoken) } else { spoken }, draft);
}
