//! A recording's bytes: through the server, from Vapi with the user's own key, or from an address in an older row.
//!
//! The server gives a signed address that lasts an hour or less. It is used at once and kept nowhere; one that has run out
//! is asked for anew once.

use model::{Moment, Outcome};
use serde_json::{Value, json};
use url::Url;

use super::VapiBackend;
use super::record::{UNNAMED, is_on_its_way, started};
use crate::http::{Body, Credential, Http, HttpError, Refusal, Request, Response, segment};
use crate::provider::vapi::{self, record::TRANSCRIPT_MAY_TAKE, recording};
use crate::remote::stream;
use crate::session::{Session, SessionError, Token};
use crate::transcript_format::json;
use crate::{Audio, AudioError, AudioRequest, Settings, SourceError, World};

/// Vapi behind the server, with the user's own key.
pub(super) struct Provider {
    http: Http,
    session: Session<Token>,
}

impl Provider {
    /// `None` if the settings name no key.
    pub fn open(settings: &Settings, world: &World) -> Result<Option<Self>, SourceError> {
        let Some(name) = settings.get("provider_key_secret") else { return Ok(None) };
        let url = settings.get("provider_url").unwrap_or(vapi::ADDRESS);
        let http = Http::new(url, recording::stores(), settings, world)?;
        Ok(Some(Self { http, session: Session::new(Token::named(world, name, Credential::bearer)) }))
    }

    pub fn requests(&self) -> u64 {
        self.http.requests()
    }
}

/// An address the server gave.
pub(super) struct Signed {
    url: String,
    /// It says itself that it has run out, or does not say how long it lasts.
    is_stale: bool,
}

impl VapiBackend {
    /// Through the server.
    pub(super) fn own_audio(&self, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        let is_row = is_row(ask);
        let first = match self.given(ask) {
            Ok(signed) => signed,
            Err(SessionError::Http(HttpError::Status(refusal))) if refusal.status == 404 => {
                return Err(self.absent(&refusal, is_row, ask));
            }
            Err(error) => return Err(error.into()),
        };
        let vapi_id = Some(ask.recording.remote_id.as_str()).filter(|id| *id != UNNAMED);
        let mut refreshed = false;
        let mut signed = first;
        if signed.is_stale
            && let Some(newer) = self.refreshed(vapi_id, ask)?
        {
            (signed, refreshed) = (newer, true);
        }
        loop {
            match self.fetch(&signed.url, ask) {
                Err(error) if is_run_out(&error) && !refreshed => {
                    refreshed = true;
                    signed = match (is_row, self.refreshed(vapi_id, ask)?) {
                        (_, Some(newer)) => newer,
                        (true, None) => self.of_row(ask)?,
                        (false, None) => return Err(run_out(&error, &signed.url)),
                    };
                }
                Err(error) if is_run_out(&error) => return Err(run_out(&error, &signed.url)),
                Err(SessionError::Http(HttpError::Status(refusal))) => {
                    return Err(recording::elsewhere(refusal.status));
                }
                answer => return stream::audio(answer?),
            }
        }
    }

    /// From Vapi itself, by Vapi's id of the call; a row that did not tell it is asked for it.
    pub(super) fn provider_audio(&self, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        let Some(provider) = &self.provider else {
            let words = "no key for Vapi is set: name one with provider_key_secret";
            return Err(AudioError::new(Outcome::Denied, words));
        };
        let id = match ask.recording.remote_id.as_str() {
            UNNAMED => json::scalar(&self.row(ask.remote_id, ask.cancel)?["vapi_call_id"]),
            id => Some(id.to_owned()),
        };
        let Some(id) = id else {
            return Err(AudioError::new(Outcome::NotFound, "the server does not say which call at Vapi this is"));
        };
        recording::audio(&provider.http, &provider.session, &id, false, ask, (self.clock)())
    }

    /// From the address in an older row. Vapi's old storage does not answer any more; with a key, Vapi itself does.
    pub(super) fn legacy_audio(&self, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        let Some(address) = ask.recording.legacy_url.as_deref() else {
            return Err(AudioError::new(Outcome::NotFound, "the call carries no older address"));
        };
        let at_vapi = is_at_vapi(address);
        if at_vapi && self.provider.is_some() {
            return self.provider_audio(ask);
        }
        let address = match &self.legacy_url {
            Some(base) if !address.contains("://") => {
                format!("{}/{}", base.trim_end_matches('/'), address.trim_start_matches('/'))
            }
            _ => address.to_owned(),
        };
        match self.fetch(&address, ask) {
            Err(error) if is_run_out(&error) => Err(run_out(&error, &address)),
            answer => stream::audio(answer?),
        }
    }

    /// The address the server gives for a recording, which it writes into its trail of downloads.
    pub(super) fn given(&self, ask: &AudioRequest<'_>) -> Result<Signed, SessionError> {
        let is_row = is_row(ask);
        let given = if is_row { self.of_row(ask) } else { self.of_call(ask.remote_id, ask) };
        // The way of the other era, should the server have moved on or back.
        if matches!(&given, Err(error) if is_no_route(error)) && ask.recording.remote_id != UNNAMED {
            return if is_row { self.of_call(&ask.recording.remote_id, ask) } else { self.of_row(ask) };
        }
        given
    }

    fn of_row(&self, ask: &AudioRequest<'_>) -> Result<Signed, SessionError> {
        let path = format!("/api/calls-dashboard/{}/recording-url", segment(ask.remote_id));
        let answer = self.json(|| self.http.get(&path), ask.cancel)?;
        // Without a length of life it is Vapi's own address, which lasts as long as it lasts.
        let life = json::number(&answer["expires_in"]);
        signed(&answer["recording_url"], life.is_some_and(|seconds| seconds <= 0.0))
    }

