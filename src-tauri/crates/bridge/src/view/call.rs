use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

use super::CallRow;

/// Names a call.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct CallRef {
    /// Its id.
    pub call: String,
}

/// Names a recording.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct RecordingRef {
    /// Its call's id.
    pub call: String,
    /// Its id.
    pub recording: String,
}

/// Everything known about one call.
#[derive(Clone, Debug, Serialize, TS)]
pub struct CallView {
    /// As in the list.
    pub row: CallRow,
    /// When it ended, Unix milliseconds.
    pub ended_ms: Option<f64>,
    /// Calling and called party with number and name.
    pub parties: Vec<PartyView>,
    /// The organisation.
    pub tenant: Option<String>,
    /// The campaign.
    pub campaign: Option<String>,
    /// How it ended for the business.
    pub outcome: Option<String>,
    /// The cost with its unit, such as `0.12 USD`.
    pub cost: Option<String>,
    /// The start as the source wrote it.
    pub started_original: Option<String>,
    /// Ids at the source, by the source's names for them.
    pub external_ids: Vec<NamedValue>,
    /// Whether its audio is to stay here.
    pub pinned: bool,
    /// The cases it is in.
    pub cases: Vec<super::CaseName>,
    /// The audio files.
    pub recordings: Vec<RecordingView>,
    /// What was said.
    pub transcript: Option<TranscriptView>,
    /// What a machine concluded.
    pub insights: Option<InsightsView>,
    /// What was measured.
    pub metrics: Vec<MetricView>,
    /// What the source said that has no field of its own.
    pub metadata: Map<String, Value>,
}

/// Somebody in a call.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PartyView {
    /// `from` or `to`.
    pub side: String,
    /// The number as written at the source.
    pub number: Option<String>,
    /// The name.
    pub name: Option<String>,
}

/// A name with a value.
#[derive(Clone, Debug, Serialize, TS)]
pub struct NamedValue {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

/// One audio file of a call.
#[derive(Clone, Debug, Serialize, TS)]
pub struct RecordingView {
    /// Its id.
    pub id: String,
    /// The name at the source.
    pub remote_id: String,
    /// The container.
    pub format: Option<String>,
    /// The codec in words.
    pub codec: Option<String>,
    /// Samples per second.
    pub sample_rate: Option<u32>,
    /// Number of channels.
    pub channels: Option<u32>,
    /// Its length.
    pub duration_ms: Option<f64>,
    /// Size in bytes.
    pub bytes: Option<f64>,
    /// SHA-256 of the cached file.
    pub sha256: Option<String>,
    /// `cached`, `available`, `pending`, `failed` or `unavailable`.
    pub audio: String,
    /// The tier it was found in.
    pub tier: Option<String>,
    /// When the source deletes it, or deleted it, Unix milliseconds, if it says so.
    pub expires_ms: Option<f64>,
    /// Not before this moment is it tried again of itself, Unix milliseconds.
    pub next_try_ms: Option<f64>,
    /// Every attempt to get it, newest last.
    pub attempts: Vec<AttemptView>,
}

/// One try at getting audio.
#[derive(Clone, Debug, Serialize, TS)]
pub struct AttemptView {
    /// When, Unix milliseconds.
    pub at_ms: f64,
    /// The tier asked.
    pub tier: String,
    /// How it went.
    pub outcome: String,
    /// In words.
    pub detail: Option<String>,
}

/// What was said.
#[derive(Clone, Debug, Serialize, TS)]
pub struct TranscriptView {
    /// The turns in order.
    pub turns: Vec<TurnView>,
    /// Whether any turn has a time.
    pub timed: bool,
    /// The format it was read from.
    pub format: Option<String>,
    /// The language tag.
    pub language: Option<String>,
    /// Where the source keeps it.
    pub origin: Option<String>,
}

/// One speaker's stretch of speech.
#[derive(Clone, Debug, Serialize, TS)]
pub struct TurnView {
    /// The speaker as written at the source.
    pub speaker: Option<String>,
    /// `agent`, `customer`, `system` or `tool`.
    pub role: Option<String>,
    /// What was said.
    pub text: String,
    /// Start in the recording.
    pub start_ms: Option<f64>,
    /// End in the recording.
    pub end_ms: Option<f64>,
    /// `source`, `derived`, `estimated` or `none`.
    pub timing: String,
    /// Words with times: text, start, end.
    pub words: Vec<WordView>,
}

/// One word with its own time.
#[derive(Clone, Debug, Serialize, TS)]
pub struct WordView {
    /// The word with punctuation.
    pub text: String,
    /// Start in the recording.
    pub start_ms: Option<f64>,
    /// End in the recording.
    pub end_ms: Option<f64>,
}

/// What a machine concluded.
#[derive(Clone, Debug, Serialize, TS)]
pub struct InsightsView {
    /// A few sentences.
    pub summary: Option<String>,
    /// The mood.
    pub sentiment: Option<String>,
    /// The mood on the source's scale.
    pub sentiment_score: Option<f64>,
    /// What it was about.
    pub topics: Vec<String>,
    /// What to do next.
    pub action_items: Vec<String>,
    /// What the caller wanted.
    pub intent: Option<String>,
}

/// One measurement.
#[derive(Clone, Debug, Serialize, TS)]
pub struct MetricView {
    /// When, Unix milliseconds.
    pub at_ms: Option<f64>,
    /// Name with its unit.
    pub name: String,
    /// The value.
    pub value: f64,
}
