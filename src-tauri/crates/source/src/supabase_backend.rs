//! A recordings server built on FastAPI and Supabase.
//!
//! Its calls are listed from the newest backwards, and so are its recordings; both lists are read, for a recording may
//! come after its call, or of a call that is not listed. Details and transcript are asked for only of calls whose item, or
//! whose recordings, are not the ones that are known.
//!
//! Deliberately absent: the server's counts as an end of anything, and its `duration_seconds` as a length to seek by; it
//! is cut to whole seconds.

mod call;
mod index;
mod listen;
mod look;
mod sign_in;

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use model::{Cancel, Door, Recording, RejectedItem};
use serde_json::{Value, json};

use self::index::{Index, Sheet};
use self::sign_in::Pasted;
pub use self::sign_in::{request_code, verify_code};
use crate::http::{Allowed, Http, HttpError};
use crate::provider::supabase::rows;
use crate::provider::supabase::storage::{Anonymous, with};
use crate::remote::{Found, Item, ItemError, Listed, Remote, Server, Since, revision_of};
use crate::secret::Secret;
use crate::session::{Session, SessionError};
use crate::transcript_format::json::{first, moment, scalar};
use crate::{Audio, AudioError, AudioRequest, Check, Settings, Source, SourceError, World};

/// What the settings of this kind are called.
const SETTINGS: [&str; 2] = ["provider_url", "provider_anon_key"];
/// How many items make a page, and at most.
const PAGE: u32 = 100;
/// How many calls that only recordings tell of make a page.
const UNLISTED: usize = 100;
/// A day in milliseconds: the server's days are those of a zone that nobody tells.
const DAY: i64 = 86_400_000;

/// A source of this kind with these settings.
pub(crate) fn open(settings: &Settings, world: &World) -> Result<Box<dyn Source>, SourceError> {
    Ok(Box::new(Remote::new(Backend::new(settings, world)?, settings, world)?))
}

/// The server with a session.
struct Backend {
    http: Http,
    session: Session<Pasted>,
    /// The storage behind the server, if the user may ask it.
    provider: Option<(Http, Session<Anonymous>)>,
    /// Where relative addresses in records lead, if not to the server itself.
    legacy: Option<Http>,
    page_size: u32,
    clock: fn() -> i64,
    index: Mutex<Index>,
    /// Whether the server gives addresses for audio; 0: not known yet.
    gives_addresses: AtomicU8,
}

/// The way to the server; its interface lies below `/api/v1`, whether that was written or not.
fn door(settings: &Settings, world: &World) -> Result<Http, SourceError> {
    let url = settings.address(None)?.trim().trim_end_matches('/');
    let url = url.strip_suffix("/api/v1").unwrap_or(url);
    let hosts = ["*.amazonaws.com", "*.supabase.co", "*.supabase.in"].map(str::to_owned).to_vec();
    Http::new(&format!("{url}/api/v1"), Allowed { hosts }, settings, world)
}

impl Backend {
    fn new(settings: &Settings, world: &World) -> Result<Self, SourceError> {
        settings.expect_server(&SETTINGS)?;
        let http = door(settings, world)?;
        let other = |url| Http::new(url, Allowed::default(), settings, world);
        let provider = match (settings.get("provider_url"), settings.get("provider_anon_key")) {
            (Some(url), Some(key)) => Some((other(url)?, Session::new(Anonymous(Secret::new(key))))),
            (None, None) => None,
            _ => {
                let words = "to ask the storage directly give both provider_url and provider_anon_key";
                return Err(SourceError::Settings(words.into()));
            }
        };
        Ok(Self {
            session: Session::new(Pasted::new(&http, world)),
            http,
            provider,
            legacy: settings.get("legacy_url").map(other).transpose()?,
            page_size: settings.number("page_size", 1..=PAGE)?.unwrap_or(PAGE),
            clock: world.clock,
            index: Mutex::default(),
            gives_addresses: AtomicU8::new(0),
        })
    }

