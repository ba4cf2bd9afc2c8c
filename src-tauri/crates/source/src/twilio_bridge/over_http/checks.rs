//! What works at a bridge and what is missing.

use model::{Cancel, Outcome};

use super::{Bridge, item};
use crate::remote::Server;
use crate::session::SessionError;
use crate::{AudioRequest, Check, Door, SourceError};

/// How many calls are looked through for one with a recording.
const A_FEW: u32 = 10;

pub(super) fn run(bridge: &Bridge, cancel: &Cancel) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut say = |ok: bool, words: String| checks.push(Check { ok, words });
    let has_secret = bridge.session.how().secret().is_ok_and(|secret| secret.is_some());
    let answer = match bridge.ask_list(A_FEW, 0, cancel) {
        Ok(answer) => answer,
        Err(error) => {
            let refused =
                matches!(&error, SessionError::SignIn(SourceError::Credentials(_) | SourceError::Forbidden(_)));
            if refused {
                say(true, "The server answers.".into());
            }
            let words = if refused { "Not signed in" } else { "The list of calls cannot be read" };
            say(false, format!("{words}: {}", SourceError::from(error)));
            return checks;
        }
    };
    say(true, "The server answers.".into());
    let signed_in = if has_secret { "Signed in." } else { "The server asks for no credential, and none is used." };
    say(true, signed_in.into());
    let Some(calls) = item::calls_of(&answer) else {
        say(false, "What it answers is no list of calls: check the address and the kind.".into());
        return checks;
    };
    match answer["pagination"]["total"].as_u64() {
        Some(total) => say(true, format!("Its list of calls can be read: it says there are {total}.")),
        None => say(true, "Its list of calls can be read.".into()),
    }
    let found = calls.iter().filter_map(|call| {
        let listed = item::listed(call).ok()?;
        // A list without rows says nothing about recordings; the call itself does.
        let whole = call.get("recordings").is_none().then(|| bridge.ask_call(listed.handle.as_deref()?, cancel).ok());
        let call = &whole.flatten().unwrap_or_else(|| call.clone());
        let recording = item::record(&listed.remote_id, call, &bridge.legacy).recordings.into_iter().next()?;
        Some((listed.remote_id, recording))
    });
    let Some((remote_id, recording)) = found.take(1).next() else {
        say(true, "None of the newest calls has a recording, so fetching audio was not tried.".into());
        return checks;
    };
    let ask = AudioRequest { remote_id: &remote_id, recording: &recording, door: Door::Source, resume: None, cancel };
    match bridge.audio(&ask) {
        Ok(_) => say(true, "Audio can be fetched.".into()),
        Err(error) if matches!(error.outcome, Outcome::NotFound | Outcome::Gone) => {
            say(true, format!("Audio is served, but the newest recording is not there: {error}."));
        }
        Err(error) => say(false, format!("Audio cannot be fetched: {error}; ask whoever runs the server.")),
    }
    checks
}
