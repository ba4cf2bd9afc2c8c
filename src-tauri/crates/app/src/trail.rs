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
//! | `export`, `seal` | a call is exported, or its recording dragged out of the window; the export is sealed | call; the export's hash |
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
mod heard;
mod recorder;
#[cfg(test)]
mod tests;
mod typed;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use evidence::SigningKey;
use evidence::log::{Checkpoint, Edge, Origin};
use library::{AuditRow, AuditTail, Library, LibraryError, Writer};
use model::{Action, CallId};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::fault::{Fault, FaultCode};
use crate::listening::{PlayerCommand, Tag};
use crate::open::App;
use crate::settings::PERSON;
use heard::{Hearing, Seen, Sound};
use typed::Typed;

pub(crate) use chain::signature_by;
pub use deed::Deed;
pub(crate) use recorder::{Recorder, ToRecorder};

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
    /// The calls opened last, the newest first.
    opened: Mutex<Vec<CallId>>,
    hearing: Mutex<Hearing>,
    waiting: Mutex<Waiting>,
}

/// What is recorded with the next entry at the latest.
#[derive(Default)]
struct Waiting {
    typed: Typed,
    /// What happened and could not be written yet.
    unwritten: Vec<Deed>,
}

/// The window shows one call and may be playing another.
const OPEN_AT_ONCE: usize = 2;

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

    /// Changes the library and records it in one step: neither is there without the other. Both are on the disk when this
    /// returns.
    pub(crate) fn write_recorded<T, F>(&self, deeds: Vec<Deed>, change: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnOnce(&mut Writer<'_>) -> Result<T, LibraryError> + Send + 'static,
    {
        let entries = self.inner.trail.entries(deeds)?;
        let both = move |writer: &mut Writer<'_>| {
            let answer = change(writer)?;
            writer.append_audit(entries)?;
            Ok(answer)
        };
        Ok(self.inner.library.write_durably(both)?)
    }

    /// Records what is still being heard or typed. For the end of the program: nothing is recorded by itself any more.
    pub fn finish_recording(&self) {
        drop(self.inner.recorder.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Starts the thread that records what is heard and typed, unless it runs, and answers with the way to it.
    pub(crate) fn start_recording(&self) -> ToRecorder {
        let mut recorder = self.inner.recorder.lock().unwrap_or_else(PoisonError::into_inner);
        let inner = Arc::downgrade(&self.inner);
        let silence = move || {
            if let Some(inner) = inner.upgrade() {
                Self { inner }.silence();
            }
        };
        recorder.get_or_insert_with(|| Recorder::start(self.inner.trail.clone(), silence)).sender()
    }

    /// Records the words of a search, or, while somebody is typing them, when they have settled.
    pub(crate) fn record_typed(&self, words: &str, settled: bool) -> Result<(), Fault> {
        let (trail, words) = (&self.inner.trail, words.trim());
        if words.is_empty() || !trail.typed(words)? {
            return Ok(());
        }
        match &*self.inner.recorder.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(recorder) if !settled => {
                recorder.typed();
                Ok(())
            }
            _ => trail.record(Vec::new()),
        }
    }
}

impl Trail {
    pub fn new(library: Library, clock: Clock) -> Self {
        let user = whoami::username().unwrap_or_else(|_| "unknown".to_owned());
        Self {
            library,
            clock,
            user,
            origin: OnceLock::new(),
            key: Mutex::default(),
            opened: Mutex::default(),
            hearing: Mutex::default(),
            waiting: Mutex::default(),
        }
    }

    /// Records what waits, and these.
    pub fn record(&self, deeds: Vec<Deed>) -> Result<(), Fault> {
        let mut waiting = lock(&self.waiting);
        let search = waiting.typed.settled().map(|words| Deed::new(Action::Search, Some(words), Value::Null));
        waiting.unwritten.extend(search);
        let all: Vec<Deed> = waiting.unwritten.iter().cloned().chain(deeds).collect();
        if all.is_empty() {
            return Ok(());
        }
        let entries = self.entries(all)?;
        self.library.append_audit(entries).map_err(|error| not_recorded(&error))?;
        waiting.unwritten.clear();
        Ok(())
    }

    /// That a call's words are about to be shown. The window asks again for what it shows; that is no new opening.
    pub fn open(&self, call: CallId) -> Result<(), Fault> {
        let mut opened = lock(&self.opened);
        if opened.contains(&call) {
            return self.record(Vec::new());
        }
        self.record(vec![Deed::new(Action::Open, Some(call.to_string()), Value::Null)])?;
        opened.insert(0, call);
        opened.truncate(OPEN_AT_ONCE);
        Ok(())
    }

    /// That sound is about to begin because of a command, if it is.
    pub fn about_to(&self, command: PlayerCommand) -> Result<(), Fault> {
        let begins = lock(&self.hearing).lets_begin(command);
        match begins {
            Some(Sound::Begins(tag, from_ms)) => self.about_to_play(tag, from_ms),
            _ => Ok(()),
        }
    }

    /// That a recording is about to be played.
    pub fn about_to_play(&self, tag: Tag, from_ms: i64) -> Result<(), Fault> {
        self.record(vec![deed_of(Sound::Begins(tag, from_ms))])?;
        lock(&self.hearing).begun(tag);
        Ok(())
    }

    fn hear(&self, seen: Seen) -> Result<(), Fault> {
        let sounds = lock(&self.hearing).see(seen);
        self.record_late(sounds)
    }

    fn fall_silent(&self) -> Result<(), Fault> {
        let sound = lock(&self.hearing).end();
        self.record_late(sound.into_iter().collect())?;
        self.record(Vec::new())
    }

    /// Records what happened already; if it cannot be written now it is with the next entry.
    fn record_late(&self, sounds: Vec<Sound>) -> Result<(), Fault> {
        if sounds.is_empty() {
            return Ok(());
        }
        lock(&self.waiting).unwritten.extend(sounds.into_iter().map(deed_of));
        self.record(Vec::new())
    }

    /// These words are searched; whether they are to be recorded once they have settled. While anything could not be
    /// written, nothing is searched.
    fn typed(&self, words: &str) -> Result<bool, Fault> {
        if !lock(&self.waiting).unwritten.is_empty() {
            self.record(Vec::new())?;
        }
        Ok(lock(&self.waiting).typed.typed(words))
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

    /// How far the log has come; `None` before its first entry.
    pub fn checkpoint(&self) -> Result<Option<Checkpoint>, Fault> {
        let (Some(origin), Some(tail)) = (self.origin()?, self.library.reader()?.audit_tail()?) else {
            return Ok(None);
        };
        let edge = Edge::from_bytes(tail.seq, &tail.edge).map_err(|_| damaged_end())?;
        Ok(Some(Checkpoint::of(origin, &edge)))
    }

    /// The key, if it is in this process's hands.
    pub fn key(&self) -> Option<SigningKey> {
        lock(&self.key).clone()
    }

    /// Has later entries signed.
    pub fn sign_with(&self, key: SigningKey) {
        *lock(&self.key) = Some(key);
    }
}

/// How far the log of the library in `dir` has come; `None` if there is none that can be read.
pub(crate) fn last_checkpoint(dir: &Path) -> Option<String> {
    let trail = Trail::new(Library::open_shared(dir, None).ok()?, || 0);
    Some(trail.checkpoint().ok()??.text())
}

fn deed_of(sound: Sound) -> Deed {
    let (tag, from_ms, to_ms) = match sound {
        Sound::Begins(tag, from_ms) => (tag, from_ms, None),
        Sound::Heard { tag, from_ms, to_ms } => (tag, from_ms, Some(to_ms)),
    };
    let facts = json!({ "recording": tag.recording.to_string(), "from_ms": from_ms, "to_ms": to_ms });
    Deed::new(Action::Play, Some(tag.call.to_string()), facts)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn damaged_end() -> LibraryError {
    LibraryError::BadValue("the audit log's last entry")
}

fn not_recorded(error: &LibraryError) -> Fault {
    let words = format!("this cannot be recorded in the audit log, so it was not done: {error}");
    Fault::new(FaultCode::NotRecorded, words)
}
