//! The audio of a Vapi call, from Vapi itself.

use model::{Cancel, Outcome};

use super::record::{TRANSCRIPT_MAY_TAKE, age_ms, has_ended};
use crate::http::{Allowed, Http, HttpError, Response, segment};
use crate::remote::stream;
use crate::session::{Session, SessionError, Token};
use crate::{Audio, AudioError, AudioRequest};

/// Where Vapi keeps recordings; it sends on to one of these with a signed address.
pub(crate) const STORES: [&str; 5] =
    ["*.vapi.ai", "*.amazonaws.com", "*.r2.cloudflarestorage.com", "*.supabase.co", "storage.googleapis.com"];

/// Those hosts.
pub(crate) fn stores() -> Allowed {
    Allowed { hosts: STORES.map(str::to_owned).to_vec() }
}

/// A recording of this call. Vapi answers with a redirect to a signed address, which is asked without the key: a storage
/// refuses what has a signature and a key. What `stereo` asks for first is the two sides apart; the other one is asked for
/// where that is not there.
pub(crate) fn audio(
    http: &Http,
    session: &Session<Token>,
    call_id: &str,
    stereo: bool,
    ask: &AudioRequest<'_>,
    now_ms: i64,
) -> Result<Audio, AudioError> {
    let order = if stereo { ["stereo-recording", "mono-recording"] } else { ["mono-recording", "stereo-recording"] };
    for name in order {
        match one(http, session, call_id, name, ask) {
            Err(SessionError::Http(HttpError::Status(refusal))) if refusal.status == 404 => {}
            Err(SessionError::Http(HttpError::Status(refusal))) if refusal.elsewhere => {
                return Err(elsewhere(refusal.status));
            }
            answer => return stream::audio(answer?),
        }
    }
    Err(absent(http, session, call_id, ask.cancel, now_ms))
}

/// Asks; a signed address that has run out on the way is asked for once more.
fn one(
    http: &Http,
    session: &Session<Token>,
    call_id: &str,
    name: &str,
    ask: &AudioRequest<'_>,
) -> Result<Response, SessionError> {
    let path = format!("/call/{}/{name}", segment(call_id));
    let send = || {
        session.with(ask.cancel, |credentials| {
            let mut request = credentials.iter().fold(http.get(&path), |request, one| request.credential(one));
            if let Some(resume) = ask.resume {
                request = request.resume(resume.from, &resume.validator);
            }
            request.send(ask.cancel)
        })
    };
    match send() {
        Err(SessionError::Http(HttpError::Status(refusal)))
            if (refusal.elsewhere || !refusal.at.ends_with(&path)) && matches!(refusal.status, 400 | 401 | 403) =>
        {
            send()
        }
        answer => answer,
    }
}

/// What an answer of a storage means that a signed address led to.
pub(crate) fn elsewhere(status: u16) -> AudioError {
    match status {
        400 | 401 | 403 => AudioError::new(
            Outcome::Expired,
            format!(
                "the storage answered {status}: the signed address had run out; it was asked for anew and refused again"
            ),
        ),
        404 => AudioError::new(Outcome::NotFound, "the storage does not have the recording"),
        410 => AudioError::new(Outcome::Gone, "the storage says that the recording was deleted"),
        416 => AudioError::new(Outcome::Invalid, "the storage has less than what is here already"),
        408 | 425 | 429 | 500.. => AudioError::new(Outcome::Network, format!("the storage answered {status}")),
        _ => AudioError::new(Outcome::Invalid, format!("the storage answered {status}")),
    }
}

/// Why there is no recording: the call is asked for, since its age tells "not yet" from "never".
fn absent(http: &Http, session: &Session<Token>, call_id: &str, cancel: &Cancel, now_ms: i64) -> AudioError {
    let path = format!("/call/{}", segment(call_id));
    let call = session.with(cancel, |credentials| {
        credentials.iter().fold(http.get(&path), |request, one| request.credential(one)).json(cancel)
    });
    match call {
        Ok(call) if !has_ended(&call) || age_ms(&call, now_ms) < TRANSCRIPT_MAY_TAKE => {
            AudioError::new(Outcome::NotYet, "Vapi does not have the recording yet")
        }
        Ok(_) => AudioError::new(Outcome::NotFound, "Vapi has the call but no recording of it"),
        Err(SessionError::Http(HttpError::Status(refusal))) if matches!(refusal.status, 404 | 410) => {
            AudioError::new(Outcome::Gone, "Vapi does not have the call any more")
        }
        Err(error) => error.into(),
    }
}
