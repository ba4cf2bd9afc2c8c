//! The trail: who did what, when and why, into the audit log before it is shown as done.
//!
//! [`App::record`] returns when the entry is on the disk. If it cannot be written the action fails with
//! [`FaultCode::NotRecorded`] and does not happen. Where an action changes the library, its entry is part of the same
//! transaction: neither is there without the other.
//!
//! | action | when an entry is written | object, and what else it says |
//! |---|---|---|
//! | `begin` | before the first entry | the log's own id |
//! | `open` | a call's words are shown: in the window once while it is one of the two calls opened last (one is shown, one may be playing), on the command line for every `show` | call |
//! | `play` | before sound begins: `from_ms`; and when it stops, jumps or ends, or the program does: the stretch that was heard, `from_ms` to `to_ms` | call; `recording` |
//! | `render` | before a WAV file is written | call; `recording`, the stretch, the file |
//! | `search` | what was said is searched: on the command line for every search and count; in the window when the words have stood for a second, or the next page or a call is asked for, once for the same words in a row | the words |
//! | `export`, `seal` | a call is exported; the export is sealed | call; the export's hash |
//! | `delete` | a source and perhaps its calls go, cached audio goes for want of room or by a rule, a case is removed | what and how many |
//! | `settings` | a setting changes (not the loudness and the speed, which are turned while listening) | the old and the new value |
//! | `source` | a source is added or changed | source; what is new, never a secret |
//! | `sign_in` | a source gets a new secret, never the secret | source |
//! | `sync` | a run ends that the history keeps: something changed, or it did not go through | source; the counts |
//! | `case` | a case is made, changed, filled or emptied | case |
//! | `key` | a signing key is made | its fingerprint |
//! | `restore` | a backup was put in the library's place | how far the log went that was there before |
//!
//! Deliberately not recorded: listing and counting calls, `status` and `check`, and fetching audio into the cache, which
//! brings it here and lets nobody hear it.

mod chain;
mod deed;

use std::sync::{Mutex, OnceLock, PoisonError};

use evidence::SigningKey;
use evidence::log::Origin;
use library::{AuditRow, AuditTail, Library, LibraryError};
use model::Action;
use serde_json::Value;

use crate::clock::Clock;
use crate::fault::{Fault, FaultCode};
use crate::open::App;
use crate::settings::PERSON;

pub use deed::Deed;

/// What is needed to record; shared with the threads that record on their own.
pub(crate) struct Trail {
    library: Library,
    clock: Clock,
    /// The user of the operating system.
    user: String,
    /// Which log it is, once that is known.
    origin: OnceLock<Origin>,
    /// The key, once it is in this process's hands.
    key: Mutex<Option<SigningKey>>,
}

impl App {
    /// Records what is about to be done, or was done and not shown yet. `detail` is a JSON object. When this returns `Ok`
    /// the entry is on the disk; otherwise the action must not happen.
    pub fn record(&self, action: Action, object: Option<String>, detail: Value) -> Result<(), Fault> {
        self.inner.trail.record(vec![Deed::new(action, object, detail)])
    }

    /// The same for several things at once: all are recorded, or none.
    pub fn record_all(&self, deeds: Vec<Deed>) -> Result<(), Fault> {
        self.inner.trail.record(deeds)
    }
}

impl Trail {
    pub fn new(library: Library, clock: Clock) -> Self {
        let user = whoami::username().unwrap_or_else(|_| "unknown".to_owned());
        Self { library, clock, user, origin: OnceLock::new(), key: Mutex::default() }
    }

    pub fn record(&self, deeds: Vec<Deed>) -> Result<(), Fault> {
        let entries = self.entries(deeds)?;
        self.library.append_audit(entries).map_err(|error| not_recorded(&error))
    }

    /// The entries of some deeds, for [`library::Writer::append_audit`] in the transaction of what they tell of.
    pub fn entries(
        &self,
        deeds: Vec<Deed>,
    ) -> Result<impl FnOnce(Option<AuditTail>) -> Result<Vec<AuditRow>, LibraryError> + Send + 'static, Fault> {
        let reader = self.library.reader()?;
        let person = reader.setting(PERSON)?.filter(|person| !person.is_empty());
        let link = chain::Link {
            at_ms: (self.clock)(),
            user: self.user.clone(),
            person,
            new_log: uuid::Uuid::new_v4(),
            origin: self.origin()?,
            key: self.key(),
        };
        Ok(move |tail| link.append(tail, deeds))
    }

    /// Which log it is; `None` before its first entry.
    pub fn origin(&self) -> Result<Option<Origin>, Fault> {
        if let Some(origin) = self.origin.get() {
            return Ok(Some(*origin));
        }
        let mut origin = None;
        let first = |row: AuditRow| {
            origin = chain::origin_of(&row.entry);
            Ok::<_, LibraryError>(())
        };
        self.library.reader()?.audit_rows(1..=1, first)?;
        Ok(origin.map(|origin| *self.origin.get_or_init(|| origin)))
    }

    /// The user of the operating system.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The key, if it is in this process's hands.
    pub fn key(&self) -> Option<SigningKey> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Has later entries signed.
    pub fn sign_with(&self, key: SigningKey) {
        *self.key.lock().unwrap_or_else(PoisonError::into_inner) = Some(key);
    }
}

fn not_recorded(error: &LibraryError) -> Fault {
    let words = format!("this cannot be recorded in the audit log, so it was not done: {error}");
    Fault::new(FaultCode::NotRecorded, words)
}
