//! Search over everything said.
//!
//! A hit is a turn. The full-text index holds one row per call and finds the calls, newest first; their turns are then read
//! and decide (`matcher`): which terms occur, whether the call is wanted, which turns are hits, and what to highlight. One
//! way of splitting text into words (`words`) serves the index, the query and the highlighting, so that they agree.

mod calls;
mod cursor;
mod lexer;
mod matcher;
mod page;
mod phone;
mod query;
mod said;
mod snippet;
mod words;

pub use query::Query;
pub(crate) use said::{SaidBuffer, Tidying, tidy};

use model::{Ms, Role};

use crate::CallRow;

/// The order of hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SearchSort {
    /// Newest call first, turns in order.
    #[default]
    Newest,
    /// Best matching call first, ranked within the newest 2,000 matching calls; the rest follow newest first.
    Best,
}

/// A turn in which something was found.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchHit {
    /// Its call, as the list shows it.
    pub call: CallRow,
    /// The turn's index in the transcript.
    pub turn: u32,
    /// Where the turn begins in the recording.
    pub start_ms: Option<Ms>,
    /// Where it ends.
    pub end_ms: Option<Ms>,
    /// Who speaks.
    pub speaker: Option<String>,
    /// What part the speaker plays.
    pub role: Option<Role>,
    /// Plain text around the first match; the whole turn if it is short.
    pub snippet: String,
    /// What matched: ranges of characters (Unicode scalar values) in `snippet`, in order, without overlap.
    pub matches: Vec<(u32, u32)>,
    /// How well the call matches, higher is better; only under [`SearchSort::Best`], for the calls that were ranked.
    pub score: Option<f64>,
}

/// Some hits and where to continue.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchPage {
    /// The hits.
    pub hits: Vec<SearchHit>,
    /// What to ask for the next page with; `None` on the last page.
    pub next: Option<String>,
}

/// How much a search finds in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SearchCount {
    /// Calls.
    pub calls: u64,
    /// Turns.
    pub turns: u64,
}
