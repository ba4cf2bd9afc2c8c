use model::{Ms, Role, Timing, Turn, Word};
use rusqlite::{Connection, Row, params};

use super::column::{from_json, to_json};
use crate::LibraryError;

const COLUMNS: &str = "seq, speaker, role, start_ms, end_ms, timing, confidence, text, words";

type PackedWord = (String, Option<Ms>, Option<Ms>);

pub(crate) fn insert(conn: &Connection, call: i64, turns: &[Turn]) -> Result<(), LibraryError> {
    let sql = format!("INSERT INTO turn (call_key, {COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
    let mut statement = conn.prepare_cached(&sql)?;
    for (seq, turn) in (0_i64..).zip(turns) {
        statement.execute(params![
            call,
            seq,
            turn.speaker,
            turn.role.map(role_number),
            turn.start_ms,
            turn.end_ms,
            timing_number(turn.timing),
            turn.confidence.filter(|confidence| !confidence.is_nan()),
            turn.text,
            pack(&turn.words)?,
        ])?;
    }
    Ok(())
}

pub(crate) fn delete(conn: &Connection, call: i64) -> Result<(), LibraryError> {
    conn.prepare_cached("DELETE FROM turn WHERE call_key = ?1")?.execute([call])?;
    Ok(())
}

pub(crate) fn read(conn: &Connection, call: i64) -> Result<Vec<Turn>, LibraryError> {
    let mut statement = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM turn WHERE call_key = ?1 ORDER BY seq"))?;
    let mut rows = statement.query([call])?;
    let mut turns = Vec::new();
    while let Some(row) = rows.next()? {
        turns.push(turn(row)?);
    }
    Ok(turns)
}

fn turn(row: &Row<'_>) -> Result<Turn, LibraryError> {
    let words = match row.get_ref(8)?.as_str_or_null().map_err(rusqlite::Error::from)? {
        Some(json) => from_json::<Vec<PackedWord>>(json, "a turn's words")?,
        None => Vec::new(),
    };
    Ok(Turn {
        speaker: row.get(1)?,
        role: row.get::<_, Option<i64>>(2)?.and_then(role_of),
        start_ms: row.get(3)?,
        end_ms: row.get(4)?,
        timing: timing_of(row.get(5)?),
        confidence: row.get(6)?,
        text: row.get(7)?,
        words: words.into_iter().map(|(text, start_ms, end_ms)| Word { text, start_ms, end_ms }).collect(),
    })
}

fn pack(words: &[Word]) -> Result<Option<String>, LibraryError> {
    if words.is_empty() {
        return Ok(None);
    }
    let packed: Vec<(&str, Option<Ms>, Option<Ms>)> =
        words.iter().map(|word| (word.text.as_str(), word.start_ms, word.end_ms)).collect();
    to_json(&packed, "a turn's words").map(Some)
}

fn role_number(role: Role) -> i64 {
    match role {
        Role::Agent => 1,
        Role::Customer => 2,
        Role::System => 3,
        Role::Tool => 4,
    }
}

pub(crate) fn role_of(number: i64) -> Option<Role> {
    [Role::Agent, Role::Customer, Role::System, Role::Tool].into_iter().find(|&role| role_number(role) == number)
}

fn timing_number(timing: Timing) -> i64 {
    match timing {
        Timing::None => 0,
        Timing::Source => 1,
        Timing::Derived => 2,
        Timing::Estimated => 3,
    }
}

fn timing_of(number: i64) -> Timing {
    let all = [Timing::Source, Timing::Derived, Timing::Estimated];
    all.into_iter().find(|&timing| timing_number(timing) == number).unwrap_or_default()
}
