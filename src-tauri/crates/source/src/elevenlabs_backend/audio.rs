//! Where a recording's audio is asked for: at the server, at the provider, at the address an older record carries.

use model::Outcome;
use url::Url;

use super::{Backend, PERMISSION, refused_status};
use crate::http::{HttpError, Request, segment};
use crate::remote::stream;
use crate::session::SessionError;
use crate::transcript_format::json;
use crate::{Audio, AudioError, AudioRequest};

impl Backend {
    /// The server's own route, which looks in its store and at the provider. It answers from the beginning whatever part
    /// is asked for, and calls everything MP3.
    pub(super) fn own_audio(&self, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        let path = format!("/api/recordings/{}/audio", segment(ask.remote_id));
        self.with_session(|| self.http.get(&path), ask)
    }

    pub(super) fn provider_audio(&self, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        let (Some(provider), Some(conversation)) = (&self.provider, &ask.recording.storage_path) else {
            let words = "ElevenLabs cannot be asked: there is no API key for it, or the conversation's id is not known";
            return Err(AudioError::new(Outcome::NotFound, words));
        };
        provider.audio(conversation, ask.resume, (self.clock)(), ask.cancel)
    }

    /// A relative address lies at the server, or where the settings say; an absolute one is not trusted, and gets the
    /// session only if it is the server's own.
    pub(super) fn legacy_audio(&self, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        let Some(address) = ask.recording.legacy_url.as_deref() else {
            return Err(AudioError::new(Outcome::NotFound, "the call log carries no older address"));
        };
        let absolute = Url::parse(address).ok();
        let is_own = absolute.as_ref().map_or(self.legacy.is_none(), |url| url.origin() == self.http.base().origin());
        if is_own {
            let request = self.http.found(address)?;
            return self.with_session(|| request.clone(), ask);
        }
        let door = self.legacy.as_ref().filter(|_| absolute.is_none()).unwrap_or(&self.http);
        let request = resumed(door.found(address)?, ask);
        stream::audio(request.send(ask.cancel)?)
    }

    fn with_session(&self, request: impl Fn() -> Request, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        let answer = self.session.with(ask.cancel, |credentials| {
            let request = resumed(request(), ask);
            credentials.iter().fold(request, |request, credential| request.credential(credential)).send(ask.cancel)
        });
        match answer {
            Ok(response) => stream::audio(response),
            Err(error) => Err(why(error)),
        }
    }
}

fn resumed(request: Request, ask: &AudioRequest<'_>) -> Request {
    match ask.resume {
        Some(resume) => request.resume(resume.from, &resume.validator),
        None => request,
    }
}

/// The server says the same of a recording that is not there yet and of one that never will be, so that neither is for
/// ever; a call log that is gone is.
fn why(error: SessionError) -> AudioError {
    match refused_status(&error) {
        Some(403) => AudioError::new(Outcome::Denied, PERMISSION),
        Some(404) if is_call_gone(&error) => AudioError::new(Outcome::Gone, "the server has deleted this call"),
        Some(404) => AudioError::new(
            Outcome::NotFound,
            "the server has no audio of this call; it says so also of audio that is not ready yet",
        ),
        _ => error.into(),
    }
}

fn is_call_gone(error: &SessionError) -> bool {
    let SessionError::Http(HttpError::Status(refusal)) = error else { return false };
    let body = refusal.json().unwrap_or_default();
    let message = json::text(json::first(&body, &["message", "error"])).unwrap_or_default().to_ascii_lowercase();
    message.contains("call") && message.contains("not found") && !message.contains("recording")
}
