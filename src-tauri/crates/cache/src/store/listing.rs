use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use model::RecordingId;

use super::{Store, StoreError, disk, remove};

/// A file of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Whose audio it is, going by its name.
    pub recording: RecordingId,
    /// Relative to the store, with `/`.
    pub path: String,
    /// How long it is.
    pub bytes: u64,
    /// When it was last changed, UTC milliseconds.
    pub modified_ms: i64,
}

/// Everything in the store that it made itself; other files are nobody's business here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Whole files, in order of path.
    pub files: Vec<Listed>,
    /// Beginnings of files and their notes, in order of path.
    pub parts: Vec<Listed>,
}

impl Store {
    /// What is in the store.
    pub fn list(&self) -> Result<Listing, StoreError> {
        let mut listing = Listing::default();
        for folder in entries(self.root())? {
            let name = folder.file_name().to_string_lossy().into_owned();
            if !is_hex(&name, 2) || !folder.file_type().is_ok_and(|kind| kind.is_dir()) {
                continue;
            }
            for entry in entries(&folder.path())? {
                if let Some((listed, is_part)) = listed(&name, &entry) {
                    if is_part { listing.parts.push(listed) } else { listing.files.push(listed) }
                }
            }
        }
        listing.files.sort_by(|a, b| a.path.cmp(&b.path));
        listing.parts.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(listing)
    }

    /// Removes what an earlier transfer of a recording left behind.
    pub fn remove_part(&self, recording: RecordingId) -> Result<(), StoreError> {
        let part = self.part_of(recording);
        remove(&part.with_extension("part.json"))?;
        remove(&part)
    }
}

fn entries(dir: &Path) -> Result<Vec<DirEntry>, StoreError> {
    match fs::read_dir(dir).and_then(Iterator::collect) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        entries => entries.map_err(|cause| disk(dir, cause)),
    }
}

/// A plain file with a name that this store gives out, and whether it is unfinished.
fn listed(folder: &str, entry: &DirEntry) -> Option<(Listed, bool)> {
    let name = entry.file_name().into_string().ok()?;
    let (stem, extension) = name.split_once('.')?;
    if !is_hex(stem, 32) || !stem.starts_with(folder) {
        return None;
    }
    let recording = stem.parse().ok()?;
    let meta = entry.metadata().ok().filter(fs::Metadata::is_file)?;
    let path = format!("{folder}/{name}");
    let listed = Listed { recording, path, bytes: meta.len(), modified_ms: since_1970(meta.modified().ok()) };
    Some((listed, extension.starts_with("part")))
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn since_1970(at: Option<SystemTime>) -> i64 {
    let since = at.and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
