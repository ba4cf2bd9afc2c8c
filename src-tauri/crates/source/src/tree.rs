//! Lists the files of a tree that a source may be interested in.
//!
//! Links are followed only where they stay below the root and lead to something the listing would not meet by itself, so
//! that no file is listed twice and no loop is walked. Pipes, sockets and devices are never opened; hidden and temporary
//! files are passed over. What cannot be listed is said, and nothing else is kept from being listed by it.

use std::collections::HashSet;
use std::fs::{FileType, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use model::{Cancel, RejectedItem};

use crate::SourceError;
use crate::confine::encode_name;
use crate::words::{plain_path, why};

/// How deep folders may lie in one another.
const DEEPEST: usize = 64;
/// How many entries one tree may have.
const MOST_ENTRIES: u64 = 5_000_000;

/// A file that was listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Relative to the root, with `/`; see [`encode_name`].
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// Nanoseconds since 1970.
    pub modified_ns: i64,
}

/// What a tree holds.
#[derive(Debug, Default)]
pub struct Tree {
    /// The files asked for, by path.
    pub files: Vec<Found>,
    /// What could not be listed.
    pub rejected: Vec<RejectedItem>,
    /// Folders (relative, without a final `/`; empty for the root) of which not all is known.
    pub hidden: Vec<String>,
}

/// Lists the files below `root` whose name `wanted` takes.
pub fn list(root: &Path, wanted: &dyn Fn(&str) -> bool, cancel: &Cancel) -> Result<Tree, SourceError> {
    let unreachable = |cause: &dyn std::fmt::Display| {
        SourceError::Unreachable(format!(
            "the folder {} cannot be read: {cause}; is its disk connected?",
            root.display()
        ))
    };
    let real = root.canonicalize().map_err(|cause| unreachable(&why(&cause)))?;
    std::fs::read_dir(&real).map_err(|cause| unreachable(&why(&cause)))?;
    let mut listing = Listing {
        root: real.clone(),
        wanted,
        cancel,
        tree: Tree::default(),
        seen: HashSet::new(),
        linked: HashSet::new(),
        entries: 0,
    };
    let mut open = vec![Folder { place: real, path: String::new(), depth: 0 }];
    while let Some(folder) = open.pop() {
        if listing.entries >= MOST_ENTRIES {
            listing.give_up();
            break;
        }
        listing.folder(&folder, &mut open)?;
    }
    listing.tree.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(listing.tree)
}

struct Folder {
    place: PathBuf,
    path: String,
    depth: usize,
}

struct Listing<'a> {
    root: PathBuf,
    wanted: &'a dyn Fn(&str) -> bool,
    cancel: &'a Cancel,
    tree: Tree,
    /// Paths written so far that had odd bytes in them: two names must not be written alike.
    seen: HashSet<String>,
    /// Folders that were entered through a link.
    linked: HashSet<PathBuf>,
    entries: u64,
}

