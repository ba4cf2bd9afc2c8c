//! Long work in the background: visible, cancellable, one at a time for each source.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use model::{Cancel, SourceId};
use source::Waiting;

/// Names a job while it runs.
pub type JobId = u32;

/// What kind of work a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// Bringing calls in.
    Sync,
    /// Bringing audio into the cache.
    Fetch,
    /// Handing calls over.
    Export,
    /// Verifying what was handed over.
    Verify,
}

/// A job as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The job.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// The source it works on.
    pub source: Option<SourceId>,
    /// What it is doing, in words.
    pub words: String,
    /// Items looked at.
    pub done: u64,
    /// Items in all, once known.
    pub total: Option<u64>,
    /// Why it does nothing at the moment, and until when.
    pub waiting: Option<Waiting>,
    /// How it ended, once it has.
    pub end: Option<JobEnd>,
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobEnd {
    /// In words.
    pub words: String,
    /// Whether there is something to look at.
    pub failed: bool,
}

/// The jobs that are running.
#[derive(Default)]
pub struct Jobs {
    next: AtomicU32,
    running: Mutex<BTreeMap<JobId, (Progress, Cancel)>>,
}

impl Jobs {
    /// Registers a job. `None` if one of the same kind already works on that source.
    pub fn begin(&self, kind: JobKind, source: Option<SourceId>, words: String) -> Option<(Progress, Cancel)> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.values().any(|(job, _)| job.kind == kind && job.source == source) {
            return None;
        }
        let id = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        let progress = Progress { id, kind, source, words, done: 0, total: None, waiting: None, end: None };
        let cancel = Cancel::new();
        running.insert(id, (progress.clone(), cancel.clone()));
        Some((progress, cancel))
    }

    /// Keeps a job's newest state; an ended job is forgotten.
    pub fn update(&self, progress: &Progress) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if progress.end.is_some() {
            running.remove(&progress.id);
        } else if let Some((kept, _)) = running.get_mut(&progress.id) {
            let waiting = kept.waiting.take();
            kept.clone_from(progress);
            kept.waiting = waiting;
        }
    }

    /// Says that the sync of a source waits, or goes on. Answers with its newest state, if one runs.
    pub fn wait(&self, source: SourceId, waiting: Option<&Waiting>) -> Option<Progress> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let (job, _) = running.values_mut().find(|(job, _)| job.kind == JobKind::Sync && job.source == Some(source))?;
        job.waiting = waiting.cloned();
        Some(job.clone())
    }

    /// Asks a job to stop; a job that has ended is left alone.
    pub fn cancel(&self, id: JobId) {
        if let Some((_, cancel)) = self.running.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
            cancel.cancel();
        }
    }

    /// Asks every job on a source to stop.
    pub fn cancel_for(&self, source: SourceId) {
        for (job, cancel) in self.running.lock().unwrap_or_else(PoisonError::into_inner).values() {
            if job.source == Some(source) {
                cancel.cancel();
            }
        }
    }

    /// The jobs running now, oldest first.
    pub fn running(&self) -> Vec<Progress> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).values().map(|(job, _)| job.clone()).collect()
    }

    /// Whether a sync runs on a source.
    pub fn is_syncing(&self, source: SourceId) -> bool {
        self.running().iter().any(|job| job.kind == JobKind::Sync && job.source == Some(source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: SourceId = SourceId(uuid::Uuid::nil());

    #[test]
    fn a_source_has_one_sync_at_a_time() {
        let jobs = Jobs::default();
        let (mut job, cancel) = jobs.begin(JobKind::Sync, Some(SOURCE), "Reading".into()).unwrap();
        assert!(jobs.begin(JobKind::Sync, Some(SOURCE), "Reading".into()).is_none());
        jobs.cancel(job.id);
        assert!(cancel.is_cancelled());
        job.end = Some(JobEnd { words: "Stopped".into(), failed: false });
        jobs.update(&job);
        assert!(jobs.running().is_empty());
        assert!(jobs.begin(JobKind::Sync, Some(SOURCE), "Reading".into()).is_some(), "after the end another may begin");
    }
}
