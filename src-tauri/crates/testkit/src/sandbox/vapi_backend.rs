//! A recordings server in front of Vapi, in both its eras: as documented it hands Vapi's calls through as a bare list, as
//! it runs it has rows of its own with pages. Recordings are at signed addresses of a storage.

use std::collections::BTreeSet;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::vapi::{OLD, rfc3339, text, told};
use super::{Answer, Asked, Dialect, Line, SharedTruth, Site, TruthCall};

/// The server as a site.
pub struct VapiBackend {
    truth: SharedTruth,
    dialect: Dialect,
    state: Arc<Mutex<State>>,
}

/// The token it takes.
pub const TOKEN: &str = "sandbox-vapi-backend-token";

#[derive(Default)]
struct State {
    store: Option<String>,
    /// Calls whose recording is still being stored.
    held_back: BTreeSet<String>,
    /// Calls that the list shows without their id.
    spoilt: BTreeSet<String>,
    gives_stale: bool,
    signatures: usize,
    listeners: Vec<Sender<String>>,
}

/// The id of a call's row; Vapi's own id of it is its id in the truth.
pub fn row_id(call: &TruthCall) -> String {
    format!("f{}", call.id.get(1..).unwrap_or_default())
}

/// Whether the running server kept this call's transcript as one text.
pub fn is_collapsed(call: &TruthCall) -> bool {
    call.id.ends_with(['4', '9', 'e'])
}

impl VapiBackend {
    /// The server telling this truth.
    pub fn new(truth: SharedTruth, dialect: Dialect) -> Self {
        Self { truth, dialect, state: Arc::default() }
    }

    /// Has recordings lie in a storage at this origin; without it they lie on the same server.
    pub fn keep_recordings_at(&self, origin: &str) {
        self.state().store = Some(origin.to_owned());
    }

    /// Takes a call's recording for not stored yet, or for stored.
    pub fn hold_back(&self, call: &TruthCall, held: bool) {
        if held {
            self.state().held_back.insert(call.id.clone());
        } else {
            self.state().held_back.remove(&call.id);
        }
    }

    /// Has the list show a call without its id.
    pub fn spoil(&self, call: &TruthCall) {
        self.state().spoilt.insert(call.id.clone());
    }

    /// Gives addresses that have run out already, unless a new one is asked for.
    pub fn give_stale_addresses(&self) {
        self.state().gives_stale = true;
    }

    /// Tells everybody who subscribed that a recording is ready; how many that were.
    pub fn tell_recording_ready(&self, call: &TruthCall) -> usize {
        let event = json!({"type": "recording_ready", "callId": call.id, "timestamp": rfc3339(call.ended_ms())});
        let mut state = self.state();
        state.listeners.retain(|listener| listener.send(event.to_string()).is_ok());
        state.listeners.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bare_list(&self, asked: &Asked) -> Answer {
        let truth = self.truth.now();
        // Whatever else is asked for, the server hands only the limit on.
        let limit = asked.number("limit", 50).min(1_000);
        let state = self.state();
        let calls = truth.calls.iter().rev().take(limit).map(|call| {
            let mut told = told(call, Dialect::Documented);
            if state.spoilt.contains(&call.id) {
                told["id"] = Value::Null;
            }
            told
        });
        Answer::json(&calls.collect())
    }

    fn rows(&self, asked: &Asked) -> Answer {
        let truth = self.truth.now();
        let (page, limit) = (asked.number("page", 1).max(1), asked.number("limit", 20));
        if !(1..=100).contains(&limit) {
            return failed(400, "VALIDATION_ERROR", "limit must be between 1 and 100");
        }
        let state = self.state();
        let calls = truth.calls.iter().rev().skip((page - 1) * limit).take(limit).map(|call| {
            let mut row = row(call, &state);
            if state.spoilt.contains(&call.id) {
                row["id"] = Value::Null;
            }
            row
        });
        let total = truth.calls.len();
        let paging = json!({"page": page, "limit": limit, "total": total, "pages": total.div_ceil(limit)});
        Answer::json(&json!({"calls": calls.collect::<Vec<_>>(), "pagination": paging}))
    }

    fn details(&self, asked: &Asked, call: &TruthCall) -> Answer {
        let mut state = self.state();
        let mut row = row(call, &state);
        let is_held = state.held_back.contains(&call.id);
        row["vapi_call_id"] = json!(call.id);
        row["transcript"] = if is_collapsed(call) && !call.turns.is_empty() {
            json!([{"speaker": "caller", "text": text(call), "timestamp": 0, "sentiment": "neutral"}])
        } else {
            let turn = |said: &super::Said| {
                json!({"speaker": if said.agent { "voxanne" } else { "caller" }, "text": said.text,
                       "timestamp": said.start_ms as f64 / 1000.0, "sentiment": "neutral"})
            };
            call.turns.iter().map(turn).collect()
        };
        row["action_items"] = json!(["Call back"]);
        if is_held {
            row["recording_storage_path"] = json!("processing");
        } else if !call.audio.is_empty() {
            row["recording_storage_path"] = json!(stored_path(call));
            row["recording_url"] = json!(signed(asked, call, &mut state, false));
        }
        Answer::json(&row)
    }

    fn address_of_row(&self, asked: &Asked, call: &TruthCall) -> Answer {
        let mut state = self.state();
        if call.audio.is_empty() || state.held_back.contains(&call.id) {
            return failed(404, "RECORDING_NOT_FOUND", "No recording available for this call");
        }
        let url = signed(asked, call, &mut state, false);
        Answer::json(&json!({"recording_url": url, "expires_in": 3600, "source": "supabase"}))
    }

    fn address(&self, asked: &Asked, call: &TruthCall, anew: bool) -> Answer {
        let mut state = self.state();
        if call.audio.is_empty() || state.held_back.contains(&call.id) {
            let words = if anew { "Recording not found or not stored" } else { "No recording available for this call" };
            return Answer::status(404, &json!({"error": words}));
        }
        let is_stale = state.gives_stale && !anew;
        let url = signed(asked, call, &mut state, is_stale);
        let (ends, left) =
            if is_stale { ("2025-12-19T10:00:00.000Z", -120) } else { ("2999-01-01T00:00:00.000Z", 3600) };
        Answer::json(&json!({"recordingUrl": url, "expiresAt": ends, "expiresIn": left}))
    }
}

impl Site for VapiBackend {
    fn answer(&self, asked: &Asked) -> Answer {
        let truth = self.truth.now();
        let by = |id: &str| truth.calls.iter().find(|call| call.id == id || row_id(call) == id);
        let segments = asked.segments();
        if let ["storage", .., _, name] = segments[..] {
            let call = truth.calls.iter().find(|call| asked.path.contains(&call.id));
            return call.filter(|_| !name.is_empty() && asked.param("token") != Some(OLD)).map_or_else(
                || Answer::status(400, &json!({"statusCode": "400", "error": "InvalidJWT", "message": "expired"})),
                |call| Answer::ranged(asked, call.content_type(), call.audio.clone()),
            );
        }
        if asked.header("authorization") != Some(&format!("Bearer {TOKEN}")) {
            return failed(401, "AUTH_REQUIRED", "Authentication required");
        }
        let gone = || failed(404, "CALL_NOT_FOUND", "Call not found");
        let older = self.dialect == Dialect::Documented;
        match (asked.method.as_str(), &segments[..]) {
            ("GET", ["api", "calls"]) if older => self.bare_list(asked),
            ("GET", ["api", "calls", id]) if older => {
                by(id).map_or_else(gone, |call| Answer::json(&told(call, Dialect::Documented)))
            }
            ("GET", ["api", "calls", id, "recording"]) => {
                by(id).map_or_else(gone, |call| self.address(asked, call, false))
            }
            ("POST", ["api", "calls", id, "recording", "refresh"]) => {
                by(id).map_or_else(gone, |call| self.address(asked, call, true))
            }
            ("GET", ["api", "calls-dashboard"]) if !older => self.rows(asked),
            ("GET", ["api", "calls-dashboard", id]) if !older => {
                by(id).map_or_else(gone, |call| self.details(asked, call))
            }
            ("GET", ["api", "calls-dashboard", id, "recording-url"]) if !older => {
                by(id).map_or_else(gone, |call| self.address_of_row(asked, call))
            }
            _ => {
                let page = format!("<!DOCTYPE html><pre>Cannot {} {}</pre>", asked.method, asked.path);
                Answer { status: 404, ..Answer::bytes("text/html", page.into_bytes()) }
            }
        }
    }

