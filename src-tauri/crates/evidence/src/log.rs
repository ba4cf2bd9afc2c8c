//! The audit log as a hash tree: its entries as leaves, checkpoints, proofs, and the search for alterations.

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
