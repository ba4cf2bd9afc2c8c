//! Files published whole: temporary file in the same directory → write → verify → fsync → rename → fsync directory.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use model::{AudioFacts, Cancel, Cancelled, RecordingId};
use sha2::{Digest, Sha256};

/// The directory of cached audio of one library.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

/// What the bytes must be to be kept.
#[derive(Clone, Copy, Debug)]
pub struct Expected {
    /// Exactly this many bytes, if the source said.
    pub length: Option<u64>,
    /// Never more than this many bytes.
    pub limit: u64,
}

/// A file that stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Relative to the store, with `/`.
    pub path: String,
    /// What the file turned out to be, with size and hash.
    pub facts: AudioFacts,
}

/// Why bytes were not kept. Whatever the reason, nothing of them remains.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The source's stream broke.
    #[error("the source stopped giving bytes after {after}: {cause}")]
    Source {
        /// Bytes received until then.
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
    /// Larger than allowed.
    #[error("larger than the limit of {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// The bytes are not usable audio.
    #[error("{0}")]
    Invalid(String),
    /// The cache's disk failed.
    #[error("cannot write the audio cache at {path}: {cause}")]
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

    /// Keeps the bytes of `recording` under a name made from its id and the format that `verify` finds; nothing a source
    /// says becomes part of a path. When this returns `Ok`, the file is complete, verified and on the disk.
    pub fn put(
        &self,
        recording: RecordingId,
        bytes: &mut dyn Read,
        expected: Expected,
        verify: &dyn Fn(&Path) -> Result<AudioFacts, String>,
        cancel: &Cancel,
    ) -> Result<Stored, StoreError> {
        let name = recording.0.simple().to_string();
        let dir = self.root.join(&name[..2]);
        fs::create_dir_all(&dir).map_err(|cause| disk(&dir, cause))?;
        let part = Part::create(dir.join(format!("{name}.part")))?;
        let (length, hash) = part.fill(bytes, expected, cancel)?;
        let found = verify(&part.path).map_err(StoreError::Invalid)?;
        let extension = found.format.as_deref().filter(|f| is_plain(f)).unwrap_or("audio").to_owned();
        let path = format!("{}/{name}.{extension}", &name[..2]);
        part.publish(&self.resolve(&path))?;
        sync_dir(&dir)?;
        let facts = AudioFacts { bytes: Some(length), sha256: Some(hash), ..found };
        Ok(Stored { path, facts })
    }

    /// Removes the file of `path`; that it is already gone is no error. The caller removes the row first.
    pub fn remove(&self, path: &str) -> Result<(), StoreError> {
        let file = self.resolve(path);
        match fs::remove_file(&file) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(disk(&file, cause)),
            _ => Ok(()),
        }
    }
}

/// A temporary file that is gone unless it is published.
struct Part {
    path: PathBuf,
    file: File,
}

impl Part {
    fn create(path: PathBuf) -> Result<Self, StoreError> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)
            .map_err(|cause| disk(&path, cause))?;
        Ok(Self { path, file })
    }

    /// Copies everything, hashing on the way; gives length and hash.
    fn fill(&self, bytes: &mut dyn Read, expected: Expected, cancel: &Cancel) -> Result<(u64, String), StoreError> {
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 256 * 1024];
        let mut length = 0u64;
        loop {
            cancel.check()?;
            let got = match bytes.read(&mut buffer) {
                Ok(0) => break,
                Ok(got) => got,
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
                Err(cause) => return Err(StoreError::Source { after: length, cause }),
            };
            length += got as u64;
            if length > expected.limit {
                return Err(StoreError::TooLarge { limit: expected.limit });
            }
            hasher.update(&buffer[..got]);
            (&self.file).write_all(&buffer[..got]).map_err(|cause| disk(&self.path, cause))?;
        }
        match expected.length {
            Some(announced) if announced != length => Err(StoreError::Length { expected: announced, got: length }),
            _ => Ok((length, hex(&hasher.finalize()))),
        }
    }

    fn publish(self, to: &Path) -> Result<(), StoreError> {
        self.file.sync_all().map_err(|cause| disk(&self.path, cause))?;
        fs::rename(&self.path, to).map_err(|cause| disk(to, cause))
    }
}

impl Drop for Part {
    /// After publishing there is nothing left under this name; otherwise the partial bytes go.
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
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
    (1..=5).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn disk(path: &Path, cause: io::Error) -> StoreError {
    StoreError::Disk { path: path.display().to_string(), cause }
}

#[cfg(test)]
mod tests;
