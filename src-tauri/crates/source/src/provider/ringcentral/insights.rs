//! What RingSense made of a recording: the transcript and what it concluded.

use std::sync::atomic::{AtomicU32, Ordering};

use model::{CallRecord, Cancel};
use serde_json::{Value, json};

use super::account::Account;
use crate::http::{HttpError, segment};
use crate::lift;
use crate::remote::ItemError;
use crate::session::SessionError;
use crate::transcript_format::{Hint, read_as};

/// After so many refusals without a single answer the account is taken for one without RingSense.
const ENOUGH: u32 = 3;

/// Whether this account has RingSense, as far as is known.
#[derive(Default)]
pub(super) struct RingSense {
    refused: AtomicU32,
}

enum Answer {
    Here(Value),
    NotThere,
    Never,
}

impl RingSense {
    /// Adds what is there to a call. Whether nothing more is to come, however young the call is.
    pub fn add(&self, account: &Account, record: &mut CallRecord, cancel: &Cancel) -> Result<bool, ItemError> {
        let ids: Vec<String> = record.recordings.iter().map(|recording| recording.remote_id.clone()).collect();
        let mut is_complete = true;
        for id in ids {
            match self.ask(account, &id, cancel)? {
                Answer::Here(value) => {
                    read(value, record);
                    if record.transcript.is_some() {
                        return Ok(true);
                    }
                }
                Answer::NotThere => is_complete = false,
                Answer::Never => {}
            }
        }
        Ok(is_complete)
    }

    fn ask(&self, account: &Account, recording: &str, cancel: &Cancel) -> Result<Answer, ItemError> {
        if self.refused.load(Ordering::Relaxed) >= ENOUGH {
            return Ok(Answer::Never);
        }
        let path = format!("/ai/ringsense/v1/public/accounts/~/domains/pbx/records/{}/insights", segment(recording));
        match account.json(account.http().get(&path), cancel) {
            Ok(value) => {
                self.refused.store(0, Ordering::Relaxed);
                Ok(Answer::Here(value))
            }
            Err(SessionError::Http(error)) => match &error {
                HttpError::Status(refusal) if refusal.status == 403 => {
                    self.refused.fetch_add(1, Ordering::Relaxed);
                    Ok(Answer::Never)
                }
                HttpError::Status(refusal) if refusal.status == 401 => Err(error.into()),
                // Trouble there must not keep the call out.
                HttpError::Status(_) | HttpError::NotJson(_) => Ok(Answer::NotThere),
                _ => Err(error.into()),
            },
            Err(error) => Err(error.into()),
        }
    }
}

fn read(mut value: Value, record: &mut CallRecord) {
    for part in parts(&mut value) {
        if let Some(insights) = part.get_mut("insights").and_then(Value::as_object_mut) {
            insights
                .entry("Transcript")
                .and_modify(|turns| {
                    if turns.is_null() {
                        *turns = json!([])
                    }
                })
                .or_insert(json!([]));
        }
    }
    let hint = Hint { file_name: "insights.json", started_at: record.call.started_at.as_ref() };
    match read_as("ringsense", &hint, &value) {
        Some(Ok(found)) => {
            lift::fill(&mut record.call, found.call);
            record.transcript = Some(found.transcript).filter(|transcript| !transcript.turns.is_empty());
            record.insights = found.insights.or(record.insights.take());
            if !found.metadata.is_empty() {
                record.metadata.insert("ringsense".into(), Value::Object(found.metadata));
            }
        }
        Some(Err(why)) => {
            record.metadata.insert("ringsense_not_understood".into(), Value::String(why.to_string()));
        }
        None => {}
    }
}

/// The records of an answer: itself, or several.
fn parts(value: &mut Value) -> Vec<&mut Value> {
    if value.get("records").is_some_and(Value::is_array) {
        return value["records"].as_array_mut().into_iter().flatten().collect();
    }
    vec![value]
}
