//! A transcript in the making: every format says its turns here, and here the rules common to all are kept.

use model::{Call, Insights, Ms, Role, Timing, Transcript, Turn, Word};
use serde_json::{Map, Value};

use super::{FormatError, MAX_TURNS, Reading, Recognised};

/// How many notes are kept in full; the rest is counted.
const MAX_NOTES: usize = 30;
/// The longest value kept as metadata, and all of them together, in bytes of text.
const MAX_VALUE: usize = 16 << 10;
const MAX_METADATA: usize = 256 << 10;

/// What a format has found so far.
#[derive(Default)]
pub(crate) struct Draft {
    pub call: Call,
    pub insights: Insights,
    pub metadata: Map<String, Value>,
    pub language: Option<String>,
    /// The source's own order is right even where the times say otherwise.
    pub keep_order: bool,
    turns: Vec<Turn>,
    notes: Vec<String>,
    further_notes: usize,
    empty: usize,
    bad_word_times: usize,
    is_full: bool,
}

/// One turn as a format found it.
pub(crate) struct Said<'a> {
    /// Its position in the source, from 0, for notes.
    pub at: usize,
    pub speaker: Option<String>,
    /// Only if the source says more than the speaker's label does.
    pub role: Option<Role>,
    pub text: &'a str,
    pub start: Reading,
    pub end: Reading,
    pub timing: Timing,
    pub confidence: Option<f64>,
    pub words: Vec<Word>,
}

impl Default for Said<'_> {
    fn default() -> Self {
        Said {
            at: 0,
            speaker: None,
            role: None,
            text: "",
            start: Reading::Absent,
            end: Reading::Absent,
            timing: Timing::Source,
            confidence: None,
            words: Vec::new(),
        }
    }
}

impl Draft {
    /// Adds a turn. One without text is left out; an unusable time is left out of it and noted.
    pub(crate) fn say(&mut self, said: Said) {
        let text = said.text.trim();
        if text.is_empty() {
            self.empty += 1;
            return;
        }
        if self.turns.len() >= MAX_TURNS {
            self.is_full = true;
            return;
        }
        let number = said.at + 1;
        if said.start == Reading::Unusable {
            self.note(format!("turn {number}: its start is not a usable time; the turn is kept without one"));
        }
        let start_ms = said.start.ms();
        let end_ms = match (start_ms, said.end) {
            (Some(start), Reading::At(end)) if end >= start => Some(end),
            (Some(_), Reading::At(_) | Reading::Unusable) => {
                self.note(format!("turn {number}: its end is not a usable time or lies before its start; left open"));
                None
            }
            _ => None,
        };
        let role = said.role.or_else(|| said.speaker.as_deref().and_then(Role::of_label));
        let timing = if start_ms.is_some() { said.timing } else { Timing::None };
        self.turns.push(Turn {
            speaker: said.speaker,
            role,
            text: text.to_owned(),
            start_ms,
            end_ms,
            confidence: said.confidence,
            timing,
            words: said.words,
        });
    }

