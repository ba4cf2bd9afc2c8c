use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the list is narrowed to; an absent field narrows nothing.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct Filter {
    /// Sources, by id.
    pub source: Option<String>,
    /// Calls that started at or after this moment (Unix milliseconds).
    pub from_ms: Option<f64>,
    /// Calls that started before this moment (Unix milliseconds).
    pub to_ms: Option<f64>,
    /// Digits or text within a party's number or name.
    pub number: Option<String>,
    /// The agent's name.
    pub agent: Option<String>,
    /// `inbound` or `outbound`.
    pub direction: Option<String>,
    /// The call's status.
    pub status: Option<String>,
    /// At least this long.
    pub min_duration_ms: Option<f64>,
    /// At most this long.
    pub max_duration_ms: Option<f64>,
    /// With or without a transcript.
    pub has_transcript: Option<bool>,
    /// `cached`, `available`, `pending`, `failed`, `unavailable`, `none`, or `not_yet` for what may still come.
    pub audio: Option<String>,
    /// The overall sentiment.
    pub sentiment: Option<String>,
    /// A topic.
    pub topic: Option<String>,
    /// Calls in this case, by its id.
    pub case: Option<String>,
}

/// The list's order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Newest first.
    #[default]
    StartedAt,
    /// Longest first.
    Duration,
}

/// A page of the list.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct ListQuery {
    /// Narrowed to these.
    pub filter: Filter,
    /// In this order.
    pub sort: Sort,
    /// Continue after this cursor from an earlier page.
    pub after: Option<String>,
    /// At most this many rows.
    pub limit: u32,
}

/// Rows at an absolute position.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct ListAt {
    /// Narrowed to these.
    pub filter: Filter,
    /// In this order.
    pub sort: Sort,
    /// Zero-based position of the first row.
    pub position: u32,
    /// At most this many rows.
    pub limit: u32,
}

/// One page of calls.
#[derive(Clone, Debug, Serialize, TS)]
pub struct CallPage {
    /// The rows.
    pub rows: Vec<CallRow>,
    /// Where to continue; `null` on the last page.
    pub next: Option<String>,
}

/// A call as the list shows it.
#[derive(Clone, Debug, Serialize, TS)]
pub struct CallRow {
    /// The call.
    pub id: String,
    /// Its source's id.
    pub source: String,
    /// Its source's name.
    pub source_name: String,
    /// When it began, Unix milliseconds.
    pub started_ms: Option<f64>,
    /// Whether the time zone had to be assumed.
    pub zone_assumed: bool,
    /// Its length.
    pub duration_ms: Option<f64>,
    /// `inbound` or `outbound`.
    pub direction: Option<String>,
    /// The calling party's name or number.
    pub from: Option<String>,
    /// The called party's name or number.
    pub to: Option<String>,
    /// The agent.
    pub agent: Option<String>,
    /// The source's word for its state.
    pub status: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Whether there is a transcript.
    pub has_transcript: bool,
    /// How many turns it has.
    pub turns: u32,
    /// `cached`, `available`, `pending`, `failed`, `unavailable` or `none`.
    pub audio: String,
    /// When its source was first seen without it, Unix milliseconds; `null` while it is there.
    pub vanished_ms: Option<f64>,
    /// Whether it is in a case.
    pub in_case: bool,
}

/// What the filters can offer.
#[derive(Clone, Debug, Default, Serialize, TS)]
pub struct Facets {
    /// Agents that occur.
    pub agents: Vec<String>,
    /// Statuses that occur.
    pub statuses: Vec<String>,
    /// Sentiments that occur.
    pub sentiments: Vec<String>,
    /// Topics that occur, most frequent first, at most 200.
    pub topics: Vec<String>,
}

/// Numbers for the navigation.
#[derive(Clone, Debug, Default, Serialize, TS)]
pub struct Overview {
    /// Calls in the library.
    pub calls: u32,
    /// Calls that began today in the user's zone.
    pub today: u32,
    /// Calls whose audio is in the cache.
    pub downloaded: u32,
    /// Calls whose audio is not here yet.
    pub not_yet: u32,
    /// When today began in the user's zone, Unix milliseconds.
    pub today_from_ms: f64,
}
