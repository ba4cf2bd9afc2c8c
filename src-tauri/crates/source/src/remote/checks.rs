//! The lines of a server's self-test that are the same for all.

use crate::{Check, SourceError};

/// Something that works.
pub(crate) fn fine(words: impl Into<String>) -> Check {
    Check { ok: true, words: words.into() }
}

/// Something that does not, and what to do.
pub(crate) fn failed(words: impl Into<String>) -> Check {
    Check { ok: false, words: words.into() }
}

/// What the first request for the list told: whether the server is reached, whether it takes `credential`, and whether it
/// lets `calls` be listed. What could not be tried any more has no line.
pub(crate) fn of_list<T>(list: &Result<T, SourceError>, credential: &str, calls: &str) -> Vec<Check> {
    let reached = || fine("the server is reached");
    let accepted = || fine(format!("{credential} is accepted"));
    match list {
        Ok(_) => vec![reached(), accepted(), fine(format!("{calls} may be listed"))],
        Err(SourceError::Credentials(words)) => vec![reached(), failed(words.clone())],
        Err(SourceError::Forbidden(words)) => vec![reached(), accepted(), failed(words.clone())],
        Err(error @ (SourceError::Nonsense(_) | SourceError::RateLimited { .. })) => {
            vec![reached(), failed(error.to_string())]
        }
        Err(SourceError::Unreachable(words)) => vec![failed(format!(
            "the server is not reached: {words}; check the address, and whether this machine has a network"
        ))],
        Err(error) => vec![failed(error.to_string())],
    }
}
