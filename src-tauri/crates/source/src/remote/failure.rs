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
                401 | 403 | 407 => Self::Stop(error.into()),
                408 | 409 | 425 | 429 | 500.. => Self::Later(format!("its details: {error}")),
                _ => Self::Bad(format!("its details: {error}")),
            },
            HttpError::NotJson(_) => Self::Later(format!("its details: {error}")),
            HttpError::TooLarge(_) | HttpError::Unsafe(_) => Self::Bad(format!("its details: {error}")),
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

fn refused(refusal: &Refusal) -> SourceError {
    let said = |words: &str| format!("the server answered {}: {words}", refusal.status);
    match refusal.status {
        401 | 407 => SourceError::Credentials(said("sign in again, or give a credential that it knows")),
        403 => SourceError::Forbidden(said("this account may not see the calls; ask whoever runs the server")),
        404 | 405 => SourceError::Nonsense(said("there are no calls at this address; check the address and the kind")),
        408 | 425 | 429 | 500.. => SourceError::Unreachable(said("it is in trouble; try again later")),
        _ => SourceError::Nonsense(said("it does not understand what it was asked; check the kind and its settings")),
    }
}
