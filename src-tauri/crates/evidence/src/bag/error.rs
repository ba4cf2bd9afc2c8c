use std::io;
use std::path::PathBuf;

use model::Cancelled;

use crate::verify::{Problem, VerifyError};

/// Why a bag was not written. Nothing of it remains.
#[derive(Debug, thiserror::Error)]
pub enum BagError {
    /// There is not enough space before anything was written.
    #[error(
        "the export needs about {} and {} has {} free: make space there, or choose another place",
        size(*needed), folder.display(), size(*free)
    )]
    NoSpace {
        /// Where the export was to be.
        folder: PathBuf,
        /// Bytes it needs.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// The disk filled up while the export was written.
    #[error("the disk is full: {path} of the export could not be written; make space there, or choose another place")]
    Full {
        /// The file of the bag.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// Something of that name is there; it is not touched.
    #[error("{} is there already and is never overwritten: choose another name or place", .0.display())]
    Exists(PathBuf),
    /// Another export writes under that name.
    #[error("another export is writing {} just now: wait for it, or choose another name", .0.display())]
    Busy(PathBuf),
    /// A name or path that cannot be one on every system.
    #[error("{path:?} cannot be a file of an export: {why}")]
    Path {
        /// As it was given.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// What was to be exported cannot be read.
    #[error("what belongs to {path} of the export could not be read: {source}")]
    Read {
        /// The file of the bag.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// What was to be exported is not what it should be; the bag is as it was before.
    #[error("what belongs to {path} of the export is not what it was: it was damaged or changed since; fetch it again")]
    Altered {
        /// The file of the bag.
        path: String,
    },
    /// Writing failed.
    #[error(
        "{path} of the export could not be written: {source}; check the disk and its permissions, or choose another place"
    )]
    Write {
        /// The file of the bag, or a folder.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The signature could not be made.
    #[error("the export could not be signed: {0}")]
    Sign(String),
    /// What was written does not read back the same.
    #[error("the export did not read back as it was written ({}): the disk may be failing; choose another place", told(.0))]
    Differs(Vec<Problem>),
    /// What was written cannot be read back.
    #[error("the export could not be read back: {0}")]
    ReadBack(VerifyError),
    /// It was cancelled.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl BagError {
    pub(super) fn writing(path: impl Into<String>, source: io::Error) -> Self {
        let path = path.into();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path, source },
            _ => Self::Write { path, source },
        }
    }
}

/// Bytes for people, as a decimal unit.
fn size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 4] =
        [("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    for (unit, scale) in UNITS {
        if bytes >= scale {
            let tenths = bytes / (scale / 10);
            return format!("{}.{} {unit}", tenths / 10, tenths % 10);
        }
    }
    format!("{bytes} bytes")
}

/// The first problem, and how many more there are.
fn told(problems: &[Problem]) -> String {
    let Some(first) = problems.first() else { return "it is not whole".to_owned() };
    match problems.len() - 1 {
        0 => format!("{}: {}", first.path, first.problem),
        more => format!("{}: {}; and {more} more", first.path, first.problem),
    }
}
