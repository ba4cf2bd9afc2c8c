//! Signing in with a token or key that the user pasted and that cannot be renewed here.

use std::sync::{Mutex, PoisonError};

use model::Cancel;

use super::SignIn;
use crate::http::Credential;
use crate::secret::Secret;
use crate::{SourceError, World};

/// A token from the world's secrets. It may also be the member `access_token` of a JSON object.
pub(crate) struct Token {
    world: World,
    name: String,
    credential: fn(&Secret) -> Credential,
    given: Mutex<Option<Secret>>,
}

impl Token {
    /// The source's own secret.
    pub fn new(world: &World, credential: fn(&Secret) -> Credential) -> Self {
        Self::named(world, &world.name, credential)
    }

    /// The secret of this name, such as the one towards a provider.
    pub fn named(world: &World, name: &str, credential: fn(&Secret) -> Credential) -> Self {
        Self { world: world.clone(), name: name.to_owned(), credential, given: Mutex::new(None) }
    }

    /// The token itself, for a protocol that takes it as a message.
    pub fn secret(&self) -> Result<Secret, SourceError> {
        let name = &self.name;
        let kept = self.world.secrets.get(name).map_err(|error| SourceError::Credentials(error.to_string()))?;
        let secret = kept.map(|kept| kept.member("access_token").unwrap_or(kept)).filter(|secret| !secret.is_empty());
        secret.ok_or_else(|| {
            SourceError::Credentials(format!(
                "there is no token or key under the name {name:?}: enter it for this source"
            ))
        })
    }
}

impl SignIn for Token {
    /// A token that was refused is tried again only if another one has been entered since.
    fn sign_in(&self, stale: Option<&[Credential]>, _cancel: &Cancel) -> Result<Vec<Credential>, SourceError> {
        let secret = self.secret()?;
        let before = self.given.lock().unwrap_or_else(PoisonError::into_inner).replace(secret.clone());
        if stale.is_some() && before.as_ref() == Some(&secret) {
            let name = &self.name;
            return Err(SourceError::Credentials(format!(
                "the token or key under the name {name:?} is refused: it has run out or was withdrawn; enter a new one"
            )));
        }
        Ok(vec![(self.credential)(&secret)])
    }

    /// A token is only looked up.
    fn asks(&self) -> bool {
        false
    }
}
