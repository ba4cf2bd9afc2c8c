//! Signing in to a project, with a password or with a pair of tokens of which one renews the other. A token that renews
//! counts once: the new pair is kept before it is used.

use std::sync::{Mutex, PoisonError};

use model::Cancel;
use serde_json::{Value, json};

use crate::http::{Body, Credential, Http, HttpError};
use crate::secret::Secret;
use crate::session::SignIn;
use crate::transcript_format::json::{first, text};
use crate::{SourceError, World};

/// Somebody's account in a project.
pub(super) struct Account {
    http: Http,
    key: Secret,
    world: World,
    given: Mutex<Given>,
}

/// What was given out last.
#[derive(Default)]
struct Given {
    secret: Option<Secret>,
    access: Option<Secret>,
}

impl Account {
    pub fn new(http: &Http, key: Secret, world: &World) -> Self {
        Self { http: http.clone(), key, world: world.clone(), given: Mutex::default() }
    }

    /// The key every request to the project carries.
    pub fn key(&self) -> &Secret {
        &self.key
    }

    /// The token of the session, for a protocol that takes it as a message.
    pub fn access(&self) -> Option<Secret> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner).access.clone()
    }

    /// The access token that these words are worth, and the answer that held it.
    fn grant(&self, kind: &str, words: Value, cancel: &Cancel) -> Result<(Secret, Value), SourceError> {
        let asked = self.http.post("/auth/v1/token", Body::Json(words)).query("grant_type", kind);
        let answer =
            asked.credential(&Credential::header("apikey", &self.key)).json(cancel).map_err(|error| match error {
                HttpError::Status(refusal) if matches!(refusal.status, 400 | 401 | 403 | 422) => {
                    let body = refusal.json().unwrap_or_default();
                    let code = text(first(&body, &["error_code", "code", "error"])).unwrap_or_default();
                    SourceError::Credentials(explained(kind, code).into())
                }
                other => other.into(),
            })?;
        match text(&answer["access_token"]) {
            Some(access) => Ok((Secret::new(access), answer)),
            None => Err(SourceError::Nonsense("the project took the sign-in and gave no token".into())),
        }
    }

    fn renew(&self, refresh: &Secret, cancel: &Cancel) -> Result<(Secret, Secret), SourceError> {
        let (access, answer) = self.grant("refresh_token", json!({ "refresh_token": refresh.reveal() }), cancel)?;
        let refresh = text(&answer["refresh_token"]).unwrap_or(refresh.reveal());
        let pair = json!({ "access_token": access.reveal(), "refresh_token": refresh }).to_string();
        let pair = Secret::new(pair);
        let kept = self.world.secrets.set(&self.world.name, &pair);
        kept.map_err(|error| SourceError::Credentials(format!("the renewed sign-in cannot be kept: {error}")))?;
        Ok((access, pair))
    }
}

impl SignIn for Account {
    fn sign_in(&self, stale: Option<&[Credential]>, cancel: &Cancel) -> Result<Vec<Credential>, SourceError> {
        let kept = self.world.secrets.get(&self.world.name);
        let kept = kept.map_err(|error| SourceError::Credentials(error.to_string()))?.filter(|kept| !kept.is_empty());
        let secret = kept.ok_or_else(|| {
            SourceError::Credentials("nobody is signed in: enter the e-mail address and password of an account".into())
        })?;
        let is_refused = {
            let given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
            stale.is_some() && given.secret.as_ref() == Some(&secret)
        };
        let member = |name: &str| secret.member(name).filter(|value| !value.is_empty());
        let (access, secret) =
            match (member("email"), member("password"), member("access_token"), member("refresh_token")) {
                (Some(email), Some(password), _, _) => {
                    let words = json!({ "email": email.reveal(), "password": password.reveal() });
                    (self.grant("password", words, cancel)?.0, secret)
                }
                (_, _, Some(access), _) if !is_refused => (access, secret),
                (_, _, _, Some(refresh)) => self.renew(&refresh, cancel)?,
                (_, _, None, None) if !is_refused && !secret.reveal().starts_with('{') => (secret.clone(), secret),
                _ => return Err(SourceError::Credentials("the sign-in has run out: sign in again".into())),
            };
        let credentials = vec![Credential::header("apikey", &self.key), Credential::bearer(&access)];
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        *given = Given { secret: Some(secret), access: Some(access) };
        Ok(credentials)
    }

    /// The storage says in the body of a 400 what others say with a 401.
    fn is_stale(&self, error: &HttpError) -> bool {
        let HttpError::Status(refusal) = error else { return false };
        let says_so =
            || ["InvalidJWT", "jwt expired", "PGRST301", "PGRST303"].iter().any(|word| refusal.body.contains(word));
        !refusal.elsewhere && (refusal.status == 401 || (matches!(refusal.status, 400 | 403) && says_so()))
    }
}

fn explained(kind: &str, code: &str) -> &'static str {
    match (kind, code) {
        (_, "email_not_confirmed") => "the account's e-mail address is not confirmed yet: confirm it, then try again",
        ("password", _) => "the project does not accept this e-mail address and password: check both, and the anon key",
        (_, "refresh_token_already_used") => "the sign-in was renewed somewhere else: sign in again here",
        _ => "the sign-in has run out: sign in again",
    }
}
