//! The three ways to a recording's bytes.

use model::Outcome;

use super::list::LIST;
use super::{RingCentralBackend, call};
use crate::http::{HttpError, Refusal, Request, segment};
use crate::remote::stream;
use crate::session::SessionError;
use crate::transcript_format::json;
use crate::{Audio, AudioError, AudioRequest};

/// The server itself: bytes, or a redirect to RingCentral, where the server's token does not go.
pub(super) fn source(server: &RingCentralBackend, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
    let request = resumed(server.http.get(&format!("{LIST}{}/stream", segment(ask.remote_id))), ask);
    let answer = server.session.with(ask.cancel, |credentials| {
        credentials.iter().fold(request.clone(), |request, credential| request.credential(credential)).send(ask.cancel)
    });
    match answer {
        Ok(response) => stream::audio(response),
        Err(SessionError::Http(HttpError::Status(refusal))) => Err(refused(server, ask, refusal)),
        Err(error) => Err(error.into()),
    }
}

/// RingCentral with the user's own credential.
pub(super) fn provider(server: &RingCentralBackend, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
    match (&server.provider, &ask.recording.storage_path) {
        (Some(account), Some(id)) => account.content(id, ask),
        (None, _) => Err(AudioError::new(Outcome::Denied, GIVE_A_CREDENTIAL)),
        (_, None) => Err(AudioError::new(Outcome::NotFound, "the server does not name RingCentral's recording")),
    }
}

/// The address in the record, without any credential.
pub(super) fn legacy(server: &RingCentralBackend, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
    let address = ask.recording.legacy_url.as_deref().unwrap_or_default();
    let http = server.legacy.as_ref().filter(|_| !address.contains("://")).unwrap_or(&server.http);
    let request = resumed(http.found(address)?, ask);
    match request.send(ask.cancel) {
        Ok(response) => stream::audio(response),
        Err(HttpError::Status(refusal)) if matches!(refusal.status, 401 | 403) => {
            Err(AudioError::new(Outcome::Denied, GIVE_A_CREDENTIAL))
        }
        Err(error) => Err(error.into()),
    }
}

const GIVE_A_CREDENTIAL: &str = "RingCentral gives this recording only for its own credential: give this source your \
                                 RingCentral app's (provider_key_secret, and provider_url if it is not the usual one)";

fn resumed(request: Request, ask: &AudioRequest<'_>) -> Request {
    match ask.resume {
        Some(resume) => request.resume(resume.from, &resume.validator),
        None => request,
    }
}

/// Why there is no audio: where it was refused, and what the server says of the recording now.
fn refused(server: &RingCentralBackend, ask: &AudioRequest<'_>, refusal: Refusal) -> AudioError {
    match refusal.status {
        401 | 403 if refusal.elsewhere => return AudioError::new(Outcome::Denied, GIVE_A_CREDENTIAL),
        403 => {
            let words = "the server gives recordings to administrators only: give this source an administrator's token";
            return AudioError::new(Outcome::Denied, words);
        }
        400 if !refusal.elsewhere => return AudioError::new(Outcome::NotFound, "this call was not recorded"),
        400 | 404 | 410 | 500.. => {}
        _ => return HttpError::Status(refusal).into(),
    }
    let status =
        call::details(server, ask.remote_id, ask.cancel).ok().and_then(|detail| json::scalar(&detail["status"]));
    match status.as_deref() {
        Some("deleted") => {
            AudioError::new(Outcome::Gone, "the server says that it deleted the audio and kept the text")
        }
        Some("pending" | "downloading") => {
            AudioError::new(Outcome::NotYet, "the server is still fetching the recording from RingCentral")
        }
        _ if refusal.status == 404 && refusal.elsewhere => {
            AudioError::new(Outcome::NotFound, "the server points to a recording that RingCentral does not have")
        }
        _ => HttpError::Status(refusal).into(),
    }
}
