//! ElevenLabs' conversations: a list by cursor, details, audio.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::{Answer, Asked, Dialect, SharedTruth, Site, Truth, TruthCall};

/// ElevenLabs as a site. A call without turns is one it still works on; one without audio has none.
pub struct ElevenLabs {
    truth: SharedTruth,
    dialect: Dialect,
    deletions: Mutex<BTreeMap<String, Deletion>>,
    /// Where in the truth a conversation is, and which truth.
    places: Mutex<(Arc<Truth>, HashMap<String, usize>)>,
}

/// What the provider's retention does to a recording, Unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// The audio goes at this moment.
    Planned(i64),
    /// It went at this moment.
    Done(i64),
}

/// The key it takes.
pub const KEY: &str = "sandbox-elevenlabs-key";

/// The provider's id of a call.
pub fn conversation_id(call: &TruthCall) -> String {
    format!("conv_{}", call.id.replace('-', ""))
}

impl ElevenLabs {
    /// The provider telling this truth.
    pub fn new(truth: SharedTruth, dialect: Dialect) -> Self {
        Self { truth, dialect, deletions: Mutex::default(), places: Mutex::default() }
    }

    /// Lets retention take a call's audio.
    pub fn delete_audio(&self, call: &TruthCall, deletion: Deletion) {
        self.deletions.lock().unwrap_or_else(PoisonError::into_inner).insert(conversation_id(call), deletion);
    }

    fn deletion(&self, id: &str) -> Option<Deletion> {
        self.deletions.lock().unwrap_or_else(PoisonError::into_inner).get(id).copied()
    }

