//! Amazon Transcribe: words and punctuation as items, times as strings; the speaker in each item, or in
//! `speaker_labels` by the item's start, or one list of items per channel.

use std::collections::HashMap;

use serde_json::Value;

use super::draft::{Draft, Said};
use super::words::{self, Names, Spoken};
use super::{Hint, clock, json};

const WORD: Names = Names { text: &["content"], start: "start_time", end: "end_time", time: clock::seconds };

pub(super) fn matches(value: &Value) -> bool {
    value["results"]["transcripts"].is_array() && value["results"]["items"].is_array()
}

pub(super) fn read(_hint: &Hint, value: &Value, draft: &mut Draft) {
    let results = &value["results"];
    draft.external_id("jobName", &value["jobName"]);
    draft.language = json::scalar(&results["language_code"]);
    draft.keep_rest(value, &["results", "jobName"]);
    let channels = json::list(&results["channel_labels"]["channels"]);
    let labels = labels(results);
    let spoken = if channels.is_empty() {
        spoken(&results["items"], None, &labels)
    } else {
        let all =
            channels.iter().flat_map(|c| spoken(&c["items"], words::label("Channel", &c["channel_label"]), &labels));
        words::interleave(all.collect())
    };
    let segments = json::list(&results["audio_segments"]);
    if !segments.is_empty() && spoken.iter().all(|word| word.speaker.is_none()) {
        say_segments(segments, &results["items"], draft);
    } else if spoken.is_empty() {
        let text = json::text(&results["transcripts"][0]["transcript"]).unwrap_or_default();
        draft.say(Said { text, ..Said::default() });
    } else {
        words::say_runs(&spoken, draft);
    }
}

/// Who speaks at which start, from the separate list of speakers.
fn labels(results: &Value) -> HashMap<String, String> {
    let segments = json::list(&results["speaker_labels"]["segments"]).iter();
    let with_items = segments.flat_map(|segment| {
        let own = std::iter::once((&segment["start_time"], &segment["speaker_label"]));
        own.chain(json::list(&segment["items"]).iter().map(|item| (&item["start_time"], &item["speaker_label"])))
    });
    with_items.filter_map(|(start, label)| Some((json::scalar(start)?, words::label("Speaker", label)?))).collect()
}

fn spoken(items: &Value, channel: Option<String>, labels: &HashMap<String, String>) -> Vec<Spoken> {
    let mut latest = None;
    let items = json::list(items).iter();
    items
        .filter_map(|item| {
            let best = &item["alternatives"][0];
            let is_glued = item["type"] == "punctuation";
            let own = words::speaker(item).or_else(|| labels.get(&json::scalar(&item["start_time"])?).cloned());
            latest = own.or_else(|| latest.clone());
            Some(Spoken {
                speaker: channel.clone().or_else(|| latest.clone()),
                text: json::text(&best["content"])?.to_owned(),
                start: clock::seconds(&item["start_time"]),
                end: clock::seconds(&item["end_time"]),
                confidence: json::confidence(&best["confidence"]).filter(|_| !is_glued),
                is_glued,
            })
        })
        .collect()
}

/// With nobody told apart, the recogniser's own segments make better turns than one long one.
fn say_segments(segments: &[Value], items: &Value, draft: &mut Draft) {
    let items = json::list(items);
    for (at, segment) in segments.iter().enumerate() {
        let own = json::list(&segment["items"]).iter().filter_map(|id| items.get(usize::try_from(id.as_u64()?).ok()?));
        let mut words = Vec::new();
        for item in own {
            let text = json::text(&item["alternatives"][0]["content"]).unwrap_or_default();
            match words.last_mut() {
                Some(model::Word { text: word, .. }) if item["type"] == "punctuation" => word.push_str(text),
                _ => words.extend(draft.word(text, (WORD.time)(&item[WORD.start]), (WORD.time)(&item[WORD.end]))),
            }
        }
        draft.say(Said {
            at,
            text: json::text(&segment["transcript"]).unwrap_or_default(),
            start: clock::seconds(&segment["start_time"]),
            end: clock::seconds(&segment["end_time"]),
            words,
            ..Said::default()
        });
    }
}
