//! A recordings server in front of RingCentral: `/api/v1/recordings/`.
//!
//! Documented: it counts rightly, says which RingCentral recording is meant, brings transcript and insights, and redirects
//! audio with a token that works for a while. Observed: the count is of everything whatever was asked for, fields have their
//! older names, insights are `{}`, and the redirect carries no token, so that RingCentral refuses.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::Moment;
use serde_json::{Value, json};

use super::ringcentral::{PASS, RingCentral, recording_id, session_id};
use super::{Answer, Asked, Dialect, Server, SharedTruth, Site, TruthCall};

/// The administrator's token.
pub const TOKEN: &str = "sandbox-ringcentral-admin";
/// The token of somebody who is no administrator.
pub const USER_TOKEN: &str = "sandbox-ringcentral-user";

/// The server as a site.
pub struct RingCentralBackend {
    truth: SharedTruth,
    dialect: Dialect,
    cdn: Cdn,
    state: Mutex<State>,
}

/// Where the audio is.
enum Cdn {
    Own(Server),
    At(String),
}

#[derive(Default)]
struct State {
    list_is_broken: bool,
    serves_bytes: bool,
    /// Rows of the list that are no objects.
    malformed: usize,
    /// States of calls that are not plainly available.
    states: BTreeMap<String, String>,
}

impl RingCentralBackend {
    /// The server telling this truth, with a RingCentral of its own behind it.
    pub fn new(truth: SharedTruth, dialect: Dialect) -> Self {
        let cdn = Server::start(Arc::new(RingCentral::new(truth.clone(), dialect)));
        Self { truth, dialect, cdn: Cdn::Own(cdn), state: Mutex::default() }
    }

    /// The server telling this truth, with audio at RingCentral at this origin.
    pub fn before(truth: SharedTruth, dialect: Dialect, ringcentral: &str) -> Self {
        Self { truth, dialect, cdn: Cdn::At(ringcentral.to_owned()), state: Mutex::default() }
    }

    /// Whether searching fails, as it does where counting breaks.
    pub fn break_list(&self, broken: bool) {
        self.state().list_is_broken = broken;
    }

    /// Whether it sends the audio itself.
    pub fn serve_bytes(&self, itself: bool) {
        self.state().serves_bytes = itself;
    }

    /// Puts so many entries at the head of the list that are nothing.
    pub fn put_malformed(&self, entries: usize) {
        self.state().malformed = entries;
    }

