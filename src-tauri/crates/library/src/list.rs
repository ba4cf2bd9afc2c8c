//! The list of calls: pages by keyset, rows at an absolute position, counts.
//!
//! A page continues after the last row's place in the order, so that a page costs the same anywhere and no row is left out
//! or shown twice while calls arrive. For jumps with the scroll bar the keys of all matching calls are kept in memory in
//! order, for the last few filters, until a call changes.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::filter::{Filter, Narrowed, narrow};
use crate::table::call::{CallRow, ROW_COLUMNS, UNKNOWN_START_ORDER, call_row};
use crate::{LibraryError, Reader};

/// The order of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Newest first; calls of unknown start last.
    #[default]
    StartedAt,
    /// Longest first; calls of unknown length last.
    Duration,
}

/// Some rows and where to continue.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// What to ask for the next page with; `None` on the last page.
    pub next: Option<String>,
}

/// A page never holds more rows than this.
pub const LARGEST_PAGE: u32 = 10_000;

impl Reader {
    /// The calls in `filter`, at most `limit` from after the cursor of an earlier page.
    pub fn calls(
        &self,
        filter: &Filter,
        sort: Sort,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<CallRow>, LibraryError> {
        let snapshot = self.snapshot()?;
        let Narrowed { mut sql, mut params } = narrow(&snapshot, filter)?;
        if let Some(after) = after {
            let (condition, place) = after_place(sort, after)?;
            sql.push_str(&condition);
            params.extend(place);
        }
        let limit = limit.clamp(1, LARGEST_PAGE);
        params.push(Value::from(i64::from(limit) + 1));
        let column = sort.column();
        let sql = format!(
            "SELECT {ROW_COLUMNS} FROM call CROSS JOIN source ON source.key = call.source_key \
             WHERE {sql} ORDER BY call.{column} DESC, call.key DESC LIMIT ?"
        );
        let mut statement = snapshot.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(params), call_row)?;
        let mut rows: Vec<(i64, CallRow)> = rows.collect::<Result<_, _>>()?;
        let has_more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| has_more).map(|(key, row)| cursor(sort, *key, row));
        Ok(Page { rows: rows.into_iter().map(|(_, row)| row).collect(), next })
    }

    /// At most `limit` rows from the absolute `position` in the list.
    pub fn calls_at(
        &self,
        filter: &Filter,
        sort: Sort,
        position: u64,
        limit: u32,
    ) -> Result<Vec<CallRow>, LibraryError> {
        let snapshot = self.snapshot()?;
        let keys = self.keys(&snapshot, filter, sort)?;
        let first = usize::try_from(position).unwrap_or(usize::MAX).min(keys.len());
        let limit = limit.min(LARGEST_PAGE) as usize;
        let sql =
            format!("SELECT {ROW_COLUMNS} FROM call JOIN source ON source.key = call.source_key WHERE call.key = ?1");
        let mut statement = snapshot.prepare_cached(&sql)?;
        let wanted = keys[first..].iter().take(limit);
        wanted.map(|key| Ok(statement.query_row([key], call_row)?.1)).collect()
    }

    /// How many calls are in `filter`.
    pub fn count(&self, filter: &Filter) -> Result<u64, LibraryError> {
        let snapshot = self.snapshot()?;
        if let Some(keys) = self.pool().positions().get(&(filter.clone(), Sort::StartedAt), revision(&snapshot)?) {
            return Ok(keys.len() as u64);
        }
        let Narrowed { sql, params } = narrow(&snapshot, filter)?;
        let sql = format!("SELECT count(*) FROM call WHERE {sql}");
        let count: i64 = snapshot.prepare_cached(&sql)?.query_row(params_from_iter(params), |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// The keys of all calls in `filter`, in order.
    fn keys(&self, conn: &Connection, filter: &Filter, sort: Sort) -> Result<Arc<[i64]>, LibraryError> {
        let revision = revision(conn)?;
        let wanted = (filter.clone(), sort);
        let positions = self.pool().positions();
        if let Some(keys) = positions.get(&wanted, revision) {
            return Ok(keys);
        }
        let Narrowed { sql, params } = narrow(conn, filter)?;
        let column = sort.column();
        let sql = format!("SELECT key FROM call WHERE {sql} ORDER BY {column} DESC, key DESC");
        let mut statement = conn.prepare_cached(&sql)?;
        let keys = statement.query_map(params_from_iter(params), |row| row.get(0))?;
        let keys: Vec<i64> = keys.collect::<Result<_, _>>()?;
        let keys: Arc<[i64]> = keys.into();
        positions.put(wanted, revision, &keys);
        Ok(keys)
    }
}

/// The keys of the calls of the last filters asked for, in order, each as of one revision of the library.
#[derive(Debug, Default)]
pub(crate) struct Positions(Mutex<Vec<Kept>>);

type Wanted = (Filter, Sort);

#[derive(Debug)]
struct Kept {
    wanted: Wanted,
    revision: i64,
    keys: Arc<[i64]>,
}

/// 8 bytes a call: 8 MB for a million calls.
const KEPT_FILTERS: usize = 4;

impl Positions {
    fn get(&self, wanted: &Wanted, revision: i64) -> Option<Arc<[i64]>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().position(|kept| kept.revision == revision && kept.wanted == *wanted)?;
        // The last one used is at the end.
        let used = kept.remove(found);
        let keys = Arc::clone(&used.keys);
        kept.push(used);
        Some(keys)
    }

    fn put(&self, wanted: Wanted, revision: i64, keys: &Arc<[i64]>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|kept| kept.revision >= revision && kept.wanted != wanted);
        if kept.len() >= KEPT_FILTERS {
            kept.remove(0);
        }
        kept.push(Kept { wanted, revision, keys: Arc::clone(keys) });
    }
}

fn revision(conn: &Connection) -> Result<i64, LibraryError> {
    Ok(conn.prepare_cached("SELECT value FROM revision")?.query_row([], |row| row.get(0))?)
}

fn cursor(sort: Sort, key: i64, row: &CallRow) -> String {
    let place = match sort {
        Sort::StartedAt => row.started_ms.unwrap_or(UNKNOWN_START_ORDER),
        Sort::Duration => row.duration_ms.unwrap_or(-1),
    };
    format!("{}.{place}.{key}", sort.letter())
}

fn after_place(sort: Sort, cursor: &str) -> Result<(String, [Value; 2]), LibraryError> {
    let numbers = match cursor.split('.').collect::<Vec<_>>().as_slice() {
        [letter, place, key] if *letter == sort.letter() => place.parse::<i64>().ok().zip(key.parse::<i64>().ok()),
        _ => None,
    };
    let (place, key) = numbers.ok_or(LibraryError::BadCursor)?;
    Ok((format!(" AND (call.{}, call.key) < (?, ?)", sort.column()), [place.into(), key.into()]))
}

impl Sort {
    fn column(self) -> &'static str {
        match self {
            Self::StartedAt => "start_order",
            Self::Duration => "length_ms",
        }
    }

    /// What a cursor of this order begins with.
    fn letter(self) -> &'static str {
        match self {
            Self::StartedAt => "s",
            Self::Duration => "d",
        }
    }
}
