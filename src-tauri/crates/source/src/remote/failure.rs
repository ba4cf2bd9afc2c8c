//! What a request that failed means: to a walk, to one call of it, and to somebody who wants audio. A kind of server that
//! knows better (a 500 that means "not found") looks at the failure before it is turned into one of these.

use model::Outcome;

use super::ItemError;
use crate::http::{HttpError, Refusal};
use crate::session::SessionError;
use crate::{AudioError, SourceError};

impl From<HttpError> for SourceError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Offline => Self::Offline,
            HttpError::Network(words) => Self::Unreachable(words),
            HttpError::RateLimited { until_ms } => Self::RateLimited { until_ms },
            HttpError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            HttpError::Status(refusal) => refused(&refusal),
            HttpError::Unsafe(_) | HttpError::NotJson(_) | HttpError::TooLarge(_) => Self::Nonsense(error.to_string()),
        }
    }
}

impl From<SessionError> for SourceError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Http(error) => error.into(),
            SessionError::SignIn(error) => error,
        }
    }
}

impl From<HttpError> for ItemError {
    /// What concerns this call alone is told from what ends the walk.
    fn from(error: HttpError) -> Self {
        match &error {
            HttpError::Status(refusal) => match refusal.status {
                404 | 410 => Self::Gone,
                401 | 407 => Self::Stop(error.into()),
                // One call may be closed to this account while the others are not.
                403 | 408 | 409 | 425 | 429 | 500.. => Self::Later(format!("its details: {error}")),
                _ => Self::Bad(format!("its details: {error}")),
            },
            // A page of somebody between here and the server looks like this for a while. In a long list a call that is not
            // remembered is not met again before the whole list is.
            HttpError::NotJson(_) | HttpError::Unsafe(_) | HttpError::TooLarge(_) => {
                Self::Later(format!("its details: {error}"))
            }
            _ => Self::Stop(error.into()),
        }
    }
}

impl From<SessionError> for ItemError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Http(error) => error.into(),
            SessionError::SignIn(error) => Self::Stop(error),
        }
    }
}

impl From<HttpError> for AudioError {
    fn from(error: HttpError) -> Self {
        let outcome = match &error {
            HttpError::Offline => Outcome::Offline,
            HttpError::Network(_) => Outcome::Network,
            HttpError::RateLimited { .. } => Outcome::RateLimited,
            HttpError::Cancelled(_) => Outcome::Cancelled,
            HttpError::TooLarge(_) => Outcome::TooLarge,
            HttpError::Unsafe(_) => Outcome::Denied,
            HttpError::NotJson(_) => Outcome::Invalid,
            HttpError::Status(refusal) if is_expired(refusal) => Outcome::Expired,
            HttpError::Status(refusal) => match refusal.status {
                404 => Outcome::NotFound,
                410 => Outcome::Gone,
                401 | 403 | 407 => Outcome::Denied,
                429 => Outcome::RateLimited,
                408 | 425 | 500.. => Outcome::Network,
                _ => Outcome::Invalid,
            },
        };
        let not_before_ms = match &error {
            HttpError::RateLimited { until_ms } => Some(*until_ms),
            _ => None,
        };
        Self { outcome, detail: error.to_string(), not_before_ms }
    }
}

impl From<SourceError> for AudioError {
    fn from(error: SourceError) -> Self {
        let outcome = match &error {
            SourceError::Offline => Outcome::Offline,
            SourceError::Unreachable(_) | SourceError::Io { .. } => Outcome::Network,
            SourceError::RateLimited { .. } => Outcome::RateLimited,
            SourceError::Cancelled(_) => Outcome::Cancelled,
            SourceError::Settings(_) | SourceError::Credentials(_) | SourceError::Forbidden(_) => Outcome::Denied,
            SourceError::Nonsense(_) => Outcome::Invalid,
        };
        let not_before_ms = match &error {
            SourceError::RateLimited { until_ms } => Some(*until_ms),
            _ => None,
        };
        Self { outcome, detail: error.to_string(), not_before_ms }
    }
}

impl From<SessionError> for AudioError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Http(error) => error.into(),
            SessionError::SignIn(error) => error.into(),
        }
    }
}

