//! Secrets: in the system's keychain, or given for one run; never in the library, a log or an error.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

mod keychain;

pub use keychain::Keychain;

/// A password, token or key. It shows nowhere by accident: `Debug` prints dots.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// Where secrets are kept, by name: a source's own secret has the source's name.
pub trait Secrets: Send + Sync {
    /// The secret of this name, if there is one.
    fn get(&self, name: &str) -> Result<Option<Secret>, SecretError>;

    /// Keeps a secret. When this returns `Ok`, it outlives the program, unless these secrets are for one run only.
    fn set(&self, name: &str, secret: &Secret) -> Result<(), SecretError>;

    /// Keeps a secret until the program ends and no longer, for where nothing better keeps it.
    fn lend(&self, name: &str, secret: &Secret);

    /// Forgets a secret; that there is none is no error.
    fn forget(&self, name: &str) -> Result<(), SecretError>;

    /// Where secrets came from that were replaced during this run, so that they count no more, and whose successors end
    /// with it: names of environment variables.
    fn outdated(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Why a secret could not be read or kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SecretError(pub String);

/// Secrets that end with the program.
#[derive(Default)]
pub struct ForThisRun(Mutex<HashMap<String, Secret>>);

impl Secret {
    /// Takes a secret over. Space around it is dropped: it came along when it was pasted.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into().trim().to_owned())
    }

    /// The secret itself, for the one place that sends or keeps it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One member of a secret that is a JSON object, such as `password`; `None` if it is not one.
    pub fn member(&self, name: &str) -> Option<Secret> {
        let value: serde_json::Value = serde_json::from_str(&self.0).ok()?;
        value.get(name)?.as_str().map(Secret::new)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secrets for ForThisRun {
    fn get(&self, name: &str) -> Result<Option<Secret>, SecretError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned())
    }

    fn set(&self, name: &str, secret: &Secret) -> Result<(), SecretError> {
        self.lend(name, secret);
        Ok(())
    }

    fn lend(&self, name: &str, secret: &Secret) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), secret.clone());
    }

    fn forget(&self, name: &str) -> Result<(), SecretError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        Ok(())
    }
}
