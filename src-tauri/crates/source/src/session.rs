//! Signing in, once for everybody who needs it at the same moment.

mod token;

pub(crate) use token::Token;

use std::sync::Mutex;

use model::Cancel;

use crate::SourceError;
use crate::http::{Credential, HttpError};

/// How one kind of server is signed in to.
pub(crate) trait SignIn: Send + Sync {
    /// Credentials to send with a request. `stale` are the ones that were refused, if any: then they are renewed (refresh
    /// token, password), and what rotates is kept in the world's secrets *before* it is used. Called by one thread at a
    /// time.
    fn sign_in(&self, stale: Option<&[Credential]>, cancel: &Cancel) -> Result<Vec<Credential>, SourceError>;

    /// Whether this refusal means that the credentials ran out; 401 for most.
    fn is_stale(&self, error: &HttpError) -> bool {
        matches!(error, HttpError::Status(refusal) if refusal.status == 401 && !refusal.elsewhere)
    }
}

/// The session of one source. Whoever finds it stale renews it; everybody else waits and uses the new one.
pub(crate) struct Session<S> {
    how: S,
    credentials: Mutex<Option<Vec<Credential>>>,
}

impl<S: SignIn> Session<S> {
    /// A session that begins with the first request.
    pub fn new(how: S) -> Self {
        Self { how, credentials: Mutex::new(None) }
    }

    /// How it is signed in.
    pub fn how(&self) -> &S {
        &self.how
    }

    /// Does `ask` with the session's credentials; if they have run out, renews them once and does it again.
    pub fn with<T>(
        &self,
        cancel: &Cancel,
        ask: impl Fn(&[Credential]) -> Result<T, HttpError>,
    ) -> Result<T, SessionError> {
        let _ = (cancel, ask, &self.credentials);
        Err(SessionError::Http(HttpError::Network("not here yet".into())))
    }
}

/// Why a request within a session failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SessionError {
    /// The request itself.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// Signing in.
    #[error(transparent)]
    SignIn(SourceError),
}
