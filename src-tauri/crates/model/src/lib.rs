//! What Turnstone knows about calls, as pure values: no I/O, no clock, no randomness.
//!
//! A source hands over [`CallRecord`]s; the library keeps them;
//! everything above reads them. Positions and durations are integer milliseconds, moments are [`Moment`]s.

mod audit;
mod call;
mod cancel;
mod case;
mod fold;
mod id;
mod insights;
mod metric;
mod recording;
mod time;
mod transcript;

pub use audit::{Action, AuditEntry};
pub use call::{Call, CallRecord, Cost, Direction, Party, RejectedItem};
pub use cancel::{Cancel, Cancelled};
pub use case::{Case, Completeness};
pub use fold::{digits_of, fold};
pub use id::{CallId, CaseId, InvalidId, RecordingId, SourceId};
pub use insights::{Insights, Sentiment};
pub use metric::Metric;
pub use recording::{Attempt, AudioFacts, AudioState, Door, Outcome, Recording, Tier};
pub use time::Moment;
pub use transcript::{Role, Timing, Transcript, Turn, TurnIndex, Word};

/// A length or a position in milliseconds.
pub type Ms = i64;
