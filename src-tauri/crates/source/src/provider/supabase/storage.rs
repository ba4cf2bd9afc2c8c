//! Supabase Storage: files in buckets, behind addresses that are signed for an hour.
//!
//! Its errors are mostly a 400 whose body holds the real status. A signed address is never kept: each time audio is
//! wanted a new one is made, and once more if it has run out by the time it is asked.

use model::{Cancel, Outcome};
use serde_json::json;

use crate::http::{Body, Credential, Http, HttpError, Refusal, Request, Response, segment};
use crate::remote::stream::audio;
use crate::secret::Secret;
use crate::session::{Session, SessionError, SignIn};
use crate::transcript_format::json::{scalar, text};
use crate::{Audio, AudioError, AudioRequest, SourceError};

/// How long a signed address is to live, in seconds.
const LIFE: u32 = 3_600;

/// The key that every request to a project carries and that is no secret of a person's: as all there is to sign in with.
pub(crate) struct Anonymous(pub Secret);

impl SignIn for Anonymous {
    fn sign_in(&self, stale: Option<&[Credential]>, _cancel: &Cancel) -> Result<Vec<Credential>, SourceError> {
        match stale {
            None => Ok(vec![Credential::header("apikey", &self.0), Credential::bearer(&self.0)]),
            Some(_) => Err(SourceError::Credentials("the project refuses its anon key: check the settings".into())),
        }
    }
}

/// The bytes at a path in a bucket.
pub(crate) fn fetch<S: SignIn>(
    http: &Http,
    session: &Session<S>,
    (bucket, path): (&str, &str),
    ask: &AudioRequest<'_>,
) -> Result<Audio, AudioError> {
    let place = place(bucket, path);
    let signed = || {
        session.with(ask.cancel, |credentials| {
            let body = Body::Json(json!({ "expiresIn": LIFE }));
            let request = http.post(&format!("/storage/v1/object/sign/{place}"), body);
            let answer = with(request, credentials).json(ask.cancel)?;
            let address = text(&answer["signedURL"]).or_else(|| text(&answer["signedUrl"])).map(below_storage);
            address.ok_or_else(|| HttpError::NotJson("the storage signed no address".into()))
        })
    };
    let address = match signed() {
        Ok(address) => address,
        // Who may read may not always sign.
        Err(SessionError::Http(HttpError::Status(refusal))) if matches!(code(&refusal), 401 | 403 | 405) => {
            let opened = session.with(ask.cancel, |credentials| {
                let request = http.get(&format!("/storage/v1/object/authenticated/{place}"));
                with(resumed(request, ask), credentials).send(ask.cancel)
            });
            return audio(opened.map_err(refused)?);
        }
        Err(error) => return Err(refused(error)),
    };
    audio(at_signed(http, &address, ask, || signed().map_err(refused))?)
}

/// What answers at a signed address. If it has run out, `again` makes another one, once. Nothing of ours is sent there.
pub(crate) fn at_signed(
    http: &Http,
    address: &str,
    ask: &AudioRequest<'_>,
    again: impl FnOnce() -> Result<String, AudioError>,
) -> Result<Response, AudioError> {
    let open = |address: &str| resumed(http.found(address)?, ask).settled(|status, _| status == 400).send(ask.cancel);
    match open(address) {
        Err(HttpError::Status(refusal)) if has_run_out(&refusal) => {
            open(&again()?).map_err(|error| expired(SessionError::Http(error)))
        }
        other => other.map_err(|error| refused(SessionError::Http(error))),
    }
}

/// A failure in the storage's words as one that says what it means.
pub(crate) fn refused(error: SessionError) -> AudioError {
    let SessionError::Http(HttpError::Status(refusal)) = &error else { return error.into() };
    match code(refusal) {
        // That says nothing about the file, which may be in another one.
        _ if lacks_bucket(refusal) => AudioError::new(
            Outcome::Denied,
            "the storage has no bucket of this name, or does not show it: check the bucket in the source's settings",
        ),
        404 => AudioError::new(Outcome::NotFound, "the storage has no file at the recording's path"),
        401 | 403 => AudioError::new(
            Outcome::Denied,
            "the storage does not let this account read the file: ask for the right to read the bucket",
        ),
        _ => error.into(),
    }
}

/// The request with what is known of an earlier try.
pub(crate) fn resumed(request: Request, ask: &AudioRequest<'_>) -> Request {
    match ask.resume {
        Some(resume) => request.resume(resume.from, &resume.validator),
        None => request,
    }
}

/// The request with these credentials.
pub(crate) fn with(request: Request, credentials: &[Credential]) -> Request {
    credentials.iter().fold(request, Request::credential)
}

/// A bucket and a path as part of an address; the path's slashes stay.
fn place(bucket: &str, path: &str) -> String {
    let segments = path.split('/').filter(|part| !part.is_empty()).map(segment);
    std::iter::once(segment(bucket)).chain(segments).collect::<Vec<_>>().join("/")
}

/// Signed addresses are relative to the storage, not to the project.
fn below_storage(address: &str) -> String {
    if address.starts_with("/object/") { format!("/storage/v1{address}") } else { address.to_owned() }
}

/// The status the storage means.
fn code(refusal: &Refusal) -> u16 {
    let body = refusal.json().unwrap_or_default();
    let meant = scalar(&body["statusCode"]).and_then(|code| code.parse().ok());
    match (meant, scalar(&body["error"]).or_else(|| scalar(&body["code"])).as_deref()) {
        (_, Some("not_found" | "NoSuchKey" | "NoSuchBucket")) => 404,
        (_, Some("AccessDenied")) => 403,
        (Some(code), _) if refusal.status == 400 => code,
        _ => refusal.status,
    }
}

fn lacks_bucket(refusal: &Refusal) -> bool {
    let body = refusal.json().unwrap_or_default();
    let words = ["error", "code", "message"].map(|name| scalar(&body[name]).unwrap_or_default());
    words.iter().any(|word| word == "NoSuchBucket" || word.eq_ignore_ascii_case("bucket not found"))
}

fn has_run_out(refusal: &Refusal) -> bool {
    let word = refusal.json().and_then(|body| scalar(&body["error"]).or_else(|| scalar(&body["code"])));
    matches!(refusal.status, 401 | 403)
        || (refusal.status == 400
            && (word.as_deref() == Some("InvalidJWT") || refusal.body.contains("Request has expired")))
}

fn expired(error: SessionError) -> AudioError {
    match &error {
        SessionError::Http(HttpError::Status(refusal)) if has_run_out(refusal) => AudioError::new(
            Outcome::Expired,
            "the address the server gave for the audio is refused, a second time too: check this machine's clock",
        ),
        _ => refused(error),
    }
}
