//! The thread that records on its own: stretches that were heard, and searches that have settled.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};

use super::Trail;
use super::heard::Seen;
use crate::listening::PlayerSnapshot;

/// How long the words of a search have to stand.
const SETTLED: Duration = Duration::from_secs(1);
/// So many moments of the player may wait for the disk: some minutes of playing.
const WAITING: usize = 4_096;

/// The thread; ends, having recorded what there is, when this is dropped.
pub(crate) struct Recorder {
    tell: Sender<Told>,
    began: Instant,
    thread: Option<JoinHandle<()>>,
}

/// The way to the thread for those who must not wait.
#[derive(Clone)]
pub(crate) struct ToRecorder {
    tell: Sender<Told>,
    began: Instant,
}

enum Told {
    Seen(Seen),
    Typed,
    End,
}

impl Recorder {
    /// `silence` is called when something that was heard cannot be recorded.
    pub fn start(trail: Arc<Trail>, silence: impl Fn() + Send + 'static) -> Self {
        let (tell, told) = bounded(WAITING);
        let thread = std::thread::spawn(move || run(&trail, &told, &silence));
        Self { tell, began: Instant::now(), thread: Some(thread) }
    }

    pub fn sender(&self) -> ToRecorder {
        ToRecorder { tell: self.tell.clone(), began: self.began }
    }

    /// Words were searched and wait to settle.
    pub fn typed(&self) {
        drop(self.tell.send(Told::Typed));
    }

    /// Records what there is and ends.
    fn end(&mut self) {
        drop(self.tell.send(Told::End));
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            // It has nothing to say.
            drop(thread.join());
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.end();
    }
}

impl ToRecorder {
    /// The player said how it stands. Never waits. Answers `false` if nobody can record it.
    pub fn seen(&self, snapshot: &PlayerSnapshot) -> bool {
        let seen = Seen {
            tag: snapshot.tag,
            phase: snapshot.phase,
            position_ms: snapshot.position_ms,
            speed: snapshot.speed,
            at: self.began.elapsed(),
        };
        !matches!(self.tell.try_send(Told::Seen(seen)), Err(TrySendError::Full(_)))
    }
}

fn run(trail: &Trail, told: &Receiver<Told>, silence: &dyn Fn()) {
    let mut settles: Option<Instant> = None;
    loop {
        let next = match settles {
            None => told.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(at) => told.recv_deadline(at),
        };
        let recorded = match next {
            Ok(Told::Seen(seen)) => trail.hear(seen),
            Ok(Told::Typed) => {
                settles = Some(Instant::now() + SETTLED);
                Ok(())
            }
            Err(RecvTimeoutError::Timeout) => {
                settles = None;
                trail.record(Vec::new())
            }
            Ok(Told::End) | Err(RecvTimeoutError::Disconnected) => {
                // Nobody is left to be told.
                drop(trail.fall_silent());
                return;
            }
        };
        if recorded.is_err() {
            silence();
        }
    }
}
