//! Zip files of stored entries, written and read so strictly that every byte of ours is accounted for: the headers of an
//! entry follow from its name, length and CRC alone.
//!
//! Deliberately absent: compression, encryption, comments, data descriptors and anything else that two programs could read
//! differently.

mod header;
mod read;
mod write;

pub(crate) use read::{Stored, Unreadable, ZipReader};
pub(crate) use write::ZipWriter;
