//! The bytes of a recording, by each of the doors.

use model::{Door, Outcome};

use super::{Backend, is_absent, is_no_address, is_no_row};
use crate::http::{HttpError, segment};
use crate::provider::supabase::rows::place_of;
use crate::provider::supabase::storage::{at_signed, fetch, resumed, with};
use crate::remote::stream::audio as audio_of;
use crate::session::SessionError;
use crate::transcript_format::json::{first, text};
use crate::{Audio, AudioError, AudioRequest};

/// The bucket recordings are kept in.
const BUCKET: &str = "recordings";

pub(super) fn audio(backend: &Backend, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
    match ask.door {
        Door::Source => own(backend, ask),
        Door::Provider => provider(backend, ask),
        Door::Legacy => legacy(backend, ask),
    }
}

/// A newer server gives an address that is good for an hour; an older one has the bytes, or leads to them.
fn own(backend: &Backend, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
    let id = segment(&ask.recording.remote_id);
    let address = || {
        let answer = backend.json(&format!("/recordings/{id}/url"), &[], ask.cancel)?;
        let address = text(first(&answer, &["url", "signed_url", "signedURL"])).map(str::to_owned);
        address.ok_or_else(|| HttpError::NotJson("the server gave no address for the recording".into()).into())
    };
    if backend.addresses() != Some(false) {
        match address() {
            Ok(given) => {
                backend.learn_addresses(true);
                // An address of the server itself that is not signed needs who asks, as everything there does.
                let is_own = backend.http.base().origin().ascii_serialization();
                if !given.contains('?') && (given.starts_with('/') || given.starts_with(&format!("{is_own}/"))) {
                    return at_server(backend, ask, &given);
                }
                return audio_of(at_signed(&backend.http, &given, ask, || address().map_err(explained))?);
            }
            Err(SessionError::Http(error)) if is_no_address(&error) => backend.learn_addresses(false),
            // It may have no address and still be there.
            Err(SessionError::Http(HttpError::NotJson(_))) => {}
            Err(error) => return Err(explained(error)),
        }
    }
    at_server(backend, ask, &format!("/recordings/{id}/stream"))
}

fn at_server(backend: &Backend, ask: &AudioRequest<'_>, address: &str) -> Result<Audio, AudioError> {
    let answer = backend.session.with(ask.cancel, |credentials| {
        let request = resumed(backend.http.found(address)?, ask).settled(is_no_row);
        with(request, credentials).send(ask.cancel)
    });
    audio_of(answer.map_err(explained)?)
}

fn provider(backend: &Backend, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
    let (Some((http, session)), Some(path)) = (&backend.provider, &ask.recording.storage_path) else {
        return Err(AudioError::new(Outcome::NotFound, "the record does not say where in the storage the audio is"));
    };
    fetch(http, session, place_of(path, BUCKET), ask)
}

fn legacy(backend: &Backend, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
    let Some(address) = &ask.recording.legacy_url else {
        return Err(AudioError::new(Outcome::NotFound, "the record carries no older address"));
    };
    match &backend.legacy {
        Some(http) if !address.contains("://") => {
            let request = http.found(address).map(|request| resumed(request, ask));
            audio_of(request.and_then(|request| request.send(ask.cancel))?)
        }
        _ => at_server(backend, ask, address),
    }
}

/// A failure in this server's words as one that says what it means.
fn explained(error: SessionError) -> AudioError {
    match &error {
        SessionError::Http(HttpError::Status(refusal)) if refusal.status == 410 => error.into(),
        SessionError::Http(error) if is_absent(error) => {
            AudioError::new(Outcome::NotFound, "the server has no such recording, or not yet")
        }
        SessionError::Http(HttpError::Status(refusal))
            if refusal.elsewhere && matches!(refusal.status, 400 | 401 | 403) =>
        {
            AudioError::new(Outcome::Expired, "the address the server led to is refused there: it has run out")
        }
        _ => error.into(),
    }
}
