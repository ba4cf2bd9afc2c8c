//! Vapi itself.
//!
//! The list's items are whole calls, so that a walk asks for nothing but pages; a call that is not settled is asked for
//! again by its id. After the first walk only calls that were updated since are listed.

pub(crate) mod pages;
pub(crate) mod record;
pub(crate) mod recording;

use model::{Cancel, Door, Moment, Recording};
use serde_json::Value;

use crate::http::{Credential, Http, HttpError, Request, segment};
use crate::remote::{Found, Item, ItemError, Listed, Remote, Server, Since};
use crate::session::{Session, SessionError, Token};
use crate::{Audio, AudioError, AudioRequest, Check, Settings, Source, SourceError, World};

use pages::Question;

/// Where Vapi is.
pub(crate) const ADDRESS: &str = "https://api.vapi.ai";

/// A source of this kind with these settings.
pub(crate) fn open(settings: &Settings, world: &World) -> Result<Box<dyn Source>, SourceError> {
    settings.expect_server(&[])?;
    let server = Vapi {
        http: Http::new(settings.address(Some(ADDRESS))?, recording::stores(), settings, world)?,
        session: Session::new(Token::new(world, Credential::bearer)),
        page: settings.number("page_size", 1..=pages::MOST)?.unwrap_or(100),
        clock: world.clock,
    };
    Ok(Box::new(Remote::new(server, settings, world)?))
}

struct Vapi {
    http: Http,
    session: Session<Token>,
    page: u32,
    clock: fn() -> i64,
}

impl Vapi {
    fn json(&self, request: impl Fn() -> Request, cancel: &Cancel) -> Result<Value, SessionError> {
        self.session.with(cancel, |credentials| {
            credentials.iter().fold(request(), |request, one| request.credential(one)).json(cancel)
        })
    }

    fn calls(&self, question: Question<'_>, since: Option<&str>, cancel: &Cancel) -> Result<Vec<Value>, SourceError> {
        let request = || asked(self.http.get("/call"), question, since);
        let answer = self.json(request, cancel)?;
        pages::calls(answer).ok_or_else(|| {
            SourceError::Nonsense("Vapi did not answer with a list of calls: check the address of the source".into())
        })
    }
}

/// A request for a list with a question's parameters.
pub(crate) fn asked(request: Request, question: Question<'_>, updated_since: Option<&str>) -> Request {
    let request = request.query("limit", &question.limit.to_string());
    let bound = question.bound.into_iter().chain(updated_since.map(|moment| ("updatedAtGe", moment)));
    bound.fold(request, |request, (name, moment)| request.query(name, moment))
}

impl Server for Vapi {
    fn test(&self, cancel: &Cancel) -> Vec<Check> {
        let one = self.calls(Question { limit: 1, bound: None }, None, cancel);
        let Err(error) = one else {
            return ["Vapi can be reached", "the key is accepted", "calls may be listed"]
                .map(|words| Check { ok: true, words: words.into() })
                .into_iter()
                .chain(std::iter::once(self.test_audio(one.unwrap_or_default().first(), cancel)))
                .collect();
        };
        failed(error, "Vapi can be reached", "Vapi dashboard → API keys → private key")
    }

    fn list(&self, since: Option<&Since>, at: Option<&str>, cancel: &Cancel) -> Result<Listed, SourceError> {
        let since = since.and_then(|since| since.from_ms).map(|ms| Moment::from_utc_ms(ms).to_rfc3339());
        let ask = |question: Question<'_>| self.calls(question, since.as_deref(), cancel);
        let batch = pages::page(at, self.page, ask)?;
        // With `updatedAtGe` an old call that changed stands at the end: the list must be read to there.
        Ok(listed(batch, since.is_none()))
    }

    fn call(&self, item: &Item, cancel: &Cancel) -> Result<Found, ItemError> {
        if !item.listed.is_null() {
            return record::found(&item.remote_id, &item.listed, None, (self.clock)());
        }
        let path = format!("/call/{}", segment(&item.remote_id));
        let call = self.json(|| self.http.get(&path), cancel)?;
        record::found(&item.remote_id, &call, None, (self.clock)())
    }

    fn doors(&self, _recording: &Recording) -> Vec<Door> {
        // An older address leads to a storage that does not answer any more; the call's id is as good.
        vec![Door::Source]
    }

    fn audio(&self, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        let stereo = ask.recording.remote_id == "stereo";
        recording::audio(&self.http, &self.session, ask.remote_id, stereo, ask, (self.clock)())
    }

    fn requests(&self) -> u64 {
        self.http.requests()
    }
}

impl Vapi {
    /// Whether audio may be had is seen from the newest call's recording, whose first bytes are not read.
    fn test_audio(&self, newest: Option<&Value>, cancel: &Cancel) -> Check {
        let Some(id) = newest.and_then(|call| call["id"].as_str()) else {
            return Check { ok: true, words: "there is no call yet, so no recording was tried".into() };
        };
        let path = format!("/call/{}/mono-recording", segment(id));
        let answer = self.session.with(cancel, |credentials| {
            credentials.iter().fold(self.http.get(&path), |request, one| request.credential(one)).send(cancel)
        });
        match answer {
            Ok(_) => Check { ok: true, words: "recordings may be fetched".into() },
            Err(SessionError::Http(HttpError::Status(refusal))) if refusal.status == 404 => {
                Check { ok: true, words: "recordings may be asked for; the newest call has none (yet)".into() }
            }
            Err(error) => {
                let error: AudioError = error.into();
                Check { ok: false, words: format!("a recording could not be fetched: {error}") }
            }
        }
    }
}

/// The lines of a test that got no list: what was reached all the same, and the one thing to do.
pub(crate) fn failed(error: SourceError, reached: &str, where_to_find: &str) -> Vec<Check> {
    let there = Check { ok: true, words: reached.to_owned() };
    let bad = |words: String| Check { ok: false, words };
    match error {
        SourceError::Credentials(why) => vec![there, bad(format!("not signed in: {why} ({where_to_find})"))],
        SourceError::Forbidden(why) => vec![there, bad(format!("calls may not be listed: {why}"))],
        SourceError::Nonsense(why) => vec![there, bad(why)],
        error => vec![bad(format!("not reached: {error}"))],
    }
}

/// A page of whole calls.
pub(crate) fn listed(batch: pages::Batch, newest_first: bool) -> Listed {
    let mut listed = Listed { next: batch.next, doubt: batch.doubt, newest_first, ..Listed::default() };
    for (position, call) in batch.calls.into_iter().enumerate() {
        match record::item(call, position) {
            Ok(item) => listed.items.push(item),
            Err(rejected) => listed.rejected.push(rejected),
        }
    }
    listed
}
