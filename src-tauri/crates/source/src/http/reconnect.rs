//! A connection that is kept up on a thread of its own, for hints: what it misses, walks find.

use std::thread;
use std::time::{Duration, Instant};

use model::Cancel;

use super::Http;
use crate::Watch;

/// The first and the longest pause before it is connected again.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// A connection that lasted so long was a good one.
const LASTED: Duration = Duration::from_secs(30);

/// Ends the thread when it is dropped, without waiting for it.
struct Ending(Cancel);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// Does `connection`, which lasts as long as the connection does, again and again while the network is on.
pub(super) fn keep_up(http: &Http, mut connection: impl FnMut(&Cancel) + Send + 'static) -> Watch {
    let cancel = Cancel::new();
    let (ending, network) = (Ending(cancel.clone()), http.inner.world.network.clone());
    let first = PAUSES.0.min(http.inner.limits.pause.saturating_mul(4));
    let run = move || {
        let mut pause = first;
        while !cancel.is_cancelled() {
            if !network.is_off() {
                let start = Instant::now();
                connection(&cancel);
                pause = if start.elapsed() >= LASTED { first } else { (pause * 2).min(PAUSES.1) };
            }
            let jitter = 0.75 + fastrand::f64() / 2.0;
            if cancel.wait(pause.mul_f64(jitter)).is_err() {
                return;
            }
        }
    };
    // Without a thread there are no hints, and walks find everything all the same.
    drop(thread::Builder::new().name("hints".into()).spawn(run));
    Watch(Box::new(ending))
}
