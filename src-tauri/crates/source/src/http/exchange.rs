//! One request from the first attempt to an answer: the gate, redirects, and asking again.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::Cancel;
use serde_json::Value;
use ureq::http::{self, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::gate::asked_to_wait;
use super::patience::{Limits, Patience};
use super::wire::{broken, name};
use super::{Body, HttpError, Refusal, Request, Response};

/// How often something is sent at most before its failure is one.
const ATTEMPTS: u32 = 4;
/// How many redirects are followed.
const REDIRECTS: usize = 5;
/// How much of a refusal is read.
const REFUSAL: u64 = 64 << 10;
/// How long a stream of events may be silent.
const EVENTS: Duration = Duration::from_secs(600);

/// A failure, and whether asking again may help.
struct Failure {
    error: HttpError,
    again: bool,
}

/// How one attempt is made.
struct Attempt<'a> {
    request: &'a Request,
    patience: Arc<Patience>,
    cancel: &'a Cancel,
    /// Not to be waited for beyond this.
    until: Option<Instant>,
    /// How many went before it.
    turn: u32,
    /// Whether a packed answer is welcome.
    packed: bool,
}

impl Request {
    pub(super) fn stream(&self, cancel: &Cancel) -> Result<Response, HttpError> {
        let answer = self.repeated(cancel, false, None, Ok)?;
        if !self.is_wrong_part(&answer) {
            return Ok(answer);
        }
        if self.resume.is_some() {
            // The server has another part than the one that is missing: then the whole.
            return self.whole().stream(cancel);
        }
        let host = name(&answer.url);
        Err(HttpError::Network(format!("{host} sent a part in the middle of what was asked for")))
    }

    pub(super) fn value(&self, cancel: &Cancel) -> Result<Value, HttpError> {
        let limits = &self.http.inner.limits;
        self.repeated(cancel, true, Some(limits.json), |answer| read_json(answer, limits.json_bytes))
    }

    /// Makes attempts until one is good, does not get better, or there were enough. `each` bounds one attempt.
    fn repeated<T>(
        &self,
        cancel: &Cancel,
        packed: bool,
        each: Option<Duration>,
        read: impl Fn(Response) -> Result<T, Failure>,
    ) -> Result<T, HttpError> {
        if let Some(problem) = &self.problem {
            return Err(problem.clone());
        }
        let inner = &self.http.inner;
        let end = self.within.map(|time| Instant::now() + time);
        let mut turn = 0;
        loop {
            inner.gate.pass(inner.limits.wait.min(left(end)), &inner.world, cancel)?;
            let until = [end, each.map(|time| Instant::now() + time)].into_iter().flatten().min();
            let patience = Patience::new(&self.limits(), cancel, &inner.world.network, until);
            let attempt = Attempt { request: self, patience, cancel, until: end, turn, packed };
            let failure = match attempt.run().and_then(&read) {
                Ok(done) => return Ok(done),
                Err(failure) => failure,
            };
            turn += 1;
            let pause = inner.limits.pause.saturating_mul(1 << turn.min(8)) / 2;
            let pause = pause.mul_f64(0.75 + fastrand::f64() / 2.0);
            if !failure.again || self.method != "GET" || turn >= ATTEMPTS || pause >= left(end) {
                return Err(failure.error);
            }
            cancel.wait(pause)?;
        }
    }

    fn limits(&self) -> Limits {
        let limits = self.http.inner.limits.clone();
        if self.endless { Limits { stall: EVENTS, trickle: 0, ..limits } } else { limits }
    }

    /// Whether this is another part than was asked for, or none.
    fn is_wrong_part(&self, answer: &Response) -> bool {
        let from = self.resume.as_ref().map_or(0, |(from, _)| *from);
        answer.status == 416 || (answer.status == 206 && first_byte(answer) != Some(from))
    }

    /// What is sent before the body: to the configured origin (`trusted`) everything, to others nothing of ours.
    pub(super) fn head(&self, trusted: bool, packed: bool) -> Result<HeaderMap, HttpError> {
        let mut headers = HeaderMap::new();
        let mut set = |name: &str, value: &str, secret: bool| -> Result<(), HttpError> {
            let wrong =
                |_| HttpError::Unsafe(format!("what is to be sent as {name} has characters that cannot be sent"));
            let key = HeaderName::from_bytes(name.as_bytes());
            let key = key.map_err(|_| HttpError::Unsafe(format!("{name} is not the name of a header")))?;
            let mut value = HeaderValue::from_bytes(value.as_bytes()).map_err(wrong)?;
            value.set_sensitive(secret);
            headers.insert(key, value);
            Ok(())
        };
        set("accept", if packed { "application/json, */*;q=0.5" } else { "*/*" }, false)?;
        set("accept-encoding", if packed { "gzip" } else { "identity" }, false)?;
        match &self.body {
            Some(Body::Json(_)) => set("content-type", "application/json", false)?,
            Some(Body::Form(_)) => set("content-type", "application/x-www-form-urlencoded", false)?,
            None => {}
        }
        if let Some((from, validator)) = &self.resume {
            set("range", &format!("bytes={from}-"), false)?;
            set("if-range", validator, false)?;
        }
        for (name, value) in &self.headers {
            if trusted || name.eq_ignore_ascii_case("accept") {
                set(name, value, false)?;
            }
        }
        for credential in self.credentials.iter().filter(|_| trusted) {
            set(credential.header, credential.value.reveal(), true)?;
        }
        Ok(headers)
    }

