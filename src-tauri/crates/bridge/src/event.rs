//! The events' payloads.

use app::AppEvent;
use serde::Serialize;
use ts_rs::TS;

use crate::api::Event;

/// What the application tells, as the window hears it; what it hears by another event already is none.
pub fn event(event: &AppEvent) -> Option<Event> {
    Some(match event {
        AppEvent::Player(snapshot) => Event::Player(snapshot.into()),
        AppEvent::Job(job) => Event::Job(job.into()),
        AppEvent::LibraryChanged => Event::LibraryChanged,
        AppEvent::SourcesChanged => Event::SourcesChanged,
        AppEvent::CasesChanged => Event::CasesChanged,
        AppEvent::NetworkChanged => Event::NetworkChanged,
        // The source's job carries it.
        AppEvent::Waiting(..) => return None,
    })
}

/// The player as the window shows it. The window interpolates the position between two of these.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct PlayerState {
    /// The open recording's call.
    pub call: Option<String>,
    /// The open recording.
    pub recording: Option<String>,
    /// What the player is doing.
    pub phase: PlayerPhase,
    /// Position in the recording, milliseconds, of the sound leaving the device now.
    pub position_ms: f64,
    /// Length of the recording, milliseconds.
    pub duration_ms: f64,
    /// Playing speed; 1 is normal.
    pub speed: f64,
    /// 0 to 1.
    pub volume: f64,
    /// The turn being spoken, by its index in the transcript.
    pub turn: Option<u32>,
    /// The word being spoken, by its index in that turn, where words have times.
    pub word: Option<u32>,
    /// Why nothing is heard, in words; `null` while all is well.
    pub problem: Option<PlayerProblem>,
}

/// What the player is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PlayerPhase {
    /// No recording is open.
    Empty,
    /// A recording is being fetched or opened.
    Loading,
    /// Silent at a position.
    Paused,
    /// Sounding.
    Playing,
    /// Played to the end.
    Ended,
}

/// Why nothing is heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PlayerProblem {
    /// `no_device`, `device_lost`, `unsupported`, `unreadable` or `missing`.
    pub code: String,
    /// In words for people.
    pub message: String,
}

/// A background job.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct JobProgress {
    /// Names the job while it runs.
    pub job: u32,
    /// `sync`, `fetch`, `export` or `verify`.
    pub kind: String,
    /// The source it works on.
    pub source: Option<String>,
    /// What it is doing, in words.
    pub words: String,
    /// Items looked at.
    pub done: u32,
    /// Items in all, once known.
    pub total: Option<u32>,
    /// Until when it does nothing, Unix milliseconds, if it waits.
    pub waiting_until_ms: Option<f64>,
    /// Why it waits, in words that go after "waiting 40 s: ".
    pub waiting_why: Option<String>,
    /// Whether it has ended.
    pub ended: bool,
    /// How it ended, in words.
    pub result: Option<String>,
    /// Whether it ended with something to look at.
    pub failed: bool,
}
