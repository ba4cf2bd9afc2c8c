//! Which recordings in the tree a vCon names as its own, so that they do not become calls of their own.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use model::Cancel;

use super::content::read_whole;
use super::inventory::{Inventory, Stamp};
use super::naming::{Part, ending, split};
use super::pairing::{Group, Member, pair};
use crate::confine::listed;
use crate::transcript_format;
use crate::vcon::{self, Media, VCon, VConRecording};

/// The recordings in a tree by their names.
#[derive(Debug, Default)]
pub struct Names {
    by_name: HashMap<String, Vec<String>>,
    owner: BTreeMap<String, String>,
}

/// Path of a recording → path of the vCon that names it.
pub type Claims = BTreeMap<String, String>;

impl Names {
    /// The recordings among these files.
    pub fn of(members: &[Member]) -> Self {
        let mut by_name: HashMap<String, Vec<String>> = HashMap::new();
        for member in members.iter().filter(|member| member.part == Part::Audio) {
            by_name.entry(split(&member.file.path).1.to_owned()).or_default().push(member.file.path.clone());
        }
        Self { by_name, owner: BTreeMap::new() }
    }

    /// The recording in the tree that a dialog of the vCon at `vcon_path` refers to: the one of that name in the vCon's
    /// own folder, else the only one of that name anywhere.
    pub fn local(&self, vcon_path: &str, recording: &VConRecording) -> Option<&str> {
        let name = match &recording.media {
            Media::Referenced { url, .. } => recording.file_name.as_deref().or_else(|| url.split(['?', '#']).next()),
            Media::Missing => recording.file_name.as_deref(),
            Media::Inline(_) | Media::Unreadable { .. } => None,
        };
        let name = name?.rsplit(['/', '\\']).next()?;
        let paths = self.by_name.get(name)?;
        let beside = paths.iter().find(|path| split(path).0 == split(vcon_path).0);
        let only = if let [path] = paths.as_slice() { Some(path) } else { None };
        beside.or(only).map(String::as_str)
    }

    /// The recordings that vCons in this group name.
    pub fn claimed_by(&self, group: &Group) -> Vec<String> {
        let is_here = |vcon: &str| group.files.iter().any(|member| member.file.path == vcon);
        self.owner.iter().filter(|(_, vcon)| is_here(vcon)).map(|(audio, _)| audio.clone()).collect()
    }
}

/// Looks into new and changed vCons for the recordings they name; of the others the inventory knows it.
pub fn find(
    root: &Path,
    members: &[Member],
    names: &mut Names,
    before: &Inventory,
    cancel: &Cancel,
) -> Result<Claims, model::Cancelled> {
    if names.by_name.is_empty() {
        return Ok(Claims::new());
    }
    let mut known: HashMap<&str, (&Stamp, &[String])> = HashMap::new();
    for entry in before.entries.values() {
        known.extend(entry.files.iter().map(|stamp| (stamp.path.as_str(), (stamp, entry.claims.as_slice()))));
    }
    let groups = pair(members, &Claims::new());
    let candidates = groups.values().flat_map(|group| {
        let alone = group.files.iter().all(|member| member.part == Part::Sidecar);
        group.files.iter().filter(move |member| match member.part {
            Part::Audio => false,
            Part::VCon => true,
            Part::Sidecar => alone && ending(&member.file.path).as_deref() == Some("json"),
        })
    });
    let mut claims = Claims::new();
    for member in candidates {
        cancel.check()?;
        let file = &member.file;
        let named = match known.get(file.path.as_str()) {
            Some((stamp, claims)) if stamp.size == file.size && stamp.modified_ns == file.modified_ns => {
                claims.to_vec()
            }
            _ => named_in(&listed(root, &file.path), &file.path, names, cancel),
        };
        for audio in named {
            claims.entry(audio).or_insert_with(|| file.path.clone());
        }
    }
    claims.retain(|audio, _| names.by_name.get(split(audio).1).is_some_and(|paths| paths.contains(audio)));
    names.owner.clone_from(&claims);
    Ok(claims)
}

fn named_in(place: &Path, path: &str, names: &Names, cancel: &Cancel) -> Vec<String> {
    let Some(vcon) = peek(place, cancel) else { return Vec::new() };
    vcon.recordings.iter().filter_map(|recording| names.local(path, recording)).map(str::to_owned).collect()
}

/// The vCon in a file, if it is one; parsed only if it has a vCon's words in it.
fn peek(place: &Path, cancel: &Cancel) -> Option<VCon> {
    let bytes = read_whole(place, transcript_format::MAX_BYTES, cancel).ok()?;
    let has = |word: &str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
    (has("\"dialog\"") || (has("\"payload\"") && has("\"signatures\""))).then(|| vcon::read_vcon(&bytes).ok())?
}
