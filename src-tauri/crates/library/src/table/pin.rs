use model::CallId;
use rusqlite::{Connection, OptionalExtension, params};

use super::column::{Id, from_json, to_json};
use crate::{Filter, LibraryError, Reader, Writer};

/// A search and a filter whose calls are to stay here, also those that come later.
#[derive(Clone, Debug, PartialEq)]
pub struct PinnedSearch {
    /// The user's name for it; unique.
    pub name: String,
    /// Words to search for; empty: the filter alone.
    pub query: String,
    /// Which calls.
    pub filter: Filter,
}

impl Reader {
    /// The calls whose audio is to stay here, in order of their ids.
    pub fn pinned_calls(&self) -> Result<Vec<CallId>, LibraryError> {
        let sql = "SELECT DISTINCT call.id FROM pin JOIN call ON call.key = call_key ORDER BY call.id";
        let mut statement = self.conn().prepare_cached(sql)?;
        let calls = statement.query_map([], |row| Ok(CallId(row.get::<_, Id>(0)?.0)))?;
        Ok(calls.collect::<Result<_, _>>()?)
    }

    /// The pinned searches by name.
    pub fn pinned_searches(&self) -> Result<Vec<PinnedSearch>, LibraryError> {
        let mut statement =
            self.conn().prepare_cached("SELECT name, query, filter FROM pinned_search ORDER BY name")?;
        let mut rows = statement.query([])?;
        let mut searches = Vec::new();
        while let Some(row) = rows.next()? {
            let filter = from_json(&row.get::<_, String>(2)?, "a pinned search's filter")?;
            searches.push(PinnedSearch { name: row.get(0)?, query: row.get(1)?, filter });
        }
        Ok(searches)
    }
}

impl Writer<'_> {
    /// Has the audio of a call stay here. Answers whether this is news.
    pub fn pin(&mut self, call: CallId, at_ms: i64) -> Result<bool, LibraryError> {
        self.insert_pin(call, None, at_ms)
    }

    /// Takes back that a call's audio is to stay; a pinned search that finds it still holds it.
    pub fn unpin(&mut self, call: CallId) -> Result<bool, LibraryError> {
        let sql = "DELETE FROM pin WHERE search_key IS NULL AND call_key = (SELECT key FROM call WHERE id = ?1)";
        Ok(self.tx.execute(sql, [call.0.as_bytes().as_slice()])? > 0)
    }

    /// Keeps a pinned search; one of the same name is replaced.
    pub fn pin_search(&mut self, search: &PinnedSearch, at_ms: i64) -> Result<(), LibraryError> {
        self.unpin_search(&search.name)?;
        let filter = to_json(&search.filter, "a pinned search's filter")?;
        let sql = "INSERT INTO pinned_search (name, query, filter, at_ms) VALUES (?1, ?2, ?3, ?4)";
        self.tx.execute(sql, params![search.name, search.query, filter, at_ms])?;
        Ok(())
    }

    /// Forgets a pinned search; the calls that only it held may go. Answers whether there was one.
    pub fn unpin_search(&mut self, name: &str) -> Result<bool, LibraryError> {
        Ok(self.tx.execute("DELETE FROM pinned_search WHERE name = ?1", [name])? > 0)
    }

    /// Pins what a pinned search finds now, and answers which of the calls it had not found before. A call that it does not
    /// find any more stays pinned.
    pub fn pin_found(&mut self, name: &str, calls: &[CallId], at_ms: i64) -> Result<Vec<CallId>, LibraryError> {
        let Some(search) = search_key(&self.tx, name)? else { return Ok(Vec::new()) };
        let mut news = Vec::new();
        for &call in calls {
            if self.insert_pin(call, Some(search), at_ms)? {
                news.push(call);
            }
        }
        Ok(news)
    }

    fn insert_pin(&mut self, call: CallId, search: Option<i64>, at_ms: i64) -> Result<bool, LibraryError> {
        let sql = "INSERT OR IGNORE INTO pin (call_key, search_key, at_ms) SELECT key, ?2, ?3 FROM call WHERE id = ?1";
        let mut statement = self.tx.prepare_cached(sql)?;
        Ok(statement.execute(params![call.0.as_bytes().as_slice(), search, at_ms])? > 0)
    }
}

fn search_key(conn: &Connection, name: &str) -> Result<Option<i64>, LibraryError> {
    let mut statement = conn.prepare_cached("SELECT key FROM pinned_search WHERE name = ?1")?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?)
}
