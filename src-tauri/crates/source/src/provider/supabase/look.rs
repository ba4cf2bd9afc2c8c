//! The self-test: what works and what is missing, in words.

use std::io::Read;

use model::{Cancel, Door};
use serde_json::Value;

use super::storage::fetch;
use super::{Project, rows};
use crate::http::HttpError;
use crate::session::SessionError;
use crate::{AudioError, AudioRequest, Check};

/// Looks at one row of each table and at one byte of the newest recording.
pub(super) fn test(project: &Project, cancel: &Cancel) -> Vec<Check> {
    let ok = |words: &str| Check { ok: true, words: words.to_owned() };
    let no = |words: String| Check { ok: false, words };
    let table = &project.table;
    let mut checks = Vec::new();
    let calls = project.rows(table, &[("select", "id"), ("limit", "1")], cancel);
    match &calls {
        Err(SessionError::SignIn(error)) => return vec![no(error.to_string())],
        Err(SessionError::Http(HttpError::Status(_) | HttpError::NotJson(_))) | Ok(_) => {
            checks.push(ok("the project can be reached"));
        }
        Err(SessionError::Http(error)) => {
            return vec![no(format!("the project cannot be reached: {error}; check the address and the network"))];
        }
    }
    match calls {
        Ok(Some(rows)) if rows.is_empty() => {
            checks.push(ok("signed in"));
            checks.push(no(format!(
                "the table {table:?} shows this account nothing: if there are calls, row-level security hides them; ask for a \
                 policy that lets this account read them"
            )));
        }
        Ok(Some(_)) => checks.extend([ok("signed in"), ok("may list calls")]),
        Ok(None) => {
            checks.push(no(format!("there is no table {table:?}: name the one with the calls (table)")));
            return checks;
        }
        Err(SessionError::Http(HttpError::Status(refusal))) if refusal.status == 401 => {
            checks.push(no("the project does not accept the sign-in: check the anon key, and sign in again".into()));
            return checks;
        }
        Err(error) => {
            checks.push(no(format!("the table {table:?} cannot be read: {error}; ask for the right to read it")));
            return checks;
        }
    }
    checks.push(match newest(project, cancel) {
        Ok(None) => ok("there is no recording to try"),
        Ok(Some(Err(error))) => no(format!("the newest recording's audio cannot be fetched: {error}")),
        Ok(Some(Ok(0))) => no("the newest recording is empty".into()),
        Ok(Some(Ok(_))) => ok("may fetch audio"),
        Err(error) => no(format!("the recordings cannot be listed: {error}")),
    });
    checks
}

/// Asks for a byte of the newest recording, if there is one.
fn newest(project: &Project, cancel: &Cancel) -> Result<Option<Result<usize, AudioError>>, SessionError> {
    let query = [("select", "*"), ("order", "created_at.desc"), ("limit", "1")];
    let mut row: Option<Value> = None;
    for table in ["recordings", "recordings_s3"] {
        row = row.or(project.rows(table, &query, cancel)?.and_then(|rows| rows.into_iter().next()));
    }
    let Some(recording) = row.and_then(|row| rows::recording_of(&row, (project.clock)())) else { return Ok(None) };
    let Some(path) = &recording.storage_path else { return Ok(None) };
    let ask = AudioRequest { remote_id: "", recording: &recording, door: Door::Source, resume: None, cancel };
    let first = fetch(&project.http, &project.session, rows::place_of(path, &project.bucket), &ask);
    Ok(Some(first.and_then(|mut audio| {
        audio.bytes.read(&mut [0]).map_err(|error| HttpError::Network(error.to_string()).into())
    })))
}
