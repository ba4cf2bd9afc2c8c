use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use model::{Cancel, Cancelled};

use super::header::{self, CENTRAL, END, END_64, EXTRA_64, Entry, LIMIT_16, LIMIT_32, LOCAL, LOCATOR_64};
use crate::bag::BUFFER;

/// A longer directory is not read: some two million entries.
const LONGEST_DIRECTORY: u64 = 512 * 1024 * 1024;
/// Where the end of a zip file may lie: its comment is at most 64 KiB long.
const TAIL: u64 = 22 + 65_535;
/// Encrypted, patched, strongly encrypted, or with a hidden directory.
const REFUSED_FLAGS: u16 = 1 | 1 << 5 | 1 << 6 | 1 << 13;
/// Sizes and CRC follow the bytes.
const DESCRIPTOR: u16 = 1 << 3;
/// The type of a file in its Unix mode, and a link's.
const TYPE: u32 = 0o170_000;
const LINK: u32 = 0o120_000;

/// A zip file whose directory was read and compared with what it describes.
pub(crate) struct ZipReader {
    file: File,
    /// What can be read, in the directory's order.
    pub(crate) entries: Vec<Stored>,
    /// What is wrong, each with the entry it concerns; `None`: the zip file as a whole.
    pub(crate) faults: Vec<(Option<String>, String)>,
    /// Headers that are not what [`ZipWriter`](super::ZipWriter) would have written.
    pub(crate) foreign: Vec<(Option<String>, String)>,
}

/// An entry that can be read.
pub(crate) struct Stored {
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) crc: u32,
    data_at: u64,
}

/// Why a zip file cannot be read at all.
pub(crate) enum Unreadable {
    /// It is not one, or its end is missing.
    Broken(&'static str),
    /// The disk.
    Io(io::Error),
    /// It was cancelled.
    Cancelled(Cancelled),
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Broken(CUT),
            _ => Self::Io(error),
        }
    }
}

impl From<Cancelled> for Unreadable {
    fn from(cancelled: Cancelled) -> Self {
        Self::Cancelled(cancelled)
    }
}

const CUT: &str = "is cut off or damaged: its directory cannot be read";

/// Where the directory lies.
struct Directory {
    at: u64,
    bytes: u64,
    entries: u64,
    /// Where what ends the file begins.
    end_at: u64,
    /// The end as it is.
    end: Vec<u8>,
    /// Whether bytes follow the end, or a comment.
    trailing: bool,
}

/// An entry as the directory has it.
struct Central {
    entry: Entry,
    flags: u16,
    method: u16,
    packed: u64,
    mode: u32,
    /// As it is.
    raw: Vec<u8>,
}

