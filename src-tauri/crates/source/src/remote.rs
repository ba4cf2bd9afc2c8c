//! What all servers have in common: a list that is read page by page, details that are asked for only where the list
//! says that something changed, and calls that are asked for again until everything about them is there.
//!
//! A kind of server implements [`Server`]; [`Remote`] makes a [`Source`] of it. What the walk keeps to:
//! - A page of the server's list is a page of the walk. Its calls are asked for side by side, as many as `jobs` allows.
//! - An incremental walk goes back to before the newest call it knew, by [`OVERLAP`], for calls that were late.
//! - A server's count is never believed: the list ends with a page that says so, an empty one, or the second in a row that
//!   says nothing new. In the last case nothing is taken for gone.
//! - A call that may still change, and one whose details could not be had, is asked for again on the next walk, while it is
//!   young.

pub(crate) mod checks;
mod cursor;
mod failure;
pub(crate) mod stream;
mod walk;

use model::{CallRecord, Cancel, Cancelled, Recording, RejectedItem};
use serde_json::Value;

use crate::{
    Audio, AudioError, AudioRequest, Check, Cursor, Door, Memory, Pages, Settings, Source, SourceError, Watch, World,
};

/// How far back an incremental walk looks from the newest call it knew, in milliseconds: two days, for calls that are
/// listed late and transcripts that take their time.
pub(crate) const OVERLAP: i64 = 48 * 3_600_000;
/// How long a call is asked for again that is not settled, in milliseconds after it was first seen: a week.
pub(crate) const YOUNG: i64 = 7 * 24 * 3_600_000;

/// One kind of server.
pub(crate) trait Server: Send + Sync {
    /// What works and what is missing, in words: reachable, signed in, may list, may fetch audio.
    fn test(&self, cancel: &Cancel) -> Vec<Check>;

    /// A walk begins: what an earlier one took for closed or out of reach is tried anew.
    fn begin(&self) {}

    /// One page of the list. The whole list, or only what may have changed since `since` if the server can be trusted to
    /// tell; more than that does no harm.
    fn list(&self, since: Option<&Since>, at: Option<&str>, cancel: &Cancel) -> Result<Listed, SourceError>;

    /// All about one call: an item of the list, or one that is asked for again, which has no [`Item::listed`].
    fn call(&self, item: &Item, cancel: &Cancel) -> Result<Found, ItemError>;

    /// Where a recording's audio can be asked for, besides the cache; in the order of [`Door`].
    fn doors(&self, recording: &Recording) -> Vec<Door>;

    /// A recording's bytes.
    fn audio(&self, ask: &AudioRequest<'_>) -> Result<Audio, AudioError>;

    /// See [`Source::keeps_download_trail`].
    fn keeps_download_trail(&self) -> bool {
        false
    }

    /// See [`Source::note_download`].
    fn note_download(&self, ask: &AudioRequest<'_>) -> Result<(), AudioError> {
        let _ = ask;
        Ok(())
    }

    /// Calls `hint` when the server says that something is new. Only a hint: walks find everything all the same.
    fn watch(&self, hint: Box<dyn Fn() + Send>) -> Option<Watch> {
        let _ = hint;
        None
    }

    /// Requests sent so far.
    fn requests(&self) -> u64;
}

/// How far an earlier walk got that reached the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Since {
    /// Start of the newest call it listed, minus [`OVERLAP`], UTC milliseconds.
    pub from_ms: Option<i64>,
    /// What the server said to give it next time ([`Listed::token`]).
    pub token: Option<String>,
}

/// A page of the list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listed {
    /// The calls on it, in the server's order.
    pub items: Vec<Item>,
    /// What on it could not be read.
    pub rejected: Vec<RejectedItem>,
    /// Calls that the server says were deleted.
    pub gone: Vec<String>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<String>,
    /// What to give the server on the next walk, if it works with tokens.
    pub token: Option<String>,
    /// The list runs from the newest call to the oldest, so that a walk may end where it meets what it knows.
    pub newest_first: bool,
    /// How many calls there are, if the server says; for progress only.
    pub total: Option<u64>,
    /// Why the list may not show everything although it ends here; then nothing is taken for gone.
    pub doubt: Option<String>,
}

/// A call as a list shows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Item {
    /// The call's name at its source.
    pub remote_id: String,
    /// When it began, UTC milliseconds.
    pub started_ms: Option<i64>,
    /// Everything the list says about it that would change if the call did; [`revision_of`] makes one from the item.
    pub revision: String,
    /// What the server wants to hear when the call is asked for again, if that is not its name at its source.
    pub handle: Option<String>,
    /// The item as the server wrote it; `Null` for a call that is asked for again.
    pub listed: Value,
}

/// A call with its details.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// The call; its revision is set by the walk.
    pub record: CallRecord,
    /// Nothing more is to come. `false` while the call goes on or its transcript, insights or audio may still arrive.
    pub settled: bool,
}

/// Why a call's details are not there.
#[derive(Debug)]
pub(crate) enum ItemError {
    /// The server does not have it any more.
    Gone,
    /// It cannot be read, and asking again would not help before it changes at the server. Why, and what to do.
    Bad(String),
    /// It could not be had now; it is asked for again next time. Why.
    Later(String),
    /// The whole walk must end: no credentials, offline, too many requests, no connection.
    Stop(SourceError),
}

/// A [`Source`] made of a [`Server`].
pub(crate) struct Remote<S> {
    server: S,
    jobs: usize,
    clock: fn() -> i64,
}

impl<S: Server> Remote<S> {
    /// A source over this server; `settings` say how many calls are asked for side by side (`jobs`).
    pub fn new(server: S, settings: &Settings, world: &World) -> Result<Self, SourceError> {
        let jobs = settings.number("jobs", 1..=64)?.unwrap_or(5) as usize;
        Ok(Self { server, jobs, clock: world.clock })
    }
}

impl<S: Server> Source for Remote<S> {
    fn test(&self) -> Vec<Check> {
        self.server.test(&Cancel::new())
    }

    fn changes_since<'a>(&'a self, cursor: Option<&Cursor>, memory: &'a dyn Memory, cancel: &'a Cancel) -> Pages<'a> {
        let walk = walk::Walk::new(&self.server, cursor, memory, self.jobs, (self.clock)(), cancel);
        Box::new(walk)
    }

    fn doors(&self, recording: &Recording) -> Vec<Door> {
        self.server.doors(recording)
    }

    fn audio(&self, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        self.server.audio(ask)
    }

    fn note_download(&self, ask: &AudioRequest<'_>) -> Result<(), AudioError> {
        self.server.note_download(ask)
    }

    fn keeps_download_trail(&self) -> bool {
        self.server.keeps_download_trail()
    }

    fn watch(&self, hint: Box<dyn Fn() + Send>) -> Option<Watch> {
        self.server.watch(hint)
    }

    fn requests(&self) -> u64 {
        self.server.requests()
    }
}

/// A revision made from everything a list says about a call.
pub(crate) fn revision_of(listed: &Value) -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(listed.to_string());
    digest[..12].iter().map(|byte| format!("{byte:02x}")).collect()
}

impl From<Cancelled> for ItemError {
    fn from(cancelled: Cancelled) -> Self {
        Self::Stop(cancelled.into())
    }
}
