//! Signing in to a bridge: not at all, with a token, or with an e-mail address and a password for a token.

use model::Cancel;
use serde_json::json;

use crate::http::{Body, Credential, Http, HttpError};
use crate::secret::Secret;
use crate::session::{SignIn, Token};
use crate::transcript_format::json as lenient;
use crate::{SourceError, World};

pub(super) struct BridgeSignIn {
    http: Http,
    world: World,
    token: Token,
}

impl BridgeSignIn {
    pub fn new(http: Http, world: &World) -> Self {
        Self { http, world: world.clone(), token: Token::new(world, Credential::bearer) }
    }

    /// The secret, if there is one.
    pub fn secret(&self) -> Result<Option<Secret>, SourceError> {
        let secret = self.world.secrets.get(&self.world.name);
        let secret = secret.map_err(|error| SourceError::Credentials(error.to_string()))?;
        Ok(secret.filter(|secret| !secret.is_empty()))
    }

    fn log_in(&self, email: &Secret, password: &Secret, cancel: &Cancel) -> Result<Credential, SourceError> {
        let body = json!({"email": email.reveal(), "password": password.reveal()});
        let answer = self.http.post("/api/auth/login", Body::Json(body)).json(cancel);
        let answer = answer.map_err(|error| match &error {
            HttpError::Status(refusal) if matches!(refusal.status, 400 | 401 | 403) => SourceError::Credentials(
                "the server refuses this e-mail address and password: enter them again for this source".into(),
            ),
            _ => error.into(),
        })?;
        let token = lenient::first(&answer["data"], &["token", "accessToken"]);
        let token = if token.is_null() { &answer["token"] } else { token };
        let token = lenient::text(token).ok_or_else(|| {
            SourceError::Nonsense("the server let us sign in and gave no token; check the address and the kind".into())
        })?;
        Ok(Credential::bearer(&Secret::new(token)))
    }
}

impl SignIn for BridgeSignIn {
    fn sign_in(&self, stale: Option<&[Credential]>, cancel: &Cancel) -> Result<Vec<Credential>, SourceError> {
        // Most bridges ask nobody who they are: that needs no keychain either.
        let secret = match self.secret() {
            Err(_) if stale.is_none() => None,
            secret => secret?,
        };
        let Some(secret) = secret else {
            if stale.is_some() {
                let words = "this server wants to know who asks: enter a token, or e-mail address and password, for this source";
                return Err(SourceError::Credentials(words.into()));
            }
            return Ok(Vec::new());
        };
        match (secret.member("email"), secret.member("password")) {
            (Some(email), Some(password)) => Ok(vec![self.log_in(&email, &password, cancel)?]),
            _ => self.token.sign_in(stale, cancel),
        }
    }
}
