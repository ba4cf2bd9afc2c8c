//! A recordings server in front of Vapi.
//!
//! Two eras of it are in the field. The older one hands Vapi's own calls through as a bare list (`/api/calls`) and knows a
//! call by Vapi's id; the newer one has rows of its own with pages (`/api/calls-dashboard`) and knows a call by its row,
//! with Vapi's id beside it (`vapi_call_id`, kept among the call's external ids in both eras). Which era a server is of, its
//! first answer tells. A server that moves from one era to the other names its calls anew: the calls of the older era are
//! then marked as no longer there, and stay.
//!
//! The server counts every question for a recording's address as a download, so none is asked for but to fetch the audio.

mod audio;
mod live;
mod record;

use std::sync::{Arc, Mutex, PoisonError};

use model::{Cancel, Door, Recording, RejectedItem};
use serde_json::Value;

use crate::http::{Credential, Http, HttpError, Request, segment};
use crate::provider::vapi::{self, pages};
use crate::remote::{Found, Item, ItemError, Listed, Remote, Server, Since, revision_of};
use crate::session::{Session, SessionError, Token};
use crate::transcript_format::json;
use crate::{Audio, AudioError, AudioRequest, Check, Settings, Source, SourceError, Watch, World};

/// The longest page of the newer era.
const MOST: u32 = 100;

/// How a call is remembered that was listed by the older era: it is asked for again in the same way, and there is nothing
/// to ask besides what the list says.
const BARE: &str = "calls";

/// A source of this kind with these settings.
pub(crate) fn open(settings: &Settings, world: &World) -> Result<Box<dyn Source>, SourceError> {
    settings.expect_server(&["provider_url", "provider_key_secret"])?;
    let address = settings.address(None)?.trim_end_matches('/');
    let address = address.strip_suffix("/api").unwrap_or(address);
    let server = VapiBackend {
        http: Http::new(address, vapi::recording::stores(), settings, world)?,
        session: Arc::new(Session::new(Token::new(world, Credential::bearer))),
        page: settings.number("page_size", 1..=MOST)?.unwrap_or(MOST),
        era: Mutex::new(None),
        provider: audio::Provider::open(settings, world)?,
        legacy_url: settings.get("legacy_url").map(str::to_owned),
        clock: world.clock,
    };
    Ok(Box::new(Remote::new(server, settings, world)?))
}

/// Which of the two interfaces a server has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Era {
    /// Vapi's calls as a bare list.
    Bare,
    /// Rows with pages.
    Rows,
}

struct VapiBackend {
    http: Http,
    session: Arc<Session<Token>>,
    page: u32,
    era: Mutex<Option<Era>>,
    provider: Option<audio::Provider>,
    legacy_url: Option<String>,
    clock: fn() -> i64,
}

impl Server for VapiBackend {
    fn test(&self, cancel: &Cancel) -> Vec<Check> {
        let good = |words: &str| Check { ok: true, words: words.to_owned() };
        match self.list(None, None, cancel) {
            Err(error) => {
                vapi::failed(error, "the server can be reached", "sign in to the server and copy a new token")
            }
            Ok(_) => vec![
                good("the server can be reached"),
                good("the token is accepted"),
                good(match self.era() {
                    Some(Era::Rows) => "calls may be listed (server with rows of its own)",
                    _ => "calls may be listed (server that hands Vapi's calls through)",
                }),
                good("fetching audio was not tried: the server would log it as a download"),
            ],
        }
    }

