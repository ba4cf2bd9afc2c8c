//! What the list and the search are narrowed to, and the SQL that says so.

use std::fmt::Display;
use std::str::FromStr;

use model::{AudioState, CaseId, Direction, InvalidId, Ms, SourceId, digits_of, fold};
use rusqlite::Connection;
use rusqlite::types::Value;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::table::source;
use crate::{LibraryError, call_key};

/// The words of `call.audio` for audio that is not here yet but may come.
pub(crate) const NOT_YET: &[&str] = &["available", "pending", "failed"];

/// What the calls are narrowed to; a field that is `None` narrows nothing. Words are compared as search compares them:
/// case and accents do not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Calls of this source.
    #[serde(serialize_with = "write_id", deserialize_with = "read_id")]
    pub source: Option<SourceId>,
    /// Calls that began at or after this moment, UTC milliseconds. Calls of unknown start are left out.
    pub from_ms: Option<i64>,
    /// Calls that began before this moment, UTC milliseconds. Calls of unknown start are left out.
    pub to_ms: Option<i64>,
    /// Part of a party's number or name; digits are compared by digits, however they are written.
    pub number: Option<String>,
    /// The agent.
    pub agent: Option<String>,
    /// Who rang whom.
    pub direction: Option<Direction>,
    /// The source's word for the call's state.
    pub status: Option<String>,
    /// At least this long. Calls of unknown length are left out.
    pub min_duration_ms: Option<Ms>,
    /// At most this long. Calls of unknown length are left out.
    pub max_duration_ms: Option<Ms>,
    /// With, or without, anything said.
    pub has_transcript: Option<bool>,
    /// What is known of the call's audio.
    pub audio: Option<AudioFilter>,
    /// The overall sentiment.
    pub sentiment: Option<String>,
    /// A topic.
    pub topic: Option<String>,
    /// Calls in this case.
    #[serde(serialize_with = "write_id", deserialize_with = "read_id")]
    pub case: Option<CaseId>,
}

/// What is asked of a call's audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AudioFilter {
    /// It is in this state.
    State(AudioState),
    /// There is none: the call has no recordings.
    NoRecording,
    /// It is not here yet but may come.
    NotYet,
}

/// A condition over `call`, with its parameters in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Narrowed {
    pub sql: String,
    pub params: Vec<Value>,
}

impl AudioFilter {
    /// The words of `call.audio` that are meant.
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::State(AudioState::Cached) => &["cached"],
            Self::State(AudioState::Available) => &["available"],
            Self::State(AudioState::Pending) => &["pending"],
            Self::State(AudioState::Failed) => &["failed"],
            Self::State(AudioState::Unavailable) => &["unavailable"],
            Self::NoRecording => &["none"],
            Self::NotYet => NOT_YET,
        }
    }
}

impl Narrowed {
    fn and(&mut self, condition: &str, params: impl IntoIterator<Item = Value>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.params.extend(params);
    }

    /// `column` is one of those of its values that compare equal to `wanted`.
    fn and_word(&mut self, conn: &Connection, column: &str, wanted: &str) -> Result<(), LibraryError> {
        let wanted = fold(wanted.trim());
        let equal: Vec<Value> = distinct(conn, "call", column)?
            .into_iter()
            .filter(|word| fold(word.trim()) == wanted)
            .map(Value::from)
            .collect();
        let condition = format!("call.{column} IN ({})", places(equal.len()));
        self.and(&condition, equal);
        Ok(())
    }
}

