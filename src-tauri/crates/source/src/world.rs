//! What a source is given of the world around it: secrets, the time, the switch that takes it off the network, and
//! somebody to tell why it waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::secret::{ForThisRun, Secrets};

/// The world around one source. Clones share everything.
#[derive(Clone)]
pub struct World {
    /// The source's name, which is the name of its secret.
    pub name: String,
    /// Where its secrets are.
    pub secrets: Arc<dyn Secrets>,
    /// Whether the network may be used.
    pub network: Network,
    /// Now, in UTC milliseconds.
    pub clock: fn() -> i64,
    /// Told when the source begins to wait and, with `None`, when it goes on.
    pub waiting: Arc<dyn Fn(Option<Waiting>) + Send + Sync>,
}

/// Why and until when a source waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// When it goes on, UTC milliseconds.
    pub until_ms: i64,
    /// Why, in words that go after "waiting 40 s: ".
    pub why: String,
}

/// The switch that takes everything off the network; clones are the same switch.
#[derive(Clone, Debug, Default)]
pub struct Network(Arc<AtomicBool>);

impl Network {
    /// Whether no request may leave this machine.
    pub fn is_off(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// Takes everything off the network, or back on.
    pub fn set_off(&self, off: bool) {
        self.0.store(off, Ordering::Release);
    }
}

impl World {
    /// A world with the network on, no secrets and nobody to tell, for a source of this name.
    pub fn plain(name: &str, clock: fn() -> i64) -> Self {
        Self {
            name: name.to_owned(),
            secrets: Arc::new(ForThisRun::default()),
            network: Network::default(),
            clock,
            waiting: Arc::new(|_| ()),
        }
    }
}
