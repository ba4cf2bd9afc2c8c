//! Opening a library, and what an open one owns.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use cache::Store;
use library::{Library, LibraryError};
use model::{Cancel, SourceId};
use source::secret::{ForThisRun, Keychain, Secrets};
use source::{Network, Source};

use crate::clock::{self, Clock};
use crate::downloads::Downloads;
use crate::event::{AppEvent, Subscriber};
use crate::fault::Fault;
use crate::jobs::Jobs;
use crate::listening::Listening;
use crate::trail::{Recorder, Trail};
use crate::underway::{InUse, Underway};
use crate::watching::Watching;

/// The open library with everything that works on it. Clones are handles to the same one.
#[derive(Clone)]
pub struct App {
    pub(crate) inner: Arc<Inner>,
}

/// How a library is opened.
#[derive(Clone, Debug)]
pub struct Options {
    dir: PathBuf,
    purpose: Purpose,
    offline: bool,
    keychain: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Window,
    Change,
    Look,
}

pub(crate) struct Inner {
    pub library: Library,
    /// Shared with the threads that record on their own.
    pub trail: Arc<Trail>,
    pub store: Store,
    pub jobs: Jobs,
    pub underway: Underway,
    pub in_use: InUse,
    pub downloads: Downloads,
    pub clock: Clock,
    /// Off: nothing is asked over the network.
    pub network: Network,
    pub secrets: Arc<dyn Secrets>,
    /// Whether secrets may be kept in the system's keychain.
    pub keychain: bool,
    /// The sources that were used, open: everything that works with one shares its gate and its session.
    pub open_sources: Mutex<HashMap<SourceId, Arc<dyn Source>>>,
    pub for_window: bool,
    pub listening: OnceLock<Listening>,
    /// Records what is heard and typed.
    pub recorder: Mutex<Option<Recorder>>,
    /// Ends the count that runs now; see `count_latest_search`.
    pub counting: Mutex<Cancel>,
    pub watching: Mutex<HashMap<SourceId, Watching>>,
    subscribers: RwLock<Vec<Subscriber>>,
}

impl Options {
    /// For the window: reading and writing, with sound, watching the sources.
    pub fn for_window(dir: PathBuf) -> Self {
        Self { dir, purpose: Purpose::Window, offline: false, keychain: true }
    }

    /// For a command that changes the library.
    pub fn to_change(dir: PathBuf) -> Self {
        Self { dir, purpose: Purpose::Change, offline: false, keychain: true }
    }

    /// For a command that only looks, also while a window has the library open.
    pub fn to_look(dir: PathBuf) -> Self {
        Self { dir, purpose: Purpose::Look, offline: false, keychain: true }
    }

    /// Ask no source for anything.
    pub fn offline(self, offline: bool) -> Self {
        Self { offline, ..self }
    }

    /// Leave the system's keychain alone: secrets are for this run only.
    pub fn without_keychain(self) -> Self {
        Self { keychain: false, ..self }
    }
}

impl App {
    /// Opens the library, making it where there is none.
    pub fn open(options: Options) -> Result<Self, Fault> {
        let library = match options.purpose {
            Purpose::Look => open_to_look(&options.dir)?,
            Purpose::Window | Purpose::Change => Library::open(&options.dir, None)?,
        };
        let secrets: Arc<dyn Secrets> = if options.keychain {
            Arc::new(Keychain::for_library(options.dir.to_string_lossy()))
        } else {
            Arc::new(ForThisRun::default())
        };
        let inner = Inner {
            store: Store::new(library.dir().join("audio")),
            trail: Arc::new(Trail::new(library.clone(), clock::system)),
            library,
            jobs: Jobs::default(),
            underway: Underway::default(),
            in_use: InUse::default(),
            downloads: Downloads::default(),
            clock: clock::system,
            network: Network::default(),
            secrets,
            keychain: options.keychain,
            open_sources: Mutex::default(),
            for_window: options.purpose == Purpose::Window,
            listening: OnceLock::new(),
            recorder: Mutex::default(),
            counting: Mutex::default(),
            watching: Mutex::default(),
            subscribers: RwLock::default(),
        };
        inner.network.set_off(options.offline);
        let app = Self { inner: Arc::new(inner) };
        if app.inner.for_window {
            app.clear_dragged(app.now_ms());
            app.start_signing();
            app.start_recording();
            app.start_listening()?;
            app.start_network()?;
            app.start_watching()?;
            app.start_downloads();
        }
        Ok(app)
    }

    /// Has `subscriber` told of everything that happens from now on.
    pub fn subscribe(&self, subscriber: Subscriber) {
        self.inner.subscribers.write().unwrap_or_else(PoisonError::into_inner).push(subscriber);
    }

    pub(crate) fn tell(&self, event: &AppEvent) {
        self.inner.tell(event);
    }

    pub(crate) fn now_ms(&self) -> i64 {
        (self.inner.clock)()
    }
}

impl Inner {
    pub(crate) fn tell(&self, event: &AppEvent) {
        for subscriber in self.subscribers.read().unwrap_or_else(PoisonError::into_inner).iter() {
            subscriber(event);
        }
    }
}

/// The platform's place for the library, such as `~/.local/share/turnstone`.
pub fn default_library_dir() -> PathBuf {
    dirs::data_dir().unwrap_or_else(|| PathBuf::from(".")).join("turnstone")
}

/// A library that exists is read beside its owner, so that looking never gets in anybody's way; one that does not exist
/// yet, or has an older schema, is opened by its owner, which here is this process.
fn open_to_look(dir: &Path) -> Result<Library, Fault> {
    match Library::open_shared(dir, None) {
        Err(LibraryError::Locked(_)) => Ok(Library::open(dir, None)?),
        other => Ok(other?),
    }
}