    fn of_call(&self, vapi_id: &str, ask: &AudioRequest<'_>) -> Result<Signed, SessionError> {
        let path = format!("/api/calls/{}/recording", segment(vapi_id));
        let answer = self.json(|| self.http.get(&path), ask.cancel)?;
        let life = json::number(&answer["expiresIn"]);
        let ends = json::moment(&answer["expiresAt"]);
        let is_over = ends.is_none_or(|end: Moment| end.utc_ms <= (self.clock)());
        signed(&answer["recordingUrl"], is_over || life.is_some_and(|seconds| seconds <= 0.0))
    }

    /// A new address for what is stored; `None` if the server has none to give.
    fn refreshed(&self, vapi_id: Option<&str>, ask: &AudioRequest<'_>) -> Result<Option<Signed>, AudioError> {
        let Some(id) = vapi_id else { return Ok(None) };
        let path = format!("/api/calls/{}/recording/refresh", segment(id));
        match self.json(|| self.http.post(&path, Body::Json(json!({}))), ask.cancel) {
            Ok(answer) => Ok(signed(&answer["recordingUrl"], false).ok()),
            Err(SessionError::Http(HttpError::Status(refusal))) if matches!(refusal.status, 400 | 404 | 405) => {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The bytes at an address. Only one on the server's own origin gets the token.
    fn fetch(&self, address: &str, ask: &AudioRequest<'_>) -> Result<Response, SessionError> {
        let request = || -> Result<Request, HttpError> {
            let request = self.http.found(address)?;
            Ok(match ask.resume {
                Some(resume) => request.resume(resume.from, &resume.validator),
                None => request,
            })
        };
        let is_own = match Url::parse(address) {
            Ok(url) => url.origin() == self.http.base().origin(),
            Err(_) => !address.starts_with("//"),
        };
        if is_own {
            return self.session.with(ask.cancel, |credentials| {
                credentials.iter().fold(request()?, |request, one| request.credential(one)).send(ask.cancel)
            });
        }
        Ok(request()?.send(ask.cancel)?)
    }

    /// Why the server has no recording: its words tell, else the row does, which counts as no download.
    fn absent(&self, refusal: &Refusal, is_row: bool, ask: &AudioRequest<'_>) -> AudioError {
        let body = refusal.json().unwrap_or_default();
        let says = |words: &str| json::text(&body["error"]).is_some_and(|said| said.contains(words));
        if says("Call not found") || body["code"] == "CALL_NOT_FOUND" {
            return AudioError::new(Outcome::Gone, "the server does not have the call any more");
        }
        let is_young = |since: Option<Moment>| {
            since.is_some_and(|at| (self.clock)().saturating_sub(at.utc_ms) < TRANSCRIPT_MAY_TAKE)
        };
        let is_coming = if is_row {
            self.row(ask.remote_id, ask.cancel).is_ok_and(|row| is_on_its_way(&row) || is_young(started(&row)))
        } else {
            let path = format!("/api/calls/{}", segment(ask.remote_id));
            let call = self.json(|| self.http.get(&path), ask.cancel).unwrap_or(Value::Null);
            call.is_object() && (!vapi::record::has_ended(&call) || is_young(json::moment(&call["createdAt"])))
        };
        if is_coming {
            AudioError::new(Outcome::NotYet, "the server does not have the recording yet")
        } else {
            AudioError::new(Outcome::NotFound, "the server has the call but no recording of it")
        }
    }
}

/// Whether the newer era listed the call: the older one called it as its recording is called.
fn is_row(ask: &AudioRequest<'_>) -> bool {
    ask.recording.remote_id != ask.remote_id
}

fn signed(url: &Value, is_stale: bool) -> Result<Signed, SessionError> {
    let url = json::text(url).map(str::to_owned);
    let missing = || SessionError::Http(HttpError::NotJson("the server did not say where the recording is".into()));
    url.map(|url| Signed { url, is_stale }).ok_or_else(missing)
}

/// 404 in another form than this interface's own.
fn is_no_route(error: &SessionError) -> bool {
    let SessionError::Http(HttpError::Status(refusal)) = error else { return false };
    let said = refusal.json().and_then(|body| json::text(&body["error"]).map(str::to_owned)).unwrap_or_default();
    let own = ["Call not found", "No recording", "Recording not found"].iter().any(|words| said.contains(words));
    matches!(refusal.status, 404 | 405) && !own && super::code(&refusal.body) != "CALL_NOT_FOUND"
}

/// An answer that a storage gives to an address whose time is over.
fn is_run_out(error: &SessionError) -> bool {
    matches!(error, SessionError::Http(HttpError::Status(refusal))
        if matches!(refusal.status, 400 | 401 | 403))
}

fn run_out(error: &SessionError, address: &str) -> AudioError {
    if is_at_vapi(address) {
        let words = "the recording is only at Vapi's old storage, which does not answer any more: \
                     give a Vapi key (provider_key_secret) to fetch it from Vapi itself";
        return AudioError::new(Outcome::Denied, words);
    }
    match error {
        SessionError::Http(HttpError::Status(refusal)) => recording::elsewhere(refusal.status),
        other => AudioError::new(Outcome::Expired, other.to_string()),
    }
}

fn is_at_vapi(address: &str) -> bool {
    let host = Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_ascii_lowercase));
    host.is_some_and(|host| host == "vapi.ai" || host.ends_with(".vapi.ai"))
}
