//! Records of the last days, for calls that are asked for again.
//!
//! Each record asked for by its id is one of the few heavy requests that a minute allows. Where more than a handful of
//! calls are waited for, a page of the log shows them all.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use model::{Cancel, Moment};
use serde_json::Value;

use super::{Account, FRESH};
use crate::http::segment;
use crate::session::SessionError;
use crate::transcript_format::json;

/// So many records are asked for one by one.
const FEW: u32 = 2;
/// The log is read no further than so many pages.
const MOST_PAGES: u32 = 10;

/// What one walk has learnt.
#[derive(Default)]
pub(super) struct Recent(Mutex<State>);

#[derive(Default)]
struct State {
    asked: u32,
    records: Option<HashMap<String, Value>>,
}

impl Recent {
    /// A walk begins: what an earlier one saw may have changed.
    pub fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = State::default();
    }

    /// A record as it is now.
    pub fn record(&self, account: &Account, per_page: u32, id: &str, cancel: &Cancel) -> Result<Value, SessionError> {
        if let Some(record) = self.listed(account, per_page, id, cancel)? {
            return Ok(record);
        }
        account.json(account.get(&format!("/call-log/{}", segment(id))).query("view", "Detailed"), cancel)
    }

    /// The record, if the log of the last days shows it. Whoever else asks waits for the same log.
    fn listed(
        &self,
        account: &Account,
        per_page: u32,
        id: &str,
        cancel: &Cancel,
    ) -> Result<Option<Value>, SessionError> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.records.is_none() {
            state.asked += 1;
            if state.asked <= FEW {
                return Ok(None);
            }
            state.records = Some(log(account, per_page, cancel)?);
        }
        Ok(state.records.as_ref().and_then(|records| records.get(id)).cloned())
    }
}

/// The records of the last days by their ids.
fn log(account: &Account, per_page: u32, cancel: &Cancel) -> Result<HashMap<String, Value>, SessionError> {
    let from = Moment::from_utc_ms(account.now_ms() - 2 * FRESH).to_rfc3339();
    let mut records = HashMap::new();
    for page in 1..=MOST_PAGES {
        let request = account.get("/call-log").query("view", "Detailed").query("dateFrom", &from);
        let request = request.query("perPage", &per_page.to_string()).query("page", &page.to_string());
        let answer = account.json(request, cancel)?;
        let some = json::list(&answer["records"]);
        records.extend(some.iter().filter_map(|record| Some((json::scalar(&record["id"])?, record.clone()))));
        if some.is_empty() || answer["navigation"]["nextPage"].is_null() {
            break;
        }
    }
    Ok(records)
}
