use model::SourceId;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, params};
use serde_json::Value;

use super::column::{Id, from_json, to_json, unsigned};
use crate::{LibraryError, Reader, Writer};

/// A source to be added.
#[derive(Clone, Debug, PartialEq)]
pub struct NewSource {
    /// A fresh random id.
    pub id: SourceId,
    /// The word for its kind, such as `folder`.
    pub kind: String,
    /// The user's name for it; unique among the sources that are not removed.
    pub name: String,
    /// What the user configured.
    pub settings: Value,
    /// Now, UTC milliseconds.
    pub added_ms: i64,
}

/// A configured source, or one that was removed while its calls were kept.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceRow {
    /// Its id.
    pub id: SourceId,
    /// The word for its kind.
    pub kind: String,
    /// The user's name for it.
    pub name: String,
    /// What the user configured.
    pub settings: Value,
    /// Where it has been read to; meaningful only to its kind.
    pub cursor: Option<String>,
    /// When it was added, UTC milliseconds.
    pub added_ms: i64,
    /// It is no longer synchronised; its calls, its name and how far it was read are left.
    pub removed: bool,
    /// How many of its calls are in the library.
    pub calls: u64,
}

const COLUMNS: &str = "id, kind, name, settings, cursor, added_ms, removed, \
    (SELECT count(*) FROM call WHERE call.source_key = source.key)";

impl Reader {
    /// The sources in the order they were added, without removed ones.
    pub fn sources(&self) -> Result<Vec<SourceRow>, LibraryError> {
        self.select_sources("WHERE removed = 0 ORDER BY key", &[])
    }

    /// One source, also if it was removed.
    pub fn source(&self, id: SourceId) -> Result<Option<SourceRow>, LibraryError> {
        Ok(self.select_sources("WHERE id = ?1", &[&id.0.as_bytes().as_slice()])?.pop())
    }

    /// The source of this name; one that was removed only if no other has the name.
    pub fn source_by_name(&self, name: &str) -> Result<Option<SourceRow>, LibraryError> {
        Ok(self.select_sources("WHERE name = ?1 ORDER BY removed DESC, key", &[&name])?.pop())
    }

    fn select_sources(&self, rest: &str, params: &[&dyn rusqlite::ToSql]) -> Result<Vec<SourceRow>, LibraryError> {
        let mut statement = self.conn().prepare_cached(&format!("SELECT {COLUMNS} FROM source {rest}"))?;
        let mut rows = statement.query(params)?;
        let mut sources = Vec::new();
        while let Some(row) = rows.next()? {
            sources.push(source_row(row)?);
        }
        Ok(sources)
    }
}

