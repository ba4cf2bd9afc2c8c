//! Audio bytes on disk: the first of the three tiers.
//!
//! [`Store`] publishes files so that a name never stands for partial bytes. What to do with them are pure plans over what
//! is known: [`next`] decides where to look for a recording's audio and how it stands when it was not found, [`evict()`] what
//! leaves when there is too much, [`sweep()`] what does not belong here, [`expired`] what has been kept long enough. The
//! database row that makes a file count as cached is written by the caller, after [`Store::put`] has returned, and removed
//! before the file goes: a row never points at a missing or partial file.

mod evict;
mod retain;
mod store;
mod sweep;
mod tier;

pub use evict::{Evictable, Eviction, evict};
pub use retain::{Retained, Retention, expired};
pub use store::{Begun, Health, Incoming, Listed, Listing, Store, StoreError, Stored, Told};
pub use sweep::{Claimed, Sweep, sweep};
pub use tier::{Known, Next, Standing, Tried, Wish, next};
