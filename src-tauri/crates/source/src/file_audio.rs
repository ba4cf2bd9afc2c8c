//! Opens a recording that is a file below a source's root.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use model::Outcome;

use crate::confine::{ConfineError, Root};
use crate::words::{plain_path, why};
use crate::{Audio, AudioError};

/// The bytes of the regular file at `path` below `root`.
pub fn open(root: &Root, path: &str) -> Result<Audio, AudioError> {
    let place = root.resolve(path).map_err(|cause| refused(path, &cause))?;
    // Opening a pipe would wait for somebody to write into it, so the kind is looked at first.
    let facts = place.metadata().map_err(|cause| failed(path, &cause))?;
    if !facts.is_file() {
        return Err(AudioError::new(Outcome::Invalid, format!("{} is no file", plain_path(path))));
    }
    let file = File::open(&place).map_err(|cause| failed(path, &cause))?;
    Ok(Audio { bytes: Box::new(file), from: 0, length: Some(facts.len()), validator: None })
}

/// Where the regular file at `path` below `root` really is, if it is there.
pub fn place(root: &Root, path: &str) -> Option<PathBuf> {
    root.resolve(path).ok().filter(|place| place.is_file())
}

/// A path that was not followed, as an outcome.
pub fn refused(path: &str, cause: &ConfineError) -> AudioError {
    match cause {
        ConfineError::Io(cause) => failed(path, cause),
        ConfineError::Outside => {
            let detail = format!("{} leads out of the folder and was not opened", plain_path(path));
            AudioError::new(Outcome::Denied, detail)
        }
        // The disk may be unplugged: that says nothing about the recording.
        ConfineError::Root(..) => AudioError::new(Outcome::Network, cause.to_string()),
    }
}

fn failed(path: &str, cause: &io::Error) -> AudioError {
    let outcome = match cause.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Outcome::NotFound,
        io::ErrorKind::PermissionDenied => Outcome::Denied,
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidFilename => Outcome::Invalid,
        _ => Outcome::Network,
    };
    AudioError::new(outcome, format!("{}: {}", plain_path(path), why(cause)))
}
