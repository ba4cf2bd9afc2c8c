//! Which turn and word are being spoken, and when that changes next.

use model::{Ms, Turn, TurnIndex};

/// The times of a transcript. The texts are not kept.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    index: TurnIndex,
    /// The start of each turn that has one, with its index, in order.
    starts: Vec<(Ms, usize)>,
    /// For each turn the start of each word that has one, with its index, in order.
    words: Vec<Vec<(Ms, usize)>>,
    /// Every moment at which the answer may change, in order.
    changes: Vec<Ms>,
}

impl Timeline {
    pub(crate) fn new(turns: &[Turn]) -> Self {
        let mut starts: Vec<_> = turns.iter().enumerate().filter_map(|(n, turn)| Some((turn.start_ms?, n))).collect();
        starts.sort_unstable();
        let words: Vec<Vec<_>> = turns.iter().map(word_starts).collect();
        let mut changes: Vec<Ms> = turns
            .iter()
            .flat_map(|turn| [turn.start_ms, turn.end_ms])
            .flatten()
            .chain(words.iter().flatten().map(|(start, _)| *start))
            .collect();
        changes.sort_unstable();
        changes.dedup();
        Self { index: TurnIndex::new(turns), starts, words, changes }
    }

    /// The turn being spoken at `ms` and, where its words have times, the last word of it that has begun.
    pub(crate) fn at(&self, ms: Ms) -> (Option<usize>, Option<usize>) {
        let turn = self.index.turn_at(ms);
        let word = turn.and_then(|turn| self.words.get(turn)).and_then(|words| last_begun(words, ms)).map(|n| n.1);
        (turn, word)
    }

    /// The first moment after `ms` at which [`at`](Self::at) may answer differently.
    pub(crate) fn next_change(&self, ms: Ms) -> Option<Ms> {
        self.changes.get(self.changes.partition_point(|change| *change <= ms)).copied()
    }

    /// Where to go for the turn `by` places from the one that began last before `ms`: 0 is its own start. `None` if
    /// there is no such turn.
    pub(crate) fn start_of(&self, by: i32, ms: Ms) -> Option<Ms> {
        let begun = self.starts.partition_point(|(start, _)| *start <= ms) as i64;
        let wanted = begun - 1 + i64::from(by);
        if wanted < 0 && by < 0 && !self.starts.is_empty() {
            return Some(0.max(self.starts[0].0.min(ms)));
        }
        self.starts.get(usize::try_from(wanted).ok()?).map(|(start, _)| *start)
    }
}

fn word_starts(turn: &Turn) -> Vec<(Ms, usize)> {
    let mut starts: Vec<_> = turn.words.iter().enumerate().filter_map(|(n, word)| Some((word.start_ms?, n))).collect();
    starts.sort_unstable();
    starts
}

fn last_begun(starts: &[(Ms, usize)], ms: Ms) -> Option<(Ms, usize)> {
    starts.get(starts.partition_point(|(start, _)| *start <= ms).checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Word;

    fn word(start_ms: Option<Ms>) -> Word {
        Word { start_ms, ..Word::default() }
    }

    fn timeline() -> Timeline {
        let words = vec![word(Some(1_000)), word(None), word(Some(1_400))];
        Timeline::new(&[
            Turn { start_ms: Some(1_000), end_ms: Some(2_000), words, ..Turn::default() },
            Turn::default(),
            Turn { start_ms: Some(2_500), end_ms: None, ..Turn::default() },
            Turn { start_ms: Some(6_000), end_ms: Some(7_000), ..Turn::default() },
        ])
    }

    #[test]
    fn the_word_is_the_last_of_the_turn_that_has_begun() {
        let timeline = timeline();
        assert_eq!(timeline.at(999), (None, None));
        assert_eq!(timeline.at(1_000), (Some(0), Some(0)));
        assert_eq!(timeline.at(1_399), (Some(0), Some(0)), "a word without a time is never shown as spoken");
        assert_eq!(timeline.at(1_400), (Some(0), Some(2)));
        assert_eq!(timeline.at(2_000), (None, None), "after the turn none of its words is spoken");
        assert_eq!(timeline.at(3_000), (Some(2), None));
    }

    #[test]
    fn every_change_is_announced() {
        let timeline = timeline();
        let mut ms = -1;
        while let Some(next) = timeline.next_change(ms) {
            for between in ms.max(0)..next {
                assert_eq!(timeline.at(between), timeline.at(ms), "nothing changes between {ms} and {next}");
            }
            ms = next;
        }
        assert_eq!(ms, 7_000);
    }

    #[test]
    fn steps_go_from_turn_to_turn_and_replay_goes_to_the_start_of_the_present_one() {
        let timeline = timeline();
        assert_eq!(timeline.start_of(0, 3_000), Some(2_500));
        assert_eq!(timeline.start_of(1, 3_000), Some(6_000));
        assert_eq!(timeline.start_of(-1, 3_000), Some(1_000));
        assert_eq!(timeline.start_of(0, 2_200), Some(1_000), "in the silence after a turn, that turn is replayed");
        assert_eq!(timeline.start_of(1, 0), Some(1_000));
        assert_eq!(timeline.start_of(1, 6_500), None, "there is nothing after the last");
        assert_eq!(timeline.start_of(-1, 1_500), Some(1_000), "before the first there is only its start");
        assert_eq!(timeline.start_of(0, 500), None);
        assert_eq!(Timeline::default().start_of(-1, 500), None, "without times there is nowhere to go");
    }
}
