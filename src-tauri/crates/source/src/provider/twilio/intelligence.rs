//! Transcripts that Conversational Intelligence made of recordings.
//!
//! It lives at an address of its own, which is known and gets the same credential. Where the account does not use it, or
//! may not, one request in a while finds that out, and nothing is asked per recording. What an account had redacted is
//! read redacted.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use model::{CallRecord, Cancel, Moment, Recording, Role, Transcript};
use serde_json::{Map, Value, json};

use super::{Account, USUAL, YOUNG, is_own, listing, unread};
use crate::http::{Allowed, Http, HttpError, Refusal, Request, segment};
use crate::remote::ItemError;
use crate::transcript_format::{Hint, json as lenient, read_as};
use crate::{Settings, SourceError, World};

const OWN_ADDRESS: &str = "https://intelligence.twilio.com";
/// How long it is believed that an account uses it or does not, in milliseconds: ten minutes.
const BELIEVED: i64 = 10 * 60_000;
/// How long a transcript that is being made is waited for, in milliseconds: two days.
const IN_THE_MAKING: i64 = 2 * YOUNG;
/// No transcript has more pages; a list that has goes round in circles.
const MOST_PAGES: usize = 200;

pub(super) struct Intelligence {
    http: Http,
    /// It has an address and a count of requests of its own.
    is_apart: bool,
    known: Mutex<Option<(i64, Use)>>,
}

/// Whether there may be transcripts at all.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Used,
    /// The account has none, or this credential may not see them.
    None,
    /// It cannot be reached from here for now, which must not keep the calls from coming in.
    Away,
}

/// By recording, which transcripts were made of it and how far they are, in words that change when they do.
pub(super) type Made = HashMap<String, Vec<String>>;

/// What was said, and what else there is to know of it.
type Told = (Transcript, Map<String, Value>);

/// What is known of a call's transcript.
#[derive(Default)]
pub(super) struct Heard {
    /// The recording it is of, and what was said.
    of: Option<(String, Transcript)>,
    metadata: Map<String, Value>,
    /// No other answer is expected later.
    pub settled: bool,
}

impl Intelligence {
    pub fn new(base: &Http, settings: &Settings, world: &World) -> Result<Self, SourceError> {
        let is_usual = url::Url::parse(USUAL).is_ok_and(|usual| usual.origin() == base.base().origin());
        let http = if is_usual { Http::new(OWN_ADDRESS, Allowed::default(), settings, world)? } else { base.clone() };
        Ok(Self { http, is_apart: is_usual, known: Mutex::new(None) })
    }

    /// Requests beyond those of the source's own address.
    pub fn requests(&self) -> u64 {
        if self.is_apart { self.http.requests() } else { 0 }
    }

