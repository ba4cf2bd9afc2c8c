//! Turns stamped with the time of day: their offset from the call's start, or else from the first turn.

use model::{Moment, Ms};

use super::Reading;
use super::draft::Draft;

/// A first turn this long after the call's start means that the two clocks differ, by a time zone (half an hour is the
/// least difference) or by a mistake.
const LATEST_FIRST_TURN_MS: Ms = 25 * 60_000;

/// What offsets are counted from.
pub(super) struct WallClock {
    origin_ms: Option<Ms>,
}

impl WallClock {
    /// `stamps` are the turns' moments in order. The call's start is not believed if the first turn lies before it or
    /// long after it.
    pub(super) fn new(mut stamps: impl Iterator<Item = Ms>, started_at: Option<&Moment>, draft: &mut Draft) -> Self {
        let Some(first) = stamps.next() else { return Self { origin_ms: None } };
        let origin_ms = match started_at.map(|moment| moment.utc_ms) {
            None => first,
            Some(start) if (0..=LATEST_FIRST_TURN_MS).contains(&first.saturating_sub(start)) => start,
            Some(_) => {
                draft
                    .note("the turns' clock does not fit the call's start; times count from the first turn".to_owned());
                first
            }
        };
        Self { origin_ms: Some(origin_ms) }
    }

    /// The offset of a turn stamped `at`.
    pub(super) fn offset(&self, at: &Moment) -> Reading {
        match self.origin_ms.and_then(|origin| at.utc_ms.checked_sub(origin)) {
            Some(offset) => Reading::of_ms(offset as f64),
            None => Reading::Unusable,
        }
    }
}
