//! Signing in to RingCentral with an app's id and secret and a JWT credential.
//!
//! Tokens are kept in memory only: the JWT can always make new ones. A refresh token is good for one use, so it is taken
//! out before it is sent. A token that is about to run out is taken for one that has.
//!
//! A secret that is no such object is taken for an access token made elsewhere, which cannot be renewed here.

use std::sync::{Mutex, MutexGuard, PoisonError};

use model::Cancel;
use serde_json::Value;

use crate::http::{Body, Credential, Http, HttpError};
use crate::secret::Secret;
use crate::session::SignIn;
use crate::transcript_format::json;
use crate::{SourceError, World};

/// How long before its end a token is renewed, in milliseconds.
const EARLY: i64 = 60_000;
const TOKEN: &str = "/restapi/oauth/token";

pub(super) struct Grant {
    http: Http,
    world: World,
    name: String,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    refresh: Option<Secret>,
    /// When the access token is to be renewed, UTC milliseconds.
    renew_ms: Option<i64>,
    /// The pasted access token that is in use.
    pasted: Option<Secret>,
}

/// What the app is known by.
struct App {
    id: Secret,
    secret: Secret,
    jwt: Secret,
}

impl Grant {
    /// Signs in at `http` with the secret of this name.
    pub fn new(http: &Http, name: &str, world: &World) -> Self {
        Self { http: http.clone(), world: world.clone(), name: name.to_owned(), held: Mutex::default() }
    }

    /// Whether the access token has run out or is about to.
    pub fn is_due(&self) -> bool {
        self.held().renew_ms.is_some_and(|ms| (self.world.clock)() >= ms)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn secret(&self) -> Result<Secret, SourceError> {
        let kept = self.world.secrets.get(&self.name).map_err(|error| SourceError::Credentials(error.to_string()))?;
        kept.filter(|secret| !secret.is_empty()).ok_or_else(|| {
            let name = &self.name;
            let words = format!(
                "there is no RingCentral credential under the name {name:?}: give the client id, the client secret and \
                 the JWT of your RingCentral app"
            );
            SourceError::Credentials(words)
        })
    }

    fn pasted(&self, secret: Secret, is_stale: bool) -> Result<Vec<Credential>, SourceError> {
        let before = self.held().pasted.replace(secret.clone());
        if is_stale && before.as_ref() == Some(&secret) {
            let words = "RingCentral does not accept the access token any more: give the client id, the client secret and \
                         the JWT of your RingCentral app, which can be renewed";
            return Err(SourceError::Credentials(words.into()));
        }
        Ok(vec![Credential::bearer(&secret)])
    }

    fn refreshed(&self, app: &App, cancel: &Cancel) -> Option<Result<Vec<Credential>, SourceError>> {
        let refresh = self.held().refresh.take()?;
        match self.tokens(app, vec![form("grant_type", "refresh_token"), ("refresh_token".into(), refresh)], cancel) {
            Err(HttpError::Status(refusal)) if matches!(refusal.status, 400 | 401) => None,
            answer => Some(answer.map_err(SourceError::from).and_then(|answer| self.keep(&answer))),
        }
    }

    fn tokens(&self, app: &App, form: Vec<(String, Secret)>, cancel: &Cancel) -> Result<Value, HttpError> {
        let who = Credential::basic(app.id.reveal(), &app.secret);
        self.http.post(TOKEN, Body::Form(form)).credential(&who).json(cancel)
    }

    fn keep(&self, answer: &Value) -> Result<Vec<Credential>, SourceError> {
        let Some(access) = json::text(&answer["access_token"]).map(Secret::new) else {
            return Err(SourceError::Nonsense("RingCentral's answer to signing in holds no access token".into()));
        };
        let lasts_ms = json::number(&answer["expires_in"]).map(|seconds| (seconds * 1000.0) as i64);
        let mut held = self.held();
        held.renew_ms = lasts_ms.map(|ms| (self.world.clock)() + ms - EARLY.min(ms / 2));
        held.refresh = json::text(&answer["refresh_token"]).map(Secret::new);
        Ok(vec![Credential::bearer(&access)])
    }
}

impl SignIn for Grant {
    fn sign_in(&self, stale: Option<&[Credential]>, cancel: &Cancel) -> Result<Vec<Credential>, SourceError> {
        let secret = self.secret()?;
        let Some(app) = App::of(&secret)? else {
            return self.pasted(secret.member("access_token").unwrap_or(secret), stale.is_some());
        };
        if let Some(answer) = self.refreshed(&app, cancel) {
            return answer;
        }
        let grant = form("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
        match self.tokens(&app, vec![grant, ("assertion".into(), app.jwt.clone())], cancel) {
            Ok(answer) => self.keep(&answer),
            Err(HttpError::Status(refusal)) if matches!(refusal.status, 400 | 401 | 403) => {
                Err(refused(refusal.json().as_ref()))
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl App {
    /// The parts of a secret that is a JSON object; `None` for a token.
    fn of(secret: &Secret) -> Result<Option<Self>, SourceError> {
        let part = |name| secret.member(name).filter(|part| !part.is_empty());
        let is_token = !secret.reveal().starts_with('{') || part("access_token").is_some();
        match (part("client_id"), part("client_secret"), part("jwt")) {
            (Some(id), Some(secret), Some(jwt)) => Ok(Some(Self { id, secret, jwt })),
            _ if is_token => Ok(None),
            _ => Err(SourceError::Credentials(
                "the RingCentral credential is not whole: it needs client_id, client_secret and jwt".into(),
            )),
        }
    }
}

/// Why RingCentral does not let the app in, and what to do.
fn refused(answer: Option<&Value>) -> SourceError {
    let words = match answer.and_then(|answer| answer["error"].as_str()) {
        Some("invalid_client" | "unauthorized_client") => {
            "RingCentral does not accept the client id and client secret, or the app may not use JWT: look at the app in \
             RingCentral's developer console"
        }
        Some("invalid_grant") => {
            "RingCentral does not accept the JWT: make a new JWT credential for this app and enter it"
        }
        _ => "RingCentral does not let this app sign in: check the client id, the client secret and the JWT",
    };
    SourceError::Credentials(words.into())
}

fn form(name: &str, value: &str) -> (String, Secret) {
    (name.to_owned(), Secret::new(value))
}
