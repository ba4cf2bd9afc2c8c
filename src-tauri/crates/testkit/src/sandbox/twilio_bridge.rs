//! A Twilio/OpenAI bridge server: calls with their rows, audio, its status as events; and the same bridge on a disk.
//!
//! Documented, the list has calls alone and everything else is asked for by call. Observed, the list carries all rows,
//! times are written as whichever program wrote the row did it, and its filters by text end in an error.

mod disk;

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use super::{Answer, Asked, Dialect, Hints, SharedTruth, Site, TruthCall};

/// A bridge as a site.
pub struct TwilioBridge {
    truth: SharedTruth,
    dialect: Dialect,
    hints: Hints<Vec<u8>>,
    asks_who: AtomicBool,
}

/// The e-mail address it takes.
pub const EMAIL: &str = "sandbox@example.com";
/// The password it takes.
pub const PASSWORD: &str = "sandbox-password";
/// The token it gives, and takes.
pub const TOKEN: &str = "sandbox-bridge-token";

/// The stream's id of a call.
pub fn stream_sid(call: &TruthCall) -> String {
    format!("MZ{}", call.id.replace('-', ""))
}

impl TwilioBridge {
    /// A bridge telling this truth, without asking who wants to know.
    pub fn new(truth: SharedTruth, dialect: Dialect) -> Self {
        Self { truth, dialect, hints: Hints::default(), asks_who: AtomicBool::new(false) }
    }

    /// Asks for a token from now on, as a bridge behind a gateway does.
    pub fn ask_who(&self) {
        self.asks_who.store(true, Ordering::Relaxed);
    }

    /// Tells everybody who listens to its status that this happened to a call; how many listened.
    pub fn tell(&self, what: &str, call: &TruthCall) -> usize {
        let event = json!({"type": what, "callId": call.id, "streamSid": stream_sid(call), "data": {}, "timestamp": iso(call.ended_ms())});
        self.hints.tell(&format!("data: {event}\n\n").into_bytes())
    }

    /// All that the bridge has of a call, as rows of its tables.
    fn rows(&self, call: &TruthCall) -> Value {
        let mut row = self.row(call);
        row["recordings"] = self.recordings(call);
        row["transcripts"] = Value::from(self.transcripts(call));
        row["analytics"] = self.analytics(call);
        row["metadata"] = json!({
            "id": format!("meta-{}", call.id), "callId": call.id, "language": "en", "region": "us1", "deviceType": null,
            "networkQuality": "good", "customData": json!({"summary": call.summary}).to_string(),
            "createdAt": self.written(call.ended_ms()), "updatedAt": self.time(call.updated_ms()),
        });
        row
    }

    fn row(&self, call: &TruthCall) -> Value {
        json!({
            "id": call.id, "streamSid": stream_sid(call), "callSid": format!("CA{}", call.id.replace('-', "")),
            "caller": call.customer, "agent": call.agent, "startTime": self.time(call.started_ms),
            "endTime": self.time(call.ended_ms()), "duration": call.duration_ms / 1000, "status": "completed", "notes": null,
            "createdAt": self.written(call.started_ms), "updatedAt": self.time(call.ended_ms()),
        })
    }

    fn recordings(&self, call: &TruthCall) -> Value {
        if call.audio.is_empty() {
            return json!([]);
        }
        json!([{
            "id": format!("rec-{}", call.id), "callId": call.id, "filePath": file_path(call), "fileUrl": null,
            "format": call.format, "codec": "pcm16", "sampleRate": 8000, "channels": 1,
            "duration": call.duration_ms as f64 / 1000.0, "sizeBytes": call.audio.len(),
            "createdAt": self.written(call.ended_ms()), "updatedAt": self.time(call.ended_ms()),
        }])
    }

    fn transcripts(&self, call: &TruthCall) -> Vec<Value> {
        let row = |(index, said): (usize, &super::Said)| {
            json!({
                "id": format!("seg-{index}-{}", call.id), "callId": call.id,
                "speaker": if said.agent { "agent" } else { "caller" }, "text": said.text, "confidence": 0.95,
                "startTime": said.start_ms as f64 / 1000.0, "endTime": said.end_ms as f64 / 1000.0,
                "createdAt": self.written(call.started_ms + said.end_ms), "updatedAt": self.time(call.updated_ms()),
            })
        };
        call.turns.iter().enumerate().map(row).collect()
    }

    fn analytics(&self, call: &TruthCall) -> Value {
        json!([{
            "id": format!("ana-{}", call.id), "callId": call.id, "sentiment": call.sentiment, "sentimentScore": 0.5,
            "talkTime": call.duration_ms, "silenceTime": 0, "interruptions": 1, "averageLatency": 250.5,
            "metrics": json!({"turnCount": call.turns.len()}).to_string(), "snapshotTime": self.time(call.ended_ms()),
            "createdAt": self.written(call.ended_ms()), "updatedAt": self.time(call.ended_ms()),
        }])
    }

