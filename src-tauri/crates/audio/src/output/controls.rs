//! What the engine and the device's callback share: atomics only.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering, fence};
use std::time::Duration;

/// How often a reader looks again when it meets the writer at work.
const TRIES: usize = 64;

/// Shared between the engine (which sets), the decoding thread and the callback (which obey and report).
#[derive(Default)]
pub(crate) struct Controls {
    cue: AtomicU64,
    running: AtomicBool,
    volume: AtomicU32,
    underruns: AtomicU64,
    handed: Handed,
    anchor: Published,
}

/// What the callback has handed to the device so far. Only its thread writes and reads it.
#[derive(Default)]
struct Handed {
    cue: AtomicU64,
    start: AtomicU64,
    end: AtomicU64,
    speed: AtomicU64,
    ended: AtomicBool,
}

/// Ties a place of the recording to a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Anchor {
    /// The cue that was being handed out.
    pub cue: u64,
    /// The place the cue began at, seconds.
    pub start: f64,
    /// The place after the last frame handed out, seconds.
    pub end: f64,
    /// How fast the recording goes.
    pub speed: f64,
    /// Whether nothing follows.
    pub ended: bool,
    /// When the last frame handed out will have been heard.
    pub heard_at: Duration,
}

impl Anchor {
    /// The place being heard at `now`, seconds.
    pub(crate) fn place(&self, now: Duration) -> f64 {
        let ahead = self.heard_at.saturating_sub(now).as_secs_f64();
        (self.end - ahead * self.speed).clamp(self.start, self.end.max(self.start))
    }
}

impl Controls {
    pub(crate) fn new() -> Self {
        let controls = Self::default();
        controls.set_volume(1.0);
        controls
    }

    pub(crate) fn cue(&self) -> u64 {
        self.cue.load(Ordering::Relaxed)
    }

    pub(crate) fn set_cue(&self, cue: u64) {
        self.cue.store(cue, Ordering::Relaxed);
    }

    pub(crate) fn running(&self) -> bool {
        self.running.load(Ordering::Relaxed)
    }

    pub(crate) fn set_running(&self, running: bool) {
        self.running.store(running, Ordering::Relaxed);
    }

    pub(crate) fn volume(&self) -> f32 {
        f32::from_bits(self.volume.load(Ordering::Relaxed))
    }

    pub(crate) fn set_volume(&self, volume: f32) {
        self.volume.store(volume.to_bits(), Ordering::Relaxed);
    }

    pub(crate) fn underruns(&self) -> u64 {
        self.underruns.load(Ordering::Relaxed)
    }

    pub(crate) fn count_underrun(&self) {
        self.underruns.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes that the sound of a cue begins, at `start` seconds.
    pub(crate) fn hand_cue(&self, cue: u64, start: f64, speed: f64) {
        self.handed.cue.store(cue, Ordering::Relaxed);
        self.handed.start.store(start.to_bits(), Ordering::Relaxed);
        self.handed.end.store(start.to_bits(), Ordering::Relaxed);
        self.handed.speed.store(speed.to_bits(), Ordering::Relaxed);
        self.handed.ended.store(false, Ordering::Relaxed);
    }

    /// Notes that everything before `end` seconds has been handed out.
    pub(crate) fn hand_until(&self, end: f64) {
        self.handed.end.store(end.to_bits(), Ordering::Relaxed);
    }

    /// Notes that nothing follows.
    pub(crate) fn hand_end(&self) {
        self.handed.ended.store(true, Ordering::Relaxed);
    }

    /// Publishes what was handed out, tied to the moment when all of it will have been heard.
    pub(crate) fn publish(&self, heard_at: Duration) {
        let float = |word: &AtomicU64| f64::from_bits(word.load(Ordering::Relaxed));
        self.anchor.write(Anchor {
            cue: self.handed.cue.load(Ordering::Relaxed),
            start: float(&self.handed.start),
            end: float(&self.handed.end),
            speed: float(&self.handed.speed),
            ended: self.handed.ended.load(Ordering::Relaxed),
            heard_at,
        });
    }

    /// What was last published; `None` if the writer could not be met at rest.
    pub(crate) fn anchor(&self) -> Option<Anchor> {
        self.anchor.read()
    }
}

/// A value of several words written by one thread and read whole by others. An odd version means: being written.
#[derive(Default)]
struct Published {
    version: AtomicU64,
    words: [AtomicU64; 6],
}

impl Published {
    fn write(&self, anchor: Anchor) {
        let version = self.version.load(Ordering::Relaxed) | 1;
        self.version.store(version, Ordering::Relaxed);
        fence(Ordering::Release);
        let nanos = u64::try_from(anchor.heard_at.as_nanos()).unwrap_or(u64::MAX);
        let values = [
            anchor.cue,
            anchor.start.to_bits(),
            anchor.end.to_bits(),
            anchor.speed.to_bits(),
            u64::from(anchor.ended),
            nanos,
        ];
        for (word, value) in self.words.iter().zip(values) {
            word.store(value, Ordering::Relaxed);
        }
        self.version.store(version + 1, Ordering::Release);
    }

    fn read(&self) -> Option<Anchor> {
        for _ in 0..TRIES {
            let before = self.version.load(Ordering::Acquire);
            let [cue, start, end, speed, ended, nanos] =
                std::array::from_fn(|word| self.words[word].load(Ordering::Relaxed));
            fence(Ordering::Acquire);
            if before.is_multiple_of(2) && self.version.load(Ordering::Relaxed) == before {
                return Some(Anchor {
                    cue,
                    start: f64::from_bits(start),
                    end: f64::from_bits(end),
                    speed: f64::from_bits(speed),
                    ended: ended != 0,
                    heard_at: Duration::from_nanos(nanos),
                });
            }
            std::hint::spin_loop();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_being_heard_lags_what_was_handed_out_and_stays_within_it() {
        let anchor =
            Anchor { cue: 1, start: 10.0, end: 10.4, speed: 2.0, ended: false, heard_at: Duration::from_millis(1_000) };
        let at = |ms| (anchor.place(Duration::from_millis(ms)) * 1_000.0).round() / 1_000.0;
        assert_eq!(at(950), 10.3, "50 ms are still to be heard, 100 ms of the recording at this speed");
        assert_eq!(at(0), 10.0, "what was heard before the cue is not of this cue");
        assert_eq!(at(5_000), 10.4, "without more sound the place stands still");
    }

    #[test]
    fn a_reader_never_sees_half_of_two_values() {
        let published = std::sync::Arc::new(Published::default());
        let value = |n: u64| Anchor {
            cue: n,
            start: n as f64,
            end: n as f64,
            speed: n as f64,
            ended: n % 2 == 1,
            heard_at: Duration::from_nanos(n),
        };
        let writer = std::thread::spawn({
            let published = std::sync::Arc::clone(&published);
            move || (1..200_000).for_each(|n| published.write(value(n)))
        });
        while !writer.is_finished() {
            if let Some(seen) = published.read() {
                assert_eq!(seen, value(seen.cue));
            }
        }
        writer.join().expect("the writer does not fail");
    }
}
