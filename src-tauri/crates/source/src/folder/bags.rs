//! Bags (RFC 8493) in a tree: only what is in their `data` folder is content, and of what Turnstone itself exported a
//! call is its vCon and the audio beside it. What was made from them for other programs is not read as something of its
//! own.

use std::collections::HashMap;
use std::io::Read;

use super::naming::{join, split};
use crate::shelf::Files;
use crate::tree::Found;

/// The file that makes a folder a bag, and how it begins.
const DECLARATION: &str = "bagit.txt";
const BEGINNING: &str = "BagIt-Version:";
/// The line by which a bag says that Turnstone made it.
const OURS: &str = "turnstone-export-version:";
/// A bag's facts are not read beyond this.
const LONGEST: u64 = 1 << 20;
/// What an exported call's vCon is called.
const CALL: &str = "call.vcon.json";

/// The bags of a tree, by their folder.
#[derive(Debug, Default)]
pub struct Bags {
    by_folder: HashMap<String, Bag>,
}

#[derive(Debug)]
struct Bag {
    is_ours: bool,
}

impl Bags {
    /// Finds them among listed files.
    pub fn among(files: &Files, listed: &[Found]) -> Self {
        let declared = listed.iter().filter(|found| split(&found.path).1 == DECLARATION);
        let bags = declared.filter_map(|found| {
            let begins = beginning(files, &found.path, 64)?;
            begins.trim_start_matches('\u{feff}').starts_with(BEGINNING).then(|| {
                let folder = split(&found.path).0;
                (folder.to_owned(), Bag { is_ours: is_ours(files, folder) })
            })
        });
        Self { by_folder: bags.collect() }
    }

    /// How many there are, and how many of them Turnstone made.
    pub fn count(&self) -> (usize, usize) {
        (self.by_folder.len(), self.by_folder.values().filter(|bag| bag.is_ours).count())
    }

    /// Whether a file is content: in no bag, or in the `data` of every bag it is in.
    pub fn is_content(&self, path: &str) -> bool {
        self.around(path).all(|(_, rest)| rest.starts_with("data/"))
    }

    /// Whether a file is in a bag that Turnstone made.
    pub fn is_exported(&self, path: &str) -> bool {
        self.around(path).any(|(bag, _)| bag.is_ours)
    }

    /// The bags that a path is in, with the rest of the path.
    fn around<'a>(&'a self, path: &'a str) -> impl Iterator<Item = (&'a Bag, &'a str)> {
        let ends = path.match_indices('/').map(|(at, _)| (&path[..at], &path[at + 1..]));
        std::iter::once(("", path)).chain(ends).filter_map(|(folder, rest)| Some((self.by_folder.get(folder)?, rest)))
    }
}

/// Whether a file has the name of an exported call's vCon.
pub fn is_call(path: &str) -> bool {
    split(path).1 == CALL
}

/// The vCon of the exported call that a file would lie beside.
pub fn call_beside(path: &str) -> String {
    join(split(path).0, CALL)
}

/// Whether a file beside an exported call's vCon has the name of what is made from the call for other programs.
pub fn is_derived(path: &str) -> bool {
    let name = split(path).1;
    matches!(name, "transcript.vtt" | "transcript.srt" | "transcript.txt") || name.starts_with("listening-")
}

/// Whether a file beside an exported call's vCon has the name of the call's audio.
pub fn is_audio(path: &str) -> bool {
    split(path).1.starts_with("audio-")
}

fn is_ours(files: &Files, folder: &str) -> bool {
    let info = beginning(files, &join(folder, "bag-info.txt"), LONGEST).unwrap_or_default();
    info.lines().any(|line| line.get(..OURS.len()).is_some_and(|label| label.eq_ignore_ascii_case(OURS)))
}

fn beginning(files: &Files, path: &str, most: u64) -> Option<String> {
    let mut bytes = Vec::new();
    files.open(path).ok()?.0.take(most).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