    /// Puts a call in a state such as `downloading` or `deleted`.
    pub fn put(&self, call: &TruthCall, state: &str) {
        self.state().states.insert(call.id.clone(), state.to_owned());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn list(&self, asked: &Asked) -> Answer {
        if self.state().list_is_broken {
            return detail(500, "Failed to search recordings");
        }
        let limit = asked.number("limit", 50);
        if !(1..=200).contains(&limit) {
            return detail(422, "limit must be from 1 to 200");
        }
        let offset = asked.number("offset", 0);
        let truth = self.truth.now();
        let from = asked.param("start_date").map(str::to_owned);
        let is_wanted =
            |call: &&TruthCall| from.as_ref().is_none_or(|from| time(call.started_ms).as_str() >= from.as_str());
        let mut wanted: Vec<&TruthCall> = truth.calls.iter().filter(is_wanted).collect();
        wanted.sort_by_key(|call| -call.started_ms);
        let malformed = (0..self.state().malformed).map(|_| json!({"id": []}));
        let rows = malformed.chain(wanted.iter().map(|call| self.row(call)));
        let rows: Vec<Value> = rows.skip(offset).take(limit).collect();
        let total = if self.dialect == Dialect::Observed { truth.calls.len() + 7 } else { wanted.len() };
        Answer::json(&json!({"total": total, "limit": limit, "offset": offset, "recordings": rows}))
    }

    fn row(&self, call: &TruthCall) -> Value {
        let text = self.text(call);
        let preview: String = text.chars().take(200).collect();
        json!({
            "id": call.id, "rc_call_id": session_id(call), "status": self.status(call),
            "duration_seconds": call.duration_ms / 1000, "recorded_at": time(call.started_ms),
            "has_transcript": !text.is_empty(),
            "transcript_preview": if text.is_empty() { Value::Null } else { format!("{preview}...").into() },
            "confidence": if text.is_empty() { 0 } else { 95 },
            "ai_insights_summary": if self.dialect == Dialect::Documented {
                json!({"sentiment": call.sentiment, "topics": ["matter"], "has_action_items": false})
            } else {
                Value::Null
            },
        })
    }

    fn details(&self, call: &TruthCall) -> Value {
        let text = self.text(call);
        let metadata = json!({
            "content_type": call.content_type(), "file_size_bytes": call.audio.len(),
            "created_at": time(call.ended_ms()), "updated_at": time(call.updated_ms()),
        });
        let rc_recording = if call.audio.is_empty() { Value::Null } else { recording_id(call).into() };
        let metadata = if call.audio.is_empty() { json!({}) } else { metadata };
        match self.dialect {
            Dialect::Documented => json!({
                "id": call.id, "rc_call_id": session_id(call), "rc_recording_id": rc_recording,
                "status": self.status(call), "duration_seconds": call.duration_ms / 1000,
                "recorded_at": time(call.started_ms), "phone_number": call.customer,
                "direction": if call.inbound { "inbound" } else { "outbound" },
                "transcript": {"text": text, "confidence": 95, "fetched_at": time(call.ended_ms())},
                "ai_insights": {
                    "sentiment": {"overall": call.sentiment, "score": 0.8}, "topics": ["matter"], "action_items": [],
                    "intent": "enquiry", "summary": call.summary, "speakers": [], "keywords": ["matter"],
                },
                "metadata": metadata,
            }),
            Dialect::Observed => json!({
                "id": call.id, "rc_call_id": session_id(call), "rc_recording_id": rc_recording,
                "status": self.status(call), "duration_seconds": call.duration_ms / 1000,
                "call_started_at": time(call.started_ms).trim_end_matches('Z'),
                "from_phone": if call.inbound { &call.customer } else { &call.organisation },
                "to_phone": if call.inbound { &call.organisation } else { &call.customer },
                "rc_transcript": text, "rc_transcript_confidence": if text.is_empty() { 0 } else { 95 },
                "ai_insights": {}, "metadata": metadata,
            }),
        }
    }

    /// What was said, joined, without speakers and times.
    fn text(&self, call: &TruthCall) -> String {
        call.turns.iter().map(|said| said.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn status(&self, call: &TruthCall) -> String {
        self.state().states.get(&call.id).cloned().unwrap_or_else(|| "available".into())
    }

    fn stream(&self, asked: &Asked, call: &TruthCall) -> Answer {
        if call.audio.is_empty() {
            return detail(400, "No RingCentral recording ID available");
        }
        if self.status(call) == "deleted" {
            return detail(404, "Recording not found");
        }
        if self.state().serves_bytes {
            return Answer::ranged(asked, call.content_type(), call.audio.clone());
        }
        let cdn = match &self.cdn {
            Cdn::Own(server) => server.origin(),
            Cdn::At(origin) => origin,
        };
        let place = format!("{cdn}/restapi/v1.0/account/1/recording/{}/content", recording_id(call));
        match self.dialect {
            Dialect::Documented => Answer::redirect(307, &format!("{place}?access_token={PASS}")),
            Dialect::Observed => Answer::redirect(307, &place),
        }
    }
}

impl Site for RingCentralBackend {
    fn answer(&self, asked: &Asked) -> Answer {
        match asked.header("authorization").map(|header| header.strip_prefix("Bearer ")) {
            None => return detail(401, "Missing authentication token").header("WWW-Authenticate", "Bearer"),
            Some(Some(USER_TOKEN)) => return detail(403, "Admin privileges required"),
            Some(Some(TOKEN)) => {}
            Some(_) => return detail(401, "Invalid authentication token").header("WWW-Authenticate", "Bearer"),
        }
        let truth = self.truth.now();
        let find = |id: &str| truth.calls.iter().find(|call| call.id == id);
        match asked.segments().as_slice() {
            ["api", "v1", "recordings"] if asked.path.ends_with('/') => self.list(asked),
            ["api", "v1", "recordings"] => Answer::redirect(307, &format!("{}/api/v1/recordings/", asked.origin)),
            ["api", "v1", "recordings", id, ..] if uuid::Uuid::parse_str(id).is_err() => detail(422, "Invalid UUID"),
            ["api", "v1", "recordings", id] => {
                find(id).map_or_else(|| detail(404, "Recording not found"), |call| Answer::json(&self.details(call)))
            }
            ["api", "v1", "recordings", id, "stream"] => {
                find(id).map_or_else(|| detail(404, "Recording not found"), |call| self.stream(asked, call))
            }
            _ => detail(404, "Not Found"),
        }
    }
}

fn time(ms: i64) -> String {
    Moment::from_utc_ms(ms).to_rfc3339()
}

fn detail(status: u16, words: &str) -> Answer {
    Answer::status(status, &json!({ "detail": words }))
}
