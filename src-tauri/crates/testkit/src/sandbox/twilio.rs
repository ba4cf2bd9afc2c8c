//! Twilio: recordings, calls, and the transcripts of Conversational Intelligence.
//!
//! Documented, times are in UTC and numbers are numbers. Observed, offsets differ within one recording, numbers of
//! transcripts are texts, and sentences come on two pages.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use jiff::tz::{Offset, TimeZone};
use serde_json::{Value, json};

use super::{Answer, Asked, Dialect, SharedTruth, Site, TruthCall};

/// Twilio as a site. A call without audio was never recorded; one without turns has no transcript.
pub struct Twilio {
    truth: SharedTruth,
    dialect: Dialect,
    quirks: Mutex<BTreeMap<String, BTreeSet<Quirk>>>,
    storage: Mutex<Option<String>>,
}

/// What may be odd about a call's recordings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quirk {
    /// It was recorded twice, half a minute apart.
    Twice,
    /// The recording is encrypted with the account's own key.
    Encrypted,
    /// The recording was deleted.
    Deleted,
    /// The recording is being processed.
    Processing,
    /// It was recorded as a conference.
    Conference,
    /// Its recording is not an object.
    Malformed,
    /// Its transcript is being made.
    Transcribing,
}

/// The account it knows.
pub const ACCOUNT_SID: &str = "ACdddddddddddddddddddddddddddddddd";
/// The account's token.
pub const AUTH_TOKEN: &str = "sandbox-twilio-token";
/// A key of the account, for who does not use the token.
pub const API_KEY: &str = "SKdddddddddddddddddddddddddddddddd";
/// The key's secret.
pub const API_SECRET: &str = "sandbox-twilio-secret";

/// An id of a call: `CA`, `RE`, `GT` or `CF`, and the rest from the call's own.
pub fn sid(kind: &str, call: &TruthCall) -> String {
    format!("{kind}{}", call.id.replace('-', ""))
}

impl Twilio {
    /// Twilio telling this truth.
    pub fn new(truth: SharedTruth, dialect: Dialect) -> Self {
        Self { truth, dialect, quirks: Mutex::default(), storage: Mutex::default() }
    }

    /// Makes something odd about a call's recordings.
    pub fn quirk(&self, call: &TruthCall, quirk: Quirk) {
        let mut quirks = self.quirks.lock().unwrap_or_else(PoisonError::into_inner);
        quirks.entry(call.id.clone()).or_default().insert(quirk);
    }

    /// Makes something odd about a call's recordings normal again.
    pub fn mend(&self, call: &TruthCall, quirk: Quirk) {
        let mut quirks = self.quirks.lock().unwrap_or_else(PoisonError::into_inner);
        quirks.entry(call.id.clone()).or_default().remove(&quirk);
    }

    /// Serves media by sending people on to this origin, which is another server of the same site.
    pub fn store_at(&self, origin: &str) {
        *self.storage.lock().unwrap_or_else(PoisonError::into_inner) = Some(origin.to_owned());
    }

    fn is(&self, call: &TruthCall, quirk: Quirk) -> bool {
        let quirks = self.quirks.lock().unwrap_or_else(PoisonError::into_inner);
        quirks.get(&call.id).is_some_and(|quirks| quirks.contains(&quirk))
    }

    /// A call's recordings, the newest first.
    fn recordings_of(&self, call: &TruthCall) -> Vec<Value> {
        if call.audio.is_empty() {
            return Vec::new();
        }
        if self.is(call, Quirk::Malformed) {
            return vec![json!("not a recording")];
        }
        let one = self.recording(call, &sid("RE", call), call.started_ms);
        if self.is(call, Quirk::Twice) {
            return vec![self.recording(call, &sid("REf", call), call.started_ms + 500), one];
        }
        vec![one]
    }

    fn recording(&self, call: &TruthCall, sid_of_it: &str, at_ms: i64) -> Value {
        let is = |quirk| self.is(call, quirk);
        let status = match () {
            () if is(Quirk::Deleted) => "deleted",
            () if is(Quirk::Processing) => "processing",
            () => "completed",
        };
        let key = json!({"encryption_public_key_sid": "CR1", "encryption_cek": "a2V5", "encryption_iv": "aXY="});
        json!({
            "sid": sid_of_it, "account_sid": ACCOUNT_SID, "api_version": "2010-04-01", "call_sid": sid("CA", call),
            "conference_sid": is(Quirk::Conference).then(|| sid("CF", call)), "channels": 1,
            "date_created": self.time(at_ms, 1), "date_updated": self.time(call.updated_ms(), 1),
            "start_time": self.time(at_ms, 0), "price": "-0.00250", "price_unit": "USD",
            "duration": if status == "processing" { "-1".to_owned() } else { (call.duration_ms / 1000).to_string() },
            "source": "RecordVerb", "status": status, "error_code": null,
            "uri": format!("/2010-04-01/Accounts/{ACCOUNT_SID}/Recordings/{sid_of_it}.json"), "subresource_uris": {},
            "encryption_details": is(Quirk::Encrypted).then_some(key),
        })
    }

