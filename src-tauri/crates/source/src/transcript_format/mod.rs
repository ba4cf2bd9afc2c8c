//! Recognises what a file beside a recording is and reads the transcript in it.
//!
//! [`recognise`] asks each format in a fixed order whether the content is its own; the first that says yes reads it. One
//! small file per format; a new format is a new file and one line in [`FORMATS`].
//!
//! What every reader keeps to:
//! - Times are never invented. A turn without a time has none; a start without an end keeps its end open. Times that are
//!   computed from what the source gave (a wall clock minus the call's start) are marked as derived.
//! - One unreadable turn costs that turn, not the transcript: it is left out with a note. An unusable time costs only the
//!   time.
//! - Turns without words are left out. A tool that was called is a turn with [`model::Role::Tool`], never speech; system
//!   prompts are dropped.
//! - What has no field of its own is kept as metadata, as it came, within bounds; the turns are not kept twice.
//! - Size, depth and counts are bounded, and every reader is linear in the size of the file.
//!
//! Deliberately absent: guessing a format from a file's name. The name only decides what to say when nothing matches.

mod assemblyai;
mod aws_call_analytics;
mod aws_transcribe;
mod azure_batch;
mod bridge;
mod call_log;
pub(crate) mod clock;
mod deepgram;
mod draft;
mod elevenlabs;
mod google_stt;
pub(crate) mod json;
mod labels;
mod openai_diarized;
mod plain;
mod rev_ai;
mod ringsense;
mod srt;
mod talky;
mod text;
mod twilio_sentences;
mod vapi;
mod voxanne;
mod wall_clock;
mod webvtt;
mod whisper;
mod whisper_cpp;
mod whisperx;
pub(crate) mod words;

use model::{Call, Insights, Moment, Transcript};
use serde_json::{Map, Value};

pub(crate) use self::clock::Reading;
pub(crate) use self::draft::{Draft, Said, keep, keep_rest, sort_turns};
pub(crate) use self::words::Names;

/// The largest file that is read. Whoever reads files looks at their size first.
pub const MAX_BYTES: u64 = 64 << 20;
/// How deeply JSON may be nested.
pub const MAX_DEPTH: usize = 128;
/// How many turns one transcript may have.
pub const MAX_TURNS: usize = 200_000;

/// What is known about a file besides its content.
#[derive(Clone, Copy, Debug)]
pub struct Hint<'a> {
    /// The file's name, for its extension.
    pub file_name: &'a str,
    /// When the call began, to turn wall-clock times into offsets.
    pub started_at: Option<&'a Moment>,
}

/// A file that was understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recognised {
    /// The format's name, as in [`Transcript::format`].
    pub format: &'static str,
    /// What was said.
    pub transcript: Transcript,
    /// What the file says about the call besides; `None` in every field it does not mention.
    pub call: Call,
    /// What a machine concluded, if the file says.
    pub insights: Option<Insights>,
    /// What has no field of its own, as it came.
    pub metadata: Map<String, Value>,
    /// What was not understood, in words, one line each. They name positions in the file, never what was said.
    pub notes: Vec<String>,
}

/// Why a file was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// It is no transcript format that is known here.
    #[error("not a transcript Turnstone knows: {reason}")]
    Unknown {
        /// What it looks like instead.
        reason: String,
    },
    /// It says what it is, and is broken.
    #[error("broken {format}: {reason}")]
    Malformed {
        /// The format it was taken for.
        format: &'static str,
        /// What is wrong and where: line and column, or a path.
        reason: String,
    },
    /// More bytes than are read.
    #[error("too large to be a transcript: {bytes} bytes, at most {limit} are read")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The limit for this kind of file.
        limit: u64,
    },
    /// More values or turns than are read.
    #[error("too many {what}: at most {limit} are read")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// JSON nested too deeply.
    #[error("nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// A vCon only its key's holder can read.
    #[error("encrypted vCon: Turnstone cannot open it without the key; export it unencrypted to read it here")]
    Encrypted,
}

/// Finds out what `bytes` are and reads them. The bytes may be UTF-8 with or without a byte order mark, UTF-16 with one,
/// or Windows-1252.
pub fn recognise(hint: &Hint, bytes: &[u8]) -> Result<Recognised, FormatError> {
    check_size(bytes, MAX_BYTES)?;
    let text = text::decode(bytes)?;
    if json::is_likely(&text.content, hint.file_name) {
        let value = json::parse(&text.content)?;
        if crate::vcon::is_vcon(&value) {
            return crate::vcon::read_value(&value).map(crate::vcon::VCon::into_recognised);
        }
        return recognise_value(hint, &value)
            .unwrap_or_else(|| Err(FormatError::Unknown { reason: json::describe(&value) }));
    }
    let mut draft = Draft::default();
    if text.is_guess {
        draft.note("the text is neither UTF-8 nor marked as UTF-16; Windows-1252 was assumed".to_owned());
    }
    let format = TEXT_FORMATS.iter().find(|format| (format.matches)(&text.content, hint.file_name));
    match format {
        Some(format) => {
            (format.read)(&text.content, &mut draft);
            draft.finish(format.name)
        }
        None => Err(text::refusal(&text.content, hint.file_name)),
    }
}

