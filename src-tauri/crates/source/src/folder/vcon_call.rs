//! The recordings of a vCon: in the file itself, beside it, or at an address.

use std::io::Read;

use model::{AudioFacts, Cancel, Outcome, Recording, RejectedItem};

use super::claims::Names;
use super::content::{ReadError, read_whole};
use super::sidecar::format_of;
use crate::shelf::Files;
use crate::vcon::{self, Content, Kept, Media, Original, VCon, VConRecording};
use crate::words::plain_path;
use crate::{Audio, AudioError};

/// Where a recording of a vCon is. As a storage path: `path.vcon#dialog/0` for what is in the vCon,
/// `path.vcon#dialog/0#audio.wav` for a file it refers to, `path.vcon#missing/0#why` for the recording at this place of
/// an exported call that came without its audio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// In a dialog.
    Dialog {
        /// The vCon's path.
        vcon: String,
        /// The dialog's index.
        dialog: usize,
        /// The file it refers to, if that is in the tree.
        file: Option<String>,
    },
    /// Nowhere here.
    Missing {
        /// Why, in words.
        why: String,
    },
}

impl Reference {
    /// Reads a storage path; `None` if it is that of a plain file.
    pub fn parse(storage_path: &str) -> Option<Self> {
        if let Some((_, rest)) = storage_path.split_once("#missing/") {
            let why = rest.split_once('#')?.1.to_owned();
            return Some(Self::Missing { why });
        }
        let (vcon, rest) = storage_path.split_once("#dialog/")?;
        let (dialog, file) =
            rest.split_once('#').map_or((rest, None), |(dialog, file)| (dialog, Some(file.to_owned())));
        Some(Self::Dialog { vcon: vcon.to_owned(), dialog: dialog.parse().ok()?, file })
    }

    /// The audio, checked against the hash that the vCon gives for it.
    pub fn audio(&self, files: &Files, cancel: &Cancel) -> Result<Audio, AudioError> {
        let (vcon, dialog, file) = match self {
            Self::Dialog { vcon, dialog, file } => (vcon, *dialog, file.as_ref()),
            Self::Missing { why } => return Err(AudioError::new(Outcome::Gone, why.clone())),
        };
        match (recording(files, vcon, dialog, cancel)?.media, file) {
            (Media::Inline { bytes, content_hashes }, _) => match vcon::content_matches(&content_hashes, &bytes) {
                Some(false) => Err(other_content(vcon)),
                Some(true) | None => Ok(Audio::from_memory(bytes)),
            },
            (Media::Referenced { content_hashes, .. }, Some(file)) => checked(files, file, &content_hashes, cancel),
            (Media::Missing, Some(file)) => files.audio(file),
            (Media::Unreadable { reason }, _) => Err(invalid(vcon, &reason)),
            (Media::Referenced { .. } | Media::Missing, None) => {
                let detail = format!("{} holds no audio for dialog {dialog}", plain_path(vcon));
                Err(AudioError::new(Outcome::NotFound, detail))
            }
        }
    }
}

fn in_dialog(vcon: &str, dialog: usize, file: Option<&str>) -> String {
    let file = file.map(|file| format!("#{file}")).unwrap_or_default();
    format!("{vcon}#dialog/{dialog}{file}")
}

fn recording(files: &Files, path: &str, dialog: usize, cancel: &Cancel) -> Result<VConRecording, AudioError> {
    files.confine(path)?;
    let bytes = read_whole(files, path, vcon::MAX_BYTES, cancel).map_err(|cause| unread(path, &cause))?;
    let vcon = vcon::read_vcon(&bytes).map_err(|cause| invalid(path, &cause.to_string()))?;
    vcon.recordings.into_iter().find(|recording| recording.dialog == dialog).ok_or_else(|| {
        AudioError::new(Outcome::NotFound, format!("{} has no dialog {dialog} any more", plain_path(path)))
    })
}

/// The recordings of an exported call whose vCon is at `path`: those of the original, with where their audio is here.
/// Recordings in other places are facts of the library it came from; nothing is asked of them here.
pub fn of_original(path: &str, vcon: &VCon, original: &Original, names: &Names) -> Vec<Recording> {
    let placed = original.record.recordings.iter().zip(&original.audio).enumerate();
    placed
        .map(|(at, (recording, kept))| {
            let place = match kept {
                Kept::Missing(why) => Err(why.clone()),
                Kept::Dialog(dialog) => place(path, vcon, *dialog, names),
            };
            let storage_path = Some(place.unwrap_or_else(|why| format!("{path}#missing/{at}#{}", plain_path(&why))));
            Recording { storage_path, ..recording.clone() }
        })
        .collect()
}

