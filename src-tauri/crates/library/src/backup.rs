//! Copies of the whole library, and bringing one back.
//!
//! A backup is one consistent state, checked before it gets its name. Restoring puts the present database aside under
//! another name; nothing is deleted.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use crate::open::{self, Place, Use};
use crate::{Key, Library, LibraryError};

impl Library {
    /// Writes a copy of the library to `file`, encrypted with the same key, while others go on reading and writing. The
    /// copy is checked before it takes its name. An existing `file` is replaced only then.
    pub fn backup(&self, file: &Path) -> Result<(), LibraryError> {
        let part = beside(file, "part");
        let source = self.place().connect(Use::Read)?;
        let copied =
            copy(&source, &part, self.place().key.as_ref()).and_then(|()| verify(&part, self.place().key.as_ref()));
        if copied.is_err() {
            // What is there is an unfinished copy of ours.
            let _ = fs::remove_file(&part);
        }
        copied?;
        publish(&part, file)
    }

    /// Replaces the library in `dir` with a backup. Nothing may have the library open. The database that was there is kept
    /// beside the new one; the answer is its path.
    pub fn restore(dir: &Path, file: &Path, key: Option<&Key>) -> Result<Option<PathBuf>, LibraryError> {
        let place = Place { dir: dir.to_owned(), key: key.cloned() };
        let _lock = place.lock()?;
        verify(file, key)?;
        let part = beside(&place.database(), "restoring");
        fs::copy(file, &part).map_err(|cause| LibraryError::io("copying", file, cause))?;
        verify(&part, key)?;
        let kept = put_aside(&place.database())?;
        publish(&part, &place.database())?;
        Ok(kept)
    }
}

/// In one step: the copy is of one state, and in WAL nobody waits for a reader.
fn copy(source: &Connection, target: &Path, key: Option<&Key>) -> Result<(), LibraryError> {
    if target.exists() {
        fs::remove_file(target).map_err(|cause| LibraryError::io("replacing", target, cause))?;
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut copy = open::keyed(target, flags, key)?;
    let backup = Backup::new(source, &mut copy)?;
    backup.step(-1)?;
    drop(backup);
    // A backup is one file that any tool can open: no WAL beside it.
    copy.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    Ok(())
}

fn verify(file: &Path, key: Option<&Key>) -> Result<(), LibraryError> {
    open::inspect(file, key)?;
    let conn = open::keyed(file, OpenFlags::SQLITE_OPEN_READ_ONLY, key)?;
    let verdict: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" { Ok(()) } else { Err(LibraryError::Corrupt(verdict)) }
}

fn publish(part: &Path, file: &Path) -> Result<(), LibraryError> {
    let io = |cause| LibraryError::io("writing", file, cause);
    File::open(part).and_then(|part| part.sync_all()).map_err(io)?;
    fs::rename(part, file).map_err(io)?;
    sync_directory(file)
}

#[cfg(unix)]
fn sync_directory(file: &Path) -> Result<(), LibraryError> {
    let dir = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(|cause| LibraryError::io("writing", dir, cause))
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> Result<(), LibraryError> {
    Ok(())
}

/// Renames a database with its WAL to the first free `library.replaced-N.db`.
fn put_aside(database: &Path) -> Result<Option<PathBuf>, LibraryError> {
    if !database.exists() {
        return Ok(None);
    }
    let mut number = 1_u32;
    let kept = loop {
        let kept = database.with_file_name(format!("library.replaced-{number}.db"));
        if !kept.exists() {
            break kept;
        }
        number += 1;
    };
    for suffix in ["", "-wal"] {
        let (from, to) = (beside(database, suffix), beside(&kept, suffix));
        if from.exists() {
            fs::rename(&from, &to).map_err(|cause| LibraryError::io("putting aside", &from, cause))?;
        }
    }
    let shared_memory = beside(database, "-shm");
    if shared_memory.exists() {
        // Rebuilt from the WAL whenever it is missing.
        fs::remove_file(&shared_memory).map_err(|cause| LibraryError::io("removing", &shared_memory, cause))?;
    }
    Ok(Some(kept))
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    let dot = if suffix.is_empty() || suffix.starts_with('-') { "" } else { "." };
    name.push(format!("{dot}{suffix}"));
    name.into()
}
