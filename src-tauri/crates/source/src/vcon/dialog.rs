//! A vCon's dialogs: its audio and what it says about when the conversation took place.

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use model::Ms;
use serde_json::Value;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::party::{self, Person};
use super::{Media, VCon, VConRecording};
use crate::transcript_format::json;

/// More dialogs than any call has.
pub(super) const MAX_DIALOGS: usize = 10_000;

/// Whether `bytes` hash to one of `hashes`, each written as the algorithm, a dash and base64url of the hash. `None` if
/// no hash is of a known kind.
pub fn content_matches(hashes: &[String], bytes: &[u8]) -> Option<bool> {
    let mut content = Content::of(hashes)?;
    content.update(bytes);
    Some(content.matches())
}

/// Content that is compared with the hashes given for it while it is read.
#[derive(Clone)]
pub struct Content {
    sha256: (Sha256, Vec<Vec<u8>>),
    sha384: (Sha384, Vec<Vec<u8>>),
    sha512: (Sha512, Vec<Vec<u8>>),
}

impl Content {
    /// Content that should hash to one of `hashes`; `None` if none of them is of a known kind.
    pub fn of(hashes: &[String]) -> Option<Self> {
        let digests = |name: &str| -> Vec<Vec<u8>> {
            let pairs = hashes.iter().filter_map(|hash| hash.split_once('-'));
            pairs
                .filter(|(kind, _)| kind.eq_ignore_ascii_case(name))
                .filter_map(|(_, hash)| from_base64(hash))
                .collect()
        };
        let content = Self {
            sha256: (Sha256::new(), digests("sha256")),
            sha384: (Sha384::new(), digests("sha384")),
            sha512: (Sha512::new(), digests("sha512")),
        };
        let known = content.sha256.1.len() + content.sha384.1.len() + content.sha512.1.len();
        (known > 0).then_some(content)
    }

    /// The next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        if !self.sha256.1.is_empty() {
            self.sha256.0.update(bytes);
        }
        if !self.sha384.1.is_empty() {
            self.sha384.0.update(bytes);
        }
        if !self.sha512.1.is_empty() {
            self.sha512.0.update(bytes);
        }
    }

    /// Whether what was read is that content.
    pub fn matches(self) -> bool {
        is_among(self.sha256) || is_among(self.sha384) || is_among(self.sha512)
    }
}

fn is_among<D: Digest>((hash, digests): (D, Vec<Vec<u8>>)) -> bool {
    !digests.is_empty() && digests.contains(&hash.finalize().to_vec())
}

/// The recordings, and the call's start, length and parties.
pub(super) fn read(value: &Value, people: &[Person], vcon: &mut VCon) {
    let dialogs = json::list(&value["dialog"]);
    if dialogs.len() > MAX_DIALOGS {
        vcon.notes.push(format!("only the first {MAX_DIALOGS} dialogs are read"));
    }
    let dialogs = &dialogs[..dialogs.len().min(MAX_DIALOGS)];
    for (index, dialog) in dialogs.iter().enumerate() {
        match kind(dialog) {
            Kind::Recording => vcon.recordings.push(recording(index, dialog)),
            Kind::Text | Kind::Set => {}
            Kind::Incomplete => {
                vcon.call.status = Some("incomplete".to_owned());
                vcon.call.outcome = json::scalar(&dialog["disposition"]).or(vcon.call.outcome.take());
            }
            Kind::Transfer => vcon.notes.push(format!("dialog {index} is a transfer; it is not followed")),
            Kind::Unknown => vcon.notes.push(format!("dialog {index} is of a kind that is not known here")),
        }
    }
    let starts = dialogs.iter().filter_map(|dialog| json::moment(&dialog["start"]));
    vcon.call.started_at = starts.min_by_key(|moment| moment.utc_ms);
    if let [only] = vcon.recordings.as_slice() {
        vcon.call.duration_ms = only.duration_ms;
    }
    let mut described: Vec<&Value> = dialogs.iter().filter(|dialog| !dialog["parties"].is_null()).collect();
    described.sort_by_key(|dialog| kind(dialog) != Kind::Recording);
    let described = described.first().copied().unwrap_or(&Value::Null);
    party::describe_call(described, people, &mut vcon.call);
    if let Some(session) = dialogs.iter().find_map(|dialog| json::scalar(&dialog["session_id"])) {
        vcon.call.external_ids.insert("session_id".to_owned(), session);
    }
}

