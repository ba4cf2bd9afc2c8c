//! A recordings server in front of ElevenLabs: call logs with their transcripts, and audio that it keeps or fetches.
//!
//! It is signed in to with e-mail and password, for a session cookie; one that takes a bearer token is given the token.
//! Its list is paged by number and already holds the whole call log, so that a call costs no request of its own. What it
//! says about counts is not believed, and no list is asked for with a validator: its tag covers the number of calls only,
//! so that "not modified" would hide every edit.
//!
//! Where the user gives an ElevenLabs key of their own, what the server lacks is read there: transcripts, which it often
//! does not have, and audio. A recording's `storage_path` is the conversation's id at ElevenLabs.
//!
//! Deliberately absent: its batch job that fetches missing audio, which changes the server.

mod audio;
mod login;
mod record;

use std::sync::atomic::{AtomicBool, Ordering};

use model::{Cancel, Recording, RejectedItem};
use serde_json::Value;

use crate::http::{Allowed, Http, HttpError, Request, segment};
use crate::provider::elevenlabs::{Conversation, Conversations, USUAL};
use crate::remote::{Found, Item, ItemError, Listed, Remote, Server, Since, checks, revision_of};
use crate::session::{Session, SessionError};
use crate::transcript_format::json;
use crate::{Audio, AudioError, AudioRequest, Check, Door, Settings, Source, SourceError, World};

use login::Login;
use record::CallLog;

/// The largest page that is asked for.
const LARGEST_PAGE: u32 = 100;
/// What an account must be allowed to do.
const PERMISSION: &str = "the server does not let this account see calls: whoever runs it must give the account the \
                          permission view_call_history";

/// A source of this kind with these settings.
pub(crate) fn open(settings: &Settings, world: &World) -> Result<Box<dyn Source>, SourceError> {
    settings.expect_server(&["provider_url", "provider_key_secret"])?;
    let http = Http::new(settings.address(None)?, Allowed::default(), settings, world)?;
    let provider = match settings.get("provider_key_secret") {
        Some(name) => {
            let url = settings.get("provider_url").unwrap_or(USUAL);
            Some(Conversations::new(url, name, settings, world)?)
        }
        None => None,
    };
    let legacy = match settings.get("legacy_url") {
        Some(url) => Some(Http::new(url, Allowed::default(), settings, world)?),
        None => None,
    };
    let server = Backend {
        page_size: settings.number("page_size", 1..=LARGEST_PAGE)?.unwrap_or(LARGEST_PAGE),
        session: Session::new(Login::new(&http, world)),
        http,
        provider,
        provider_refuses: AtomicBool::new(false),
        legacy,
        clock: world.clock,
    };
    Ok(Box::new(Remote::new(server, settings, world)?))
}

/// What the provider says when it is asked for a conversation.
enum Told {
    Conversation(Value),
    /// It has none: not yet, or, of an old call, not any more.
    NotThere,
    /// It could not say.
    NotNow,
}

struct Backend {
    http: Http,
    session: Session<Login>,
    provider: Option<Conversations>,
    /// The provider does not take the key; it is not asked again in this walk.
    provider_refuses: AtomicBool,
    /// Where relative addresses of older recordings lie, if elsewhere.
    legacy: Option<Http>,
    page_size: u32,
    clock: fn() -> i64,
}

impl Server for Backend {
    fn test(&self, cancel: &Cancel) -> Vec<Check> {
        let newest = self.page(1, 1, cancel);
        let mut checks = checks::of_list(&newest, "the sign-in", "the call history");
        if let Ok(page) = &newest {
            checks.push(self.test_audio(page, cancel));
        }
        checks.push(self.test_provider(cancel));
        checks
    }

