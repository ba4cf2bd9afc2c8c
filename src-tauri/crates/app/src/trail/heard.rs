//! What was heard, from what the player says: a pure state machine.
//!
//! A stretch is what was played from one place on without a jump. It is exact to about a tenth of a second, as often as
//! the player tells where it is.

use std::time::Duration;

use audio::player::{Command, Phase};
use model::Ms;

use crate::listening::{PlayerCommand, Tag};

/// The player at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    pub tag: Option<Tag>,
    pub phase: Phase,
    pub position_ms: Ms,
    pub speed: f64,
    /// When, on a clock that never jumps.
    pub at: Duration,
}

/// What is to be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sound {
    /// It begins here.
    Begins(Tag, Ms),
    /// This was heard.
    Heard { tag: Tag, from_ms: Ms, to_ms: Ms },
}

/// What is being heard.
#[derive(Debug, Default)]
pub struct Hearing {
    /// Recorded as beginning already, before the player said so.
    begun: Option<Tag>,
    now: Option<Stretch>,
    last: Option<Seen>,
}

#[derive(Clone, Copy, Debug)]
struct Stretch {
    tag: Tag,
    from_ms: Ms,
    to_ms: Ms,
    at: Duration,
}

/// The sound may be ahead of the clock by so much: it was held up before and catches up.
const SLACK_MS: f64 = 400.0;

impl Hearing {
    /// What a command lets begin, as far as can be told before the player has done it.
    pub fn lets_begin(&self, command: PlayerCommand) -> Option<Sound> {
        let last = self.last.as_ref()?;
        let plays = matches!(
            command,
            PlayerCommand::Turn(0) | PlayerCommand::Sound(Command::Play) | PlayerCommand::Sound(Command::Toggle)
        );
        let from_ms = if last.phase == Phase::Ended { 0 } else { last.position_ms };
        last.tag.filter(|_| plays && last.phase != Phase::Playing).map(|tag| Sound::Begins(tag, from_ms))
    }

    /// That this was recorded as beginning.
    pub fn begun(&mut self, tag: Tag) {
        self.begun = Some(tag);
    }

    /// The player said how it stands.
    pub fn see(&mut self, seen: Seen) -> Vec<Sound> {
        let mut sounds = Vec::new();
        let goes_on = self.now.as_mut().is_some_and(|now| now.extend(&seen));
        let plays = seen.tag.filter(|_| seen.phase == Phase::Playing);
        if !(goes_on && plays.is_some()) {
            let before = self.now.map(|now| now.tag);
            sounds.extend(self.end());
            if let Some(tag) = plays {
                if before != Some(tag) && self.begun.take_if(|begun| *begun == tag).is_none() {
                    sounds.push(Sound::Begins(tag, seen.position_ms));
                }
                self.now = Some(Stretch { tag, from_ms: seen.position_ms, to_ms: seen.position_ms, at: seen.at });
            }
        }
        if seen.phase == Phase::Empty {
            self.begun = None;
        }
        self.last = Some(seen);
        sounds
    }

    /// Nothing more is heard.
    pub fn end(&mut self) -> Option<Sound> {
        let Stretch { tag, from_ms, to_ms, .. } = self.now.take()?;
        (to_ms > from_ms).then_some(Sound::Heard { tag, from_ms, to_ms })
    }
}

impl Stretch {
    /// Takes in how far playing came, if it came there by playing.
    fn extend(&mut self, seen: &Seen) -> bool {
        let moved = seen.position_ms - self.to_ms;
        let since = seen.at.saturating_sub(self.at).as_secs_f64() * 1_000.0;
        let went_on = seen.tag == Some(self.tag)
            && seen.phase != Phase::Loading
            && moved >= 0
            && moved as f64 <= since * seen.speed + SLACK_MS;
        if went_on {
            (self.to_ms, self.at) = (seen.position_ms, seen.at);
        }
        went_on
    }
}

#[cfg(test)]
mod tests {
    use model::{CallId, RecordingId};
    use uuid::Uuid;

    use super::*;

    fn tag(number: u128) -> Tag {
        let id = Uuid::from_u128(number);
        Tag { call: CallId(id), recording: RecordingId(id) }
    }

    fn seen(tag: Option<Tag>, phase: Phase, position_ms: Ms, at_ms: u64) -> Seen {
        Seen { tag, phase, position_ms, speed: 1.0, at: Duration::from_millis(at_ms) }
    }

    fn all(steps: &[Seen]) -> Vec<Sound> {
        let mut hearing = Hearing::default();
        steps.iter().cloned().flat_map(|step| hearing.see(step)).collect()
    }

    fn heard(tag: Tag, from_ms: Ms, to_ms: Ms) -> Sound {
        Sound::Heard { tag, from_ms, to_ms }
    }

