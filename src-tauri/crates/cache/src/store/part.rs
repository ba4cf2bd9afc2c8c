//! A file that is not finished: `.part`, and beside it `.part.json`, which says how much of it is on the disk for certain
//! and how to ask for the rest. The note is written after the bytes it speaks of, so that neither a killed program nor a
//! lost power supply makes it promise too much; bytes beyond it, or a part without one, count for nothing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use model::{Cancel, Cancelled, Door};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{BUFFER, Incoming, StoreError, Told, disk, hex, remove};

/// So many new bytes are made certain at a time in a long transfer.
const CERTAIN_EVERY: u64 = 8 << 20;
/// A note is never longer.
const LONGEST_NOTE: u64 = 8 << 10;

/// The beginning of a file, left behind by a transfer that broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// How many bytes of it are here.
    pub bytes: u64,
    /// What tells this version of the file from another one.
    pub validator: String,
    /// Where they came from.
    pub door: Door,
    /// How many bytes the whole file has, if the source said.
    pub length: Option<u64>,
    sha256: String,
}

/// A file in the making. Unless it is published or kept for later, it is gone when it is dropped.
pub(super) struct Part {
    path: PathBuf,
    file: File,
    hasher: Sha256,
    /// How many bytes of it are written and hashed.
    length: u64,
    /// How to go on with it should the transfer break.
    later: Option<Later>,
    keep: bool,
}

struct Later {
    validator: String,
    door: Door,
    length: Option<u64>,
}

impl Begun {
    /// The note beside a part, if there are both.
    pub(super) fn read(part: &Path) -> Option<Self> {
        let mut text = String::new();
        File::open(note_of(part)).ok()?.take(LONGEST_NOTE).read_to_string(&mut text).ok()?;
        let note: Value = serde_json::from_str(&text).ok()?;
        let begun = Self {
            bytes: note["bytes"].as_u64().filter(|bytes| *bytes > 0)?,
            validator: note["validator"].as_str()?.to_owned(),
            door: Door::parse(note["door"].as_str()?)?,
            length: note["length"].as_u64(),
            sha256: note["sha256"].as_str()?.to_owned(),
        };
        let here = fs::metadata(part).ok().filter(fs::Metadata::is_file)?.len();
        (here >= begun.bytes).then_some(begun)
    }

    fn write(&self, part: &Path) -> Result<(), StoreError> {
        let note = json!({
            "bytes": self.bytes,
            "validator": self.validator,
            "door": self.door.as_str(),
            "length": self.length,
            "sha256": self.sha256,
        });
        let (path, fresh) = (note_of(part), part.with_extension("part.json.new"));
        let written = File::create(&fresh).and_then(|mut file| {
            file.write_all(note.to_string().as_bytes())?;
            file.sync_all()
        });
        written.and_then(|()| fs::rename(&fresh, &path)).map_err(|cause| disk(&path, cause))
    }
}

