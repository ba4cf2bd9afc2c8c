use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Opens a recording in the player.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct OpenRecording {
    /// The call.
    pub call: String,
    /// One of its recordings; the first if absent.
    #[serde(default)]
    #[ts(optional)]
    pub recording: Option<String>,
    /// Where to stand, milliseconds.
    #[serde(default)]
    #[ts(optional)]
    pub at_ms: Option<f64>,
    /// Whether to start at once.
    pub play: bool,
}

/// What was opened.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Opened {
    /// The recording.
    pub recording: String,
    /// Its exact length.
    pub duration_ms: f64,
    /// The tier it came from: `local` or `provider`.
    pub tier: String,
}

/// A command to the player.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, TS)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum PlayerCommand {
    /// Start, stepping back a little after a pause.
    Play,
    /// Stop, keeping the position.
    Pause,
    /// The other of the two.
    Toggle,
    /// Go to a position.
    Seek {
        /// Milliseconds in the recording.
        to_ms: f64,
    },
    /// Go forward or, if negative, back.
    Skip {
        /// Milliseconds.
        by_ms: f64,
    },
    /// Go to the start of the next turn (`1`), the previous turn (`-1`) or this one again (`0`).
    Turn {
        /// How many turns on.
        by: i32,
    },
    /// Set the speed, 0.5 to 3.
    Speed {
        /// 1 is normal.
        to: f64,
    },
    /// Set the volume, 0 to 1.
    Volume {
        /// 1 is full.
        to: f64,
    },
    /// Close the recording.
    Close,
}