    /// Where a conversation is in the truth as it is now.
    fn place(&self, truth: &Arc<Truth>, id: &str) -> Option<usize> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if !Arc::ptr_eq(&places.0, truth) {
            let by_id = truth.calls.iter().enumerate().map(|(place, call)| (conversation_id(call), place)).collect();
            *places = (Arc::clone(truth), by_id);
        }
        places.1.get(id).copied()
    }

    /// Newest first, from a moment on.
    fn list(&self, asked: &Asked) -> Answer {
        let truth = self.truth.now();
        let size = asked.number("page_size", 30);
        if !(1..=100).contains(&size) {
            let wrong = json!([{"loc": ["query", "page_size"], "msg": "out of range", "type": "value_error"}]);
            return Answer::status(422, &json!({"detail": wrong}));
        }
        let after_ms = asked.param("call_start_after_unix").and_then(|text| text.parse().ok()).unwrap_or(0) * 1000;
        let calls: Vec<&TruthCall> = truth.calls.iter().rev().filter(|call| call.started_ms >= after_ms).collect();
        let from = asked.param("cursor").and_then(|cursor| cursor.strip_prefix("after-")?.parse().ok()).unwrap_or(0);
        let page: Vec<Value> = calls.iter().skip(from).take(size).map(|call| self.summary(call)).collect();
        let end = from + page.len();
        let has_more = end < calls.len();
        let next = has_more.then(|| format!("after-{end}"));
        Answer::json(&json!({"conversations": page, "next_cursor": next, "has_more": has_more}))
    }

    fn summary(&self, call: &TruthCall) -> Value {
        let mut summary = json!({
            "agent_id": format!("agent_{}", call.agent.to_lowercase()),
            "conversation_id": conversation_id(call),
            "start_time_unix_secs": call.started_ms / 1000,
            "call_duration_secs": call.duration_ms / 1000,
            "message_count": call.turns.len(),
            "status": status(call),
            "call_successful": "success",
        });
        if self.dialect == Dialect::Documented {
            summary["agent_name"] = json!(call.agent);
            summary["direction"] = json!(direction(call));
            summary["transcript_summary"] = json!(call.summary);
        }
        summary
    }

    fn details(&self, call: &TruthCall) -> Answer {
        let id = conversation_id(call);
        let deletion = self.deletion(&id);
        let is_deleted = matches!(deletion, Some(Deletion::Done(_)));
        let has_audio = !call.audio.is_empty() && !call.turns.is_empty() && !is_deleted;
        let mut details = json!({
            "agent_id": format!("agent_{}", call.agent.to_lowercase()),
            "conversation_id": id,
            "status": status(call),
            "user_id": null,
            "transcript": self.transcript(call),
            "metadata": {
                "start_time_unix_secs": call.started_ms / 1000,
                "call_duration_secs": call.duration_ms / 1000,
                "cost": 296,
                "deletion_settings": {
                    "deletion_time_unix_secs": match deletion { Some(Deletion::Planned(at)) => json!(at), _ => Value::Null },
                    "deleted_transcript_at_time_unix_secs": null,
                    "deleted_audio_at_time_unix_secs": match deletion { Some(Deletion::Done(at)) => json!(at), _ => Value::Null },
                },
                "phone_call": {
                    "type": "twilio",
                    "direction": direction(call),
                    "phone_number_id": "phnum_1",
                    "agent_number": call.organisation,
                    "external_number": call.customer,
                    "call_sid": format!("CA{}", call.id.replace('-', "")),
                },
                "termination_reason": "",
                "main_language": "en",
            },
            "analysis": null,
            "has_audio": has_audio,
            "has_user_audio": has_audio,
            "has_response_audio": has_audio,
        });
        if !call.turns.is_empty() {
            details["analysis"] = json!({
                "transcript_summary": call.summary,
                "call_successful": "success",
                "evaluation_criteria_results": {},
                "data_collection_results": {"mood": {"data_collection_id": "mood", "value": call.sentiment}},
            });
        }
        if self.dialect == Dialect::Documented {
            details["agent_name"] = json!(call.agent);
        }
        Answer::json(&details)
    }

    /// Starts in whole seconds, and no ends. The running system also shows the tool that ended the call.
    fn transcript(&self, call: &TruthCall) -> Value {
        let mut turns: Vec<Value> = call
            .turns
            .iter()
            .map(|said| {
                let role = if said.agent { "agent" } else { "user" };
                json!({"role": role, "message": said.text, "time_in_call_secs": said.start_ms / 1000, "tool_calls": [],
                       "tool_results": [], "interrupted": false})
            })
            .collect();
        if self.dialect == Dialect::Observed && !turns.is_empty() {
            let tool = json!({"request_id": "r", "tool_name": "end_call", "params_as_json": "{}", "tool_has_been_called": true});
            let at = call.duration_ms / 1000;
            turns.push(json!({"role": "agent", "message": null, "tool_calls": [tool], "tool_results": [], "time_in_call_secs": at}));
        }
        Value::Array(turns)
    }

    fn audio(&self, call: &TruthCall) -> Answer {
        let is_deleted = matches!(self.deletion(&conversation_id(call)), Some(Deletion::Done(_)));
        if call.audio.is_empty() || call.turns.is_empty() || is_deleted {
            return missing("conversation_audio_not_found");
        }
        Answer::bytes("audio/mpeg", call.audio.clone())
    }
}

impl Site for ElevenLabs {
    fn answer(&self, asked: &Asked) -> Answer {
        if asked.header("xi-api-key") != Some(KEY) {
            let detail = json!({"status": "invalid_api_key", "message": "Invalid API key"});
            return Answer::status(401, &json!({"detail": detail}));
        }
        let segments = asked.segments();
        let ["v1", "convai", "conversations", rest @ ..] = segments.as_slice() else { return missing("not_found") };
        let truth = self.truth.now();
        let call = |id: &str| self.place(&truth, id).map(|place| &truth.calls[place]);
        match (asked.method.as_str(), rest) {
            ("GET", []) => self.list(asked),
            ("GET", [id]) => call(id).map_or_else(|| missing("conversation_not_found"), |call| self.details(call)),
            ("GET", [id, "audio"]) => {
                call(id).map_or_else(|| missing("conversation_not_found"), |call| self.audio(call))
            }
            _ => missing("not_found"),
        }
    }
}

fn missing(status: &str) -> Answer {
    Answer::status(404, &json!({"detail": {"status": status, "message": "It was not found."}}))
}

fn status(call: &TruthCall) -> &'static str {
    if call.turns.is_empty() { "processing" } else { "done" }
}

fn direction(call: &TruthCall) -> &'static str {
    if call.inbound { "inbound" } else { "outbound" }
}