    #[test]
    fn what_is_played_until_a_pause_is_one_stretch() {
        let one = Some(tag(1));
        let told = all(&[
            seen(one, Phase::Loading, 5_000, 0),
            seen(one, Phase::Playing, 5_000, 100),
            seen(one, Phase::Playing, 5_100, 200),
            seen(one, Phase::Playing, 7_200, 2_300),
            seen(one, Phase::Paused, 7_250, 2_350),
            seen(one, Phase::Paused, 7_250, 9_000),
        ]);
        assert_eq!(told, [Sound::Begins(tag(1), 5_000), heard(tag(1), 5_000, 7_250)]);
    }

    #[test]
    fn a_jump_ends_one_stretch_and_begins_another_and_what_was_skipped_was_not_heard() {
        let one = Some(tag(1));
        let told = all(&[
            seen(one, Phase::Playing, 0, 0),
            seen(one, Phase::Playing, 1_000, 1_000),
            seen(one, Phase::Playing, 30_000, 1_020),
            seen(one, Phase::Playing, 30_500, 1_520),
            seen(one, Phase::Playing, 29_000, 1_530),
            seen(one, Phase::Playing, 29_400, 1_930),
            seen(one, Phase::Paused, 2_000, 1_950),
        ]);
        let jumps = [heard(tag(1), 0, 1_000), heard(tag(1), 30_000, 30_500), heard(tag(1), 29_000, 29_400)];
        assert_eq!(told[0], Sound::Begins(tag(1), 0));
        assert_eq!(told[1..], jumps);
    }

    #[test]
    fn fast_playing_is_no_jump() {
        let fast = |position_ms, at_ms| Seen { speed: 3.0, ..seen(Some(tag(1)), Phase::Playing, position_ms, at_ms) };
        let told = all(&[fast(0, 0), fast(3_000, 1_000), fast(6_200, 2_000), seen(None, Phase::Empty, 0, 2_010)]);
        assert_eq!(told[1..], [heard(tag(1), 0, 6_200)]);
    }

    #[test]
    fn another_recording_the_end_and_leaving_end_a_stretch() {
        let (one, two) = (Some(tag(1)), Some(tag(2)));
        let mut hearing = Hearing::default();
        let mut told: Vec<Sound> = [
            seen(one, Phase::Playing, 0, 0),
            seen(one, Phase::Playing, 900, 900),
            seen(two, Phase::Loading, 0, 950),
            seen(two, Phase::Playing, 0, 1_000),
            seen(two, Phase::Playing, 800, 1_800),
            seen(two, Phase::Ended, 1_000, 2_000),
            seen(two, Phase::Playing, 0, 3_000),
            seen(two, Phase::Playing, 400, 3_400),
        ]
        .into_iter()
        .flat_map(|step| hearing.see(step))
        .collect();
        told.extend(hearing.end());
        let expected = [
            Sound::Begins(tag(1), 0),
            heard(tag(1), 0, 900),
            Sound::Begins(tag(2), 0),
            heard(tag(2), 0, 1_000),
            Sound::Begins(tag(2), 0),
            heard(tag(2), 0, 400),
        ];
        assert_eq!(told, expected);
        assert_eq!(hearing.end(), None, "nothing is told twice");
    }

    #[test]
    fn what_waits_for_a_device_or_is_only_looked_at_was_not_heard() {
        let one = Some(tag(1));
        let told = all(&[
            seen(one, Phase::Paused, 4_000, 0),
            seen(one, Phase::Paused, 9_000, 10),
            seen(one, Phase::Playing, 9_000, 20),
            seen(one, Phase::Playing, 9_000, 60_000),
            seen(one, Phase::Paused, 9_000, 60_100),
        ]);
        assert_eq!(told, [Sound::Begins(tag(1), 9_000)]);
    }

    #[test]
    fn what_was_recorded_before_the_player_began_is_not_recorded_again() {
        let one = Some(tag(1));
        let mut hearing = Hearing::default();
        let play = PlayerCommand::Sound(Command::Toggle);
        assert_eq!(hearing.lets_begin(play), None, "nothing is open");
        hearing.see(seen(one, Phase::Paused, 700, 0));
        assert_eq!(hearing.lets_begin(play), Some(Sound::Begins(tag(1), 700)));
        assert_eq!(hearing.lets_begin(PlayerCommand::Sound(Command::Seek(3))), None);
        hearing.begun(tag(1));
        assert_eq!(hearing.see(seen(one, Phase::Playing, 700, 10)), []);
        assert_eq!(hearing.lets_begin(play), None, "this pauses");
        assert_eq!(hearing.see(seen(one, Phase::Playing, 900, 210)), []);
        assert_eq!(hearing.see(seen(one, Phase::Ended, 1_000, 310)), [heard(tag(1), 700, 1_000)]);
        assert_eq!(hearing.lets_begin(play), Some(Sound::Begins(tag(1), 0)), "from the start again");
        assert_eq!(hearing.see(seen(one, Phase::Playing, 0, 400)), [Sound::Begins(tag(1), 0)], "unless it was not");
    }
}
