//! The keychain of the operating system, and the environment where a run is given a secret.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use keyring_core::{CredentialStore, Error};

use super::{Secret, SecretError, Secrets};

/// Under which name this program's entries stand in the keychain.
const SERVICE: &str = "Turnstone";

/// The secrets of one library in the keychain. A secret in the environment, `TURNSTONE_SECRET_<NAME>`, comes before the
/// keychain's; it is for this run only and is never stored, nor is what replaces it.
pub struct Keychain {
    /// Tells one library's entries from another's.
    library: String,
    /// Secrets of this run, and what replaced them.
    run: Mutex<HashMap<String, Secret>>,
    /// Whose secret in the environment was replaced.
    outdated: Mutex<BTreeSet<String>>,
}

impl Keychain {
    /// The keychain's secrets for the library of this name.
    pub fn for_library(library: impl Into<String>) -> Self {
        Self { library: library.into(), run: Mutex::default(), outdated: Mutex::default() }
    }

    /// The variable that supplies the secret `name` for a run: upper case, everything but letters and digits as `_`.
    pub fn variable(name: &str) -> String {
        let plain = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
        format!("TURNSTONE_SECRET_{}", plain.collect::<String>())
    }

    fn of_this_run(&self, name: &str) -> Option<Secret> {
        let mut run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(secret) = run.get(name) {
            return Some(secret.clone());
        }
        let secret = Secret::new(std::env::var(Self::variable(name)).ok()?);
        if secret.is_empty() {
            return None;
        }
        run.insert(name.to_owned(), secret.clone());
        Some(secret)
    }

    fn entry(&self, name: &str) -> Result<keyring_core::Entry, SecretError> {
        let entry = store()?.build(SERVICE, &format!("{}/{name}", self.library), None);
        entry.map_err(|error| unusable(&error))
    }
}

impl Secrets for Keychain {
    fn get(&self, name: &str) -> Result<Option<Secret>, SecretError> {
        if let Some(secret) = self.of_this_run(name) {
            return Ok(Some(secret));
        }
        match self.entry(name)?.get_password() {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(unusable(&error)),
        }
    }

    fn set(&self, name: &str, secret: &Secret) -> Result<(), SecretError> {
        if self.of_this_run(name).is_some() {
            self.lend(name, secret);
            if std::env::var_os(Self::variable(name)).is_some() {
                self.outdated.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
            }
            return Ok(());
        }
        self.entry(name)?.set_password(secret.reveal()).map_err(|error| unusable(&error))
    }

    fn lend(&self, name: &str, secret: &Secret) {
        self.run.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), secret.clone());
    }

    fn forget(&self, name: &str) -> Result<(), SecretError> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        match self.entry(name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(unusable(&error)),
        }
    }

    fn outdated(&self) -> Vec<String> {
        let names = self.outdated.lock().unwrap_or_else(PoisonError::into_inner);
        names.iter().map(|name| Self::variable(name)).collect()
    }
}

/// The system's store. One that could not be reached is tried again: a keychain may be started after the program.
fn store() -> Result<Arc<CredentialStore>, SecretError> {
    static STORE: OnceLock<Arc<CredentialStore>> = OnceLock::new();
    if let Some(store) = STORE.get() {
        return Ok(store.clone());
    }
    let store = system_store().map_err(|error| unusable(&error))?;
    Ok(STORE.get_or_init(|| store).clone())
}

#[cfg(all(unix, not(target_os = "macos")))]
fn system_store() -> Result<Arc<CredentialStore>, Error> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn system_store() -> Result<Arc<CredentialStore>, Error> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(target_os = "windows")]
fn system_store() -> Result<Arc<CredentialStore>, Error> {
    Ok(windows_native_keyring_store::Store::new()?)
}

/// What a keychain's error means to the user. The system's own words are about buses and services and help nobody.
fn unusable(error: &Error) -> SecretError {
    SecretError(match error {
        Error::NoStorageAccess(_) => "the keychain is locked or cannot be reached: unlock it and try again".to_owned(),
        Error::PlatformFailure(_) | Error::NoDefaultStore => "this system has no keychain that answers".to_owned(),
        _ => "the keychain could not be used".to_owned(),
    })
}
