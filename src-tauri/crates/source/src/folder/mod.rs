//! A folder of recordings, transcripts and vCon files, in any arrangement.
//!
//! A walk lists the tree, pairs files by name ([`pairing`]), compares them with the inventory in the cursor ([`plan`])
//! and reads only what is new or changed ([`record`]). A file that was renamed or moved keeps its call: its content is
//! recognised. Files that are still being written wait. Audio is not decoded here.

mod claims;
pub(crate) mod content;
mod inventory;
pub(crate) mod naming;
mod pages;
mod pairing;
mod plan;
mod record;
pub(crate) mod sidecar;
mod vcon_call;

use std::io::Read;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use model::{Cancel, Door, Outcome, Recording};

use crate::confine::Root;
use crate::tree::{self, Tree};
use crate::{
    Audio, AudioError, AudioRequest, Check, Cursor, Memory, Pages, Settings, Source, SourceError, Watch, file_audio,
    watch,
};
use inventory::Inventory;
use naming::{Part, part, split};
use pages::Walk;

/// The settings a folder understands. `rescan` is for whoever schedules the walks.
const SETTINGS: [&str; 1] = ["rescan"];
/// How many files the self-test reads names of at most before it says what it found.
const TEST_ENTRIES: usize = 20_000;

/// A folder on this machine.
pub struct Folder {
    root: Root,
    now: Box<dyn Fn() -> SystemTime + Send + Sync>,
}

impl Folder {
    /// A folder with these settings; it need not be there at the moment.
    pub fn open(settings: &Settings) -> Result<Self, SourceError> {
        settings.expect_only(&SETTINGS)?;
        if settings.url.is_some() {
            return Err(SourceError::Settings("a folder has a path, not an address: leave the address out".into()));
        }
        let path = settings.path.clone().filter(|path| !path.as_os_str().is_empty());
        let path = path.ok_or_else(|| SourceError::Settings("choose a folder: its path is missing".into()))?;
        Ok(Self::new(path, SystemTime::now))
    }

    /// A folder with a clock, by which young files are told.
    pub fn new(path: impl Into<PathBuf>, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self { root: Root::new(path), now: Box::new(now) }
    }

    fn now_ns(&self) -> i64 {
        let since = (self.now)().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
    }

    fn list(&self, cancel: &Cancel) -> Result<Tree, SourceError> {
        tree::list(self.root.path(), &|name| part(name).is_some(), cancel)
    }
}

impl Source for Folder {
    fn test(&self) -> Vec<Check> {
        let tree = match self.list(&Cancel::new()) {
            Ok(tree) => tree,
            Err(error) => return vec![Check { ok: false, words: error.to_string() }],
        };
        let mut checks =
            vec![Check { ok: true, words: format!("The folder {} can be read.", self.root.path().display()) }];
        let count = |wanted| {
            tree.files.iter().take(TEST_ENTRIES).filter(|file| part(split(&file.path).1) == Some(wanted)).count()
        };
        let (audio, vcons, sidecars) = (count(Part::Audio), count(Part::VCon), count(Part::Sidecar));
        let words =
            format!("Found {audio} recordings, {vcons} vCon files and {sidecars} files that may be transcripts.");
        let empty = audio + vcons + sidecars == 0;
        let advice =
            if empty { " Choose a folder that holds recordings or transcripts, or put some there." } else { "" };
        checks.push(Check { ok: !empty, words: format!("{words}{advice}") });
        let problem =
            |item: &model::RejectedItem| Check { ok: false, words: format!("{}: {}", item.item, item.reason) };
        checks.extend(tree.rejected.iter().take(10).map(problem));
        checks
    }

    fn changes_since<'a>(&'a self, cursor: Option<&Cursor>, _memory: &'a dyn Memory, cancel: &'a Cancel) -> Pages<'a> {
        Box::new(Walk::new(self, cursor.map(Inventory::read).unwrap_or_default(), cancel))
    }

    fn audio(&self, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        let Some(path) = &ask.recording.storage_path else {
            let detail = "the recording is not in the folder, only an address of it is known".to_owned();
            return Err(AudioError::new(Outcome::NotFound, detail));
        };
        match vcon_call::Reference::parse(path) {
            Some(reference) => reference.audio(&self.root),
            None => file_audio::open(&self.root, path),
        }
    }

    fn doors(&self, recording: &Recording) -> Vec<Door> {
        // Of audio elsewhere on the web only an address is known, which a folder does not follow.
        recording.storage_path.iter().map(|_| Door::Source).collect()
    }

    fn local_file(&self, recording: &Recording) -> Option<PathBuf> {
        let path = recording.storage_path.as_ref().filter(|path| vcon_call::Reference::parse(path).is_none())?;
        file_audio::place(&self.root, path)
    }

    fn watch(&self, hint: Box<dyn Fn() + Send>) -> Option<Watch> {
        watch::watch(self.root.path(), hint)
    }

    fn afresh(&self, cursor: &Cursor) -> Option<Cursor> {
        Some(Inventory::read(cursor).afresh().cursor())
    }
}

impl Audio {
    /// Bytes that are in memory already.
    pub(crate) fn from_memory(bytes: Vec<u8>) -> Self {
        let length = Some(bytes.len() as u64);
        Self { bytes: Box::new(std::io::Cursor::new(bytes)) as Box<dyn Read + Send>, from: 0, length, validator: None }
    }
}

#[cfg(test)]
mod tests;
