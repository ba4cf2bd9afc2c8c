//! The list of recordings, the newest first.

use jiff::Timestamp;
use model::{Cancel, RejectedItem};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::RingCentralBackend;
use crate::SourceError;
use crate::http::HttpError;
use crate::remote::{Item, Listed, Since, revision_of};
use crate::session::SessionError;
use crate::transcript_format::json;

pub(super) const LIST: &str = "/api/v1/recordings/";
/// How many calls are asked for where the usual number failed.
const FEWER: u32 = 50;
const DAY: i64 = 24 * 3_600_000;

/// Reads the list for one page of a walk.
pub(super) struct List<'a> {
    pub server: &'a RingCentralBackend,
    pub cancel: &'a Cancel,
}

/// Where a page begins, and how it is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct At {
    pub offset: usize,
    pub limit: u32,
    /// Only calls from this day on, in the server's zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

impl List<'_> {
    pub fn list(&self, since: Option<&Since>, at: Option<&str>) -> Result<Listed, SourceError> {
        let plain = At { offset: 0, limit: self.server.page, from: None };
        if let Some(at) = at.and_then(|at| serde_json::from_str::<At>(at).ok()) {
            return self.page(&at, &plain);
        }
        let from_ms = since.and_then(|since| since.from_ms);
        if let Some((from_ms, from)) = from_ms.and_then(|ms| Some((ms, day(ms - DAY)?))) {
            let filtered = self.page(&At { from: Some(from), ..plain.clone() }, &plain)?;
            if fits(&filtered, from_ms) {
                return Ok(filtered);
            }
        }
        self.page(&plain, &plain)
    }

    /// One page; the first page may be tried a second time, asking for less.
    fn page(&self, at: &At, plain: &At) -> Result<Listed, SourceError> {
        match self.ask(at) {
            Err(SessionError::Http(HttpError::Status(refusal)))
                if is_its_own_failure(refusal.status, &refusal.body) =>
            {
                let less = At { limit: FEWER.min(plain.limit), from: None, ..at.clone() };
                let answer = if at.offset == 0 && less != *at {
                    self.ask(&less)
                } else {
                    Err(SessionError::Http(HttpError::Status(refusal)))
                };
                read(&answer.map_err(failed)?, &less)
            }
            answer => read(&answer.map_err(failed)?, at),
        }
    }

    pub fn ask(&self, at: &At) -> Result<Value, SessionError> {
        let server = self.server;
        let request = server.http.get(LIST).settled(is_its_own_failure);
        let request = request.query("limit", &at.limit.to_string()).query("offset", &at.offset.to_string());
        let request = match &at.from {
            Some(from) => request.query("start_date", from),
            None => request,
        };
        server.session.with(self.cancel, |credentials| {
            credentials
                .iter()
                .fold(request.clone(), |request, credential| request.credential(credential))
                .json(self.cancel)
        })
    }
}

/// What a failure of the list means.
pub(super) fn failed(error: SessionError) -> SourceError {
    match &error {
        SessionError::Http(HttpError::Status(refusal)) if refusal.status == 403 => SourceError::Forbidden(
            "the server shows recordings to administrators only: give this source an administrator's token".into(),
        ),
        SessionError::Http(HttpError::Status(refusal)) if is_its_own_failure(refusal.status, &refusal.body) => {
            SourceError::Nonsense(
                "the server fails to search its own recordings, whatever it is asked: whoever runs it must look at its \
                 log; counting recordings is known to fail there with SQLAlchemy 2.0.36 and later"
                    .into(),
            )
        }
        _ => error.into(),
    }
}

/// The server's answer to a search that broke on its side.
fn is_its_own_failure(status: u16, body: &str) -> bool {
    status == 500 && body.contains("Failed to search recordings")
}

/// Whether an answer shows only what was asked for and at least the call that is known to be there.
fn fits(filtered: &Listed, from_ms: i64) -> bool {
    let starts: Vec<i64> = filtered.items.iter().filter_map(|item| item.started_ms).collect();
    let is_wanted = |ms: &i64| *ms >= from_ms - 3 * DAY;
    starts.iter().all(is_wanted) && starts.iter().any(|ms| *ms >= from_ms)
}

fn read(answer: &Value, at: &At) -> Result<Listed, SourceError> {
    let Some(rows) =
        ["recordings", "items", "data"].iter().find_map(|name| answer[*name].as_array()).or(answer.as_array())
    else {
        return Err(SourceError::Nonsense(
            "the server's list holds no recordings: check the address and the kind of the source".into(),
        ));
    };
    let mut listed = Listed { newest_first: true, ..Listed::default() };
    for (index, row) in rows.iter().enumerate() {
        match json::scalar(&row["id"]) {
            Some(id) => listed.items.push(item(id, row)),
            None => listed.rejected.push(RejectedItem {
                item: format!("entry {} of the list", at.offset + index + 1),
                reason: "it has no id, so it cannot be asked for".into(),
            }),
        }
    }
    let total = json::number(&answer["total"]).map(|count| count as usize);
    listed.total = total.map(|count| count as u64);
    // A server may give fewer than it was asked for. It says so; if it does not, its count may tell that there is more.
    let said = json::number(&answer["limit"]).map(|limit| (limit as usize).clamp(1, at.limit as usize));
    let limit = said.unwrap_or(at.limit as usize);
    let behind = at.offset + rows.len().min(limit);
    let is_full = rows.len() >= limit || said.is_none() && total.is_some_and(|total| total > behind);
    if !rows.is_empty() && is_full {
        listed.next = serde_json::to_string(&At { offset: behind, ..at.clone() }).ok();
    }
    Ok(listed)
}

fn item(remote_id: String, row: &Value) -> Item {
    let started_ms = started(row).map(|at| at.utc_ms);
    Item { remote_id, started_ms, revision: revision_of(row), listed: row.clone(), ..Item::default() }
}

/// When a call began, under whichever name.
pub(super) fn started(row: &Value) -> Option<model::Moment> {
    ["recorded_at", "call_started_at", "started_at", "created_at"].iter().find_map(|name| json::moment(&row[*name]))
}

fn day(ms: i64) -> Option<String> {
    Some(Timestamp::from_millisecond(ms).ok()?.strftime("%Y-%m-%d").to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const AT: At = At { offset: 200, limit: 200, from: None };

    #[test]
    fn a_list_goes_on_while_its_pages_are_full_whatever_it_counts() {
        let rows = |count: usize| (0..count).map(|id| json!({"id": id})).collect::<Vec<_>>();
        let next = |answer: Value| read(&answer, &AT).unwrap().next;
        assert!(next(json!({"total": 3, "recordings": rows(200)})).is_some(), "a count that is too low");
        assert!(next(json!({"recordings": rows(200)})).is_some(), "no count");
        assert!(next(json!({"limit": 50, "recordings": rows(50)})).is_some(), "the server gives fewer and says so");
        assert_eq!(next(json!({"limit": 200, "recordings": rows(9)})), None);
        assert_eq!(next(json!({"total": 9_000, "recordings": []})), None, "a count that is too high");
    }

    #[test]
    fn a_filter_is_believed_only_if_its_answer_fits() {
        let from = 1_762_000_000_000;
        let listed = |starts: &[i64]| Listed {
            items: starts.iter().map(|ms| Item { started_ms: Some(*ms), ..Item::default() }).collect(),
            ..Listed::default()
        };
        assert!(fits(&listed(&[from + 5, from - DAY]), from));
        assert!(!fits(&listed(&[]), from), "the newest known call is missing");
        assert!(!fits(&listed(&[from + 5, from - 9 * DAY]), from), "the filter was not looked at");
    }
}
