//! How long is waited for what, and who may end it.

use std::cell::RefCell;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use model::Cancel;

use super::HttpError;
use crate::Network;

/// Bounds in time and size of everything that is asked and read.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    /// Finding out a host's address, and again connecting to it.
    pub connect: Duration,
    /// Not a byte.
    pub stall: Duration,
    /// From asking to the end of the answer's head.
    pub head: Duration,
    /// In each such span of waiting at least [`Limits::trickle`] bytes must come.
    pub span: Duration,
    /// See [`Limits::span`]; 0 for streams of events.
    pub trickle: u64,
    /// A JSON answer as a whole.
    pub json: Duration,
    /// A JSON answer in bytes, unpacked.
    pub json_bytes: u64,
    /// The longest wait that a server may ask for.
    pub wait: Duration,
    /// The first pause before something is asked again.
    pub pause: Duration,
    /// The first pause after a 429 that does not say how long.
    pub back_off: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            stall: Duration::from_secs(30),
            head: Duration::from_secs(60),
            span: Duration::from_secs(60),
            trickle: 1024,
            json: Duration::from_secs(300),
            json_bytes: 64 << 20,
            wait: Duration::from_secs(120),
            pause: Duration::from_millis(250),
            back_off: Duration::from_secs(1),
        }
    }
}

/// How long one wait lasts before it is looked whether to go on.
pub(super) const SLICE: Duration = Duration::from_millis(50);

/// One request's limits while it runs.
pub(super) struct Patience {
    limits: Limits,
    cancel: Cancel,
    network: Network,
    until: Option<Instant>,
    progress: Mutex<Progress>,
}

struct Progress {
    head_until: Option<Instant>,
    look: Option<Duration>,
    waited: Duration,
    bytes: u64,
}

thread_local! {
    /// The request that this thread is busy with: a connection is used by one request after another.
    static CURRENT: RefCell<Option<Arc<Patience>>> = const { RefCell::new(None) };
}

impl Patience {
    /// Patience from now on; `until` ends the whole.
    pub(super) fn new(limits: &Limits, cancel: &Cancel, network: &Network, until: Option<Instant>) -> Arc<Self> {
        let head_until = Some(Instant::now() + limits.head);
        let progress = Mutex::new(Progress { head_until, look: None, waited: Duration::ZERO, bytes: 0 });
        Arc::new(Self { limits: limits.clone(), cancel: cancel.clone(), network: network.clone(), until, progress })
    }

    /// What this thread is busy with.
    pub(super) fn current() -> io::Result<Arc<Self>> {
        CURRENT.with_borrow(Clone::clone).ok_or_else(|| io::Error::other("a connection was used outside of a request"))
    }

    /// Does something on connections under these limits.
    pub(super) fn during<T>(self: &Arc<Self>, job: impl FnOnce() -> T) -> T {
        struct Back(Option<Arc<Patience>>);
        impl Drop for Back {
            fn drop(&mut self) {
                CURRENT.with_borrow_mut(|current| *current = self.0.take());
            }
        }
        let _back = Back(CURRENT.with_borrow_mut(|current| current.replace(Arc::clone(self))));
        job()
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The answer's head is here.
    pub(super) fn head_is_here(&self) {
        self.progress().head_until = None;
    }

    /// From now on one read lasts no longer than this: then it fails with `WouldBlock`, and can be tried again.
    pub(super) fn look_for(&self, time: Duration) {
        self.progress().look = Some(time);
    }

    /// Whether to go on at all.
    pub(super) fn check(&self) -> Result<(), HttpError> {
        self.cancel.check()?;
        if self.network.is_off() {
            return Err(HttpError::Offline);
        }
        let now = Instant::now();
        if self.until.is_some_and(|until| now >= until) {
            return Err(HttpError::Network("the server took too long".into()));
        }
        if self.progress().head_until.is_some_and(|until| now >= until) {
            return Err(HttpError::Network("the server took too long to begin its answer".into()));
        }
        Ok(())
    }

    /// That nothing has come for so long.
    pub(super) fn silence(&self, so_long: Duration) -> io::Result<()> {
        self.check()?;
        if self.progress().look.is_some_and(|look| so_long >= look) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        if so_long < self.limits.stall {
            return Ok(());
        }
        let words = format!("the server has said nothing for {} s", self.limits.stall.as_secs());
        Err(HttpError::Network(words).into())
    }

    /// That so many bytes came after so much waiting.
    pub(super) fn came(&self, bytes: usize, waited: Duration) -> Result<(), HttpError> {
        self.check()?;
        let mut progress = self.progress();
        progress.waited += waited;
        progress.bytes += bytes as u64;
        if progress.waited < self.limits.span {
            return Ok(());
        }
        if progress.bytes < self.limits.trickle {
            return Err(HttpError::Network("the server sends too slowly to ever end".into()));
        }
        (progress.waited, progress.bytes) = (Duration::ZERO, 0);
        Ok(())
    }

    fn progress(&self) -> std::sync::MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<HttpError> for io::Error {
    fn from(error: HttpError) -> Self {
        Self::other(error)
    }
}