    /// RFC 2822; observed with an offset of so many hours.
    fn time(&self, ms: i64, hours: i8) -> String {
        let hours = if self.dialect == Dialect::Observed { hours } else { 0 };
        let at = Timestamp::from_millisecond(ms).expect("a moment of our time");
        rfc2822::to_string(&at.to_zoned(TimeZone::fixed(Offset::constant(hours)))).expect("a moment can be written")
    }

    /// Newest first; by day, by call or by conference.
    fn list(&self, asked: &Asked) -> Answer {
        let truth = self.truth.now();
        let from: Option<Timestamp> =
            asked.param("DateCreated>").and_then(|day| format!("{day}T00:00:00Z").parse().ok());
        let from_ms = from.map_or(i64::MIN, Timestamp::as_millisecond);
        let deleted_too = asked.param("IncludeSoftDeleted") == Some("true");
        let by =
            |name: &str, kind: &str, call: &TruthCall| asked.param(name).is_none_or(|wanted| wanted == sid(kind, call));
        let mut all: Vec<(i64, Value)> = Vec::new();
        for call in truth.calls.iter().rev().filter(|call| call.started_ms >= from_ms) {
            if !by("CallSid", "CA", call)
                || !by("ConferenceSid", "CF", call)
                || self.is(call, Quirk::Deleted) && !deleted_too
            {
                continue;
            }
            all.extend(self.recordings_of(call).into_iter().map(|recording| (call.started_ms, recording)));
        }
        let (size, page) = (asked.number("PageSize", 50).clamp(1, 1000), asked.number("Page", 0));
        let recordings: Vec<Value> =
            all.iter().skip(page * size).take(size).map(|(_, recording)| recording.clone()).collect();
        let more = (page + 1) * size < all.len();
        let rest = asked.query.iter().filter(|(name, _)| !["PageSize", "Page"].contains(&name.as_str()));
        let rest: String = rest.map(|(name, value)| format!("&{}={value}", name.replace('>', "%3E"))).collect();
        let next = format!("{}?PageSize={size}&Page={}{rest}", asked.path, page + 1);
        Answer::json(
            &json!({"recordings": recordings, "page": page, "page_size": size, "next_page_uri": more.then_some(next)}),
        )
    }

    fn call(&self, call: &TruthCall) -> Answer {
        let (from, to) =
            if call.inbound { (&call.customer, &call.organisation) } else { (&call.organisation, &call.customer) };
        Answer::json(&json!({
            "sid": sid("CA", call), "account_sid": ACCOUNT_SID, "from": from, "to": to, "status": "completed",
            "direction": if call.inbound { "inbound" } else { "outbound-api" }, "duration": (call.duration_ms / 1000).to_string(),
            "start_time": self.time(call.started_ms, 0), "end_time": self.time(call.ended_ms(), 0),
            "price": "-0.01400", "price_unit": "USD", "answered_by": null, "parent_call_sid": null,
        }))
    }

