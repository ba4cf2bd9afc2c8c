//! Lets one thread at a time bring in a recording: two copies into one file would spoil each other. Whoever comes second
//! waits, and then finds it in the cache.

use std::collections::HashSet;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
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

    fn recordings(&self) -> MutexGuard<'_, HashSet<RecordingId>> {
        self.recordings.lock().unwrap_or_else(PoisonError::into_inner)
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
    fn waiting_ends_when_it_is_cancelled_and_another_recording_waits_for_nobody() {
        let (underway, cancel) = (Underway::default(), Cancel::new());
        let _turn = underway.begin(RecordingId(Uuid::nil()), &cancel).unwrap();
        assert!(underway.begin(RecordingId(Uuid::max()), &cancel).is_ok());
        cancel.cancel();
        assert!(underway.begin(RecordingId(Uuid::nil()), &cancel).is_err());
    }
}