    fn socket(&self, asked: &Asked) -> Option<Line> {
        if asked.path != "/ws/live-calls" {
            return None;
        }
        let (tell, push) = channel();
        let (state, mut tell) = (Arc::clone(&self.state), Some(tell));
        let heard = move |said: &str| {
            let said: Value = serde_json::from_str(said).unwrap_or_default();
            match said["type"].as_str() {
                Some("subscribe") if said["token"] == TOKEN => {
                    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                    state.listeners.extend(tell.clone());
                    vec![json!({"type": "subscribed"}).to_string()]
                }
                // A wrong token ends the line, for nobody can tell it anything any more.
                Some("subscribe") => {
                    tell = None;
                    Vec::new()
                }
                Some("ping") => vec![json!({"type": "pong"}).to_string()],
                _ => Vec::new(),
            }
        };
        Some(Line { push, heard: Box::new(heard) })
    }
}

fn row(call: &TruthCall, state: &State) -> Value {
    let is_held = state.held_back.contains(&call.id);
    json!({
        "id": row_id(call),
        "phone_number": call.customer,
        "caller_name": null,
        "call_date": rfc3339(call.started_ms),
        "duration_seconds": call.duration_ms / 1000,
        "status": "completed",
        "call_direction": if call.inbound { "inbound" } else { "outbound" },
        "has_recording": !call.audio.is_empty() && !is_held,
        "recording_status": if is_held { "processing" } else { "completed" },
        "has_transcript": true,
        "turn_count": call.turns.len(),
        "sentiment_label": call.sentiment,
        "sentiment_score": 0.5,
        "outcome": "resolved",
        "outcome_summary": call.summary,
        "call_type": if call.inbound { "inbound" } else { "outbound" },
        "cost_cents": 12,
        "ended_reason": "customer-ended-call",
        "tools_used": [],
    })
}

fn stored_path(call: &TruthCall) -> String {
    let side = if call.inbound { "inbound" } else { "outbound" };
    format!("calls/org-1/{side}/{}/{}.{}", call.id, call.ended_ms(), call.format)
}

/// A new signature every time.
fn signed(asked: &Asked, call: &TruthCall, state: &mut State, old: bool) -> String {
    state.signatures += 1;
    let store = state.store.clone().unwrap_or_else(|| asked.origin.clone());
    let token = if old { OLD.to_owned() } else { format!("t{}", state.signatures) };
    format!("{store}/storage/v1/object/sign/call-recordings/{}?token={token}", stored_path(call))
}

fn failed(status: u16, code: &str, error: &str) -> Answer {
    Answer::status(status, &json!({"error": error, "code": code, "request_id": "req-1"}))
}
