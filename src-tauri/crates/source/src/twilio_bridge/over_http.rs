//! A bridge server over HTTP.
//!
//! Its list carries everything about a call: rows of the same tables that the database has. They are read by the same
//! code, so that a call is the same whether it comes from the server's files, its database or the server itself. Only
//! what the list leaves out is asked for.
//!
//! Deliberately absent: the server's own filters. Those by text end in an error on SQLite, and the one by time compares
//! as its database happens to; the list runs backwards in time, and reading ends where it meets what is known.

mod checks;
mod item;
mod sign_in;

use std::sync::Arc;

use model::{Cancel, Outcome, Recording};
use serde_json::Value;
use url::Url;

use crate::http::{Allowed, Credential, Http, HttpError, Refusal, Request, Response, segment};
use crate::remote::{Found, Item, ItemError, Listed, Remote, Server, Since, revision_of, stream};
use crate::session::{Session, SessionError};
use crate::transcript_format::json;
use crate::{Audio, AudioError, AudioRequest, Check, Door, Settings, Source, SourceError, Watch, World};

use sign_in::BridgeSignIn;

/// The server gives no more calls at once.
const MOST_PER_PAGE: u32 = 100;
/// How long a call is looked at again that has ended without a recording or a transcript, in milliseconds: two days.
const UNFINISHED: i64 = 48 * 3_600_000;

/// A bridge over HTTP with these settings.
pub(crate) fn open(settings: &Settings, world: &World) -> Result<Box<dyn Source>, SourceError> {
    let bridge = Bridge::new(settings, world)?;
    Ok(Box::new(Remote::new(bridge, settings, world)?))
}

struct Bridge {
    http: Http,
    session: Arc<Session<BridgeSignIn>>,
    page_size: u32,
    /// What relative addresses of old recordings are relative to.
    legacy: Url,
    clock: fn() -> i64,
}

impl Bridge {
    fn new(settings: &Settings, world: &World) -> Result<Self, SourceError> {
        if settings.path.as_ref().is_some_and(|path| !path.as_os_str().is_empty()) {
            let words = "a bridge is read either over the network or from its folder: give its address (url) or the folder (path), not both";
            return Err(SourceError::Settings(words.into()));
        }
        settings.expect_server(&[])?;
        let address = settings.address(None)?.trim_end_matches('/');
        let address = address.strip_suffix("/api").unwrap_or(address);
        let mut allowed = Allowed::default();
        let legacy = settings.get("legacy_url").map(folder).transpose()?;
        allowed.hosts.extend(legacy.as_ref().and_then(Url::host_str).map(str::to_owned));
        let http = Http::new(address, allowed, settings, world)?;
        let base = folder(http.base().as_str())?;
        Ok(Self {
            session: Arc::new(Session::new(BridgeSignIn::new(http.clone(), world))),
            page_size: settings.number("page_size", 1..=MOST_PER_PAGE)?.unwrap_or(MOST_PER_PAGE),
            legacy: legacy.unwrap_or(base),
            clock: world.clock,
            http,
        })
    }

    fn json(&self, request: &Request, cancel: &Cancel) -> Result<Value, SessionError> {
        self.session.with(cancel, |credentials| with(request.clone(), credentials).json(cancel))
    }

    /// The list from `offset` on, as the server wrote it.
    fn ask_list(&self, limit: u32, offset: usize, cancel: &Cancel) -> Result<Value, SessionError> {
        let request = self.http.get("/api/calls").query("limit", &limit.to_string());
        self.json(&request.query("offset", &offset.to_string()), cancel)
    }

    /// One call with everything that belongs to it. `id` is the row's id.
    fn ask_call(&self, id: &str, cancel: &Cancel) -> Result<Value, SessionError> {
        let mut answer = self.json(&self.http.get(&format!("/api/calls/{}", segment(id))), cancel)?;
        Ok(if answer["data"].is_object() { answer["data"].take() } else { answer })
    }

    /// What was said in a call; null if nothing is kept.
    fn ask_transcript(&self, id: &str, cancel: &Cancel) -> Result<Value, ItemError> {
        let path = format!("/api/calls/{}/transcript", segment(id));
        match self.json(&self.http.get(&path), cancel) {
            Ok(answer) => Ok(item::transcripts_of(&answer)),
            Err(SessionError::Http(HttpError::Status(Refusal { status: 404, .. }))) => Ok(Value::Null),
            Err(error) => Err(error.into()),
        }
    }

    fn send(&self, request: Request, ask: &AudioRequest<'_>) -> Result<Response, SessionError> {
        let request = match ask.resume {
            Some(resume) => request.resume(resume.from, &resume.validator),
            None => request,
        };
        self.session.with(ask.cancel, |credentials| with(request.clone(), credentials).send(ask.cancel))
    }

    /// By the recording's id; and by its call's, for servers that know no recordings by themselves.
    fn server_audio(&self, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        let place = ask.recording.storage_path.as_deref().map(item::Place::read);
        let (by_id, by_call) = place.unwrap_or_default().paths();
        let mut refused = None;
        if let Some(path) = by_id {
            match self.send(self.http.get(&path), ask) {
                Err(SessionError::Http(HttpError::Status(refusal)))
                    if by_call.is_some() && refusal.status == 404 && code(&refusal).is_none() =>
                {
                    refused = Some(refusal);
                }
                answer => return answer.map_err(failed).and_then(stream::audio),
            }
        }
        match (by_call, refused) {
            (Some(path), _) => {
                self.send(self.http.get(&path).query("download", "true"), ask).map_err(failed).and_then(stream::audio)
            }
            (None, Some(refusal)) => Err(failed(HttpError::Status(refusal).into())),
            (None, None) => Err(AudioError::new(Outcome::NotFound, "the server names no recording of this call")),
        }
    }
}

