//! A Supabase project: accounts, tables with filters, files behind signed addresses, and changes told on a line.

mod filter;
mod tables;

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::{Answer, Asked, Dialect, Hints, Line, SharedTruth, Site, TruthCall};

/// The project as a site. As documented its recordings are in `recordings` and turns have speakers and offsets; as it runs
/// they are in `recordings_s3`, and turns have roles and the time of day.
pub struct Supabase {
    truth: SharedTruth,
    dialect: Dialect,
    state: Mutex<State>,
    changes: Hints<String>,
}

/// The account it knows.
pub const SECRET: &str = r#"{"email":"auditor@example.com","password":"sandbox-password"}"#;
/// A pair of tokens that it takes.
pub const PAIR: &str = r#"{"access_token":"sandbox-project-access-0","refresh_token":"sandbox-project-refresh-0"}"#;
/// The key that all requests carry.
pub const ANON_KEY: &str = "sandbox-anon-key";
/// The bucket its files are in.
pub const BUCKET: &str = "call-recordings";

struct State {
    sign_ins: usize,
    has_run_out: bool,
    /// At most so many rows in an answer.
    cap: usize,
    hides_rows: bool,
    has_no_updates: bool,
    /// So many signed addresses are refused as run out.
    too_late: usize,
    is_open: bool,
    bucket: String,
}

impl Supabase {
    /// The project telling this truth.
    pub fn new(truth: SharedTruth, dialect: Dialect) -> Self {
        let state = State {
            sign_ins: 0,
            has_run_out: false,
            cap: 1_000,
            hides_rows: false,
            has_no_updates: false,
            too_late: 0,
            is_open: false,
            bucket: BUCKET.into(),
        };
        Self { truth, dialect, state: Mutex::new(state), changes: Hints::default() }
    }

    /// Files may be read by whoever has the anon key.
    pub fn let_everybody_read(&self) {
        self.state().is_open = true;
    }

    /// Files are in a bucket of this name.
    pub fn name_bucket(&self, name: &str) {
        self.state().bucket = name.to_owned();
    }

    /// The access token runs out now.
    pub fn end_session(&self) {
        self.state().has_run_out = true;
    }

    /// How often somebody signed in or renewed it.
    pub fn sign_ins(&self) -> usize {
        self.state().sign_ins
    }

    /// Gives at most so many rows, whatever is asked for, and does not say so.
    pub fn cap_rows(&self, rows: usize) {
        self.state().cap = rows;
    }

    /// Row-level security hides everything.
    pub fn hide_rows(&self) {
        self.state().hides_rows = true;
    }

    /// Has no column that says when a call changed.
    pub fn forget_updates(&self) {
        self.state().has_no_updates = true;
    }

    /// So many signed addresses are refused because they have run out.
    pub fn refuse_addresses(&self, addresses: usize) {
        self.state().too_late = addresses;
    }

    /// Tells listeners that a row of calls changed; how many listened.
    pub fn tell_change(&self) -> usize {
        let data = json!({ "schema": "public", "table": "calls", "type": "INSERT" });
        let payload = json!({ "ids": [1], "data": data });
        let message =
            json!({ "topic": "realtime:turnstone", "event": "postgres_changes", "payload": payload, "ref": null });
        self.changes.tell(&message.to_string())
    }

