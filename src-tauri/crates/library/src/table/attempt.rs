use model::{Attempt, Outcome, Tier};
use rusqlite::{Connection, params};

use crate::LibraryError;

/// So many attempts are kept per recording; older ones go.
const KEPT: i64 = 100;

pub(crate) fn insert(conn: &Connection, recording: i64, attempt: &Attempt) -> Result<(), LibraryError> {
    let sql = "INSERT INTO attempt (recording_key, at_ms, tier, outcome, detail) VALUES (?1, ?2, ?3, ?4, ?5)";
    conn.prepare_cached(sql)?.execute(params![
        recording,
        attempt.at_ms,
        attempt.tier.as_str(),
        attempt.outcome.as_str(),
        attempt.detail
    ])?;
    let sql = "DELETE FROM attempt WHERE recording_key = ?1 AND key <= \
               (SELECT key FROM attempt WHERE recording_key = ?1 ORDER BY key DESC LIMIT 1 OFFSET ?2)";
    conn.prepare_cached(sql)?.execute([recording, KEPT])?;
    Ok(())
}

/// Oldest first.
pub(crate) fn read(conn: &Connection, recording: i64) -> Result<Vec<Attempt>, LibraryError> {
    let sql = "SELECT at_ms, tier, outcome, detail FROM attempt WHERE recording_key = ?1 ORDER BY key";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([recording])?;
    let mut attempts = Vec::new();
    while let Some(row) = rows.next()? {
        attempts.push(Attempt {
            at_ms: row.get(0)?,
            tier: Tier::parse(&row.get::<_, String>(1)?).ok_or(LibraryError::BadValue("an attempt's tier"))?,
            outcome: Outcome::parse(&row.get::<_, String>(2)?).ok_or(LibraryError::BadValue("an attempt's outcome"))?,
            detail: row.get(3)?,
        });
    }
    Ok(attempts)
}
