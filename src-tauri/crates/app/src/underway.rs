//! Lets one thread at a time bring in a recording: two copies into one file would spoil each other. Whoever comes second
//! waits, and then finds it in the cache. And keeps the files that somebody reads from being thrown out meanwhile.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::{Cancel, Cancelled, RecordingId};

/// How often somebody who waits looks whether to give up.
const LOOK: Duration = Duration::from_millis(50);

/// The recordings that are being brought in.
#[derive(Default)]
pub(crate) struct Underway {
    recordings: Mutex<HashSet<RecordingId>>,
    ended: Condvar,
}

/// The right to bring in one recording, until it is dropped.
pub(crate) struct Turn<'a> {
    underway: &'a Underway,
    recording: RecordingId,
}

impl Underway {
    /// Waits until nobody else brings in this recording.
    pub fn begin(&self, recording: RecordingId, cancel: &Cancel) -> Result<Turn<'_>, Cancelled> {
        let mut recordings = self.recordings();
        while !recordings.insert(recording) {
            cancel.check()?;
            recordings = self.ended.wait_timeout(recordings, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(Turn { underway: self, recording })
    }

    /// The recordings that are being brought in now.
    pub fn busy(&self) -> HashSet<RecordingId> {
        self.recordings().clone()
    }

    fn recordings(&self) -> MutexGuard<'_, HashSet<RecordingId>> {
        self.recordings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The recordings whose cached files somebody reads now: they must stay.
#[derive(Default)]
pub(crate) struct InUse(Arc<Mutex<HashMap<RecordingId, usize>>>);

/// Keeps a recording's file in the cache until it is dropped.
pub(crate) struct Hold {
    holds: Arc<Mutex<HashMap<RecordingId, usize>>>,
    recording: RecordingId,
}

impl InUse {
    /// Somebody is about to read this recording's file.
    pub fn hold(&self, recording: RecordingId) -> Hold {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(recording).or_default() += 1;
        Hold { holds: self.0.clone(), recording }
    }

    /// The recordings whose files are being read.
    pub fn all(&self) -> HashSet<RecordingId> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).keys().copied().collect()
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut holds = self.holds.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = holds.get_mut(&self.recording) {
            *count -= 1;
            if *count == 0 {
                holds.remove(&self.recording);
            }
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.underway.recordings().remove(&self.recording);
        self.underway.ended.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use uuid::Uuid;

    use super::*;

    #[test]
    fn one_recording_is_brought_in_by_one_thread_at_a_time() {
        let (underway, inside) = (Underway::default(), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        let turn = underway.begin(RecordingId(Uuid::nil()), &Cancel::new()).unwrap();
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "nobody else is inside");
                        std::thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                        drop(turn);
                    }
                });
            }
        });
    }

    #[test]
    fn a_file_is_in_use_until_the_last_reader_is_done() {
        let (used, recording) = (InUse::default(), RecordingId(Uuid::nil()));
        let (first, second) = (used.hold(recording), used.hold(recording));
        drop(first);
        assert!(used.all().contains(&recording));
        drop(second);
        assert!(used.all().is_empty());
    }

    #[test]
    fn waiting_ends_when_it_is_cancelled_and_another_recording_waits_for_nobody() {
        let (underway, cancel) = (Underway::default(), Cancel::new());
        let _turn = underway.begin(RecordingId(Uuid::nil()), &cancel).unwrap();
        assert!(underway.begin(RecordingId(Uuid::max()), &cancel).is_ok());
        cancel.cancel();
        assert!(underway.begin(RecordingId(Uuid::nil()), &cancel).is_err());
    }
}
