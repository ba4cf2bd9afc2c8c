//! Which group of files has which call's name. Exported calls bring their names along, so two groups may want the same.

use std::collections::HashMap;

use super::inventory::Inventory;
use super::record::Read;

/// Beyond so many calls of one name, each is told apart by its group's key: counting on would take ever longer.
const MOST_NUMBERED: u32 = 100;

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

    /// The name that a group gets: `wanted` unless another group has it. `keys` are the group's own and the one it had when
    /// its files lay elsewhere. `other` is what the other group holds, if it is still there.
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
        let numbered = (2..=MOST_NUMBERED).map(|number| format!("{wanted}~{number}"));
        let is_free = |name: &String| self.of_name(name).is_none_or(|owner| keys.contains(&owner));
        let keyed = keys.iter().rev().map(|key| format!("{wanted}~{key}"));
        Claim::Named(numbered.chain(keyed).find(is_free).unwrap_or_else(|| wanted.to_owned()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_calls_of_one_name_are_told_apart_without_counting_on() {
        let (mut owners, read) = (Owners::default(), Read::default());
        owners.give("1", "first");
        for number in 2..=300 {
            let key = format!("folder/{number}");
            let Claim::Named(name) = owners.claim("1", [&key, &key], &read, Some(&read)) else { panic!("{number}") };
            assert_eq!(name, if number <= 100 { format!("1~{number}") } else { format!("1~{key}") });
            assert_eq!(owners.of_name(&name), None, "nobody had it");
            owners.give(&name, &key);
            assert_eq!(owners.claim("1", [&key, &key], &read, Some(&read)), Claim::Named(name), "and it stays");
        }
    }
}
