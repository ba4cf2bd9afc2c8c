//! A recordings server built on FastAPI and Supabase: calls, recordings, transcripts, and the bucket its newer version
//! leads to.

mod rows;

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

pub use self::rows::recording_id;
use self::rows::{details, item, recording, said, text_of};
use super::{Answer, Asked, Dialect, SharedTruth, Site, TruthCall};

/// The server as a site. As documented it takes a bearer token and sends recordings itself; as it runs it takes cookies
/// that rotate, and leads to a bucket. The same site served a second time is that bucket ([`Self::keep_audio_at`]).
pub struct SupabaseBackend {
    truth: SharedTruth,
    dialect: Dialect,
    state: Mutex<State>,
}

/// What it can be signed in to with.
pub const SECRET: &str = r#"{"access_token":"sandbox-supabase-access-0","refresh_token":"sandbox-supabase-refresh-0"}"#;
/// The account it sends codes to.
pub const EMAIL: &str = "auditor@example.com";
/// The code it sends.
pub const CODE: &str = "123456";

#[derive(Default)]
struct State {
    /// How often the tokens were renewed; it is part of them.
    renewals: usize,
    has_run_out: bool,
    /// A refresh token was used twice: nobody is signed in any more.
    is_locked: bool,
    /// Where the bucket is; empty: at the server itself.
    bucket: String,
    /// So many requests to the bucket are refused as too late.
    too_late: usize,
    has_no_calls: bool,
    old_address: String,
    unlisted: BTreeSet<String>,
    nameless: BTreeSet<String>,
}

impl SupabaseBackend {
    /// The server telling this truth.
    pub fn new(truth: SharedTruth, dialect: Dialect) -> Self {
        Self { truth, dialect, state: Mutex::default() }
    }

    /// The access token runs out now.
    pub fn end_session(&self) {
        self.state().has_run_out = true;
    }

    /// How often the tokens were renewed.
    pub fn renewals(&self) -> usize {
        self.state().renewals
    }

    /// Leads to a bucket at this origin.
    pub fn keep_audio_at(&self, origin: &str) {
        self.state().bucket = origin.to_owned();
    }

    /// So many requests to the bucket are refused because their address has run out.
    pub fn refuse_addresses(&self, requests: usize) {
        self.state().too_late = requests;
    }

    /// Every call's details carry this older address.
    pub fn give_old_addresses(&self, address: &str) {
        self.state().old_address = address.to_owned();
    }

    /// The server lists recordings and no calls.
    pub fn list_no_calls(&self) {
        self.state().has_no_calls = true;
    }

    /// Leaves a call out of the list; its recording is listed all the same.
    pub fn unlist(&self, call: &TruthCall) {
        self.state().unlisted.insert(call.id.clone());
    }

