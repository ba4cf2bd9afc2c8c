//! The key of a call in the database: a number that grows with the call's start.
//!
//! `key = started_ms << 6 | tiebreak`. Descending keys are newest first, both in the `call` table and in the full-text
//! index, so neither ever sorts. 64 calls fit one millisecond; when more begin in the same one (a folder copied at once),
//! the next free key below is taken, so that a key is never above its call's start and any number of calls fits. Starts are
//! clamped to ±2^49 ms (some 17,000 years), which leaves bits to spare in an `i64`. Calls without a start lie below every
//! start there can be and therefore come last.

use std::collections::HashMap;

use rusqlite::Connection;

use crate::LibraryError;

const TIEBREAK_BITS: u32 = 6;
const FARTHEST_MS: i64 = 1 << 49;
const UNKNOWN_START: i64 = i64::MIN / 2;
const UNKNOWN_END: i64 = i64::MIN / 4;
/// How far below its start a crowded key may lie: an hour holds 230 million calls of the same millisecond.
const SPILL_MS: i64 = 3_600_000;

/// Where the search for a free key of a millisecond goes on, kept for one transaction. Only a hint.
#[derive(Debug, Default)]
pub(crate) struct Crowded(HashMap<i64, i64>);

/// The smallest key that a call starting at or after `from_ms` can have.
pub(crate) fn lowest_from(from_ms: i64) -> i64 {
    (clamp(from_ms) - SPILL_MS) << TIEBREAK_BITS
}

/// The first key that no call starting before `to_ms` can have.
pub(crate) fn end_before(to_ms: i64) -> i64 {
    clamp(to_ms) << TIEBREAK_BITS
}

/// Whether `key` is one that a call with this start may have.
pub(crate) fn fits(key: i64, started_ms: Option<i64>) -> bool {
    match started_ms {
        Some(ms) => (lowest_from(ms)..(clamp(ms) + 1) << TIEBREAK_BITS).contains(&key),
        None => (UNKNOWN_START..UNKNOWN_END).contains(&key),
    }
}

/// A free key for a call with this start.
pub(crate) fn free(conn: &Connection, started_ms: Option<i64>, crowded: &mut Crowded) -> Result<i64, LibraryError> {
    let Some(started_ms) = started_ms else {
        return Ok(highest_below(conn, UNKNOWN_END)?.map_or(UNKNOWN_START, |key| key.max(UNKNOWN_START - 1) + 1));
    };
    let wanted = clamp(started_ms);
    let mut ms = crowded.0.get(&wanted).copied().unwrap_or(wanted);
    loop {
        let (first, end) = (ms << TIEBREAK_BITS, (ms + 1) << TIEBREAK_BITS);
        let next = highest_below(conn, end)?.map_or(first, |key| key.max(first - 1) + 1);
        if next < end {
            if ms != wanted {
                crowded.0.insert(wanted, ms);
            }
            return Ok(next);
        }
        ms -= 1;
        if wanted - ms > SPILL_MS {
            return Err(LibraryError::BadValue("the keys of one millisecond"));
        }
    }
}

fn highest_below(conn: &Connection, end: i64) -> Result<Option<i64>, LibraryError> {
    let mut statement = conn.prepare_cached("SELECT max(key) FROM call WHERE key < ?1")?;
    Ok(statement.query_row([end], |row| row.get(0))?)
}

fn clamp(ms: i64) -> i64 {
    ms.clamp(-FARTHEST_MS, FARTHEST_MS)
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
        let starts = starts.into_iter().chain([Some(1_765_540_800_001), Some(i64::MAX)]);
        let keys: Vec<i64> = starts.map(|start| add(&conn, start, &mut crowded)).collect();
        assert!(keys.is_sorted(), "keys follow the starts: {keys:?}");
    }

    #[test]
    fn any_number_of_calls_may_begin_in_the_same_millisecond() {
        let conn = calls();
        for _ in 0..4 {
            let mut crowded = Crowded::default();
            for _ in 0..500 {
                add(&conn, Some(5_000_000_000), &mut crowded);
            }
        }
        let next_second = add(&conn, Some(5_000_001_000), &mut Crowded::default());
        assert!(next_second > end_before(5_000_000_001), "a crowd never spills above its own start");
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
