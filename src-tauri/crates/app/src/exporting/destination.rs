//! What an export is written into: a bag, or plain files.

use std::io::{self, Read};
use std::path::Path;

use evidence::bag::{Added, Bag, BagError, PlainFiles};
use model::Cancel;

use crate::fault::{Fault, FaultCode};

/// Where an export's files go, one after another.
pub(crate) trait Destination {
    /// Puts a file at a path of ours.
    fn add(&mut self, path: &str, from: &mut dyn Read, cancel: &Cancel) -> Result<Added, BagError> {
        self.add_known(path, from, None, cancel)
    }

    /// The same if it has this SHA-256 in lower-case hex; else nothing of it remains.
    fn add_known(
        &mut self,
        path: &str,
        from: &mut dyn Read,
        sha256: Option<&str>,
        cancel: &Cancel,
    ) -> Result<Added, BagError>;
}

impl Destination for Bag {
    fn add_known(
        &mut self,
        path: &str,
        from: &mut dyn Read,
        sha256: Option<&str>,
        cancel: &Cancel,
    ) -> Result<Added, BagError> {
        Bag::add_known(self, path, from, sha256, cancel)
    }
}

impl Destination for PlainFiles {
    fn add_known(
        &mut self,
        path: &str,
        from: &mut dyn Read,
        sha256: Option<&str>,
        cancel: &Cancel,
    ) -> Result<Added, BagError> {
        PlainFiles::add_known(self, path, from, sha256, cancel)
    }
}

/// A file of ours that cannot be read.
pub(super) fn unread(path: &Path, cause: &io::Error) -> Fault {
    Fault::new(FaultCode::Io, format!("{} cannot be read: {cause}", path.display()))
}

/// A place that cannot be written to.
pub(super) fn unwritten(path: &Path, cause: &io::Error) -> Fault {
    let words = format!("writing in {} failed: {cause}; check the folder and the space left", path.display());
    Fault::new(FaultCode::Io, words)
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
