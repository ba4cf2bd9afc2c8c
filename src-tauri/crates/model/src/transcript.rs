use serde::{Deserialize, Serialize};

use crate::Ms;

/// What was said in a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// Where the source keeps it: a path relative to its root, or nothing.
    pub origin: Option<String>,
    /// The format it was recognised as, such as `deepgram` or `webvtt`.
    pub format: Option<String>,
    /// The language tag, if the source says.
    pub language: Option<String>,
    /// The turns, ordered by start where they have one.
    pub turns: Vec<Turn>,
}

/// One speaker's stretch of speech.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// The speaker's name or label, as written at the source.
    pub speaker: Option<String>,
    /// What part the speaker plays, where known.
    pub role: Option<Role>,
    /// What was said.
    pub text: String,
    /// From the start of the recording. `None` if the source gives no time.
    pub start_ms: Option<Ms>,
    /// From the start of the recording; exclusive.
    pub end_ms: Option<Ms>,
    /// How sure the recogniser was, 0 to 1.
    pub confidence: Option<f64>,
    /// Where the times come from.
    pub timing: Timing,
    /// The words with their own times, where the source gave them.
    pub words: Vec<Word>,
}

/// One word with its own time. Joining `text` of all words with spaces need not give the turn's text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// The word with its punctuation, without surrounding spaces.
    pub text: String,
    /// From the start of the recording; `None` where the recogniser gave none.
    pub start_ms: Option<Ms>,
    /// From the start of the recording; exclusive.
    pub end_ms: Option<Ms>,
}

/// What part a speaker plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The organisation's side, human or machine.
    Agent,
    /// The other side.
    Customer,
    /// A prompt or notice; never shown as speech.
    System,
    /// A tool's call or answer.
    Tool,
}

/// Where a turn's times come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// The source gave them.
    Source,
    /// Computed exactly from what the source gave, such as a wall clock minus the call's start.
    Derived,
    /// Guessed, and labelled as a guess.
    Estimated,
    /// There are none.
    #[default]
    None,
}

impl Transcript {
    /// The index of the turn being spoken at `position_ms`: the last one that has started. A turn that has a known end is
    /// no longer active once it has ended. `None` before the first timed turn and in silence. Binary search over the
    /// turns that have times.
    pub fn turn_at(&self, position_ms: Ms) -> Option<usize> {
        TurnIndex::new(&self.turns).turn_at(position_ms)
    }

    /// The whole text, one line per turn, with speakers where known.
    pub fn text(&self) -> String {
        let lines: Vec<String> = self.turns.iter().map(Turn::line).collect();
        lines.join("\n")
    }

    /// Whether any turn has a start time.
    pub fn is_timed(&self) -> bool {
        self.turns.iter().any(|turn| turn.start_ms.is_some())
    }
}

impl Turn {
    fn line(&self) -> String {
        match &self.speaker {
            Some(speaker) => format!("{speaker}: {}", self.text),
            None => self.text.clone(),
        }
    }
}

/// The timed turns of a transcript in order of start, for repeated look-ups.
#[derive(Clone, Debug, Default)]
pub struct TurnIndex {
    spans: Vec<Span>,
}

#[derive(Clone, Copy, Debug)]
struct Span {
    start: Ms,
    end: Option<Ms>,
    turn: usize,
}

impl TurnIndex {
    /// Indexes the turns that have a start.
    pub fn new(turns: &[Turn]) -> Self {
        let mut spans: Vec<Span> = turns
            .iter()
            .enumerate()
            .filter_map(|(turn, t)| Some(Span { start: t.start_ms?, end: t.end_ms, turn }))
            .collect();
        spans.sort_by_key(|span| (span.start, span.turn));
        Self { spans }
    }

    /// See [`Transcript::turn_at`].
    pub fn turn_at(&self, position_ms: Ms) -> Option<usize> {
        let after = self.spans.partition_point(|span| span.start <= position_ms);
        let span = self.spans.get(after.checked_sub(1)?)?;
        let spoken = span.end.is_none_or(|end| position_ms < end.max(span.start + 1));
        spoken.then_some(span.turn)
    }
}

impl Role {
    /// `agent`, `customer`, `system` or `tool`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Customer => "customer",
            Self::System => "system",
            Self::Tool => "tool",
        }
    }

    /// The role that a speaker's label names, whatever its case; `None` for a label that names none.
    pub fn of_label(label: &str) -> Option<Self> {
        match label.trim().to_lowercase().as_str() {
            "agent" | "assistant" | "ai" | "bot" | "voxanne" => Some(Self::Agent),
            "user" | "customer" | "caller" | "client" | "human" => Some(Self::Customer),
            "system" => Some(Self::System),
            "tool" | "function" | "tool_calls" | "tool_call_result" => Some(Self::Tool),
            _ => None,
        }
    }
}

impl Timing {
    /// `source`, `derived`, `estimated` or `none`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Derived => "derived",
            Self::Estimated => "estimated",
            Self::None => "none",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(start_ms: Option<Ms>, end_ms: Option<Ms>) -> Turn {
        Turn { start_ms, end_ms, ..Turn::default() }
    }

    #[test]
    fn the_turn_at_a_position_is_the_last_that_started_and_has_not_ended() {
        let transcript = Transcript {
            turns: vec![
                turn(Some(0), Some(900)),
                turn(None, None),
                turn(Some(1_000), None),
                turn(Some(5_000), Some(6_000)),
            ],
            ..Transcript::default()
        };
        let at = |ms| transcript.turn_at(ms);
        assert_eq!(at(-1), None, "before the first turn nobody speaks");
        assert_eq!(at(0), Some(0));
        assert_eq!(at(899), Some(0));
        assert_eq!(at(900), None, "an end is exclusive: silence follows");
        assert_eq!(at(1_000), Some(2));
        assert_eq!(at(4_999), Some(2), "a turn without an end lasts until the next one");
        assert_eq!(at(6_000), None);
    }

    #[test]
    fn turns_that_overlap_or_come_out_of_order_highlight_the_latest_to_start() {
        let transcript = Transcript {
            turns: vec![turn(Some(2_000), Some(9_000)), turn(Some(0), Some(5_000))],
            ..Transcript::default()
        };
        assert_eq!(transcript.turn_at(1_000), Some(1));
        assert_eq!(transcript.turn_at(3_000), Some(0));
    }

    #[test]
    fn a_transcript_without_times_never_highlights() {
        let transcript = Transcript { turns: vec![turn(None, None)], ..Transcript::default() };
        assert_eq!(transcript.turn_at(0), None);
        assert!(!transcript.is_timed());
    }
}
