//! A folder of recordings, transcripts and vCon files, in any arrangement; or a zip of one. A bag in it, such as an
//! export of Turnstone's, is read as what it holds ([`bags`]).
//!
//! A walk lists the tree, pairs files by name ([`pairing`]), compares them with the inventory in the cursor ([`plan`])
//! and reads only what is new or changed ([`record`]). A file that was renamed or moved keeps its call: its content is
//! recognised. Files that are still being written wait. Audio is not decoded here.

mod bags;
mod checks;
mod claims;
pub(crate) mod content;
mod inventory;
pub(crate) mod naming;
mod owners;
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

use crate::shelf::{Files, Shelf};
use crate::{
    Audio, AudioError, AudioRequest, Check, Cursor, Memory, Pages, Settings, Source, SourceError, Watch, file_audio,
    watch,
};
use inventory::Inventory;
use pages::Walk;

/// The settings a folder understands. `rescan` is for whoever schedules the walks.
const SETTINGS: [&str; 1] = ["rescan"];

/// A folder on this machine.
pub struct Folder {
    shelf: Shelf,
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
        Self { shelf: Shelf::new(path), now: Box::new(now) }
    }

    fn now_ns(&self) -> i64 {
        let since = (self.now)().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
    }
}

impl Source for Folder {
    fn test(&self) -> Vec<Check> {
        checks::of(&self.shelf)
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
            Some(reference) => reference.audio(&self.shelf.open_for_audio(ask.cancel)?, ask.cancel),
            None => self.shelf.open_for_audio(ask.cancel)?.audio(path),
        }
    }

    fn doors(&self, recording: &Recording) -> Vec<Door> {
        // Of audio elsewhere on the web only an address is known, which a folder does not follow.
        recording.storage_path.iter().map(|_| Door::Source).collect()
    }

    fn local_file(&self, recording: &Recording) -> Option<PathBuf> {
        let path = recording.storage_path.as_ref().filter(|path| vcon_call::Reference::parse(path).is_none())?;
        match self.shelf.open(&Cancel::new()).ok()? {
            Files::Directory { root, .. } => file_audio::place(&root, path),
            Files::Zip(_) => None,
        }
    }

    fn absent(&self, recording: &Recording) -> Option<String> {
        match vcon_call::Reference::parse(recording.storage_path.as_ref()?)? {
            vcon_call::Reference::Missing { why } => Some(why),
            vcon_call::Reference::Dialog { .. } => None,
        }
    }

    fn watch(&self, hint: Box<dyn Fn() + Send>) -> Option<Watch> {
        // A zip is replaced as a whole rather than changed; the next walk sees it.
        self.shelf.path().is_dir().then(|| watch::watch(self.shelf.path(), hint))?
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
