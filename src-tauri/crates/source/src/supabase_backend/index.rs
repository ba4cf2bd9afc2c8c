//! The two lists of the backend side by side: calls, and recordings, which say what a call's own item may not. Both run
//! from the newest backwards, so the recordings are read only as far back as the calls are.

use std::collections::{BTreeMap, HashSet};

use model::Cancel;
use serde_json::Value;

use super::Backend;
use crate::SourceError;
use crate::http::HttpError;
use crate::session::SessionError;
use crate::transcript_format::json::{first, list, moment, number, scalar};

/// What one walk has seen of the two lists.
#[derive(Default)]
pub(super) struct Index {
    /// The pages of calls that were read, from the first on; 0 if a walk went on in the middle.
    pub through: u32,
    /// The page of calls that was read last.
    pub last: u32,
    /// The calls on them.
    pub listed: HashSet<String>,
    /// The recordings read so far, by call.
    recordings: BTreeMap<String, Vec<Value>>,
    /// The pages of recordings that were read.
    pages: u32,
    /// When the oldest of them was made, UTC milliseconds.
    oldest_ms: Option<i64>,
    /// There are no more, or none that matter.
    all: bool,
}

/// A page of one of the lists.
pub(super) struct Sheet {
    pub items: Vec<Value>,
    pub total: Option<u64>,
    pub is_last: bool,
}

impl Index {
    /// Reads recordings on until all made at `back_to_ms` or later are known; `None`: all there are.
    pub fn read_recordings(
        &mut self,
        backend: &Backend,
        back_to_ms: Option<i64>,
        cancel: &Cancel,
    ) -> Result<(), SourceError> {
        let is_enough = |oldest: Option<i64>| back_to_ms.zip(oldest).is_some_and(|(back_to, oldest)| oldest < back_to);
        while !self.all && !is_enough(self.oldest_ms) {
            let sheet = match backend.sheet("/recordings/", self.pages + 1, &[], cancel) {
                Err(SessionError::Http(HttpError::Status(refusal))) if refusal.status == 404 => None,
                other => Some(other?),
            };
            let Some(sheet) = sheet else {
                self.all = true;
                return Ok(());
            };
            self.pages += 1;
            let mut is_news = false;
            for item in sheet.items {
                let made_ms = moment(&item["created_at"]).map(|at| at.utc_ms);
                self.oldest_ms = match (self.oldest_ms, made_ms) {
                    (Some(oldest), Some(made)) => Some(oldest.min(made)),
                    (oldest, made) => oldest.or(made),
                };
                let (Some(id), Some(call)) = (scalar(&item["id"]), scalar(&item["call_id"])) else { continue };
                let of_call = self.recordings.entry(call).or_default();
                if of_call.iter().all(|known| scalar(&known["id"]).as_ref() != Some(&id)) {
                    of_call.push(item);
                    is_news = true;
                }
            }
            // A list that repeats itself has nothing more to say.
            self.all = sheet.is_last || !is_news;
        }
        Ok(())
    }

    /// What is known of a call's recordings, in an order of their own.
    pub fn of_call(&self, call: &str) -> Vec<Value> {
        let mut recordings = self.recordings.get(call).cloned().unwrap_or_default();
        recordings.sort_by_key(|recording| scalar(&recording["id"]));
        recordings
    }

    /// The calls that only recordings tell of, if they were made at `from_ms` or later.
    pub fn unlisted(&self, from_ms: Option<i64>) -> Vec<String> {
        let is_recent = |recording: &Value| match (from_ms, moment(&recording["created_at"])) {
            (Some(from_ms), Some(made)) => made.utc_ms >= from_ms,
            _ => true,
        };
        let calls = self.recordings.iter().filter(|(call, _)| !self.listed.contains(*call));
        calls.filter(|(_, of_call)| of_call.iter().any(is_recent)).map(|(call, _)| call.clone()).collect()
    }
}

impl Sheet {
    /// Reads a page. It is the last if it is empty, or short while the server does not speak of more.
    pub fn read(answer: Value, page: u32, page_size: u32) -> Option<Self> {
        let total = number(&answer["total"]).filter(|total| *total >= 0.0).map(|total| total as u64);
        let size = number(&answer["page_size"]).filter(|size| *size >= 1.0).map_or(page_size, |size| size as u32);
        let items = match answer {
            Value::Array(items) => items,
            ref object => match first(object, &["items", "calls", "recordings", "data"]) {
                found @ Value::Array(_) => list(found).to_vec(),
                _ => return None,
            },
        };
        let so_far = u64::from(page - 1) * u64::from(size) + items.len() as u64;
        let is_short = items.len() < size as usize && total.is_none_or(|total| total <= so_far);
        Some(Self { is_last: items.is_empty() || is_short, items, total })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_short_page_is_the_last_unless_the_server_speaks_of_more() {
        let is_last = |answer: Value, page: u32| Sheet::read(answer, page, 2).unwrap().is_last;
        assert!(!is_last(json!({"items": [1, 2], "total": 2}), 1), "a full page says nothing, whatever the count says");
        assert!(is_last(json!({"items": [1], "total": 3}), 2));
        assert!(!is_last(json!({"items": [1], "total": 9}), 2));
        assert!(!is_last(json!({"items": [1], "page_size": 1, "total": 3}), 2), "the server may cap the size");
        assert!(is_last(json!([]), 1));
        assert!(Sheet::read(json!({"detail": "odd"}), 1, 2).is_none());
    }
}
