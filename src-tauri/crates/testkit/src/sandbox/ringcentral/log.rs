//! The call log: its records, its pages, and what changed in it.

use std::collections::BTreeMap;

use model::Moment;
use serde_json::{Value, json};

use super::{RingCentral, error, recording_id, session_id};
use crate::sandbox::{Answer, Asked, Dialect, Truth, TruthCall};

/// What the log answers at most for a synchronisation.
const MOST: usize = 250;

impl RingCentral {
    /// A page of the log, newest first.
    pub(super) fn log(&self, asked: &Asked, truth: &Truth) -> Answer {
        let Some(from_ms) = asked.param("dateFrom").map_or(Some(i64::MIN), |text| Some(Moment::parse(text)?.utc_ms))
        else {
            return error(400, "CMN-101", "Parameter [dateFrom] is invalid");
        };
        let (page, per_page) = (asked.number("page", 1).max(1), asked.number("perPage", 100).clamp(1, 1000));
        let wanted: Vec<Value> =
            self.newest_first(truth).into_iter().filter(|record| started(record) >= from_ms).collect();
        let rows: Vec<&Value> = wanted.iter().skip((page - 1) * per_page).take(per_page).collect();
        let mut answer = json!({
            "uri": format!("{}{}", asked.origin, asked.path), "records": rows,
            "paging": {"page": page, "perPage": per_page}, "navigation": {"firstPage": {"uri": "x"}},
        });
        if self.dialect == Dialect::Documented {
            answer["paging"]["totalElements"] = wanted.len().into();
        }
        if page * per_page < wanted.len() {
            let host = if self.dialect == Dialect::Documented {
                &asked.origin
            } else {
                "https://platform.ringcentral.com:443"
            };
            let from = asked.param("dateFrom").unwrap_or_default();
            let uri =
                format!("{host}{}?view=Detailed&dateFrom={from}&perPage={per_page}&page={}", asked.path, page + 1);
            answer["navigation"]["nextPage"] = json!({ "uri": uri });
        }
        Answer::json(&answer)
    }

    /// One record of the log.
    pub(super) fn log_record(&self, _asked: &Asked, truth: &Truth, id: &str) -> Answer {
        let record = self.newest_first(truth).into_iter().find(|record| record["id"] == id);
        record.map_or_else(
            || error(404, "CMN-102", "Resource for parameter [id] is not found"),
            |record| Answer::json(&record),
        )
    }

    /// The newest records and a token, or what changed since a token.
    pub(super) fn synchronise(&self, asked: &Asked, truth: &Truth) -> Answer {
        let all = self.newest_first(truth);
        let now: BTreeMap<String, Value> =
            all.iter().map(|record| (record["id"].as_str().unwrap_or_default().to_owned(), record.clone())).collect();
        let mut state = self.state();
        let full = asked.param("syncType") != Some("ISync");
        let (records, older) = if full {
            let count = asked.number("recordCount", MOST).min(MOST);
            (all.iter().take(count).cloned().collect(), Some(all.len() > count))
        } else {
            let Some(then) = asked.param("syncToken").and_then(|token| state.tokens.get(token)) else {
                return error(400, "CMN-101", "Parameter [syncToken] is invalid");
            };
            let changed =
                all.iter().filter(|record| record["id"].as_str().and_then(|id| then.get(id)) != Some(*record));
            let gone = then.iter().filter(|(id, _)| !now.contains_key(*id)).map(|(_, record)| {
                let mut record = record.clone();
                record["deleted"] = true.into();
                record
            });
            let all: Vec<Value> = changed.cloned().chain(gone).take(MOST).collect();
            (all, None)
        };
        let token = format!("sandbox-sync-{}", state.tokens.len() + 1);
        let mut info = json!({"syncType": if full { "FSync" } else { "ISync" }, "syncToken": token});
        if let (Some(older), Dialect::Documented) = (older, self.dialect) {
            info["olderRecordsExist"] = older.into();
        }
        state.tokens.insert(token, now);
        Answer::json(&json!({"uri": "x", "records": records, "syncInfo": info}))
    }

    fn newest_first(&self, truth: &Truth) -> Vec<Value> {
        let mut calls: Vec<&TruthCall> = truth.calls.iter().collect();
        calls.sort_by_key(|call| std::cmp::Reverse(call.started_ms));
        calls.into_iter().map(|call| self.record(call)).collect()
    }

    fn record(&self, call: &TruthCall) -> Value {
        let customer = json!({"phoneNumber": call.customer});
        let own = json!({"phoneNumber": call.organisation, "extensionNumber": "101", "name": call.agent});
        let (from, to) = if call.inbound { (customer, own) } else { (own, customer) };
        let duration = call.duration_ms / 1000;
        let mut record = json!({
            "id": format!("log-{}", call.id), "uri": "x", "sessionId": recording_id(call),
            "telephonySessionId": session_id(call), "startTime": time(call.started_ms), "type": "Voice",
            "direction": direction(call), "action": "Phone Call", "result": "Accepted", "transport": "PSTN",
            "from": from, "to": to, "lastModifiedTime": time(call.updated_ms()), "duration": duration,
        });
        if self.dialect == Dialect::Observed {
            record["duration"] = duration.to_string().into();
            record["legs"] = json!([{"startTime": time(call.started_ms), "legType": "Accept"}]);
        }
        if !call.audio.is_empty() {
            let id = recording_id(call);
            let content = format!("https://media.ringcentral.com:443/restapi/v1.0/account/1/recording/{id}/content");
            let recording = json!({"id": id, "uri": "x", "type": "Automatic", "contentUri": content});
            match self.dialect {
                Dialect::Documented => record["recording"] = recording,
                Dialect::Observed => {
                    record["legs"][0]["recording"] = recording;
                }
            }
        }
        record
    }
}

pub(super) fn recording(asked: &Asked, call: &TruthCall) -> Value {
    let content = format!("{}{}/content", asked.origin, asked.path);
    json!({
        "id": recording_id(call), "contentUri": content, "contentType": call.content_type(), "duration": call.duration_ms / 1000,
    })
}

pub(super) fn direction(call: &TruthCall) -> &'static str {
    if call.inbound { "Inbound" } else { "Outbound" }
}

pub(super) fn time(ms: i64) -> String {
    Moment::from_utc_ms(ms).to_rfc3339()
}

fn started(record: &Value) -> i64 {
    record["startTime"].as_str().and_then(Moment::parse).map_or(0, |at| at.utc_ms)
}
