//! The one mover: brings what a source knows into the library.
//!
//! [`plan`] decides, as a pure function, what a page of changes means for what is already known; the engine walks a
//! source page by page, plans, probes new audio and applies each page with its cursor in one transaction. A walk that is
//! cancelled or killed goes on from the last page that was kept.

mod engine;
mod plan;
mod report;
mod schedule;

pub use engine::{Look, Probe, SyncError, Walk, run};
pub use plan::{Action, PutKind, plan};
pub use report::{Observer, Report, SyncEvent};
pub use schedule::{Circumstances, next_look};
