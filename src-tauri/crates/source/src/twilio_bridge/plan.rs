//! Joins what the files and the database say, and finds what changed since the last walk. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::files::{Piece, Set};
use super::inventory::{Entry, Inventory, RowStamp};
use crate::folder::naming::split;
use crate::tree::lies_in;

/// A call in the database, as far as joining needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// `Call.id`.
    pub id: String,
    /// `Call.streamSid`, if it is not empty.
    pub stream: Option<String>,
    /// When and how much there is of it.
    pub stamp: RowStamp,
    /// The names (without folders) of the files its recordings name.
    pub file_names: Vec<String>,
}

/// A call as the files and the database have it now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Joined {
    /// Its row.
    pub head: Option<Head>,
    /// Its files.
    pub pieces: Vec<Piece>,
    /// Some of its files are still being written and were left out.
    pub settling: bool,
}

/// What to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Calls that are as they were.
    pub unchanged: u64,
    /// Calls to read: natural name, the name to hand out, and the natural name before if that was another.
    pub read: Vec<Reading>,
    /// Natural names of calls that are neither in the files nor in the database any more.
    pub gone: Vec<String>,
    /// Calls that have files still being written.
    pub waiting: Vec<String>,
}

/// A call to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Its natural name.
    pub name: String,
    /// The name to hand out.
    pub remote_id: String,
    /// Its natural name before.
    pub was: Option<String>,
}

/// Joins rows and files; see the module above for how calls are named.
pub fn join(heads: Vec<Head>, sets: Vec<Set>, is_settling: &dyn Fn(&Piece) -> bool) -> BTreeMap<String, Joined> {
    let mut by_file: HashMap<&str, usize> = HashMap::new();
    let mut by_stream: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, set) in sets.iter().enumerate() {
        by_file.extend(set.pieces.iter().map(|piece| (split(&piece.file.path).1, index)));
        if let Some(stream) = &set.stream {
            by_stream.entry(stream).or_default().push(index);
        }
    }
    let mut owner: HashMap<usize, usize> = HashMap::new();
    for (index, head) in heads.iter().enumerate() {
        for set in head.file_names.iter().filter_map(|name| by_file.get(name.as_str())) {
            owner.entry(*set).or_insert(index);
        }
    }
    let with_files: HashSet<usize> = owner.values().copied().collect();
    for (index, head) in heads.iter().enumerate().filter(|(index, _)| !with_files.contains(index)) {
        let sets = head.stream.as_deref().and_then(|stream| by_stream.get(stream)).into_iter().flatten();
        if let Some(set) = sets.copied().find(|set| !owner.contains_key(set)) {
            owner.insert(set, index);
        }
    }
    let mut joined: BTreeMap<String, Joined> = BTreeMap::new();
    let mut names = Vec::with_capacity(heads.len());
    for head in heads {
        let name = free(head.stream.clone().unwrap_or_else(|| head.id.clone()), &joined);
        joined.insert(name.clone(), Joined { head: Some(head), ..Joined::default() });
        names.push(name);
    }
    for (index, set) in sets.into_iter().enumerate() {
        let name = match owner.get(&index) {
            Some(head) => names[*head].clone(),
            None => {
                let plain = set.stream.clone().unwrap_or_else(|| set.stem.clone());
                let numbered = |plain: &str| format!("{plain}_{}", set.at_ms.unwrap_or_default());
                free(if joined.contains_key(&plain) { numbered(&plain) } else { plain }, &joined)
            }
        };
        let call = joined.entry(name).or_default();
        let (settling, ready): (Vec<Piece>, Vec<Piece>) = set.pieces.into_iter().partition(|piece| is_settling(piece));
        call.settling |= !settling.is_empty();
        call.pieces.extend(ready);
    }
    joined
}

/// Compares with what was known. `row_known` is false while the database cannot be read: what was known from it stays.
/// `hidden` are folders of which not all could be listed.
pub fn compare(before: &Inventory, now: &BTreeMap<String, Joined>, row_known: bool, hidden: &[String]) -> Plan {
    let mut plan = Plan::default();
    let mut fresh = Vec::new();
    let stays = |entry: &Entry| {
        (!row_known && entry.row.is_some()) || entry.files.iter().any(|(path, ..)| lies_in(path, hidden))
    };
    for (name, call) in now {
        plan.waiting.extend(call.settling.then(|| name.clone()));
        match before.entries.get(name) {
            Some(entry) if stays(entry) || (entry.row == stamp(call) && entry.files == files(call)) => {
                plan.unchanged += 1
            }
            // Only files, and all of them still being written: it waits as it was.
            Some(_) if call.settling && call.head.is_none() && call.pieces.is_empty() => plan.unchanged += 1,
            Some(entry) => plan.read.push(Reading {
                name: name.clone(),
                remote_id: entry.remote_id.clone().unwrap_or_else(|| name.clone()),
                was: None,
            }),
            None if call.head.is_none() && call.pieces.is_empty() => {}
            None => fresh.push(name),
        }
    }
    let mut missing: BTreeMap<&str, &Entry> = BTreeMap::new();
    for (name, entry) in before.entries.iter().filter(|(name, _)| !now.contains_key(*name)) {
        if stays(entry) {
            plan.unchanged += 1;
        } else {
            missing.insert(name, entry);
        }
    }
    let mut taken: HashSet<String> =
        before.entries.iter().map(|(name, entry)| entry.remote_id.clone().unwrap_or_else(|| name.clone())).collect();
    taken.extend(before.gone.values().cloned());
    for name in fresh {
        let shares = |entry: &Entry| {
            now[name].pieces.iter().any(|piece| entry.files.iter().any(|(path, ..)| *path == piece.file.path))
        };
        let was = missing.iter().find(|(_, entry)| shares(entry)).map(|(was, _)| (*was).to_owned());
        let known = was.as_ref().and_then(|was| missing.remove(was.as_str()).map(|entry| (was, entry)));
        let remote_id = match known {
            Some((was, entry)) => entry.remote_id.clone().unwrap_or_else(|| was.clone()),
            None => before.gone.get(name).cloned().unwrap_or_else(|| free_name(name, &taken)),
        };
        taken.insert(remote_id.clone());
        plan.read.push(Reading { name: name.clone(), remote_id, was });
    }
    plan.gone = missing.into_keys().map(str::to_owned).collect();
    plan
}

/// What to remember of a call that was read.
pub fn entry(name: &str, remote_id: &str, call: &Joined) -> Entry {
    Entry { remote_id: (remote_id != name).then(|| remote_id.to_owned()), row: stamp(call), files: files(call) }
}

fn stamp(call: &Joined) -> Option<RowStamp> {
    call.head.as_ref().map(|head| head.stamp)
}

fn files(call: &Joined) -> Vec<(String, u64, i64)> {
    call.pieces.iter().map(|piece| (piece.file.path.clone(), piece.file.size, piece.file.modified_ns)).collect()
}

fn free(name: String, joined: &BTreeMap<String, Joined>) -> String {
    if !joined.contains_key(&name) {
        return name;
    }
    let mut numbered = (2u32..).map(|number| format!("{name}~{number}"));
    numbered.find(|name| !joined.contains_key(name)).unwrap_or(name)
}

fn free_name(name: &str, taken: &HashSet<String>) -> String {
    let numbered = (2u32..).map(|number| format!("{name}~{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| !taken.contains(name)).unwrap_or_else(|| name.to_owned())
}
