//! What is handed over as evidence: calls as documents, bags that anyone can verify, signatures, and the proofs of the audit
//! log.
//!
//! - A [`bag::Bag`] is written, sealed, read back and published; [`verify::verify`] checks one without a library.
//! - An [`Exhibit`] is one call as it is handed over. The writers of documents turn it into files: [`vcon`], [`caption`],
//!   [`table`], the recipient's [`page`], and the [`readme`] of the whole.
//! - [`log`]: the audit log as a hash tree, and the search for alterations.
//! - A [`SigningKey`] signs exports and checkpoints of the log, a [`PublicKey`] verifies them.
//!
//! Invariants: what is written depends on the exhibits alone, so that the same calls give the same bytes; names from sources
//! never decide paths; text from sources can neither run nor steer anything that shows it.
//!
//! Deliberately absent: the library and the cache (whoever exports hands over values and files), clocks, randomness and the
//! keychain (moments and keys are passed in).

pub mod bag;
pub mod caption;
mod exhibit;
mod harmless;
pub mod log;
mod manifest;
mod moments;
pub mod page;
pub mod readme;
#[cfg(test)]
mod sample;
mod signature;
pub mod table;
pub mod vcon;
pub mod verify;
mod voices;
mod zip;

pub use exhibit::{AudioFile, Exhibit, ExhibitRecording};
pub use signature::{PublicKey, SignatureError, SigningKey};