/// Recognises one JSON value that came inside something else, such as a vCon's analysis. `None` if no format matches.
pub(crate) fn recognise_value(hint: &Hint, value: &Value) -> Option<Result<Recognised, FormatError>> {
    let format = FORMATS.iter().find(|format| (format.matches)(value))?;
    let mut draft = Draft::default();
    (format.read)(hint, value, &mut draft);
    Some(draft.finish(format.name))
}

/// Reads one JSON value as this format whatever it looks like, for a server that is known to speak it: a call record says
/// who rang whom also when it has no transcript. `None` if there is no such format.
pub(crate) fn read_as(format: &str, hint: &Hint, value: &Value) -> Option<Result<Recognised, FormatError>> {
    let format = FORMATS.iter().find(|known| known.name == format)?;
    let mut draft = Draft::default();
    (format.read)(hint, value, &mut draft);
    Some(draft.finish(format.name))
}

/// Reads text that came inside something else as labelled lines, or as one untimed block.
pub(crate) fn recognise_plain(content: &str) -> Result<Recognised, FormatError> {
    let mut draft = Draft::default();
    plain::read(content, &mut draft);
    draft.finish("plain")
}

/// Parses JSON within the bounds; `bytes` may be in any encoding [`recognise`] takes.
pub(crate) fn parse_json(bytes: &[u8], limit: u64) -> Result<Value, FormatError> {
    check_size(bytes, limit)?;
    json::parse(&text::decode_json(bytes)?.content)
}

/// The same without one member of the outermost object, whatever that holds.
pub(crate) fn parse_json_without(bytes: &[u8], limit: u64, member: &str) -> Result<Value, FormatError> {
    check_size(bytes, limit)?;
    json::parse_without(&text::decode_json(bytes)?.content, member)
}

/// One JSON format: how to tell it and how to read it.
struct Format {
    name: &'static str,
    matches: fn(&Value) -> bool,
    read: fn(&Hint, &Value, &mut Draft),
}

/// In the order they are asked; vCon comes before all of them.
const FORMATS: &[Format] = &[
    Format { name: "deepgram", matches: deepgram::matches, read: deepgram::read },
    Format { name: "aws-transcribe", matches: aws_transcribe::matches, read: aws_transcribe::read },
    Format { name: "google-stt-v2", matches: google_stt::matches_v2, read: google_stt::read },
    Format { name: "google-stt-v1", matches: google_stt::matches_v1, read: google_stt::read },
    Format { name: "contact-lens", matches: aws_call_analytics::matches_contact_lens, read: aws_call_analytics::read },
    Format { name: "aws-call-analytics", matches: aws_call_analytics::matches, read: aws_call_analytics::read },
    Format { name: "assemblyai", matches: assemblyai::matches, read: assemblyai::read },
    Format { name: "elevenlabs", matches: elevenlabs::matches, read: elevenlabs::read },
    Format { name: "vapi", matches: vapi::matches, read: vapi::read },
    Format { name: "ringsense", matches: ringsense::matches, read: ringsense::read },
    Format { name: "twilio-sentences", matches: twilio_sentences::matches, read: twilio_sentences::read },
    Format { name: "azure-batch", matches: azure_batch::matches, read: azure_batch::read },
    Format { name: "rev-ai", matches: rev_ai::matches, read: rev_ai::read },
    Format { name: "whisper-cpp", matches: whisper_cpp::matches, read: whisper_cpp::read },
    Format { name: "openai-diarized", matches: openai_diarized::matches, read: openai_diarized::read },
    Format { name: "whisperx", matches: whisperx::matches, read: whisperx::read },
    Format { name: "whisper", matches: whisper::matches, read: whisper::read },
    Format { name: "talky", matches: talky::matches, read: talky::read },
    Format { name: "twilio-bridge", matches: bridge::matches, read: bridge::read },
    Format { name: "voxanne", matches: voxanne::matches, read: voxanne::read },
    Format { name: "call-log", matches: call_log::matches, read: call_log::read },
];

/// One text format; it also sees the file's name.
struct TextFormat {
    name: &'static str,
    matches: fn(&str, &str) -> bool,
    read: fn(&str, &mut Draft),
}

const TEXT_FORMATS: &[TextFormat] = &[
    TextFormat { name: "webvtt", matches: webvtt::matches, read: webvtt::read },
    TextFormat { name: "srt", matches: srt::matches, read: srt::read },
    TextFormat { name: "plain", matches: plain::matches, read: plain::read },
];

fn check_size(bytes: &[u8], limit: u64) -> Result<(), FormatError> {
    let size = bytes.len() as u64;
    if size > limit { Err(FormatError::TooLarge { bytes: size, limit }) } else { Ok(()) }
}
