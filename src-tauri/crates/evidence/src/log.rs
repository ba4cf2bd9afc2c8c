//! The audit log as a hash tree: its entries as leaves, checkpoints, proofs, and the search for alterations.
//!
//! - An entry is hashed as one line of canonical JSON ([`entry_line`]) and is a leaf of an RFC 6962 tree.
//! - An [`Edge`] is kept with every entry, so that the next can be appended and the log's root told without the past.
//! - A [`Checkpoint`] says how far the log had come (C2SP tlog-checkpoint), as a note signed by a key (C2SP signed-note).
//! - A [`Checker`] looks for alterations in a whole log, an [`Excerpt`] takes some entries with their proofs into an export,
//!   and [`check_exported`] checks those with nothing else at hand.
//!
//! What can be told, and what cannot:
//!
//! - Without a key and without a checkpoint from outside, whoever can write the database can change an entry and hash
//!   everything after it anew, or cut off the end. The hashes alone find what was altered without that knowledge.
//! - With the public key, everything up to an entry with a right signature is as it was when that was signed. A signature
//!   that was removed leaves no trace, and what was cut off takes its signatures along.
//! - With the secret key a whole other log can be written and signed. Only a checkpoint that was kept elsewhere, such as
//!   the one in every export, shows it: it fixes the entries up to its size.
//! - What was never written, or written untruly, no hash can tell. The times are those of the computer's clock.
//! - Where an entry and the hashes kept with it are both altered or gone, the next entry can be checked only by half; that
//!   the log was altered there is told in any case. Where several accounts explain what is found, the one with the fewest
//!   alterations is told.
//!
//! Deliberately absent: consistency proofs, as the whole log is at hand wherever two checkpoints meet.

mod check;
mod checkpoint;
mod entry;
mod exported;
mod hex;
mod note;
mod problem;
mod proof;
#[cfg(test)]
mod tests;
mod tree;

pub use check::{Checked, Checker};
pub use checkpoint::{Checkpoint, CheckpointNote, InvalidCheckpoint, InvalidOrigin, Origin, Signed};
pub use entry::{detail_text, entry_hash, entry_line, is_detail};
pub use exported::{Excerpt, check_exported};
pub use note::NoteSignature;
pub use problem::{Fault, Problem};
pub use proof::{FoundPaths, Paths, verify_inclusion};
pub use tree::{Edge, Hash, InvalidEdge, leaf_hash};
