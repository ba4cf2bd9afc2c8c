//! Read-only views of where calls come from. Nothing in a source is ever changed.
//!
//! Each kind of source is one file or folder here and implements [`Source`]. A source knows only the model: it does not
//! know the library, and it remembers nothing itself. What it needs to remember travels in the [`Cursor`] that it hands
//! out with every [`Page`]; the caller keeps it, in the same transaction as the page's calls, and gives it back.

pub mod folder;
pub mod transcript_format;
pub mod twilio_bridge;
pub mod vcon;

mod confine;
mod file_audio;
mod lift;
mod name_facts;
mod tree;
mod watch;
mod words;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

use model::{CallRecord, Cancel, Outcome, Recording, RejectedItem};

use folder::Folder;
use twilio_bridge::TwilioBridge;

/// A read-only view of one place calls come from.
pub trait Source: Send + Sync {
    /// What works and what is missing, in words, without bringing anything in.
    fn test(&self) -> Vec<Check>;

    /// What is new, changed, gone or unreadable since `cursor` (`None`: everything), a page at a time. The walk can be
    /// stopped after any page and resumed from that page's cursor. A page is at most a few hundred changes.
    fn changes_since<'a>(&'a self, cursor: Option<&Cursor>, cancel: &'a Cancel) -> Pages<'a>;

    /// The bytes of one recording of the call `remote_id`.
    fn audio(&self, remote_id: &str, recording: &Recording) -> Result<Audio, AudioError>;

    /// The file on this machine that holds the recording's bytes and nothing else, if there is one: so that its header
    /// can be looked at without copying it. Confined like everything else; `None` for audio inside another file.
    fn local_file(&self, recording: &Recording) -> Option<PathBuf>;

    /// Calls `hint` whenever something may have changed, until the returned watch is dropped. `None` if this source
    /// cannot tell; periodic synchronisation finds every change all the same.
    fn watch(&self, hint: Box<dyn Fn() + Send>) -> Option<Watch>;

    /// Where to start a walk that looks at everything again but keeps what only the cursor knows, such as the name a call
    /// had before its file was moved. `None`: nothing is lost by starting without a cursor.
    fn afresh(&self, cursor: &Cursor) -> Option<Cursor> {
        let _ = cursor;
        None
    }
}

/// A source of this kind with these settings. The settings are checked; whether the place can be reached is not.
pub fn open(kind: Kind, settings: &Settings) -> Result<Box<dyn Source>, SourceError> {
    match kind {
        Kind::Folder => Ok(Box::new(Folder::open(settings)?)),
        Kind::TwilioBridge => Ok(Box::new(TwilioBridge::open(settings)?)),
    }
}

/// The pages of one walk over a source.
pub type Pages<'a> = Box<dyn Iterator<Item = Result<Page, SourceError>> + 'a>;

/// Keeps a watch on a source alive; dropping it ends the watch.
pub struct Watch(pub Box<dyn std::any::Any + Send>);

/// Some changes, and where to go on from once they are kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// What was found, in no particular order.
    pub changes: Vec<Change>,
    /// What to give to the next walk if this page was kept.
    pub cursor: Cursor,
    /// How many items the whole walk will look at, once known; for progress only.
    pub total: Option<u64>,
    /// Items that are still being written and were left for a later walk; a walk soon after will find them finished.
    pub waiting: Vec<String>,
}

/// Where a source has been read to; meaningful only to the source that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub String);

/// One thing found while walking a source.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A call as it is now. It may be new, changed or the same as before.
    Call(Box<CallRecord>),
    /// Calls that are as they were when the cursor was made; only counted.
    Unchanged(u64),
    /// A call that is no longer at the source.
    Gone {
        /// The call's name at its source.
        remote_id: String,
    },
    /// Something that could not be read. The rest goes on.
    Rejected(RejectedItem),
}

/// A recording's bytes as a stream.
pub struct Audio {
    /// The bytes, from the first one.
    pub bytes: Box<dyn Read + Send>,
    /// How many bytes there must be, if the source knows.
    pub length: Option<u64>,
}

/// One line of a source's self-test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Whether this works.
    pub ok: bool,
    /// What was tried and how it went, in words; for a failure also what to do.
    pub words: String,
}

/// What a user configured: the same for every kind, filled as far as the kind needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// A folder on this machine.
    pub path: Option<PathBuf>,
    /// A server's origin.
    pub url: Option<String>,
    /// Further settings by name.
    pub set: BTreeMap<String, String>,
}

impl Settings {
    /// Refuses settings by name that a kind does not understand, and a `rescan` that is no number of seconds.
    fn expect_only(&self, known: &[&str]) -> Result<(), SourceError> {
        if let Some(unknown) = self.set.keys().find(|key| !known.contains(&key.as_str())) {
            let known = known.join(", ");
            return Err(SourceError::Settings(format!(
                "unknown setting {unknown:?}: this kind of source knows {known}"
            )));
        }
        match self.set.get("rescan") {
            Some(seconds) if !seconds.parse::<u64>().is_ok_and(|seconds| seconds > 0) => Err(SourceError::Settings(
                format!("rescan={seconds} is not a number of seconds: use for example rescan=300"),
            )),
            _ => Ok(()),
        }
    }
}

/// The kinds of source there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Any folder of audio files and transcripts.
    Folder,
    /// The folder and database of a Twilio/OpenAI bridge server.
    TwilioBridge,
}

impl Kind {
    /// All kinds, in the order the window offers them.
    pub const ALL: [Self; 2] = [Self::Folder, Self::TwilioBridge];

    /// The name on the command line and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::TwilioBridge => "twilio-bridge",
        }
    }

    /// Whether it reads this machine's disks and nothing else, so that being offline means nothing to it.
    pub fn is_local(self) -> bool {
        match self {
            Self::Folder | Self::TwilioBridge => true,
        }
    }

    /// Reads that name back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Why a walk over a source stopped.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The settings make no sense.
    #[error("{0}")]
    Settings(String),
    /// The place cannot be reached now: the folder is missing, the disk is unplugged.
    #[error("{0}")]
    Unreachable(String),
    /// The place is there but cannot be read.
    #[error("{what}: {cause}")]
    Io {
        /// What was being read.
        what: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The walk was asked to stop.
    #[error(transparent)]
    Cancelled(#[from] model::Cancelled),
}

/// Why a recording's bytes could not be had.
#[derive(Debug, thiserror::Error)]
#[error("{detail}")]
pub struct AudioError {
    /// The class of the failure, which decides whether and when it is tried again.
    pub outcome: Outcome,
    /// In words for people.
    pub detail: String,
}
