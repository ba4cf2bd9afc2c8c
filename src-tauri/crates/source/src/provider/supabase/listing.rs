//! The list: rows of calls in the order in which they changed.

use std::collections::BTreeSet;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use model::{Cancel, Moment, RejectedItem};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Project;
use super::tables::{CAP, PARTS, among, quoted, says};
use crate::SourceError;
use crate::http::HttpError;
use crate::remote::{Item, Listed, OVERLAP, Since, revision_of};
use crate::session::SessionError;
use crate::transcript_format::json::{first, moment, scalar};

/// The columns by which rows are read, the best first. By the last one nothing can be told but what was read.
pub(super) const ORDERS: [&str; 3] = ["updated_at", "created_at", "id"];
/// How far back an incremental walk looks for rows that were written before the newest and became visible after it.
const BEHIND: i64 = 10 * 60_000;

/// Where a page begins: after this row.
#[derive(Serialize, Deserialize)]
struct At {
    by: String,
    value: Option<String>,
    id: String,
}

impl Project {
    pub fn list(&self, since: Option<&Since>, at: Option<&str>, cancel: &Cancel) -> Result<Listed, SourceError> {
        let at: Option<At> = at.and_then(|at| serde_json::from_str(at).ok());
        let (by, rows) = loop {
            let by = match &at {
                Some(at) => at.by.as_str(),
                None => ORDERS[self.order.load(Ordering::Relaxed).min(ORDERS.len() - 1)],
            };
            match self.page(by, since, at.as_ref(), cancel) {
                // The table has no such column.
                Err(SessionError::Http(HttpError::Status(refusal)))
                    if says(&refusal, "42703") && at.is_none() && by != "id" =>
                {
                    self.order.fetch_add(1, Ordering::Relaxed);
                }
                other => break (by, other?),
            }
        };
        let Some(rows) = rows else {
            let words = format!("the project has no table {:?}: name the one with the calls (table)", self.table);
            return Err(SourceError::Settings(words));
        };
        let Some(last) = rows.last() else { return self.added(since, cancel) };
        let value = if by == "id" { None } else { scalar(&last[by]) };
        let id = scalar(&last["id"]);
        let next = id.map(|id| serde_json::to_string(&At { by: by.to_owned(), value, id }).unwrap_or_default());
        let newest = rows.iter().filter_map(|row| moment(&row[by])).map(|at| at.utc_ms).max();
        let token = newest.filter(|_| by != "id").map(|newest| format!("{by} {newest}"));
        let doubt = next.is_none().then(|| "the last row of a page has no id, so that there is no going on".to_owned());
        Ok(Listed { next, token, doubt, ..self.listed(rows, cancel)? })
    }

    fn page(
        &self,
        by: &str,
        since: Option<&Since>,
        at: Option<&At>,
        cancel: &Cancel,
    ) -> Result<Option<Vec<Value>>, SessionError> {
        let order = if by == "id" { "id.asc".to_owned() } else { format!("{by}.asc.nullslast,id.asc") };
        let limit = self.page_size.to_string();
        let mut query = vec![("select", "*".to_owned()), ("order", order), ("limit", limit)];
        match at {
            Some(At { value: Some(value), id, .. }) => {
                let (value, id) = (quoted(value), quoted(id));
                let after = format!("({by}.gt.{value},and({by}.eq.{value},id.gt.{id}),{by}.is.null)");
                query.push(("or", after));
            }
            Some(At { value: None, id, .. }) => {
                query.push(("id", format!("gt.{id}")));
                if by != "id" {
                    query.push((by_static(by), "is.null".into()));
                }
            }
            None => {
                if let Some(from) = from(since, by) {
                    query.push(("or", format!("({by}.gte.{},{by}.is.null)", quoted(&from))));
                }
            }
        }
        let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.rows(&self.table, &query, cancel)
    }

    /// Calls to which something was added lately, although their own rows did not change.
    fn added(&self, since: Option<&Since>, cancel: &Cancel) -> Result<Listed, SourceError> {
        let Some(from) = since.and_then(|since| from(Some(since), token(since)?.0)) else {
            return Ok(Listed::default());
        };
        let (from, limit) = (format!("gte.{from}"), CAP.to_string());
        let mut calls = BTreeSet::new();
        for table in PARTS.iter().flat_map(|(_, tables)| *tables) {
            let query = [("select", "call_id"), ("created_at", &from), ("order", "created_at.desc"), ("limit", &limit)];
            match self.rows(table, &query, cancel) {
                // A table that does not say when is looked at with its calls only.
                Err(SessionError::Http(HttpError::Status(refusal))) if says(&refusal, "42703") => {}
                rows => calls.extend(rows?.iter().flatten().filter_map(|row| scalar(&row["call_id"]))),
            }
        }
        let listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let calls: Vec<String> = calls.into_iter().filter(|call| !listed.contains(call)).collect();
        let mut rows = Vec::new();
        for some in calls.chunks(100) {
            let found = self.rows(&self.table, &[("select", "*"), ("id", &among(some))], cancel)?;
            rows.extend(found.into_iter().flatten());
        }
        self.listed(rows, cancel)
    }

    fn listed(&self, rows: Vec<Value>, cancel: &Cancel) -> Result<Listed, SourceError> {
        let mut listed = Listed::default();
        let mut names = self.listed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for all in self.with_parts(rows, cancel)? {
            let row = &all["call"];
            let Some(remote_id) = scalar(&row["id"]) else {
                let item = format!("a row of the table {:?}", self.table);
                listed.rejected.push(RejectedItem { item, reason: "it has no id".into() });
                continue;
            };
            names.insert(remote_id.clone());
            let started_ms = moment(first(row, &["started_at", "timestamp", "created_at"])).map(|at| at.utc_ms);
            listed.items.push(Item {
                remote_id,
                started_ms,
                revision: revision_of(&all),
                listed: all,
                ..Item::default()
            });
        }
        *self.listed.lock().unwrap_or_else(PoisonError::into_inner) = names;
        Ok(listed)
    }
}

/// From when on an incremental walk reads, if it reads by the same column as the last one.
fn from(since: Option<&Since>, by: &str) -> Option<String> {
    let (of, newest) = token(since?)?;
    let back = if by == "updated_at" { BEHIND } else { OVERLAP };
    (of == by).then(|| Moment::from_utc_ms(newest.saturating_sub(back)).to_rfc3339())
}

fn token(since: &Since) -> Option<(&str, i64)> {
    let (by, newest) = since.token.as_deref()?.split_once(' ')?;
    Some((by, newest.parse().ok()?))
}

fn by_static(by: &str) -> &'static str {
    ORDERS.into_iter().find(|order| *order == by).unwrap_or("updated_at")
}