    /// A walk begins: what was out of reach may be there again.
    pub fn begin(&self) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        *known = known.filter(|(_, usage)| *usage != Use::Away);
    }

    /// Which transcripts there are, or which were made since. Transcripts may be made of recordings of any age, and a
    /// recording's own answer does not say so. What cannot be had here is left out: it must not keep the calls from
    /// coming in.
    pub fn made(&self, account: &Account, since_ms: Option<i64>, now_ms: i64, cancel: &Cancel) -> Made {
        let mut made = Made::new();
        let mut request = self.http.get("/v2/Transcripts").query("PageSize", "1000");
        if let Some(since_ms) = since_ms {
            request = request.query("AfterDateCreated", &Moment::from_utc_ms(since_ms).to_rfc3339());
        }
        for _ in 0..MOST_PAGES {
            let Ok(Some(answer)) = self.json(account, request, cancel) else { break };
            let some = lenient::list(&answer["transcripts"]);
            for of in some {
                let Some(recording) = lenient::text(&of["channel"]["media_properties"]["source_sid"]) else { continue };
                let words =
                    ["sid", "status", "date_updated"].map(|name| lenient::scalar(&of[name]).unwrap_or_default());
                made.entry(recording.to_owned()).or_default().push(words.join(" "));
            }
            match listing::next(&self.http, &answer) {
                Ok(Some(next)) if !some.is_empty() => match self.http.found(&next) {
                    Ok(next) => request = next,
                    Err(_) => break,
                },
                _ => break,
            }
        }
        if !made.is_empty() {
            *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((now_ms, Use::Used));
        }
        made
    }

    /// What was said, of the first of these recordings that has a transcript.
    pub fn transcript(
        &self,
        account: &Account,
        recordings: &[Recording],
        listed: &[Value],
        now_ms: i64,
        cancel: &Cancel,
    ) -> Result<Heard, ItemError> {
        match self.usage(account, now_ms, cancel)? {
            Use::Used => {}
            Use::None => return Ok(Heard { settled: true, ..Heard::default() }),
            Use::Away => return Ok(Heard::default()),
        }
        let newest = listed.iter().filter_map(listing::when).max();
        let younger_than = |ms: i64| newest.is_none_or(|newest| now_ms - newest < ms);
        let mut heard = Heard { settled: !younger_than(YOUNG), ..Heard::default() };
        for recording in recordings {
            let request = self.http.get("/v2/Transcripts").query("SourceSid", &recording.remote_id);
            let answer = self.json(account, request, cancel).map_err(unread)?.unwrap_or_default();
            let of_it: Vec<&Value> = lenient::list(&answer["transcripts"])
                .iter()
                .filter(|of| {
                    lenient::text(&of["channel"]["media_properties"]["source_sid"])
                        .is_none_or(|sid| sid == recording.remote_id)
                })
                .collect();
            let is = |of: &Value, words: &[&str]| lenient::text(&of["status"]).is_some_and(|s| words.contains(&s));
            let done = of_it.iter().filter(|of| is(of, &["completed"]));
            let newest = done.max_by_key(|of| lenient::moment(&of["date_created"]).map(|at| at.utc_ms));
            let Some(newest) = newest else {
                if of_it.iter().any(|of| is(of, &["queued", "in-progress", "new"])) {
                    heard.settled = !younger_than(IN_THE_MAKING);
                } else if of_it.iter().any(|of| is(of, &["failed", "canceled", "error"])) {
                    heard.settled = true;
                }
                continue;
            };
            if let Some((transcript, metadata)) = self.sentences(account, newest, cancel)? {
                return Ok(Heard { of: Some((recording.remote_id.clone(), transcript)), metadata, settled: true });
            }
        }
        Ok(heard)
    }

    /// One request tells whether the account has any transcript; whoever comes meanwhile waits for the same answer.
    fn usage(&self, account: &Account, now_ms: i64, cancel: &Cancel) -> Result<Use, ItemError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at_ms, usage)) = *known
            && (0..BELIEVED).contains(&(now_ms - at_ms))
        {
            return Ok(usage);
        }
        let usage = match self.json(account, self.http.get("/v2/Transcripts").query("PageSize", "1"), cancel) {
            Ok(Some(answer)) if !lenient::list(&answer["transcripts"]).is_empty() => Use::Used,
            Ok(_) => Use::None,
            Err(
                error @ (HttpError::Offline
                | HttpError::RateLimited { .. }
                | HttpError::Cancelled(_)
                | HttpError::Status(Refusal { status: 401, .. })),
            ) => return Err(error.into()),
            Err(_) => Use::Away,
        };
        *known = Some((now_ms, usage));
        Ok(usage)
    }

    /// Whether transcripts can be read, for a self-test: `None` if the account has none or may not read them.
    pub fn can_read(&self, account: &Account, cancel: &Cancel) -> Result<Option<bool>, HttpError> {
        let answer = self.json(account, self.http.get("/v2/Transcripts").query("PageSize", "1"), cancel)?;
        Ok(answer.map(|answer| !lenient::list(&answer["transcripts"]).is_empty()))
    }

    /// What was said, and what else there is to know; `None` if it is not there any more.
    fn sentences(&self, account: &Account, of: &Value, cancel: &Cancel) -> Result<Option<Told>, ItemError> {
        let Some(sid) = lenient::text(&of["sid"]) else { return Ok(None) };
        let request = self.http.get(&format!("/v2/Transcripts/{}/Sentences", segment(sid)));
        let mut request = request.query("WordTimestamps", "true").query("Redacted", "true").query("PageSize", "1000");
        let mut sentences: Vec<Value> = Vec::new();
        let mut metadata: Map<String, Value> = Map::new();
        for _ in 0..MOST_PAGES {
            let Some(answer) = self.json(account, request, cancel).map_err(unread)? else { return Ok(None) };
            let some = lenient::list(&answer["sentences"]);
            sentences.extend(some.iter().cloned());
            match listing::next(&self.http, &answer) {
                Ok(Some(next)) if !some.is_empty() => request = self.http.found(&next)?,
                Ok(_) => break,
                Err(why) => {
                    metadata.insert("transcript_is_cut".into(), json!(why));
                    break;
                }
            }
        }
        let hint = Hint { file_name: "", started_at: None };
        let read = read_as("twilio-sentences", &hint, &json!({"sentences": sentences}));
        let Some(Ok(mut recognised)) = read else { return Ok(None) };
        name_speakers(&mut recognised.transcript, &of["channel"]["participants"]);
        recognised.transcript.language = lenient::text(&of["language_code"]).map(str::to_owned);
        let facts = ["sid", "service_sid", "customer_key", "redaction", "date_created"];
        let facts: Map<String, Value> = facts
            .iter()
            .filter(|name| !of[**name].is_null())
            .map(|name| ((*name).to_owned(), of[*name].clone()))
            .collect();
        metadata.insert("transcript".into(), Value::from(facts));
        Ok(Some((recognised.transcript, metadata)))
    }

    /// `None` where there is nothing, or nothing for this credential.
    fn json(&self, account: &Account, request: Request, cancel: &Cancel) -> Result<Option<Value>, HttpError> {
        match request.credential(&account.credential()).json(cancel) {
            Ok(answer) => Ok(Some(answer)),
            Err(HttpError::Status(refusal)) if matches!(refusal.status, 401 | 403 | 404 | 410) && is_own(&refusal) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl Heard {
    /// Puts what was heard into the call. The recording that it is of becomes the first: its times are the transcript's.
    pub fn into_record(self, record: &mut CallRecord) {
        if let Some((sid, transcript)) = self.of {
            record.recordings.sort_by_key(|recording| recording.remote_id != sid);
            record.transcript = Some(transcript);
        }
        record.metadata.extend(self.metadata);
    }
}

/// Says who speaks on which channel, where the account named its participants.
fn name_speakers(transcript: &mut Transcript, participants: &Value) {
    for participant in lenient::list(participants) {
        let Some(channel) = lenient::scalar(&participant["channel_participant"]) else { continue };
        let label = format!("Channel {channel}");
        let role = lenient::text(&participant["role"]);
        let name = lenient::text(&participant["full_name"]).or(role);
        for turn in transcript.turns.iter_mut().filter(|turn| turn.speaker.as_deref() == Some(&label)) {
            turn.role = role.and_then(Role::of_label);
            turn.speaker = name.map(str::to_owned).or(turn.speaker.take());
        }
    }
}
