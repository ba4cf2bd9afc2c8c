//! RingCentral: tokens, the call log and its synchronisation, recordings, RingSense.
//!
//! Documented: recordings are named at the top of a record, pages say where the next one is, and count. Observed: recordings
//! hang on legs, pages do not count and name the next one by RingCentral's official host, numbers come as text.

mod log;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Answer, Asked, Dialect, SharedTruth, Site, TruthCall};

/// The app's id.
pub const CLIENT_ID: &str = "sandbox-client";
/// The app's secret.
pub const CLIENT_SECRET: &str = "sandbox-client-secret";
/// The credential of the user the app signs in as.
pub const JWT: &str = "sandbox-jwt";
/// All three, as a source is given them.
pub const SECRET: &str =
    r#"{"client_id":"sandbox-client","client_secret":"sandbox-client-secret","jwt":"sandbox-jwt"}"#;
/// What an address for a while carries as `access_token`.
pub const PASS: &str = "sandbox-pass";

/// RingCentral as a site.
pub struct RingCentral {
    truth: SharedTruth,
    dialect: Dialect,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The access token that counts, and the refresh token that may be used once.
    access: Option<String>,
    refresh: Option<String>,
    grants: Vec<String>,
    /// What was there when a synchronisation token was given.
    tokens: BTreeMap<String, BTreeMap<String, Value>>,
    without_ringsense: bool,
    without_audio: BTreeSet<String>,
}

/// RingCentral's id of a call's recording.
pub fn recording_id(call: &TruthCall) -> String {
    let number = uuid::Uuid::parse_str(&call.id).map_or(0, |id| id.as_u128() & 0xffff_ffff_ffff);
    (2_000_000_000_000_u128 + number).to_string()
}

/// RingCentral's id of a call.
pub fn session_id(call: &TruthCall) -> String {
    format!("s-{}", call.id)
}

impl RingCentral {
    /// RingCentral telling this truth.
    pub fn new(truth: SharedTruth, dialect: Dialect) -> Self {
        Self { truth, dialect, state: Mutex::default() }
    }

    /// Ends the access token before its time.
    pub fn expire(&self) {
        self.state().access = None;
    }

    /// The kinds of grant by which somebody signed in, in order.
    pub fn grants(&self) -> Vec<String> {
        self.state().grants.clone()
    }

    /// Forgets all synchronisation tokens, so that none is valid.
    pub fn forget_tokens(&self) {
        self.state().tokens.clear();
    }

    /// Whether the account has no RingSense.
    pub fn without_ringsense(&self, without: bool) {
        self.state().without_ringsense = without;
    }

