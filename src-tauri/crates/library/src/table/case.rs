//! Cases and what is in them. A call in a case is held: neither it nor its audio here goes while it is in one.

use model::{CallId, Case, CaseId, Completeness};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, ToSql, params, params_from_iter};

use super::column::{Id, unsigned};
use crate::filter::{Filter, narrow};
use crate::{LibraryError, Reader, Writer};

/// A case and how much is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// The case.
    pub case: Case,
    /// How many calls are in it.
    pub calls: u64,
}

/// What a text names of which there may be several.
const NAMED: &str = "WHERE case_file.id = ?1 OR name = ?2 OR number = ?2";

impl Reader {
    /// The cases, newest first.
    pub fn cases(&self) -> Result<Vec<CaseRow>, LibraryError> {
        self.select_cases("ORDER BY made_ms DESC, case_file.key DESC", &[])
    }

    /// One case.
    pub fn case(&self, id: CaseId) -> Result<Option<CaseRow>, LibraryError> {
        Ok(self.select_cases("WHERE case_file.id = ?1", &[&id.0.as_bytes().as_slice()])?.pop())
    }

    /// The case that `text` names by its id, its name or its number.
    pub fn case_named(&self, text: &str) -> Result<CaseRow, LibraryError> {
        let text = text.trim();
        let id: Option<CaseId> = text.parse().ok();
        let id = id.map(|id| id.0.as_bytes().to_vec());
        let mut found = if text.is_empty() { Vec::new() } else { self.select_cases(NAMED, &[&id, &text])? };
        match found.len() {
            0 => Err(LibraryError::UnknownCase(beginning(text))),
            1 => Ok(found.remove(0)),
            _ => Err(LibraryError::AmbiguousCase(beginning(text))),
        }
    }

    /// The cases that a call is in, newest first.
    pub fn cases_of(&self, call: CallId) -> Result<Vec<CaseRow>, LibraryError> {
        let held = "WHERE case_file.key IN (SELECT case_key FROM case_call JOIN call ON call.key = call_key WHERE call.id = ?1) \
                    ORDER BY made_ms DESC, case_file.key DESC";
        self.select_cases(held, &[&call.0.as_bytes().as_slice()])
    }

