//! Turns as captions: which have a time, and until when they last.

use model::{Ms, Timing, Transcript, Turn};

use crate::harmless::lines;
use crate::voices::name_of;

/// What captions can write: a hundred hours.
const MOST_MS: Ms = 360_000_000;
/// How long a caption stands at least, and how long for each character.
const READING_BASE_MS: Ms = 1_000;
const READING_MS: Ms = 60;
const READING_MOST_MS: Ms = 30_000;

/// A turn as a caption.
#[derive(Debug, PartialEq)]
pub(super) struct Cue {
    pub start: Ms,
    /// After the start.
    pub end: Ms,
    /// The source gave no end.
    pub end_estimated: bool,
    /// The start is a guess.
    pub guessed: bool,
    pub voice: Option<String>,
    /// At least one, none of them empty.
    pub lines: Vec<String>,
}

/// All captions in order of their start.
pub(super) struct Cues {
    pub cues: Vec<Cue>,
    /// Turns with words but without a usable time.
    pub left_out: usize,
}

impl Cues {
    /// `None` if no turn has a time.
    pub(super) fn of(transcript: &Transcript) -> Option<Self> {
        let said: Vec<(&Turn, Vec<String>)> = transcript
            .turns
            .iter()
            .map(|turn| (turn, lines(&turn.text)))
            .filter(|(_, text)| !text.is_empty())
            .collect();
        let all = said.len();
        let mut timed: Vec<(Ms, &Turn, Vec<String>)> =
            said.into_iter().filter_map(|(turn, text)| Some((usable(turn.start_ms)?, turn, text))).collect();
        timed.sort_by_key(|(start, ..)| *start);
        let starts: Vec<Ms> = timed.iter().map(|(start, ..)| *start).collect();
        let left_out = all - timed.len();
        let cues: Vec<Cue> = timed.into_iter().map(|(start, turn, text)| cue(start, turn, text, &starts)).collect();
        (!cues.is_empty()).then_some(Self { cues, left_out })
    }
}

fn cue(start: Ms, turn: &Turn, lines: Vec<String>, starts: &[Ms]) -> Cue {
    let given = turn.end_ms.filter(|end| *end > start).map(|end| end.min(MOST_MS));
    let next = || starts.get(starts.partition_point(|other| *other <= start)).copied();
    let read = || start + reading_ms(&lines);
    let end = given.or_else(next).unwrap_or_else(read);
    Cue {
        start,
        end,
        end_estimated: given.is_none(),
        guessed: turn.timing == Timing::Estimated,
        voice: name_of(turn),
        lines,
    }
}

fn usable(start: Option<Ms>) -> Option<Ms> {
    start.filter(|start| (0..MOST_MS - READING_MOST_MS).contains(start))
}

fn reading_ms(lines: &[String]) -> Ms {
    let characters: usize = lines.iter().map(|line| line.chars().count()).sum();
    let characters = Ms::try_from(characters).unwrap_or(Ms::MAX);
    READING_BASE_MS.saturating_add(characters.saturating_mul(READING_MS)).min(READING_MOST_MS)
}