impl ZipReader {
    pub(crate) fn open(path: &Path, cancel: &Cancel) -> Result<Self, Unreadable> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        let directory = find_directory(&mut file, length)?;
        let mut reader = Self { file, entries: Vec::new(), faults: Vec::new(), foreign: Vec::new() };
        if directory.trailing {
            reader.faults.push((None, "has a comment or bytes after its end".to_owned()));
        }
        let centrals = reader.read_directory(&directory, cancel)?;
        reader.check_layout(&centrals, &directory, cancel)?;
        if header::end(directory.entries, directory.at, directory.bytes) != directory.end {
            reader.foreign.push((None, "does not end as Turnstone ends a zip file".to_owned()));
        }
        Ok(reader)
    }

    /// The bytes of an entry. Several may be read by turns.
    pub(crate) fn read(&self, entry: &Stored) -> impl Read + '_ {
        Bytes { file: &self.file, at: entry.data_at, left: entry.size }
    }

    fn read_directory(&mut self, directory: &Directory, cancel: &Cancel) -> Result<Vec<Central>, Unreadable> {
        if directory.bytes > LONGEST_DIRECTORY {
            return Err(Unreadable::Broken("has a directory that is longer than any of Turnstone's"));
        }
        self.file.seek(SeekFrom::Start(directory.at))?;
        let mut bytes = Vec::new();
        (&self.file).take(directory.bytes).read_to_end(&mut bytes)?;
        let mut rest = bytes.as_slice();
        let mut centrals = Vec::new();
        let mut seen = BTreeSet::new();
        while !rest.is_empty() {
            cancel.check()?;
            let central = parse_central(&mut rest).ok_or(Unreadable::Broken(CUT))?;
            let name = &central.entry.name;
            if !seen.insert(name.clone()) {
                self.faults.push((Some(name.clone()), "is twice in the zip file".to_owned()));
            }
            if header::central(&Entry { wide: is_wide(central.entry.size), ..central.entry.clone() }) != central.raw {
                self.foreign.push((Some(name.clone()), "was entered into the zip file by another program".to_owned()));
            }
            centrals.push(central);
        }
        if centrals.len() as u64 != directory.entries {
            self.faults.push((None, "has another number of files than it says".to_owned()));
        }
        Ok(centrals)
    }

    /// Every byte belongs to one entry or to the directory, and both headers of an entry say the same.
    fn check_layout(&mut self, centrals: &[Central], directory: &Directory, cancel: &Cancel) -> Result<(), Unreadable> {
        let mut order: Vec<&Central> = centrals.iter().collect();
        order.sort_by_key(|central| central.entry.offset);
        let mut at = 0;
        let mut resync = false;
        for central in order {
            cancel.check()?;
            let name = &central.entry.name;
            if central.entry.offset < at {
                self.faults
                    .push((Some(name.clone()), "shares its bytes with another entry of the zip file".to_owned()));
                continue;
            }
            if central.entry.offset > at && !resync {
                self.faults.push((None, format!("has bytes outside its files, in front of {name}")));
            }
            match self.check_entry(central, directory.at)? {
                Ok(data_at) => (at, resync) = (data_at.saturating_add(central.packed), false),
                Err(fault) => {
                    self.faults.push((Some(name.clone()), fault.to_owned()));
                    // Where it ends is not known for sure: the next one is taken as it comes.
                    resync = true;
                    continue;
                }
            }
            if at > directory.at {
                self.faults.push((Some(name.clone()), "is cut off".to_owned()));
                at = directory.at;
            }
        }
        if (at != directory.at && !resync) || directory.at + directory.bytes != directory.end_at {
            self.faults.push((None, "has bytes outside its files, in front of its end".to_owned()));
        }
        Ok(())
    }

    /// Where the bytes of an entry begin, or what is wrong with it.
    fn check_entry(&mut self, central: &Central, limit: u64) -> Result<Result<u64, &'static str>, Unreadable> {
        let Central { entry, flags, method, packed, mode, .. } = central;
        if flags & REFUSED_FLAGS != 0 {
            return Ok(Err("is encrypted"));
        }
        if *method != 0 {
            return Ok(Err("is compressed, which a bag of Turnstone never is: unpack it and verify the folder"));
        }
        if flags & DESCRIPTOR != 0 {
            return Ok(Err("does not say its length in front: unpack it and verify the folder"));
        }
        if mode & TYPE == LINK {
            return Ok(Err("is a link, which is never followed"));
        }
        if *packed != entry.size {
            return Ok(Err("has two lengths in the zip file's directory"));
        }
        if entry.offset.saturating_add(30) > limit {
            return Ok(Err("lies outside the zip file"));
        }
        let (found, data_at) = match self.read_local(entry.offset, limit)? {
            Some(found) => found,
            None => return Ok(Err("has no header where the zip file's directory says")),
        };
        if found.name != entry.name || found.flags != *flags || found.method != *method {
            return Ok(Err("has a header that differs from the zip file's directory"));
        }
        if found.size != entry.size || found.packed != *packed || found.crc != entry.crc {
            return Ok(Err("has a header that differs from the zip file's directory"));
        }
        if header::local(&Entry { wide: is_wide(entry.size), ..entry.clone() }) != found.raw {
            let words = "has a header that another program wrote".to_owned();
            self.foreign.push((Some(entry.name.clone()), words));
        }
        self.entries.push(Stored { name: entry.name.clone(), size: entry.size, crc: entry.crc, data_at });
        Ok(Ok(data_at))
    }

    fn read_local(&mut self, at: u64, limit: u64) -> io::Result<Option<(Local, u64)>> {
        self.file.seek(SeekFrom::Start(at))?;
        let mut raw = vec![0; 30];
        self.file.read_exact(&mut raw)?;
        let (name, extra) = (usize::from(u16_at(&raw, 26)), usize::from(u16_at(&raw, 28)));
        if u32_at(&raw, 0) != LOCAL || at + (30 + name + extra) as u64 > limit {
            return Ok(None);
        }
        raw.resize(30 + name + extra, 0);
        self.file.read_exact(&mut raw[30..])?;
        let mut sizes = [u64::from(u32_at(&raw, 22)), u64::from(u32_at(&raw, 18))];
        if widen(&mut sizes, &raw[30 + name..]).is_none() {
            return Ok(None);
        }
        let local = Local {
            name: String::from_utf8_lossy(&raw[30..30 + name]).into_owned(),
            flags: u16_at(&raw, 6),
            method: u16_at(&raw, 8),
            crc: u32_at(&raw, 14),
            size: sizes[0],
            packed: sizes[1],
            raw,
        };
        let data_at = at + local.raw.len() as u64;
        Ok(Some((local, data_at)))
    }
}

