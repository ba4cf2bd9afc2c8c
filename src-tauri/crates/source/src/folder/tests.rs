use std::path::Path;
use std::time::Duration;

use model::{CallRecord, Direction, Door, Party, RejectedItem};
use serde_json::json;

use super::*;
use crate::{AudioRequest, Change, NoMemory, Page};

mod bags;
mod calls;
mod hostile;
mod vcons;
mod walks;

/// A folder on disk, seen an hour from now, when nothing in it is young any more.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn of(files: &[(&str, &[u8])]) -> Self {
        let place = Self::new();
        files.iter().for_each(|(path, bytes)| place.write(path, bytes));
        place
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    fn rename(&self, from: &str, to: &str) {
        std::fs::create_dir_all(self.path(to).parent().unwrap()).unwrap();
        std::fs::rename(self.path(from), self.path(to)).unwrap();
    }

    fn source(&self) -> Folder {
        Folder::new(self.folder.path(), || SystemTime::now() + Duration::from_secs(3_600))
    }

    fn walk(&self, cursor: Option<&Cursor>) -> Seen {
        walk(&self.source(), cursor)
    }

    /// The one call in the folder.
    fn call(&self) -> CallRecord {
        let mut seen = self.walk(None);
        assert_eq!(seen.calls.len(), 1, "{:?} {:?}", seen.calls, seen.rejected);
        seen.calls.pop().unwrap()
    }
}

/// What a whole walk said.
#[derive(Debug, Default)]
struct Seen {
    calls: Vec<CallRecord>,
    unchanged: u64,
    gone: Vec<String>,
    rejected: Vec<RejectedItem>,
    waiting: usize,
    pages: usize,
    cursor: Option<Cursor>,
}

impl Seen {
    fn take(&mut self, page: Page) {
        self.pages += 1;
        self.waiting = page.waiting.len();
        self.cursor = Some(page.cursor);
        for change in page.changes {
            match change {
                Change::Call(record) => self.calls.push(*record),
                Change::Unchanged(count) => self.unchanged += count,
                Change::Same { .. } => self.unchanged += 1,
                Change::Gone { remote_id } => self.gone.push(remote_id),
                Change::Rejected(item) => self.rejected.push(item),
            }
        }
    }

    fn ids(&self) -> Vec<&str> {
        self.calls.iter().map(|call| call.remote_id.as_str()).collect()
    }

    fn call(&self, remote_id: &str) -> &CallRecord {
        self.calls.iter().find(|call| call.remote_id == remote_id).expect(remote_id)
    }
}

fn audio(source: &Folder, remote_id: &str, recording: &Recording) -> Result<Audio, AudioError> {
    source.audio(&AudioRequest { remote_id, recording, door: Door::Source, resume: None, cancel: &Cancel::new() })
}

fn walk(folder: &Folder, cursor: Option<&Cursor>) -> Seen {
    let mut seen = Seen::default();
    for page in folder.changes_since(cursor, &NoMemory, &Cancel::new()) {
        seen.take(page.unwrap());
    }
    seen
}

/// A short PCM WAV whose content depends on `seed`.
fn wav(seed: u8) -> Vec<u8> {
    let data = vec![seed; 800];
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + data.len() as u32).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data");
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    bytes
}

const VTT: &[u8] = b"WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n<v Agent>Good morning.\n\n00:00:03.000 --> 00:00:04.000\n<v Customer>Hello.\n";
const SRT: &[u8] = b"1\n00:00:01,000 --> 00:00:02,500\nGood morning.\n";
const TXT: &[u8] = b"Agent: Good morning.\nCustomer: Hello.\n";

fn read_all(source: &Folder, call: &CallRecord) -> Vec<u8> {
    let mut bytes = Vec::new();
    audio(source, &call.remote_id, &call.recordings[0]).unwrap().bytes.read_to_end(&mut bytes).unwrap();
    bytes
}
