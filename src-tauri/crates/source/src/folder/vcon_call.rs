//! The recordings of a vCon: in the file itself, beside it, or at an address.

use model::{AudioFacts, Cancel, Outcome, Recording, RejectedItem};

use super::claims::Names;
use super::content::{ReadError, read_whole};
use super::sidecar::format_of;
use crate::confine::Root;
use crate::vcon::{self, Media, VCon, VConRecording};
use crate::words::plain_path;
use crate::{Audio, AudioError, file_audio};

/// The largest referenced recording whose hash is checked; it is read as a whole for that.
const MAX_CHECKED: u64 = 1 << 30;

/// Where a dialog's audio is: the vCon, the dialog's number, and the file it refers to, if that is in the tree. Written
/// as `path.vcon#dialog/0` or `path.vcon#dialog/0#audio.wav`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    vcon: String,
    dialog: usize,
    file: Option<String>,
}

impl Reference {
    /// Reads a storage path; `None` if it is that of a plain file.
    pub fn parse(storage_path: &str) -> Option<Self> {
        let (vcon, rest) = storage_path.split_once("#dialog/")?;
        let (dialog, file) =
            rest.split_once('#').map_or((rest, None), |(dialog, file)| (dialog, Some(file.to_owned())));
        Some(Self { vcon: vcon.to_owned(), dialog: dialog.parse().ok()?, file })
    }

    fn storage_path(&self) -> String {
        let file = self.file.as_ref().map(|file| format!("#{file}")).unwrap_or_default();
        format!("{}#dialog/{}{file}", self.vcon, self.dialog)
    }

    /// The audio, checked against the hash that the vCon gives for it.
    pub fn audio(&self, root: &Root) -> Result<Audio, AudioError> {
        let recording = self.recording(root)?;
        match (recording.media, &self.file) {
            (Media::Inline(bytes), _) => Ok(Audio::from_memory(bytes)),
            (Media::Referenced { content_hashes, .. }, Some(file)) if !content_hashes.is_empty() => {
                checked(root, file, &content_hashes)
            }
            (Media::Referenced { .. } | Media::Missing, Some(file)) => file_audio::open(root, file),
            (Media::Unreadable { reason }, _) => Err(invalid(&self.vcon, &reason)),
            (Media::Referenced { .. } | Media::Missing, None) => {
                let detail = format!("{} holds no audio for dialog {}", plain_path(&self.vcon), self.dialog);
                Err(AudioError::new(Outcome::NotFound, detail))
            }
        }
    }

    fn recording(&self, root: &Root) -> Result<VConRecording, AudioError> {
        let place = root.resolve(&self.vcon).map_err(|cause| file_audio::refused(&self.vcon, &cause))?;
        if !place.is_file() {
            return Err(invalid(&self.vcon, "it is no file"));
        }
        let bytes = read_whole(&place, vcon::MAX_BYTES, &Cancel::new()).map_err(|cause| unread(&self.vcon, &cause))?;
        let vcon = vcon::read_vcon(&bytes).map_err(|cause| invalid(&self.vcon, &cause.to_string()))?;
        vcon.recordings.into_iter().find(|recording| recording.dialog == self.dialog).ok_or_else(|| {
            let detail = format!("{} has no dialog {} any more", plain_path(&self.vcon), self.dialog);
            AudioError::new(Outcome::NotFound, detail)
        })
    }
}

/// The recordings of a vCon at `path`, and what could not be had of them.
pub fn recordings(path: &str, vcon: &VCon, names: &Names) -> (Vec<Recording>, Vec<RejectedItem>) {
    let (mut recordings, mut rejected) = (Vec::new(), Vec::new());
    for dialog in &vcon.recordings {
        let file = names.local(path, dialog).map(str::to_owned);
        let reference = Reference { vcon: path.to_owned(), dialog: dialog.dialog, file };
        let (storage_path, legacy_url, bytes) = match &dialog.media {
            Media::Inline(bytes) => (Some(reference.storage_path()), None, Some(bytes.len() as u64)),
            Media::Referenced { url, .. } => {
                let remote = url.split_once("://").map(|_| url.clone());
                (reference.file.is_some().then(|| reference.storage_path()), remote, None)
            }
            Media::Missing => (reference.file.is_some().then(|| reference.storage_path()), None, None),
            Media::Unreadable { reason } => {
                rejected.push(RejectedItem { item: plain_path(&reference.storage_path()), reason: reason.clone() });
                continue;
            }
        };
        if storage_path.is_none() && legacy_url.is_none() {
            if let Media::Referenced { .. } = dialog.media {
                let reason = "the recording it refers to is not in the folder; put it beside the vCon".to_owned();
                rejected.push(RejectedItem { item: plain_path(&reference.storage_path()), reason });
            }
            continue;
        }
        let name = dialog.file_name.as_deref().or(reference.file.as_deref());
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

fn checked(root: &Root, file: &str, hashes: &[String]) -> Result<Audio, AudioError> {
    let audio = file_audio::open(root, file)?;
    if audio.length.is_some_and(|length| length > MAX_CHECKED) {
        return Ok(audio);
    }
    let place = root.resolve(file).map_err(|cause| file_audio::refused(file, &cause))?;
    let bytes = read_whole(&place, MAX_CHECKED, &Cancel::new()).map_err(|cause| unread(file, &cause))?;
    match vcon::content_matches(hashes, &bytes) {
        Some(false) => Err(invalid(file, "it is not the recording the vCon was made for: its hash differs")),
        Some(true) | None => Ok(Audio::from_memory(bytes)),
    }
}

fn unread(path: &str, cause: &ReadError) -> AudioError {
    let outcome = match cause {
        ReadError::TooLarge(_) => Outcome::TooLarge,
        ReadError::Io(cause) if cause.kind() == std::io::ErrorKind::PermissionDenied => Outcome::Denied,
        ReadError::Io(_) => Outcome::Network,
        ReadError::Cancelled(_) => Outcome::Cancelled,
    };
    AudioError::new(outcome, format!("{}: {cause}", plain_path(path)))
}

fn invalid(path: &str, reason: &str) -> AudioError {
    AudioError::new(Outcome::Invalid, format!("{}: {reason}", plain_path(path)))
}