/// Bytes of an entry that are still to be read; every reader of the file has a place of its own.
struct Bytes<'a> {
    file: &'a File,
    at: u64,
    left: u64,
}

impl Read for Bytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.seek(SeekFrom::Start(self.at))?;
        let read = self.file.take(self.left).read(buffer)?;
        self.at += read as u64;
        self.left -= read as u64;
        Ok(read)
    }
}

struct Local {
    name: String,
    flags: u16,
    method: u16,
    crc: u32,
    size: u64,
    packed: u64,
    raw: Vec<u8>,
}

/// Whether the writer leaves room for 64-bit sizes.
fn is_wide(size: u64) -> bool {
    size >= BUFFER as u64
}

fn find_directory(file: &mut File, length: u64) -> Result<Directory, Unreadable> {
    let tail_at = length.saturating_sub(TAIL);
    file.seek(SeekFrom::Start(tail_at))?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail)?;
    let mut starts = (0..=tail.len().saturating_sub(22)).rev();
    let found = starts.find(|at| tail.len() >= 22 && u32_at(&tail, *at) == END);
    let at = found.ok_or(Unreadable::Broken(CUT))?;
    let mut end_at = tail_at + at as u64;
    let mut end = tail[at..at + 22].to_vec();
    let trailing = tail.len() > at + 22;
    let counts = [u64::from(u16_at(&end, 8)), u64::from(u16_at(&end, 10))];
    let mut directory = [u64::from(u32_at(&end, 12)), u64::from(u32_at(&end, 16))];
    let mut entries = counts[0];
    if entries == LIMIT_16 || directory.contains(&LIMIT_32) {
        let (wide_at, mut wide) = read_end_64(file, end_at)?;
        entries = u64_at(&wide, 32);
        if u64_at(&wide, 24) != entries {
            return Err(Unreadable::Broken("lies on several disks"));
        }
        directory = [u64_at(&wide, 40), u64_at(&wide, 48)];
        wide.append(&mut end);
        (end_at, end) = (wide_at, wide);
    } else if counts[0] != counts[1] || u32_at(&end, 4) != 0 {
        return Err(Unreadable::Broken("lies on several disks"));
    }
    let [bytes, at] = directory;
    if at.checked_add(bytes).is_none_or(|after| after > end_at) {
        return Err(Unreadable::Broken(CUT));
    }
    Ok(Directory { at, bytes, entries, end_at, end, trailing })
}

/// The 64-bit end with its locator, which stand right in front of the end.
fn read_end_64(file: &mut File, end_at: u64) -> Result<(u64, Vec<u8>), Unreadable> {
    let at = end_at.checked_sub(76).ok_or(Unreadable::Broken(CUT))?;
    file.seek(SeekFrom::Start(at))?;
    let mut wide = vec![0; 76];
    file.read_exact(&mut wide)?;
    if u32_at(&wide, 0) != END_64 || u32_at(&wide, 56) != LOCATOR_64 || u64_at(&wide, 64) != at {
        return Err(Unreadable::Broken(CUT));
    }
    Ok((at, wide))
}

fn parse_central(rest: &mut &[u8]) -> Option<Central> {
    let fixed = rest.get(..46)?;
    if u32_at(fixed, 0) != CENTRAL {
        return None;
    }
    let lengths = [28, 30, 32].map(|at| usize::from(u16_at(fixed, at)));
    let raw = rest.get(..46 + lengths.iter().sum::<usize>())?.to_vec();
    *rest = &rest[raw.len()..];
    let extra = &raw[46 + lengths[0]..46 + lengths[0] + lengths[1]];
    let mut places = [24, 20, 42].map(|at| u64::from(u32_at(&raw, at)));
    widen(&mut places, extra)?;
    let entry = Entry {
        name: String::from_utf8_lossy(&raw[46..46 + lengths[0]]).into_owned(),
        size: places[0],
        crc: u32_at(&raw, 16),
        offset: places[2],
        wide: false,
    };
    let [flags, method] = [8, 10].map(|at| u16_at(&raw, at));
    Some(Central { entry, flags, method, packed: places[1], mode: u32_at(&raw, 38) >> 16, raw })
}

/// Values that did not fit into 32 bits, from the extra field; `None` if they are not there.
fn widen(values: &mut [u64], mut extra: &[u8]) -> Option<()> {
    if !values.contains(&LIMIT_32) {
        return Some(());
    }
    while extra.len() >= 4 {
        let length = usize::from(u16_at(extra, 2));
        let body = extra.get(4..4 + length)?;
        if u16_at(extra, 0) == EXTRA_64 {
            let mut wide = body.as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes));
            for value in values.iter_mut().filter(|value| **value == LIMIT_32) {
                *value = wide.next()?;
            }
            return Some(());
        }
        extra = &extra[4 + length..];
    }
    None
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