/// What a dialog is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Recording,
    Text,
    Transfer,
    Incomplete,
    Set,
    Unknown,
}

/// The dialog's kind, by its type and, for writers that invent types, by its media.
pub(super) fn kind(dialog: &Value) -> Kind {
    let is_audio =
        || media_type(dialog).is_some_and(|media| media.starts_with("audio/") || media.starts_with("video/"));
    match json::text(&dialog["type"]).unwrap_or_default() {
        "recording" | "audio" | "video" => Kind::Recording,
        "text" => Kind::Text,
        "transfer" => Kind::Transfer,
        "incomplete" => Kind::Incomplete,
        "recording-set" => Kind::Set,
        _ if is_audio() => Kind::Recording,
        _ => Kind::Unknown,
    }
}

/// Where the first recording begins in absolute time: what turns given by wall clock are counted from.
pub(super) fn origin_ms(dialogs: &[Value]) -> Option<Ms> {
    let recordings = dialogs.iter().take(MAX_DIALOGS).filter(|dialog| kind(dialog) == Kind::Recording);
    let start_of = |dialog: &Value| json::moment(&dialog["start"]).map(|moment| moment.utc_ms);
    recordings.filter_map(start_of).min().or_else(|| dialogs.iter().take(MAX_DIALOGS).filter_map(start_of).min())
}

/// Inline text: as it is, or base64url if the encoding says so.
pub(super) fn body_text(item: &Value) -> Option<String> {
    let body = item["body"].as_str()?;
    match json::text(&item["encoding"]) {
        Some("base64url" | "base64") => String::from_utf8(from_base64(body)?).ok(),
        _ => Some(body.to_owned()),
    }
}

/// Either alphabet of base64, padded or not, with any white space.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::URL_SAFE,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let url_safe: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| match byte {
            b'+' => b'-',
            b'/' => b'_',
            other => other,
        })
        .collect();
    LENIENT.decode(url_safe).ok()
}

fn media_type(dialog: &Value) -> Option<String> {
    json::scalar(json::first(dialog, &["mediatype", "mimetype"])).map(|media| media.to_ascii_lowercase())
}

fn recording(index: usize, dialog: &Value) -> VConRecording {
    VConRecording {
        dialog: index,
        file_name: json::scalar(&dialog["filename"]),
        media_type: media_type(dialog),
        started_at: json::moment(&dialog["start"]),
        duration_ms: json::duration(&dialog["duration"]),
        media: media(dialog),
    }
}

fn media(dialog: &Value) -> Media {
    if let Some(body) = json::text(&dialog["body"]) {
        return match (from_base64(body), json::text(&dialog["encoding"])) {
            (_, Some(encoding @ ("json" | "none"))) => {
                Media::Unreadable { reason: format!("its body is audio but its encoding is `{encoding}`") }
            }
            (Some(bytes), _) => Media::Inline { bytes, content_hashes: hashes(dialog) },
            (None, _) => Media::Unreadable { reason: "its body is not base64".to_owned() },
        };
    }
    match json::scalar(&dialog["url"]).or_else(|| json::scalar(&dialog["filename"])) {
        Some(url) => Media::Referenced { url, content_hashes: hashes(dialog) },
        None => Media::Missing,
    }
}

/// `content_hash`, one or several; or the older pair of `alg` and `signature`.
fn hashes(dialog: &Value) -> Vec<String> {
    let hash = &dialog["content_hash"];
    let own: Vec<String> =
        json::list(hash).iter().chain([hash]).filter_map(json::text).take(16).map(str::to_owned).collect();
    let old = json::text(&dialog["alg"]).zip(json::text(&dialog["signature"]));
    match old {
        Some((algorithm, digest)) if own.is_empty() => {
            vec![format!("{}-{digest}", algorithm.to_ascii_lowercase().replace('-', ""))]
        }
        _ => own,
    }
}
