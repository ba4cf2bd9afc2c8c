//! Reads vCon files: a whole conversation in one JSON document, with its parties, audio, transcripts and analyses.
//!
//! Every version from 0.0.1 on is read, by old and new names, and what the drafts require but writers forget is not
//! missed. The signed form (JWS) is read without checking its signature, which the metadata says; the encrypted form
//! (JWE) is refused by name. Audio is inline, in either alphabet of base64, or referenced by an address and a hash.
//!
//! Deliberately absent: fetching what is referenced, and following other vCons this one was made from.

mod analysis;
mod dialog;
mod original;
mod party;

use model::{Call, Insights, Moment, Ms, Transcript};
use serde_json::{Map, Value};

use crate::transcript_format::{FormatError, Recognised, json, keep_rest, parse_json, parse_json_without};

pub use dialog::{Content, content_matches};
pub use original::{Kept, Original};

/// The largest vCon that is read: inline audio makes them far larger than transcripts.
pub const MAX_BYTES: u64 = 256 << 20;

/// A vCon in parts that make up a call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VCon {
    /// Its own id.
    pub uuid: Option<String>,
    /// It came in a signed envelope. The signature was not checked.
    pub signed: bool,
    /// The facts of the conversation.
    pub call: Call,
    /// Its audio, in the order of its dialogs.
    pub recordings: Vec<VConRecording>,
    /// What was said, from its analyses, attachments and text dialogs.
    pub transcript: Option<Transcript>,
    /// What a machine concluded.
    pub insights: Option<Insights>,
    /// What has no field of its own, as it came.
    pub metadata: Map<String, Value>,
    /// What was not understood, in words, one line each.
    pub notes: Vec<String>,
    /// The call as a library had it, if one wrote this vCon.
    pub original: Option<Box<Original>>,
}

/// One dialog with audio.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VConRecording {
    /// The dialog's index: its name within the vCon.
    pub dialog: usize,
    /// The file name it was given.
    pub file_name: Option<String>,
    /// Such as `audio/x-wav`.
    pub media_type: Option<String>,
    /// When it began.
    pub started_at: Option<Moment>,
    /// Its length as the vCon says.
    pub duration_ms: Option<Ms>,
    /// The audio.
    pub media: Media,
}

/// Where a dialog's audio is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Media {
    /// In the vCon.
    Inline {
        /// The audio.
        bytes: Vec<u8>,
        /// What the bytes hash to, if the vCon says; see [`content_matches`].
        content_hashes: Vec<String>,
    },
    /// Somewhere else.
    Referenced {
        /// The address, or a path, as written.
        url: String,
        /// What the bytes hash to, each as `sha512-` and base64url; see [`content_matches`].
        content_hashes: Vec<String>,
    },
    /// There should be audio, and there is none that can be had.
    Unreadable {
        /// Why, in words.
        reason: String,
    },
    /// Neither a body nor an address.
    #[default]
    Missing,
}

impl VConRecording {
    /// What its bytes hash to, as the vCon says.
    pub fn content_hashes(&self) -> Vec<String> {
        match &self.media {
            Media::Inline { content_hashes, .. } | Media::Referenced { content_hashes, .. } => content_hashes.clone(),
            Media::Unreadable { .. } | Media::Missing => Vec::new(),
        }
    }
}

/// Reads a vCon in its plain or signed form. Attachments that are nested too deeply cost only the attachments.
pub fn read_vcon(bytes: &[u8]) -> Result<VCon, FormatError> {
    match parse_json(bytes, MAX_BYTES) {
        Err(FormatError::TooDeep) => {
            let mut vcon = read_value(&parse_json_without(bytes, MAX_BYTES, "attachments")?)?;
            vcon.notes.insert(0, "the attachments are nested too deeply and were not read".to_owned());
            Ok(vcon)
        }
        parsed => read_value(&parsed?),
    }
}