    fn list(&self, since: Option<&Since>, at: Option<&str>, cancel: &Cancel) -> Result<Listed, SourceError> {
        let listed = self.page_at(since, at, cancel);
        if matches!(listed, Err(SourceError::Nonsense(_))) {
            // It may have moved to the other era since.
            *self.era.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        listed
    }

    fn call(&self, item: &Item, cancel: &Cancel) -> Result<Found, ItemError> {
        let now_ms = (self.clock)();
        if item.handle.as_deref() == Some(BARE) {
            let call = match item.listed.is_null() {
                false => item.listed.clone(),
                true => self.json(|| self.http.get(&format!("/api/calls/{}", segment(&item.remote_id))), cancel)?,
            };
            return record::bare(&item.remote_id, &call, now_ms);
        }
        match self.row(&item.remote_id, cancel) {
            Ok(row) => record::row(&item.remote_id, &item.listed, &row, now_ms),
            Err(SessionError::Http(HttpError::Status(refusal)))
                if refusal.status == 404 && refusal.json().is_none() =>
            {
                Err(ItemError::Later("the server answered with a page instead of the call".into()))
            }
            Err(SessionError::Http(HttpError::Status(refusal))) if code(&refusal.body) == "INVALID_UUID" => {
                Err(ItemError::Bad("the server does not accept the id that it listed itself".into()))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn doors(&self, recording: &Recording) -> Vec<Door> {
        let provider = self.provider.is_some().then_some(Door::Provider);
        let legacy = recording.legacy_url.is_some().then_some(Door::Legacy);
        std::iter::once(Door::Source).chain(provider).chain(legacy).collect()
    }

    fn audio(&self, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        match ask.door {
            Door::Source => self.own_audio(ask),
            Door::Provider => self.provider_audio(ask),
            Door::Legacy => self.legacy_audio(ask),
        }
    }

    fn keeps_download_trail(&self) -> bool {
        true
    }

    fn note_download(&self, ask: &AudioRequest<'_>) -> Result<(), AudioError> {
        self.given(ask)?;
        Ok(())
    }

    fn watch(&self, hint: Box<dyn Fn() + Send>) -> Option<Watch> {
        Some(live::watch(&self.http, &self.session, hint))
    }

    fn requests(&self) -> u64 {
        self.http.requests() + self.provider.as_ref().map_or(0, audio::Provider::requests)
    }
}

impl VapiBackend {
    fn era(&self) -> Option<Era> {
        *self.era.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_era(&self, era: Era) {
        *self.era.lock().unwrap_or_else(PoisonError::into_inner) = Some(era);
    }

    fn page_at(&self, since: Option<&Since>, at: Option<&str>, cancel: &Cancel) -> Result<Listed, SourceError> {
        let number = at.and_then(|at| at.strip_prefix("page ")?.parse::<u32>().ok());
        let era = match at {
            Some(_) => Some(if number.is_some() { Era::Rows } else { Era::Bare }),
            None => self.era(),
        };
        if era != Some(Era::Bare) {
            if let Some(listed) = self.rows(number.unwrap_or(1), era.is_some(), cancel)? {
                self.set_era(Era::Rows);
                return Ok(listed);
            }
            if era.is_some() {
                let words = "the server answered with something else than its list of calls: sync again";
                return Err(SourceError::Nonsense(words.into()));
            }
        }
        let listed = self.bare(since, at, cancel)?;
        self.set_era(Era::Bare);
        Ok(listed)
    }

    fn json(&self, request: impl Fn() -> Request, cancel: &Cancel) -> Result<Value, SessionError> {
        self.session.with(cancel, |credentials| {
            credentials.iter().fold(request(), |request, one| request.credential(one)).json(cancel)
        })
    }

    /// A page of the newer era; `None` if the server, whose era is not `known`, does not have it.
    fn rows(&self, number: u32, known: bool, cancel: &Cancel) -> Result<Option<Listed>, SourceError> {
        let (page, limit) = (number.to_string(), self.page.to_string());
        let request = || self.http.get("/api/calls-dashboard").query("page", &page).query("limit", &limit);
        let mut answer = match self.json(request, cancel) {
            Ok(answer) => answer,
            Err(SessionError::Http(HttpError::Status(refusal)))
                if !known && matches!(refusal.status, 400 | 404 | 405) =>
            {
                return Ok(None);
            }
            Err(SessionError::Http(HttpError::NotJson(_))) if !known => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let Some(rows) = answer.is_object().then(|| answer["calls"].take()).filter(Value::is_array) else {
            return Ok(None);
        };
        let paging = &answer["pagination"];
        let own = json::number(&paging["limit"]).map_or(self.page, |limit| limit as u32).clamp(1, self.page);
        Ok(Some(listed_rows(json::list(&rows), number, own, json::number(&paging["total"]))))
    }

    /// A page of the older era.
    fn bare(&self, since: Option<&Since>, at: Option<&str>, cancel: &Cancel) -> Result<Listed, SourceError> {
        let ask = |question: pages::Question<'_>| {
            let answer = self.json(|| vapi::asked(self.http.get("/api/calls"), question, None), cancel)?;
            pages::calls(answer).ok_or_else(|| {
                let words = "the server has neither of the lists of calls that this kind of server has";
                SourceError::Nonsense(format!("{words}: check the address and the kind"))
            })
        };
        let mut listed = vapi::listed(pages::page(at, self.page, ask)?, true);
        for item in &mut listed.items {
            item.handle = Some(BARE.to_owned());
        }
        let oldest = listed.items.iter().filter_map(|item| item.started_ms).min();
        if since.and_then(|since| since.from_ms).zip(oldest).is_some_and(|(from, oldest)| oldest < from) {
            // A longer list would only begin with the same calls again.
            (listed.next, listed.doubt) = (None, None);
        }
        Ok(listed)
    }

    /// A row with its details.
    fn row(&self, id: &str, cancel: &Cancel) -> Result<Value, SessionError> {
        let path = format!("/api/calls-dashboard/{}", segment(id));
        let mut row = self.json(|| self.http.get(&path), cancel)?;
        let inner = ["call", "data"].into_iter().find(|name| row["id"].is_null() && row[*name].is_object());
        Ok(match inner {
            Some(name) => row[name].take(),
            None => row,
        })
    }
}

fn listed_rows(rows: &[Value], number: u32, limit: u32, total: Option<f64>) -> Listed {
    let next = (rows.len() >= limit as usize).then(|| format!("page {}", number.saturating_add(1)));
    let mut listed = Listed { next, total: total.map(|total| total as u64), ..Listed::default() };
    for (position, row) in rows.iter().enumerate() {
        match json::scalar(&row["id"]).filter(|_| row.is_object()) {
            Some(remote_id) => listed.items.push(Item {
                remote_id,
                started_ms: record::started(row).map(|moment| moment.utc_ms),
                revision: revision_of(&vapi::record::steady(row)),
                listed: row.clone(),
                ..Item::default()
            }),
            None => listed.rejected.push(RejectedItem {
                item: format!("call {} of page {number}", position + 1),
                reason: "it has no id; the server gives every call one".into(),
            }),
        }
    }
    // The server promises no order; what is seen decides.
    listed.newest_first = listed.items.is_sorted_by_key(|item| std::cmp::Reverse(item.started_ms));
    listed
}

/// The server's word for what went wrong.
fn code(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    json::text(&body["code"]).unwrap_or_default().to_owned()
}
