use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::open::{self, Place, Use};
use crate::pool::Pool;
use crate::table::audit::Beside;
use crate::writer::{Writer, WriterThread};
use crate::{Key, LibraryError, Reader, migrate};

/// Everything known on this machine, in one directory: `library.db`, and `library.lock`, which its owner holds.
///
/// Clones share one writer and one pool of readers. The lock is let go when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Library {
    inner: Arc<Inner>,
}

/// What this process may do with the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading and writing: this process holds the lock.
    Owner,
    /// Reading only, beside the owner.
    Reader,
}

// Fields are dropped in this order: the writer ends before the lock is let go.
#[derive(Debug)]
struct Inner {
    writer: Option<WriterThread>,
    /// Opened when first needed, in a process that is not the owner.
    beside: Mutex<Option<Beside>>,
    pool: Arc<Pool>,
    _lock: Option<File>,
}

impl Library {
    /// Opens the library in `dir` as its one owner, making directory and database where there are none.
    ///
    /// Refuses, without changing a byte, a library that another process owns, that is damaged, that a newer program wrote
    /// or whose key does not fit.
    pub fn open(dir: &Path, key: Option<&Key>) -> Result<Self, LibraryError> {
        open::assert_sqlite()?;
        let place = Place { dir: dir.to_owned(), key: key.cloned() };
        let lock = place.lock()?;
        place.inspect()?;
        let mut conn = place.connect(Use::Write)?;
        migrate::migrate(&mut conn)?;
        let writer = WriterThread::start(conn)?;
        Ok(Self::of(place, Some(writer), Some(lock)))
    }

    /// Opens a library beside its owner, for reading only. It must exist already.
    pub fn open_shared(dir: &Path, key: Option<&Key>) -> Result<Self, LibraryError> {
        open::assert_sqlite()?;
        let place = Place { dir: dir.to_owned(), key: key.cloned() };
        if place.inspect()? < migrate::SCHEMA {
            // Its owner has not finished making it, or only the owner can upgrade it.
            return Err(LibraryError::Locked(place.dir));
        }
        Ok(Self::of(place, None, None))
    }

    fn of(place: Place, writer: Option<WriterThread>, lock: Option<File>) -> Self {
        let inner = Inner { writer, beside: Mutex::default(), pool: Arc::new(Pool::new(place)), _lock: lock };
        Self { inner: Arc::new(inner) }
    }

    /// Whether this process owns the library or reads beside its owner.
    pub fn access(&self) -> Access {
        if self.inner.writer.is_some() { Access::Owner } else { Access::Reader }
    }

    /// The library's directory.
    pub fn dir(&self) -> &Path {
        self.inner.pool.dir()
    }

    /// A connection for reading; it sees one state of the library per call of a method and never waits for the writer.
    pub fn reader(&self) -> Result<Reader, LibraryError> {
        Pool::reader(&self.inner.pool)
    }

    /// Runs `change` on the writer thread within one transaction, and waits for it. All of it is kept, or, when it fails or
    /// panics, nothing. Other writers wait their turn, so a change must be short: some 500 calls at most. Never call it from
    /// within a change: that would wait for itself.
    pub fn write<T, F>(&self, change: F) -> Result<T, LibraryError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Writer<'_>) -> Result<T, LibraryError> + Send + 'static,
    {
        self.writer()?.write(change)
    }

    /// The same, returning only when what was changed would survive a loss of power. That costs the time the disk takes.
    pub fn write_durably<T, F>(&self, change: F) -> Result<T, LibraryError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Writer<'_>) -> Result<T, LibraryError> + Send + 'static,
    {
        self.writer()?.write_durably(change)
    }

    /// Work that makes later searches faster, in short steps; call it when nothing else is to do. Answers whether there may
    /// be more of it.
    pub fn idle(&self) -> Result<bool, LibraryError> {
        self.writer()?.idle()
    }

    fn writer(&self) -> Result<&WriterThread, LibraryError> {
        self.inner.writer.as_ref().ok_or(LibraryError::ReadOnly)
    }

    /// What a process that is not the owner appends to the audit log with.
    pub(crate) fn beside<T>(
        &self,
        append: impl FnOnce(&mut Beside) -> Result<T, LibraryError>,
    ) -> Result<T, LibraryError> {
        let mut beside = self.inner.beside.lock().unwrap_or_else(PoisonError::into_inner);
        append(match &mut *beside {
            Some(beside) => beside,
            none => none.insert(Beside::open(self.place())?),
        })
    }

    pub(crate) fn place(&self) -> &Place {
        self.inner.pool.place()
    }
}
