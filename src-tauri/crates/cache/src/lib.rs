//! Audio bytes on disk: the first of the three tiers.
//!
//! [`Store`] publishes files so that a name never stands for partial bytes; [`next_tier`] decides, as a pure function of
//! what is known, where to look for a recording's audio next. The database row that makes a file count as cached is
//! written by the caller, after [`Store::put`] has returned: a row never points at a missing or partial file.

mod store;
mod tier;

pub use store::{Expected, Store, StoreError, Stored};
pub use tier::{Known, Next, next_tier};
