//! What a run tells while it goes on and when it is over.

use model::{CallId, Ms};

/// What one run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Items the source showed.
    pub seen: u64,
    /// Calls that were new.
    pub added: u64,
    /// Calls that said something else than before.
    pub updated: u64,
    /// Calls that were as before.
    pub unchanged: u64,
    /// Calls that are no longer at the source.
    pub vanished: u64,
    /// Items that could not be read.
    pub rejected: u64,
    /// Items left for the next run because they are still being written.
    pub waiting: u64,
    /// Pages kept.
    pub pages: u64,
    /// How long it took.
    pub elapsed_ms: Ms,
    /// Whether the walk went through to its end.
    pub complete: bool,
    /// The first items that could not be read; at most [`Report::PROBLEMS`].
    pub problems: Vec<Problem>,
}

impl Report {
    /// How many problems a report keeps.
    pub const PROBLEMS: usize = 100;
}

/// An item that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A path relative to the source, or an id.
    pub item: String,
    /// Why, in words.
    pub reason: String,
}

/// One thing that happened, in the order it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyncEvent<'a> {
    /// A call is in the library now.
    Added(CallId),
    /// A call says something else now.
    Updated(CallId),
    /// A call is no longer at its source.
    Vanished(CallId),
    /// An item could not be read.
    Rejected(&'a Problem),
    /// A page was kept: items seen so far, and in all where the source knows.
    Progress {
        /// Items seen so far.
        seen: u64,
        /// Items in all.
        total: Option<u64>,
    },
}

/// Is told what happens while a run goes on.
pub type Observer<'a> = dyn FnMut(SyncEvent<'_>) + 'a;
