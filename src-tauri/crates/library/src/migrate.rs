//! Brings a database to the newest schema, in one transaction. The texts are frozen once shipped.

use rusqlite::{Connection, TransactionBehavior};

use crate::LibraryError;

/// Marks a file as a library of this program ("Turn").
pub(crate) const APPLICATION_ID: i64 = 0x5475_726E;

const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001.sql"),
    include_str!("../migrations/0002.sql"),
    include_str!("../migrations/0003.sql"),
];

/// The newest schema version this program knows.
pub const SCHEMA: i64 = MIGRATIONS.len() as i64;

/// What a file says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub application: i64,
    pub schema: i64,
    pub is_empty: bool,
}

pub(crate) fn label(conn: &Connection) -> Result<Label, LibraryError> {
    let number = |pragma: &str| conn.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, i64>(0));
    let objects: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(Label { application: number("application_id")?, schema: number("user_version")?, is_empty: objects == 0 })
}

pub(crate) fn migrate(conn: &mut Connection) -> Result<(), LibraryError> {
    let from = label(conn)?.schema;
    if from >= SCHEMA {
        return Ok(());
    }
    let tx = conn.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    for migration in MIGRATIONS.iter().skip(usize::try_from(from).unwrap_or(0)) {
        tx.execute_batch(migration)?;
    }
    tx.execute_batch(&format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA}"))?;
    Ok(tx.commit()?)
}
