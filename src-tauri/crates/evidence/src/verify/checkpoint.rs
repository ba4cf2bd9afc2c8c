use std::fs;
use std::io::Read;
use std::path::Path;

use model::Cancel;

use super::container::{Container, Opened};
use super::own::CHECKPOINT;
use super::report::VerifyError;
use crate::log::CheckpointNote;

/// A checkpoint has three lines, and a line for each signature.
const LONGEST: u64 = 64 * 1024;

/// The checkpoint that somebody kept: a file that holds one, or the one in an export. `None` if there is none in it.
///
/// Neither its signatures nor the rest of the export are checked here.
///
/// # Errors
///
/// There is nothing at `path`, or it is neither a checkpoint nor an export.
pub fn kept_checkpoint(path: &Path, cancel: &Cancel) -> Result<Option<CheckpointNote>, VerifyError> {
    let read = |source| VerifyError::Read { path: path.to_owned(), source };
    if fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() <= LONGEST)
        && let Ok(note) = CheckpointNote::parse(&String::from_utf8_lossy(&fs::read(path).map_err(read)?))
    {
        return Ok(Some(note));
    }
    let Opened::Container(container) = Container::open(path, cancel)? else { return Ok(None) };
    if !container.files.contains_key(CHECKPOINT) {
        return Ok(None);
    }
    let mut text = String::new();
    container.read(CHECKPOINT).and_then(|file| file.take(LONGEST).read_to_string(&mut text)).map_err(read)?;
    Ok(CheckpointNote::parse(&text).ok())
}
