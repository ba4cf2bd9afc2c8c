//! Lets one thread at a time bring in a recording: two copies into one file would spoil each other. Whoever comes second
//! waits, and then finds it in the cache. Whoever wants to hear it follows how it arrives, whoever brings it. And keeps
//! the files that somebody reads from being thrown out meanwhile.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use audio::arriving::Arrival;
use model::{Cancel, Cancelled, RecordingId, Tier};

/// How often somebody who waits looks whether to give up.
const LOOK: Duration = Duration::from_millis(50);

/// The recordings that are being brought in.
#[derive(Default)]
pub(crate) struct Underway {
    lines: Mutex<HashMap<RecordingId, Line>>,
    ended: Condvar,
}

/// Those who want one recording brought in, one of whom may be at it.
#[derive(Default)]
struct Line {
    places: usize,
    is_taken: bool,
    arrival: Arc<Arrival>,
    /// Where it comes from.
    tier: Option<Tier>,
}

/// A place in the line for one recording, until it is dropped. As long as there is one, the recording may still arrive.
pub(crate) struct Place<'a> {
    underway: &'a Underway,
    recording: RecordingId,
    arrival: Arc<Arrival>,
}

/// The right to bring in one recording, until it is dropped.
pub(crate) struct Turn<'a> {
    place: Place<'a>,
}

impl Underway {
    /// Gets in line for a recording.
    pub fn join(&self, recording: RecordingId) -> Place<'_> {
        let mut lines = self.lines();
        let line = lines.entry(recording).or_default();
        line.places += 1;
        Place { underway: self, recording, arrival: Arc::clone(&line.arrival) }
    }

    /// Waits until nobody else brings in this recording.
    pub fn begin(&self, recording: RecordingId, cancel: &Cancel) -> Result<Turn<'_>, Cancelled> {
        let place = self.join(recording);
        let mut lines = self.lines();
        while std::mem::replace(&mut lines.entry(recording).or_default().is_taken, true) {
            cancel.check()?;
            lines = self.ended.wait_timeout(lines, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(Turn { place })
    }

    /// The recordings that are being brought in now.
    pub fn busy(&self) -> HashSet<RecordingId> {
        self.lines().iter().filter(|(_, line)| line.is_taken).map(|(recording, _)| *recording).collect()
    }

    /// Where a recording comes from that is being brought in.
    pub fn tier(&self, recording: RecordingId) -> Option<Tier> {
        self.lines().get(&recording).and_then(|line| line.tier)
    }

    fn lines(&self) -> MutexGuard<'_, HashMap<RecordingId, Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place<'_> {
    /// How the recording arrives.
    pub fn arrival(&self) -> &Arc<Arrival> {
        &self.arrival
    }
}

impl Turn<'_> {
    /// How the recording arrives, to be told.
    pub fn arrival(&self) -> &Arrival {
        &self.place.arrival
    }

    /// Says where the recording comes from.
    pub fn asks(&self, tier: Tier) {
        if let Some(line) = self.place.underway.lines().get_mut(&self.place.recording) {
            line.tier = Some(tier);
        }
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
        if let Some(line) = self.place.underway.lines().get_mut(&self.place.recording) {
            line.is_taken = false;
        }
        self.place.underway.ended.notify_all();
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut lines = self.underway.lines();
        if let Some(line) = lines.get_mut(&self.recording) {
            line.places -= 1;
            if line.places == 0 {
                lines.remove(&self.recording);
                self.arrival.failed("fetching it was given up");
            }
        }
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
    fn who_listens_follows_the_arrival_whoever_brings_it_and_learns_when_nobody_will() {
        let (underway, recording, cancel) = (Underway::default(), RecordingId(Uuid::nil()), Cancel::new());
        let listener = underway.join(recording);
        let first = underway.begin(recording, &cancel).unwrap();
        first.asks(Tier::Provider);
        assert_eq!(underway.tier(recording), Some(Tier::Provider));
        assert!(std::ptr::eq(first.arrival(), Arc::as_ptr(listener.arrival())));
        drop(first);
        let second = underway.begin(recording, &cancel).unwrap();
        assert!(std::ptr::eq(second.arrival(), Arc::as_ptr(listener.arrival())), "another may still bring it");
        assert_eq!(underway.busy(), HashSet::from([recording]));
        let arrival = Arc::clone(listener.arrival());
        drop((second, listener));
        assert_eq!(underway.tier(recording), None);
        let error = audio::arriving::open(&arrival, None).err().expect("it did not come");
        assert!(error.to_string().contains("given up"), "{error}");
        assert!(!Arc::ptr_eq(&arrival, underway.join(recording).arrival()), "the next who want it begin anew");
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
