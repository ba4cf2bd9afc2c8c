//! Read-only views of where calls come from. Nothing in a source is ever changed.
//!
//! Each kind of source is one file or folder here and implements [`Source`]. A source knows only the model: it does not
//! know the library, and it remembers nothing itself. What it needs to remember travels in the [`Cursor`] that it hands
//! out with every [`Page`]; the caller keeps it, in the same transaction as the page's calls, and gives it back.

pub mod folder;
pub mod secret;
pub mod transcript_format;
pub mod twilio_bridge;
pub mod vcon;

mod confine;
mod elevenlabs_backend;
mod file_audio;
mod http;
mod lift;
mod name_facts;
mod provider;
mod remote;
mod ringcentral_backend;
mod session;
mod settings;
mod shelf;
mod supabase_backend;
mod tree;
mod vapi_backend;
mod watch;
mod words;
mod world;
mod zip_tree;

pub use settings::{Kind, Settings};
pub use world::{Network, Waiting, World};

use std::collections::HashMap;
use std::io::Read;
use std::path::PathBuf;

use model::{CallRecord, Cancel, Door, Outcome, Recording, RejectedItem};

use folder::Folder;
use twilio_bridge::TwilioBridge;

/// A read-only view of one place calls come from.
pub trait Source: Send + Sync {
    /// What works and what is missing, in words, without bringing anything in.
    fn test(&self) -> Vec<Check>;

    /// What is new, changed, gone or unreadable since `cursor` (`None`: everything), a page at a time. The walk can be
    /// stopped after any page and resumed from that page's cursor. A page is at most a few hundred changes. `memory` tells
    /// what is known already, so that it need not be asked for again.
    fn changes_since<'a>(&'a self, cursor: Option<&Cursor>, memory: &'a dyn Memory, cancel: &'a Cancel) -> Pages<'a>;

    /// Where a recording's audio can be asked for, in the order of [`Door`].
    fn doors(&self, recording: &Recording) -> Vec<Door> {
        let _ = recording;
        vec![Door::Source]
    }

    /// The bytes of one recording.
    fn audio(&self, ask: &AudioRequest<'_>) -> Result<Audio, AudioError>;

    /// Whether it keeps a trail of downloads. What is fetched by [`Source::audio`] is in it already.
    fn keeps_download_trail(&self) -> bool {
        false
    }

    /// Tells a source that keeps a trail of downloads that a copy of a recording, which came from it, was handed on.
    fn note_download(&self, ask: &AudioRequest<'_>) -> Result<(), AudioError> {
        let _ = ask;
        Ok(())
    }

    /// The file on this machine that holds the recording's bytes and nothing else, if there is one: so that its header
    /// can be looked at without copying it. Confined like everything else; `None` for audio inside another file.
    fn local_file(&self, recording: &Recording) -> Option<PathBuf> {
        let _ = recording;
        None
    }

    /// Why the source says that it will never have a recording's audio, in words, if it says so.
    fn absent(&self, recording: &Recording) -> Option<String> {
        let _ = recording;
        None
    }

    /// How many requests this source has sent since it was opened.
    fn requests(&self) -> u64 {
        0
    }

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
pub fn open(kind: Kind, settings: &Settings, world: &World) -> Result<Box<dyn Source>, SourceError> {
    match kind {
        Kind::Folder => Ok(Box::new(Folder::open(settings)?)),
        Kind::TwilioBridge if settings.url.is_some() => twilio_bridge::over_http::open(settings, world),
        Kind::TwilioBridge => Ok(Box::new(TwilioBridge::open(settings)?)),
        Kind::SupabaseBackend => supabase_backend::open(settings, world),
        Kind::RingcentralBackend => ringcentral_backend::open(settings, world),
        Kind::VapiBackend => vapi_backend::open(settings, world),
        Kind::ElevenlabsBackend => elevenlabs_backend::open(settings, world),
        Kind::Elevenlabs => provider::elevenlabs::open(settings, world),
        Kind::Ringcentral => provider::ringcentral::open(settings, world),
        Kind::Vapi => provider::vapi::open(settings, world),
        Kind::Twilio => provider::twilio::open(settings, world),
        Kind::Supabase => provider::supabase::open(settings, world),
    }
}

/// Signing in with a code that a server sends by e-mail, for the kind that offers it.
pub mod sign_in {
    pub use crate::supabase_backend::{request_code, verify_code};
}

/// What the library knows of a source's calls.
pub trait Memory: Sync {
    /// The revisions under which these calls were kept; a call without one, or not kept, is not in the answer.
    fn revisions(&self, remote_ids: &[&str]) -> HashMap<String, String>;
}

/// Nothing is known.
pub struct NoMemory;

impl Memory for NoMemory {
    fn revisions(&self, _remote_ids: &[&str]) -> HashMap<String, String> {
        HashMap::new()
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
    /// Why this walk may not have shown everything although it reached its end; then nothing is taken for gone.
    pub doubt: Option<String>,
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
    /// A call that is still there, with the revision that is known.
    Same {
        /// The call's name at its source.
        remote_id: String,
    },
    /// A call that is no longer at the source.
    Gone {
        /// The call's name at its source.
        remote_id: String,
    },
    /// Something that could not be read. The rest goes on.
    Rejected(RejectedItem),
}

/// What is asked of a source when a recording's bytes are wanted.
#[derive(Clone, Copy)]
pub struct AudioRequest<'a> {
    /// The call's name at its source.
    pub remote_id: &'a str,
    /// The recording as the source described it.
    pub recording: &'a Recording,
    /// Whom to ask; one of [`Source::doors`].
    pub door: Door,
    /// What is here already of an earlier try through the same door.
    pub resume: Option<&'a Resume>,
    /// Ends waiting and reading, also of the bytes that were handed out.
    pub cancel: &'a Cancel,
}

/// The beginning of a file that is here already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resume {
    /// How many bytes are here.
    pub from: u64,
    /// What told them from another version of the file ([`Audio::validator`]).
    pub validator: String,
}

