//! What a walk remembers of a bridge: of every call what was last seen of its row and its files. It travels as the cursor.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Cursor;

const VERSION: u32 = 1;

/// Everything known after a walk, by the calls' natural names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// What was seen of each call.
    pub entries: BTreeMap<String, Entry>,
    /// The names that calls now gone were handed out under, if those were not their natural ones: should they come back,
    /// as those on a disk that was not connected do, nothing else would tell.
    pub gone: BTreeMap<String, String>,
}

/// One call as it was when it was last read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The name it was handed out under, if it is not its natural one.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub remote_id: Option<String>,
    /// What the database said in numbers.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub row: Option<RowStamp>,
    /// Its files: path, bytes, time.
    #[serde(rename = "f", default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<(String, u64, i64)>,
}

/// A call's rows in a few numbers: the latest change to any of them, and how many there are of each kind (recordings,
/// transcripts, analytics, metadata), for a deleted row changes nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowStamp(pub i64, pub [i64; 4]);

impl Inventory {
    /// Reads a cursor. One that cannot be read is as good as none.
    pub fn read(cursor: &Cursor) -> Self {
        match serde_json::from_str::<Written>(&cursor.0) {
            Ok(written) if written.version == VERSION => Self { entries: written.calls, gone: written.gone },
            _ => Self::default(),
        }
    }

    /// Writes the cursor; the same inventory is always the same text.
    pub fn cursor(&self) -> Cursor {
        let written = Written { version: VERSION, calls: self.entries.clone(), gone: self.gone.clone() };
        Cursor(serde_json::to_string(&written).expect("an inventory has string keys and finite depth"))
    }

    /// Takes out a call that is gone and gives the name it was handed out under. It is given that name again should it
    /// come back.
    pub fn forget(&mut self, name: &str) -> Option<String> {
        let entry = self.entries.remove(name)?;
        if let Some(remote_id) = &entry.remote_id {
            self.gone.insert(name.to_owned(), remote_id.clone());
        }
        Some(entry.remote_id.unwrap_or_else(|| name.to_owned()))
    }

    /// Keeps what a call was read as.
    pub fn keep(&mut self, name: &str, entry: Entry) {
        self.gone.remove(name);
        self.entries.insert(name.to_owned(), entry);
    }

    /// The same inventory with everything looking changed.
    pub fn afresh(mut self) -> Self {
        for entry in self.entries.values_mut() {
            if let Some(row) = &mut entry.row {
                row.0 = i64::MIN;
            }
            entry.files.iter_mut().for_each(|file| file.2 = i64::MIN);
        }
        self
    }
}

#[derive(Serialize, Deserialize)]
struct Written {
    version: u32,
    calls: BTreeMap<String, Entry>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    gone: BTreeMap<String, String>,
}