impl Listing<'_> {
    fn folder(&mut self, folder: &Folder, open: &mut Vec<Folder>) -> Result<(), SourceError> {
        self.cancel.check()?;
        let entries = match std::fs::read_dir(&folder.place) {
            Ok(entries) => entries,
            Err(cause) => {
                self.hide(&folder.path, &format!("the folder cannot be listed: {}", why(&cause)));
                return Ok(());
            }
        };
        for entry in entries {
            self.entries += 1;
            if self.entries.is_multiple_of(256) {
                self.cancel.check()?;
            }
            match entry.and_then(|entry| Ok((entry.file_type()?, entry))) {
                Ok((kind, entry)) => self.entry(folder, &entry, kind, open),
                Err(cause) => self.hide(&folder.path, &format!("the folder cannot be listed: {}", why(&cause))),
            }
        }
        Ok(())
    }

    fn entry(&mut self, folder: &Folder, entry: &std::fs::DirEntry, kind: FileType, open: &mut Vec<Folder>) {
        let os_name = entry.file_name();
        let name = encode_name(&os_name);
        if is_hidden(&name) {
            return;
        }
        let path = if folder.path.is_empty() { name.clone() } else { format!("{}/{name}", folder.path) };
        if name.as_bytes() != os_name.as_encoded_bytes() && !self.seen.insert(path.clone()) {
            return self.reject(&path, "another name in the folder is written the same way; rename one of them");
        }
        if kind.is_symlink() {
            self.link(folder, &name, path, entry.path(), open);
        } else if kind.is_dir() {
            self.enter(Folder { place: entry.path(), path, depth: folder.depth + 1 }, open);
        } else if kind.is_file() && (self.wanted)(&name) {
            self.file(path, entry.metadata());
        }
    }

    fn link(&mut self, folder: &Folder, name: &str, path: String, place: PathBuf, open: &mut Vec<Folder>) {
        let (target, facts) = match place.canonicalize().and_then(|target| Ok((target.metadata()?, target))) {
            Ok((facts, target)) => (target, facts),
            Err(_) if !(self.wanted)(name) => return,
            Err(cause) => return self.reject(&path, &format!("the link leads nowhere: {}", why(&cause))),
        };
        let Ok(inside) = target.strip_prefix(&self.root) else {
            if facts.is_dir() || (facts.is_file() && (self.wanted)(name)) {
                self.reject(&path, "the link leads out of the folder and was not followed");
            }
            return;
        };
        let met_anyway = inside.iter().all(|name| !is_hidden(&name.to_string_lossy()));
        if facts.is_dir() && !met_anyway && self.linked.insert(target.clone()) {
            self.enter(Folder { place: target, path, depth: folder.depth + 1 }, open);
        } else if facts.is_file() && (self.wanted)(name) && (!met_anyway || is_sidecar(name)) {
            self.file(path, Ok(facts));
        }
    }

    fn enter(&mut self, folder: Folder, open: &mut Vec<Folder>) {
        if folder.depth > DEEPEST {
            self.hide(
                &folder.path,
                &format!("folders lie more than {DEEPEST} deep in one another; this one was not opened"),
            );
        } else {
            open.push(folder);
        }
    }

    fn file(&mut self, path: String, facts: io::Result<Metadata>) {
        match facts {
            Ok(facts) => {
                self.tree.files.push(Found { path, size: facts.len(), modified_ns: modified_ns(&facts) });
            }
            // It was there a moment ago and is not any more: nothing to say.
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
            Err(cause) => {
                self.tree.hidden.push(path.clone());
                self.reject(&path, &format!("the file cannot be looked at: {}", why(&cause)));
            }
        }
    }

    fn hide(&mut self, path: &str, reason: &str) {
        self.tree.hidden.push(path.to_owned());
        self.reject(if path.is_empty() { "." } else { path }, reason);
    }

    fn reject(&mut self, path: &str, reason: &str) {
        self.tree.rejected.push(RejectedItem { item: plain_path(path), reason: reason.to_owned() });
    }

    fn give_up(&mut self) {
        self.hide("", &format!("more than {MOST_ENTRIES} files; the rest was not looked at: choose a smaller folder"));
    }
}

/// Whether a path lies in one of these folders or is one of them. An empty folder is the root.
pub fn lies_in(path: &str, folders: &[String]) -> bool {
    let below = |folder: &String| {
        folder.is_empty()
            || path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    folders.iter().any(below)
}

/// Whether a name is one that people or programs do not mean to be seen: hidden, temporary, or still being downloaded.
pub fn is_hidden(name: &str) -> bool {
    const ENDINGS: [&str; 6] = [".part", ".partial", ".tmp", ".temp", ".crdownload", ".download"];
    let lower = name.to_ascii_lowercase();
    name.starts_with('.')
        || name.starts_with("~$")
        || ENDINGS.iter().any(|ending| lower.ends_with(ending))
        || matches!(name, "__MACOSX" | "$RECYCLE.BIN" | "System Volume Information" | "@eaDir" | "node_modules")
}

/// Whether a link of this name can give what it leads to a name to be paired by.
fn is_sidecar(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [".json", ".txt", ".vtt", ".srt"].iter().any(|ending| lower.ends_with(ending))
}

fn modified_ns(facts: &Metadata) -> i64 {
    let Ok(modified) = facts.modified() else { return 0 };
    match modified.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |ns| -ns),
    }
}

#[cfg(test)]
mod tests;
