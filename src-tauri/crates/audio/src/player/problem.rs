//! Why nothing is heard, in words.

/// Why nothing is heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of reason it is.
    pub kind: ProblemKind,
    /// In words for people.
    pub message: String,
}

/// The kinds of reason why nothing is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// No sound output was found.
    NoDevice,
    /// The sound output went away.
    DeviceLost,
    /// The recording's codec cannot be decoded here.
    Unsupported,
    /// The recording is damaged or no audio.
    Unreadable,
    /// The file is not there, or did not arrive whole.
    Missing,
}

/// What is known of the sound output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Device {
    Opening,
    Ready,
    Missing,
    Lost,
}

impl Device {
    /// The reason it gives why nothing is heard.
    pub(super) fn problem(self) -> Option<Problem> {
        let (kind, message) = match self {
            Self::Opening | Self::Ready => return None,
            Self::Missing => {
                (ProblemKind::NoDevice, "No sound output was found. Connect one; playing starts when it appears.")
            }
            Self::Lost => (
                ProblemKind::DeviceLost,
                "The sound output went away. Connect it or another one; playing goes on from here when it appears.",
            ),
        };
        Some(Problem { kind, message: message.to_owned() })
    }
}
