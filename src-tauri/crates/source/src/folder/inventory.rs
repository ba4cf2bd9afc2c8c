//! What a walk remembers of a folder: the files of every call and the call's name. It travels as the cursor.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::pairing::Group;
use crate::Cursor;

const VERSION: u32 = 1;

/// Everything known after a walk, by group key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// What stood under each key.
    pub entries: BTreeMap<String, Entry>,
    /// Names of calls whose files are gone, by the last key: only of those that are not named like it, for should the
    /// files come back, as those of a disk that was not connected do, nothing else would tell.
    pub gone: BTreeMap<String, String>,
}

/// One group as it was when it was last read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The call's name; kept when its files are renamed.
    pub remote_id: String,
    /// Its files, the one that tells calls apart first.
    pub files: Vec<Stamp>,
    /// What the first file holds, as [`super::fingerprint`] sums it up.
    pub fingerprint: Option<String>,
    /// Whether the library was given a call. What is no call is remembered so that it is not read again.
    pub is_call: bool,
    /// Recordings that a vCon among the files names as its own.
    pub claims: Vec<String>,
}

/// A file as it was: if none of this has changed, it is not read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Relative to the root.
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// Nanoseconds since 1970.
    pub modified_ns: i64,
}

/// The stamps of a group's files.
pub fn stamps(group: &Group) -> Vec<Stamp> {
    let stamp =
        |file: &crate::tree::Found| Stamp { path: file.path.clone(), size: file.size, modified_ns: file.modified_ns };
    group.files.iter().map(|member| stamp(&member.file)).collect()
}

impl Inventory {
    /// Reads a cursor. One that cannot be read is as good as none: everything is looked at again.
    pub fn read(cursor: &Cursor) -> Self {
        let Ok(written) = serde_json::from_str::<Written>(&cursor.0) else { return Self::default() };
        if written.version != VERSION {
            return Self::default();
        }
        let entries = written.groups.into_iter().map(|(key, group)| (key.clone(), group.entry(&key))).collect();
        Self { entries, gone: written.gone }
    }

    /// Writes the cursor; the same inventory is always the same text.
    pub fn cursor(&self) -> Cursor {
        let groups = self.entries.iter().map(|(key, entry)| (key.clone(), WrittenGroup::of(key, entry))).collect();
        let written = Written { version: VERSION, groups, gone: self.gone.clone() };
        Cursor(serde_json::to_string(&written).expect("an inventory has string keys and finite depth"))
    }

    /// Takes out a group whose files are gone. A call among them is given its name again should they come back.
    pub fn forget(&mut self, key: &str) -> Option<Entry> {
        let entry = self.entries.remove(key)?;
        if entry.is_call && entry.remote_id != key {
            self.gone.insert(key.to_owned(), entry.remote_id.clone());
        }
        Some(entry)
    }

    /// Keeps what a group was read as.
    pub fn keep(&mut self, key: &str, entry: Entry) {
        self.gone.remove(key);
        self.entries.insert(key.to_owned(), entry);
    }

    /// The same inventory with every file looking changed.
    pub fn afresh(mut self) -> Self {
        for stamp in self.entries.values_mut().flat_map(|entry| &mut entry.files) {
            stamp.modified_ns = i64::MIN;
        }
        self
    }
}

#[derive(Serialize, Deserialize)]
struct Written {
    version: u32,
    groups: BTreeMap<String, WrittenGroup>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    gone: BTreeMap<String, String>,
}

/// Remote id if it is not the key; files; fingerprint; whether it is a call; claims.
#[derive(Serialize, Deserialize)]
struct WrittenGroup(Option<String>, Vec<(String, u64, i64)>, Option<String>, bool, Vec<String>);

impl WrittenGroup {
    fn of(key: &str, entry: &Entry) -> Self {
        let files =
            entry.files.iter().map(|stamp| (shortened(key, &stamp.path), stamp.size, stamp.modified_ns)).collect();
        let remote_id = (entry.remote_id != key).then(|| entry.remote_id.clone());
        Self(remote_id, files, entry.fingerprint.clone(), entry.is_call, entry.claims.clone())
    }

    fn entry(self, key: &str) -> Entry {
        let Self(remote_id, files, fingerprint, is_call, claims) = self;
        let stamp =
            |(path, size, modified_ns): (String, u64, i64)| Stamp { path: restored(key, &path), size, modified_ns };
        let files = files.into_iter().map(stamp).collect();
        Entry { remote_id: remote_id.unwrap_or_else(|| key.to_owned()), files, fingerprint, is_call, claims }
    }
}

/// Most paths begin with their key; the rest is written with a `/` before it, which no relative path begins with.
fn shortened(key: &str, path: &str) -> String {
    match path.strip_prefix(key) {
        Some(rest) if !rest.starts_with('/') => rest.to_owned(),
        _ => format!("/{path}"),
    }
}

fn restored(key: &str, written: &str) -> String {
    written.strip_prefix('/').map_or_else(|| format!("{key}{written}"), str::to_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry() -> impl Strategy<Value = (String, Entry)> {
        let path = "[a-c/.]{0,6}[a-c]";
        let stamp = (path, any::<u64>(), any::<i64>()).prop_map(|(path, size, modified_ns)| Stamp {
            path: path.trim_start_matches('/').to_owned(),
            size,
            modified_ns,
        });
        let files = prop::collection::vec(stamp, 0..4);
        (path, path, files, prop::option::of("[0-9a-f]{4}"), any::<bool>(), prop::collection::vec(path, 0..2)).prop_map(
            |(key, remote_id, files, fingerprint, is_call, claims)| {
                (key, Entry { remote_id, files, fingerprint, is_call, claims })
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn an_inventory_is_read_as_it_was_written(
            entries in prop::collection::btree_map("[a-c/]{1,4}", entry(), 0..6),
            gone in prop::collection::btree_map("[a-c/]{1,4}", "[a-c/]{1,4}", 0..3),
        ) {
            let entries = entries.into_values().collect();
            let inventory = Inventory { entries, gone };
            prop_assert_eq!(Inventory::read(&inventory.cursor()), inventory);
        }

        #[test]
        fn no_text_makes_reading_a_cursor_fail(text in ".*") {
            Inventory::read(&Cursor(text));
        }
    }
}