    /// What the server says at a path. A 500 that means that there is no such row is taken as it is.
    fn json(&self, path: &str, query: &[(&str, &str)], cancel: &Cancel) -> Result<Value, SessionError> {
        self.session.with(cancel, |credentials| {
            let request = self.http.get(path).settled(is_no_row);
            let request = query.iter().fold(request, |request, (name, value)| request.query(name, value));
            with(request, credentials).json(cancel)
        })
    }

    fn sheet(&self, path: &str, page: u32, query: &[(&str, &str)], cancel: &Cancel) -> Result<Sheet, SessionError> {
        let (number, size) = (page.to_string(), self.page_size.to_string());
        let mut all = vec![("page", number.as_str()), ("page_size", size.as_str())];
        all.extend(query);
        let answer = self.json(path, &all, cancel)?;
        let sheet = Sheet::read(answer, page, self.page_size);
        sheet.ok_or_else(|| {
            HttpError::NotJson("the server's list has no items: is it this kind of server?".into()).into()
        })
    }

    /// One page of calls, with the recordings of that time. `None`: the server does not list calls.
    fn calls(
        &self,
        index: &mut Index,
        page: u32,
        since: Option<&Since>,
        cancel: &Cancel,
    ) -> Result<Option<Listed>, SourceError> {
        let from_ms = since.and_then(|since| since.from_ms);
        let day = from_ms.and_then(day_before);
        let query: Vec<(&str, &str)> = day.iter().map(|day| ("from", day.as_str())).collect();
        let sheet = match self.sheet("/calls/", page, &query, cancel) {
            Err(SessionError::Http(HttpError::Status(refusal))) if refusal.status == 404 && page == 1 => {
                return Ok(None);
            }
            other => other?,
        };
        let started =
            |item: &Value| moment(first(item, &["started_at", "timestamp", "created_at"])).map(|at| at.utc_ms);
        let back_to_ms = sheet.items.iter().filter_map(started).min();
        if back_to_ms.is_some() {
            index.read_recordings(self, back_to_ms, cancel)?;
        }
        let mut listed = Listed { total: sheet.total, ..Listed::default() };
        for (at, item) in sheet.items.iter().enumerate() {
            let Some(id) = scalar(&item["id"]) else {
                let item = format!("call {} on page {page} of the list", at + 1);
                listed.rejected.push(RejectedItem { item, reason: "the server gave it no id".into() });
                continue;
            };
            index.listed.insert(id.clone());
            listed.items.push(listed_as(id, started(item), item, index));
        }
        if index.through + 1 == page {
            index.through = page;
        }
        index.last = page;
        // The server was asked for what is recent; one that does not know how runs backwards into what is known.
        let is_old = |at: &i64| from_ms.is_some_and(|from| *at < from.saturating_sub(DAY));
        let times: Vec<i64> = sheet.items.iter().filter_map(started).collect();
        let is_known =
            !times.is_empty() && times.iter().all(is_old) && times.is_sorted_by(|newer, older| newer >= older);
        listed.next =
            if sheet.is_last || is_known { Some("rest:0".into()) } else { Some(format!("calls:{}", page + 1)) };
        Ok(Some(listed))
    }

    /// The calls that only recordings tell of.
    fn rest(
        &self,
        index: &mut Index,
        from: usize,
        since: Option<&Since>,
        cancel: &Cancel,
    ) -> Result<Listed, SourceError> {
        let from_ms = since.and_then(|since| since.from_ms);
        // A walk that was broken off has to learn again which calls are listed; their details it knows.
        while index.through == 0 {
            let mut page = 1;
            while let Some(listed) = self.calls(index, page, since, cancel)? {
                match listed.next {
                    Some(next) if next.starts_with("calls:") => page += 1,
                    _ => break,
                }
            }
            index.through = page;
        }
        index.read_recordings(self, from_ms, cancel)?;
        let unlisted = index.unlisted(from_ms);
        let some = unlisted.iter().skip(from).take(UNLISTED);
        let items = some.map(|call| listed_as(call.clone(), None, &Value::Null, index)).collect();
        let to = from + UNLISTED;
        Ok(Listed { items, next: (to < unlisted.len()).then(|| format!("rest:{to}")), ..Listed::default() })
    }
}

