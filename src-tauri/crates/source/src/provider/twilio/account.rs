//! The account and the credential to it.

use std::sync::{Arc, Mutex, PoisonError};

use crate::http::Credential;
use crate::secret::Secret;
use crate::{SourceError, World};

/// Whose recordings are read, and as whom.
pub(super) struct Account {
    /// `AC…`.
    pub sid: String,
    user: String,
    password: Secret,
}

/// The account that the source's secret names, read once and again after it was refused.
pub(super) struct Accounts {
    world: World,
    known: Mutex<Option<Arc<Account>>>,
}

impl Account {
    pub fn credential(&self) -> Credential {
        Credential::basic(&self.user, &self.password)
    }

    /// From `{"account_sid","auth_token"}` or `{"account_sid","api_key","api_secret"}`.
    fn of(secret: &Secret) -> Option<Self> {
        let member = |name: &str| secret.member(name).filter(|member| !member.is_empty());
        let sid = member("account_sid")?.reveal().to_owned();
        match (member("api_key"), member("api_secret"), member("auth_token")) {
            (Some(key), Some(password), _) => Some(Self { sid, user: key.reveal().to_owned(), password }),
            (_, _, Some(password)) => Some(Self { user: sid.clone(), sid, password }),
            _ => None,
        }
    }
}

impl Accounts {
    pub fn new(world: &World) -> Self {
        Self { world: world.clone(), known: Mutex::new(None) }
    }

    pub fn get(&self) -> Result<Arc<Account>, SourceError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = known.as_ref() {
            return Ok(Arc::clone(account));
        }
        let secret = self.world.secrets.get(&self.world.name);
        let secret = secret.map_err(|error| SourceError::Credentials(error.to_string()))?;
        let secret = secret.ok_or_else(|| {
            SourceError::Credentials(
                "there is no credential for Twilio: enter the account SID and the auth token".into(),
            )
        })?;
        let account = Account::of(&secret).map(Arc::new).ok_or_else(|| {
            SourceError::Credentials(
                "the credential for Twilio is incomplete: it needs account_sid and auth_token, or account_sid, api_key \
                 and api_secret"
                    .into(),
            )
        })?;
        Ok(Arc::clone(known.insert(account)))
    }

    /// The credential was refused: it is read anew the next time, in case it has been changed.
    pub fn forget(&self) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// What to do about a refused credential.
pub(super) fn refused() -> SourceError {
    SourceError::Credentials(
        "Twilio refuses the account SID and its auth token or API key: copy them again from the Twilio Console".into(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_known_by_its_token_or_by_a_key() {
        let of = |text: &str| Account::of(&Secret::new(text)).map(|account| (account.sid, account.user));
        let both = |sid: &str, user: &str| Some((sid.to_owned(), user.to_owned()));
        assert_eq!(of(r#"{"account_sid":"AC1","auth_token":"t"}"#), both("AC1", "AC1"));
        assert_eq!(of(r#"{"account_sid":"AC1","api_key":"SK2","api_secret":"s"}"#), both("AC1", "SK2"));
        assert_eq!(of(r#"{"account_sid":"AC1"}"#), None, "no credential");
        assert_eq!(of("t"), None, "a bare token does not say whose it is");
    }
}