/// Whether a signed address has run out, as storage servers say it.
fn is_expired(refusal: &Refusal) -> bool {
    const SAID: [&str; 5] = ["InvalidJWT", "\"exp\"", "Request has expired", "ExpiredToken", "token is expired"];
    matches!(refusal.status, 400 | 401 | 403) && SAID.iter().any(|said| refusal.body.contains(said))
}

fn refused(refusal: &Refusal) -> SourceError {
    let said = |words: &str| format!("{} answered {}: {words}", refusal.at, refusal.status);
    match refusal.status {
        401 | 403 | 407 if refusal.elsewhere => SourceError::Nonsense(said(
            "the server sends us there, and there our credential is not given; check the source's address",
        )),
        401 | 407 => SourceError::Credentials(said("sign in again, or give a credential that it knows")),
        403 => SourceError::Forbidden(said("this account may not see the calls; ask whoever runs the server")),
        404 | 405 => SourceError::Nonsense(said("there are no calls at this address; check the address and the kind")),
        408 | 425 | 429 | 500.. => SourceError::Unreachable(said("it is in trouble; try again later")),
        _ => SourceError::Nonsense(said("it does not understand what it was asked; check the kind and its settings")),
    }
}

#[cfg(test)]
mod tests {
    use model::Cancelled;

    use super::*;

    fn refusal(status: u16, body: &str) -> HttpError {
        let at = "calls.example.com/calls/7".to_owned();
        HttpError::Status(Refusal { status, body: body.into(), headers: Default::default(), elsewhere: false, at })
    }

    #[test]
    fn audio_that_is_not_there_is_told_from_audio_that_is_not_given() {
        let table = [
            (refusal(404, ""), Outcome::NotFound),
            (refusal(410, ""), Outcome::Gone),
            (refusal(401, ""), Outcome::Denied),
            (refusal(403, "<Code>AccessDenied</Code>"), Outcome::Denied),
            (refusal(403, "<Message>Request has expired</Message>"), Outcome::Expired),
            (
                refusal(400, r#"{"error":"InvalidJWT","message":"\"exp\" claim timestamp check failed"}"#),
                Outcome::Expired,
            ),
            (refusal(400, "bad"), Outcome::Invalid),
            (refusal(429, ""), Outcome::RateLimited),
            (refusal(502, ""), Outcome::Network),
            (HttpError::RateLimited { until_ms: 7 }, Outcome::RateLimited),
            (HttpError::Network("broken".into()), Outcome::Network),
            (HttpError::TooLarge(1), Outcome::TooLarge),
            (HttpError::Offline, Outcome::Offline),
            (HttpError::Unsafe("no".into()), Outcome::Denied),
            (HttpError::Cancelled(Cancelled), Outcome::Cancelled),
        ];
        for (error, outcome) in table {
            let (words, until) = (error.to_string(), matches!(error, HttpError::RateLimited { .. }).then_some(7));
            let error = AudioError::from(error);
            assert_eq!((error.outcome, error.not_before_ms), (outcome, until), "{words}");
        }
    }

    #[test]
    fn what_concerns_one_call_does_not_end_the_walk() {
        assert!(matches!(refusal(404, "").into(), ItemError::Gone));
        assert!(matches!(refusal(403, "").into(), ItemError::Later(_)));
        assert!(matches!(refusal(500, "").into(), ItemError::Later(_)));
        assert!(matches!(refusal(422, "").into(), ItemError::Bad(_)));
        assert!(matches!(HttpError::NotJson("a page".into()).into(), ItemError::Later(_)));
        assert!(matches!(HttpError::TooLarge(1).into(), ItemError::Later(_)));
        assert!(matches!(refusal(401, "").into(), ItemError::Stop(SourceError::Credentials(_))));
        for error in [HttpError::Offline, HttpError::Network("broken".into()), HttpError::RateLimited { until_ms: 7 }] {
            assert!(matches!(error.into(), ItemError::Stop(_)));
        }
    }

    #[test]
    fn a_refusal_names_status_and_path() {
        for (status, is_credentials) in [(401, true), (403, false), (404, false), (418, false), (500, false)] {
            let error = SourceError::from(refusal(status, "secret"));
            let words = error.to_string();
            assert!(words.contains(&status.to_string()) && words.contains("calls.example.com/calls/7"), "{words}");
            assert!(!words.contains("secret"), "{words}");
            assert_eq!(matches!(error, SourceError::Credentials(_)), is_credentials, "{words}");
        }
    }
}
