//! What an export is written into: a bag, or plain files.

use std::collections::HashSet;
use std::io::{self, Read};
use std::path::Path;

use evidence::bag::{Added, Bag, BagError, PlainFiles};
use model::{Cancel, RecordingId};

use crate::fault::{Fault, FaultCode};

/// Where an export's files go, one after another.
pub(crate) trait Destination {
    /// Puts a file at a path of ours.
    fn add(&mut self, path: &str, from: &mut dyn Read, cancel: &Cancel) -> Result<Added, BagError>;
}

impl Destination for Bag {
    fn add(&mut self, path: &str, from: &mut dyn Read, cancel: &Cancel) -> Result<Added, BagError> {
        Bag::add(self, path, from, cancel)
    }
}

impl Destination for PlainFiles {
    fn add(&mut self, path: &str, from: &mut dyn Read, cancel: &Cancel) -> Result<Added, BagError> {
        PlainFiles::add(self, path, from, cancel)
    }
}

/// Why an attempt at an export ended.
#[derive(Debug)]
pub(crate) enum Halt {
    /// A file in the cache turned out not to be what was fetched. The next attempt leaves it out.
    Damaged(RecordingId),
    /// Anything else.
    Fault(Fault),
}

impl Halt {
    /// A file of ours that cannot be read.
    pub fn unread(path: &Path, cause: &io::Error) -> Self {
        let words = format!("{} cannot be read: {cause}", path.display());
        Self::Fault(Fault::new(FaultCode::Io, words))
    }

    /// A place that cannot be written to.
    pub fn unwritten(path: &Path, cause: &io::Error) -> Self {
        let words = format!("writing in {} failed: {cause}; check the folder and the space left", path.display());
        Self::Fault(Fault::new(FaultCode::Io, words))
    }
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<BagError> for Halt {
    fn from(error: BagError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<BagError> for Fault {
    fn from(error: BagError) -> Self {
        let code = match &error {
            BagError::Cancelled(_) => FaultCode::Cancelled,
            BagError::Path { .. } | BagError::Exists(_) => FaultCode::Invalid,
            _ => FaultCode::Io,
        };
        let words = match &error {
            BagError::Cancelled(_) => "stopped; nothing was left behind".to_owned(),
            error => error.to_string(),
        };
        Self::new(code, words)
    }
}

/// Attempts until no file turns out to be damaged that was not known to be.
pub(crate) fn until_sound<T>(mut attempt: impl FnMut(&HashSet<RecordingId>) -> Result<T, Halt>) -> Result<T, Fault> {
    let mut damaged = HashSet::new();
    loop {
        match attempt(&damaged) {
            Ok(done) => return Ok(done),
            Err(Halt::Damaged(recording)) if damaged.insert(recording) => {}
            Err(Halt::Damaged(recording)) => {
                let words = format!("the file of recording {recording} changes while it is exported; try again");
                return Err(Fault::new(FaultCode::Io, words));
            }
            Err(Halt::Fault(fault)) => return Err(fault),
        }
    }
}