    fn media(&self, asked: &Asked, call: &TruthCall, name: &str) -> Answer {
        let is_kept = !call.audio.is_empty() && !self.is(call, Quirk::Deleted) && !self.is(call, Quirk::Processing);
        // Whatever it is, it is called WAV if it is not MP3.
        let kind = if call.format == "mp3" { ".mp3" } else { ".wav" };
        if !is_kept || !name.ends_with(kind) {
            return missing();
        }
        match &*self.storage.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(origin) => Answer::redirect(307, &format!("{origin}/storage/{name}")),
            None => Answer::ranged(asked, call.content_type(), call.audio.clone()),
        }
    }

    fn transcripts(&self, asked: &Asked) -> Answer {
        let truth = self.truth.now();
        let wanted = asked.param("SourceSid");
        let calls = truth.calls.iter().filter(|call| wanted.is_none_or(|wanted| wanted == sid("RE", call)));
        let some = calls.filter(|call| !call.turns.is_empty()).take(asked.number("PageSize", 50));
        let transcripts: Vec<Value> = some.map(|call| self.transcript(call)).collect();
        Answer::json(&json!({"transcripts": transcripts, "meta": {"key": "transcripts", "next_page_url": null}}))
    }

    fn transcript(&self, call: &TruthCall) -> Value {
        json!({
            "sid": sid("GT", call), "account_sid": ACCOUNT_SID, "service_sid": "GA1", "language_code": "en-US",
            "status": if self.is(call, Quirk::Transcribing) { "in-progress" } else { "completed" },
            "date_created": model::Moment::from_utc_ms(call.ended_ms()).to_rfc3339(),
            "channel": {
                "media_properties": {"source_sid": sid("RE", call)},
                "participants": [
                    {"channel_participant": 1, "role": "Agent", "full_name": call.agent},
                    {"channel_participant": 2, "role": "Customer", "full_name": null},
                ],
            },
        })
    }

    fn sentences(&self, asked: &Asked, call: &TruthCall) -> Answer {
        let most = if self.dialect == Dialect::Observed { call.turns.len().div_ceil(2).max(1) } else { 5000 };
        let (size, page) = (asked.number("PageSize", 50).min(most), asked.number("Page", 0));
        let number =
            |value: f64| if self.dialect == Dialect::Observed { json!(value.to_string()) } else { json!(value) };
        let sentence = |(index, said): (usize, &super::Said)| {
            json!({
                "media_channel": if said.agent { 1 } else { 2 }, "sentence_index": index, "transcript": said.text,
                "start_time": number(said.start_ms as f64 / 1000.0), "end_time": number(said.end_ms as f64 / 1000.0),
                "confidence": number(0.93), "sid": format!("GX{index}"), "words": null,
            })
        };
        let sentences: Vec<Value> = call.turns.iter().enumerate().skip(page * size).take(size).map(sentence).collect();
        let next = format!("{}{}?PageSize={size}&Page={}", asked.origin, asked.path, page + 1);
        let next = ((page + 1) * size < call.turns.len()).then_some(next);
        Answer::json(
            &json!({"sentences": sentences, "meta": {"key": "sentences", "page_size": size, "next_page_url": next}}),
        )
    }
}

impl Site for Twilio {
    fn answer(&self, asked: &Asked) -> Answer {
        let truth = self.truth.now();
        let by = |kind: &str, wanted: &str| truth.calls.iter().find(|call| sid(kind, call) == wanted);
        let of_recording = |name: &str| by("RE", name).or_else(|| by("REf", name));
        let segments = asked.segments();
        if let ["storage", name] = &segments[..] {
            let found = name.split('.').next().and_then(of_recording);
            return match found {
                // A signed address and a credential together are one too many.
                Some(_) if asked.header("authorization").is_some() => Answer::empty(400),
                Some(call) => Answer::ranged(asked, call.content_type(), call.audio.clone()),
                None => Answer::empty(403),
            };
        }
        if !is_known(asked) {
            return refusal(401, 20003, "Authenticate");
        }
        match &segments[..] {
            ["2010-04-01", "Accounts", ACCOUNT_SID, rest @ ..] => match rest {
                ["Recordings.json"] => self.list(asked),
                ["Recordings", name] => {
                    match name.split_once('.').and_then(|(sid, kind)| Some((of_recording(sid)?, kind))) {
                        Some((call, "json")) => {
                            self.recordings_of(call).pop().map_or_else(missing, |one| Answer::json(&one))
                        }
                        Some((call, _)) => self.media(asked, call, name),
                        None => missing(),
                    }
                }
                ["Calls", name] => name
                    .strip_suffix(".json")
                    .and_then(|sid| by("CA", sid))
                    .map_or_else(missing, |call| self.call(call)),
                _ => missing(),
            },
            ["v2", "Transcripts"] => self.transcripts(asked),
            ["v2", "Transcripts", sid, "Sentences"] => {
                by("GT", sid).map_or_else(missing, |call| self.sentences(asked, call))
            }
            _ => missing(),
        }
    }
}

fn is_known(asked: &Asked) -> bool {
    let basic = |user: &str, password: &str| format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
    let known = [basic(ACCOUNT_SID, AUTH_TOKEN), basic(API_KEY, API_SECRET)];
    asked.header("authorization").is_some_and(|given| known.iter().any(|known| known == given))
}

fn missing() -> Answer {
    refusal(404, 20404, "The requested resource was not found")
}

fn refusal(status: u16, code: u32, message: &str) -> Answer {
    let more = format!("https://www.twilio.com/docs/errors/{code}");
    Answer::status(status, &json!({"code": code, "message": message, "more_info": more, "status": status}))
}
