use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// A flag shared between who wants a long job to stop and the job, which looks at it between steps.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<Flag>);

#[derive(Debug, Default)]
struct Flag {
    raised: AtomicBool,
    gate: Mutex<()>,
    changed: Condvar,
}

/// The job was asked to stop and did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

impl Cancel {
    /// A flag nobody has raised.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks every holder of this flag to stop.
    pub fn cancel(&self) {
        // Under the gate, so that nobody who is about to wait misses it.
        let _gate = self.0.gate.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.raised.store(true, Ordering::Release);
        self.0.changed.notify_all();
    }

    /// Whether the job has been asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.raised.load(Ordering::Acquire)
    }

    /// `Err` once the job has been asked to stop, for use with `?`.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }

    /// Lets this much time pass; ends at once, with `Err`, when the job is asked to stop.
    pub fn wait(&self, time: Duration) -> Result<(), Cancelled> {
        let gate = self.0.gate.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.0.changed.wait_timeout_while(gate, time, |()| !self.is_cancelled());
        drop(waited);
        self.check()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_ends_when_the_job_is_cancelled() {
        let cancel = Cancel::new();
        let elsewhere = cancel.clone();
        let waiting = std::thread::spawn(move || elsewhere.wait(Duration::from_secs(3_600)));
        cancel.cancel();
        assert_eq!(waiting.join().unwrap(), Err(Cancelled), "an hour's wait is over at once");
        assert_eq!(Cancel::new().wait(Duration::from_millis(1)), Ok(()));
    }
}
