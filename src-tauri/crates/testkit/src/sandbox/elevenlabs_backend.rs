//! A recordings server in front of ElevenLabs: sessions, call logs by page, audio.

mod call_log;

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::elevenlabs::conversation_id;
use super::{Answer, Asked, Dialect, SharedTruth, Site, TruthCall};

/// The server as a site. As documented it takes a bearer token; as it runs it takes a session cookie, calls all audio MP3,
/// writes transcripts in several ways and lacks every fifth one.
pub struct ElevenLabsBackend {
    truth: SharedTruth,
    dialect: Dialect,
    state: Mutex<State>,
}

/// The account it knows.
pub const EMAIL: &str = "auditor@example.com";
/// That account's password.
pub const PASSWORD: &str = "sandbox-password";
/// The token it takes.
pub const TOKEN: &str = "sandbox-elevenlabs-backend-token";

#[derive(Default)]
struct State {
    /// Values of the session cookie that count.
    sessions: BTreeSet<String>,
    logins: usize,
    /// So many requests until all sessions end.
    requests_left: Option<usize>,
    is_forbidden: bool,
    /// Calls whose audio it gave up on.
    without_audio: BTreeSet<String>,
}

impl ElevenLabsBackend {
    /// The server telling this truth.
    pub fn new(truth: SharedTruth, dialect: Dialect) -> Self {
        Self { truth, dialect, state: Mutex::default() }
    }

    /// Ends all sessions after so many more requests.
    pub fn end_sessions_after(&self, requests: usize) {
        self.state().requests_left = Some(requests);
    }

    /// How often somebody signed in.
    pub fn logins(&self) -> usize {
        self.state().logins
    }

    /// Takes the permission to see calls from the account, or gives it back.
    pub fn forbid(&self, forbidden: bool) {
        self.state().is_forbidden = forbidden;
    }

    /// Has the server take a call's audio for unavailable, as it does after a single early try.
    pub fn give_up_audio(&self, call: &TruthCall) {
        self.state().without_audio.insert(call.id.clone());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn log_in(&self, asked: &Asked) -> Answer {
        let body = asked.json();
        if body["email"] != EMAIL || body["password"] != PASSWORD {
            return message(401, "Invalid email or password");
        }
        let mut state = self.state();
        state.logins += 1;
        let value = format!("s%3Asession-{}.c2lnbmF0dXJl", state.logins);
        state.sessions.insert(value.clone());
        Answer::json(&json!({"id": "user-1", "email": EMAIL, "role": "admin"}))
            .header("Set-Cookie", "seen=1; Path=/; Max-Age=60")
            .header("Set-Cookie", &format!("connect.sid={value}; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax"))
    }

    /// What speaks against an answer.
    fn refusal(&self, asked: &Asked) -> Option<Answer> {
        let mut state = self.state();
        match &mut state.requests_left {
            Some(0) => {
                state.sessions.clear();
                state.requests_left = None;
            }
            Some(left) => *left -= 1,
            None => {}
        }
        let bearer = asked.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let cookies = asked.header("cookie").unwrap_or_default().split(';').map(str::trim);
        let has_session =
            cookies.filter_map(|pair| pair.strip_prefix("connect.sid=")).any(|sid| state.sessions.contains(sid));
        let is_known = has_session || self.dialect == Dialect::Documented && bearer == Some(TOKEN);
        if !is_known {
            return Some(message(401, "Unauthorized"));
        }
        state.is_forbidden.then(|| message(403, "Missing permission: view_call_history"))
    }

    /// Newest first. `offset` does nothing, and the tag covers nothing but the number of calls.
    fn list(&self, asked: &Asked) -> Answer {
        let truth = self.truth.now();
        let most = if self.dialect == Dialect::Observed { 50 } else { 100 };
        let (size, number) = (asked.number("limit", 20).clamp(1, most), asked.number("page", 1).max(1));
        let total = truth.calls.len();
        let from = (number - 1).saturating_mul(size);
        let tag = format!("W/\"v2-recordings-{total}-{from}\"");
        if asked.header("if-none-match") == Some(&tag) {
            return Answer::empty(304);
        }
        let page: Vec<Value> =
            (0..total).rev().skip(from).take(size).map(|at| self.log(at, &truth.calls[at])).collect();
        let body = json!({
            "data": page, "total": total, "page": number, "pageSize": size, "totalPages": total.div_ceil(size),
        });
        Answer::json(&body).header("ETag", &tag).header("Cache-Control", "private, max-age=10")
    }

    fn log(&self, index: usize, call: &TruthCall) -> Value {
        let has_audio = !self.state().without_audio.contains(&call.id);
        call_log::call_log(self.dialect, index, call, has_audio)
    }

    /// MP3 by name, whatever it is; a `Range` is not looked at.
    fn recording(&self, call: &TruthCall) -> Answer {
        if call.audio.is_empty() || self.state().without_audio.contains(&call.id) {
            return message(404, "Recording not available");
        }
        Answer::bytes("audio/mpeg", call.audio.clone())
    }

    fn file(&self, name: &str) -> Answer {
        let stem = name.strip_suffix(".mp3").filter(|stem| !stem.is_empty());
        let is_plain = |stem: &&str| stem.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        let Some(stem) = stem.filter(is_plain) else { return message(400, "Invalid file name") };
        let truth = self.truth.now();
        match truth.calls.iter().find(|call| stem.starts_with(&conversation_id(call))) {
            Some(call) if !call.audio.is_empty() => {
                Answer::bytes("audio/mpeg", call.audio.clone()).header("Cache-Control", "private, max-age=86400")
            }
            _ => message(404, "Audio file not found"),
        }
    }
}

impl Site for ElevenLabsBackend {
    fn answer(&self, asked: &Asked) -> Answer {
        let segments = asked.segments();
        if asked.method == "POST" && segments == ["api", "login"] {
            return self.log_in(asked);
        }
        if let Some(refusal) = self.refusal(asked) {
            return refusal;
        }
        let truth = self.truth.now();
        let found = |id: &str, answer: &dyn Fn(usize, &TruthCall) -> Answer| {
            let call = truth.calls.iter().enumerate().find(|(_, call)| call.id == id);
            call.map_or_else(|| message(404, "Call log not found"), |(index, call)| answer(index, call))
        };
        match (asked.method.as_str(), segments.as_slice()) {
            ("GET", ["api", "call-logs"]) => self.list(asked),
            ("GET", ["api", "call-logs", id]) => found(id, &|index, call| Answer::json(&self.log(index, call))),
            ("GET", ["api", "recordings", id, "audio"]) => found(id, &|_, call| self.recording(call)),
            ("GET", ["api", "audio", name]) => self.file(name),
            ("GET", ["api", "calls", id, "recording", "availability"]) => found(id, &|index, call| {
                let log = self.log(index, call);
                Answer::json(&json!({
                    "available": log["audioFetchStatus"] == "available", "status": log["audioFetchStatus"],
                    "recordingUrl": log["recordingUrl"], "lastFetchedAt": log["audioFetchedAt"],
                }))
            }),
            ("POST", ["api", "jobs", "fetch-missing-audio"]) => {
                Answer::json(&json!({"message": "Batch fetch completed"}))
            }
            _ => message(404, "Not found"),
        }
    }
}

fn message(status: u16, words: &str) -> Answer {
    Answer::status(status, &json!({"message": words}))
}
