use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A configured source.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SourceView {
    /// Its id.
    pub id: String,
    /// `folder` or `twilio-bridge`.
    pub kind: String,
    /// The user's name for it.
    pub name: String,
    /// The folder or address it reads.
    pub place: String,
    /// How many of its calls are in the library.
    pub calls: u32,
    /// Whether a sync runs now.
    pub syncing: bool,
    /// Whether new calls are noticed as they appear.
    pub watching: bool,
    /// The last finished run.
    pub last_run: Option<SyncRun>,
}

/// Names a source.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct SourceRef {
    /// Its id.
    pub source: String,
}

/// A kind of source and what it needs.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SourceKind {
    /// `folder` or `twilio-bridge`.
    pub kind: String,
    /// Its name for people.
    pub label: String,
    /// What it is, in a sentence.
    pub words: String,
    /// Whether it reads a folder.
    pub wants_folder: bool,
    /// Further settings it understands.
    pub settings: Vec<SourceSetting>,
}

/// One setting of a kind of source.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SourceSetting {
    /// Its key.
    pub key: String,
    /// Its name for people.
    pub label: String,
    /// What to enter.
    pub hint: String,
}

/// A source to add.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct NewSource {
    /// `folder` or `twilio-bridge`.
    pub kind: String,
    /// The user's name for it; derived from the folder if empty.
    pub name: String,
    /// The folder.
    pub path: Option<String>,
    /// Further settings by key.
    pub set: BTreeMap<String, String>,
}

/// Removes a source.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct RemoveSource {
    /// Its id.
    pub source: String,
    /// Whether its calls go too.
    pub forget_calls: bool,
}

/// Begins a sync.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct SyncSource {
    /// Its id; every source if absent.
    pub source: Option<String>,
    /// Whether to look at everything again.
    pub full: bool,
}

/// Names a job.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct JobRef {
    /// The number it was announced with.
    pub job: u32,
}

/// One line of a source's self-test.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SourceCheck {
    /// Whether this works.
    pub ok: bool,
    /// In words; for a failure also what to do.
    pub words: String,
}

/// One finished sync.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SyncRun {
    /// When it began, Unix milliseconds.
    pub at_ms: f64,
    /// How long it took.
    pub elapsed_ms: f64,
    /// Calls looked at.
    pub seen: u32,
    /// New calls.
    pub added: u32,
    /// Changed calls.
    pub updated: u32,
    /// Calls no longer at the source.
    pub vanished: u32,
    /// Items that could not be read.
    pub rejected: u32,
    /// Whether it went through to the end.
    pub complete: bool,
    /// Why it did not, in words.
    pub error: Option<String>,
    /// The first items that could not be read, with reasons; at most 100.
    pub problems: Vec<SyncProblem>,
}

/// An item that could not be read.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SyncProblem {
    /// A path or an id.
    pub item: String,
    /// Why, in words.
    pub reason: String,
}
