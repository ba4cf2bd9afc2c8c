//! What a vCon says was said: transcripts among its analyses and attachments, and its text dialogs; and its summaries
//! and sentiments.
//!
//! A transcript may be a provider's raw answer, a list of stamped turns, a bag of text and words, segments of the world
//! transcription format, or plain text. Its times count from the start of the recording it is about. If there are
//! several recordings, they are moved to count from the first one's start, and marked as derived.

use model::{Insights, Moment, Ms, Sentiment, Timing, Transcript, Turn};
use serde_json::Value;

use super::VCon;
use super::dialog::{self, Kind, MAX_DIALOGS};
use super::original;
use super::party::{self, Person};
use crate::transcript_format::{
    Draft, FormatError, Hint, Names, Reading, Recognised, Said, clock, json, keep, recognise_plain, recognise_value,
    sort_turns, words,
};

const WORD: Names =
    Names { text: &["punctuated_word", "word", "text"], start: "start", end: "end", time: clock::seconds };

pub(super) fn read(value: &Value, people: &[Person], vcon: &mut VCon) -> Result<(), FormatError> {
    let dialogs = json::list(&value["dialog"]);
    let dialogs = &dialogs[..dialogs.len().min(MAX_DIALOGS)];
    let scene = Scene { dialogs, people, origin_ms: dialog::origin_ms(dialogs) };
    let mut turns: Vec<Turn> = Vec::new();
    let mut language = None;
    let mut kept: Vec<(String, &Value)> = Vec::new();
    let (analyses, attachments) = (json::list(&value["analysis"]), json::list(&value["attachments"]));
    for (what, items) in [("analysis", analyses), ("attachment", attachments)] {
        for (index, item) in items.iter().enumerate().take(MAX_DIALOGS) {
            let purpose = json::text(json::first(item, &["type", "purpose"])).unwrap_or_default();
            match purpose {
                original::PURPOSE if what == "attachment" => {}
                "transcript" | "wtf_transcription" => match scene.transcript(item)? {
                    Some(found) => {
                        vcon.notes.extend(found.notes);
                        language = language.or(found.transcript.language);
                        turns.extend(found.transcript.turns);
                    }
                    None => vcon.notes.push(format!("{what} {index} is a transcript in a form that is not known here")),
                },
                "summary" | "sentiment" if read_insight(purpose, item, vcon) => {}
                _ => kept.push((format!("{what} {index}"), item)),
            }
        }
    }
    let VCon { metadata, notes, .. } = vcon;
    keep(metadata, kept.iter().map(|(name, item)| (name.as_str(), *item)), &mut |note| notes.push(note));
    turns.extend(scene.text_dialogs(vcon)?);
    sort_turns(&mut turns);
    if !turns.is_empty() {
        vcon.transcript = Some(Transcript { origin: None, format: Some("vcon".to_owned()), language, turns });
    }
    Ok(())
}

/// What a transcript's indices and moments refer to.
struct Scene<'a> {
    dialogs: &'a [Value],
    people: &'a [Person],
    origin_ms: Option<Ms>,
}

