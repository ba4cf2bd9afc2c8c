//! What a run tells while it goes on and when it is over.

use library::SyncRun;
use model::{CallId, RejectedItem};

use crate::SyncError;

/// How a run ended.
#[derive(Debug)]
pub struct Report {
    /// What it did, as the library keeps it.
    pub run: SyncRun,
    /// Items left for a later run because they are still being written.
    pub waiting: Vec<String>,
    /// How many calls with a transcript were written.
    pub transcripts: u64,
    /// Why it did not reach the end; what was kept until then stays.
    pub error: Option<SyncError>,
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
    Rejected(&'a RejectedItem),
    /// A page was kept: items seen so far, and in all where the source knows.
    Progress {
        /// Items seen so far.
        seen: u64,
        /// Items in all.
        total: Option<u64>,
        /// Pages kept so far.
        pages: u64,
        /// Calls with a transcript that were written so far.
        transcripts: u64,
    },
}

/// Is told what happens while a run goes on.
pub type Observer<'a> = dyn FnMut(SyncEvent<'_>) + 'a;
