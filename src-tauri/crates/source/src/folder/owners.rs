//! Which group of files has which call's name. Exported calls bring their names along, so two groups may want the same.

use std::collections::HashMap;

use super::inventory::Inventory;
use super::record::Read;

/// Name of a call → key of the group that has it.
#[derive(Debug, Default)]
pub struct Owners {
    by_name: HashMap<String, String>,
}

/// What becomes of a group that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is the call of this name.
    Named(String),
    /// It is the same call as another group's, with the same content.
    Copy,
    /// It is the same call as another group's, with other content.
    Conflict,
}

impl Owners {
    /// Those of an inventory.
    pub fn of(inventory: &Inventory) -> Self {
        let calls = inventory.entries.iter().filter(|(_, entry)| entry.is_call);
        Self { by_name: calls.map(|(key, entry)| (entry.remote_id.clone(), key.clone())).collect() }
    }

    /// The group that has a name.
    pub fn of_name(&self, name: &str) -> Option<&str> {
        self.by_name.get(name).map(String::as_str)
    }

    /// The name that a group gets: `wanted` unless another group has it. `other` is what that one holds, if it is still
    /// there.
    pub fn claim(&self, wanted: &str, keys: [&str; 2], read: &Read, other: Option<&Read>) -> Claim {
        let Some(other) = other.filter(|_| self.of_name(wanted).is_some_and(|owner| !keys.contains(&owner))) else {
            return Claim::Named(wanted.to_owned());
        };
        if let (Some(mine), Some(theirs)) = (&read.exported, &other.exported)
            && mine.id.is_some()
            && mine.id == theirs.id
        {
            return if is_same(read, other) { Claim::Copy } else { Claim::Conflict };
        }
        let numbered = (2u32..).map(|number| format!("{wanted}~{number}"));
        let is_free = |name: &String| self.of_name(name).is_none_or(|owner| keys.contains(&owner));
        Claim::Named(numbered.into_iter().find(is_free).unwrap_or_else(|| wanted.to_owned()))
    }

    /// A group has this name now.
    pub fn give(&mut self, name: &str, key: &str) {
        self.by_name.insert(name.to_owned(), key.to_owned());
    }

    /// A group has this name no more. Answers whether nobody has it then.
    pub fn take(&mut self, name: &str, key: &str) -> bool {
        if self.of_name(name).is_some_and(|owner| owner == key) {
            self.by_name.remove(name);
        }
        !self.by_name.contains_key(name)
    }
}

/// Whether two exports say the same of a call. Where in the tree their audio lies does not matter.
fn is_same(one: &Read, other: &Read) -> bool {
    let plain = |read: &Read| {
        let mut record = read.record.clone()?;
        record.recordings.iter_mut().for_each(|recording| recording.storage_path = None);
        Some((record, read.exported.as_ref().map(|exported| exported.content.clone())))
    };
    plain(one) == plain(other)
}