    /// The same without [`Request::resume`].
    fn whole(&self) -> Self {
        Self { resume: None, ..self.clone() }
    }
}

impl Attempt<'_> {
    /// Sends it and follows redirects.
    fn run(&self) -> Result<Response, Failure> {
        let request = self.request;
        let rules = &request.http.inner.rules;
        let mut url = request.url.clone();
        let mut trusted = rules.is_own(&url);
        let mut seen = vec![url.clone()];
        loop {
            let answer = self.ask(&url, trusted)?;
            let Some(target) = redirect(&answer) else { return self.judge(answer) };
            if request.method != "GET" {
                return fatal(HttpError::Unsafe(format!(
                    "{} wants what was sent to it sent elsewhere (a redirect of a POST), which is not done: check the \
                     source's address",
                    name(&url)
                )));
            }
            let next = rules.followed(&url, target).map_err(Failure::last)?;
            if seen.contains(&next) || seen.len() > REDIRECTS {
                return fatal(HttpError::Unsafe(format!("{} redirects in circles", name(&url))));
            }
            trusted &= rules.is_own(&next);
            seen.push(next.clone());
            url = next;
        }
    }

    /// Sends one request to one address. Credentials and headers of our own go along while every address so far was the
    /// configured one.
    fn ask(&self, url: &Url, trusted: bool) -> Result<Response, Failure> {
        let request = self.request;
        let inner = &request.http.inner;
        self.patience.check().map_err(Failure::last)?;
        let mut asked = http::Request::builder().method(request.method).uri(url.as_str());
        if let Some(headers) = asked.headers_mut() {
            *headers = request.head(trusted, self.packed).map_err(Failure::last)?;
        }
        let asked = asked.body(request.body.as_ref().map(written).unwrap_or_default());
        let asked = asked.map_err(|_| Failure::last(HttpError::Unsafe("an address cannot be written".into())))?;
        inner.count();
        let sent = self.patience.during(|| match request.body {
            Some(_) => inner.agent.run(asked),
            None => inner.agent.run(asked.map(|_| ())),
        });
        let answer = sent.map_err(|error| failed(&name(url), error))?;
        self.patience.head_is_here();
        let (head, body) = answer.into_parts();
        let reader = self.patience.during(|| body.into_reader());
        let body = Stream { reader, patience: Arc::clone(&self.patience), host: name(url) };
        Ok(Response {
            status: head.status.as_u16(),
            headers: lower(&head.headers),
            url: url.clone(),
            body: Box::new(body),
        })
    }

    /// What an answer means that is no redirect.
    fn judge(&self, answer: Response) -> Result<Response, Failure> {
        let request = self.request;
        if (200..300).contains(&answer.status) || (answer.status == 416 && request.resume.is_some()) {
            return Ok(answer);
        }
        let inner = &request.http.inner;
        let elsewhere = !inner.rules.is_own(&answer.url);
        let at = format!("{}{}", name(&answer.url), answer.url.path());
        let Response { status, headers, body, .. } = answer;
        let body = beginning(body).map_err(Failure::last)?;
        let settled = request.settled.is_some_and(|is_settled| is_settled(status, &body));
        let refusal = Refusal { status, body, headers, elsewhere, at };
        if settled {
            return fatal(HttpError::Status(refusal));
        }
        if matches!(status, 429 | 503) {
            let now_ms = (inner.world.clock)();
            let asked = asked_to_wait(&refusal.headers, &refusal.body, now_ms);
            let own = (status == 429).then(|| inner.limits.back_off.saturating_mul(1 << self.turn.min(8)));
            if let Some(time) = asked.filter(|time| !time.is_zero()).or(own) {
                return Err(self.wait_for(time, refusal, now_ms));
            }
        }
        let again = matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504);
        Err(Failure { error: HttpError::Status(refusal), again })
    }

    /// Closes the gate. A stranger cannot close it for long.
    fn wait_for(&self, time: Duration, refusal: Refusal, now_ms: i64) -> Failure {
        let inner = &self.request.http.inner;
        let too_long = time > inner.limits.wait.min(left(self.until));
        let until_ms = if refusal.elsewhere && too_long {
            now_ms.saturating_add(i64::try_from(time.as_millis()).unwrap_or(i64::MAX))
        } else {
            inner.gate.close(time, now_ms)
        };
        let limited = HttpError::RateLimited { until_ms };
        let error = if too_long || refusal.status == 429 { limited } else { HttpError::Status(refusal) };
        Failure { error, again: !too_long && !self.cancel.is_cancelled() }
    }
}

