//! Signing in: e-mail and password for a session cookie, or a bearer token as it is.

use std::io::Read;

use model::Cancel;
use serde_json::{Value, json};

use crate::http::{Body, Credential, Http, HttpError, Response};
use crate::secret::Secret;
use crate::session::SignIn;
use crate::{SourceError, World};

/// The name of the session's cookie.
const COOKIE: &str = "connect.sid";
/// How much of the answer to a sign-in is read.
const ANSWER: u64 = 64 << 10;

pub(super) struct Login {
    http: Http,
    world: World,
}

impl Login {
    pub fn new(http: &Http, world: &World) -> Self {
        Self { http: http.clone(), world: world.clone() }
    }

    fn secret(&self) -> Result<Secret, SourceError> {
        let kept = self.world.secrets.get(&self.world.name);
        let kept = kept.map_err(|error| SourceError::Credentials(error.to_string()))?;
        kept.filter(|secret| !secret.is_empty()).ok_or_else(|| {
            SourceError::Credentials(
                "there is no sign-in for this source: enter its e-mail address and password".into(),
            )
        })
    }

    fn log_in(&self, email: &Secret, password: &Secret, cancel: &Cancel) -> Result<Credential, SourceError> {
        let body = json!({"email": email.reveal(), "password": password.reveal()});
        let answer = self.http.post("/api/login", Body::Json(body)).send(cancel).map_err(refused)?;
        if let Some(cookie) = answer.headers.get("set-cookie").and_then(|lines| cookie(lines)) {
            return Ok(Credential::header("cookie", &Secret::new(cookie)));
        }
        token(answer).map(|token| Credential::bearer(&token)).ok_or_else(|| {
            SourceError::Nonsense(
                "the server accepted the sign-in but gave no session: check the kind of the source".into(),
            )
        })
    }
}

impl SignIn for Login {
    fn sign_in(&self, stale: Option<&[Credential]>, cancel: &Cancel) -> Result<Vec<Credential>, SourceError> {
        let secret = self.secret()?;
        if let (Some(email), Some(password)) = (secret.member("email"), secret.member("password")) {
            return Ok(vec![self.log_in(&email, &password, cancel)?]);
        }
        if stale.is_some() {
            let words = "the server does not take the token any more: enter a new one, or e-mail address and password";
            return Err(SourceError::Credentials(words.into()));
        }
        let token = secret.member("access_token").or_else(|| secret.member("token")).unwrap_or(secret);
        Ok(vec![Credential::bearer(&token)])
    }
}

fn refused(error: HttpError) -> SourceError {
    match &error {
        HttpError::Status(refusal) => match refusal.status {
            400 | 401 | 422 => SourceError::Credentials(
                "the server does not know this e-mail address and password: enter them again".into(),
            ),
            403 => SourceError::Forbidden("the server does not let this account sign in: ask whoever runs it".into()),
            404 | 405 => {
                SourceError::Nonsense("there is no sign-in at this address: check the address and the kind".into())
            }
            _ => error.into(),
        },
        _ => error.into(),
    }
}

/// The session's `name=value`, or the first cookie's if none has its name.
fn cookie(lines: &str) -> Option<String> {
    let pairs = || lines.lines().filter_map(|line| line.split(';').next()).map(str::trim);
    let has_value = |pair: &&str| pair.split_once('=').is_some_and(|(_, value)| !value.is_empty());
    let is_session = |pair: &&str| pair.split_once('=').is_some_and(|(name, _)| name == COOKIE);
    pairs().filter(has_value).find(is_session).or_else(|| pairs().find(has_value)).map(str::to_owned)
}

fn token(answer: Response) -> Option<Secret> {
    let mut text = String::new();
    answer.body.take(ANSWER).read_to_string(&mut text).ok()?;
    let body: Value = serde_json::from_str(&text).ok()?;
    let token = ["token", "access_token", "accessToken"].iter().find_map(|name| body[*name].as_str());
    token.map(Secret::new).filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_sessions_name_and_value_are_taken_from_what_the_server_sets() {
        let lines =
            "theme=dark; Path=/\nconnect.sid=s%3Aabc.def; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly";
        assert_eq!(cookie(lines).as_deref(), Some("connect.sid=s%3Aabc.def"));
        assert_eq!(cookie("sid=1; HttpOnly").as_deref(), Some("sid=1"), "a server may have renamed it");
        assert_eq!(cookie("connect.sid=; Max-Age=0"), None, "a cookie that is taken away is none");
    }
}
