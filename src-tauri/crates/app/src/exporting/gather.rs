//! One call's audio into an export, and the call as it is handed over.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use audio::render::{RenderError, RenderOptions, render_into};
use cache::Health;
use evidence::bag::BagError;
use evidence::{AudioFile, Exhibit, ExhibitRecording};
use library::{StoredCall, StoredRecording};
use model::{AudioFacts, AudioState, CallId, Cancel};

use crate::auditing::call_in_words;
use crate::exporting::destination::{Destination, unread, unwritten};
use crate::exporting::order::ExportAudio;
use crate::exporting::stopped;
use crate::fault::Fault;
use crate::open::App;
use crate::underway::Hold;

/// A call without all of its audio, or without a copy for listening that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingAudio {
    /// The call.
    pub call: CallId,
    /// The call as people know it: who, and when.
    pub words: String,
    /// Why, in words.
    pub reason: String,
    /// Trying again may help: the audio is not known to be gone, or never to have been there.
    pub may_come: bool,
}

/// How calls are gathered.
pub(super) struct Gathering<'a> {
    pub audio: ExportAudio,
    /// Plain files: a copy for listening goes instead of the original, not beside it, and folders are not under `calls`.
    pub plain: bool,
    /// Where files without a name may be made.
    pub scratch: &'a Path,
    pub cancel: &'a Cancel,
}

/// A call as it is handed over.
pub(super) struct Gathered {
    pub exhibit: Exhibit,
    /// What is missing of it, and of which recording, from 1 on.
    pub missing: Vec<(Option<u32>, MissingAudio)>,
    /// How many bytes of audio went into the export.
    pub bytes: u64,
    /// Where its files can be read again, by their name.
    sounds: Vec<(String, Sound)>,
    _holds: Vec<Hold>,
}

/// Where the bytes of a file in the export are.
enum Sound {
    Cached(PathBuf),
    Copy(File),
}

