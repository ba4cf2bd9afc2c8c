//! OpenAI's transcription with speakers.

use serde_json::Value;

use super::draft::Draft;
use super::{Hint, json, whisper};

pub(super) fn matches(value: &Value) -> bool {
    json::list(&value["segments"]).iter().any(|segment| segment["type"] == "transcript.text.segment")
}

pub(super) fn read(_hint: &Hint, value: &Value, draft: &mut Draft) {
    whisper::read_segments(&value["segments"], &value["words"], draft);
    whisper::read_facts(value, draft);
}
