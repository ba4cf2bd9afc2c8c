//! Whether the library is whole.

use rusqlite::{Connection, OptionalExtension};

use crate::{LibraryError, Reader, call_key};

/// So many problems are reported; the first ones tell enough.
const MOST: usize = 100;

impl Reader {
    /// What is wrong with the database, in words without private data; nothing if it is whole. Reads all of it.
    pub fn check(&self) -> Result<Vec<String>, LibraryError> {
        let snapshot = self.snapshot()?;
        let mut problems = Vec::new();
        // The index's own check goes by what its connection last knew of it, which another one may have merged since, and
        // then takes it for damaged. Reading from it makes it look again.
        snapshot.query_row("SELECT rowid FROM said LIMIT 1", [], |_| Ok(())).optional()?;
        strings(&snapshot, "PRAGMA integrity_check(100)", &mut problems)?;
        problems.retain(|line| line != "ok");
        let orphans =
            "SELECT 'a row of ' || \"table\" || ' belongs to a missing ' || parent FROM pragma_foreign_key_check";
        strings(&snapshot, orphans, &mut problems)?;
        misplaced_calls(&snapshot, &mut problems)?;
        for (problem, sql) in CONSISTENCY {
            let count: i64 = snapshot.query_row(sql, [], |row| row.get(0))?;
            if count > 0 {
                problems.push(format!("{count} {problem}"));
            }
        }
        problems.truncate(MOST);
        Ok(problems)
    }
}

const CONSISTENCY: [(&str, &str); 5] = [
    (
        "calls say another number of turns than they have",
        "SELECT count(*) FROM call WHERE turns <> (SELECT count(*) FROM turn WHERE call_key = call.key)",
    ),
    (
        "calls with a transcript are missing from the search index",
        "SELECT count(*) FROM call WHERE turns > 0 AND key NOT IN (SELECT id FROM said_docsize)",
    ),
    (
        "entries of the search index belong to no call",
        "SELECT count(*) FROM said_docsize WHERE id NOT IN (SELECT key FROM call)",
    ),
    (
        "recordings and the cache's files disagree",
        "SELECT count(*) FROM recording LEFT JOIN cached_file ON recording_key = recording.key \
         WHERE (state = 'cached') <> (path IS NOT NULL)",
    ),
    ("calls are missing their details", "SELECT count(*) FROM call WHERE key NOT IN (SELECT call_key FROM detail)"),
];

fn misplaced_calls(conn: &Connection, problems: &mut Vec<String>) -> Result<(), LibraryError> {
    let mut statement = conn.prepare("SELECT key, started_ms FROM call")?;
    let mut rows = statement.query([])?;
    let mut misplaced = 0_u64;
    while let Some(row) = rows.next()? {
        misplaced += u64::from(!call_key::fits(row.get(0)?, row.get(1)?));
    }
    if misplaced > 0 {
        problems.push(format!("{misplaced} calls have a key that does not fit their start"));
    }
    Ok(())
}

fn strings(conn: &Connection, sql: &str, into: &mut Vec<String>) -> Result<(), LibraryError> {
    let mut statement = conn.prepare(sql)?;
    for line in statement.query_map([], |row| row.get::<_, String>(0))? {
        into.push(line?);
    }
    Ok(())
}