impl Gathered {
    /// Opens one of the call's audio files again.
    pub fn open(&self, name: &str) -> io::Result<Box<dyn Read>> {
        match self.sounds.iter().find(|(known, _)| known == name) {
            Some((_, Sound::Cached(path))) => Ok(Box::new(File::open(path)?)),
            Some((_, Sound::Copy(file))) => {
                let mut file = file.try_clone()?;
                file.seek(SeekFrom::Start(0))?;
                Ok(Box::new(file))
            }
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl App {
    /// Puts a call's audio into an export and answers with the call as it is handed over.
    pub(super) fn gather(
        &self,
        call: &StoredCall,
        how: &Gathering<'_>,
        to: &mut dyn Destination,
    ) -> Result<Gathered, Fault> {
        let id = call.row.id;
        let dir = Exhibit::dir_of(id, call.row.started_ms);
        let dir = if how.plain { dir.trim_start_matches("calls/").to_owned() } else { dir };
        let (mut missing, mut sounds, mut recordings) = (Vec::new(), Vec::new(), Vec::new());
        let mut holds = Vec::new();
        let lacking = |reason, may_come| MissingAudio { call: id, words: call_in_words(&call.row), reason, may_come };
        for (number, recording) in (1..).zip(&call.recordings) {
            holds.push(self.inner.in_use.hold(recording.id));
            let placed = self.place(recording, how, &Place { dir: &dir, number }, to)?;
            if let Some((reason, may_come)) = placed.missing.clone() {
                missing.push((Some(number), lacking(reason, may_come)));
            }
            sounds.extend(placed.sounds);
            recordings.push(ExhibitRecording {
                id: recording.id,
                remote_id: recording.record.remote_id.clone(),
                started_at: recording.record.started_at.clone(),
                original: placed.original,
                listening: placed.listening,
                missing: placed.missing.map(|(reason, _)| reason),
            });
        }
        if call.recordings.is_empty() && how.audio != ExportAudio::None {
            missing.push((None, lacking(NEVER_RECORDED.into(), false)));
        }
        let files = recordings.iter().flat_map(|one| [&one.original, &one.listening]).flatten();
        let bytes = files.filter_map(|file| file.facts.bytes).sum();
        let source =
            self.inner.library.reader().and_then(|reader| reader.source(call.row.source)).map_err(Fault::from)?;
        let exhibit = Exhibit {
            id,
            source: call.row.source_name.clone(),
            source_kind: source.map(|row| row.kind).unwrap_or_default(),
            record: call.record.clone(),
            vanished_ms: call.row.vanished_ms,
            dir,
            recordings,
        };
        Ok(Gathered { exhibit, missing, bytes, sounds, _holds: holds })
    }

    fn place(
        &self,
        recording: &StoredRecording,
        how: &Gathering<'_>,
        place: &Place<'_>,
        to: &mut dyn Destination,
    ) -> Result<Placed, Fault> {
        let lacking = |reason: String, may_come| Placed { missing: Some((reason, may_come)), ..Placed::default() };
        if how.audio == ExportAudio::None {
            return Ok(Placed::default());
        }
        let Some(path) = self.file_here(recording) else {
            let (reason, may_come) = why_not_here(recording);
            return Ok(lacking(reason, may_come));
        };
        let mut placed = Placed::default();
        if !(how.plain && how.audio == ExportAudio::Wav) {
            let Some(file) = original(recording, &path, place, to, how.cancel)? else {
                return Ok(lacking(DAMAGED.into(), true));
            };
            placed.sounds.push((file.name.clone(), Sound::Cached(path.clone())));
            placed.original = Some(file);
        }
        if how.audio == ExportAudio::Wav {
            if placed.original.is_none() && !self.is_sound(recording, how.cancel)? {
                return Ok(lacking(DAMAGED.into(), true));
            }
            match listening(&path, place, to, how)? {
                Ok((file, copy)) => {
                    placed.sounds.push((file.name.clone(), Sound::Copy(copy)));
                    placed.listening = Some(file);
                }
                Err(why) => placed.missing = Some((format!("no copy for listening: {why}"), false)),
            }
        }
        Ok(placed)
    }

    /// Whether the file here is still what was fetched, for those who do not read it byte by byte anyway.
    fn is_sound(&self, recording: &StoredRecording, cancel: &Cancel) -> Result<bool, Fault> {
        let Some((file, sha256)) = recording.file.as_ref().and_then(|file| Some((file, file.facts.sha256.as_ref()?)))
        else {
            return Ok(true);
        };
        let bytes = file.facts.bytes.unwrap_or_default();
        Ok(self.inner.store.verify(&file.path, bytes, sha256, cancel)? == Health::Sound)
    }

    /// Where a recording's audio is on this machine, if it is.
    pub(super) fn file_here(&self, recording: &StoredRecording) -> Option<PathBuf> {
        let file = recording.file.as_ref().filter(|_| self.is_cached(recording))?;
        Some(self.inner.store.resolve(&file.path))
    }
}

/// What to say of a file in the cache that is not what was fetched.
pub(super) const DAMAGED: &str =
    "the file here is not what was fetched: it was damaged since; tidy the cache, then fetch it again";

const NEVER_RECORDED: &str = "never recorded: its source has no recording of it";

#[derive(Default)]
struct Placed {
    original: Option<AudioFile>,
    listening: Option<AudioFile>,
    missing: Option<(String, bool)>,
    sounds: Vec<(String, Sound)>,
}

/// Where a recording's files go: the call's folder, and the recording's number in it.
struct Place<'a> {
    dir: &'a str,
    number: u32,
}

/// The bytes as they came; `None` if they are not what was fetched any more.
fn original(
    recording: &StoredRecording,
    path: &Path,
    place: &Place<'_>,
    to: &mut dyn Destination,
    cancel: &Cancel,
) -> Result<Option<AudioFile>, Fault> {
    let facts = recording.facts();
    let name = format!("audio-{}.{}", place.number, extension(&facts));
    let mut file = File::open(path).map_err(|cause| unread(path, &cause))?;
    let added = match to.add_known(&format!("{}/{name}", place.dir), &mut file, facts.sha256.as_deref(), cancel) {
        Err(BagError::Altered { .. }) => return Ok(None),
        added => added?,
    };
    let facts = AudioFacts { bytes: Some(added.bytes), sha256: Some(added.sha256), ..facts };
    Ok(Some(AudioFile { name, facts, sha512: added.sha512 }))
}

/// A copy that every browser plays; in words why there is none if it cannot be decoded.
fn listening(
    path: &Path,
    place: &Place<'_>,
    to: &mut dyn Destination,
    how: &Gathering<'_>,
) -> Result<Result<(AudioFile, File), String>, Fault> {
    let decoded = audio::probe(path).and_then(|probed| Ok((probed, audio::open(path)?)));
    let (probed, pcm) = match decoded {
        Ok(decoded) => decoded,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let mut copy = tempfile::tempfile_in(how.scratch).map_err(|cause| unwritten(how.scratch, &cause))?;
    let options = RenderOptions { depth: probed.depth, ..RenderOptions::default() };
    let into = BufWriter::new(Stoppable { into: &mut copy, cancel: how.cancel });
    let rendered = match render_into(pcm, &options, into, how.scratch) {
        Ok(rendered) => rendered,
        Err(RenderError::Decode(error)) => return Ok(Err(error.to_string())),
        Err(error) => {
            how.cancel.check().map_err(|_| stopped())?;
            return Err(error.into());
        }
    };
    copy.seek(SeekFrom::Start(0)).map_err(|cause| unwritten(how.scratch, &cause))?;
    let name = format!("listening-{}.wav", place.number);
    let added = to.add(&format!("{}/{name}", place.dir), &mut copy, how.cancel)?;
    let facts = AudioFacts {
        format: Some("wav".into()),
        codec: Some("PCM".into()),
        sample_rate: Some(rendered.spec.rate),
        channels: Some(rendered.spec.channels.into()),
        duration_ms: Some(rendered.spec.duration_ms()),
        bytes: Some(added.bytes),
        sha256: Some(added.sha256),
    };
    Ok(Ok((AudioFile { name, facts, sha512: added.sha512 }, copy)))
}

/// A file that takes nothing more once its export is cancelled: hours of sound are not decoded to their end then.
struct Stoppable<'a, W> {
    into: W,
    cancel: &'a Cancel,
}

impl<W: Write> Write for Stoppable<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.cancel.check().map_err(io::Error::other)?;
        self.into.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.into.flush()
    }
}

