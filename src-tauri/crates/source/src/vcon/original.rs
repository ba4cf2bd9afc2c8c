//! The call as the library that wrote a vCon had it. Turnstone attaches it to the vCons of its exports, and what it says
//! is believed over the standard fields, which hold less. It is somebody's file all the same: what could not have come
//! from a library is refused as a whole, and the standard fields are read instead.

use std::collections::{HashMap, HashSet};

use model::{CallRecord, Moment, Ms, Transcript};
use serde::Deserialize;
use serde_json::Value;

use super::{Media, VConRecording, analysis};
use crate::transcript_format::{MAX_TURNS, json};

/// What such an attachment is called.
pub(super) const PURPOSE: &str = "turnstone_call";
/// What the form of the transcript beside it is called.
pub(super) const TRANSCRIPT_SCHEMA: &str = "turnstone_transcript_1";
/// The version that is read.
const VERSION: u64 = 1;
/// The longest name of anything.
const LONGEST_NAME: usize = 4_096;
/// The furthest moment from 1970 either way: the end of the year 9999.
const FURTHEST: i64 = 253_402_300_799_999;
/// The longest time within a call, in milliseconds: a year.
const LONGEST: Ms = 366 * 86_400_000;

/// A call as it was in the library that wrote it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Original {
    /// Its id in that library.
    pub id: Option<String>,
    /// The name of its source there.
    pub source: Option<String>,
    /// The kind of its source there, such as `folder`.
    pub source_kind: Option<String>,
    /// When its source was first seen without it, in RFC 3339.
    pub vanished_at: Option<String>,
    /// Everything that was known of it. Its paths and addresses are facts; the audio is in the dialogs.
    pub record: CallRecord,
    /// For each recording of the record where its audio is.
    pub audio: Vec<Kept>,
}

/// Where the audio of an original's recording is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// In this dialog of the vCon, by its index.
    Dialog(usize),
    /// Nowhere here, and why.
    Missing(String),
}

/// Reads the attachment of that purpose. An error says why it is not used, without any of its words.
pub(super) fn read(item: &Value, recordings: &[VConRecording]) -> Result<Original, String> {
    let decoded;
    let body = match &item["body"] {
        body @ Value::Object(_) => body,
        _ => {
            decoded = analysis::body(item).ok_or("its body cannot be read")?;
            &decoded
        }
    };
    match body["version"].as_u64() {
        Some(VERSION) => {}
        Some(version) => return Err(format!("it has version {version}, and {VERSION} is known here")),
        None => return Err("it has no version".to_owned()),
    }
    // What serde says may quote the text.
    let record = CallRecord::deserialize(&body["record"]).map_err(|_| "its record has another form".to_owned())?;
    check(&record)?;
    let text = |name: &str| json::scalar(&body[name]).filter(|text| text.len() <= LONGEST_NAME);
    Ok(Original {
        id: text("id"),
        source: text("source"),
        source_kind: text("source_kind"),
        vanished_at: text("vanished_at"),
        audio: kept(&record, body, recordings),
        record,
    })
}

/// Reads a transcript in the form that stands among the analyses.
pub(super) fn transcript(body: &Value) -> Option<Transcript> {
    let transcript = Transcript::deserialize(body).ok()?;
    check_transcript(&transcript).is_ok().then_some(transcript)
}

/// For each recording the dialog that is named for it, if that is one with audio; else why there is none.
fn kept(record: &CallRecord, body: &Value, recordings: &[VConRecording]) -> Vec<Kept> {
    let (audio, missing) = (by_name(&body["audio"]), by_name(&body["missing"]));
    let dialog = |remote_id: &str| {
        let dialog = usize::try_from(audio.get(remote_id)?["dialog"].as_u64()?).ok()?;
        let has_audio = |recording: &VConRecording| recording.dialog == dialog && recording.media != Media::Missing;
        recordings.iter().any(has_audio).then_some(Kept::Dialog(dialog))
    };
    let why = |remote_id: &str| {
        let reason = missing.get(remote_id).and_then(|item| json::text(&item["reason"]));
        let reason: String = reason.into_iter().flat_map(str::chars).take(300).collect();
        let colon = if reason.is_empty() { "" } else { ": " };
        Kept::Missing(format!("the export came without this audio{colon}{reason}"))
    };
    let names = record.recordings.iter().map(|recording| recording.remote_id.as_str());
    names.map(|name| dialog(name).unwrap_or_else(|| why(name))).collect()
}

fn by_name(list: &Value) -> HashMap<&str, &Value> {
    json::list(list).iter().filter_map(|item| Some((item["remote_id"].as_str()?, item))).collect()
}

/// Whether a record could have come from a library; else what speaks against it.
fn check(record: &CallRecord) -> Result<(), String> {
    if !is_name(&record.remote_id) {
        return Err("its call has no usable name".to_owned());
    }
    let mut names = HashSet::new();
    if !record.recordings.iter().all(|one| is_name(&one.remote_id) && names.insert(one.remote_id.as_str())) {
        return Err("its recordings have no names or the same ones".to_owned());
    }
    let call = &record.call;
    let moments = [&call.started_at, &call.ended_at];
    let of_recordings = record.recordings.iter().flat_map(|one| [&one.started_at, &one.expires_at]);
    let of_metrics = record.metrics.iter().map(|metric| &metric.at);
    if !moments.into_iter().chain(of_recordings).chain(of_metrics).flatten().all(is_moment) {
        return Err("it holds moments outside of the calendar".to_owned());
    }
    let lengths = record.recordings.iter().map(|one| one.claimed.duration_ms).chain([call.duration_ms]);
    if !lengths.flatten().all(is_length) {
        return Err("it holds impossible lengths".to_owned());
    }
    record.transcript.as_ref().map_or(Ok(()), check_transcript)
}

fn check_transcript(transcript: &Transcript) -> Result<(), String> {
    if transcript.turns.len() > MAX_TURNS {
        return Err(format!("its transcript has more than {MAX_TURNS} turns"));
    }
    let of_turns = transcript.turns.iter().flat_map(|turn| [turn.start_ms, turn.end_ms]);
    let of_words = transcript.turns.iter().flat_map(|turn| &turn.words).flat_map(|word| [word.start_ms, word.end_ms]);
    if of_turns.chain(of_words).flatten().all(is_length) {
        Ok(())
    } else {
        Err("its transcript holds impossible times".to_owned())
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= LONGEST_NAME && !name.contains('\0')
}

fn is_moment(moment: &Moment) -> bool {
    (-FURTHEST..=FURTHEST).contains(&moment.utc_ms)
}

fn is_length(ms: Ms) -> bool {
    (-LONGEST..=LONGEST).contains(&ms)
}