impl Scene<'_> {
    /// Written messages among the dialogs, as turns at the moment they were sent.
    fn text_dialogs(&self, vcon: &mut VCon) -> Result<Vec<Turn>, FormatError> {
        let mut draft = Draft::default();
        for (at, message) in self.dialogs.iter().enumerate().filter(|(_, dialog)| dialog::kind(dialog) == Kind::Text) {
            match dialog::body_text(message) {
                Some(text) => self.say(at, message, &text, &mut draft),
                None => vcon.notes.push(format!("dialog {at} is text without a readable body")),
            }
        }
        Ok(draft.finish("vcon")?.transcript.turns)
    }

    fn transcript(&self, item: &Value) -> Result<Option<Recognised>, FormatError> {
        let Some(body) = body(item) else { return Ok(None) };
        if item["schema"] == original::TRANSCRIPT_SCHEMA {
            let read = original::transcript(&body);
            return Ok(read.map(|transcript| Recognised { transcript, format: "vcon", ..Recognised::default() }));
        }
        let read = match &body {
            Value::String(text) => Some(recognise_plain(text)),
            body if body["segments"].is_array() && body["transcript"].is_object() => Some(self.segments(body)),
            body if json::list(body).iter().any(|turn| turn["start"].is_string() && turn["text"].is_string()) => {
                Some(self.stamped(body))
            }
            body => recognise_value(&Hint { file_name: "", started_at: None }, body).or_else(|| words_and_text(body)),
        };
        let Some(mut read) = read.transpose()? else { return Ok(None) };
        self.shift(item, &mut read.transcript.turns);
        Ok(Some(read))
    }

    /// `[{parties, start, duration, text}]` with absolute starts.
    fn stamped(&self, body: &Value) -> Result<Recognised, FormatError> {
        let mut draft = Draft::default();
        for (at, turn) in json::list(body).iter().enumerate() {
            match turn["text"].as_str() {
                Some(text) => self.say(at, turn, text, &mut draft),
                None => draft.skip(at, "it has no text"),
            }
        }
        draft.finish("vcon")
    }

    /// One turn with an absolute start, by the party it names.
    fn say(&self, at: usize, turn: &Value, text: &str, draft: &mut Draft) {
        let person = party::indices(&turn["parties"]).first().and_then(|index| self.people.get(*index));
        let offset = json::moment(&turn["start"]).zip(self.origin_ms).map(|(start, origin)| start.utc_ms - origin);
        let start = Reading::of_offset(offset);
        draft.say(Said {
            at,
            speaker: person.and_then(Person::label),
            role: person.and_then(|person| person.role),
            text,
            start,
            end: start.plus(clock::seconds(&turn["duration"])),
            timing: Timing::Derived,
            ..Said::default()
        });
    }

    /// The world transcription format.
    fn segments(&self, body: &Value) -> Result<Recognised, FormatError> {
        let mut draft = Draft::default();
        draft.language = json::scalar(&body["transcript"]["language"]);
        for (at, segment) in json::list(&body["segments"]).iter().enumerate() {
            let Some(text) = segment["text"].as_str() else {
                draft.skip(at, "it has no text");
                continue;
            };
            let words = words::of_turn(&segment["words"], &WORD, &mut draft);
            draft.say(Said {
                at,
                speaker: words::speaker(segment),
                text,
                start: clock::seconds(&segment["start"]),
                end: clock::seconds(&segment["end"]),
                confidence: json::confidence(&segment["confidence"]),
                words,
                ..Said::default()
            });
        }
        draft.finish("vcon")
    }

    /// Moves turns that count from a later recording's start.
    fn shift(&self, item: &Value, turns: &mut [Turn]) {
        let about = party::indices(&item["dialog"]).first().and_then(|index| self.dialogs.get(*index));
        let start = about.and_then(|dialog| json::moment(&dialog["start"]));
        let by =
            start.zip(self.origin_ms).map_or(0, |(start, origin): (Moment, Ms)| start.utc_ms.saturating_sub(origin));
        let moved = turns.iter_mut().filter(|turn| turn.timing == Timing::Source);
        if matches!(Reading::of_ms(by as f64), Reading::At(by) if by > 0) {
            moved.for_each(|turn| move_turn(turn, by));
        }
    }
}

fn move_turn(turn: &mut Turn, by: Ms) {
    let later = |ms: &mut Option<Ms>| *ms = ms.map(|ms| ms + by);
    later(&mut turn.start_ms);
    later(&mut turn.end_ms);
    turn.timing = Timing::Derived;
    for word in &mut turn.words {
        later(&mut word.start_ms);
        later(&mut word.end_ms);
    }
}

/// `{transcript, words}` as stores of vCons write it; `None` if it is not that.
fn words_and_text(body: &Value) -> Option<Result<Recognised, FormatError>> {
    let text = json::text(json::first(body, &["transcript", "text"]));
    let spoken = words::spoken(&body["words"], &WORD, "confidence");
    if text.is_none() && spoken.is_empty() {
        return None;
    }
    let mut draft = Draft::default();
    draft.language = json::scalar(&body["detected_language"]);
    if spoken.is_empty() {
        let confidence = json::confidence(&body["confidence"]);
        draft.say(Said { text: text.unwrap_or_default(), confidence, ..Said::default() });
    } else {
        words::say_runs(&spoken, &mut draft);
    }
    Some(draft.finish("vcon"))
}

/// The body as a value: an object as it is, JSON in a string parsed, base64url decoded.
pub(super) fn body(item: &Value) -> Option<Value> {
    let Some(text) = dialog::body_text(item) else { return Some(item["body"].clone()).filter(|body| !body.is_null()) };
    let is_json = json::text(&item["encoding"]) == Some("json") || text.trim_start().starts_with(['{', '[']);
    match is_json.then(|| json::parse(&text)) {
        Some(Ok(value)) => Some(value),
        _ => Some(Value::String(text)),
    }
}

/// A summary or sentiment as text, or as an object with the usual names.
fn read_insight(kind: &str, item: &Value, vcon: &mut VCon) -> bool {
    let Some(body) = body(item) else { return false };
    let named = |names: &[&str]| json::scalar(&body).or_else(|| json::scalar(json::first(&body, names)));
    let insights = vcon.insights.get_or_insert_with(Insights::default);
    match kind {
        "summary" if insights.summary.is_none() => {
            insights.summary = named(&["summary", "text", "content"]);
            insights.summary.is_some()
        }
        "sentiment" if insights.sentiment.is_none() => {
            let score = json::number(json::first(&body, &["score", "sentiment_score"]));
            let overall = named(&["sentiment", "overall", "label"]);
            insights.sentiment = (overall.is_some() || score.is_some()).then_some(Sentiment { overall, score });
            insights.sentiment.is_some()
        }
        _ => false,
    }
}
