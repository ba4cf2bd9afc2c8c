use model::{RejectedItem, SourceId};
use rusqlite::params;

use super::column::{from_json, signed, to_json, unsigned};
use crate::{LibraryError, Reader, Writer};

/// So many runs are kept per source.
const KEPT: i64 = 200;
/// So many problems are kept per run.
const PROBLEMS: usize = 100;

/// One finished synchronisation of a source.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncRun {
    /// When it began, UTC milliseconds.
    pub at_ms: i64,
    /// How long it took.
    pub elapsed_ms: i64,
    /// Calls looked at.
    pub seen: u64,
    /// New calls.
    pub added: u64,
    /// Changed calls.
    pub updated: u64,
    /// Calls as they were.
    pub unchanged: u64,
    /// Calls no longer at the source.
    pub vanished: u64,
    /// Items that could not be read.
    pub rejected: u64,
    /// Pages read.
    pub pages: u64,
    /// Requests made.
    pub requests: u64,
    /// Whether it went through to the end.
    pub complete: bool,
    /// Why it did not.
    pub error: Option<SyncError>,
    /// The first items that could not be read; at most 100 are kept.
    pub problems: Vec<RejectedItem>,
}

/// Why a run stopped early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncError {
    /// The class of the failure.
    pub code: String,
    /// In words.
    pub message: String,
}

impl Reader {
    /// The last runs of a source, newest first.
    pub fn sync_runs(&self, source: SourceId, limit: u32) -> Result<Vec<SyncRun>, LibraryError> {
        let sql = "SELECT at_ms, elapsed_ms, seen, added, updated, unchanged, vanished, rejected, pages, requests, complete, \
                   error_code, error_message, problems FROM sync_run \
                   WHERE source_key = (SELECT key FROM source WHERE id = ?1) ORDER BY key DESC LIMIT ?2";
        let mut statement = self.conn().prepare_cached(sql)?;
        let mut rows = statement.query(params![source.0.as_bytes().as_slice(), limit])?;
        let mut runs = Vec::new();
        while let Some(row) = rows.next()? {
            let count = |column: usize| row.get(column).map(unsigned);
            let code: Option<String> = row.get(11)?;
            let message: Option<String> = row.get(12)?;
            runs.push(SyncRun {
                at_ms: row.get(0)?,
                elapsed_ms: row.get(1)?,
                seen: count(2)?,
                added: count(3)?,
                updated: count(4)?,
                unchanged: count(5)?,
                vanished: count(6)?,
                rejected: count(7)?,
                pages: count(8)?,
                requests: count(9)?,
                complete: row.get(10)?,
                error: code.zip(message).map(|(code, message)| SyncError { code, message }),
                problems: from_json(&row.get::<_, String>(13)?, "a run's problems")?,
            });
        }
        Ok(runs)
    }
}

impl Writer<'_> {
    /// Keeps a finished run; the oldest ones beyond 200 go.
    pub fn add_sync_run(&mut self, source: SourceId, run: &SyncRun) -> Result<(), LibraryError> {
        let source = self.source_key(source)?;
        let problems = run.problems.get(..PROBLEMS).unwrap_or(&run.problems);
        let sql = "INSERT INTO sync_run (source_key, at_ms, elapsed_ms, seen, added, updated, unchanged, vanished, rejected, \
                   pages, requests, complete, error_code, error_message, problems) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
        self.tx.execute(
            sql,
            params![
                source,
                run.at_ms,
                run.elapsed_ms,
                signed(run.seen),
                signed(run.added),
                signed(run.updated),
                signed(run.unchanged),
                signed(run.vanished),
                signed(run.rejected),
                signed(run.pages),
                signed(run.requests),
                run.complete,
                run.error.as_ref().map(|error| &error.code),
                run.error.as_ref().map(|error| &error.message),
                to_json(&problems, "a run's problems")?,
            ],
        )?;
        let sql = "DELETE FROM sync_run WHERE source_key = ?1 AND key <= \
                   (SELECT key FROM sync_run WHERE source_key = ?1 ORDER BY key DESC LIMIT 1 OFFSET ?2)";
        self.tx.execute(sql, [source, KEPT])?;
        Ok(())
    }
}
