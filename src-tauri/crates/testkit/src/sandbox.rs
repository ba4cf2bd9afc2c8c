//! The server systems and providers as they behave, on loopback: for tests, and for anybody who wants to try a sync
//! without having a server. Everything they tell comes from one [`Truth`]; what goes wrong is told to them as a [`Fault`].
//!
//! One file per system implements [`Site`]; [`Server`] serves it on a port of its own, logs every request and misbehaves
//! when asked to.

mod answer;
mod fault;
mod server;
mod truth;

pub use answer::{Answer, Asked};
pub use fault::{Fault, When};
pub use server::{Seen, Server};
pub use truth::{Said, Truth, TruthCall};

/// Which of the shapes in the field a site speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// As the system's own documentation says.
    #[default]
    Documented,
    /// As the running system was seen to behave.
    Observed,
}

/// What one system answers.
pub trait Site: Send + Sync {
    /// The answer to a request.
    fn answer(&self, asked: &Asked) -> Answer;
}
