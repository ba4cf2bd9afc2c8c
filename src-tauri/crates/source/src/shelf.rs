//! Where a source's files lie: a directory, or a zip that stands for one. Both are listed and read by the same few
//! operations, so that nothing above needs to know which it is.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use model::{Cancel, Outcome};

use crate::confine::{Root, listed};
use crate::tree::{self, Tree};
use crate::words::{plain_path, why};
use crate::zip_tree::{Version, ZipTree};
use crate::{Audio, AudioError, SourceError, file_audio};

/// A path that a user chose. What stands there is looked at anew each time; of a zip its list of entries is kept until
/// the file changes.
#[derive(Debug)]
pub struct Shelf {
    root: Root,
    zip: Mutex<Option<Arc<ZipTree>>>,
}

/// What stands there now.
#[derive(Clone, Debug)]
pub enum Files {
    /// A directory and its real place; also where nothing is, which listing it says.
    Directory {
        /// Nothing leaves it.
        root: Root,
        /// Its real place on disk.
        real: PathBuf,
    },
    /// A zip.
    Zip(Arc<ZipTree>),
}

impl Shelf {
    /// A shelf at `path`, which need not be there yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { root: Root::new(path), zip: Mutex::new(None) }
    }

    /// The path as the user wrote it.
    pub fn path(&self) -> &Path {
        self.root.path()
    }

    /// What stands there now. A file that is no zip, or a damaged one, is [`SourceError::Unreachable`].
    pub fn open(&self, cancel: &Cancel) -> Result<Files, SourceError> {
        let path = self.root.path();
        match path.metadata() {
            Ok(facts) if facts.is_file() => self.zip(&Version::of(&facts), cancel).map(Files::Zip),
            _ => {
                let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
                Ok(Files::Directory { root: self.root.clone(), real })
            }
        }
    }

    /// What stands there now, for reading one recording.
    pub fn open_for_audio(&self, cancel: &Cancel) -> Result<Files, AudioError> {
        self.open(cancel).map_err(|cause| match cause {
            SourceError::Cancelled(_) => AudioError::new(Outcome::Cancelled, cause.to_string()),
            // It may be put right: that says nothing about the recording.
            cause => AudioError::new(Outcome::Network, cause.to_string()),
        })
    }

    fn zip(&self, version: &Version, cancel: &Cancel) -> Result<Arc<ZipTree>, SourceError> {
        let mut known = self.zip.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tree) = known.as_ref().filter(|tree| tree.version() == version) {
            return Ok(Arc::clone(tree));
        }
        let tree = Arc::new(ZipTree::read(self.root.path(), cancel)?);
        *known = Some(Arc::clone(&tree));
        Ok(tree)
    }
}

impl Files {
    /// The files below a directory whose real place this is.
    pub fn below(real: &Path) -> Self {
        Self::Directory { root: Root::new(real), real: real.to_owned() }
    }

    /// Lists the files whose name `wanted` takes.
    pub fn list(&self, wanted: &dyn Fn(&str) -> bool, cancel: &Cancel) -> Result<Tree, SourceError> {
        match self {
            Self::Directory { root, .. } => tree::list(root.path(), wanted, cancel),
            Self::Zip(zip) => Ok(zip.list(wanted)),
        }
    }

    /// Opens a listed file; gives also its length in bytes.
    pub fn open(&self, path: &str) -> io::Result<(Box<dyn Read + Send>, u64)> {
        match self {
            Self::Directory { real, .. } => {
                let file = File::open(listed(real, path))?;
                let length = file.metadata()?.len();
                Ok((Box::new(file), length))
            }
            Self::Zip(zip) => zip.open(path),
        }
    }

    /// Both ends of a listed file, `end` bytes at most of each, and its length. Of a file in a zip, which cannot be read
    /// from behind, its length and checksum stand for its content.
    pub fn ends(&self, path: &str, end: u64) -> io::Result<(u64, Vec<u8>)> {
        match self {
            Self::Directory { real, .. } => ends_of(&listed(real, path), end),
            Self::Zip(zip) => zip.sum(path),
        }
    }

    /// A recording by a path that nobody vouches for.
    pub fn audio(&self, path: &str) -> Result<Audio, AudioError> {
        match self {
            Self::Directory { root, .. } => file_audio::open(root, path),
            Self::Zip(zip) => {
                let (bytes, length) = zip.open(path).map_err(|cause| unread(path, &cause))?;
                Ok(Audio { bytes, from: 0, length: Some(length), validator: None })
            }
        }
    }

    /// Whether a path that nobody vouches for is that of a file here.
    pub fn confine(&self, path: &str) -> Result<(), AudioError> {
        match self {
            Self::Directory { root, .. } => {
                let place = root.resolve(path).map_err(|cause| file_audio::refused(path, &cause))?;
                let is_file = place.is_file();
                is_file
                    .then_some(())
                    .ok_or_else(|| AudioError::new(Outcome::Invalid, format!("{} is no file", plain_path(path))))
            }
            Self::Zip(zip) if zip.has(path) => Ok(()),
            Self::Zip(_) => Err(AudioError::new(Outcome::NotFound, format!("{}: it is not there", plain_path(path)))),
        }
    }
}

fn ends_of(path: &Path, end: u64) -> io::Result<(u64, Vec<u8>)> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut bytes = Vec::new();
    (&mut file).take(end).read_to_end(&mut bytes)?;
    if length > end {
        file.seek(SeekFrom::Start(length.saturating_sub(end).max(end)))?;
        file.take(end).read_to_end(&mut bytes)?;
    }
    Ok((length, bytes))
}

fn unread(path: &str, cause: &io::Error) -> AudioError {
    let outcome = match cause.kind() {
        io::ErrorKind::NotFound => Outcome::NotFound,
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => Outcome::Invalid,
        io::ErrorKind::PermissionDenied => Outcome::Denied,
        _ => Outcome::Network,
    };
    AudioError::new(outcome, format!("{}: {}", plain_path(path), why(cause)))
}
