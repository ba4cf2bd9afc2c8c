use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use model::Cancel;

use super::{Problem, VerifyError, tree};
use crate::bag::{BAG_INFO, BAGIT};
use crate::manifest::is_safe;
use crate::zip::{Stored, Unreadable, ZipReader};

/// The files of a bag, wherever they lie.
pub(super) struct Container {
    /// The name of the folder or the zip file.
    pub(super) name: String,
    /// Every regular file that may be read, by its path in the bag, with its length.
    pub(super) files: BTreeMap<String, u64>,
    /// Its folders.
    pub(super) folders: BTreeSet<String>,
    /// What is wrong with the folder or the zip file, whoever made it.
    pub(super) faults: Vec<Problem>,
    /// What is wrong with a zip file if Turnstone made it.
    pub(super) foreign: Vec<Problem>,
    kind: Kind,
}

enum Kind {
    Folder(PathBuf),
    Zip(ZipReader, BTreeMap<String, usize>),
}

/// What opening a place came to.
pub(super) enum Opened {
    Container(Container),
    /// A zip file that cannot be read.
    Broken(Problem),
}

impl Container {
    pub(super) fn open(path: &Path, cancel: &Cancel) -> Result<Opened, VerifyError> {
        let read = |source| VerifyError::Read { path: path.to_owned(), source };
        let found = match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(VerifyError::Missing(path.to_owned())),
            found => found.map_err(read)?,
        };
        if found.is_dir() {
            return Ok(Opened::Container(tree::walk(path, cancel)?));
        }
        if !found.is_file() {
            return Err(VerifyError::NoBag(path.to_owned()));
        }
        match ZipReader::open(path, cancel) {
            Ok(reader) => Ok(Opened::Container(Self::zip(name_of(path), reader))),
            Err(Unreadable::Cancelled(cancelled)) => Err(cancelled.into()),
            Err(Unreadable::Io(source)) => Err(read(source)),
            Err(Unreadable::Broken(words)) if is_zip(path).map_err(read)? => {
                Ok(Opened::Broken(Problem { path: name_of(path), problem: words.to_owned() }))
            }
            Err(Unreadable::Broken(_)) => Err(VerifyError::NoBag(path.to_owned())),
        }
    }

    pub(super) fn folder(root: &Path) -> Self {
        Self::of(name_of(root), Kind::Folder(root.to_owned()))
    }

    fn of(name: String, kind: Kind) -> Self {
        Self { name, files: BTreeMap::new(), folders: BTreeSet::new(), faults: Vec::new(), foreign: Vec::new(), kind }
    }

    fn zip(name: String, reader: ZipReader) -> Self {
        let top = top_of(&reader.entries);
        let mut index = BTreeMap::new();
        let mut container = Self::of(name, Kind::Folder(PathBuf::new()));
        for (at, entry) in reader.entries.iter().enumerate() {
            match entry.name.strip_prefix(top.as_str()) {
                Some("") => {}
                Some(path) => container.take(path, entry.size, at, &mut index),
                None => container.faults.push(problem(&entry.name, "lies outside the folder of the bag")),
            }
        }
        let within = |(entry, words): &(Option<String>, String)| {
            let path =
                entry.as_ref().map_or(container.name.as_str(), |entry| entry.strip_prefix(&top).unwrap_or(entry));
            problem(path, words)
        };
        let faults: Vec<Problem> = reader.faults.iter().map(within).collect();
        container.foreign = reader.foreign.iter().map(within).collect();
        container.faults.extend(faults);
        if top.is_empty() {
            container.foreign.push(problem(&container.name, "has no folder with the bag in it"));
        }
        container.kind = Kind::Zip(reader, index);
        container
    }

    fn take(&mut self, path: &str, size: u64, at: usize, index: &mut BTreeMap<String, usize>) {
        let folder = path.strip_suffix('/');
        if !is_safe(folder.unwrap_or(path)) {
            self.faults.push(problem(path, "leads out of the bag"));
        } else if let Some(folder) = folder {
            self.folders.insert(folder.to_owned());
            if size > 0 {
                self.faults.push(problem(path, "is a folder with bytes of its own"));
            }
        } else {
            self.files.insert(path.to_owned(), size);
            index.insert(path.to_owned(), at);
        }
    }

    /// Whether anybody would take it for a bag, if only a damaged one, or one whose files cannot be read.
    pub(super) fn looks_like_a_bag(&self) -> bool {
        let of_a_bag = |path: &str| {
            let manifest = path.starts_with("manifest-") || path.starts_with("tagmanifest-");
            path == BAGIT || path == BAG_INFO || (manifest && path.ends_with(".txt"))
        };
        let unreadable = self.faults.iter().map(|fault| fault.path.rsplit('/').next().unwrap_or(&fault.path));
        self.files.keys().map(String::as_str).chain(unreadable).any(of_a_bag)
    }

    /// How many bytes the files have; a zip file may claim more than there can be.
    pub(super) fn bytes(&self) -> u64 {
        self.files.values().fold(0, |sum, bytes| sum.saturating_add(*bytes))
    }

    pub(super) fn read(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        match &self.kind {
            Kind::Folder(root) => Ok(Box::new(open_regular(&root.join(path))?)),
            Kind::Zip(reader, index) => {
                let at = index.get(path).ok_or(io::ErrorKind::NotFound)?;
                Ok(Box::new(reader.read(&reader.entries[*at])))
            }
        }
    }

    /// The checksum that the zip file has of a file.
    pub(super) fn crc(&self, path: &str) -> Option<u32> {
        match &self.kind {
            Kind::Folder(_) => None,
            Kind::Zip(reader, index) => index.get(path).map(|at| reader.entries[*at].crc),
        }
    }
}

/// The folder in a zip file that the bag is, with its slash; empty if the bag lies open in it.
fn top_of(entries: &[Stored]) -> String {
    if entries.iter().any(|entry| entry.name == BAGIT) {
        return String::new();
    }
    let tops = |name: &str| {
        entries.iter().find_map(|e| e.name.strip_suffix(name).filter(|top| top.ends_with('/')).map(str::to_owned))
    };
    let shallow = |top: &String| top.matches('/').count() == 1;
    let first = || entries.iter().find_map(|entry| entry.name.split_once('/').map(|(top, _)| format!("{top}/")));
    tops(BAGIT).filter(shallow).or_else(first).unwrap_or_default()
}

fn is_zip(path: &Path) -> io::Result<bool> {
    let mut start = Vec::new();
    File::open(path)?.take(4).read_to_end(&mut start)?;
    Ok(start.starts_with(b"PK") || path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip")))
}

fn name_of(path: &Path) -> String {
    let name = path.canonicalize().ok().and_then(|path| path.file_name().map(ToOwned::to_owned));
    name.unwrap_or_else(|| path.as_os_str().to_owned()).to_string_lossy().into_owned()
}

/// Opens a file that was regular when the folder was listed, and is now.
fn open_regular(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // Neither a link put there meanwhile nor one that waits for ever.
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.custom_flags(flags.bits().cast_signed());
    }
    let file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is not a regular file"));
    }
    Ok(file)
}

pub(super) fn problem(path: impl Into<String>, words: impl Into<String>) -> Problem {
    Problem { path: path.into(), problem: words.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zip_file_that_claims_more_than_there_can_be_is_still_counted() {
        let mut container = Container::folder(Path::new("bag"));
        container.files.extend([("data/a".to_owned(), u64::MAX), ("data/b".to_owned(), 1)]);
        assert_eq!(container.bytes(), u64::MAX);
    }
}