impl<W: Seek> Seek for Stoppable<'_, W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.into.seek(to)
    }
}

/// The ending of a file's name, from what its bytes are.
pub(super) fn extension(facts: &AudioFacts) -> String {
    let known = facts.format.as_deref().filter(|format| {
        (1..=5).contains(&format.len()) && format.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    });
    known.unwrap_or("bin").to_owned()
}

/// Why a recording's audio is not here, and whether it may still come.
pub(super) fn why_not_here(recording: &StoredRecording) -> (String, bool) {
    let last = recording.attempts.last().and_then(|attempt| attempt.detail.as_deref());
    let with = |words: &str| last.map_or_else(|| words.to_owned(), |detail| format!("{words}: {detail}"));
    match recording.state {
        AudioState::Unavailable => (with("gone at its source"), false),
        AudioState::Pending => (with("its source does not have it yet"), true),
        AudioState::Failed => (with("it could not be fetched"), true),
        AudioState::Available => ("not fetched".to_owned(), true),
        AudioState::Cached => ("its file here is missing or cut off: fetch it again".to_owned(), true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_for_listening_stops_growing_when_the_export_is_cancelled() {
        let cancel = Cancel::new();
        let mut written = Vec::new();
        let mut file = Stoppable { into: &mut written, cancel: &cancel };
        file.write_all(b"sound").unwrap();
        cancel.cancel();
        assert!(file.write_all(b"more of it").is_err());
        assert_eq!(written, b"sound");
    }
}