    /// Lists a call without its id.
    pub fn list_without_id(&self, call: &TruthCall) {
        self.state().nameless.insert(call.id.clone());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_observed(&self) -> bool {
        self.dialect == Dialect::Observed
    }

    /// Why somebody may not come in.
    fn refusal(&self, asked: &Asked) -> Option<Answer> {
        let state = self.state();
        let token = format!("sandbox-supabase-access-{}", state.renewals);
        let given = if self.is_observed() {
            asked.header("cookie").and_then(|cookies| cookie(cookies, "talky_at"))
        } else {
            asked.header("authorization").and_then(|header| header.strip_prefix("Bearer "))
        };
        let why = match given {
            None => "Authorization header missing",
            Some(given) if given == token && !state.has_run_out && !state.is_locked => return None,
            Some(_) => "Invalid or expired token",
        };
        Some(Answer::status(401, &json!({ "detail": why })).header("WWW-Authenticate", "Bearer"))
    }

    fn auth(&self, asked: &Asked) -> Answer {
        let body = asked.json();
        match asked.path.as_str() {
            "/api/v1/auth/login" if body["email"] == EMAIL => {
                Answer::json(&json!({ "message": "Verification code sent to your email" }))
            }
            "/api/v1/auth/verify-otp" if body["email"] == EMAIL && body["token"] == CODE => {
                self.state().has_run_out = false;
                self.pair(200)
            }
            "/api/v1/auth/refresh" if self.is_observed() => {
                let mut state = self.state();
                let token = format!("sandbox-supabase-refresh-{}", state.renewals);
                let given = asked.header("cookie").and_then(|cookies| cookie(cookies, "talky_rt"));
                state.is_locked |= given != Some(token.as_str());
                if state.is_locked {
                    return Answer::status(401, &json!({ "detail": "Refresh token reuse detected" }));
                }
                state.renewals += 1;
                state.has_run_out = false;
                drop(state);
                self.pair(204)
            }
            "/api/v1/auth/refresh" => Answer::status(404, &json!({ "detail": "Not Found" })),
            _ => Answer::status(401, &json!({ "detail": "Invalid or expired verification code" })),
        }
    }

    fn pair(&self, status: u16) -> Answer {
        let number = self.state().renewals;
        let (access, refresh) =
            (format!("sandbox-supabase-access-{number}"), format!("sandbox-supabase-refresh-{number}"));
        if !self.is_observed() {
            let pair = json!({"access_token": access, "refresh_token": refresh, "user_id": "u-1", "email": EMAIL});
            return Answer::status(status, &pair);
        }
        let answer = if status == 204 { Answer::empty(204) } else { Answer::json(&json!({ "email": EMAIL })) };
        answer
            .header("Set-Cookie", &format!("talky_at={access}; HttpOnly; Path=/api/v1; Max-Age=900"))
            .header("Set-Cookie", &format!("talky_rt={refresh}; HttpOnly; Path=/api/v1/auth; Max-Age=604800"))
    }

    /// A page of a list that runs backwards.
    fn page(&self, asked: &Asked, items: Vec<Value>) -> Answer {
        let (page, size) = (asked.number("page", 1).max(1), asked.number("page_size", 20));
        if size > 100 {
            return Answer::status(
                422,
                &json!({ "detail": [{ "loc": ["query", "page_size"], "type": "less_than_equal" }] }),
            );
        }
        let total = items.len();
        let items: Vec<Value> = items.into_iter().skip((page - 1) * size).take(size).collect();
        Answer::json(&json!({ "items": items, "page": page, "page_size": size, "total": total }))
    }

    fn calls(&self, asked: &Asked) -> Answer {
        let state = self.state();
        if state.has_no_calls {
            return Answer::status(404, &json!({ "detail": "Not Found" }));
        }
        let truth = self.truth.now();
        let from = asked.param("from").unwrap_or_default();
        let calls = truth.calls.iter().rev().filter(|call| !state.unlisted.contains(&call.id));
        let mut items: Vec<Value> = calls.map(|call| item(call, self.is_observed())).collect();
        items.retain(|item| item["timestamp"].as_str().is_some_and(|at| at >= from));
        for item in &mut items {
            if item["id"].as_str().is_some_and(|id| state.nameless.contains(id)) {
                item["id"] = Value::Null;
            }
        }
        drop(state);
        self.page(asked, items)
    }

    fn recordings(&self, asked: &Asked) -> Answer {
        let truth = self.truth.now();
        let only = asked.param("call_id");
        let recorded = truth.calls.iter().rev().filter(|call| !call.audio.is_empty());
        let wanted = recorded.filter(|call| only.is_none_or(|only| only == call.id));
        self.page(asked, wanted.map(|call| recording(call, self.is_observed())).collect())
    }

    fn transcript(&self, asked: &Asked, call: &TruthCall, number: usize) -> Answer {
        if asked.param("format") == Some("text") {
            return Answer::json(&json!({ "format": "text", "transcript": text_of(call), "call_id": call.id }));
        }
        Answer::json(&said(call, number, self.is_observed()))
    }

    fn audio(&self, asked: &Asked, call: Option<&TruthCall>, what: &str) -> Answer {
        if what == "url" && !self.is_observed() {
            return Answer::status(404, &json!({ "detail": "Not Found" }));
        }
        let Some(call) = call.filter(|call| !call.audio.is_empty()) else {
            let detail = "Failed to stream recording: {'code': 'PGRST116', 'details': 'The result contains 0 rows'}";
            return Answer::status(500, &json!({ "detail": detail }));
        };
        let state = self.state();
        let bucket = if state.bucket.is_empty() { &asked.origin } else { &state.bucket };
        let address = format!("{bucket}/bucket/{}?X-Amz-Signature=sandbox&X-Amz-Expires=3600", call.id);
        match (what, self.is_observed()) {
            ("url", true) => {
                Answer::json(&json!({"url": address, "expires_in": 3600, "recording_id": recording_id(call),
                "mime_type": call.content_type(), "retention_days_remaining": 30}))
            }
            ("stream", true) => Answer::redirect(302, &address),
            ("stream", false) => Answer::bytes(call.content_type(), call.audio.clone())
                .chunked()
                .header("Accept-Ranges", "bytes")
                .header("Content-Disposition", "inline; filename=recording.wav"),
            _ => Answer::status(404, &json!({ "detail": "Not Found" })),
        }
    }

    /// The bucket: it takes no credential beside a signature.
    fn bucket(&self, asked: &Asked, id: &str) -> Answer {
        let refused = |status, code: &str| {
            let body = format!(
                "<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>Request has expired</Message></Error>"
            );
            Answer { status, body: body.into_bytes(), ..Answer::default() }.header("Content-Type", "application/xml")
        };
        if asked.header("authorization").is_some() || asked.header("cookie").is_some() {
            return refused(400, "InvalidArgument");
        }
        let mut state = self.state();
        if state.too_late > 0 {
            state.too_late -= 1;
            return refused(403, "AccessDenied");
        }
        drop(state);
        let truth = self.truth.now();
        match truth.calls.iter().find(|call| call.id == id) {
            Some(call) => Answer::ranged(asked, call.content_type(), call.audio.clone()),
            None => refused(404, "NoSuchKey"),
        }
    }
}

impl Site for SupabaseBackend {
    fn answer(&self, asked: &Asked) -> Answer {
        let segments = asked.segments();
        if let ["bucket", id] = segments[..] {
            return self.bucket(asked, id);
        }
        if asked.path.starts_with("/api/v1/auth/") {
            return self.auth(asked);
        }
        if let Some(refusal) = self.refusal(asked) {
            return refusal;
        }
        let truth = self.truth.now();
        let call = |id: &str| truth.calls.iter().enumerate().find(|(_, call)| call.id == id);
        match segments[..] {
            ["api", "v1", list @ ("calls" | "recordings")] if !asked.path.ends_with('/') => {
                Answer::redirect(307, &format!("{}/api/v1/{list}/", asked.origin))
            }
            ["api", "v1", "calls"] => self.calls(asked),
            ["api", "v1", "recordings"] => self.recordings(asked),
            ["api", "v1", "calls", id] => match call(id) {
                Some((number, call)) => {
                    let mut details = details(call, number, self.is_observed());
                    let address = self.state().old_address.clone();
                    if !address.is_empty() {
                        details["recording_url"] = address.into();
                    }
                    Answer::json(&details)
                }
                None => Answer::status(404, &json!({ "detail": "Call not found" })),
            },
            ["api", "v1", "calls", id, "transcript"] => match call(id) {
                Some((number, call)) => self.transcript(asked, call, number),
                None => Answer::status(404, &json!({ "detail": "Call not found" })),
            },
            ["api", "v1", "recordings", id, what @ ("stream" | "url")] => {
                self.audio(asked, truth.calls.iter().find(|call| recording_id(call) == id), what)
            }
            _ => Answer::status(404, &json!({ "detail": "Not Found" })),
        }
    }
}

fn cookie<'a>(cookies: &'a str, name: &str) -> Option<&'a str> {
    cookies
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}
