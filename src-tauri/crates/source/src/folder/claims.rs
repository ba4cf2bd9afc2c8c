//! Which files in the tree a vCon names as its own, so that they do not become calls of their own.

use std::collections::{BTreeMap, HashMap, HashSet};

use model::Cancel;

use super::bags::{self, Bags};
use super::content::read_whole;
use super::inventory::{Inventory, Stamp};
use super::naming::{Part, ending, join, part, split};
use super::pairing::{Group, Member, pair};
use crate::shelf::Files;
use crate::transcript_format;
use crate::vcon::{self, Media, VCon, VConRecording};

/// The recordings in a tree by their names, and what lies beside the vCons of exported calls.
#[derive(Debug, Default)]
pub struct Names {
    audio: HashSet<String>,
    by_name: HashMap<String, Vec<String>>,
    /// By the vCon of an exported call what has the name of its audio, or of something made from it.
    beside: HashMap<String, Vec<String>>,
    /// By vCon what it names.
    named: HashMap<String, Vec<String>>,
}

/// Path of a file → path of the vCon that names it.
pub type Claims = BTreeMap<String, String>;

impl Names {
    /// The names of these files.
    pub fn of(members: &[Member]) -> Self {
        let mut names = Self::default();
        let calls = members.iter().map(|member| &member.file.path).filter(|path| bags::is_call(path));
        names.beside = calls.map(|path| (path.clone(), Vec::new())).collect();
        for Member { part, file, .. } in members {
            if *part == Part::Audio {
                names.audio.insert(file.path.clone());
                names.by_name.entry(split(&file.path).1.to_owned()).or_default().push(file.path.clone());
            }
            let is_export = bags::is_derived(&file.path) || bags::is_audio(&file.path);
            if is_export && let Some(beside) = names.beside.get_mut(&bags::call_beside(&file.path)) {
                beside.push(file.path.clone());
            }
        }
        names
    }

    /// The recording in the tree that a dialog of the vCon at `vcon_path` refers to: the one of that name in the vCon's
    /// own folder, else the only one of that name anywhere.
    pub fn local(&self, vcon_path: &str, recording: &VConRecording) -> Option<&str> {
        let name = match &recording.media {
            Media::Referenced { url, .. } => recording.file_name.as_deref().or_else(|| url.split(['?', '#']).next()),
            Media::Missing => recording.file_name.as_deref(),
            Media::Inline { .. } | Media::Unreadable { .. } => None,
        };
        let name = name?.rsplit(['/', '\\']).next()?;
        let only = || match self.by_name.get(name)?.as_slice() {
            [path] => Some(path),
            _ => None,
        };
        self.audio.get(&join(split(vcon_path).0, name)).or_else(only).map(String::as_str)
    }

    /// The files that vCons in this group name.
    pub fn claimed_by(&self, group: &Group) -> Vec<String> {
        group.files.iter().filter_map(|member| self.named.get(&member.file.path)).flatten().cloned().collect()
    }

    /// What was made from the exported call of this vCon, and what else it names.
    fn of_vcon(&self, path: &str, vcon: &VCon) -> Vec<String> {
        let derived = self.beside.get(path).filter(|_| vcon.original.is_some()).into_iter().flatten();
        let derived = derived.filter(|path| bags::is_derived(path)).cloned();
        let local = vcon.recordings.iter().filter_map(|recording| self.local(path, recording)).map(str::to_owned);
        derived.chain(local).collect()
    }
}

/// Looks into new and changed vCons for the files they name; of the others the inventory knows it. In a bag that Turnstone
/// made their names say it.
pub fn find(
    files: &Files,
    members: &[Member],
    names: &mut Names,
    bags: &Bags,
    before: &Inventory,
    cancel: &Cancel,
) -> Result<Claims, model::Cancelled> {
    if names.by_name.is_empty() && names.beside.is_empty() {
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
    let here: HashSet<&str> = members.iter().map(|member| member.file.path.as_str()).collect();
    let mut claims = Claims::new();
    for member in candidates {
        cancel.check()?;
        let file = &member.file;
        let named = match known.get(file.path.as_str()) {
            _ if bags::is_call(&file.path) && bags.is_exported(&file.path) => {
                names.beside.get(&file.path).cloned().unwrap_or_default()
            }
            Some((stamp, claims)) if stamp.size == file.size && stamp.modified_ns == file.modified_ns => {
                claims.to_vec()
            }
            _ => peek(files, &file.path, cancel).map(|vcon| names.of_vcon(&file.path, &vcon)).unwrap_or_default(),
        };
        for path in named.into_iter().filter(|path| here.contains(path.as_str())) {
            claims.entry(path).or_insert_with(|| file.path.clone());
        }
    }
    for (path, vcon) in &claims {
        names.named.entry(vcon.clone()).or_default().push(path.clone());
    }
    Ok(claims)
}

/// Takes out what was made from exported calls.
pub fn without_derived(members: Vec<Member>, claims: &Claims) -> Vec<Member> {
    let is_derived =
        |path: &String| bags::is_derived(path) && claims.get(path).is_some_and(|vcon| *vcon == bags::call_beside(path));
    members.into_iter().filter(|member| !is_derived(&member.file.path)).collect()
}

/// The vCon in a file, if it is one; parsed only if it has a vCon's words in it.
fn peek(files: &Files, path: &str, cancel: &Cancel) -> Option<VCon> {
    let limit = if part(split(path).1) == Some(Part::VCon) { vcon::MAX_BYTES } else { transcript_format::MAX_BYTES };
    let bytes = read_whole(files, path, limit, cancel).ok()?;
    let has = |word: &str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
    let is_likely = has("\"dialog\"") || (has("\"payload\"") && has("\"signatures\""));
    is_likely.then(|| vcon::read_vcon(&bytes).ok())?
}
