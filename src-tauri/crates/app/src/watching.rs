//! Noticing new calls as they appear: a watch where the source can tell, and a periodic look in any case.

use std::sync::PoisonError;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use library::SourceRow;
use model::SourceId;
use source::Watch;
use sync::Circumstances;

use crate::fault::{Fault, FaultCode};
use crate::open::App;
use crate::power;
use crate::sources::is_local;

/// How often a folder is looked at if its settings do not say.
const RESCAN: Duration = Duration::from_secs(300);
/// How often a server is asked if the source's settings do not say.
const INTERVAL: Duration = Duration::from_secs(900);
/// A source that need not be looked at is thought about again after so long.
const RECONSIDER: Duration = Duration::from_secs(3_600);
/// How many runs back a source's failures are counted.
const RUNS: u32 = 10;
/// How soon a source is looked at again when it could not be looked at properly, or something was still being written.
const SOON: Duration = Duration::from_secs(2);

/// Has one source looked at from time to time until it is dropped.
pub(crate) struct Watching {
    wake: Sender<Wake>,
    told_by_source: bool,
    _watch: Option<Watch>,
}

/// What came of being told to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looked {
    /// Look again when there is a reason to.
    Done,
    /// Look again soon.
    Busy,
    /// Never look again.
    Over,
}

enum Wake {
    Now,
    Soon,
}

impl App {
    /// Watches every configured source and looks at each once.
    pub(crate) fn start_watching(&self) -> Result<(), Fault> {
        for row in self.inner.library.reader()?.sources()? {
            self.watch(row.id);
        }
        Ok(())
    }

    /// In the window, has a source synchronised in the background now and whenever there is a reason to.
    pub(crate) fn watch(&self, id: SourceId) {
        if !self.inner.for_window {
            return;
        }
        let inner = std::sync::Arc::downgrade(&self.inner);
        let begin = move || match inner.upgrade().map(|inner| App { inner }.begin_if_reachable(id)) {
            Some(Ok(true)) => Looked::Done,
            // A sync that runs already may have passed what is new.
            Some(Ok(false)) => Looked::Busy,
            Some(Err(_)) | None => Looked::Over,
        };
        // A source that cannot be opened says so in its sync, which the periodic look begins all the same.
        drop(self.keep_watch(id, Duration::ZERO, begin));
    }

    /// Begins a sync, unless the source is out of reach; then there is nothing to do before the network is back.
    fn begin_if_reachable(&self, id: SourceId) -> Result<bool, Fault> {
        let off = !is_local(&self.source_row(id)?) && self.is_out_of_reach(id)?;
        if off { Ok(true) } else { self.begin_sync(id, false) }
    }

    /// Has `look` called on a thread of its own, first after `first`, then whenever the source says that something
    /// changed, and from time to time in any case.
    pub fn keep_watch(
        &self,
        id: SourceId,
        first: Duration,
        look: impl FnMut() -> Looked + Send + 'static,
    ) -> Result<(), Fault> {
        let row = self.source_row(id)?;
        let (wake, woken) = bounded(1);
        let hint = wake.clone();
        let source = self.open_source(&row);
        let watch = source.ok().and_then(|source| source.watch(Box::new(move || drop(hint.try_send(Wake::Now)))));
        let inner = std::sync::Arc::downgrade(&self.inner);
        let pause = move || inner.upgrade().map(|inner| App { inner }.pause_before(&row));
        std::thread::spawn(move || keep_looking(&woken, first, &pause, look));
        let watching = Watching { wake, told_by_source: watch.is_some(), _watch: watch };
        self.inner.watching.lock().unwrap_or_else(PoisonError::into_inner).insert(id, watching);
        Ok(())
    }

    /// Has a watched source looked at again shortly, because something there was still being written.
    pub fn look_again_soon(&self, id: SourceId) {
        if let Some(watching) = self.inner.watching.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
            drop(watching.wake.try_send(Wake::Soon));
        }
    }

    /// Has every watched source looked at now.
    pub(crate) fn look_at_all(&self) {
        for watching in self.inner.watching.lock().unwrap_or_else(PoisonError::into_inner).values() {
            drop(watching.wake.try_send(Wake::Now));
        }
    }

    /// How long to wait before a source is looked at the next time.
    fn pause_before(&self, row: &SourceRow) -> Duration {
        let remote = !is_local(row);
        let (key, usual) = if remote { ("interval", INTERVAL) } else { ("rescan", RESCAN) };
        let wanted = row.settings["set"][key].as_str().and_then(|seconds| seconds.parse().ok());
        let runs = self.sync_history(row.id, RUNS).unwrap_or_default();
        let failures = runs.iter().take_while(|run| !run.complete).count();
        let code = runs.first().and_then(|run| run.error.as_ref()).map(|error| error.code.as_str());
        let next = sync::next_look(Circumstances {
            interval: wanted.map_or(usual, |seconds: u64| Duration::from_secs(seconds.max(1))),
            remote,
            failures: if remote { u32::try_from(failures).unwrap_or(RUNS) } else { 0 },
            needs_credentials: code == Some(FaultCode::NeedsCredentials.as_str()),
            asked_to_wait: None,
            sparing: power::is_dear(),
        });
        next.unwrap_or(RECONSIDER)
    }

    pub(crate) fn unwatch(&self, id: SourceId) {
        self.inner.watching.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// Whether new calls of a source are noticed as they appear.
    pub(crate) fn is_watching(&self, id: SourceId) -> bool {
        let watching = self.inner.watching.lock().unwrap_or_else(PoisonError::into_inner);
        watching.get(&id).is_some_and(|watching| watching.told_by_source)
    }
}

/// Ends when the [`Watching`] is dropped or looking is over.
fn keep_looking(
    woken: &Receiver<Wake>,
    first: Duration,
    pause: &dyn Fn() -> Option<Duration>,
    mut look: impl FnMut() -> Looked,
) {
    let mut wait = first;
    loop {
        wait = match woken.recv_timeout(wait) {
            Ok(Wake::Soon) => SOON,
            Ok(Wake::Now) | Err(RecvTimeoutError::Timeout) => match look() {
                Looked::Done => match pause() {
                    Some(pause) => pause,
                    None => return,
                },
                Looked::Busy => SOON,
                Looked::Over => return,
            },
            Err(RecvTimeoutError::Disconnected) => return,
        };
    }
}