    /// A time as the program itself writes it.
    fn time(&self, ms: i64) -> Value {
        if self.dialect == Dialect::Observed { json!(ms) } else { json!(iso(ms)) }
    }

    /// A time as the database's own default writes it.
    fn written(&self, ms: i64) -> Value {
        if self.dialect == Dialect::Observed { json!(iso(ms)[..19].replace('T', " ")) } else { json!(iso(ms)) }
    }

    fn list(&self, asked: &Asked) -> Answer {
        if self.dialect == Dialect::Observed
            && ["caller", "agent", "sentiment"].iter().any(|f| asked.param(f).is_some())
        {
            return Answer::status(500, &json!({"message": "Unknown argument `mode`", "code": "INTERNAL_ERROR"}));
        }
        let truth = self.truth.now();
        let (limit, offset) = (asked.number("limit", 10).min(100), asked.number("offset", 0));
        let page = truth.calls.iter().rev().skip(offset).take(limit);
        let calls: Vec<Value> =
            page.map(|call| if self.dialect == Dialect::Observed { self.rows(call) } else { self.row(call) }).collect();
        let total = truth.calls.len();
        let pagination =
            json!({"total": total, "limit": limit, "offset": offset, "hasMore": offset + calls.len() < total});
        Answer::json(&json!({"data": calls, "pagination": pagination}))
    }

    fn call(&self, call: &TruthCall) -> Answer {
        let mut data = self.rows(call);
        if self.dialect == Dialect::Documented {
            data.as_object_mut().and_then(|members| members.remove("transcripts"));
        }
        Answer::json(&json!({"data": data}))
    }

    fn transcript(&self, call: &TruthCall) -> Answer {
        let mut rows = self.transcripts(call);
        for row in &mut rows {
            row["timestamp"] = row["createdAt"].take();
            if let Some(members) = row.as_object_mut() {
                members.retain(|name, _| !["callId", "createdAt", "updatedAt"].contains(&name.as_str()));
            }
        }
        let total = rows.len();
        Answer::json(&json!({"data": {
            "callId": call.id, "callStartTime": self.time(call.started_ms), "callEndTime": self.time(call.ended_ms()),
            "transcripts": rows, "totalSegments": total,
        }}))
    }

    fn log_in(&self, asked: &Asked) -> Answer {
        let body = asked.json();
        if body["email"] != EMAIL || body["password"] != PASSWORD {
            return Answer::status(401, &json!({"message": "Invalid credentials", "code": "INVALID_CREDENTIALS"}));
        }
        Answer::json(&json!({"success": true, "data": {"id": "user-1", "email": EMAIL, "token": TOKEN}}))
    }

    fn status(&self) -> Answer {
        let pieces = self.hints.listen();
        self.hints.tell(&b"data: {\"type\":\"connected\"}\n\n".to_vec());
        Answer::events(pieces)
    }
}

impl Site for TwilioBridge {
    fn answer(&self, asked: &Asked) -> Answer {
        let segments = asked.segments();
        if let ("POST", ["api", "auth", "login"]) = (asked.method.as_str(), &segments[..]) {
            return self.log_in(asked);
        }
        let is_known = asked.header("authorization") == Some(&format!("Bearer {TOKEN}"));
        if self.asks_who.load(Ordering::Relaxed) && !is_known {
            return Answer::status(401, &json!({"message": "Unauthorized", "code": "UNAUTHORIZED"}));
        }
        let truth = self.truth.now();
        let find = |id: &str| truth.calls.iter().find(|call| call.id == id);
        match &segments[..] {
            ["api", "status"] => self.status(),
            ["api", "calls"] => self.list(asked),
            ["api", "calls", id, rest @ ..] => match (find(id), rest) {
                (Some(call), []) => self.call(call),
                (Some(call), ["transcript"]) => self.transcript(call),
                (Some(call), ["recording"]) => audio(call),
                (Some(_), _) => Answer::empty(404),
                (None, _) => Answer::status(404, &json!({"message": "Call not found", "code": "CALL_NOT_FOUND"})),
            },
            ["api", "recordings", id] => match id.strip_prefix("rec-").and_then(find) {
                Some(call) => audio(call),
                None => no_recording(),
            },
            _ => Answer::empty(404),
        }
    }
}

/// Says that it would take ranges, and ignores them.
fn audio(call: &TruthCall) -> Answer {
    if call.audio.is_empty() {
        return no_recording();
    }
    Answer::bytes(call.content_type(), call.audio.clone())
        .header("Accept-Ranges", "bytes")
        .header("Last-Modified", "Wed, 12 Nov 2025 10:00:00 GMT")
}

fn no_recording() -> Answer {
    Answer::status(404, &json!({"message": "Recording not found", "code": "RECORDING_NOT_FOUND"}))
}

/// Where a recording is below the server's folder.
fn file_path(call: &TruthCall) -> String {
    format!("recordings/{}_{}.{}", stream_sid(call), call.ended_ms(), call.format)
}

fn iso(ms: i64) -> String {
    model::Moment::from_utc_ms(ms).to_rfc3339()
}
