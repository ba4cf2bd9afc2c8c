//! How far a recording has come, told by whoever brings it and read by whoever plays it.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A file that grows until it is whole, is published under another name, or comes to nothing. It may begin anew before
/// that, when one place could not give it and another is asked.
#[derive(Debug, Default)]
pub struct Arrival {
    progress: Mutex<Progress>,
    changed: Condvar,
}

/// How far it has come.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    /// Which attempt this is: what was read of an earlier one says nothing about this one.
    pub(super) attempt: u64,
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    pub(super) length: Option<u64>,
    /// The path of the whole file, or why there is none.
    pub(super) end: Option<Result<PathBuf, String>>,
}

impl Arrival {
    /// It begins, perhaps anew, to be written to `path`. `length` is how many bytes it will have, if that was said. To be
    /// called before anything is done to the file.
    pub fn begins(&self, path: &Path, length: Option<u64>) {
        self.change(|now| {
            *now = Progress { attempt: now.attempt + 1, path: path.to_owned(), bytes: 0, length, end: None };
        });
    }

    /// So many bytes of it can be read.
    pub fn here(&self, bytes: u64) {
        self.change(|now| now.bytes = bytes);
    }

    /// It is whole, was verified, and stands at `path`. Nothing changes after that.
    pub fn kept(&self, path: &Path) {
        self.change(|now| now.end = Some(Ok(path.to_owned())));
    }

    /// It will not come. Nothing changes after that.
    pub fn failed(&self, why: &str) {
        self.change(|now| now.end = Some(Err(why.to_owned())));
    }

    pub(super) fn now(&self) -> Progress {
        self.progress().clone()
    }

    /// Which attempt is under way.
    pub(super) fn attempt(&self) -> u64 {
        self.progress().attempt
    }

    /// Waits until it is over or `wanted`.
    pub(super) fn wait(&self, wanted: impl Fn(&Progress) -> bool) -> Progress {
        let waits = |now: &mut Progress| now.end.is_none() && !wanted(now);
        self.changed.wait_while(self.progress(), waits).unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut Progress)) {
        let mut now = self.progress();
        if now.end.is_none() {
            change(&mut now);
            self.changed.notify_all();
        }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
