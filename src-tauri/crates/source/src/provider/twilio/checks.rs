//! What works at Twilio and what is missing.

use std::sync::atomic::Ordering;

use model::{Cancel, Outcome};
use serde_json::Value;

use super::{Twilio, audio, listing, record};
use crate::http::HttpError;
use crate::{AudioRequest, Check, Door, SourceError};

pub(super) fn run(twilio: &Twilio, cancel: &Cancel) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut say = |ok: bool, words: String| checks.push(Check { ok, words });
    let account = match twilio.accounts.get() {
        Ok(account) => account,
        Err(error) => {
            say(false, error.to_string());
            return checks;
        }
    };
    let list = twilio.below(&account, "Recordings.json").query("PageSize", "20");
    let answer = match twilio.json(&account, list, cancel) {
        Ok(answer) => answer,
        Err(error) => {
            say(false, refused(twilio, error));
            return checks;
        }
    };
    say(true, "Twilio answers.".into());
    say(true, "Signed in.".into());
    if !answer["recordings"].is_array() {
        say(false, "What it answers is no list of recordings: check the address and the kind.".into());
        return checks;
    }
    let recordings = listing::recordings(&answer);
    say(true, "Recordings can be listed.".into());
    let call_sid = recordings.iter().find_map(|recording| recording["call_sid"].as_str());
    if let Some(call_sid) = call_sid {
        let details = twilio.details(&account, Some(call_sid), cancel);
        let is_closed = twilio.calls_are_closed.load(Ordering::Relaxed);
        let (may, words) = match details {
            Ok(Value::Null) if !is_closed => {
                (true, "Who called whom was not tried: the newest recording's call is not kept any more.")
            }
            Ok(call) if !call.is_null() => (true, "Who called whom can be read."),
            _ => (
                false,
                "Who called whom cannot be read: recordings come without numbers. Give the API key the right to read \
                 calls.",
            ),
        };
        say(may, words.into());
    }
    match twilio.intelligence.can_read(&account, cancel) {
        Ok(Some(true)) => say(true, "Transcripts can be read.".into()),
        Ok(_) => say(true, "There are no transcripts to read: Conversational Intelligence is not used, or not open to this credential.".into()),
        Err(error) => say(false, format!("Transcripts cannot be read: {error}; try again later.")),
    }
    let Some(recording) = heard(recordings) else {
        say(true, "None of the newest recordings has audio, so fetching audio was not tried.".into());
        return checks;
    };
    let ask = AudioRequest { remote_id: "", recording: &recording, door: Door::Source, resume: None, cancel };
    match audio::fetch(twilio, &ask) {
        Ok(_) => say(true, "Audio can be fetched.".into()),
        Err(error) if error.outcome == Outcome::Denied => say(
            false,
            format!("Audio cannot be fetched: {error}. Give the API key the right to read recordings' media."),
        ),
        Err(error) => say(false, format!("Audio cannot be fetched: {error}.")),
    }
    checks
}

/// The newest recording that is finished and can be heard.
fn heard(recordings: &[Value]) -> Option<model::Recording> {
    let done = recordings.iter().filter(|recording| record::is_settled(std::slice::from_ref(recording), &Value::Null));
    let mut found = done.filter_map(record::recording);
    found.find(|recording| record::State::of_place(recording) == record::State::There)
}

fn refused(twilio: &Twilio, error: HttpError) -> String {
    match &error {
        HttpError::Status(refusal) if refusal.status == 403 => {
            "Twilio does not let this credential list recordings: give the API key the right to read recordings.".into()
        }
        HttpError::Status(refusal) if refusal.status == 404 => {
            "Twilio knows no account of this SID at this address: check the account SID and the address.".into()
        }
        _ => SourceError::from(twilio.refused(error)).to_string(),
    }
}
