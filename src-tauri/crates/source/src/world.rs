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

/// Whether the network may be used: the user's switch, and whether there is a network at all. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Network {
    off: Arc<AtomicBool>,
    away: Arc<AtomicBool>,
    /// For a server on this machine, which is there when the network is not.
    only_switch: bool,
}

impl Network {
    /// Whether nothing may be asked.
    pub fn is_off(&self) -> bool {
        self.off.load(Ordering::Acquire) || !self.only_switch && self.away.load(Ordering::Acquire)
    }

    /// Whether the user's switch is off, whatever else is the case.
    pub fn is_switched_off(&self) -> bool {
        self.off.load(Ordering::Acquire)
    }

    /// The user's switch: takes everything off the network, or back on.
    pub fn set_off(&self, off: bool) {
        self.off.store(off, Ordering::Release);
    }

    /// Says whether this machine has a network at the moment. Answers whether that is news.
    pub fn set_away(&self, away: bool) -> bool {
        self.away.swap(away, Ordering::AcqRel) != away
    }

    /// Whether this machine has no network at the moment.
    pub fn is_away(&self) -> bool {
        self.away.load(Ordering::Acquire)
    }

    /// The same for a server on this machine, which can be asked also where there is no network.
    pub fn on_this_machine(&self) -> Self {
        Self { only_switch: true, ..self.clone() }
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
