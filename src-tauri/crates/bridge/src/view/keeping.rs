use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Filter;

/// Which calls' audio is meant.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct SomeCalls {
    /// These; if absent, all that the filter leaves.
    pub calls: Option<Vec<String>>,
    /// Which calls, if none are named.
    pub filter: Filter,
}

/// What waits to be fetched.
#[derive(Clone, Copy, Debug, Serialize, TS)]
pub struct DownloadStatus {
    /// Recordings in the queue.
    pub queued: u32,
    /// Whether the queue rests until it is told to go on.
    pub paused: bool,
    /// Whether it is being worked off now.
    pub running: bool,
}

/// Has the queue rest, or go on.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
pub struct PauseDownloads {
    /// Whether it is to rest.
    pub paused: bool,
}

/// Has calls' audio stay here, or no longer.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct PinCalls {
    /// The calls.
    pub calls: Vec<String>,
    /// Whether it is to stay.
    pub pinned: bool,
}

/// A search whose calls' audio is to stay here, also of those that come later.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct PinSearch {
    /// The user's name for it.
    pub name: String,
    /// Words to search for; empty: the filter alone.
    pub query: String,
    /// Which calls.
    pub filter: Filter,
}

/// Names a pinned search.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct PinnedSearchRef {
    /// The user's name for it.
    pub name: String,
}

/// The audio cache.
#[derive(Clone, Debug, Serialize, TS)]
pub struct CacheView {
    /// Recordings in it.
    pub files: u32,
    /// Their bytes.
    pub bytes: f64,
    /// How many bytes it may have; `null`: as many as there are.
    pub limit: Option<f64>,
    /// Calls whose audio is to stay.
    pub pinned: u32,
    /// The names of the pinned searches.
    pub searches: Vec<String>,
}

/// Sets how many bytes the cache may have.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
pub struct SetCacheLimit {
    /// `null`: as many as there are.
    pub bytes: Option<f64>,
}

/// Tidies the cache, or says what that would do.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
pub struct TidyCache {
    /// Whether it only says what it would do.
    pub rehearsal: bool,
}

/// What tidying did or would do.
#[derive(Clone, Copy, Debug, Serialize, TS)]
pub struct Tidied {
    /// Files that belonged to nothing, and old beginnings of files.
    pub stray: u32,
    /// Recordings whose file was missing, cut off or damaged; they can be fetched again.
    pub broken: u32,
    /// Files that were looked at byte by byte and are sound.
    pub sound: u32,
    /// Recordings that their source's rule no longer keeps.
    pub expired: u32,
    /// The bytes of those.
    pub expired_bytes: f64,
}