/// Where the audio of a dialog is; else why it is not here.
fn place(path: &str, vcon: &VCon, dialog: usize, names: &Names) -> Result<String, String> {
    let recording = vcon.recordings.iter().find(|recording| recording.dialog == dialog);
    let file = recording.and_then(|recording| names.local(path, recording));
    let referenced = recording.is_some_and(|recording| matches!(recording.media, Media::Referenced { .. }));
    match (referenced, file) {
        (true, None) => {
            Err("the audio file that the export names is not beside its vCon; put it back there".to_owned())
        }
        (_, file) => Ok(in_dialog(path, dialog, file)),
    }
}

/// The recordings of a vCon at `path`, and what could not be had of them.
pub fn recordings(path: &str, vcon: &VCon, names: &Names) -> (Vec<Recording>, Vec<RejectedItem>) {
    let (mut recordings, mut rejected) = (Vec::new(), Vec::new());
    for dialog in &vcon.recordings {
        let file = names.local(path, dialog).map(str::to_owned);
        let place = in_dialog(path, dialog.dialog, file.as_deref());
        let (storage_path, legacy_url, bytes) = match &dialog.media {
            Media::Inline { bytes, .. } => (Some(place.clone()), None, Some(bytes.len() as u64)),
            Media::Referenced { url, .. } => {
                let remote = url.split_once("://").map(|_| url.clone());
                (file.is_some().then(|| place.clone()), remote, None)
            }
            Media::Missing => (file.is_some().then(|| place.clone()), None, None),
            Media::Unreadable { reason } => {
                rejected.push(RejectedItem { item: plain_path(&place), reason: reason.clone() });
                continue;
            }
        };
        if storage_path.is_none() && legacy_url.is_none() {
            if let Media::Referenced { .. } = dialog.media {
                let reason = "the recording it refers to is not in the folder; put it beside the vCon".to_owned();
                rejected.push(RejectedItem { item: plain_path(&place), reason });
            }
            continue;
        }
        let name = dialog.file_name.as_deref().or(file.as_deref());
        recordings.push(Recording {
            remote_id: format!("dialog/{}", dialog.dialog),
            storage_path,
            legacy_url,
            claimed: AudioFacts {
                format: name.and_then(format_of),
                duration_ms: dialog.duration_ms,
                bytes,
                ..AudioFacts::default()
            },
            started_at: dialog.started_at.clone(),
            ..Recording::default()
        });
    }
    (recordings, rejected)
}

/// A file that a vCon refers to. It is read twice, so that nothing of it is handed out before its hash is known to fit
/// and none of it need be kept.
fn checked(files: &Files, file: &str, hashes: &[String], cancel: &Cancel) -> Result<Audio, AudioError> {
    let mut audio = files.audio(file)?;
    let Some(mut content) = Content::of(hashes) else { return Ok(audio) };
    let mut buffer = vec![0; 1 << 16];
    loop {
        cancel.check().map_err(|cause| AudioError::new(Outcome::Cancelled, cause.to_string()))?;
        match audio.bytes.read(&mut buffer).map_err(|cause| unread(file, &ReadError::Io(cause)))? {
            0 => break,
            read => content.update(&buffer[..read]),
        }
    }
    if content.matches() { files.audio(file) } else { Err(other_content(file)) }
}

fn other_content(path: &str) -> AudioError {
    invalid(path, "it is not the recording the vCon was made for: its hash differs")
}

fn unread(path: &str, cause: &ReadError) -> AudioError {
    let outcome = match cause {
        ReadError::TooLarge(_) => Outcome::TooLarge,
        ReadError::Io(cause) if cause.kind() == std::io::ErrorKind::PermissionDenied => Outcome::Denied,
        ReadError::Io(cause) if cause.kind() == std::io::ErrorKind::InvalidData => Outcome::Invalid,
        ReadError::Io(cause) if cause.kind() == std::io::ErrorKind::NotFound => Outcome::NotFound,
        ReadError::Io(_) => Outcome::Network,
        ReadError::Cancelled(_) => Outcome::Cancelled,
    };
    AudioError::new(outcome, format!("{}: {cause}", plain_path(path)))
}

fn invalid(path: &str, reason: &str) -> AudioError {
    AudioError::new(Outcome::Invalid, format!("{}: {reason}", plain_path(path)))
}