    fn list(&self, _since: Option<&Since>, at: Option<&str>, cancel: &Cancel) -> Result<Listed, SourceError> {
        let number: u64 = at.and_then(|at| at.parse().ok()).unwrap_or(1);
        if number == 1 {
            self.provider_refuses.store(false, Ordering::Relaxed);
        }
        let page = self.page(number, self.page_size, cancel)?;
        let Some(entries) = entries(&page) else {
            let words = "the answer holds no list of call logs: check the address and the kind of the source";
            return Err(SourceError::Nonsense(words.into()));
        };
        let total = json::number(&page["total"]).filter(|total| *total >= 0.0).map(|total| total as u64);
        let mut listed = Listed { newest_first: true, total, ..Listed::default() };
        for (index, entry) in entries.iter().enumerate() {
            match item(entry) {
                Some(item) => listed.items.push(self.with_provider(item)),
                None => listed.rejected.push(RejectedItem {
                    item: format!("item {} on page {number} of the call logs", index + 1),
                    reason: "it has no id, so it cannot be told from others; it is left out".into(),
                }),
            }
        }
        listed.next = self.is_more_likely(&page, number, entries.len()).then(|| (number + 1).to_string());
        Ok(listed)
    }

    fn call(&self, item: &Item, cancel: &Cancel) -> Result<Found, ItemError> {
        let listed = CallLog::new(&item.listed).filter(CallLog::is_whole);
        let asked;
        let log = match listed {
            Some(log) => log,
            None => {
                asked = self.details(&item.remote_id, cancel)?;
                let log = CallLog::new(&asked);
                log.ok_or_else(|| ItemError::Bad("its call log is not a JSON object: it cannot be read".into()))?
            }
        };
        let mut draft = log.read((self.clock)())?;
        if let (true, Some(provider), Some(id)) = (draft.lacks_transcript(), &self.provider, log.conversation_id()) {
            match self.at_provider(provider, &id, cancel)? {
                Told::Conversation(details) => draft.add(&Conversation::new(&details)?)?,
                Told::NotThere => {}
                Told::NotNow => draft.provider_failed(),
            }
        }
        Ok(draft.finish(&item.remote_id))
    }

    fn doors(&self, recording: &Recording) -> Vec<Door> {
        let provider = self.provider.is_some() && recording.storage_path.is_some();
        let doors = [(Door::Source, true), (Door::Provider, provider), (Door::Legacy, recording.legacy_url.is_some())];
        doors.into_iter().filter_map(|(door, is_there)| is_there.then_some(door)).collect()
    }

    fn audio(&self, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        match ask.door {
            Door::Source => self.own_audio(ask),
            Door::Provider => self.provider_audio(ask),
            Door::Legacy => self.legacy_audio(ask),
        }
    }

    fn requests(&self) -> u64 {
        let provider = self.provider.as_ref().map_or(0, Conversations::requests);
        self.http.requests() + provider + self.legacy.as_ref().map_or(0, Http::requests)
    }
}

impl Backend {
    fn page(&self, number: u64, size: u32, cancel: &Cancel) -> Result<Value, SourceError> {
        let ask =
            || self.http.get("/api/call-logs").query("limit", &size.to_string()).query("page", &number.to_string());
        self.json(ask, cancel).map_err(refused)
    }

    /// One call log, whether it comes alone or wrapped.
    fn details(&self, id: &str, cancel: &Cancel) -> Result<Value, ItemError> {
        let answer = self.json(|| self.http.get(&format!("/api/call-logs/{}", segment(id))), cancel);
        let mut answer = answer.map_err(|error| match refused_status(&error) {
            Some(403) => ItemError::Stop(refused(error)),
            _ => error.into(),
        })?;
        let is_wrapped = answer["data"].is_object() && answer.get("id").is_none();
        Ok(if is_wrapped { answer["data"].take() } else { answer })
    }

    /// What the provider knows of a conversation. If it cannot be had now, the server's own record goes in all the same, and
    /// what is missing is asked for again.
    fn at_provider(&self, provider: &Conversations, id: &str, cancel: &Cancel) -> Result<Told, ItemError> {
        if self.provider_refuses.load(Ordering::Relaxed) {
            return Ok(Told::NotNow);
        }
        let missed = match provider.one(id, cancel) {
            Ok(details) if details.is_object() => return Ok(Told::Conversation(details)),
            Ok(_) => return Ok(Told::NotNow),
            Err(missed) if missed.is_not_there() => return Ok(Told::NotThere),
            Err(missed) => SourceError::from(missed),
        };
        match missed {
            error @ (SourceError::Cancelled(_) | SourceError::Offline) => Err(ItemError::Stop(error)),
            SourceError::Credentials(_) | SourceError::Forbidden(_) | SourceError::Unreachable(_) => {
                self.provider_refuses.store(true, Ordering::Relaxed);
                Ok(Told::NotNow)
            }
            _ => Ok(Told::NotNow),
        }
    }

