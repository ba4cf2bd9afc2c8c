//! A dialog for each recording that has audio; or one without content, which says when the call was and between whom.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{Call, Ms};
use serde::Serialize;

use super::parties::Cast;
use super::start_of;
use crate::moments::{duration_of, rfc3339};
use crate::{AudioFile, Exhibit, ExhibitRecording};

/// A dialog without its inline body.
#[derive(Serialize)]
pub(super) struct Dialog<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    start: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<f64>,
    parties: &'a [usize],
    /// The first party rang; said again where a reader might not know.
    originator: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    disposition: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mediatype: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filename: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_hash: Option<String>,
    /// The audio that belongs into it.
    #[serde(skip)]
    pub file: Option<&'a AudioFile>,
}

/// The dialogs of a call, in the order of its recordings; never none.
pub(super) fn of<'a>(exhibit: &'a Exhibit, cast: &'a Cast) -> Vec<Dialog<'a>> {
    let heard = exhibit.recordings.iter().filter_map(|recording| Some((recording, Exhibit::kept(recording)?)));
    let dialogs: Vec<Dialog> = heard.map(|(recording, file)| heard_dialog(exhibit, cast, recording, file)).collect();
    if dialogs.is_empty() { vec![silent_dialog(exhibit, cast)] } else { dialogs }
}

fn heard_dialog<'a>(
    exhibit: &Exhibit,
    cast: &'a Cast,
    recording: &ExhibitRecording,
    file: &'a AudioFile,
) -> Dialog<'a> {
    Dialog {
        start: recording.started_at.as_ref().map_or_else(|| start_of(exhibit), |moment| rfc3339(moment.utc_ms)),
        duration: file.facts.duration_ms.and_then(seconds),
        mediatype: file.facts.format.as_deref().and_then(media_type),
        filename: Some(&file.name),
        content_hash: Some(format!("sha512-{}", URL_SAFE_NO_PAD.encode(file.sha512))),
        file: Some(file),
        ..bare(exhibit, cast)
    }
}

fn silent_dialog<'a>(exhibit: &Exhibit, cast: &'a Cast) -> Dialog<'a> {
    let disposition = disposition(&exhibit.record.call);
    let kind = if disposition.is_some() { "incomplete" } else { "recording" };
    Dialog { kind, disposition, duration: duration_of(exhibit).and_then(seconds), ..bare(exhibit, cast) }
}

fn bare<'a>(exhibit: &Exhibit, cast: &'a Cast) -> Dialog<'a> {
    Dialog {
        kind: "recording",
        start: start_of(exhibit),
        duration: None,
        parties: &cast.speaking,
        originator: cast.speaking.first().copied().unwrap_or_default(),
        disposition: None,
        mediatype: None,
        filename: None,
        content_hash: None,
        file: None,
    }
}

fn seconds(ms: Ms) -> Option<f64> {
    (ms >= 0).then(|| ms as f64 / 1000.0)
}

/// Why a call came to nothing, if its source says so in a word that means just that.
fn disposition(call: &Call) -> Option<&'static str> {
    match call.status.as_deref()?.trim().to_ascii_lowercase().replace(['_', ' '], "-").as_str() {
        "no-answer" | "noanswer" => Some("no-answer"),
        "busy" => Some("busy"),
        "failed" => Some("failed"),
        "congestion" => Some("congestion"),
        _ => None,
    }
}

/// The media type of a container that has a registered or a customary one.
fn media_type(format: &str) -> Option<&'static str> {
    Some(match format {
        "wav" => "audio/x-wav",
        "mp3" => "audio/mpeg",
        "m4a" | "mp4" => "audio/mp4",
        "ogg" | "opus" | "oga" => "audio/ogg",
        "flac" => "audio/flac",
        "webm" => "audio/webm",
        "mkv" => "audio/x-matroska",
        "aac" => "audio/aac",
        "aiff" => "audio/x-aiff",
        _ => return None,
    })
}
