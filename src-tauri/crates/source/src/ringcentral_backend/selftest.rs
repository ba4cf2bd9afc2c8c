//! What works and what is missing.

use model::{Cancel, Door, Recording};
use serde_json::Value;

use super::list::{At, List, failed};
use super::{RingCentralBackend, audio};
use crate::http::HttpError;
use crate::session::SessionError;
use crate::transcript_format::json;
use crate::{AudioRequest, Check, SourceError};

pub(super) fn test(server: &RingCentralBackend, cancel: &Cancel) -> Vec<Check> {
    let list = List { server, cancel };
    match list.ask(&At { offset: 0, limit: 20, from: None }) {
        Err(SessionError::SignIn(error @ SourceError::Credentials(_))) => vec![bad(error.to_string())],
        Err(SessionError::Http(error @ HttpError::Status(_))) => {
            let words = failed(SessionError::Http(error)).to_string();
            vec![ok("the server answers"), bad(words)]
        }
        Err(error) => vec![bad(failed(error).to_string())],
        Ok(answer) => {
            let mut checks = vec![ok("the server answers"), ok("signed in"), ok("may list recordings")];
            checks.extend(test_audio(server, json::list(&answer["recordings"]), cancel));
            checks
        }
    }
}

/// Asks for the newest recording there is, as far as its first bytes.
fn test_audio(server: &RingCentralBackend, listed: &[Value], cancel: &Cancel) -> Vec<Check> {
    let has_audio = |row: &&Value| matches!(json::text(&row["status"]), None | Some("available" | "archived"));
    let Some(id) = listed.iter().find(has_audio).and_then(|row| json::scalar(&row["id"])) else {
        return vec![ok("there is no recording yet to try")];
    };
    let recording = Recording { remote_id: id.clone(), ..Recording::default() };
    let ask = AudioRequest { remote_id: &id, recording: &recording, door: Door::Source, resume: None, cancel };
    match (audio::source(server, &ask), &server.provider) {
        (Ok(_), _) => vec![ok("may fetch audio")],
        (Err(error), None) => vec![bad(format!("the audio cannot be fetched: {error}"))],
        (Err(_), Some(account)) => {
            let own = account.test(cancel).into_iter();
            own.map(|check| Check { words: format!("RingCentral, for the audio: {}", check.words), ..check }).collect()
        }
    }
}

fn ok(words: &str) -> Check {
    Check { ok: true, words: words.into() }
}

fn bad(words: String) -> Check {
    Check { ok: false, words }
}