impl Server for Bridge {
    fn test(&self, cancel: &Cancel) -> Vec<Check> {
        checks::run(self, cancel)
    }

    fn list(&self, _since: Option<&Since>, at: Option<&str>, cancel: &Cancel) -> Result<Listed, SourceError> {
        let offset = at.and_then(|at| at.parse().ok()).unwrap_or(0usize);
        let answer = self.ask_list(self.page_size, offset, cancel)?;
        let calls = item::calls_of(&answer).ok_or_else(|| {
            SourceError::Nonsense("the server's answer holds no list of calls; check the address and the kind".into())
        })?;
        let mut listed = Listed::default();
        for (index, call) in calls.iter().enumerate() {
            match item::listed(call) {
                Ok(item) => listed.items.push(item),
                Err(reason) => listed
                    .rejected
                    .push(model::RejectedItem { item: format!("call {} of the list", offset + index + 1), reason }),
            }
        }
        let after = offset + calls.len();
        let pagination = &answer["pagination"];
        listed.total = json::number(&pagination["total"]).filter(|total| *total >= 0.0).map(|total| total as u64);
        // Neither the count nor `hasMore` is believed alone: a full page, or either of them, is reason to look further.
        let says_more = pagination["hasMore"].as_bool() == Some(true) || listed.total > Some(after as u64);
        let is_full = calls.len() >= self.page_size as usize;
        listed.next = (!calls.is_empty() && (is_full || says_more)).then(|| after.to_string());
        listed.newest_first = is_descending(&listed.items);
        Ok(listed)
    }

    fn call(&self, item: &Item, cancel: &Cancel) -> Result<Found, ItemError> {
        let id = item.handle.as_deref().unwrap_or(&item.remote_id);
        let lacks_rows = |call: &Value| item::PARTS.iter().all(|part| call.get(part).is_none());
        let mut call = match &item.listed {
            Value::Null => self.ask_call(id, cancel)?,
            listed if lacks_rows(listed) => self.ask_call(id, cancel)?,
            listed => listed.clone(),
        };
        if !call.is_object() {
            return Err(ItemError::Bad("the server's answer is no call".into()));
        }
        if call.get("transcripts").is_none() {
            call["transcripts"] = self.ask_transcript(id, cancel)?;
        }
        let record = item::record(&item.remote_id, &call, &self.legacy);
        let settled = item::is_settled(&record, (self.clock)());
        Ok(Found { record, settled })
    }

    fn doors(&self, recording: &Recording) -> Vec<Door> {
        let legacy = recording.legacy_url.as_ref().map(|_| Door::Legacy);
        std::iter::once(Door::Source).chain(legacy).collect()
    }

    fn audio(&self, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        match (ask.door, &ask.recording.legacy_url) {
            (Door::Source, _) => self.server_audio(ask),
            (Door::Legacy, Some(address)) => {
                self.send(self.http.found(address)?, ask).map_err(failed).and_then(stream::audio)
            }
            _ => Err(AudioError::new(Outcome::NotFound, "there is no older address of this recording")),
        }
    }

    fn watch(&self, hint: Box<dyn Fn() + Send>) -> Option<Watch> {
        let (http, session) = (self.http.clone(), Arc::clone(&self.session));
        let ask = move |cancel: &Cancel| {
            let status = http.get("/api/status");
            Ok(session.with(cancel, |credentials| Ok(with(status.clone(), credentials)))?)
        };
        let mut was_open = false;
        let on = move |name: &str, data: &str| {
            let event: Value = serde_json::from_str(data).unwrap_or_default();
            let kind = event["type"].as_str().unwrap_or(name);
            // What happened while nobody listened is not told again.
            let reopened = name == "open" && std::mem::replace(&mut was_open, true);
            if reopened || ["call_ended", "recording_saved"].contains(&kind) {
                hint();
            }
        };
        Some(self.http.events(ask, on))
    }

    fn requests(&self) -> u64 {
        self.http.requests()
    }
}

fn with(request: Request, credentials: &[Credential]) -> Request {
    credentials.iter().fold(request, Request::credential)
}

/// An address as a folder, so that what is relative to it lies below it.
fn folder(address: &str) -> Result<Url, SourceError> {
    let below = format!("{}/", address.trim_end_matches('/'));
    Url::parse(&below).map_err(|_| {
        SourceError::Settings("legacy_url is no address: write it like https://files.example.com/old".into())
    })
}

fn is_descending(items: &[Item]) -> bool {
    let starts: Option<Vec<i64>> = items.iter().map(|item| item.started_ms).collect();
    starts.is_some_and(|starts| starts.is_sorted_by(|earlier, later| earlier >= later))
}

/// The server's own word for what is wrong.
fn code(refusal: &Refusal) -> Option<String> {
    let body = refusal.json()?;
    let code = json::first(&body, &["code"]);
    let code = if code.is_null() { &body["error"]["code"] } else { code };
    json::text(code).map(str::to_owned)
}

/// What a refusal says about a recording's audio.
fn failed(error: SessionError) -> AudioError {
    if let SessionError::Http(HttpError::Status(refusal)) = &error
        && !refusal.elsewhere
    {
        match code(refusal).as_deref() {
            Some("CALL_NOT_FOUND") => return AudioError::new(Outcome::Gone, "the server has deleted the call"),
            Some("RECORDING_NOT_FOUND") => {
                return AudioError::new(Outcome::NotFound, "the server has no recording of this call");
            }
            Some("FILE_NOT_FOUND") => {
                return AudioError::new(Outcome::NotFound, "the recording's file is missing on the server");
            }
            _ => {}
        }
    }
    error.into()
}
