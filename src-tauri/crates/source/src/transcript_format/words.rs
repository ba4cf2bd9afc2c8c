//! For recognisers that give words and no turns: words become turns wherever the speaker changes.

use model::{Ms, Word};
use serde_json::Value;

use super::draft::{Draft, Said};
use super::{Reading, json};

/// One word as a recogniser gave it.
#[derive(Clone)]
pub(crate) struct Spoken {
    pub speaker: Option<String>,
    pub text: String,
    pub start: Reading,
    pub end: Reading,
    pub confidence: Option<f64>,
    /// Punctuation, which belongs to the word before.
    pub is_glued: bool,
}

/// How a format names what a word has.
pub(crate) struct Names {
    pub text: &'static [&'static str],
    pub start: &'static str,
    pub end: &'static str,
    pub time: fn(&Value) -> Reading,
}

/// A label as it is shown: text as it came, a bare number as `Speaker 1`; `kind` is that first word.
pub(crate) fn label(kind: &str, value: &Value) -> Option<String> {
    let label = json::scalar(value)?;
    let is_number = label.bytes().all(|b| b.is_ascii_digit());
    Some(if is_number { format!("{kind} {label}") } else { label })
}

/// Who speaks, by the usual names: `speaker`, else nobody.
pub(crate) fn speaker(value: &Value) -> Option<String> {
    label("Speaker", json::first(value, &["speaker", "speaker_label", "speakerLabel"]))
}

/// The words of a turn whose text is given besides.
pub(crate) fn of_turn(items: &Value, names: &Names, draft: &mut Draft) -> Vec<Word> {
    json::list(items).iter().filter_map(|item| word(item, names, draft)).collect()
}

/// One word of a turn.
pub(crate) fn word(item: &Value, names: &Names, draft: &mut Draft) -> Option<Word> {
    let text = json::text(json::first(item, names.text))?;
    draft.word(text, (names.time)(&item[names.start]), (names.time)(&item[names.end]))
}

/// Words given apart from the turns they belong to, in the order of their starts; each is handed out once.
pub(crate) struct Pool<'a> {
    words: Vec<(Ms, &'a Value)>,
    next: usize,
    names: &'static Names,
}

impl<'a> Pool<'a> {
    /// The words of a list that have a start.
    pub(crate) fn of(items: &'a Value, names: &'static Names) -> Self {
        let items = json::list(items).iter();
        let mut words: Vec<_> = items.filter_map(|item| Some(((names.time)(&item[names.start]).ms()?, item))).collect();
        words.sort_by_key(|(start, _)| *start);
        Self { words, next: 0, names }
    }

    /// The words that start within `turn`'s times and went to no turn yet.
    pub(crate) fn take(&mut self, turn: &Value, draft: &mut Draft) -> Vec<Word> {
        let time = |name| (self.names.time)(&turn[name]).ms();
        let (Some(start), Some(end)) = (time(self.names.start), time(self.names.end)) else {
            return Vec::new();
        };
        let left = &self.words[self.next..];
        let from = left.partition_point(|(at, _)| *at < start);
        let length = left[from..].partition_point(|(at, _)| *at < end);
        self.next += from + length;
        left[from..from + length].iter().filter_map(|(_, item)| word(item, self.names, draft)).collect()
    }
}

/// Words that carry their own speaker under the usual names.
pub(crate) fn spoken(items: &Value, names: &Names, confidence: &str) -> Vec<Spoken> {
    json::list(items)
        .iter()
        .filter_map(|item| {
            Some(Spoken {
                speaker: speaker(item),
                text: json::text(json::first(item, names.text))?.to_owned(),
                start: (names.time)(&item[names.start]),
                end: (names.time)(&item[names.end]),
                confidence: json::confidence(&item[confidence]),
                is_glued: false,
            })
        })
        .collect()
}

/// Puts the words of several channels into the order in which they were said. A word without a time stays behind the
/// one it followed.
pub(crate) fn interleave(spoken: Vec<Spoken>) -> Vec<Spoken> {
    let mut latest = 0;
    let mut keyed: Vec<(Ms, Spoken)> = spoken
        .into_iter()
        .map(|word| {
            latest = word.start.ms().unwrap_or(latest);
            (latest, word)
        })
        .collect();
    keyed.sort_by_key(|(start, _)| *start);
    keyed.into_iter().map(|(_, word)| word).collect()
}

/// Says one turn for every run of words by the same speaker. A turn starts with its first word that has a time and ends
/// with its last word if that has one; its confidence is the mean of its words'.
pub(crate) fn say_runs(spoken: &[Spoken], draft: &mut Draft) {
    let runs = spoken.chunk_by(|a, b| a.speaker == b.speaker || b.is_glued);
    for (at, run) in runs.enumerate() {
        say_run(at, run, draft);
    }
}

fn say_run(at: usize, run: &[Spoken], draft: &mut Draft) {
    let mut text = String::new();
    let mut words: Vec<Word> = Vec::new();
    for spoken in run {
        match words.last_mut().filter(|_| spoken.is_glued) {
            Some(word) => word.text.push_str(&spoken.text),
            None => {
                words.extend(draft.word(&spoken.text, spoken.start, spoken.end));
                if !text.is_empty() {
                    text.push(' ');
                }
            }
        }
        text.push_str(&spoken.text);
    }
    let start = words.iter().find_map(|word| word.start_ms);
    let end = words.last().and_then(|word| word.end_ms);
    let sure: Vec<f64> = run.iter().filter(|word| !word.is_glued).filter_map(|word| word.confidence).collect();
    let confidence = (!sure.is_empty()).then(|| sure.iter().sum::<f64>() / sure.len() as f64);
    draft.say(Said {
        at,
        speaker: run.first().and_then(|word| word.speaker.clone()),
        text: &text,
        start: Reading::of_offset(start),
        end: Reading::of_offset(end),
        confidence,
        words,
        ..Said::default()
    });
}
