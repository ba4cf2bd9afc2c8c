//! What subscribers are told, and when.

use std::io::ErrorKind;
use std::time::Duration;

use model::Ms;

use super::REPORT_EVERY;
use crate::DecodeError;
use crate::player::{Phase, Problem, ProblemKind};

/// The player at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot<T> {
    /// The caller's name for the recording that is open, being opened, or could not be opened.
    pub tag: Option<T>,
    /// What the player is doing.
    pub phase: Phase,
    /// The place of the sound leaving the device, milliseconds.
    pub position_ms: Ms,
    /// The length of the recording, milliseconds; 0 until it is known.
    pub duration_ms: Ms,
    /// The speed; 1 is normal.
    pub speed: f64,
    /// The volume, 0 to 1.
    pub volume: f32,
    /// The turn being spoken, by its index among the turns given.
    pub turn: Option<usize>,
    /// The word being spoken, by its index in that turn.
    pub word: Option<usize>,
    /// Why nothing is heard; `None` while all is well.
    pub problem: Option<Problem>,
}

/// Who wants to be told.
pub(super) type Subscriber<T> = Box<dyn Fn(&Snapshot<T>) + Send>;

/// The subscribers and what they were last told.
pub(super) struct Reports<T> {
    subscribers: Vec<Subscriber<T>>,
    last: Option<(Snapshot<T>, Duration)>,
}

impl<T> Default for Reports<T> {
    fn default() -> Self {
        Self { subscribers: Vec::new(), last: None }
    }
}

impl<T: Clone + PartialEq> Reports<T> {
    /// Adds a subscriber and tells it how things are.
    pub(super) fn add(&mut self, tell: Subscriber<T>, snapshot: Snapshot<T>) {
        tell(&snapshot);
        self.subscribers.push(tell);
    }

    /// Tells everybody, unless all that happened is that playing went on and it is too early to say so again.
    pub(super) fn give(&mut self, snapshot: Snapshot<T>, now: Duration) {
        if self.last.as_ref().is_some_and(|(last, at)| !is_news(last, &snapshot, now.saturating_sub(*at))) {
            return;
        }
        for tell in &self.subscribers {
            tell(&snapshot);
        }
        self.last = Some((snapshot, now));
    }
}

fn is_news<T: Clone + PartialEq>(last: &Snapshot<T>, next: &Snapshot<T>, since: Duration) -> bool {
    if last == next {
        return false;
    }
    let moved = next.position_ms - last.position_ms;
    let expected = since.as_secs_f64() * 1_000.0 * next.speed;
    let went_on = next.phase == Phase::Playing && moved >= 0 && moved as f64 <= expected + 50.0;
    let only_position = Snapshot { position_ms: next.position_ms, ..last.clone() } == *next;
    !(only_position && went_on) || since >= REPORT_EVERY
}

/// Why a recording cannot be heard, for the user.
pub(super) fn problem_of(error: &DecodeError) -> Problem {
    let kind = match error {
        DecodeError::Unsupported { .. } => ProblemKind::Unsupported,
        DecodeError::Io { source, .. } if source.kind() == ErrorKind::NotFound => ProblemKind::Missing,
        DecodeError::Broke { .. } => ProblemKind::Missing,
        _ => ProblemKind::Unreadable,
    };
    Problem { kind, message: error.to_string() }
}
