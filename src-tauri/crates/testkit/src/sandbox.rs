//! The server systems and providers as they behave, on loopback: for tests, and for anybody who wants to try a sync
//! without having a server. Everything they tell comes from one [`Truth`]; what goes wrong is told to them as a [`Fault`].
//!
//! One file per system implements [`Site`]; [`Server`] serves it on a port of its own, logs every request and misbehaves
//! when asked to.

mod answer;
mod delivery;
pub mod elevenlabs;
pub mod elevenlabs_backend;
mod fault;
mod line;
mod mood;
mod request;
pub mod ringcentral;
pub mod ringcentral_backend;
mod server;
pub mod supabase;
pub mod supabase_backend;
mod system;
mod truth;
pub mod twilio;
pub mod twilio_bridge;
pub mod vapi;
pub mod vapi_backend;

pub use answer::{Answer, Asked, Pieces};
pub use fault::{Fault, When};
pub use line::{Hints, Line, Reply};
pub use mood::{Mood, whims};
pub use server::{Seen, Server, Tamper, Whim};
pub use system::{Running, SYSTEMS, System};
pub use truth::{Said, SharedTruth, Truth, TruthCall};
pub use twilio::Twilio;
pub use twilio_bridge::TwilioBridge;

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

    /// The site's end of a WebSocket, for a request that wants one; `None`: there is no such line, and
    /// [`Self::answer`] says why.
    fn socket(&self, asked: &Asked) -> Option<Line> {
        let _ = asked;
        None
    }
}
