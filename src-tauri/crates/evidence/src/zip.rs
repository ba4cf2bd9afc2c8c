//! Zip files of stored entries, written and read so strictly that every byte of ours is accounted for: the headers of an
//! entry follow from its name, length and CRC alone.
//!
//! Deliberately absent: compression, encryption, comments, data descriptors and anything else that could differ between two
//! readers.

mod header;
mod write;

pub(crate) use write::ZipWriter;