    /// A call that was read without the provider is read again once there is one.
    fn with_provider(&self, item: Item) -> Item {
        let mark = if self.provider.is_some() { "+" } else { "" };
        Item { revision: item.revision + mark, ..item }
    }

    /// Whether another page should be asked for: this one is not empty, and it is full or the counts say so. The counts
    /// only ever make the walk ask once more; what ends it are the pages.
    fn is_more_likely(&self, page: &Value, number: u64, entries: usize) -> bool {
        let count =
            |name: &str| json::number(&page[name]).filter(|count| (0.0..1e12).contains(count)).map(|n| n as u64);
        let entries = entries as u64;
        let Some(size) = count("pageSize").filter(|size| *size > 0) else { return entries > 0 };
        let is_full = entries >= size.min(u64::from(self.page_size));
        let by_count = count("totalPages").is_some_and(|pages| pages > number)
            || count("total").is_some_and(|total| total > (number - 1).saturating_mul(size).saturating_add(entries));
        entries > 0 && (is_full || by_count)
    }

    /// Whether recordings may be asked for: its question about one call's recording needs the same permission and fetches
    /// nothing.
    fn test_audio(&self, page: &Value, cancel: &Cancel) -> Check {
        let Some(item) = entries(page).and_then(|entries| entries.first()).and_then(item) else {
            return checks::fine("audio was not tried: there are no calls yet");
        };
        let path = format!("/api/calls/{}/recording/availability", segment(&item.remote_id));
        let answer = self.json(|| self.http.get(&path), cancel);
        match answer.map_err(|error| (refused_status(&error), error)) {
            Ok(_) => checks::fine("audio may be asked for"),
            Err((Some(404), _)) => checks::fine("audio was not tried: the server does not say whether it has any"),
            Err((_, error)) => checks::failed(format!("audio cannot be asked for: {}", refused(error))),
        }
    }

    fn test_provider(&self, cancel: &Cancel) -> Check {
        let Some(provider) = &self.provider else {
            return checks::fine(
                "ElevenLabs itself is not asked: what this server lacks could be read there with an API key \
                 (provider_key_secret)",
            );
        };
        match provider.page(None, None, 1, cancel) {
            Ok(_) => checks::fine("ElevenLabs takes the API key: what this server lacks is read there"),
            Err(error) => checks::failed(format!("ElevenLabs itself: {error}")),
        }
    }

    fn json(&self, ask: impl Fn() -> Request, cancel: &Cancel) -> Result<Value, SessionError> {
        self.session.with(cancel, |credentials| {
            credentials.iter().fold(ask(), |request, credential| request.credential(credential)).json(cancel)
        })
    }
}

/// Why the list cannot be had.
fn refused(error: SessionError) -> SourceError {
    match refused_status(&error) {
        Some(403) => SourceError::Forbidden(PERMISSION.into()),
        _ => error.into(),
    }
}

fn refused_status(error: &SessionError) -> Option<u16> {
    match error {
        SessionError::Http(HttpError::Status(refusal)) => Some(refusal.status),
        _ => None,
    }
}

/// The list on a page, whatever it is called.
fn entries(page: &Value) -> Option<&Vec<Value>> {
    page.as_array().or_else(|| json::first(page, &["data", "callLogs", "items", "calls"]).as_array())
}

/// The list's order is that of `createdAt`, so that is what tells how far back a walk has come.
fn item(entry: &Value) -> Option<Item> {
    Some(Item {
        remote_id: json::scalar(&entry["id"])?,
        started_ms: json::moment(&entry["createdAt"]).map(|moment| moment.utc_ms),
        revision: revision_of(entry),
        listed: entry.clone(),
        ..Item::default()
    })
}
