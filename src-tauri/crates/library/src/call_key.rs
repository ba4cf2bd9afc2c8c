//! The key of a call in the database: a number that grows with the call's start.
//!
//! `key = started_ms / 64`. Descending keys are newest first, so the full-text index never sorts; and the smaller the steps
//! between calls, the smaller that index: what a finer key would cost it is a quarter of its size. When the key of a start
//! is taken (calls within the same 64 ms, a folder copied at once), the next free one below is taken, so that a key is never
//! above its call's start and any number of calls finds room. The list, which has an index of its own, is ordered by the
//! exact start. Starts are clamped to ±2^49 ms (some 17,000 years). Calls without a start lie below every start there can
//! be and therefore come last.

use std::collections::HashMap;

use rusqlite::Connection;

use crate::LibraryError;

const STEP_BITS: u32 = 6;
const FARTHEST_MS: i64 = 1 << 49;
const UNKNOWN_START: i64 = i64::MIN / 2;
const UNKNOWN_END: i64 = i64::MIN / 4;
/// How far below its start a key may lie when calls crowd: 2.7 million of them within the same 64 ms.
const MOST_BELOW: i64 = (2 * 86_400_000) >> STEP_BITS;
const MOST_CROWDS: usize = 1_000;

/// Where crowded keys have been found taken down to. Only a hint: it may be too low, never wrong.
#[derive(Debug, Default)]
pub(crate) struct Crowded(HashMap<i64, i64>);

/// The smallest key that a call starting at or after `from_ms` can have.
pub(crate) fn lowest_from(from_ms: i64) -> i64 {
    wanted(from_ms) - MOST_BELOW
}

/// The largest key that a call starting before `to_ms` can have.
pub(crate) fn highest_before(to_ms: i64) -> i64 {
    wanted(to_ms)
}

/// Whether `key` is one that a call with this start may have.
pub(crate) fn fits(key: i64, started_ms: Option<i64>) -> bool {
    match started_ms {
        Some(ms) => (lowest_from(ms)..=wanted(ms)).contains(&key),
        None => (UNKNOWN_START..UNKNOWN_END).contains(&key),
    }
}

/// A free key for a call with this start.
pub(crate) fn free(conn: &Connection, started_ms: Option<i64>, crowded: &mut Crowded) -> Result<i64, LibraryError> {
    let Some(started_ms) = started_ms else {
        let mut statement = conn.prepare_cached("SELECT max(key) FROM call WHERE key < ?1")?;
        let highest: Option<i64> = statement.query_row([UNKNOWN_END], |row| row.get(0))?;
        return Ok(highest.map_or(UNKNOWN_START, |key| key + 1));
    };
    let wanted = wanted(started_ms);
    let mut statement = conn.prepare_cached("SELECT 1 FROM call WHERE key = ?1")?;
    let mut key = wanted;
    while statement.exists([key])? {
        key = match crowded.0.get(&wanted) {
            Some(&lowest) if lowest < key => lowest,
            _ => key - 1,
        };
        if wanted - key > MOST_BELOW {
            return Err(LibraryError::TooManyAtOnce);
        }
    }
    if key < wanted {
        if crowded.0.len() >= MOST_CROWDS {
            crowded.0.clear();
        }
        crowded.0.insert(wanted, key);
    }
    Ok(key)
}

/// The key that a start asks for.
fn wanted(started_ms: i64) -> i64 {
    started_ms.clamp(-FARTHEST_MS, FARTHEST_MS) >> STEP_BITS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls() -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE call (key INTEGER PRIMARY KEY)").unwrap();
        conn
    }

    fn add(conn: &Connection, started_ms: Option<i64>, crowded: &mut Crowded) -> i64 {
        let key = free(conn, started_ms, crowded).unwrap();
        conn.execute("INSERT INTO call VALUES (?1)", [key]).unwrap();
        assert!(fits(key, started_ms), "{key} belongs to {started_ms:?}");
        key
    }

    #[test]
    fn later_calls_have_higher_keys_and_unknown_starts_come_last() {
        let (conn, mut crowded) = (calls(), Crowded::default());
        let starts = [None, Some(i64::MIN), Some(-62_135_596_800_000), Some(-1), Some(0), Some(1_765_540_800_000)];
        let starts = starts.into_iter().chain([Some(1_765_540_800_064), Some(i64::MAX)]);
        let keys: Vec<i64> = starts.map(|start| add(&conn, start, &mut crowded)).collect();
        assert!(keys.is_sorted(), "keys follow the starts: {keys:?}");
    }

    #[test]
    fn any_number_of_calls_may_begin_in_the_same_millisecond() {
        let conn = calls();
        for mut crowded in [(); 4].map(|()| Crowded::default()) {
            for _ in 0..500 {
                add(&conn, Some(5_000_000_000), &mut crowded);
            }
        }
        let next_second = add(&conn, Some(5_000_001_000), &mut Crowded::default());
        assert!(next_second > highest_before(5_000_000_001), "a crowd never spills above its own start");
        let count: i64 = conn.query_row("SELECT count(*) FROM call", [], |row| row.get(0)).unwrap();
        assert_eq!(count, 2_001, "every call found a key of its own");
    }

    #[test]
    fn calls_without_a_start_each_get_a_key() {
        let (conn, mut crowded) = (calls(), Crowded::default());
        let keys: Vec<i64> = (0..3).map(|_| add(&conn, None, &mut crowded)).collect();
        assert_eq!(keys, [UNKNOWN_START, UNKNOWN_START + 1, UNKNOWN_START + 2]);
    }
}
