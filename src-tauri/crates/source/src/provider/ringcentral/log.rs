//! The call log, page by page, and what changed in it.

use model::{Cancel, Moment};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::account::Account;
use super::sessions;
use crate::SourceError;
use crate::http::HttpError;
use crate::remote::{Listed, Since};
use crate::session::SessionError;
use crate::transcript_format::json;

/// The most records a synchronisation answers with.
const SYNC_RECORDS: usize = 250;
/// Before RingCentral's call log began: without a date it would answer with the last day only.
const LONG_AGO: i64 = 1_262_304_000_000;

/// Reads the log for one page of a walk.
pub(super) struct Log<'a> {
    pub account: &'a Account,
    pub per_page: u32,
    pub cancel: &'a Cancel,
}

/// Where a page begins.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum At {
    /// A page of the log.
    Log(LogPage),
}

#[derive(Serialize, Deserialize)]
struct LogPage {
    from_ms: i64,
    page: u32,
    /// The address that the page before gave for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    /// Records of sessions that the page before may have cut in two.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    held: Vec<Value>,
}

impl Log<'_> {
    pub fn list(&self, since: Option<&Since>, at: Option<&str>) -> Result<Listed, SourceError> {
        let from_ms = since.and_then(|since| since.from_ms).unwrap_or(LONG_AGO);
        match at.and_then(|at| serde_json::from_str(at).ok()) {
            Some(At::Log(page)) => self.page(page),
            None => match since.and_then(|since| since.token.as_deref()) {
                Some(token) => self.changes(token, from_ms),
                None => self.newest(from_ms),
            },
        }
    }

    /// A full synchronisation: the newest records, and a token for next time.
    fn newest(&self, from_ms: i64) -> Result<Listed, SourceError> {
        let request = self.account.get("/call-log-sync").query("syncType", "FSync").query("view", "Detailed");
        let request = request.query("recordCount", &SYNC_RECORDS.to_string()).query("showDeleted", "true");
        let answer = match self.account.json(request, self.cancel) {
            // An account without this service: the log alone must do.
            Err(SessionError::Http(HttpError::Status(refusal))) if matches!(refusal.status, 400 | 404 | 405 | 501) => {
                let At::Log(page) = first_page(from_ms);
                return self.page(page);
            }
            answer => answer?,
        };
        let records = records(&answer, "its answer to a full synchronisation")?;
        // How far back its records reach is not promised, so that they alone never stand for the whole log.
        let reaches_back = records.iter().filter_map(sessions::started_ms).min().is_some_and(|ms| ms < from_ms);
        if reaches_back {
            return Ok(listed(&answer, &records, None));
        }
        Ok(listed(&answer, &before(records, from_ms), Some(first_page(from_ms))))
    }

    /// What changed since a token. An answer that is full may have left something out, so the log is read behind it.
    fn changes(&self, token: &str, from_ms: i64) -> Result<Listed, SourceError> {
        let request = self.account.get("/call-log-sync").query("syncType", "ISync").query("syncToken", token);
        let answer = match self.account.json(request.query("showDeleted", "true"), self.cancel) {
            Err(SessionError::Http(HttpError::Status(refusal)))
                if is_about_the_token(refusal.status, &refusal.body) =>
            {
                return self.newest(from_ms);
            }
            answer => answer?,
        };
        let records = records(&answer, "its answer to a synchronisation")?;
        if records.len() < SYNC_RECORDS {
            return Ok(listed(&answer, &records, None));
        }
        Ok(listed(&answer, &before(records, from_ms), Some(first_page(from_ms))))
    }

    /// A page of the log, the newest call first.
    fn page(&self, at: LogPage) -> Result<Listed, SourceError> {
        let request = match &at.uri {
            Some(uri) => self.account.http().found(uri)?,
            None => self
                .account
                .get("/call-log")
                .query("view", "Detailed")
                .query("dateFrom", &Moment::from_utc_ms(at.from_ms).to_rfc3339())
                .query("perPage", &self.per_page.to_string())
                .query("page", &at.page.to_string()),
        };
        let answer = self.account.json(request, self.cancel)?;
        let fresh = records(&answer, "a page of its call log")?;
        let next = self.next(&answer, fresh.len(), &at);
        let all: Vec<Value> = at.held.into_iter().chain(fresh).collect();
        let (whole, held) = if next.is_some() { sessions::split(all) } else { (all, Vec::new()) };
        let next = next.map(|next| At::Log(LogPage { held, ..next }));
        let total = json::number(&answer["paging"]["totalElements"]).map(|count| count as u64);
        Ok(Listed { newest_first: true, total, ..listed(&answer, &whole, next) })
    }

    /// The page after this one. The address that RingCentral gives is followed on the configured origin only; otherwise
    /// the page is asked for by its number.
    fn next(&self, answer: &Value, count: usize, at: &LogPage) -> Option<LogPage> {
        let numbered = LogPage { from_ms: at.from_ms, page: at.page + 1, uri: None, held: Vec::new() };
        let navigation = &answer["navigation"];
        if let Some(uri) = json::text(&navigation["nextPage"]["uri"]) {
            let base = self.account.http().base();
            let uri = base.join(uri).ok().filter(|uri: &Url| uri.origin() == base.origin());
            return Some(LogPage { uri: uri.map(String::from), ..numbered });
        }
        let is_last = navigation.is_object() || count < self.per_page as usize;
        (!is_last && count > 0).then_some(numbered)
    }
}

fn first_page(from_ms: i64) -> At {
    At::Log(LogPage { from_ms, page: 1, uri: None, held: Vec::new() })
}

/// What the log from this moment on will not show. The rest is left to it: pages that say nothing new would be taken for a
/// list that goes round in circles.
fn before(records: Vec<Value>, from_ms: i64) -> Vec<Value> {
    let is_left =
        |record: &Value| sessions::is_deleted(record) || sessions::started_ms(record).is_none_or(|ms| ms < from_ms);
    records.into_iter().filter(is_left).collect()
}

fn records(answer: &Value, place: &str) -> Result<Vec<Value>, SourceError> {
    let records = answer["records"].as_array().cloned();
    records.ok_or_else(|| SourceError::Nonsense(format!("RingCentral sent no list of records in {place}")))
}

fn listed(answer: &Value, records: &[Value], next: Option<At>) -> Listed {
    let sessions = sessions::of(records, "the call log");
    Listed {
        items: sessions.items,
        rejected: sessions.rejected,
        gone: sessions.gone,
        next: next.and_then(|next| serde_json::to_string(&next).ok()),
        token: token_of(answer),
        ..Listed::default()
    }
}

fn token_of(answer: &Value) -> Option<String> {
    json::text(&answer["syncInfo"]["syncToken"]).map(str::to_owned)
}

/// A token that ran out, or that another view made.
fn is_about_the_token(status: u16, body: &str) -> bool {
    (400..=410).contains(&status) && status != 401 && body.to_ascii_lowercase().contains("synctoken")
}
