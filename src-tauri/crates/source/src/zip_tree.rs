//! A zip as a read-only tree of files.
//!
//! Its directory is read once and kept; each file is then streamed from where it begins, with its checksum looked at on
//! the way. Nothing in a zip is trusted: names that lead elsewhere, links, locked entries, entries that share bytes with
//! others and entries that claim to unpack to more than can be are refused by name, and the rest goes on.
//!
//! Deliberately absent: seeking within an entry, methods of packing other than none and deflate, several volumes.

use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use flate2::Crc;
use flate2::read::DeflateDecoder;
use jiff::civil;
use jiff::tz::TimeZone;
use model::{Cancel, RejectedItem};
use zip::{CompressionMethod, ZipArchive};

use crate::SourceError;
use crate::tree::{Found, Tree, is_hidden};
use crate::words::{plain_path, why};

/// How many entries a zip may have.
const MOST_ENTRIES: usize = 1_000_000;
/// How much of a zip is read at most to know what is in it.
const LARGEST_DIRECTORY: u64 = 512 << 20;
/// Deflate cannot pack tighter than this…
const TIGHTEST: u64 = 1_032;
/// …and what packs tighter than this and is large when unpacked is made to fill memory.
const SUSPICIOUS: u64 = 200;
const LARGE: u64 = 16 << 20;

/// What tells one state of a zip from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    bytes: u64,
    modified: Option<SystemTime>,
}

impl Version {
    /// That of the file with these facts.
    pub fn of(facts: &Metadata) -> Self {
        Self { bytes: facts.len(), modified: facts.modified().ok() }
    }
}

/// The files in a zip.
#[derive(Debug)]
pub struct ZipTree {
    place: PathBuf,
    version: Version,
    entries: BTreeMap<String, Entry>,
    rejected: Vec<RejectedItem>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    begins: u64,
    packed: u64,
    size: u64,
    crc: u32,
    is_deflated: bool,
    modified_ns: i64,
}

impl ZipTree {
    /// Reads what is in the zip at `place`. Reads no content.
    pub fn read(place: &Path, cancel: &Cancel) -> Result<Self, SourceError> {
        let unreadable = |why: String| SourceError::Unreachable(format!("{}: {why}", place.display()));
        let file = File::open(place).map_err(|cause| unreadable(why(&cause)))?;
        let facts = file.metadata().map_err(|cause| unreadable(why(&cause)))?;
        let mut archive = ZipArchive::new(Frugal { file, left: LARGEST_DIRECTORY }).map_err(|cause| {
            let cause = cause.to_string();
            unreadable(format!(
                "it is no folder and no whole zip ({cause}); if it is still being copied, wait, else copy it again. \
                 What is known from it stays"
            ))
        })?;
        if archive.len() > MOST_ENTRIES {
            return Err(unreadable(format!("it has more than {MOST_ENTRIES} entries; unpack it and add the folder")));
        }
        let mut tree = Self {
            place: place.to_owned(),
            version: Version::of(&facts),
            entries: BTreeMap::new(),
            rejected: Vec::new(),
        };
        for index in 0..archive.len() {
            if index.is_multiple_of(256) {
                cancel.check()?;
            }
            let name = archive.name_for_index(index).and_then(Result::ok).map(String::from);
            let name = name.unwrap_or_else(|| format!("entry {index}"));
            match archive.by_index_raw(index) {
                Ok(file) if file.is_dir() || name.split('/').any(is_passed_over) => {}
                Ok(file) => match entry(&name, &file, facts.len()) {
                    Ok(entry) => drop(tree.entries.insert(name, entry)),
                    Err(reason) => tree.reject(&name, reason),
                },
                Err(cause) => tree.reject(&name, &format!("the zip is damaged here: {cause}")),
            }
        }
        tree.refuse_shared_bytes();
        Ok(tree)
    }

    /// The state of the file that this was read from.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The files whose name `wanted` takes.
    pub fn list(&self, wanted: &dyn Fn(&str) -> bool) -> Tree {
        let is_wanted = |path: &str| wanted(path.rsplit('/').next().unwrap_or(path));
        let found = |(path, entry): (&String, &Entry)| Found {
            path: path.clone(),
            size: entry.size,
            modified_ns: entry.modified_ns,
        };
        let rejected: Vec<RejectedItem> = self.rejected.iter().filter(|item| is_wanted(&item.item)).cloned().collect();
        Tree {
            files: self.entries.iter().filter(|(path, _)| is_wanted(path)).map(found).collect(),
            hidden: rejected.iter().map(|item| item.item.clone()).collect(),
            rejected,
        }
    }

    /// Whether there is a file of this name.
    pub fn has(&self, path: &str) -> bool {
        self.entries.contains_key(path)
    }

    /// The length of a file, and what stands for its content.
    pub fn sum(&self, path: &str) -> io::Result<(u64, Vec<u8>)> {
        let entry = self.entry(path)?;
        Ok((entry.size, [b"crc32".as_slice(), &entry.crc.to_le_bytes()].concat()))
    }