    /// Deletes a call's recording and keeps the call.
    pub fn delete_audio(&self, call: &TruthCall) {
        self.state().without_audio.insert(recording_id(call));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sign_in(&self, asked: &Asked) -> Answer {
        let who = format!("Basic {}", STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}")));
        if asked.header("authorization") != Some(&who) {
            return oauth_error(401, "invalid_client");
        }
        let form: BTreeMap<String, String> = url::form_urlencoded::parse(&asked.body).into_owned().collect();
        let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        let mut state = self.state();
        let kind = match field("grant_type") {
            "urn:ietf:params:oauth:grant-type:jwt-bearer" if field("assertion") == JWT => "jwt",
            "refresh_token" if state.refresh.take_if(|token| token == field("refresh_token")).is_some() => "refresh",
            _ => return oauth_error(400, "invalid_grant"),
        };
        state.grants.push(kind.to_owned());
        let number = state.grants.len();
        let (access, refresh) = (format!("sandbox-access-{number}"), format!("sandbox-refresh-{number}"));
        (state.access, state.refresh) = (Some(access.clone()), Some(refresh.clone()));
        Answer::json(&json!({
            "access_token": access, "token_type": "bearer", "expires_in": 3600, "refresh_token": refresh,
            "refresh_token_expires_in": 604_800, "scope": "ReadCallLog ReadCallRecording",
        }))
    }

    fn insights(&self, call: Option<&TruthCall>) -> Answer {
        if self.state().without_ringsense {
            return error(
                403,
                "CMN-401",
                "In order to call this API endpoint, user needs to have [RingSense] permission",
            );
        }
        let Some(call) = call.filter(|call| !call.turns.is_empty()) else {
            return error(404, "CMN-102", "Resource for parameter [recordId] is not found");
        };
        let turn = |agent| if agent { "p-agent" } else { "p-customer" };
        let seconds = |ms: i64| ms as f64 / 1000.0;
        let turns: Vec<Value> = call
            .turns
            .iter()
            .map(|said| {
                let (start, end) = (seconds(said.start_ms), seconds(said.end_ms));
                json!({"start": start, "end": end, "text": said.text, "speakerId": turn(said.agent)})
            })
            .collect();
        Answer::json(&json!({
            "title": "Call", "domain": "pbx", "sourceSessionId": session_id(call), "sourceRecordId": recording_id(call),
            "callDirection": log::direction(call), "recordingDurationMs": call.duration_ms,
            "recordingStartTime": log::time(call.started_ms), "creationTime": log::time(call.ended_ms()),
            "speakerInfo": [
                {"speakerId": "p-agent", "name": call.agent, "extensionId": "101"},
                {"speakerId": "p-customer", "name": null, "extensionId": null},
            ],
            "insights": {
                "Transcript": turns, "Summary": [{"start": 0, "end": 1, "value": call.summary}],
                "Sentiment": [{"value": call.sentiment}], "NextSteps": [], "AIScore": [],
            },
        }))
    }

    fn content(&self, asked: &Asked, call: Option<&TruthCall>) -> Answer {
        let has_audio =
            |call: &&TruthCall| !call.audio.is_empty() && !self.state().without_audio.contains(&recording_id(call));
        match call.filter(has_audio) {
            None => error(404, "CMN-102", "Resource for parameter [recordingId] is not found"),
            Some(call) => Answer::ranged(asked, call.content_type(), call.audio.clone()),
        }
    }

    fn refusal(&self, asked: &Asked) -> Option<Answer> {
        let is_content = asked.path.ends_with("/content");
        if is_content && asked.param("access_token") == Some(PASS) {
            return None;
        }
        let given = asked.header("authorization").and_then(|header| header.strip_prefix("Bearer "));
        match given {
            None => Some(error(401, "AGW-402", "Invalid Authorization header")),
            Some(token) if self.state().access.as_deref() == Some(token) => None,
            Some(_) => Some(error(401, "OAU-151", "Authorization method not supported: access token expired")),
        }
    }
}

impl Site for RingCentral {
    fn answer(&self, asked: &Asked) -> Answer {
        if asked.path == "/restapi/oauth/token" && asked.method == "POST" {
            return self.sign_in(asked);
        }
        if let Some(refusal) = self.refusal(asked) {
            return refusal;
        }
        let truth = self.truth.now();
        let recorded = |id: &str| truth.calls.iter().find(|call| recording_id(call) == id);
        match asked.segments().as_slice() {
            ["restapi", "v1.0", "account", _, "call-log"] => self.log(asked, &truth),
            ["restapi", "v1.0", "account", _, "call-log-sync"] => self.synchronise(asked, &truth),
            ["restapi", "v1.0", "account", _, "call-log", id] => self.log_record(asked, &truth, id),
            ["restapi", "v1.0", "account", _, "recording", id] => match recorded(id) {
                Some(call) => Answer::json(&log::recording(asked, call)),
                None => error(404, "CMN-102", "Resource for parameter [recordingId] is not found"),
            },
            ["restapi", "v1.0", "account", _, "recording", id, "content"] => self.content(asked, recorded(id)),
            ["ai", "ringsense", "v1", "public", "accounts", _, "domains", "pbx", "records", id, "insights"] => {
                self.insights(recorded(id))
            }
            _ => error(404, "CMN-101", "Resource not found"),
        }
        .header("X-Rate-Limit-Group", "heavy")
        .header("X-Rate-Limit-Limit", "10")
        .header("X-Rate-Limit-Remaining", "9")
        .header("X-Rate-Limit-Window", "60")
    }
}

fn error(status: u16, code: &str, message: &str) -> Answer {
    let error = json!({"errorCode": code, "message": message});
    Answer::status(status, &json!({"errorCode": code, "message": message, "errors": [error]}))
}

fn oauth_error(status: u16, word: &str) -> Answer {
    Answer::status(
        status,
        &json!({"error": word, "error_description": "refused", "errors": [{"errorCode": "OAU-251"}]}),
    )
}
