use std::path::{Path, PathBuf};

use model::SourceId;
use rusqlite::ErrorCode;

/// Why the library could not do something. Messages say what happened and what to do, and never quote a call.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// Another process writes this library.
    #[error("the library {} is open in another window or command; close that first", .0.display())]
    Locked(PathBuf),
    /// This process opened the library beside its owner and may only read.
    #[error("another window or command has this library open, so nothing can be changed from here; close that first")]
    ReadOnly,
    /// A newer program wrote the file. It has not been touched.
    #[error(
        "the library was written by a newer version (schema {found}, this program knows {known}); update the program"
    )]
    NewerSchema {
        /// The file's schema version.
        found: i64,
        /// The newest schema version this program knows.
        known: i64,
    },
    /// The file is damaged. It has not been touched.
    #[error(
        "the library's database is damaged ({0}); nothing was deleted: restore a backup, or keep the file for repair"
    )]
    Corrupt(String),
    /// The file is a database, but another program's. It has not been touched.
    #[error("{} is another program's database; choose another directory", .0.display())]
    NotALibrary(PathBuf),
    /// The file looks encrypted and no key was given.
    #[error("the library {} is encrypted and needs its key", .0.display())]
    KeyNeeded(PathBuf),
    /// The key does not open the file.
    #[error("the key does not open the library {}", .0.display())]
    WrongKey(PathBuf),
    /// A key was given for a library that is not encrypted.
    #[error("the library {} is not encrypted; open it without a key", .0.display())]
    NotEncrypted(PathBuf),
    /// The program was built with a SQLite that is too old.
    #[error("this program was built with SQLite {0}, which is too old; rebuild it with the bundled one")]
    OldSqlite(String),
    /// There is no such source, or it was removed.
    #[error("there is no source {0}")]
    NoSuchSource(SourceId),
    /// There is no such recording.
    #[error("there is no such recording; the call may have changed meanwhile")]
    NoSuchRecording,
    /// The name is in use.
    #[error("a source named {0:?} exists already; choose another name")]
    NameTaken(String),
    /// There is no such case.
    #[error("that case was removed")]
    NoSuchCase,
    /// No case goes by this text.
    #[error("there is no case {0:?}; `case list` shows what there is, `case add` makes one")]
    UnknownCase(String),
    /// Several cases go by this text.
    #[error("several cases go by {0:?}; give the name or the id of one of them")]
    AmbiguousCase(String),
    /// A case without a name.
    #[error("a case needs a name")]
    NamelessCase,
    /// The name is in use.
    #[error("a case named {0:?} exists already; choose another name")]
    CaseNameTaken(String),
    /// Millions of calls that all begin in the same moment.
    #[error("too many calls begin in the very same moment; their start times are surely wrong at the source")]
    TooManyAtOnce,
    /// A cursor that no page of this list handed out.
    #[error("the cursor does not belong to this list; start again without it")]
    BadCursor,
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// Others wrote for so long that there was no turn for this.
    #[error("the library was being written to for too long by another window or command; try again")]
    Busy,
    /// The disk is full.
    #[error("the disk is full; free some space and try again")]
    DiskFull,
    /// The file or its directory may not be written, which reading needs too.
    #[error(
        "the library's database may not be written: check the permissions of library.db and of its directory, or copy \
         them to a place where you may write"
    )]
    Unwritable,
    /// A file operation failed.
    #[error("{what}: {cause}")]
    Io {
        /// What was being done, with the path.
        what: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A value in the database makes no sense.
    #[error("the library holds an unreadable value in {0}; run the library check")]
    BadValue(&'static str),
    /// The writer thread ended or the closure given to it panicked; nothing of it was kept.
    #[error("writing to the library stopped unexpectedly; nothing of that step was kept, restart the program")]
    WriterStopped,
    /// Anything else SQLite reports.
    #[error("the library's database: {0}")]
    Sql(#[source] rusqlite::Error),
}

impl LibraryError {
    pub(crate) fn io(doing: &str, path: &Path, cause: std::io::Error) -> Self {
        Self::Io { what: format!("{doing} {}", path.display()), cause }
    }
}

impl From<rusqlite::Error> for LibraryError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt(error.to_string()),
            Some(ErrorCode::OperationInterrupted) => Self::Cancelled,
            Some(ErrorCode::DatabaseBusy) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::ReadOnly) => Self::Unwritable,
            // The shared memory beside the database finds no room: what SQLite calls an error of the disk.
            Some(ErrorCode::SystemIoFailure) if error.sqlite_error().is_some_and(is_out_of_room) => Self::DiskFull,
            _ => Self::Sql(error),
        }
    }
}

fn is_out_of_room(error: &rusqlite::ffi::Error) -> bool {
    error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE
}

impl From<model::Cancelled> for LibraryError {
    fn from(_: model::Cancelled) -> Self {
        Self::Cancelled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_room_for_the_shared_memory_is_a_full_disk() {
        let error = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR_SHMSIZE);
        let said = LibraryError::from(rusqlite::Error::SqliteFailure(error, None));
        assert!(matches!(said, LibraryError::DiskFull), "{said:?}");
    }

    #[test]
    fn a_library_that_may_not_be_written_says_what_to_do() {
        for code in [rusqlite::ffi::SQLITE_READONLY, rusqlite::ffi::SQLITE_READONLY_DIRECTORY] {
            let error = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
            assert!(matches!(LibraryError::from(error), LibraryError::Unwritable));
        }
    }
}
