//! Taking over the audio that an ElevenLabs backend has stored: its folder `audio-storage/` with files
//! `{conversation}_{milliseconds}.mp3` and, beside them, `.mp3.meta.json`.
//!
//! Files are copied into the cache, never moved. Of several files of a conversation the newest wins.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use cache::Incoming;
use model::{CallId, Cancel, Door, RecordingId, SourceId, Tier};
use serde_json::Value;

use crate::event::AppEvent;
use crate::fault::{Fault, FaultCode};
use crate::obtain::{LIMIT, sha256_held, verify};
use crate::open::App;

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedFile {
    /// Its name in the folder.
    pub file: String,
    /// The call whose audio it is.
    pub call: Option<CallId>,
    /// Whether it is in the cache now.
    pub imported: bool,
    /// Why not, in words.
    pub reason: Option<String>,
}

/// A file of the folder by the parts of its name.
struct Candidate {
    path: PathBuf,
    name: String,
    at_ms: u64,
}

/// A note beside an audio file is never longer.
const LONGEST_NOTE: u64 = 64 << 10;

impl App {
    /// Copies the audio of a backend's `audio-storage` folder into the cache, for the calls of this source, telling `each`
    /// file. A file whose call is not in the library yet is left out: synchronise first.
    pub fn import_audio_storage(
        &self,
        dir: &Path,
        source: SourceId,
        cancel: &Cancel,
        each: &mut dyn FnMut(&ImportedFile),
    ) -> Result<(), Fault> {
        let recordings = self.inner.library.reader()?.recordings_by_name(source)?;
        for (conversation, mut files) in conversations(dir)? {
            files.sort_by_key(|file| std::cmp::Reverse(file.at_ms));
            let whose = recordings.get(&conversation).copied();
            for (nth, file) in files.iter().enumerate() {
                cancel.check().map_err(|_| Fault::new(FaultCode::Cancelled, "stopped; what was copied is kept"))?;
                let outcome = match whose {
                    _ if nth > 0 => Err("there is a newer file of the same conversation".to_owned()),
                    None => Err("no call of this source has this conversation: synchronise it first".to_owned()),
                    Some((call, recording)) => self.import_file(&file.path, call, recording, cancel)?,
                };
                each(&ImportedFile {
                    file: file.name.clone(),
                    call: whose.map(|(call, _)| call),
                    imported: outcome.is_ok(),
                    reason: outcome.err(),
                });
            }
        }
        self.tell(&AppEvent::LibraryChanged);
        Ok(())
    }

    /// The inner result says why a file was left out.
    fn import_file(
        &self,
        path: &Path,
        call: CallId,
        id: RecordingId,
        cancel: &Cancel,
    ) -> Result<Result<(), String>, Fault> {
        let stopped = |_| Fault::new(FaultCode::Cancelled, "stopped; what was copied is kept");
        let _turn = self.inner.underway.begin(id, cancel).map_err(stopped)?;
        let call = self.call(call)?;
        let recording = call.recordings.iter().find(|recording| recording.id == id);
        if recording.is_some_and(|recording| self.is_cached(recording)) {
            return Ok(Err("its audio is in the cache already".to_owned()));
        }
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(cause) => return Ok(Err(format!("it cannot be read: {cause}"))),
        };
        let incoming = Incoming {
            bytes: &mut file,
            from: 0,
            length: noted_size(path),
            validator: None,
            door: Door::Source,
            limit: LIMIT,
            only: recording.and_then(|recording| sha256_held(&call, recording)),
            told: &|_| {},
        };
        match self.inner.store.put(id, incoming, &verify, cancel) {
            Ok(stored) => {
                let attempt =
                    self.attempt(Tier::Local, model::Outcome::Ok, "taken over from a backend's folder".into());
                self.publish(id, Tier::Local, stored, vec![attempt])?;
                Ok(Ok(()))
            }
            Err(error @ cache::StoreError::Disk { .. }) => Err(error.into()),
            Err(error) => Ok(Err(error.to_string())),
        }
    }
}

/// The audio files of the folder by conversation.
fn conversations(dir: &Path) -> Result<BTreeMap<String, Vec<Candidate>>, Fault> {
    let unreadable =
        |cause| Fault::new(FaultCode::Unreachable, format!("the folder {} cannot be read: {cause}", dir.display()));
    let mut found: BTreeMap<String, Vec<Candidate>> = BTreeMap::new();
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        // Links are not followed: what they lead to is not the backend's.
        if !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        let Ok(name) = entry.file_name().into_string() else { continue };
        if let Some((conversation, at_ms)) = parse(&name) {
            let candidate = Candidate { path: entry.path(), at_ms, name: name.clone() };
            found.entry(conversation.to_owned()).or_default().push(candidate);
        }
    }
    Ok(found)
}

/// The conversation and the moment in a file's name.
fn parse(name: &str) -> Option<(&str, u64)> {
    let (conversation, at_ms) = name.strip_suffix(".mp3")?.rsplit_once('_')?;
    Some((conversation, at_ms.parse().ok()?)).filter(|(conversation, _)| !conversation.is_empty())
}

/// How many bytes the note beside a file says it has; nothing if there is no note that can be read.
fn noted_size(path: &Path) -> Option<u64> {
    let note = path.with_extension("mp3.meta.json");
    let small = fs::symlink_metadata(&note).is_ok_and(|meta| meta.is_file() && meta.len() <= LONGEST_NOTE);
    let text = small.then(|| fs::read_to_string(note).ok()).flatten()?;
    serde_json::from_str::<Value>(&text).ok()?["fileSize"].as_u64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_conversation_and_moment() {
        assert_eq!(parse("conv_01abc_1765540800000.mp3"), Some(("conv_01abc", 1_765_540_800_000)));
        assert_eq!([parse("conv.mp3"), parse("conv_1.wav"), parse("_1.mp3"), parse("conv_x.mp3")], [None; 4]);
    }
}