    /// A file's bytes from the beginning, and how many there are. What does not fit its checksum ends in
    /// [`io::ErrorKind::InvalidData`].
    pub fn open(&self, path: &str) -> io::Result<(Box<dyn Read + Send>, u64)> {
        let entry = *self.entry(path)?;
        let mut file = File::open(&self.place)?;
        if Version::of(&file.metadata()?) != self.version {
            return Err(io::Error::other("the zip was changed meanwhile; synchronise its source again"));
        }
        file.seek(SeekFrom::Start(entry.begins))?;
        let packed = io::BufReader::with_capacity(1 << 16, file).take(entry.packed);
        let bytes: Box<dyn Read + Send> =
            if entry.is_deflated { Box::new(DeflateDecoder::new(packed)) } else { Box::new(packed) };
        Ok((Box::new(Checked { bytes, left: entry.size, crc: Crc::new(), expected: entry.crc }), entry.size))
    }

    fn entry(&self, path: &str) -> io::Result<&Entry> {
        self.entries.get(path).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn reject(&mut self, name: &str, reason: &str) {
        self.rejected.push(RejectedItem { item: plain_path(name), reason: reason.to_owned() });
    }

    /// Entries over the same bytes are how a small zip is made to unpack without end.
    fn refuse_shared_bytes(&mut self) {
        let mut spans: Vec<(u64, u64, String)> =
            self.entries.iter().map(|(name, entry)| (entry.begins, entry.packed, name.clone())).collect();
        spans.sort();
        let mut end = 0;
        for (begins, packed, name) in spans {
            if begins < end {
                self.entries.remove(&name);
                self.reject(&name, "it shares its bytes with another entry of the zip and was not opened");
            }
            end = end.max(begins + packed);
        }
    }
}

/// What is needed to read an entry, or why it is refused.
fn entry<R: Read>(name: &str, file: &zip::read::ZipFile<'_, R>, zip_bytes: u64) -> Result<Entry, &'static str> {
    if name.is_empty() || name.contains(['\\', '\0']) || name.split('/').any(is_no_name) {
        return Err("its name leads out of the zip, or is none; it was not opened");
    }
    if file.is_symlink() {
        return Err("links in a zip are not followed");
    }
    if file.encrypted() {
        return Err("it is locked with a password; unpack the zip and add the folder");
    }
    let is_deflated = match file.compression() {
        CompressionMethod::Stored => false,
        CompressionMethod::DEFLATE => true,
        _ => return Err("it is packed in a way that is not read here; unpack the zip and add the folder"),
    };
    let (packed, size) = (file.compressed_size(), file.size());
    let begins = file.data_start().ok_or("the zip does not say where it begins")?;
    if begins.checked_add(packed).is_none_or(|end| end > zip_bytes) || (!is_deflated && packed != size) {
        return Err("the zip is damaged here: it ends before this file does");
    }
    if size > packed.saturating_mul(TIGHTEST).saturating_add(64) || (size > LARGE && size / SUSPICIOUS > packed) {
        return Err("it would unpack to far more than it can hold and was not opened");
    }
    Ok(Entry { begins, packed, size, crc: file.crc32(), is_deflated, modified_ns: modified_ns(file) })
}

/// Whether a part of a name leads elsewhere or is none.
fn is_no_name(part: &str) -> bool {
    let has_drive = matches!(part.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    has_drive || matches!(part, "" | "." | "..")
}

fn is_passed_over(part: &str) -> bool {
    !is_no_name(part) && is_hidden(part)
}

/// The moment an entry names, to the second, in UTC; below the second its checksum, so that two states of a file that
/// were written in one moment differ.
fn modified_ns<R: Read>(file: &zip::read::ZipFile<'_, R>) -> i64 {
    let second = file.last_modified().and_then(|at| {
        let part = |number: u8| i8::try_from(number).ok();
        let civil = civil::DateTime::new(
            i16::try_from(at.year()).ok()?,
            part(at.month())?,
            part(at.day())?,
            part(at.hour())?,
            part(at.minute())?,
            part(at.second())?.min(59),
            0,
        );
        Some(civil.ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
    });
    second.unwrap_or(0).saturating_mul(1_000_000_000) + i64::from(file.crc32() % 1_000_000_000)
}

/// Reads no more than it may, so that a zip cannot make us read a directory without end.
struct Frugal {
    file: File,
    left: u64,
}

impl Read for Frugal {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        let left = self.left.checked_sub(read as u64);
        self.left = left.ok_or_else(|| io::Error::other("its directory is larger than is read here"))?;
        Ok(read)
    }
}

impl Seek for Frugal {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// Ends where the entry says it ends, and only if its checksum fits.
struct Checked {
    bytes: Box<dyn Read + Send>,
    left: u64,
    crc: Crc,
    expected: u32,
}

impl Read for Checked {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let damaged = |why| io::Error::new(io::ErrorKind::InvalidData, why);
        if into.is_empty() {
            return Ok(0);
        }
        if self.left == 0 {
            let fits = self.crc.sum() == self.expected;
            return if fits { Ok(0) } else { Err(damaged("the zip is damaged here: its checksum differs")) };
        }
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(into.len());
        let read = self.bytes.read(&mut into[..room])?;
        if read == 0 {
            return Err(damaged("the zip is damaged here: it ends before this file does"));
        }
        self.crc.update(&into[..read]);
        self.left -= read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod written;
