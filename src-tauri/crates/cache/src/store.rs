//! Files published whole: temporary file in the same directory → write → verify → fsync → rename → fsync directory.

mod listing;
mod part;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use model::{AudioFacts, Cancel, Cancelled, Door, RecordingId};
use sha2::{Digest, Sha256};

pub use listing::{Listed, Listing};
pub use part::Begun;

use part::Part;

/// The directory of cached audio of one library.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

/// Bytes on their way into the store.
pub struct Incoming<'a> {
    /// The bytes.
    pub bytes: &'a mut dyn Read,
    /// Where they begin in the file: 0, or where [`Begun`] ends.
    pub from: u64,
    /// Exactly this many bytes has the whole file, if the source said.
    pub length: Option<u64>,
    /// What tells this version of the file from another one; without it a broken transfer leaves nothing behind.
    pub validator: Option<&'a str>,
    /// Where they come from.
    pub door: Door,
    /// Never more than this many bytes.
    pub limit: u64,
    /// If these bytes are held: their SHA-256. No others are kept.
    pub only: Option<&'a str>,
    /// Told how it goes, on the thread that puts.
    pub told: &'a dyn Fn(Told<'_>),
}

/// How far a file in the making has come. It is not verified yet, and may never be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told<'a> {
    /// It begins, or begins anew: from now on, what was at `path` before counts for nothing.
    Begins {
        /// Where it is made.
        path: &'a Path,
        /// How many bytes it will have, if the source said.
        length: Option<u64>,
    },
    /// So many bytes of it can be read.
    Here(u64),
}

/// A file that stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Relative to the store, with `/`.
    pub path: String,
    /// What the file turned out to be, with size and hash.
    pub facts: AudioFacts,
}

/// What looking at a file's bytes told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// It is what it was.
    Sound,
    /// It is not there.
    Missing,
    /// It is not what it was; what is wrong, in words.
    Damaged(String),
}

/// Why bytes were not kept. Whatever the reason, no file stands under a name that counts.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The source's stream broke.
    #[error("the source stopped giving bytes after {after}: {cause}")]
    Source {
        /// Bytes here until then.
        after: u64,
        /// What the system said.
        cause: io::Error,
    },
    /// The stream ended early or went on too long.
    #[error("expected {expected} bytes, got {got}")]
    Length {
        /// What the source announced.
        expected: u64,
        /// What arrived.
        got: u64,
    },
    /// The bytes do not go on where they should.
    #[error("the source went on at byte {from}, but {here} are here")]
    Elsewhere {
        /// Where they begin.
        from: u64,
        /// How many are here.
        here: u64,
    },
    /// Larger than allowed.
    #[error("larger than the limit of {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// The bytes are not usable audio.
    #[error("{0}")]
    Invalid(String),
    /// The bytes are sound, but not those that are held.
    #[error("the source has other audio now than what is held in a case, so it was not taken")]
    Other,
    /// The cache's disk failed.
    #[error("cannot use the audio cache at {path}: {cause}")]
    Disk {
        /// The file.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The user stopped it.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Store {
    /// The store in `root`, which is made when the first file comes.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Where the store is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The file that stands for `path`, a value that [`Store::put`] gave out.
    pub fn resolve(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Whether the file of `path` is there with `bytes` bytes.
    pub fn holds(&self, path: &str, bytes: u64) -> bool {
        fs::metadata(self.resolve(path)).is_ok_and(|meta| meta.is_file() && meta.len() == bytes)
    }

    /// The beginning of a recording's file that an earlier transfer through the same door left behind.
    pub fn begun(&self, recording: RecordingId, door: Door) -> Option<Begun> {
        Begun::read(&self.part_of(recording)).filter(|begun| begun.door == door)
    }

    /// Keeps the bytes of `recording` under a name made from its id and the format that `verify` finds; nothing a source
    /// says becomes part of a path. When this returns `Ok`, the file is complete, verified and on the disk. Of a transfer
    /// that broke, what came is left for the next one if a validator can tell whether it still fits.
    pub fn put(
        &self,
        recording: RecordingId,
        mut incoming: Incoming<'_>,
        verify: &dyn Fn(&Path) -> Result<AudioFacts, String>,
        cancel: &Cancel,
    ) -> Result<Stored, StoreError> {
        let name = recording.0.simple().to_string();
        let dir = self.root.join(&name[..2]);
        fs::create_dir_all(&dir).map_err(|cause| disk(&dir, cause))?;
        let mut part = Part::open(self.part_of(recording), &incoming)?;
        let (length, hash) = part.fill(&mut incoming, cancel)?;
        if incoming.only.is_some_and(|only| only != hash) {
            return Err(StoreError::Other);
        }
        let found = verify(part.path()).map_err(StoreError::Invalid)?;
        let extension = found.format.as_deref().filter(|f| is_plain(f)).unwrap_or("audio").to_owned();
        let path = format!("{}/{name}.{extension}", &name[..2]);
        part.publish(&self.resolve(&path))?;
        sync_dir(&dir)?;
        let facts = AudioFacts { bytes: Some(length), sha256: Some(hash), ..found };
        Ok(Stored { path, facts })
    }

    /// Looks at every byte of the file of `path`, which should have this length and hash.
    pub fn verify(&self, path: &str, bytes: u64, sha256: &str, cancel: &Cancel) -> Result<Health, StoreError> {
        let at = self.resolve(path);
        let mut file = match File::open(&at) {
            Ok(file) => file,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Health::Missing),
            Err(cause) => return Err(disk(&at, cause)),
        };
        let (mut hasher, mut length) = (Sha256::new(), 0);
        let mut buffer = vec![0; BUFFER];
        loop {
            cancel.check()?;
            match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(got) => {
                    length += got as u64;
                    hasher.update(&buffer[..got]);
                }
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Ok(Health::Damaged(format!("it cannot be read: {cause}"))),
            }
        }
        Ok(match hex(&hasher.finalize()) {
            _ if length != bytes => Health::Damaged(format!("it has {length} bytes instead of {bytes}")),
            hash if hash != sha256 => Health::Damaged("its bytes are not those that were fetched".to_owned()),
            _ => Health::Sound,
        })
    }

    /// Removes the file of `path`; that it is already gone is no error. The caller removes the row first.
    pub fn remove(&self, path: &str) -> Result<(), StoreError> {
        remove(&self.resolve(path))
    }

    fn part_of(&self, recording: RecordingId) -> PathBuf {
        let name = recording.0.simple().to_string();
        self.root.join(&name[..2]).join(format!("{name}.part"))
    }
}

const BUFFER: usize = 256 * 1024;

fn remove(file: &Path) -> Result<(), StoreError> {
    match fs::remove_file(file) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(disk(file, cause)),
        _ => Ok(()),
    }
}

/// Makes a rename durable. Windows has no way to do it and needs none.
fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    if cfg!(windows) {
        return Ok(());
    }
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(|cause| disk(dir, cause))
}

fn is_plain(extension: &str) -> bool {
    // Never the names of what is not finished.
    (1..=5).contains(&extension.len())
        && extension.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        && !matches!(extension, "part" | "json")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn disk(path: &Path, cause: io::Error) -> StoreError {
    StoreError::Disk { path: path.display().to_string(), cause }
}

#[cfg(test)]
mod tests;
