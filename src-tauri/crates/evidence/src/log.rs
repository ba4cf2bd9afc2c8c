//! The audit log as a hash tree: its entries as leaves, checkpoints, proofs, and the search for alterations.

mod checkpoint;
mod entry;
mod note;
mod proof;
mod tree;

pub use checkpoint::{Checkpoint, CheckpointNote, InvalidCheckpoint, InvalidOrigin, Origin, Signed};
pub use entry::{detail_text, entry_hash, entry_line, is_detail};
pub use note::NoteSignature;
pub use proof::{FoundPaths, Paths, verify_inclusion};
pub use tree::{Edge, Hash, InvalidEdge, leaf_hash};
