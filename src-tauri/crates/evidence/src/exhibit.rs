use model::{AudioFacts, CallId, CallRecord, Moment, RecordingId};

/// One call as it is handed over, with its audio as it was placed in the export.
#[derive(Clone, Debug, PartialEq)]
pub struct Exhibit {
    /// The call.
    pub id: CallId,
    /// The name of its source.
    pub source: String,
    /// The kind of its source, such as `folder`.
    pub source_kind: String,
    /// As its source described it.
    pub record: CallRecord,
    /// When its source was first seen without it, UTC milliseconds.
    pub vanished_ms: Option<i64>,
    /// Its folder in the payload, such as `calls/20251112T160200Z-1a2b3c4d5e6f`; made from its start and its id alone.
    pub dir: String,
    /// Its recordings in the source's order.
    pub recordings: Vec<ExhibitRecording>,
}

/// A recording of a call, with its files or why there are none.
#[derive(Clone, Debug, PartialEq)]
pub struct ExhibitRecording {
    /// The recording.
    pub id: RecordingId,
    /// Its name within its call at the source; `record.recordings` has the rest under the same name.
    pub remote_id: String,
    /// When it began, if that differs from the call's start.
    pub started_at: Option<Moment>,
    /// The bytes as they came, unchanged.
    pub original: Option<AudioFile>,
    /// A copy for listening, which every browser can play.
    pub listening: Option<AudioFile>,
    /// Why there is no audio, in words, if there is none.
    pub missing: Option<String>,
}

/// An audio file in an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudioFile {
    /// Its name within the call's folder, such as `audio-1.mp3`; made by us.
    pub name: String,
    /// What its bytes say: format, codec, rate, channels, length, size and SHA-256.
    pub facts: AudioFacts,
    /// SHA-512 of its bytes.
    pub sha512: [u8; 64],
}

impl Exhibit {
    /// The folder of a call in a payload: when it began, in UTC, and the first twelve digits of its id.
    pub fn dir_of(id: CallId, started_ms: Option<i64>) -> String {
        let started =
            started_ms.map_or_else(|| "unknown".to_owned(), |ms| compact(&Moment::from_utc_ms(ms).to_rfc3339()));
        let id = id.0.simple().to_string();
        format!("calls/{started}-{}", &id[..12])
    }

    /// The recording's file that stands for it: the bytes as they came, else the copy for listening.
    pub fn kept(recording: &ExhibitRecording) -> Option<&AudioFile> {
        recording.original.as_ref().or(recording.listening.as_ref())
    }

    /// The recording's file to play in a browser: the copy for listening, else the original.
    pub fn playable(recording: &ExhibitRecording) -> Option<&AudioFile> {
        recording.listening.as_ref().or(recording.original.as_ref())
    }
}

/// `2025-11-12T16:02:00.000Z` as `20251112T160200Z`.
fn compact(rfc3339: &str) -> String {
    let whole = rfc3339.split('.').next().unwrap_or(rfc3339).trim_end_matches('Z');
    let plain: String = whole.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    format!("{plain}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calls_folder_is_named_by_its_start_and_its_id() {
        let id: CallId = "1a2b3c4d-5e6f-5a3f-9a0b-1f2f3c4d5e6f".parse().unwrap();
        assert_eq!(Exhibit::dir_of(id, Some(1_762_963_320_123)), "calls/20251112T160200Z-1a2b3c4d5e6f");
        assert_eq!(Exhibit::dir_of(id, None), "calls/unknown-1a2b3c4d5e6f");
    }
}
