//! Reads the Prisma database of a bridge. The only place in this crate that knows SQL, because this database *is* the
//! source.
//!
//! It is opened for reading only, while its server may be writing: the write-ahead log is alive, so the file is never
//! taken for unchanging. Columns are read as the file has them: older servers lack some, others have more. A lock is
//! waited for; a query ends when the walk is cancelled.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use model::Cancel;
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use serde_json::Value;

use super::inventory::RowStamp;
use super::plan::Head;
use super::values::Row;

/// The tables that belong to a call, in the order of [`RowStamp`]'s counts.
const CHILDREN: [&str; 4] = ["Recording", "Transcript", "Analytics", "CallMetadata"];
/// No text in a bridge's database is longer.
const LONGEST_VALUE: i32 = 64 << 20;
/// No call has more rows in one table.
const MOST_ROWS: usize = 200_000;
/// How long a lock is waited for: this often, this long.
const LOCK_WAIT: Duration = Duration::from_millis(250);
const LOCK_TRIES: u32 = if cfg!(test) { 2 } else { 20 };

/// An open database.
pub struct Database {
    connection: Connection,
    file: PathBuf,
    cancel: Cancel,
    call: Vec<String>,
    children: [Vec<String>; 4],
}

/// All rows of one call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// Its row in `Call`.
    pub call: Row,
    /// Its recordings.
    pub recordings: Vec<Row>,
    /// What was said, as it was stored.
    pub transcripts: Vec<Row>,
    /// Snapshots.
    pub analytics: Vec<Row>,
    /// At most one.
    pub metadata: Vec<Row>,
}

/// Why the database could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// There is no such file, or it cannot be opened.
    #[error("the database {0} cannot be opened: {1}")]
    Unreachable(String, String),
    /// Another program holds a lock for longer than we wait.
    #[error("the database {0} is locked by another program; try again when that has finished")]
    Locked(String),
    /// It is a file of another kind.
    #[error("{0} is not a bridge's database: {1}")]
    Foreign(String, String),
    /// SQLite could not read it.
    #[error("the database {0} cannot be read: {1}")]
    Unreadable(String, String),
    /// The walk was asked to stop.
    #[error(transparent)]
    Cancelled(#[from] model::Cancelled),
}

