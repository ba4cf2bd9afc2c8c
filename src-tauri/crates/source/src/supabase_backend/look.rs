//! The self-test: what works and what is missing, in words.

use std::io::Read;

use model::{Cancel, Door, Recording};

use super::{Backend, is_absent};
use crate::http::HttpError;
use crate::session::SessionError;
use crate::transcript_format::json::scalar;
use crate::{AudioRequest, Check, SourceError};

/// Looks at the lists' first pages and at one byte of the newest recording.
pub(super) fn test(backend: &Backend, cancel: &Cancel) -> Vec<Check> {
    let ok = |words: String| Check { ok: true, words };
    let no = |words: String| Check { ok: false, words };
    let host = backend.http.base().host_str().unwrap_or_default().to_owned();
    let calls = backend.sheet("/calls/", 1, &[], cancel);
    let mut checks = Vec::new();
    match &calls {
        Err(SessionError::SignIn(SourceError::Credentials(words))) => return vec![no(words.clone())],
        Err(SessionError::SignIn(error)) => return vec![no(format!("{host} cannot be asked: {error}"))],
        Err(SessionError::Http(HttpError::Status(_) | HttpError::NotJson(_))) | Ok(_) => {
            checks.push(ok(format!("{host} can be reached")));
        }
        Err(SessionError::Http(error)) => {
            return vec![no(format!("{host} cannot be reached: {error}; check the address and the network"))];
        }
    }
    match &calls {
        Err(SessionError::Http(HttpError::Status(refusal))) if refusal.status == 401 => {
            checks.push(no("the server does not accept the sign-in: sign in again with a code sent by e-mail".into()));
            return checks;
        }
        _ => checks.push(ok("signed in".into())),
    }
    let recordings = backend.sheet("/recordings/", 1, &[], cancel);
    match (&calls, &recordings) {
        (Ok(sheet), _) if sheet.items.is_empty() => {
            checks.push(ok("may list calls; there are none, or none that this account may see".into()));
        }
        (Ok(_), _) => checks.push(ok("may list calls".into())),
        (Err(SessionError::Http(error)), Ok(_)) if is_absent(error) => {
            checks.push(ok("the server does not list calls; they are found by their recordings".into()));
        }
        (Err(SessionError::Http(HttpError::Status(refusal))), _) => checks.push(no(match refusal.status {
            403 => "this account may not list calls: ask whoever runs the server".into(),
            404 => "there are no calls at this address: check the address (url) and the kind of server".into(),
            status => format!("the list of calls is answered with {status}: the server is in trouble, try again later"),
        })),
        (Err(error), _) => checks.push(no(format!("the list of calls cannot be read: {error}"))),
    }
    let newest = match recordings {
        Ok(sheet) => sheet.items.iter().find_map(|item| Some((scalar(&item["id"])?, scalar(&item["call_id"])?))),
        Err(error) => {
            checks.push(no(format!("the list of recordings cannot be read: {error}")));
            return checks;
        }
    };
    let Some((recording, call)) = newest else {
        checks.push(ok("there is no recording to try".into()));
        return checks;
    };
    let recording = Recording { remote_id: recording, ..Recording::default() };
    let ask = AudioRequest { remote_id: &call, recording: &recording, door: Door::Source, resume: None, cancel };
    let first_byte = super::listen::audio(backend, &ask).and_then(|mut audio| {
        let mut byte = [0];
        let read = audio.bytes.read(&mut byte).map_err(|error| HttpError::Network(error.to_string()))?;
        Ok(read > 0)
    });
    checks.push(match first_byte {
        Ok(true) => ok("may fetch audio".into()),
        Ok(false) => no("the newest recording is empty".into()),
        Err(error) => no(format!("the newest recording's audio cannot be fetched: {error}")),
    });
    checks
}
