//! The door to one RingCentral account: signed in with the user's own credential.

use model::{Cancel, Outcome};
use serde_json::Value;

use super::grant::Grant;
use super::{FRESH, KEPT, USUAL};
use crate::http::{Allowed, Http, HttpError, Refusal, Request, Response, segment};
use crate::remote::stream;
use crate::session::{Session, SessionError};
use crate::transcript_format::json;
use crate::{Audio, AudioError, AudioRequest, Check, Settings, SourceError, World};

/// Where RingCentral has the recordings themselves, for those who ask its usual address. The only other host that may get
/// the account's credential.
const MEDIA: &str = "https://media.ringcentral.com";
const ACCOUNT: &str = "/restapi/v1.0/account/~";

/// An account. It is signed in to with the first request.
pub(crate) struct Account {
    http: Http,
    media: Option<Http>,
    session: Session<Grant>,
    clock: fn() -> i64,
}

impl Account {
    /// The account at `url` that the secret of this name belongs to.
    pub fn new(url: &str, secret: &str, settings: &Settings, world: &World) -> Result<Self, SourceError> {
        let url = origin(url);
        let allowed = Allowed { hosts: vec!["media.ringcentral.com".into()] };
        let http = Http::new(url, allowed.clone(), settings, world)?;
        let media = if url == USUAL { Some(Http::new(MEDIA, allowed, settings, world)?) } else { None };
        let session = Session::new(Grant::new(&http, secret, world));
        Ok(Self { http, media, session, clock: world.clock })
    }

    /// Asks for something of the account, such as `/call-log`.
    pub fn get(&self, path: &str) -> Request {
        self.http.get(&format!("{ACCOUNT}{path}"))
    }

    /// The way to it, for what lies elsewhere.
    pub fn http(&self) -> &Http {
        &self.http
    }

    /// Sends a request within the session and reads the answer.
    pub fn json(&self, request: Request, cancel: &Cancel) -> Result<Value, SessionError> {
        self.with(cancel, |request| request.json(cancel), request)
    }

    /// Now, UTC milliseconds.
    pub fn now_ms(&self) -> i64 {
        (self.clock)()
    }

    /// Requests sent so far.
    pub fn requests(&self) -> u64 {
        self.http.requests() + self.media.as_ref().map_or(0, Http::requests)
    }

    /// The bytes of a recording by RingCentral's own id. What is not there is not there yet, or gone, by the recording's
    /// expiry.
    pub fn content(&self, id: &str, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        let path = format!("{ACCOUNT}/recording/{}/content", segment(id));
        let answer = match (self.fetch(&self.http, &path, ask), &self.media) {
            (Err(SessionError::Http(HttpError::Status(refusal))), Some(media))
                if refusal.elsewhere || refusal.status == 404 =>
            {
                self.fetch(media, &path, ask)
            }
            (answer, _) => answer,
        };
        match answer {
            Ok(response) => stream::audio(response),
            Err(SessionError::Http(HttpError::Status(refusal))) => Err(self.no_audio(refusal, ask)),
            Err(error) => Err(error.into()),
        }
    }

    /// What works and what is missing.
    pub fn test(&self, cancel: &Cancel) -> Vec<Check> {
        let request = self.get("/call-log").query("view", "Simple").query("recordingType", "All");
        let from = model::Moment::from_utc_ms(self.now_ms() - KEPT).to_rfc3339();
        let listed = self.json(request.query("dateFrom", &from).query("perPage", "1"), cancel);
        let ok = |words: &str| Check { ok: true, words: words.into() };
        let bad = |words: String| Check { ok: false, words };
        match listed {
            Err(SessionError::SignIn(error @ (SourceError::Credentials(_) | SourceError::Forbidden(_)))) => {
                vec![ok("RingCentral answers"), bad(error.to_string())]
            }
            Err(SessionError::Http(HttpError::Status(refusal))) if refusal.status == 403 => {
                let words = "the app may not read the call log: give it the permission ReadCallLog in RingCentral's \
                             developer console, and sign in as somebody who may see the company's calls";
                vec![ok("RingCentral answers and lets the app sign in"), bad(words.into())]
            }
            Err(error) => vec![bad(format!("the call log cannot be read: {}", SourceError::from(error)))],
            Ok(answer) => {
                let recording =
                    json::list(&answer["records"]).iter().find_map(|record| json::scalar(&record["recording"]["id"]));
                vec![
                    ok("RingCentral answers"),
                    ok("signed in"),
                    ok("may list calls"),
                    self.test_audio(recording, cancel),
                ]
            }
        }
    }

    fn test_audio(&self, recording: Option<String>, cancel: &Cancel) -> Check {
        let Some(id) = recording else {
            return Check { ok: true, words: "there is no recording yet to try".into() };
        };
        match self.json(self.get(&format!("/recording/{}", segment(&id))), cancel) {
            Ok(_) => Check { ok: true, words: "may fetch audio".into() },
            Err(SessionError::Http(HttpError::Status(refusal))) if refusal.status == 403 => {
                Check { ok: false, words: MAY_NOT_FETCH.into() }
            }
            Err(error) => {
                Check { ok: false, words: format!("a recording cannot be read: {}", SourceError::from(error)) }
            }
        }
    }

    fn fetch(&self, http: &Http, path: &str, ask: &AudioRequest<'_>) -> Result<Response, SessionError> {
        let request = http.get(path);
        let request = match ask.resume {
            Some(resume) => request.resume(resume.from, &resume.validator),
            None => request,
        };
        self.with(ask.cancel, |request| request.send(ask.cancel), request)
    }

    /// Sends a request with a token that has not run out.
    fn with<T>(
        &self,
        cancel: &Cancel,
        send: impl Fn(Request) -> Result<T, HttpError>,
        request: Request,
    ) -> Result<T, SessionError> {
        self.session.with(cancel, |credentials| {
            if self.session.how().is_due() {
                return Err(HttpError::Status(run_out()));
            }
            send(credentials.iter().fold(request.clone(), Request::credential))
        })
    }

    fn no_audio(&self, refusal: Refusal, ask: &AudioRequest<'_>) -> AudioError {
        let expires_ms = ask.recording.expires_at.as_ref().map(|at| at.utc_ms);
        let now = self.now_ms();
        match refusal.status {
            404 if expires_ms.is_some_and(|ms| ms <= now) => AudioError::new(
                Outcome::Gone,
                "RingCentral keeps recordings for 90 days and does not have this one any more",
            ),
            404 if expires_ms.is_some_and(|ms| now < ms - KEPT + FRESH) => {
                AudioError::new(Outcome::NotYet, "RingCentral does not have the recording yet")
            }
            404 => AudioError::new(Outcome::NotFound, "RingCentral does not have this recording"),
            403 => AudioError::new(Outcome::Denied, MAY_NOT_FETCH),
            401 if refusal.elsewhere => AudioError::new(
                Outcome::Denied,
                "RingCentral sends us elsewhere for this recording, and there our credential is not given",
            ),
            _ => HttpError::Status(refusal).into(),
        }
    }
}

const MAY_NOT_FETCH: &str =
    "the app may not fetch recordings: give it the permission ReadCallRecording in RingCentral's developer console";

/// The address without a path of the interface that somebody pasted along.
fn origin(url: &str) -> &str {
    let url = url.trim().trim_end_matches('/');
    url.strip_suffix("/restapi/v1.0").or_else(|| url.strip_suffix("/restapi")).unwrap_or(url)
}

/// What the server would answer to a token that has run out.
fn run_out() -> Refusal {
    Refusal { status: 401, body: String::new(), headers: Default::default(), elsewhere: false, at: String::new() }
}
