//! The full-text index over what was said: one row per call.
//!
//! A row's text is the folded words of all turns with a mark between turns, so that no phrase spans two of them, and after
//! them the telephone numbers put together, each with a mark before its digits. The marks are private-use characters, which
//! no word contains.

use std::collections::BTreeMap;

use model::Turn;
use rusqlite::{Connection, params};

use super::phone;
use super::words::Words;
use crate::LibraryError;

/// Before the digits of a telephone number.
pub(crate) const PHONE: char = '\u{E000}';
const TURN_END: char = '\u{E001}';

/// A transaction that holds more text than this writes it before its end.
const MOST_BYTES: usize = 64 << 20;

/// Index rows of one transaction, kept back until its end: FTS5 is fast only while row ids grow.
#[derive(Debug, Default)]
pub(crate) struct SaidBuffer {
    rows: BTreeMap<i64, Change>,
    bytes: usize,
    words: Words,
}

#[derive(Debug, Default)]
struct Change {
    remove: bool,
    text: Option<String>,
}

impl SaidBuffer {
    /// Takes a call out of the index, if it is in it.
    pub fn remove(&mut self, call: i64) {
        let change = self.rows.entry(call).or_default();
        *change = Change { remove: true, text: None };
    }

    /// Puts a call into the index that is not in it, or was removed before.
    pub fn put(&mut self, conn: &Connection, call: i64, turns: &[Turn]) -> Result<(), LibraryError> {
        let text = self.text(turns);
        self.bytes += text.len();
        self.rows.entry(call).or_default().text = Some(text);
        if self.bytes > MOST_BYTES { self.flush(conn) } else { Ok(()) }
    }

    /// Writes everything, in the order of the keys.
    pub fn flush(&mut self, conn: &Connection) -> Result<(), LibraryError> {
        let rows = std::mem::take(&mut self.rows);
        self.bytes = 0;
        let mut delete = conn.prepare_cached("DELETE FROM said WHERE rowid = ?1")?;
        for (call, _) in rows.iter().filter(|(_, change)| change.remove) {
            delete.execute([call])?;
        }
        let mut insert = conn.prepare_cached("INSERT INTO said (rowid, words) VALUES (?1, ?2)")?;
        for (call, change) in rows {
            if let Some(text) = change.text {
                insert.execute(params![call, text])?;
            }
        }
        Ok(())
    }

    fn text(&mut self, turns: &[Turn]) -> String {
        let mut text = String::with_capacity(turns.iter().map(|turn| turn.text.len() + 5).sum());
        let mut numbers = String::new();
        for turn in turns {
            self.words.read(&turn.text);
            for word in self.words.iter() {
                text.push_str(word);
                text.push(' ');
            }
            text.push(TURN_END);
            text.push(' ');
            if turn.text.bytes().any(|byte| !byte.is_ascii() || byte.is_ascii_digit()) {
                add_numbers(&self.words, &mut numbers);
            }
        }
        text.push_str(&numbers);
        text
    }
}

fn add_numbers(words: &Words, into: &mut String) {
    for spoken in phone::spoken(words) {
        for form in phone::forms(&spoken.digits) {
            into.push(PHONE);
            into.push_str(form);
            into.push(' ');
        }
    }
}

/// How far tidying the index has come.
#[derive(Debug, Default)]
pub(crate) struct Tidying {
    /// The changes it has seen; nothing to do until there are more.
    done_at: Option<i64>,
    under_way: bool,
}

/// Pages of the index merged in one step: some milliseconds.
const STEP: i64 = 500;

/// Merges a little of the index, so that searches read one sorted run instead of several. Answers whether there is more.
pub(crate) fn tidy(conn: &Connection, tidying: &mut Tidying) -> Result<bool, LibraryError> {
    let revision: i64 = conn.query_row("SELECT value FROM revision", [], |row| row.get(0))?;
    if tidying.done_at == Some(revision) {
        return Ok(false);
    }
    // The first, negative, step asks for everything to become one run; the others go on with it.
    let pages = if tidying.under_way { STEP } else { -STEP };
    let before = conn.total_changes();
    conn.execute("INSERT INTO said (said, rank) VALUES ('merge', ?1)", [pages])?;
    let is_done = conn.total_changes() - before < 2;
    tidying.under_way = !is_done;
    if is_done {
        tidying.done_at = Some(revision);
        conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
    }
    Ok(!is_done)
}
