//! The one writer: a thread that owns the one connection that can change anything, and runs one closure after another in
//! a transaction each.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;

use crossbeam_channel::{Sender, bounded};
use model::SourceId;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::LibraryError;
use crate::call_key::Crowded;
use crate::search::{SaidBuffer, Tidying, tidy};

/// Changes that may wait before whoever writes next has to wait too.
const WAITING: usize = 8;

/// A transaction on the writer thread. Its methods are spread over the files of the tables they change.
pub struct Writer<'t> {
    pub(crate) tx: Transaction<'t>,
    pub(crate) said: SaidBuffer,
    pub(crate) crowded: &'t mut Crowded,
    pub(crate) source_keys: HashMap<SourceId, i64>,
    pub(crate) calls_changed: bool,
}

/// What the writer thread owns.
struct Owned {
    conn: Connection,
    tidying: Tidying,
    crowded: Crowded,
}

type Job = Box<dyn FnOnce(&mut Owned) + Send>;

#[derive(Debug)]
pub(crate) struct WriterThread {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl WriterThread {
    pub fn start(conn: Connection) -> Result<Self, LibraryError> {
        let (jobs, waiting) = bounded::<Job>(WAITING);
        let mut owned = Owned { conn, tidying: Tidying::default(), crowded: Crowded::default() };
        let run = move || waiting.into_iter().for_each(|job| job(&mut owned));
        let thread = std::thread::Builder::new()
            .name("library-writer".into())
            .spawn(run)
            .map_err(|cause| LibraryError::Io { what: "starting the writer thread".into(), cause })?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    pub fn write<T, F>(&self, change: F) -> Result<T, LibraryError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Writer<'_>) -> Result<T, LibraryError> + Send + 'static,
    {
        self.run(|owned| owned.transact(change))
    }

    pub fn write_durably<T, F>(&self, change: F) -> Result<T, LibraryError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Writer<'_>) -> Result<T, LibraryError> + Send + 'static,
    {
        self.run(|owned| {
            // A commit waits for the disk only at this level; what was committed before is on it then, too.
            owned.conn.execute_batch("PRAGMA synchronous = FULL")?;
            let done = owned.transact(change);
            owned.conn.execute_batch("PRAGMA synchronous = NORMAL")?;
            done
        })
    }

    pub fn idle(&self) -> Result<bool, LibraryError> {
        self.run(|owned| tidy(&owned.conn, &mut owned.tidying))
    }

    fn run<T, F>(&self, work: F) -> Result<T, LibraryError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Owned) -> Result<T, LibraryError> + Send + 'static,
    {
        let (answer, answered) = bounded(1);
        let job: Job = Box::new(move |owned| {
            // A panic drops the transaction, which rolls it back; the connection is as good as before.
            let result = catch_unwind(AssertUnwindSafe(|| work(owned))).unwrap_or(Err(LibraryError::WriterStopped));
            // Whoever asked may have gone; then nobody needs the answer.
            let _ = answer.send(result);
        });
        let jobs = self.jobs.as_ref().ok_or(LibraryError::WriterStopped)?;
        jobs.send(job).map_err(|_| LibraryError::WriterStopped)?;
        answered.recv().map_err(|_| LibraryError::WriterStopped)?
    }
}

impl Owned {
    fn transact<T>(
        &mut self,
        change: impl FnOnce(&mut Writer<'_>) -> Result<T, LibraryError>,
    ) -> Result<T, LibraryError> {
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut writer = Writer {
            tx,
            said: SaidBuffer::default(),
            crowded: &mut self.crowded,
            source_keys: HashMap::new(),
            calls_changed: false,
        };
        let answer = change(&mut writer)?;
        writer.commit()?;
        Ok(answer)
    }
}

impl Drop for WriterThread {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            // It ends once the channel is closed; it catches panics itself.
            let _ = thread.join();
        }
    }
}

impl Writer<'_> {
    fn commit(mut self) -> Result<(), LibraryError> {
        self.said.flush(&self.tx)?;
        if self.calls_changed {
            self.tx.prepare_cached("UPDATE revision SET value = value + 1")?.execute([])?;
        }
        Ok(self.tx.commit()?)
    }
}
