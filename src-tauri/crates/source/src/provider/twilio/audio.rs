//! Fetches a recording's audio: as WAV, or as MP3 where there is no WAV.

use model::Outcome;

use super::record::State;
use super::{Twilio, YOUNG, account};
use crate::http::{HttpError, Refusal};
use crate::remote::stream;
use crate::{Audio, AudioError, AudioRequest};

/// The bytes. A dual-channel recording is asked for with both channels.
pub(super) fn fetch(twilio: &Twilio, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
    let place = ask.recording.storage_path.as_deref().ok_or_else(|| {
        AudioError::new(Outcome::NotFound, "Twilio did not say whose recording this is; synchronise again")
    })?;
    let (state, path) = State::split(place);
    match state {
        State::There => {}
        State::Deleted => return Err(AudioError::new(Outcome::Gone, "Twilio says that the recording was deleted")),
        State::Absent => {
            let words = "Twilio says that there is no audio: nothing was recorded, or recording failed";
            return Err(AudioError::new(Outcome::Gone, words));
        }
        State::Encrypted => {
            let words = "the recording is encrypted with your own key, which only you hold: download it at Twilio and \
                         decrypt it there";
            return Err(AudioError::new(Outcome::Unsupported, words));
        }
    }
    let both = ask.recording.claimed.channels == Some(2);
    match send(twilio, &format!("{path}.wav"), both, ask) {
        Err(Failed::Missing(_)) => match send(twilio, &format!("{path}.mp3"), both, ask) {
            Err(Failed::Missing(refusal)) => Err(missing(&refusal, ask, (twilio.clock)())),
            Err(Failed::Other(error)) => Err(error),
            Ok(audio) => Ok(audio),
        },
        Err(Failed::Other(error)) => Err(error),
        Ok(audio) => Ok(audio),
    }
}

enum Failed {
    Missing(Refusal),
    Other(AudioError),
}

fn send(twilio: &Twilio, path: &str, both: bool, ask: &AudioRequest<'_>) -> Result<Audio, Failed> {
    let account = twilio.accounts.get().map_err(|error| Failed::Other(error.into()))?;
    let request = twilio.http.get(&format!("/2010-04-01/{path}"));
    let request = if both { request.query("RequestedChannels", "2") } else { request };
    let request = match ask.resume {
        Some(resume) => request.resume(resume.from, &resume.validator),
        None => request,
    };
    match request.credential(&account.credential()).send(ask.cancel) {
        Ok(response) => stream::audio(response).map_err(Failed::Other),
        Err(HttpError::Status(refusal)) if refusal.status == 404 => Err(Failed::Missing(refusal)),
        Err(HttpError::Status(refusal)) if refusal.status == 401 && !refusal.elsewhere => {
            twilio.accounts.forget();
            Err(Failed::Other(account::refused().into()))
        }
        Err(error) => Err(Failed::Other(error.into())),
    }
}

/// A recording that is not there may still come, while it is young.
fn missing(refusal: &Refusal, ask: &AudioRequest<'_>, now_ms: i64) -> AudioError {
    let is_young = ask.recording.started_at.as_ref().is_some_and(|at| now_ms - at.utc_ms < YOUNG);
    if is_young && !refusal.elsewhere {
        return AudioError::new(Outcome::NotYet, "Twilio has not finished the recording yet");
    }
    AudioError::new(Outcome::NotFound, "Twilio has no audio of this recording")
}