impl Failure {
    fn last(error: HttpError) -> Self {
        Self { error, again: false }
    }
}

/// A body that is read under its request's patience.
struct Stream {
    reader: ureq::BodyReader<'static>,
    patience: Arc<Patience>,
    host: String,
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.patience.check()?;
        let read = self.patience.during(|| self.reader.read(buffer));
        Ok(read.map_err(|error| broken(&self.host, &error))?)
    }
}

fn fatal<T>(error: HttpError) -> Result<T, Failure> {
    Err(Failure::last(error))
}

fn left(end: Option<Instant>) -> Duration {
    end.map_or(Duration::MAX, |end| end.saturating_duration_since(Instant::now()))
}

/// Where this answer sends us.
fn redirect(answer: &Response) -> Option<&str> {
    matches!(answer.status, 301 | 302 | 303 | 307 | 308).then(|| answer.headers.get("location"))?.map(String::as_str)
}

fn failed(host: &str, error: ureq::Error) -> Failure {
    let network = |words: String, again: bool| Failure { error: HttpError::Network(words), again };
    match error {
        ureq::Error::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) => {
            network(format!("no safe connection to {host}: {error}"), false)
        }
        ureq::Error::Io(error) => {
            let error = broken(host, &error);
            let again = matches!(error, HttpError::Network(_));
            Failure { error, again }
        }
        ureq::Error::Rustls(error) => network(format!("no safe connection to {host}: {error}"), false),
        ureq::Error::HostNotFound => network(format!("{host} cannot be found"), true),
        other => network(format!("{host} answered something that is not HTTP ({other})"), true),
    }
}

fn lower(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut read = BTreeMap::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        let kept: &mut String = read.entry(name.as_str().to_owned()).or_default();
        if name == http::header::SET_COOKIE && !kept.is_empty() {
            kept.push('\n');
            kept.push_str(&value);
        } else {
            *kept = value;
        }
    }
    read
}

/// What a refusal says; one that breaks off says what came of it.
fn beginning(body: Box<dyn Read + Send>) -> Result<String, HttpError> {
    let mut bytes = Vec::new();
    if let Err(error) = body.take(REFUSAL).read_to_end(&mut bytes) {
        match broken("", &error) {
            HttpError::Network(_) => {}
            other => return Err(other),
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn written(body: &Body) -> Vec<u8> {
    match body {
        Body::Json(value) => value.to_string().into_bytes(),
        Body::Form(fields) => {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            for (name, value) in fields {
                form.append_pair(name, value.reveal());
            }
            form.finish().into_bytes()
        }
    }
}

fn read_json(answer: Response, most: u64) -> Result<Value, Failure> {
    let host = name(&answer.url);
    let mut bytes = Vec::new();
    answer.body.take(most + 1).read_to_end(&mut bytes).map_err(|error| {
        let error = broken(&host, &error);
        let again = matches!(error, HttpError::Network(_));
        Failure { error, again }
    })?;
    if bytes.len() as u64 > most {
        return fatal(HttpError::TooLarge(most));
    }
    if bytes.is_empty() && answer.status == 204 {
        return Ok(Value::Null);
    }
    // Some servers put a byte order mark in front, which JSON does not know.
    serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes)).map_err(|error| {
        let kind = answer.headers.get("content-type").map_or("without a type", |kind| kind.as_str());
        let words = format!("{host}{}: not JSON but {kind} ({error})", answer.url.path());
        // Without a length a body that was cut short looks complete.
        let cut = error.is_eof() && !bytes.is_empty();
        Failure { error: HttpError::NotJson(words), again: cut }
    })
}

/// The first byte of the part that this is, and of how many the whole has.
pub(super) fn part(content_range: &str) -> Option<(u64, Option<u64>)> {
    let (span, whole) = content_range.trim().strip_prefix("bytes")?.trim_start_matches([' ', '=']).split_once('/')?;
    let (first, last) = span.split_once('-')?;
    let (first, last): (u64, u64) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    let whole = whole.trim().parse().ok();
    (first <= last && whole.is_none_or(|whole| last < whole)).then_some((first, whole))
}

fn first_byte(answer: &Response) -> Option<u64> {
    part(answer.headers.get("content-range")?).map(|(first, _)| first)
}