impl Part {
    /// A fresh part, or the beginning that is here if the bytes go on where it ends.
    pub(super) fn open(path: PathBuf, incoming: &Incoming<'_>) -> Result<Self, StoreError> {
        (incoming.told)(Told::Begins { path: &path, length: incoming.length });
        let begun = Begun::read(&path).filter(|_| incoming.from > 0);
        if begun.is_none() {
            remove(&note_of(&path))?;
        }
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(begun.is_none()).open(&path);
        let file = file.map_err(|cause| disk(&path, cause))?;
        let known = begun.as_ref().map(|begun| begun.validator.as_str());
        let validator = incoming.validator.or(known);
        let later = validator.map(|validator| Later {
            validator: validator.to_owned(),
            door: incoming.door,
            length: incoming.length,
        });
        // Dropping the part on an error removes it: what does not fit will not fit the next time either.
        let mut part = Self { path, file, hasher: Sha256::new(), length: 0, later, keep: false };
        if let Some(begun) = begun.as_ref().filter(|begun| Some(begun.validator.as_str()) == validator) {
            part.take_up(begun)?;
        }
        match incoming.from {
            from if from == part.length => {
                (incoming.told)(Told::Here(from));
                Ok(part)
            }
            from => Err(StoreError::Elsewhere { from, here: part.length }),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Copies everything, hashing on the way; gives length and hash of the whole file.
    pub(super) fn fill(&mut self, incoming: &mut Incoming<'_>, cancel: &Cancel) -> Result<(u64, String), StoreError> {
        let ended = self.copy(incoming, cancel).and_then(|()| match incoming.length {
            Some(expected) if expected != self.length => Err(StoreError::Length { expected, got: self.length }),
            _ => Ok((self.length, hex(&self.hasher.clone().finalize()))),
        });
        let broke = match &ended {
            Err(StoreError::Source { .. } | StoreError::Cancelled(_)) => true,
            Err(StoreError::Length { expected, got }) => got < expected,
            _ => false,
        };
        if broke {
            self.make_certain()?;
        }
        self.keep = broke && self.later.is_some() && self.length > 0;
        ended
    }

    /// The file under its own name, for good.
    pub(super) fn publish(self, to: &Path) -> Result<(), StoreError> {
        self.file.sync_all().map_err(|cause| disk(&self.path, cause))?;
        fs::rename(&self.path, to).map_err(|cause| disk(to, cause))
    }

    fn copy(&mut self, incoming: &mut Incoming<'_>, cancel: &Cancel) -> Result<(), StoreError> {
        let mut buffer = vec![0; BUFFER];
        let mut certain = self.length;
        loop {
            cancel.check()?;
            let got = match incoming.bytes.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(got) => got,
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) if cancel.is_cancelled() => return Err(Cancelled.into()),
                Err(cause) => return Err(StoreError::Source { after: self.length, cause }),
            };
            let longer = self.length + got as u64;
            if longer > incoming.limit {
                return Err(StoreError::TooLarge { limit: incoming.limit });
            }
            (&self.file).write_all(&buffer[..got]).map_err(|cause| disk(&self.path, cause))?;
            self.hasher.update(&buffer[..got]);
            self.length = longer;
            (incoming.told)(Told::Here(longer));
            if self.length - certain >= CERTAIN_EVERY {
                self.make_certain()?;
                certain = self.length;
            }
        }
    }

    /// Puts what came so far on the disk, and then a note of it, if it could be gone on with.
    fn make_certain(&self) -> Result<(), StoreError> {
        let Some(later) = self.later.as_ref().filter(|_| self.length > 0) else { return Ok(()) };
        self.file.sync_data().map_err(|cause| disk(&self.path, cause))?;
        let begun = Begun {
            bytes: self.length,
            validator: later.validator.clone(),
            door: later.door,
            length: later.length,
            sha256: hex(&self.hasher.clone().finalize()),
        };
        begun.write(&self.path)
    }

    /// Reads the bytes that are here already; if they are not what the note says, none of them count.
    fn take_up(&mut self, begun: &Begun) -> Result<(), StoreError> {
        let failed = |cause| disk(&self.path, cause);
        let mut hasher = Sha256::new();
        let mut head = (&self.file).take(begun.bytes);
        let mut buffer = vec![0; BUFFER];
        loop {
            match head.read(&mut buffer) {
                Ok(0) => break,
                Ok(got) => hasher.update(&buffer[..got]),
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(failed(cause)),
            }
        }
        if hex(&hasher.clone().finalize()) == begun.sha256 {
            self.file.set_len(begun.bytes).map_err(failed)?;
            (&self.file).seek(SeekFrom::Start(begun.bytes)).map_err(failed)?;
            (self.hasher, self.length) = (hasher, begun.bytes);
        }
        Ok(())
    }
}

impl Drop for Part {
    /// After publishing there is nothing left under this name but the note.
    fn drop(&mut self) {
        if !self.keep {
            let _ = fs::remove_file(note_of(&self.path));
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn note_of(part: &Path) -> PathBuf {
    part.with_extension("part.json")
}