    /// The calls in `filter`, newest first, as they are in this moment.
    pub fn call_ids(&self, filter: &Filter) -> Result<Vec<CallId>, LibraryError> {
        let snapshot = self.snapshot()?;
        let narrowed = narrow(&snapshot, filter)?;
        let sql = format!("SELECT call.id FROM call WHERE {} ORDER BY start_order DESC, key DESC", narrowed.sql);
        let mut statement = snapshot.prepare_cached(&sql)?;
        let ids = statement.query_map(params_from_iter(narrowed.params), |row| Ok(CallId(row.get::<_, Id>(0)?.0)))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// How much of the audio of the calls in `filter` is here.
    pub fn completeness(&self, filter: &Filter) -> Result<Completeness, LibraryError> {
        let snapshot = self.snapshot()?;
        let narrowed = narrow(&snapshot, filter)?;
        complete(&snapshot, &narrowed.sql, params_from_iter(narrowed.params))
    }

    /// How much of the audio of these calls is here; each counts once, and one that is not in the library not at all.
    pub fn completeness_of(&self, calls: &[CallId]) -> Result<Completeness, LibraryError> {
        let ids: Vec<String> = calls.iter().map(|call| call.0.simple().to_string()).collect();
        let ids = super::column::to_json(&ids, "calls' ids")?;
        complete(self.conn(), "call.id IN (SELECT unhex(value) FROM json_each(?))", [ids])
    }

    fn select_cases(&self, rest: &str, params: &[&dyn ToSql]) -> Result<Vec<CaseRow>, LibraryError> {
        let sql = format!("SELECT {COLUMNS} FROM case_file {rest}");
        let mut statement = self.conn().prepare_cached(&sql)?;
        let rows = statement.query_map(params, case_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Writer<'_> {
    /// Adds a case under its fresh random id.
    pub fn add_case(&mut self, case: &Case) -> Result<(), LibraryError> {
        let sql = "INSERT INTO case_file (id, name, number, purpose, person, made_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.write_case(sql, case).map(drop)
    }

    /// Changes what is said about a case; when it was made stays.
    pub fn change_case(&mut self, case: &Case) -> Result<(), LibraryError> {
        // The last parameter is named, so that both statements take the same.
        let sql = "UPDATE case_file SET name = ?2, number = ?3, purpose = ?4, person = ?5 \
                   WHERE id = ?1 AND ?6 IS NOT NULL";
        match self.write_case(sql, case)? {
            0 => Err(LibraryError::NoSuchCase),
            _ => Ok(()),
        }
    }

    /// Removes a case; its calls stay and are held by it no longer. Answers how many those were.
    pub fn remove_case(&mut self, id: CaseId) -> Result<u64, LibraryError> {
        let key = case_key(&self.tx, id)?;
        let calls = self.tx.execute("DELETE FROM case_call WHERE case_key = ?1", [key])?;
        self.tx.execute("DELETE FROM case_file WHERE key = ?1", [key])?;
        self.calls_changed |= calls > 0;
        Ok(calls as u64)
    }

    /// Puts calls into a case. Answers how many were not in it before; calls that are not in the library are none.
    pub fn put_in_case(&mut self, id: CaseId, calls: &[CallId], at_ms: i64) -> Result<u64, LibraryError> {
        let key = case_key(&self.tx, id)?;
        let sql =
            "INSERT OR IGNORE INTO case_call (case_key, call_key, at_ms) SELECT ?1, key, ?3 FROM call WHERE id = ?2";
        let mut statement = self.tx.prepare_cached(sql)?;
        let mut put = 0;
        for call in calls {
            put += statement.execute(params![key, call.0.as_bytes().as_slice(), at_ms])? as u64;
        }
        self.calls_changed |= put > 0;
        Ok(put)
    }

    /// Takes calls out of a case. Answers how many were in it.
    pub fn take_from_case(&mut self, id: CaseId, calls: &[CallId]) -> Result<u64, LibraryError> {
        let key = case_key(&self.tx, id)?;
        let sql = "DELETE FROM case_call WHERE case_key = ?1 AND call_key = (SELECT key FROM call WHERE id = ?2)";
        let mut statement = self.tx.prepare_cached(sql)?;
        let mut taken = 0;
        for call in calls {
            taken += statement.execute(params![key, call.0.as_bytes().as_slice()])? as u64;
        }
        self.calls_changed |= taken > 0;
        Ok(taken)
    }

    fn write_case(&mut self, sql: &str, case: &Case) -> Result<usize, LibraryError> {
        if case.name.trim().is_empty() {
            return Err(LibraryError::NamelessCase);
        }
        let id = case.id.0.as_bytes().as_slice();
        let result = self.tx.execute(sql, params![id, case.name, case.number, case.purpose, case.person, case.made_ms]);
        result.map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => LibraryError::CaseNameTaken(case.name.clone()),
            _ => error.into(),
        })
    }
}

/// Whether a call is in a case.
pub(crate) fn holds(conn: &Connection, call_key: i64) -> Result<bool, LibraryError> {
    Ok(conn.prepare_cached("SELECT 1 FROM case_call WHERE call_key = ?1")?.exists([call_key])?)
}

const COLUMNS: &str = "case_file.id, name, number, purpose, person, made_ms, \
    (SELECT count(*) FROM case_call WHERE case_key = case_file.key)";

fn case_row(row: &Row<'_>) -> rusqlite::Result<CaseRow> {
    let case = Case {
        id: CaseId(row.get::<_, Id>(0)?.0),
        name: row.get(1)?,
        number: row.get(2)?,
        purpose: row.get(3)?,
        person: row.get(4)?,
        made_ms: row.get(5)?,
    };
    Ok(CaseRow { case, calls: unsigned(row.get(6)?) })
}

fn case_key(conn: &Connection, id: CaseId) -> Result<i64, LibraryError> {
    let mut statement = conn.prepare_cached("SELECT key FROM case_file WHERE id = ?1")?;
    let found = statement.query_row([id.0.as_bytes().as_slice()], |row| row.get(0)).optional()?;
    found.ok_or(LibraryError::NoSuchCase)
}

/// What is not here of a call that its source no longer has, or of a source that was removed, does not come any more.
fn complete(conn: &Connection, condition: &str, params: impl rusqlite::Params) -> Result<Completeness, LibraryError> {
    let sql = format!(
        "SELECT audio, vanished_ms IS NOT NULL OR removed, count(*) FROM call JOIN source ON source.key = call.source_key \
         WHERE {condition} GROUP BY 1, 2"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params)?;
    let mut sum = Completeness::default();
    while let Some(row) = rows.next()? {
        let (nobody_has_it, calls): (bool, u64) = (row.get(1)?, unsigned(row.get(2)?));
        sum.calls += calls;
        match row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)? {
            "cached" => sum.here += calls,
            "none" => sum.never_recorded += calls,
            "unavailable" => sum.gone += calls,
            _ if nobody_has_it => sum.gone += calls,
            _ => sum.to_fetch += calls,
        }
    }
    Ok(sum)
}

/// Enough of what was typed to know it again.
fn beginning(text: &str) -> String {
    text.chars().take(80).collect()
}