impl Database {
    /// Opens the file for reading and looks at which tables and columns it has.
    pub fn open(file: &Path, cancel: &Cancel) -> Result<Self, DatabaseError> {
        let name = || file.display().to_string();
        let facts = file.metadata().map_err(|cause| DatabaseError::Unreachable(name(), crate::words::why(&cause)))?;
        if !facts.is_file() {
            return Err(DatabaseError::Foreign(name(), "it is no file".into()));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(file, flags)
            .map_err(|cause| DatabaseError::Unreachable(name(), cause.to_string()))?;
        let mut database = Self {
            connection,
            file: file.to_owned(),
            cancel: cancel.clone(),
            call: Vec::new(),
            children: Default::default(),
        };
        database.prepare().map_err(|cause| database.error(&cause))?;
        database.call = database.patiently(|connection| columns(connection, "Call"))?;
        for (index, table) in CHILDREN.iter().enumerate() {
            database.children[index] = database.patiently(|connection| columns(connection, table))?;
        }
        if !has(&database.call, "id") {
            return Err(DatabaseError::Foreign(name(), "it has no table `Call` with an `id`".into()));
        }
        Ok(database)
    }

    /// Every call in a few numbers, by id.
    pub fn heads(&self) -> Result<Vec<Head>, DatabaseError> {
        let heads = self.patiently(|connection| {
            let snapshot = connection.unchecked_transaction()?;
            let mut heads: HashMap<String, Head> = HashMap::new();
            let sql = format!(
                "SELECT CAST(id AS TEXT), {}, {} FROM \"Call\"",
                if has(&self.call, "streamSid") { "CAST(streamSid AS TEXT)" } else { "NULL" },
                changed_at(&self.call),
            );
            each(&snapshot, &sql, |row| {
                let Some(id) = text(row.get_ref(0)?) else { return Ok(()) };
                let stream = text(row.get_ref(1)?).filter(|stream| !stream.trim().is_empty());
                let stamp = RowStamp(row.get(2)?, [0; 4]);
                heads.insert(id.clone(), Head { id, stream, stamp, file_names: Vec::new() });
                Ok(())
            })?;
            for (index, table) in CHILDREN.iter().enumerate().filter(|(index, _)| has(&self.children[*index], "callId"))
            {
                let changed = changed_at(&self.children[index]);
                let sql =
                    format!("SELECT CAST(callId AS TEXT), COUNT(*), MAX({changed}) FROM \"{table}\" GROUP BY callId");
                each(&snapshot, &sql, |row| {
                    if let Some(head) = text(row.get_ref(0)?).and_then(|id| heads.get_mut(&id)) {
                        head.stamp.1[index] = row.get(1)?;
                        head.stamp.0 = head.stamp.0.max(row.get(2)?);
                    }
                    Ok(())
                })?;
            }
            if has(&self.children[0], "callId") && has(&self.children[0], "filePath") {
                each(&snapshot, "SELECT CAST(callId AS TEXT), filePath FROM \"Recording\"", |row| {
                    let name = text(row.get_ref(1)?).and_then(|path| file_name(&path).map(str::to_owned));
                    if let (Some(name), Some(head)) = (name, text(row.get_ref(0)?).and_then(|id| heads.get_mut(&id))) {
                        head.file_names.push(name);
                    }
                    Ok(())
                })?;
            }
            Ok(heads)
        })?;
        let mut heads: Vec<Head> = heads.into_values().collect();
        heads.sort_by(|a, b| a.id.cmp(&b.id));
        heads.iter_mut().for_each(|head| head.file_names.sort());
        Ok(heads)
    }

    /// All rows of one call; `None` if it has been deleted meanwhile.
    pub fn rows(&self, id: &str) -> Result<Option<Rows>, DatabaseError> {
        self.patiently(|connection| {
            let snapshot = connection.unchecked_transaction()?;
            let Some(call) = select(&snapshot, "Call", &self.call, "id", id)?.pop() else { return Ok(None) };
            let children = |index: usize| select(&snapshot, CHILDREN[index], &self.children[index], "callId", id);
            Ok(Some(Rows {
                call,
                recordings: children(0)?,
                transcripts: children(1)?,
                analytics: children(2)?,
                metadata: children(3)?,
            }))
        })
    }

    fn prepare(&mut self) -> rusqlite::Result<()> {
        let connection = &mut self.connection;
        connection.busy_timeout(LOCK_WAIT)?;
        // What is in the file is not trusted to run anything.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST_VALUE)?;
        let cancel = self.cancel.clone();
        connection.progress_handler(10_000, Some(move || cancel.is_cancelled()))
    }

    /// Reads, and again if the database is locked.
    fn patiently<T>(&self, read: impl Fn(&Connection) -> rusqlite::Result<T>) -> Result<T, DatabaseError> {
        let mut tries = 0;
        loop {
            self.cancel.check()?;
            match read(&self.connection) {
                Ok(value) => return Ok(value),
                Err(error) if is_locked(&error) && tries < LOCK_TRIES => tries += 1,
                Err(error) => return Err(self.error(&error)),
            }
        }
    }

    fn error(&self, error: &rusqlite::Error) -> DatabaseError {
        let name = self.file.display().to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => model::Cancelled.into(),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => DatabaseError::Locked(name),
            Some(ErrorCode::NotADatabase) => {
                DatabaseError::Foreign(name, "it is no SQLite database, or it is encrypted".into())
            }
            Some(ErrorCode::CannotOpen) => DatabaseError::Unreachable(name, error.to_string()),
            _ => DatabaseError::Unreadable(name, error.to_string()),
        }
    }
}

/// The last part of a path that may have been written on another system.
pub fn file_name(path: &str) -> Option<&str> {
    path.rsplit(['/', '\\']).next().filter(|name| !matches!(*name, "" | "." | ".."))
}

fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    statement.query_map([table], |row| row.get(0))?.collect()
}

fn has(columns: &[String], column: &str) -> bool {
    columns.iter().any(|name| name == column)
}

/// When a row last changed, in milliseconds, whatever each row's encoding of it is.
fn changed_at(columns: &[String]) -> String {
    let Some(column) = ["updatedAt", "createdAt"].into_iter().find(|column| has(columns, column)) else {
        return "0".to_owned();
    };
    format!(
        "CASE typeof({column}) WHEN 'integer' THEN {column} WHEN 'real' THEN CAST({column} AS INTEGER) \
         WHEN 'text' THEN COALESCE(CAST(unixepoch({column}, 'subsec') * 1000 AS INTEGER), 0) ELSE 0 END"
    )
}

fn each(
    connection: &Connection,
    sql: &str,
    mut take: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        take(row)?;
    }
    Ok(())
}

fn select(connection: &Connection, table: &str, columns: &[String], key: &str, id: &str) -> rusqlite::Result<Vec<Row>> {
    if !has(columns, key) {
        return Ok(Vec::new());
    }
    let quoted: Vec<String> = columns.iter().map(|name| format!("\"{}\"", name.replace('"', "\"\""))).collect();
    let sql = format!("SELECT {} FROM \"{table}\" WHERE {key} = ?1 LIMIT {MOST_ROWS}", quoted.join(", "));
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = statement.query([id])?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let mut values = Row::default();
        for (index, name) in columns.iter().enumerate() {
            values.0.insert(name.clone(), value(row.get_ref(index)?));
        }
        rows.push(values);
    }
    Ok(rows)
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null | ValueRef::Blob(_) => Value::Null,
        ValueRef::Integer(number) => Value::from(number),
        ValueRef::Real(number) => Value::from(number),
        ValueRef::Text(bytes) => Value::from(String::from_utf8_lossy(bytes)),
    }
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        _ => None,
    }
}

fn is_locked(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}