impl Server for Backend {
    fn test(&self, cancel: &Cancel) -> Vec<Check> {
        look::test(self, cancel)
    }

    fn list(&self, since: Option<&Since>, at: Option<&str>, cancel: &Cancel) -> Result<Listed, SourceError> {
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        let (what, from) = at.and_then(|at| at.split_once(':')).unwrap_or(("calls", "1"));
        let from: u32 = from.parse().unwrap_or(1);
        if at.is_none() || (what == "calls" && index.last + 1 != from) {
            *index = Index::default();
        }
        if what == "calls" {
            match self.calls(&mut index, from.max(1), since, cancel)? {
                Some(listed) if listed.next.as_deref() != Some("rest:0") => return Ok(listed),
                Some(mut listed) if index.through == from => {
                    // Most servers have none: that need not be a page of its own.
                    let rest = self.rest(&mut index, 0, since, cancel)?;
                    listed.items.extend(rest.items);
                    return Ok(Listed { next: rest.next, ..listed });
                }
                Some(listed) => return Ok(listed),
                None => index.through = 1,
            }
        }
        self.rest(&mut index, if what == "rest" { from as usize } else { 0 }, since, cancel)
    }

    fn call(&self, item: &Item, cancel: &Cancel) -> Result<Found, ItemError> {
        call::call(self, item, cancel)
    }

    fn doors(&self, recording: &Recording) -> Vec<Door> {
        let own = (recording.remote_id != rows::BY_ADDRESS).then_some(Door::Source);
        let provider = (self.provider.is_some() && recording.storage_path.is_some()).then_some(Door::Provider);
        let legacy = recording.legacy_url.is_some().then_some(Door::Legacy);
        [own, provider, legacy].into_iter().flatten().collect()
    }

    fn audio(&self, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        listen::audio(self, ask)
    }

    fn requests(&self) -> u64 {
        let others = [self.provider.as_ref().map(|(http, _)| http), self.legacy.as_ref()];
        self.http.requests() + others.into_iter().flatten().map(Http::requests).sum::<u64>()
    }
}

impl Backend {
    /// Whether the server gives addresses for audio, as far as that is known.
    fn addresses(&self) -> Option<bool> {
        match self.gives_addresses.load(Ordering::Relaxed) {
            0 => None,
            known => Some(known == 1),
        }
    }

    fn learn_addresses(&self, it_does: bool) {
        self.gives_addresses.store(if it_does { 1 } else { 2 }, Ordering::Relaxed);
    }
}

/// A row that is asked for by its id and is not there makes the server fall over its own feet.
fn is_no_row(status: u16, body: &str) -> bool {
    status == 500 && body.contains("PGRST116")
}

/// Whether this refusal says that there is no such thing.
fn is_absent(error: &HttpError) -> bool {
    matches!(error, HttpError::Status(refusal) if !refusal.elsewhere
        && (matches!(refusal.status, 404 | 410) || is_no_row(refusal.status, &refusal.body)))
}

/// Whether this refusal says that the server has no such address at all.
fn is_no_address(error: &HttpError) -> bool {
    let HttpError::Status(refusal) = error else { return false };
    let detail = refusal.json().unwrap_or_default();
    refusal.status == 405 || (refusal.status == 404 && detail["detail"] == "Not Found")
}

fn listed_as(remote_id: String, started_ms: Option<i64>, item: &Value, index: &Index) -> Item {
    let recordings = index.of_call(&remote_id);
    let listed = json!({ "call": item, "recordings": recordings });
    // Days that remain count themselves down.
    let mut lasting = listed.clone();
    for recording in lasting["recordings"].as_array_mut().into_iter().flatten() {
        if let Some(members) = recording.as_object_mut() {
            members.remove("retention_days_remaining");
        }
    }
    Item { remote_id, started_ms, revision: revision_of(&lasting), listed, ..Item::default() }
}

/// The day before that of this moment, for a server whose zone is not known.
fn day_before(ms: i64) -> Option<String> {
    let day = Timestamp::from_millisecond(ms).ok()?.to_zoned(TimeZone::UTC).date();
    Some(day.checked_sub(1.day()).ok()?.to_string())
}