/// The condition for a filter. Words are looked up among the values that occur, so that the indices serve.
pub(crate) fn narrow(conn: &Connection, filter: &Filter) -> Result<Narrowed, LibraryError> {
    let mut narrowed = Narrowed { sql: "1".into(), params: Vec::new() };
    if let Some(id) = filter.source {
        narrowed.and("call.source_key = ?", [Value::from(source::any_key(conn, id)?)]);
    }
    if let Some(from) = filter.from_ms {
        narrowed.and("call.key >= ? AND call.started_ms >= ?", [call_key::lowest_from(from).into(), from.into()]);
    }
    if let Some(to) = filter.to_ms {
        narrowed.and("call.key <= ? AND call.started_ms < ?", [call_key::highest_before(to).into(), to.into()]);
    }
    if let Some(number) = &filter.number {
        and_number(&mut narrowed, number);
    }
    if let Some(direction) = filter.direction {
        narrowed.and("call.direction = ?", [Value::from(direction.as_str().to_owned())]);
    }
    for (column, wanted) in [("agent", &filter.agent), ("status", &filter.status), ("sentiment", &filter.sentiment)] {
        if let Some(wanted) = wanted {
            narrowed.and_word(conn, column, wanted)?;
        }
    }
    if let Some(least) = filter.min_duration_ms {
        narrowed.and("call.length_ms >= ?", [least.max(0).into()]);
    }
    if let Some(most) = filter.max_duration_ms {
        narrowed.and("call.length_ms BETWEEN 0 AND ?", [most.into()]);
    }
    match filter.has_transcript {
        Some(true) => narrowed.and("call.turns > 0", []),
        Some(false) => narrowed.and("call.turns = 0", []),
        None => {}
    }
    if let Some(audio) = filter.audio {
        let words: Vec<Value> = audio.words().iter().map(|word| Value::from((*word).to_owned())).collect();
        let condition = format!("call.audio IN ({})", places(words.len()));
        narrowed.and(&condition, words);
    }
    if let Some(topic) = &filter.topic {
        let wanted = fold(topic.trim());
        let topics = distinct(conn, "topic", "topic")?;
        let equal: Vec<Value> =
            topics.into_iter().filter(|word| fold(word.trim()) == wanted).map(Value::from).collect();
        let condition = format!("call.key IN (SELECT call_key FROM topic WHERE topic IN ({}))", places(equal.len()));
        narrowed.and(&condition, equal);
    }
    if let Some(case) = filter.case {
        let condition =
            "call.key IN (SELECT call_key FROM case_call JOIN case_file ON case_file.key = case_key WHERE id = ?)";
        narrowed.and(condition, [Value::from(case.0.as_bytes().to_vec())]);
    }
    Ok(narrowed)
}

/// The distinct values of an indexed column, one descent of the index each.
pub(crate) fn distinct(conn: &Connection, table: &str, column: &str) -> Result<Vec<String>, LibraryError> {
    let sql = format!(
        "WITH RECURSIVE word (word) AS ( \
         SELECT min({column}) FROM {table} \
         UNION ALL SELECT (SELECT min({column}) FROM {table} WHERE {column} > word) FROM word WHERE word IS NOT NULL) \
         SELECT word FROM word WHERE word IS NOT NULL"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let words = statement.query_map([], |row| row.get(0))?;
    Ok(words.collect::<Result<_, _>>()?)
}

/// Text within a number or name; if it is written like a number, its digits within a number's digits. A leading country
/// code need not be stored.
fn and_number(narrowed: &mut Narrowed, number: &str) {
    let folded = fold(number.trim());
    let digits = digits_of(number);
    let is_number = !digits.is_empty() && folded.chars().all(|c| c.is_ascii_digit() || " ()-./+".contains(c));
    if !is_number {
        narrowed.and("instr(call.people, ?) > 0", [Value::from(folded)]);
        return;
    }
    let national = digits.get(digits.len().saturating_sub(10)..).unwrap_or_default().to_owned();
    narrowed.and(
        "(instr(call.digits, ?) > 0 OR instr(call.digits, ?) > 0 OR instr(call.people, ?) > 0)",
        [Value::from(digits), Value::from(national), Value::from(folded)],
    );
}

fn places(count: usize) -> String {
    vec!["?"; count].join(", ")
}

// An id has no JSON of its own: it never leaves this machine but in a kept filter.
fn write_id<I: Display, S: Serializer>(id: &Option<I>, to: S) -> Result<S::Ok, S::Error> {
    id.as_ref().map(I::to_string).serialize(to)
}

fn read_id<'de, I: FromStr<Err = InvalidId>, D: Deserializer<'de>>(from: D) -> Result<Option<I>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    text.map(|id| id.parse().map_err(serde::de::Error::custom)).transpose()
}