impl Writer<'_> {
    /// Adds a source and answers with its id. One that was removed, of the same kind, name and settings, comes back under
    /// its old id, so that its calls are the same calls as before.
    pub fn add_source(&mut self, source: &NewSource) -> Result<SourceId, LibraryError> {
        let settings = to_json(&source.settings, "a source's settings")?;
        let former = "SELECT key, id FROM source WHERE removed = 1 AND kind = ?1 AND name = ?2 AND settings = ?3";
        let former = self
            .tx
            .query_row(former, params![source.kind, source.name, settings], |row| {
                Ok((row.get::<_, i64>(0)?, row.get(1)?))
            })
            .optional()?;
        if let Some((key, Id(id))) = former {
            let result = self.tx.execute("UPDATE source SET removed = 0 WHERE key = ?1", [key]);
            result.map_err(|error| name_taken(error, &source.name))?;
            return Ok(SourceId(id));
        }
        let insert = "INSERT INTO source (id, kind, name, settings, added_ms) VALUES (?1, ?2, ?3, ?4, ?5)";
        let id = source.id.0.as_bytes().as_slice();
        let result = self.tx.execute(insert, params![id, source.kind, source.name, settings, source.added_ms]);
        result.map_err(|error| name_taken(error, &source.name))?;
        Ok(source.id)
    }

    /// Removes a source. Its calls go too if `forget_calls`; otherwise they stay with their source's name and are not
    /// synchronised any more. How far it was read stays with them: should it be added again, only that tells which calls
    /// they are whose files were renamed or moved. Calls in a case stay in either way; answers how many stay.
    pub fn remove_source(&mut self, id: SourceId, forget_calls: bool) -> Result<u64, LibraryError> {
        let key = self.source_key(id)?;
        self.source_keys.remove(&id);
        if forget_calls {
            self.forget_calls(key)?;
        }
        let count = "SELECT count(*) FROM call WHERE source_key = ?1";
        let left = unsigned(self.tx.query_row(count, [key], |row| row.get(0))?);
        let sql = match (forget_calls, left) {
            (false, _) => "UPDATE source SET removed = 1 WHERE key = ?1",
            (true, 0) => "DELETE FROM source WHERE key = ?1",
            // Should it come back, it is read from the beginning, as most of it was forgotten.
            (true, _) => "UPDATE source SET removed = 1, cursor = NULL WHERE key = ?1",
        };
        self.tx.execute(sql, [key])?;
        Ok(left)
    }

    /// Keeps where a source has been read to, in the same transaction as what was read.
    pub fn set_cursor(&mut self, id: SourceId, cursor: Option<&str>) -> Result<(), LibraryError> {
        let key = self.source_key(id)?;
        self.tx.prepare_cached("UPDATE source SET cursor = ?2 WHERE key = ?1")?.execute(params![key, cursor])?;
        Ok(())
    }

    /// Changes what the user configured.
    pub fn set_source_settings(&mut self, id: SourceId, settings: &Value) -> Result<(), LibraryError> {
        let key = self.source_key(id)?;
        let settings = to_json(settings, "a source's settings")?;
        self.tx.execute("UPDATE source SET settings = ?2 WHERE key = ?1", params![key, settings])?;
        Ok(())
    }

    /// Forgets the calls of a source that are in no case.
    fn forget_calls(&mut self, source_key: i64) -> Result<(), LibraryError> {
        const IN_NO_CASE: &str = "source_key = ?1 AND NOT EXISTS (SELECT 1 FROM case_call WHERE call_key = call.key)";
        let mut statement = self.tx.prepare(&format!("SELECT key FROM call WHERE {IN_NO_CASE} ORDER BY key"))?;
        for call in statement.query_map([source_key], |row| row.get::<_, i64>(0))? {
            self.said.remove(call?);
        }
        drop(statement);
        self.tx.execute(&format!("DELETE FROM call WHERE {IN_NO_CASE}"), [source_key])?;
        self.calls_changed = true;
        Ok(())
    }

    /// The key of a source that is not removed.
    pub(crate) fn source_key(&mut self, id: SourceId) -> Result<i64, LibraryError> {
        if let Some(&key) = self.source_keys.get(&id) {
            return Ok(key);
        }
        let key = find_key(&self.tx, id, "AND removed = 0")?.ok_or(LibraryError::NoSuchSource(id))?;
        self.source_keys.insert(id, key);
        Ok(key)
    }
}

/// The key of a source, removed or not.
pub(crate) fn any_key(conn: &Connection, id: SourceId) -> Result<Option<i64>, LibraryError> {
    find_key(conn, id, "")
}

fn find_key(conn: &Connection, id: SourceId, also: &str) -> Result<Option<i64>, LibraryError> {
    let mut statement = conn.prepare_cached(&format!("SELECT key FROM source WHERE id = ?1 {also}"))?;
    Ok(statement.query_row([id.0.as_bytes().as_slice()], |row| row.get(0)).optional()?)
}

fn source_row(row: &Row<'_>) -> Result<SourceRow, LibraryError> {
    Ok(SourceRow {
        id: SourceId(row.get::<_, Id>(0)?.0),
        kind: row.get(1)?,
        name: row.get(2)?,
        settings: from_json(&row.get::<_, String>(3)?, "a source's settings")?,
        cursor: row.get(4)?,
        added_ms: row.get(5)?,
        removed: row.get(6)?,
        calls: unsigned(row.get(7)?),
    })
}

fn name_taken(error: rusqlite::Error, name: &str) -> LibraryError {
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => LibraryError::NameTaken(name.to_owned()),
        _ => error.into(),
    }
}
