use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Insights, Metric, Moment, Ms, Recording, Transcript};

/// Everything a source says about one conversation, as one value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CallRecord {
    /// The call's name at its source; unique and stable within one source.
    pub remote_id: String,
    /// What tells, when the source lists the call again, that nothing about it has changed; meaningful only to the
    /// source. `None` while more is still to come, such as a transcript.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The facts of the conversation.
    pub call: Call,
    /// Its audio files, in the source's order; none, one or several.
    pub recordings: Vec<Recording>,
    /// What was said, if the source knows.
    pub transcript: Option<Transcript>,
    /// What a machine concluded, if the source knows.
    pub insights: Option<Insights>,
    /// What was measured, as snapshots over time.
    pub metrics: Vec<Metric>,
    /// What the source said that has no field of its own, kept as it came.
    pub metadata: Map<String, Value>,
}

/// The facts of one conversation. `None` means the source did not say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// A title the source gave, or one derived from a file's name.
    pub title: Option<String>,
    /// When the call began.
    pub started_at: Option<Moment>,
    /// When the call ended.
    pub ended_at: Option<Moment>,
    /// Length in milliseconds as the source says; the audio's own length, once known, is more exact.
    pub duration_ms: Option<Ms>,
    /// Who rang whom, seen from the organisation that keeps the recording.
    pub direction: Option<Direction>,
    /// The calling party.
    pub from: Option<Party>,
    /// The called party.
    pub to: Option<Party>,
    /// The agent's name or id.
    pub agent: Option<String>,
    /// The organisation, where a source serves several.
    pub tenant: Option<String>,
    /// The campaign the call belongs to.
    pub campaign: Option<String>,
    /// The call's state in the source's own word, such as `completed`.
    pub status: Option<String>,
    /// How it ended for the business, in the source's own word.
    pub outcome: Option<String>,
    /// What the call cost.
    pub cost: Option<Cost>,
    /// Further ids the source gave, by the source's own name for them (`callSid`, `streamSid`, …).
    pub external_ids: BTreeMap<String, String>,
}

/// Somebody in a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// The telephone number or address, as written at the source.
    pub number: Option<String>,
    /// The name, as written at the source.
    pub name: Option<String>,
}

/// Who rang whom, seen from the organisation that keeps the recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// A customer called in.
    Inbound,
    /// The organisation called out.
    Outbound,
}

/// An amount as the source wrote it, so that no digit is lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Decimal digits, such as `0.12`.
    pub amount: String,
    /// `USD`, `credits`, …; unknown if the source does not say.
    pub unit: Option<String>,
}

/// Something in a source that could not be read, with the reason; the rest goes on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RejectedItem {
    /// What it was: a path relative to the source, or an id.
    pub item: String,
    /// Why, and what to do about it, in words for the user.
    pub reason: String,
}

impl Direction {
    /// `inbound` or `outbound`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }

    /// Reads the words sources use, whatever their case; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "inbound" | "in" | "incoming" | "inboundphonecall" => Some(Self::Inbound),
            "outbound" | "out" | "outgoing" | "outboundphonecall" | "outbound-api" | "outbound-dial" => {
                Some(Self::Outbound)
            }
            _ => None,
        }
    }
}

impl Party {
    /// A party known only by its number.
    pub fn from_number(number: impl Into<String>) -> Self {
        Self { number: Some(number.into()), name: None }
    }

    /// A party known only by its name.
    pub fn from_name(name: impl Into<String>) -> Self {
        Self { number: None, name: Some(name.into()) }
    }

    /// What to call this party: the name, else the number.
    pub fn label(&self) -> Option<&str> {
        self.name.as_deref().or(self.number.as_deref())
    }
}
