//! Signing in to the backend: a bearer token, or a pair of tokens of which one renews the other. An older server takes the
//! pair's first token as a bearer, a newer one as a cookie; with a pair both are sent, to the one origin they belong to.
//! Renewing gives a new pair, and the old one must never be used again: the new one is kept before it is used.

use std::io::Read;
use std::sync::{Mutex, PoisonError};

use model::Cancel;
use serde_json::json;

use super::door;
use crate::http::{Body, Credential, Http, HttpError, Response};
use crate::secret::Secret;
use crate::session::SignIn;
use crate::transcript_format::json::text;
use crate::{Settings, SourceError, World};

/// The cookie that lets in, and the one that renews it.
const ACCESS: &str = "talky_at";
const REFRESH: &str = "talky_rt";

/// Signs in with the source's secret.
pub(super) struct Pasted {
    http: Http,
    world: World,
    /// The token that was given out last.
    given: Mutex<Option<Secret>>,
}

/// Has the server send a code to this address.
pub fn request_code(settings: &Settings, world: &World, email: &str, cancel: &Cancel) -> Result<(), SourceError> {
    let body = Body::Json(json!({ "email": email.trim() }));
    let answer = door(settings, world)?.post("/auth/login", body).send(cancel);
    match answer {
        Ok(_) => Ok(()),
        Err(HttpError::Status(refusal)) if matches!(refusal.status, 400 | 401 | 403 | 422) => {
            let words = "the server sends no code to this e-mail address: check how it is written";
            Err(SourceError::Credentials(words.into()))
        }
        Err(error) => Err(error.into()),
    }
}

/// What a code that was sent is worth: the secret to sign in with from now on, for [`crate::secret::Secrets::set`].
pub fn verify_code(
    settings: &Settings,
    world: &World,
    email: &str,
    code: &Secret,
    cancel: &Cancel,
) -> Result<Secret, SourceError> {
    let body = Body::Json(json!({ "email": email.trim(), "token": code.reveal() }));
    match door(settings, world)?.post("/auth/verify-otp", body).send(cancel) {
        Ok(answer) => pair_in(answer, None)
            .ok_or_else(|| SourceError::Nonsense("the server took the code and gave nothing to sign in with".into())),
        Err(HttpError::Status(refusal)) if matches!(refusal.status, 400 | 401 | 403 | 422) => {
            Err(SourceError::Credentials("the server does not accept the code: ask for a new one".into()))
        }
        Err(error) => Err(error.into()),
    }
}

impl Pasted {
    pub fn new(http: &Http, world: &World) -> Self {
        Self { http: http.clone(), world: world.clone(), given: Mutex::new(None) }
    }

    /// Has the pair renewed.
    fn renew(&self, pair: &Secret, refresh: &Secret, cancel: &Cancel) -> Result<Secret, SourceError> {
        let access = pair.member("access_token").unwrap_or_else(|| Secret::new(""));
        let cookies = format!("{ACCESS}={}; {REFRESH}={}", access.reveal(), refresh.reveal());
        let body = Body::Json(json!({ "refresh_token": refresh.reveal() }));
        let asked =
            self.http.post("/auth/refresh", body).credential(&Credential::header("cookie", &Secret::new(cookies)));
        let answer = asked.send(cancel).map_err(|error| match error {
            HttpError::Status(refusal) if matches!(refusal.status, 400 | 401 | 403 | 404 | 405 | 422) => {
                sign_in_again()
            }
            other => other.into(),
        })?;
        let renewed = pair_in(answer, Some(refresh)).ok_or_else(sign_in_again)?;
        let kept = self.world.secrets.set(&self.world.name, &renewed);
        kept.map_err(|error| SourceError::Credentials(format!("the renewed sign-in cannot be kept: {error}")))?;
        Ok(renewed)
    }
}

impl SignIn for Pasted {
    fn sign_in(&self, stale: Option<&[Credential]>, cancel: &Cancel) -> Result<Vec<Credential>, SourceError> {
        let kept = self.world.secrets.get(&self.world.name);
        let kept = kept.map_err(|error| SourceError::Credentials(error.to_string()))?.filter(|kept| !kept.is_empty());
        let Some(mut secret) = kept else {
            let words = "nobody is signed in: paste a token, or have a code sent by e-mail";
            return Err(SourceError::Credentials(words.into()));
        };
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        if stale.is_some() && given.as_ref() == Some(&secret) {
            let refresh = secret.member("refresh_token").filter(|token| !token.is_empty()).ok_or_else(sign_in_again)?;
            secret = self.renew(&secret, &refresh, cancel)?;
        }
        *given = Some(secret.clone());
        let Some(access) = secret.member("access_token") else { return Ok(vec![Credential::bearer(&secret)]) };
        let cookie = Secret::new(format!("{ACCESS}={}", access.reveal()));
        Ok(vec![Credential::bearer(&access), Credential::header("cookie", &cookie)])
    }
}

/// The pair in an answer: as JSON, or as cookies. Without a new refresh token the old one stays good.
fn pair_in(answer: Response, old: Option<&Secret>) -> Option<Secret> {
    let cookies = answer.headers.get("set-cookie").cloned().unwrap_or_default();
    let mut body = Vec::new();
    // What cannot be read of it is as good as not there: the cookies may be all there is.
    drop(answer.body.take(64 << 10).read_to_end(&mut body));
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let found = |member: &str, cookie: &str| {
        let written = text(&body[member]).or_else(|| text(&body["session"][member])).map(str::to_owned);
        written.or_else(|| cookie_in(&cookies, cookie))
    };
    let access = found("access_token", ACCESS)?;
    let refresh = found("refresh_token", REFRESH).or_else(|| old.map(|old| old.reveal().to_owned()));
    Some(Secret::new(match refresh {
        Some(refresh) => json!({ "access_token": access, "refresh_token": refresh }).to_string(),
        None => access,
    }))
}

fn cookie_in(cookies: &str, name: &str) -> Option<String> {
    let pairs = cookies.lines().filter_map(|line| line.split(';').next()?.split_once('='));
    let mut values = pairs.filter(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().trim_matches('"'));
    values.next_back().filter(|value| !value.is_empty()).map(str::to_owned)
}

fn sign_in_again() -> SourceError {
    SourceError::Credentials(
        "the sign-in has run out: sign in again with a code sent by e-mail, or paste a new token".into(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others_and_an_emptied_one_is_none() {
        let cookies = "other=1; Path=/\ntalky_at=abc; HttpOnly; Path=/api/v1\ntalky_rt=; Max-Age=0";
        assert_eq!(cookie_in(cookies, ACCESS).as_deref(), Some("abc"));
        assert_eq!(cookie_in(cookies, REFRESH), None);
    }
}
