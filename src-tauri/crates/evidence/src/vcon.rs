//! A call as a vCon: one JSON document that holds or names its audio, and what was said and concluded.
//!
//! The standard fields say as much as they can. Besides, the attachment `turnstone_call` holds the call as its source
//! described it, so that nothing is lost when it is read back.
//!
//! Invariants: valid against the schema of draft version 0.4.0 for every call; nothing depends on when it is written;
//! inline audio is streamed.
//!
//! Deliberately absent: a transcript posing as text messages, and a call posing as incomplete because its audio is not
//! here. A call without audio has one recording dialog without content, which says when it took place and between whom.

mod conclusions;
mod dialog;
mod parties;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::io::{self, BufWriter, Read, Write};

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::write::EncoderWriter;
use model::CallRecord;
use serde::Serialize;
use serde_json::json;

use crate::moments::{known_start, rfc3339};
use crate::{AudioFile, Exhibit};

use dialog::Dialog;
use parties::Cast;

/// The version of the draft that is written.
const VERSION: &str = "0.4.0";
/// The version of the attachment `turnstone_call`.
const ATTACHMENT_VERSION: u32 = 1;

/// Opens an audio file of the call for reading, once.
pub type Opener<'a> = &'a dyn Fn(&AudioFile) -> io::Result<Box<dyn Read>>;

/// Where a vCon's audio is.
#[derive(Clone, Copy)]
pub enum Media<'a> {
    /// Beside the vCon, by file name and hash.
    ByName,
    /// In the vCon.
    Inline(Opener<'a>),
}

/// Writes a call as a vCon. Errors are the writer's and the opener's own.
pub fn write(exhibit: &Exhibit, media: Media<'_>, out: &mut dyn Write) -> io::Result<()> {
    let out: &mut dyn Write = &mut BufWriter::new(out);
    let cast = Cast::of(&exhibit.record.call);
    let dialogs = dialog::of(exhibit, &cast);
    let start = start_of(exhibit);

    write!(out, "{{\"vcon\":\"{VERSION}\",\"uuid\":\"{}\",\"created_at\":\"{start}\"", exhibit.id)?;
    if let Some(title) = &exhibit.record.call.title {
        out.write_all(b",\"subject\":")?;
        serde_json::to_writer(&mut *out, title)?;
    }
    out.write_all(b",\"parties\":")?;
    serde_json::to_writer(&mut *out, &cast.parties)?;
    out.write_all(b",\"dialog\":[")?;
    for (at, dialog) in dialogs.iter().enumerate() {
        separate(at, out)?;
        write_dialog(dialog, media, out)?;
    }
    out.write_all(b"],\"analysis\":[")?;
    conclusions::write(&exhibit.record, dialogs.len(), out)?;
    out.write_all(b"],\"attachments\":[")?;
    serde_json::to_writer(&mut *out, &attachment(exhibit, &start))?;
    out.write_all(b"]}\n")?;
    out.flush()
}

/// The call's start in RFC 3339; the epoch if nothing is known, because the schema demands a moment and now would be a lie.
pub(super) fn start_of(exhibit: &Exhibit) -> String {
    rfc3339(known_start(exhibit).unwrap_or_default())
}

fn separate(at: usize, out: &mut dyn Write) -> io::Result<()> {
    if at > 0 { out.write_all(b",") } else { Ok(()) }
}

/// A dialog; inline audio goes straight from its file into the text.
fn write_dialog(dialog: &Dialog, media: Media<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (Media::Inline(open), Some(file)) = (media, dialog.file) else {
        return serde_json::to_writer(out, dialog).map_err(io::Error::from);
    };
    let head = serde_json::to_vec(dialog)?;
    out.write_all(head.strip_suffix(b"}").unwrap_or(&head))?;
    out.write_all(b",\"encoding\":\"base64url\",\"body\":\"")?;
    let mut encoder = EncoderWriter::new(&mut *out, &URL_SAFE_NO_PAD);
    io::copy(&mut open(file)?, &mut encoder)?;
    encoder.finish()?;
    drop(encoder);
    out.write_all(b"\"}")
}

/// The attachment that makes the round trip lossless.
#[derive(Serialize)]
struct Attachment<'a> {
    purpose: &'static str,
    start: &'a str,
    party: u32,
    dialog: u32,
    mediatype: &'static str,
    encoding: &'static str,
    body: Body<'a>,
}

#[derive(Serialize)]
struct Body<'a> {
    version: u32,
    id: String,
    source: &'a str,
    source_kind: &'a str,
    vanished_at: Option<String>,
    audio: Vec<serde_json::Value>,
    missing: Vec<serde_json::Value>,
    record: Cow<'a, CallRecord>,
}

fn attachment<'a>(exhibit: &'a Exhibit, start: &'a str) -> Attachment<'a> {
    let (kept, missing): (Vec<_>, Vec<_>) =
        exhibit.recordings.iter().partition(|recording| Exhibit::kept(recording).is_some());
    // Each recording that is kept has a dialog, in this order.
    let audio = kept.iter().enumerate();
    let audio = audio.map(|(dialog, recording)| json!({"remote_id": recording.remote_id, "dialog": dialog}));
    let missing = missing.iter();
    let missing = missing.map(|recording| json!({"remote_id": recording.remote_id, "reason": recording.missing}));
    Attachment {
        purpose: "turnstone_call",
        start,
        party: 0,
        dialog: 0,
        mediatype: "application/json",
        encoding: "json",
        body: Body {
            version: ATTACHMENT_VERSION,
            id: exhibit.id.to_string(),
            source: &exhibit.source,
            source_kind: &exhibit.source_kind,
            vanished_at: exhibit.vanished_ms.map(rfc3339),
            audio: audio.collect(),
            missing: missing.collect(),
            record: finite(&exhibit.record),
        },
    }
}

/// The record without measurements that are no numbers: JSON cannot write them. Other such numbers become `null`, which
/// is read as not given.
fn finite(record: &CallRecord) -> Cow<'_, CallRecord> {
    if record.metrics.iter().all(|metric| metric.value.is_finite()) {
        return Cow::Borrowed(record);
    }
    let mut record = record.clone();
    record.metrics.retain(|metric| metric.value.is_finite());
    Cow::Owned(record)
}