    /// A word with what times it has; `None` for a blank one.
    pub(crate) fn word(&mut self, text: &str, start: Reading, end: Reading) -> Option<Word> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let start_ms = start.ms();
        let end_ms = end.ms().filter(|end| start_ms.is_some_and(|start| *end >= start));
        if start == Reading::Unusable || (start_ms.is_some() && end_ms.is_none() && end != Reading::Absent) {
            self.bad_word_times += 1;
        }
        Some(Word { text: text.to_owned(), start_ms, end_ms })
    }

    /// Says what was not understood.
    pub(crate) fn note(&mut self, note: String) {
        if self.notes.len() < MAX_NOTES { self.notes.push(note) } else { self.further_notes += 1 }
    }

    /// An item of a list that is no turn at all.
    pub(crate) fn skip(&mut self, at: usize, why: &str) {
        self.note(format!("turn {}: {why}; left out", at + 1));
    }

    /// An id under its source's name, if there is one.
    pub(crate) fn external_id(&mut self, name: &str, value: &Value) {
        if let Some(id) = super::json::scalar(value).filter(|id| id.len() <= 256) {
            self.call.external_ids.insert(name.to_owned(), id);
        }
    }

    /// Keeps everything of `value` but `used` as metadata.
    pub(crate) fn keep_rest(&mut self, value: &Value, used: &[&str]) {
        let mut metadata = std::mem::take(&mut self.metadata);
        keep_rest(&mut metadata, value, used, &mut |note| self.note(note));
        self.metadata = metadata;
    }

    pub(crate) fn turn_count(&self) -> usize {
        self.turns.len()
    }

    /// The finished transcript.
    pub(crate) fn finish(mut self, format: &'static str) -> Result<Recognised, FormatError> {
        if self.is_full {
            return Err(FormatError::TooMany { what: "turns", limit: MAX_TURNS });
        }
        if !self.keep_order {
            sort_turns(&mut self.turns);
        }
        if self.turns.is_empty() {
            self.note("no turn with words was found".to_owned());
        }
        if self.empty > 0 && !self.turns.is_empty() {
            self.note(format!("{} turns without words were left out", self.empty));
        }
        if self.bad_word_times > 0 {
            self.note(format!("{} words have unusable times; the words are kept without them", self.bad_word_times));
        }
        if self.further_notes > 0 {
            self.notes.push(format!("and {} further notes of this kind", self.further_notes));
        }
        Ok(Recognised {
            format,
            transcript: Transcript {
                origin: None,
                format: Some(format.to_owned()),
                language: self.language,
                turns: self.turns,
            },
            call: self.call,
            insights: (!self.insights.is_empty()).then_some(self.insights),
            metadata: self.metadata,
            notes: self.notes,
        })
    }
}

/// Orders turns by start. Turns that start together stay as they came, and one without a start stays behind the one it
/// followed.
pub(crate) fn sort_turns(turns: &mut Vec<Turn>) {
    let mut latest = None;
    let mut keyed: Vec<(Option<Ms>, Turn)> = std::mem::take(turns)
        .into_iter()
        .map(|turn| {
            latest = turn.start_ms.or(latest);
            (latest, turn)
        })
        .collect();
    keyed.sort_by_key(|(start, _)| *start);
    turns.extend(keyed.into_iter().map(|(_, turn)| turn));
}

/// Adds every member of `value` but `used` to `metadata`, as far as there is room.
pub(crate) fn keep_rest(metadata: &mut Map<String, Value>, value: &Value, used: &[&str], note: &mut dyn FnMut(String)) {
    let members = value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value));
    keep(metadata, members.filter(|(name, _)| !used.contains(name)), note);
}

/// Adds named values to `metadata`, as far as there is room. What is there already stays.
pub(crate) fn keep<'a>(
    metadata: &mut Map<String, Value>,
    members: impl Iterator<Item = (&'a str, &'a Value)>,
    note: &mut dyn FnMut(String),
) {
    let mut room = MAX_METADATA.saturating_sub(metadata.values().map(size).sum());
    for (name, value) in members {
        if value.is_null() || metadata.contains_key(name) || name.len() > 256 {
            continue;
        }
        let size = size(value) + name.len();
        if size > MAX_VALUE.min(room) {
            note(format!("a value of {size} bytes beside the turns is too long to keep"));
            continue;
        }
        room -= size;
        metadata.insert(name.to_owned(), value.clone());
    }
}

/// Roughly how many bytes a value takes as text.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 2,
        Value::Array(items) => items.iter().map(|item| size(item) + 1).sum::<usize>() + 2,
        Value::Object(map) => map.iter().map(|(name, value)| name.len() + size(value) + 4).sum::<usize>() + 2,
        _ => 8,
    }
}
