//! Signing in, once for everybody who needs it at the same moment.

mod token;

pub(crate) use token::Token;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};
use std::time::{Duration, Instant};

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

    /// Whether signing in asks a server, which may lock an account that is refused again and again.
    fn asks(&self) -> bool {
        true
    }
}

/// The session of one source. Whoever finds it stale renews it; everybody else waits and uses the new one.
pub(crate) struct Session<S> {
    how: S,
    /// Held while somebody signs in, so that the others wait.
    kept: Mutex<Kept>,
    /// How often signing in has failed.
    failures: AtomicU64,
    /// How long a server's refusal to let anybody in is believed.
    refused_for: Duration,
}

/// The credentials there are, and the how-manieth they are.
#[derive(Default)]
struct Kept {
    credentials: Option<Arc<[Credential]>>,
    generation: u64,
    failure: Option<SourceError>,
    /// When the server last refused the password or the refresh token.
    refused: Option<Instant>,
}

/// How long one wait for whoever is signing in lasts.
const LOOK: Duration = Duration::from_millis(5);
/// A password that is refused for one of a thousand recordings is refused for the others too. A source for which another one
/// is entered is opened anew.
const REFUSED_FOR: Duration = Duration::from_secs(60);

impl<S: SignIn> Session<S> {
    /// A session that begins with the first request.
    pub fn new(how: S) -> Self {
        Self { how, kept: Mutex::default(), failures: AtomicU64::new(0), refused_for: REFUSED_FOR }
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
        let (credentials, generation) = self.credentials(None, cancel)?;
        let stale = match ask(&credentials) {
            Err(error) if self.how.is_stale(&error) => generation,
            other => return Ok(other?),
        };
        let (renewed, _) = self.credentials(Some(stale), cancel)?;
        Ok(ask(&renewed)?)
    }

    /// The credentials, signing in if there are none or if they are still the stale ones.
    fn credentials(&self, stale: Option<u64>, cancel: &Cancel) -> Result<(Arc<[Credential]>, u64), SessionError> {
        let before = self.failures.load(Ordering::Acquire);
        let mut kept = self.turn(cancel)?;
        if let Some(credentials) = &kept.credentials
            && stale != Some(kept.generation)
        {
            return Ok((Arc::clone(credentials), kept.generation));
        }
        let is_refused = kept.refused.is_some_and(|at| at.elapsed() < self.refused_for);
        if let Some(failure) = &kept.failure
            && (is_refused || self.failures.load(Ordering::Acquire) != before)
        {
            // It failed for whoever was waited for, or a moment ago: a password that was refused is not tried for everybody.
            return Err(SessionError::SignIn(again(failure)));
        }
        let signed_in = self.how.sign_in(kept.credentials.as_deref(), cancel).map_err(|error| {
            if !matches!(error, SourceError::Cancelled(_)) {
                let is_refusal = self.how.asks() && matches!(error, SourceError::Credentials(_));
                kept.refused = is_refusal.then(Instant::now);
                kept.failure = Some(again(&error));
                self.failures.fetch_add(1, Ordering::AcqRel);
            }
            SessionError::SignIn(error)
        })?;
        let credentials: Arc<[Credential]> = signed_in.into();
        kept.credentials = Some(Arc::clone(&credentials));
        kept.generation += 1;
        Ok((credentials, kept.generation))
    }

    /// Waits while somebody else signs in.
    fn turn(&self, cancel: &Cancel) -> Result<MutexGuard<'_, Kept>, SessionError> {
        loop {
            cancel.check().map_err(|cancelled| SessionError::SignIn(cancelled.into()))?;
            match self.kept.try_lock() {
                Ok(kept) => return Ok(kept),
                Err(TryLockError::Poisoned(poisoned)) => return Ok(poisoned.into_inner()),
                Err(TryLockError::WouldBlock) => {
                    cancel.wait(LOOK).map_err(|cancelled| SessionError::SignIn(cancelled.into()))?;
                }
            }
        }
    }
}

/// The same failure for somebody else.
fn again(error: &SourceError) -> SourceError {
    match error {
        SourceError::Settings(words) => SourceError::Settings(words.clone()),
        SourceError::Unreachable(words) => SourceError::Unreachable(words.clone()),
        SourceError::Io { what, cause } => {
            SourceError::Io { what: what.clone(), cause: std::io::Error::new(cause.kind(), cause.to_string()) }
        }
        SourceError::Credentials(words) => SourceError::Credentials(words.clone()),
        SourceError::Forbidden(words) => SourceError::Forbidden(words.clone()),
        SourceError::RateLimited { until_ms } => SourceError::RateLimited { until_ms: *until_ms },
        SourceError::Nonsense(words) => SourceError::Nonsense(words.clone()),
        SourceError::Offline => SourceError::Offline,
        SourceError::Cancelled(cancelled) => SourceError::Cancelled(*cancelled),
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

#[cfg(test)]
mod tests;