    /// Breaks all lines off.
    pub fn hang_up(&self) {
        self.changes.hang_up();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tokens are numbered; only the newest counts.
    fn token(&self, asked: &Asked) -> Answer {
        let (body, mut state) = (asked.json(), self.state());
        let refresh = format!("sandbox-project-refresh-{}", state.sign_ins);
        let is_right = match asked.param("grant_type") {
            Some("password") => body["email"] == "auditor@example.com" && body["password"] == "sandbox-password",
            _ => body["refresh_token"] == refresh,
        };
        if !is_right {
            let known =
                body["refresh_token"].as_str().is_some_and(|token| token.starts_with("sandbox-project-refresh-"));
            let code = if known { "refresh_token_already_used" } else { "invalid_credentials" };
            return Answer::status(400, &json!({ "code": 400, "error_code": code, "msg": "Invalid Refresh Token" }));
        }
        state.sign_ins += 1;
        state.has_run_out = false;
        let number = state.sign_ins;
        Answer::json(&json!({"access_token": format!("sandbox-project-access-{number}"), "token_type": "bearer",
            "expires_in": 3600, "refresh_token": format!("sandbox-project-refresh-{number}")}))
    }

    fn is_signed_in(&self, asked: &Asked) -> bool {
        let state = self.state();
        let token = format!("Bearer sandbox-project-access-{}", state.sign_ins);
        let is_anonymous = asked.header("apikey") == Some(ANON_KEY);
        (state.is_open && is_anonymous) || (asked.header("authorization") == Some(token.as_str()) && !state.has_run_out)
    }

    fn rows(&self, asked: &Asked, table: &str) -> Answer {
        let state = self.state();
        let is_observed = self.dialect == Dialect::Observed;
        let Some(mut rows) = tables::rows(&self.truth.now(), table, is_observed) else {
            let message = format!("Could not find the table 'public.{table}' in the schema cache");
            return Answer::status(404, &json!({ "code": "PGRST205", "message": message }));
        };
        if state.has_no_updates {
            if asked.query.iter().any(|(_, value)| value.contains("updated_at")) {
                let message = format!("column {table}.updated_at does not exist");
                return Answer::status(400, &json!({ "code": "42703", "message": message }));
            }
            for row in &mut rows {
                row.as_object_mut().expect("a row").remove("updated_at");
            }
        }
        if state.hides_rows {
            rows.clear();
        }
        Answer::json(&Value::Array(filter::select(asked, rows, state.cap))).header("Content-Range", "0-0/999999")
    }

    /// Signs addresses, and gives files to whoever has one or is signed in.
    fn storage(&self, asked: &Asked, how: &[&str], path: &str) -> Answer {
        let error = |code: &str, word: &str, message: &str| {
            Answer::status(400, &json!({ "statusCode": code, "error": word, "message": message }))
        };
        let truth = self.truth.now();
        let file = truth.calls.iter().find(|call| !call.audio.is_empty() && storage_path(call) == path);
        let is_post = asked.method == "POST";
        if (is_post || how == ["authenticated"]) && !self.is_signed_in(asked) {
            return error("403", "Unauthorized", "jwt expired");
        }
        let Some(call) = file else { return error("404", "not_found", "Object not found") };
        if is_post {
            let bucket = &self.state().bucket;
            return Answer::json(
                &json!({ "signedURL": format!("/object/sign/{bucket}/{path}?token=sandbox-signature") }),
            );
        }
        if how == ["sign"] {
            let mut state = self.state();
            if asked.param("token") != Some("sandbox-signature") || state.too_late > 0 {
                state.too_late = state.too_late.saturating_sub(1);
                return error("400", "InvalidJWT", "\"exp\" claim timestamp check failed");
            }
        }
        Answer::ranged(asked, call.content_type(), call.audio.clone())
    }
}

impl Site for Supabase {
    fn answer(&self, asked: &Asked) -> Answer {
        let segments = asked.segments();
        if let ["storage", "v1", "object", how @ ("sign" | "authenticated"), bucket, path @ ..] = &segments[..] {
            if *bucket != self.state().bucket {
                let body = json!({ "statusCode": "404", "error": "Bucket not found", "message": "Bucket not found" });
                return Answer::status(400, &body);
            }
            return self.storage(asked, &[*how], &path.join("/"));
        }
        if asked.header("apikey") != Some(ANON_KEY) {
            return Answer::status(401, &json!({ "message": "No API key found in request" }));
        }
        match segments[..] {
            ["auth", "v1", "token"] => self.token(asked),
            ["rest", "v1", _] if !self.is_signed_in(asked) => {
                let code = if self.dialect == Dialect::Observed { "PGRST303" } else { "PGRST301" };
                Answer::status(401, &json!({ "code": code, "message": "JWT expired" }))
            }
            ["rest", "v1", table] => self.rows(asked, table),
            _ => Answer::status(404, &json!({ "message": "no Route matched with those values" })),
        }
    }

    fn socket(&self, asked: &Asked) -> Option<Line> {
        let is_known = asked.path == "/realtime/v1/websocket" && asked.param("apikey") == Some(ANON_KEY);
        is_known.then(|| Line {
            push: self.changes.listen(),
            heard: Box::new(|text| {
                let message: Value = serde_json::from_str(text).unwrap_or_default();
                let reply = json!({"topic": message["topic"], "event": "phx_reply", "ref": message["ref"],
                    "payload": { "status": "ok", "response": {} }});
                vec![reply.to_string()]
            }),
        })
    }
}

/// Where a call's audio is in the bucket.
pub fn storage_path(call: &TruthCall) -> String {
    format!("default/autumn check-ups/{}.{}", call.id, call.format)
}
