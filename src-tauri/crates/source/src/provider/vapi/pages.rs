//! Walking a bare list of Vapi calls, newest first, that has neither cursor nor count.
//!
//! The next page is asked for by the oldest `createdAt` seen, inclusive, since many calls may share one instant; who is
//! listed twice is known by its id. Where a whole page has one instant a longer page is asked for, and where a server does
//! not understand the bound, the same page is asked for with twice the length. Every step either shortens the rest of the
//! list or lengthens the page, so that no walk goes round in circles; where [`MOST`] does not suffice, the page says so.

use model::Moment;
use serde_json::Value;

use crate::SourceError;
use crate::transcript_format::json;

/// The longest page that Vapi gives.
pub(crate) const MOST: u32 = 1_000;
/// How many calls a server lists that does not look at what it is asked for.
const UNASKED: usize = 50;

/// One question: how many calls, and up to when they were created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Question<'a> {
    /// `limit`.
    pub limit: u32,
    /// `createdAtLe` or `createdAtLt` with its moment.
    pub bound: Option<(&'static str, &'a str)>,
}

/// A page, and where the next one begins.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Batch {
    /// The calls as they came.
    pub calls: Vec<Value>,
    /// What to give for `at` next; `None` at the end.
    pub next: Option<String>,
    /// Why calls may be missing.
    pub doubt: Option<String>,
}

/// Where a page begins: behind calls created at or before a moment, or at the top of a longer list.
enum At<'a> {
    Top(u32),
    Before(&'static str, &'a str),
}

/// The page that begins at `at`; `ask` sends the question. `usual` is the length of pages that suffices for most.
pub(crate) fn page(
    at: Option<&str>,
    usual: u32,
    ask: impl Fn(Question<'_>) -> Result<Vec<Value>, SourceError>,
) -> Result<Batch, SourceError> {
    let mut limit = usual;
    let mut bound = None;
    match at.map_or(At::Top(usual), |at| read(at, usual)) {
        At::Top(length) => limit = length,
        At::Before(name, moment) => bound = Some((name, moment)),
    }
    loop {
        let calls = ask(Question { limit, bound })?;
        if bound.is_some_and(|bound| is_ignored(bound, &calls)) {
            if limit >= MOST {
                return Ok(Batch { doubt: Some(too_many()), ..Batch::default() });
            }
            (bound, limit) = (None, (limit * 2).min(MOST));
            continue;
        }
        let longer = limit > usual && bound.is_none();
        let is_full = calls.len() >= limit as usize;
        if !is_full && (longer || calls.len() != UNASKED) {
            // A list that does not grow with what is asked for is one whose length the server chose.
            let is_stuck = longer && (calls.len() == UNASKED || calls.len() * 2 == limit as usize);
            return Ok(Batch { calls, next: None, doubt: is_stuck.then(too_many) });
        }
        let oldest = oldest(&calls);
        let is_one_instant = |moment: &str| bound.is_some_and(|(_, at)| ms(at) == ms(moment));
        let (next, doubt) = match oldest {
            _ if longer && limit >= MOST => (None, Some(too_many())),
            Some(moment) if !longer && is_one_instant(&moment) => {
                if limit < MOST {
                    limit = MOST;
                    continue;
                }
                (Some(format!("lt {moment}")), Some(format!("more than {MOST} calls began at one moment")))
            }
            Some(moment) if !longer => (Some(format!("le {moment}")), None),
            _ if limit >= MOST => (None, Some(too_many())),
            _ => (Some(format!("top {}", (limit * 2).min(MOST))), None),
        };
        return Ok(Batch { calls, next, doubt });
    }
}

/// The calls in an answer: a bare list, or one inside an object.
pub(crate) fn calls(answer: Value) -> Option<Vec<Value>> {
    match answer {
        Value::Array(calls) => Some(calls),
        Value::Object(mut object) => ["calls", "data", "results"].iter().find_map(|name| match object.remove(*name) {
            Some(Value::Array(calls)) => Some(calls),
            _ => None,
        }),
        _ => None,
    }
}

fn too_many() -> String {
    "the server's list ended before the oldest calls may have been reached; older ones may not be listed".to_owned()
}

fn read(at: &str, usual: u32) -> At<'_> {
    match at.split_once(' ') {
        Some(("le", moment)) => At::Before("createdAtLe", moment),
        Some(("lt", moment)) => At::Before("createdAtLt", moment),
        Some(("top", length)) => At::Top(length.parse().unwrap_or(usual).clamp(1, MOST)),
        _ => At::Top(usual),
    }
}

/// Whether the list holds calls that were not asked for.
fn is_ignored((name, moment): (&str, &str), calls: &[Value]) -> bool {
    let Some(bound) = ms(moment) else { return true };
    let newest = calls.iter().filter_map(created).max();
    newest.is_some_and(|newest| newest > bound || (newest == bound && name == "createdAtLt"))
}

fn oldest(calls: &[Value]) -> Option<String> {
    let oldest = calls.iter().filter(|call| created(call).is_some()).min_by_key(|call| created(call))?;
    json::scalar(&oldest["createdAt"])
}

fn created(call: &Value) -> Option<i64> {
    json::moment(&call["createdAt"]).map(|moment| moment.utc_ms)
}

fn ms(moment: &str) -> Option<i64> {
    Moment::parse(moment).map(|moment| moment.utc_ms)
}

#[cfg(test)]
mod tests;
