//! Opening the database file: which pragmas hold for a connection, and what is refused before anything is written.

use std::fs::{File, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::migrate::{self, APPLICATION_ID, SCHEMA};
use crate::{Key, LibraryError};

/// Debian's older SQLite has bugs in WAL; only the bundled one is linked, and this is its least version.
const LEAST_SQLITE: i32 = 3_053_000;
const BUSY_MS: u32 = 10_000;
const STATEMENTS: usize = 64;
/// The WAL is copied into the database when it has so many pages (64 MB): an import writes the same pages again and again,
/// and copying them at every transaction would take a fifth of its time.
const WAL_PAGES: u32 = 16_384;
/// No value in a library is near this; SQLite's own limit is four times as much.
const LONGEST_VALUE: i32 = 256 << 20;

/// Where a library's database is and how to open it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub dir: PathBuf,
    pub key: Option<Key>,
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// The one writer.
    Write,
    /// One of the readers; SQLite refuses every change.
    Read,
    /// Appending to the audit log beside the one writer.
    Append,
}

/// The SQLite this program was built with, such as `3.53.4`.
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

pub(crate) fn assert_sqlite() -> Result<(), LibraryError> {
    if rusqlite::version_number() < LEAST_SQLITE {
        return Err(LibraryError::OldSqlite(sqlite_version().to_owned()));
    }
    Ok(())
}

impl Place {
    pub fn database(&self) -> PathBuf {
        self.dir.join("library.db")
    }

    /// Takes the right to write this library, for as long as the file returned stays open.
    pub fn lock(&self) -> Result<File, LibraryError> {
        std::fs::create_dir_all(&self.dir)
            .map_err(|cause| LibraryError::io("making the directory", &self.dir, cause))?;
        let path = self.dir.join("library.lock");
        let io = |cause| LibraryError::io("locking", &path, cause);
        let file = File::options().create(true).truncate(false).write(true).read(true).open(&path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(LibraryError::Locked(self.dir.clone())),
            Err(TryLockError::Error(cause)) => Err(io(cause)),
        }
    }

    /// Refuses a file that must not be opened for writing, without changing a byte of it. An absent or empty file is fine.
    /// Answers with its schema version, 0 for a file that holds nothing yet.
    pub fn inspect(&self) -> Result<i64, LibraryError> {
        let path = self.database();
        if std::fs::metadata(&path).is_ok_and(|file| file.len() > 0) {
            inspect(&path, self.key.as_ref())
        } else {
            Ok(0)
        }
    }

    pub fn connect(&self, purpose: Use) -> Result<Connection, LibraryError> {
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        if purpose == Use::Write {
            flags |= OpenFlags::SQLITE_OPEN_CREATE;
        }
        let conn = keyed(&self.database(), flags, self.key.as_ref())?;
        conn.busy_timeout(std::time::Duration::from_millis(BUSY_MS.into()))?;
        conn.set_prepared_statement_cache_capacity(STATEMENTS);
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
        conn.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST_VALUE)?;
        conn.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        match purpose {
            Use::Write => {
                conn.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
                conn.execute_batch(
                    "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536",
                )?;
                conn.query_row(&format!("PRAGMA wal_autocheckpoint = {WAL_PAGES}"), [], |_| Ok(()))?;
                conn.query_row(&format!("PRAGMA journal_size_limit = {}", WAL_PAGES * 4096 * 2), [], |_| Ok(()))?;
            }
            Use::Read => conn.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -16384")?,
            Use::Append => {
                conn.execute_batch("PRAGMA synchronous = FULL; PRAGMA cache_size = -1024")?;
                // Copying the WAL is left to the owner, so that nobody who looks at a call does it.
                conn.query_row("PRAGMA wal_autocheckpoint = 0", [], |_| Ok(()))?;
            }
        }
        Ok(conn)
    }
}

/// See [`Place::inspect`]; for a file that exists and is not empty.
pub(crate) fn inspect(path: &Path, key: Option<&Key>) -> Result<i64, LibraryError> {
    let conn = keyed(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX, key)?;
    let label = migrate::label(&conn).map_err(|error| unreadable(path, key, error))?;
    match label {
        label if label.is_empty && label.application == 0 => Ok(0),
        label if label.application != APPLICATION_ID => Err(LibraryError::NotALibrary(path.to_owned())),
        label if label.schema > SCHEMA => Err(LibraryError::NewerSchema { found: label.schema, known: SCHEMA }),
        label => Ok(label.schema),
    }
}

pub(crate) fn keyed(path: &Path, flags: OpenFlags, key: Option<&Key>) -> Result<Connection, LibraryError> {
    let conn = Connection::open_with_flags(path, flags).map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::CannotOpen) => {
            LibraryError::io("opening", path, std::io::Error::other("the file cannot be opened; check its permissions"))
        }
        _ => error.into(),
    })?;
    if let Some(key) = key {
        // SQLCipher logs to standard error by itself unless told not to.
        conn.execute_batch("PRAGMA cipher_log_level = NONE")?;
        conn.execute_batch(&key.pragma())?;
    }
    Ok(conn)
}

/// Why a file could not be read as a database, by looking at its first bytes.
fn unreadable(path: &Path, key: Option<&Key>, error: LibraryError) -> LibraryError {
    let LibraryError::Corrupt(detail) = error else { return error };
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(4096).read_to_end(&mut head));
    let is_plain = read.is_ok() && head.starts_with(b"SQLite format 3\0");
    match key {
        Some(_) if is_plain => LibraryError::NotEncrypted(path.to_owned()),
        Some(_) => LibraryError::WrongKey(path.to_owned()),
        None if !is_plain && looks_encrypted(&head) => LibraryError::KeyNeeded(path.to_owned()),
        None => LibraryError::Corrupt(detail),
    }
}

/// A page of encrypted bytes holds nearly all 256 values; text, zeros and other damage do not.
fn looks_encrypted(page: &[u8]) -> bool {
    let mut seen = [false; 256];
    page.iter().for_each(|&byte| seen[usize::from(byte)] = true);
    page.len() == 4096 && seen.iter().filter(|&&seen| seen).count() > 240
}
