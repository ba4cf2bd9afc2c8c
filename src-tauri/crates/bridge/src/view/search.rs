use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Filter;

/// A search over everything said.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct SearchQuery {
    /// Words, `"phrases"`, `OR`, `-not`, `prefix*`, `speaker:agent`.
    pub text: String,
    /// Narrowed to these calls.
    pub filter: Filter,
    /// Continue after this cursor.
    pub after: Option<String>,
    /// At most this many hits.
    pub limit: u32,
}

/// Some hits.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SearchPage {
    /// The hits, newest call first, turns in order.
    pub hits: Vec<SearchHit>,
    /// Where to continue; `null` on the last page.
    pub next: Option<String>,
    /// Why the query was read as plain words, if it was.
    pub note: Option<String>,
}

/// A turn in which something was found.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SearchHit {
    /// Its call.
    pub call: String,
    /// The turn's index.
    pub turn: u32,
    /// Where the turn begins in the recording.
    pub start_ms: Option<f64>,
    /// Who speaks.
    pub speaker: Option<String>,
    /// `agent`, `customer`, …
    pub role: Option<String>,
    /// Plain text around the match.
    pub snippet: String,
    /// What matched: ranges in `snippet`, in UTF-16 units as JavaScript counts.
    pub matches: Vec<(u32, u32)>,
    /// When the call began, Unix milliseconds.
    pub call_started_ms: Option<f64>,
    /// The call's parties as the list shows them.
    pub call_from: Option<String>,
    /// The called party.
    pub call_to: Option<String>,
    /// The call's agent.
    pub call_agent: Option<String>,
    /// The call's title.
    pub call_title: Option<String>,
}

/// How much a search finds in all.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SearchCount {
    /// Calls.
    pub calls: u32,
    /// Turns.
    pub turns: u32,
}
