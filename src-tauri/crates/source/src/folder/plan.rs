//! What a walk has to do: the inventory from before compared with the groups that are there now. Pure, but for the
//! fingerprints it asks for.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::inventory::{Entry, Inventory, Stamp, stamps};
use super::naming::split;
use super::pairing::Group;
use crate::tree::lies_in;

/// What to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Calls that are as they were.
    pub unchanged: u64,
    /// Groups to read.
    pub read: Vec<Reading>,
    /// Keys of entries whose files are no longer there.
    pub gone: Vec<String>,
    /// Keys of groups that are still being written and wait for a later walk.
    pub waiting: Vec<String>,
}

/// A group to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Where it is now.
    pub key: String,
    /// The call's name: the one it had, wherever its files were then.
    pub remote_id: String,
    /// The key it had before, if its files were renamed or moved.
    pub was: Option<String>,
}

/// Compares. `hidden` are folders of which not all could be listed: what was known in them is not gone. `fingerprint` is
/// asked only about files that may be renamed ones.
pub fn plan(
    before: &Inventory,
    now: &BTreeMap<String, Group>,
    hidden: &[String],
    fingerprint: &mut dyn FnMut(&str) -> Option<String>,
) -> Plan {
    let mut plan = Plan::default();
    let mut fresh: Vec<&str> = Vec::new();
    let settling = Settling::of(now);
    for (key, group) in now {
        let known = before.entries.get(key);
        if group.files.iter().any(|member| member.settling) {
            plan.waiting.push(key.clone());
            plan.unchanged += u64::from(known.is_some_and(|entry| entry.is_call));
        } else if let Some(entry) = known {
            if entry.files == stamps(group) || is_hidden(entry, hidden) {
                plan.unchanged += u64::from(entry.is_call);
            } else {
                plan.read.push(Reading { key: key.clone(), remote_id: entry.remote_id.clone(), was: None });
            }
        } else {
            fresh.push(key);
        }
    }
    let mut missing: BTreeMap<&str, &Entry> = BTreeMap::new();
    for (key, entry) in before.entries.iter().filter(|(key, _)| !now.contains_key(*key)) {
        if is_hidden(entry, hidden) || settling.may_be(entry) {
            plan.unchanged += u64::from(entry.is_call);
        } else {
            missing.insert(key, entry);
        }
    }
    wake_copies(before, now, &missing, &mut plan);
    let mut moved = moved(&fresh, now, &mut missing, fingerprint);
    let known = before.entries.values().map(|entry| &entry.remote_id);
    let mut taken: HashSet<String> = known.chain(before.gone.values()).cloned().collect();
    for key in fresh {
        let was = moved.remove(key);
        let moved_here = was.and_then(|was| before.entries.get(was)).map(|entry| &entry.remote_id);
        let remote_id = match moved_here.or_else(|| before.gone.get(key)) {
            Some(name) => name.clone(),
            None => free_name(key, &mut taken),
        };
        plan.read.push(Reading { key: key.to_owned(), remote_id, was: was.map(str::to_owned) });
    }
    plan.read.sort_by(|a, b| a.key.cmp(&b.key));
    plan.gone = missing.into_keys().map(str::to_owned).collect();
    plan
}

/// A call whose files are gone may be there a second time, from another export: that is read then.
fn wake_copies(before: &Inventory, now: &BTreeMap<String, Group>, missing: &BTreeMap<&str, &Entry>, plan: &mut Plan) {
    let gone: HashSet<&str> =
        missing.values().filter(|entry| entry.is_call).map(|entry| entry.remote_id.as_str()).collect();
    for (key, entry) in &before.entries {
        let is_copy = !entry.is_call && entry.remote_id != *key && gone.contains(entry.remote_id.as_str());
        let is_read = || plan.waiting.contains(key) || plan.read.iter().any(|reading| reading.key == *key);
        if is_copy && now.contains_key(key) && !is_read() {
            plan.read.push(Reading { key: key.clone(), remote_id: entry.remote_id.clone(), was: None });
        }
    }
}

/// Finds for new groups the missing ones they were, and takes those out of `missing`: by a file that now counts to
/// another group, by content under the same name, by content alone.
fn moved<'a>(
    fresh: &[&'a str],
    now: &BTreeMap<String, Group>,
    missing: &mut BTreeMap<&'a str, &'a Entry>,
    fingerprint: &mut dyn FnMut(&str) -> Option<String>,
) -> HashMap<&'a str, &'a str> {
    let mut moved = HashMap::new();
    let mut by_path: HashMap<&str, &str> = HashMap::new();
    let mut by_content: HashMap<(u64, &str), BTreeSet<&str>> = HashMap::new();
    for (key, entry) in missing.iter() {
        by_path.extend(entry.files.iter().map(|file| (file.path.as_str(), *key)));
        if let (Some(file), Some(print)) = (entry.files.first(), &entry.fingerprint) {
            by_content.entry((file.size, print)).or_default().insert(key);
        }
    }
    let sizes: HashSet<u64> = by_content.keys().map(|(size, _)| *size).collect();
    let mut prints: Vec<(&'a str, u64, String)> = Vec::new();
    for key in fresh {
        let files = &now[*key].files;
        if let Some(was) = files.iter().find_map(|member| by_path.get(member.file.path.as_str()))
            && missing.remove(was).is_some()
        {
            moved.insert(*key, *was);
        } else if let Some(first) = files.first().map(|member| &member.file).filter(|first| sizes.contains(&first.size))
        {
            prints.extend(fingerprint(&first.path).map(|print| (*key, first.size, print)));
        }
    }
    for same_name in [true, false] {
        for (key, size, print) in &prints {
            let Some(candidates) = by_content.get(&(*size, print.as_str())).filter(|_| !moved.contains_key(key)) else {
                continue;
            };
            let fits = |was: &&&str| missing.contains_key(**was) && (!same_name || split(was).1 == split(key).1);
            if let Some(was) = candidates.iter().find(fits) {
                missing.remove(was);
                moved.insert(key, *was);
            }
        }
    }
    moved
}

/// The files of groups that wait.
struct Settling<'a> {
    paths: HashSet<&'a str>,
    sizes: HashSet<u64>,
}

impl<'a> Settling<'a> {
    fn of(now: &'a BTreeMap<String, Group>) -> Self {
        let waiting = now.values().filter(|group| group.files.iter().any(|member| member.settling));
        let files: Vec<_> = waiting.flat_map(|group| &group.files).map(|member| &member.file).collect();
        let paths = files.iter().map(|file| file.path.as_str()).collect();
        Self { paths, sizes: files.iter().map(|file| file.size).collect() }
    }

    /// Whether a missing entry may turn out to be one of the groups that wait.
    fn may_be(&self, entry: &Entry) -> bool {
        let known = |file: &Stamp| self.paths.contains(file.path.as_str());
        entry.files.iter().any(known) || entry.files.first().is_some_and(|file| self.sizes.contains(&file.size))
    }
}

fn is_hidden(entry: &Entry, hidden: &[String]) -> bool {
    entry.files.iter().any(|file| lies_in(&file.path, hidden))
}

/// `key`, or `key~2`, `key~3`, … if a call that was moved away from there still has that name.
fn free_name(key: &str, taken: &mut HashSet<String>) -> String {
    let numbered = (2u32..).map(|number| format!("{key}~{number}"));
    let mut names = std::iter::once(key.to_owned()).chain(numbered);
    let free = names.find(|name| !taken.contains(name)).unwrap_or_else(|| key.to_owned());
    taken.insert(free.clone());
    free
}

#[cfg(test)]
mod tests;
