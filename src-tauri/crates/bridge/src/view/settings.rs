use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The settings of this library.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Settings {
    /// How far playing steps back after a pause, milliseconds.
    pub resume_back_ms: f64,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// The speed new recordings start with.
    pub speed: f64,
    /// The volume, 0 to 1.
    pub volume: f64,
    /// Who works here, for the audit log and exports; may be empty.
    pub person: String,
}

/// What the About box and a bug report need.
#[derive(Clone, Debug, Serialize, TS)]
pub struct About {
    /// The product's version.
    pub version: String,
    /// The library's directory.
    pub library: String,
    /// SQLite's version.
    pub sqlite: String,
    /// The user's time zone, such as `America/Chicago`.
    pub time_zone: String,
    /// The sound output in use, or why there is none.
    pub sound: String,
    /// Whether recordings can be dragged out of the window on this system.
    pub drags_out: bool,
}

/// A call to show as soon as the window is there.
#[derive(Clone, Debug, Serialize, TS)]
pub struct FirstCall {
    /// The call.
    pub call: String,
    /// Whether to play it.
    pub play: bool,
}
