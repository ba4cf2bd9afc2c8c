//! Rows of tables, and what hangs on calls.

use std::sync::PoisonError;

use model::Cancel;
use serde_json::{Value, json};

use super::Project;
use super::storage::with;
use crate::http::{HttpError, Refusal, segment};
use crate::session::SessionError;
use crate::transcript_format::json::{scalar, text};

/// What hangs on a call, and the tables it is in.
pub(super) const PARTS: [(&str, &[&str]); 2] =
    [("recordings", &["recordings", "recordings_s3"]), ("transcripts", &["transcripts"])];
/// How many rows a project gives at once, whatever it is asked for.
pub(super) const CAP: usize = 1_000;
/// For how many calls at once what hangs on them is asked for, so that the address does not get too long.
const AT_ONCE: usize = 100;

impl Project {
    /// Rows of a table. `None`: there is no such table.
    pub fn rows(
        &self,
        table: &str,
        query: &[(&str, &str)],
        cancel: &Cancel,
    ) -> Result<Option<Vec<Value>>, SessionError> {
        let missing = || self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        if missing().contains(table) {
            return Ok(None);
        }
        let answer = self.session.with(cancel, |credentials| {
            let request = self.http.get(&format!("/rest/v1/{}", segment(table)));
            let request = query.iter().fold(request, |request, (name, value)| request.query(name, value));
            with(request, credentials).json(cancel)
        });
        match answer {
            Ok(Value::Array(rows)) => Ok(Some(rows)),
            Ok(_) => Err(HttpError::NotJson(format!("the table {table:?} is not answered with rows")).into()),
            Err(SessionError::Http(HttpError::Status(refusal))) if is_no_table(&refusal) => {
                if table != self.table {
                    missing().insert(table.to_owned());
                }
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Rows of calls, each with what hangs on it.
    pub fn with_parts(&self, calls: Vec<Value>, cancel: &Cancel) -> Result<Vec<Value>, SessionError> {
        let mut all = Vec::with_capacity(calls.len());
        for some in calls.chunks(AT_ONCE) {
            let ids: Vec<String> = some.iter().filter_map(|call| scalar(&call["id"])).collect();
            let mut found: Vec<Value> =
                some.iter().map(|call| json!({ "call": call, "recordings": [], "transcripts": [] })).collect();
            for (part, tables) in PARTS {
                for table in tables {
                    for row in self.parts(table, &ids, cancel)? {
                        let Some(call) = scalar(&row["call_id"]) else { continue };
                        let of_call =
                            found.iter_mut().find(|found| scalar(&found["call"]["id"]).as_ref() == Some(&call));
                        if let Some(rows) = of_call.and_then(|found| found[part].as_array_mut()) {
                            rows.push(row);
                        }
                    }
                }
            }
            all.extend(found);
        }
        Ok(all)
    }

    /// Everything in a table that hangs on these calls.
    fn parts(&self, table: &str, calls: &[String], cancel: &Cancel) -> Result<Vec<Value>, SessionError> {
        let mut all: Vec<Value> = Vec::new();
        if calls.is_empty() {
            return Ok(all);
        }
        let (calls, cap) = (among(calls), CAP.to_string());
        loop {
            let after = all.last().and_then(|row| scalar(&row["id"])).map(|id| format!("gt.{id}"));
            let mut query = vec![("select", "*"), ("call_id", &calls), ("order", "id.asc"), ("limit", &cap)];
            query.extend(after.as_deref().map(|after| ("id", after)));
            let rows = self.rows(table, &query, cancel)?.unwrap_or_default();
            let is_all = rows.len() < CAP;
            all.extend(rows);
            if is_all {
                return Ok(all);
            }
        }
    }
}

/// A filter for any of these.
pub(super) fn among(ids: &[String]) -> String {
    format!("in.({})", ids.iter().map(|id| quoted(id)).collect::<Vec<_>>().join(","))
}

/// A value as it is written within a filter.
pub(super) fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Whether the database says this code.
pub(super) fn says(refusal: &Refusal, code: &str) -> bool {
    refusal.json().is_some_and(|body| text(&body["code"]) == Some(code))
}

fn is_no_table(refusal: &Refusal) -> bool {
    says(refusal, "PGRST205") || says(refusal, "42P01")
}