/// Whether a JSON document is a vCon in one of its three forms.
pub(crate) fn is_vcon(value: &Value) -> bool {
    let is_plain = !value["uuid"].is_null() && (value["parties"].is_array() || value["dialog"].is_array());
    let is_signed = !value["payload"].is_null() && value["signatures"].is_array();
    is_plain || is_signed || is_encrypted(value)
}

/// Reads a parsed vCon.
pub(crate) fn read_value(value: &Value) -> Result<VCon, FormatError> {
    if is_encrypted(value) {
        return Err(FormatError::Encrypted);
    }
    if value["signatures"].is_array() {
        return read_signed(value);
    }
    if !value.is_object() || !is_vcon(value) {
        return Err(malformed("neither `parties` nor `dialog` beside a `uuid`"));
    }
    read_plain(value)
}

impl VCon {
    /// The same without its audio, as a recognised transcript.
    pub(crate) fn into_recognised(self) -> Recognised {
        Recognised {
            format: "vcon",
            transcript: self
                .transcript
                .unwrap_or_else(|| Transcript { format: Some("vcon".to_owned()), ..Transcript::default() }),
            call: self.call,
            insights: self.insights,
            metadata: self.metadata,
            notes: self.notes,
        }
    }
}

fn is_encrypted(value: &Value) -> bool {
    value["ciphertext"].is_string() && (value["recipients"].is_array() || value["protected"].is_string())
}

/// The payload of a JSON web signature; a payload that is signed again, or encrypted, is not followed.
fn read_signed(value: &Value) -> Result<VCon, FormatError> {
    let parsed;
    let payload = match &value["payload"] {
        Value::String(text) => {
            let bytes = dialog::from_base64(text).ok_or_else(|| malformed("`payload` is not base64url"))?;
            parsed = parse_json(&bytes, MAX_BYTES)?;
            &parsed
        }
        object => object,
    };
    if is_encrypted(payload) {
        return Err(FormatError::Encrypted);
    }
    if payload["signatures"].is_array() || !is_vcon(payload) {
        return Err(malformed("`payload` holds no vCon"));
    }
    let mut vcon = read_plain(payload)?;
    vcon.signed = true;
    vcon.metadata.insert("signature".to_owned(), Value::String("present, not verified".to_owned()));
    Ok(vcon)
}

fn read_plain(value: &Value) -> Result<VCon, FormatError> {
    let parties = party::read(value);
    let mut vcon = VCon { uuid: json::scalar(&value["uuid"]), ..VCon::default() };
    dialog::read(value, &parties, &mut vcon);
    analysis::read(value, &parties, &mut vcon)?;
    read_original(value, &mut vcon);
    vcon.call.title = json::scalar(&value["subject"]);
    if let Some(uuid) = &vcon.uuid {
        vcon.call.external_ids.insert("vcon".to_owned(), uuid.clone());
    }
    let VCon { metadata, notes, .. } = &mut vcon;
    keep_rest(metadata, value, &["uuid", "subject", "dialog", "analysis", "attachments"], &mut |note| notes.push(note));
    notes.truncate(MAX_NOTES);
    Ok(vcon)
}

fn read_original(value: &Value, vcon: &mut VCon) {
    let attachments = json::list(&value["attachments"]).iter();
    let Some(item) = attachments.take(dialog::MAX_DIALOGS).find(|item| item["purpose"] == original::PURPOSE) else {
        return;
    };
    match original::read(item, &vcon.recordings) {
        Ok(original) => vcon.original = Some(Box::new(original)),
        Err(reason) => {
            let note = format!("what Turnstone attached is not used, the standard fields are: {reason}");
            vcon.notes.insert(0, note);
        }
    }
}

/// More notes than this help nobody.
const MAX_NOTES: usize = 100;

fn malformed(reason: &str) -> FormatError {
    FormatError::Malformed { format: "vCon", reason: reason.to_owned() }
}