/// A recording's bytes as a stream.
pub struct Audio {
    /// The bytes, from `from` on.
    pub bytes: Box<dyn Read + Send>,
    /// Where the bytes begin in the file: 0, or what was to be resumed from if the source could.
    pub from: u64,
    /// How many bytes the whole file has, if the source knows.
    pub length: Option<u64>,
    /// What tells this version of the file from another one (a strong `ETag` or a `Last-Modified`); without it an
    /// interrupted copy begins anew.
    pub validator: Option<String>,
}

/// One line of a source's self-test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Whether this works.
    pub ok: bool,
    /// What was tried and how it went, in words; for a failure also what to do.
    pub words: String,
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
    /// A credential is missing, or was refused. What to do is in the words.
    #[error("{0}")]
    Credentials(String),
    /// The source is there and knows who asks, but does not let them.
    #[error("{0}")]
    Forbidden(String),
    /// The source asks to wait longer than a walk waits.
    #[error("the server asks us to wait until {}", model::Moment::from_utc_ms(*until_ms).to_rfc3339())]
    RateLimited {
        /// Not before this moment, UTC milliseconds.
        until_ms: i64,
    },
    /// The source answered something that makes no sense. What, in words.
    #[error("{0}")]
    Nonsense(String),
    /// The network is switched off.
    #[error("offline: nothing was asked")]
    Offline,
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
    /// Not to be asked again before this moment, UTC milliseconds, if the source said so.
    pub not_before_ms: Option<i64>,
}

impl AudioError {
    /// A failure of this class, in words.
    pub fn new(outcome: Outcome, detail: impl Into<String>) -> Self {
        Self { outcome, detail: detail.into(), not_before_ms: None }
    }
}
