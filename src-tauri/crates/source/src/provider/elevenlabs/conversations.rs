//! The way to ElevenLabs' conversations, for the provider as a source and as the second door of a server in front of it.

use model::{Cancel, Outcome};
use serde_json::Value;

use super::Conversation;
use crate::http::{Allowed, Credential, Http, HttpError, Refusal, Request, segment};
use crate::remote::{ItemError, stream};
use crate::session::{Session, SessionError, SignIn};
use crate::transcript_format::json;
use crate::{Audio, AudioError, Resume, Settings, SourceError, World};

/// Conversations that one API key may see.
pub(crate) struct Conversations {
    http: Http,
    session: Session<Key>,
}

/// Why a conversation could not be had.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Missed(#[from] SessionError);

impl Missed {
    /// ElevenLabs has no such conversation.
    pub fn is_not_there(&self) -> bool {
        matches!(&self.0, SessionError::Http(HttpError::Status(refusal)) if refusal.status == 404 && refusal.json().is_some())
    }
}

impl Conversations {
    /// At this address, with the key under this name among the world's secrets.
    pub fn new(url: &str, secret: &str, settings: &Settings, world: &World) -> Result<Self, SourceError> {
        let http = Http::new(url, Allowed::default(), settings, world)?;
        Ok(Self { http, session: Session::new(Key { world: world.clone(), secret: secret.to_owned() }) })
    }

    /// A page of the list, from calls that began after a Unix time in seconds.
    pub fn page(
        &self,
        after: Option<i64>,
        cursor: Option<&str>,
        page_size: u32,
        cancel: &Cancel,
    ) -> Result<Value, SourceError> {
        let ask = || {
            let request = self.http.get("/v1/convai/conversations").query("page_size", &page_size.to_string());
            let request = request.query("summary_mode", "include");
            let request = match after {
                Some(after) => request.query("call_start_after_unix", &after.to_string()),
                None => request,
            };
            match cursor {
                Some(cursor) => request.query("cursor", cursor),
                None => request,
            }
        };
        Ok(self.json(ask, cancel)?)
    }

    /// All about one conversation.
    pub fn one(&self, id: &str, cancel: &Cancel) -> Result<Value, Missed> {
        self.json(|| self.http.get(&format!("/v1/convai/conversations/{}", segment(id))), cancel)
    }

    /// A conversation's recording. Where there is none, the conversation says why: not yet, or not any more.
    pub fn audio(&self, id: &str, resume: Option<&Resume>, now_ms: i64, cancel: &Cancel) -> Result<Audio, AudioError> {
        let path = format!("/v1/convai/conversations/{}/audio", segment(id));
        let answer = self.session.with(cancel, |credentials| {
            let request = with_all(self.http.get(&path), credentials);
            let request = match resume {
                Some(resume) => request.resume(resume.from, &resume.validator),
                None => request,
            };
            request.send(cancel)
        });
        match answer {
            Ok(response) => stream::audio(response),
            Err(SessionError::Http(HttpError::Status(refusal))) if matches!(refusal.status, 404 | 422) => {
                Err(self.why_no_audio(id, now_ms, cancel))
            }
            Err(error) => Err(Missed(error).into()),
        }
    }

    /// Requests sent so far.
    pub fn requests(&self) -> u64 {
        self.http.requests()
    }

    fn json(&self, ask: impl Fn() -> Request, cancel: &Cancel) -> Result<Value, Missed> {
        Ok(self.session.with(cancel, |credentials| with_all(ask(), credentials).json(cancel))?)
    }

    fn why_no_audio(&self, id: &str, now_ms: i64, cancel: &Cancel) -> AudioError {
        match self.one(id, cancel) {
            Ok(details) => match Conversation::new(&details) {
                Ok(conversation) => conversation.why_no_audio(now_ms),
                Err(_) => AudioError::new(Outcome::Invalid, "ElevenLabs' answer about the conversation cannot be read"),
            },
            Err(Missed(SessionError::Http(HttpError::Status(refusal)))) if refusal.status == 404 => AudioError::new(
                Outcome::NotFound,
                "ElevenLabs does not show this conversation: it was deleted, or the API key belongs to another workspace",
            ),
            Err(error) => error.into(),
        }
    }
}

impl From<Missed> for SourceError {
    fn from(Missed(error): Missed) -> Self {
        match &error {
            SessionError::Http(HttpError::Status(refusal)) => match refusal.status {
                401 | 403 if lacks_permission(refusal) || refusal.status == 403 => Self::Forbidden(
                    "the API key may not read conversations: give it read access to Conversational AI in ElevenLabs' \
                     settings, or use another key"
                        .into(),
                ),
                400 | 422 => Self::Nonsense(format!("ElevenLabs refused the request{}", code(refusal))),
                _ => error.into(),
            },
            _ => error.into(),
        }
    }
}

impl From<Missed> for ItemError {
    fn from(Missed(error): Missed) -> Self {
        match &error {
            SessionError::Http(HttpError::Status(refusal)) => match refusal.status {
                401 | 403 => Self::Stop(Missed(error).into()),
                400 | 422 => Self::Bad(format!("ElevenLabs refused the request for its details{}", code(refusal))),
                _ => error.into(),
            },
            _ => error.into(),
        }
    }
}

impl From<Missed> for AudioError {
    fn from(missed: Missed) -> Self {
        match &missed.0 {
            SessionError::Http(HttpError::Status(refusal)) if matches!(refusal.status, 401 | 403) => {
                SourceError::from(missed).into()
            }
            _ => missed.0.into(),
        }
    }
}

/// The API key, as it was entered.
struct Key {
    world: World,
    secret: String,
}

impl SignIn for Key {
    fn sign_in(&self, stale: Option<&[Credential]>, _cancel: &Cancel) -> Result<Vec<Credential>, SourceError> {
        if stale.is_some() {
            let words = "ElevenLabs refused the API key: create a new one in its settings and enter it here";
            return Err(SourceError::Credentials(words.into()));
        }
        let kept = self.world.secrets.get(&self.secret).map_err(|error| SourceError::Credentials(error.to_string()))?;
        let key = kept.map(|kept| kept.member("api_key").unwrap_or(kept)).filter(|key| !key.is_empty());
        let key = key.ok_or_else(|| {
            SourceError::Credentials(format!(
                "there is no ElevenLabs API key under the name {:?}: create one in its settings and enter it here",
                self.secret
            ))
        })?;
        Ok(vec![Credential::header("xi-api-key", &key)])
    }

    /// A key that lacks a permission is answered 401 too, and no other session would help.
    fn is_stale(&self, error: &HttpError) -> bool {
        matches!(error, HttpError::Status(refusal)
            if refusal.status == 401 && !refusal.elsewhere && !lacks_permission(refusal))
    }
}

fn with_all(request: Request, credentials: &[Credential]) -> Request {
    credentials.iter().fold(request, |request, credential| request.credential(credential))
}

fn lacks_permission(refusal: &Refusal) -> bool {
    refusal.json().is_some_and(|body| body["detail"]["status"] == "missing_permissions")
}

/// The provider's code for what was wrong, or the field it names, if it is a plain word.
fn code(refusal: &Refusal) -> String {
    let body = refusal.json().unwrap_or_default();
    let field = json::list(&body["detail"]).first().and_then(|first| json::list(&first["loc"]).last());
    let word = json::text(&body["detail"]["status"]).or_else(|| field.and_then(json::text));
    let is_plain = |word: &&str| word.len() <= 64 && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    word.filter(is_plain).map(|word| format!(" ({word})")).unwrap_or_default()
}
