//! Matching calls: first by the index, then by reading their turns.

use model::{Ms, Role};
use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection};

use super::matcher::{Matcher, Said};
use super::snippet;
use super::{Query, SearchHit};
use crate::filter::{Filter, narrow};
use crate::table::call::{ROW_COLUMNS, call_row};
use crate::table::turn::role_of;
use crate::{CallRow, LibraryError};

/// A statement over the calls that the index finds in a filter, newest first, from a key down.
pub(super) struct Candidates {
    pub sql: String,
    pub params: Vec<Value>,
}

impl Candidates {
    /// `columns` are read of each call from `said`; `None` if the query can match nothing.
    pub fn new(
        conn: &Connection,
        (query, filter): (&Query, &Filter),
        columns: &str,
        highest: i64,
    ) -> Result<Option<Self>, LibraryError> {
        let Some(expression) = query.expression() else { return Ok(None) };
        let mut params = vec![Value::from(expression), Value::from(highest)];
        let (join, condition) = if *filter == Filter::default() {
            ("", String::new())
        } else {
            let narrowed = narrow(conn, filter)?;
            params.extend(narrowed.params);
            // CROSS: the index leads, so that what it finds comes in order.
            ("CROSS JOIN call ON call.key = said.rowid", format!("AND {}", narrowed.sql))
        };
        let sql = format!(
            "SELECT said.rowid{columns} FROM said {join} \
             WHERE said MATCH ? AND said.rowid <= ? {condition} ORDER BY said.rowid DESC"
        );
        Ok(Some(Self { sql, params }))
    }
}

/// A turn that is a hit.
pub(super) struct FoundTurn {
    pub seq: i64,
    speaker: Option<String>,
    role: Option<Role>,
    start_ms: Option<Ms>,
    end_ms: Option<Ms>,
    text: String,
}

/// Reads the turns and rows of calls.
pub(super) struct Calls<'s> {
    turns: CachedStatement<'s>,
    row: CachedStatement<'s>,
}

impl<'s> Calls<'s> {
    pub fn new(conn: &'s Connection) -> Result<Self, LibraryError> {
        let turns = "SELECT seq, speaker, role, text, start_ms, end_ms FROM turn WHERE call_key = ?1 ORDER BY seq";
        let row =
            format!("SELECT {ROW_COLUMNS} FROM call JOIN source ON source.key = call.source_key WHERE call.key = ?1");
        Ok(Self { turns: conn.prepare_cached(turns)?, row: conn.prepare_cached(&row)? })
    }

    pub fn row(&mut self, key: i64) -> Result<CallRow, LibraryError> {
        Ok(self.row.query_row([key], call_row)?.1)
    }

    /// The call's first hits after the turn `after`, at most `most`; none if the call does not match.
    pub fn hits(
        &mut self,
        key: i64,
        matcher: &mut Matcher<'_>,
        after: i64,
        most: usize,
    ) -> Result<Vec<FoundTurn>, LibraryError> {
        let mut rows = self.turns.query([key])?;
        let (mut occurring, mut hits) = (0, Vec::new());
        while let Some(row) = rows.next()? {
            let text = row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?;
            let speaker = row.get_ref(1)?.as_str_or_null().map_err(rusqlite::Error::from)?;
            let role = row.get::<_, Option<i64>>(2)?.and_then(role_of);
            let bits = matcher.read(Said { speaker, role, text });
            occurring |= bits;
            let seq = row.get(0)?;
            if matcher.is_hit(bits) && seq > after && hits.len() < most {
                let (start_ms, end_ms) = (row.get(4)?, row.get(5)?);
                let speaker = speaker.map(str::to_owned);
                hits.push(FoundTurn { seq, speaker, role, start_ms, end_ms, text: text.to_owned() });
            }
        }
        if !matcher.wants(occurring) {
            hits.clear();
        }
        Ok(hits)
    }

    /// How many hits the call has; `None` if it does not match.
    pub fn count(&mut self, key: i64, matcher: &mut Matcher<'_>) -> Result<Option<u64>, LibraryError> {
        let mut rows = self.turns.query([key])?;
        let (mut occurring, mut hits) = (0, 0);
        while let Some(row) = rows.next()? {
            let text = row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?;
            let speaker = row.get_ref(1)?.as_str_or_null().map_err(rusqlite::Error::from)?;
            let role = row.get::<_, Option<i64>>(2)?.and_then(role_of);
            let bits = matcher.read(Said { speaker, role, text });
            occurring |= bits;
            hits += u64::from(matcher.is_hit(bits));
        }
        Ok(matcher.wants(occurring).then_some(hits))
    }
}

impl FoundTurn {
    pub fn into_hit(self, matcher: &mut Matcher<'_>, call: CallRow, score: Option<f64>) -> SearchHit {
        let said = Said { speaker: self.speaker.as_deref(), role: self.role, text: &self.text };
        let (snippet, matches) = snippet::around(&self.text, &matcher.matches(said));
        SearchHit {
            call,
            turn: u32::try_from(self.seq).unwrap_or(u32::MAX),
            start_ms: self.start_ms,
            end_ms: self.end_ms,
            speaker: self.speaker,
            role: self.role,
            snippet,
            matches,
            score,
        }
    }
}
