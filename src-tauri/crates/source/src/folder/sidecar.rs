//! Reads one file that lies beside a recording, or instead of one: a transcript, facts about the call, or a vCon.

use model::{Cancel, Moment, Transcript};
use serde_json::Value;

use super::content::{ReadError, read_whole};
use super::naming::{Part, ending, split};
use crate::shelf::Files;
use crate::transcript_format::{self, FormatError, Hint, Recognised};
use crate::vcon::{self, VCon};

/// What a file turned out to be.
#[derive(Debug)]
pub enum Content {
    /// What was said.
    Transcript(Box<Recognised>),
    /// A whole conversation.
    VCon(Box<VCon>),
    /// JSON that holds no transcript.
    Facts(Value),
    /// Nothing of ours, in words.
    Unknown(String),
    /// It says what it is and is broken, in words.
    Broken(String),
    /// A vCon that only its key opens; worth a word whatever the file is called.
    Encrypted(String),
    /// The system refused; it is tried again at the next walk.
    Unread(String),
}

/// Reads the file. `started_at` helps with transcripts that count in wall-clock time.
pub fn read(
    files: &Files,
    path: &str,
    part: Part,
    started_at: Option<&Moment>,
    cancel: &Cancel,
) -> Result<Content, model::Cancelled> {
    let limit = if part == Part::VCon { vcon::MAX_BYTES } else { transcript_format::MAX_BYTES };
    let bytes = match read_whole(files, path, limit, cancel) {
        Ok(bytes) => bytes,
        Err(ReadError::Cancelled(cancelled)) => return Err(cancelled),
        Err(cause @ ReadError::TooLarge(_)) => return Ok(Content::Broken(cause.to_string())),
        Err(cause @ ReadError::Io(_)) => return Ok(Content::Unread(cause.to_string())),
    };
    Ok(if part == Part::VCon { vcon(&bytes) } else { sidecar(&bytes, split(path).1, started_at) })
}

/// How much a transcript is worth beside another of the same call: times, then speakers, then words with times of their
/// own, then length.
pub fn worth(transcript: &Transcript) -> (bool, bool, bool, usize) {
    let turns = &transcript.turns;
    (
        transcript.is_timed(),
        turns.iter().any(|turn| turn.speaker.is_some() || turn.role.is_some()),
        turns.iter().any(|turn| !turn.words.is_empty()),
        turns.len(),
    )
}

/// The container that a file's name promises.
pub fn format_of(name: &str) -> Option<String> {
    let ending = ending(name)?;
    Some(match ending.as_str() {
        "wave" => "wav".to_owned(),
        "oga" | "opus" => "ogg".to_owned(),
        "m4b" | "mp4" => "m4a".to_owned(),
        "aif" | "aifc" => "aiff".to_owned(),
        "adts" => "aac".to_owned(),
        _ => ending,
    })
}

fn vcon(bytes: &[u8]) -> Content {
    match vcon::read_vcon(bytes) {
        Ok(vcon) => Content::VCon(Box::new(vcon)),
        Err(error) => refused(&error),
    }
}

fn refused(error: &FormatError) -> Content {
    match error {
        FormatError::Encrypted => Content::Encrypted(error.to_string()),
        error => Content::Broken(error.to_string()),
    }
}

fn sidecar(bytes: &[u8], name: &str, started_at: Option<&Moment>) -> Content {
    match transcript_format::recognise(&Hint { file_name: name, started_at }, bytes) {
        Ok(recognised) if recognised.format == "vcon" => vcon(bytes),
        Ok(recognised) if recognised.transcript.turns.is_empty() => match json(bytes) {
            Some(facts) => Content::Facts(facts),
            None => Content::Unknown("it holds no words".to_owned()),
        },
        Ok(recognised) => Content::Transcript(Box::new(recognised)),
        Err(FormatError::Unknown { reason }) => json(bytes).map_or(Content::Unknown(reason), Content::Facts),
        Err(error) => refused(&error),
    }
}

fn json(bytes: &[u8]) -> Option<Value> {
    let value = transcript_format::parse_json(bytes, transcript_format::MAX_BYTES).ok()?;
    (value.is_object() || value.is_array()).then_some(value)
}
