//! The only HTTP client, and the only place that opens a socket.
//!
//! One [`Http`] is one door: an origin that the user configured, with the rules for leaving it. What it keeps to:
//! - A credential goes to the origin it was configured for and nowhere else. Redirects are followed here, at most five,
//!   never from https to http; when scheme, host or port changes, every credential is dropped, for good.
//! - An address found in data is not trusted: https (or http to a loopback address where the door's own origin is one),
//!   no user info, a host that the kind or the user allows. Private and link-local addresses are refused when connecting,
//!   unless they are the configured origin's own.
//! - Every read has limits: connecting, silence, the whole, the size (also after unpacking).
//! - One gate for all requests of a source: who is asked to wait makes everybody wait, and waiting can be cancelled.
//! - Nothing is sent while the network is switched off.

mod address;
mod events;
mod exchange;
mod gate;
mod patience;
mod reconnect;
mod socket;
mod wire;

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Cancel, Cancelled};
use serde_json::Value;
use ureq::Agent;
use ureq::config::Config;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::transport::{Connector as _, RustlsConnector};
use url::Url;

use crate::secret::Secret;
use crate::{Settings, SourceError, World};
use address::Rules;
use gate::Gate;
use patience::Limits;
use wire::{Dial, LookUp};

pub use socket::Heard;

/// How many idle connections are kept for the next request, for as many as are asked side by side.
const CONNECTIONS: usize = 16;
/// How long a POST may take: the longest wait at the gate, and a minute. Somebody waits for it, most often to be signed in.
const POST: Duration = Duration::from_secs(180);

/// One configured origin and the way to it. Clones share the gate and the count of requests.
#[derive(Clone)]
pub struct Http {
    inner: Arc<Inner>,
}

struct Inner {
    rules: Rules,
    world: World,
    limits: Limits,
    gate: Gate,
    agent: Agent,
    sent: AtomicU64,
}

/// Which hosts may be asked besides the configured one, always without credentials.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    /// Hosts of the kind: `media.ringcentral.com`, or `*.amazonaws.com` for all below.
    pub hosts: Vec<String>,
}

/// A credential as it is sent. It shows nowhere by accident.
#[derive(Clone, Debug)]
pub struct Credential {
    header: &'static str,
    value: Secret,
}

/// A request in the making.
#[derive(Clone)]
pub struct Request {
    http: Http,
    method: &'static str,
    url: Url,
    headers: Vec<(&'static str, String)>,
    credentials: Vec<Credential>,
    body: Option<Body>,
    resume: Option<(u64, String)>,
    settled: Option<fn(u16, &str) -> bool>,
    within: Option<Duration>,
    /// Events come whenever they come.
    endless: bool,
    /// Why it cannot be sent at all.
    problem: Option<HttpError>,
}

/// What to send along.
#[derive(Clone, Debug)]
pub enum Body {
    /// JSON.
    Json(Value),
    /// An HTML form.
    Form(Vec<(String, Secret)>),
}

/// A good answer (2xx) whose body has not been read yet.
pub struct Response {
    /// 200, 204, 206, …
    pub status: u16,
    /// Headers by lower-case name; the last one of several, `set-cookie` joined by newlines.
    pub headers: BTreeMap<String, String>,
    /// Where the answer came from, after redirects.
    pub url: Url,
    /// The body. A read fails with a network error on silence, a broken connection, a wrong length, or a cancel.
    pub body: Box<dyn Read + Send>,
}

/// Why there is no good answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum HttpError {
    /// The network is switched off.
    #[error("offline: nothing was asked")]
    Offline,
    /// No connection, a broken one, silence, nonsense.
    #[error("{0}")]
    Network(String),
    /// An address or a redirect that is not followed, and why.
    #[error("{0}")]
    Unsafe(String),
    /// The server asks to wait longer than anybody should wait here.
    #[error("the server asks us to wait until later")]
    RateLimited {
        /// Not before this moment, UTC milliseconds.
        until_ms: i64,
    },
    /// Any other answer than a good one.
    #[error("{0}")]
    Status(Refusal),
    /// A good answer that is not the JSON it should be.
    #[error("{0}")]
    NotJson(String),
    /// More bytes than are read.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(u64),
    /// The user stopped it.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// An answer that is not a good one.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the server answered {status}")]
pub struct Refusal {
    /// The status.
    pub status: u16,
    /// The body's first 64 KiB as text, for its code; never shown to people as it is.
    pub body: String,
    /// Headers by lower-case name.
    pub headers: BTreeMap<String, String>,
    /// The answer came from another origin than the configured one.
    pub elsewhere: bool,
    /// Host and path that were asked, without the query.
    pub at: String,
}

impl Http {
    /// The door to the origin (and path below which everything lies) in `url`. Plain http is refused but for loopback
    /// addresses. `settings` add hosts (`allow_host`).
    pub fn new(url: &str, allowed: Allowed, settings: &Settings, world: &World) -> Result<Self, SourceError> {
        Self::with_limits(url, allowed, settings, world, Limits::default())
    }

    fn with_limits(
        url: &str,
        allowed: Allowed,
        settings: &Settings,
        world: &World,
        limits: Limits,
    ) -> Result<Self, SourceError> {
        let hosts = allowed.hosts.into_iter().chain(settings.several("allow_host")).collect();
        let rules = Rules::new(address::base(url)?, hosts);
        let agent = agent(&rules);
        let (world, gate, sent) = (world.clone(), Gate::default(), AtomicU64::new(0));
        Ok(Self { inner: Arc::new(Inner { rules, world, limits, gate, agent, sent }) })
    }

    /// The configured address.
    pub fn base(&self) -> &Url {
        self.inner.rules.base()
    }

    /// How many requests have been sent, redirects and repeats included.
    pub fn requests(&self) -> u64 {
        self.inner.sent.load(Ordering::Relaxed)
    }

    /// A GET of a path below the base. The path may have a query; each segment must be encoded already ([`segment`]).
    pub fn get(&self, path: &str) -> Request {
        self.below("GET", path)
    }

    /// A POST of a path below the base. It is sent once: a POST is not repeated when it fails.
    pub fn post(&self, path: &str, body: Body) -> Request {
        Request { body: Some(body), ..self.below("POST", path) }.within(POST)
    }

    /// A GET of an address found in data. An address on the configured origin may get the credential; any other never.
    /// A relative address is taken as below the base.
    pub fn found(&self, address: &str) -> Result<Request, HttpError> {
        let address = address.trim();
        let url = match Url::parse(address) {
            Ok(url) => as_http(url),
            Err(url::ParseError::RelativeUrlWithoutBase) if address.starts_with("//") => {
                self.base().join(address).map_err(|_| no_address())?
            }
            Err(url::ParseError::RelativeUrlWithoutBase) => {
                // Some servers write the base's own path along.
                let own = self.base().path().trim_end_matches('/');
                let rest = address.strip_prefix(own).filter(|rest| !own.is_empty() && rest.starts_with('/'));
                let request = self.get(rest.unwrap_or(address));
                return request.problem.clone().map_or(Ok(request), Err);
            }
            Err(_) => return Err(no_address()),
        };
        self.inner.rules.found(&url)?;
        Ok(self.request("GET", Ok(url)))
    }

    fn below(&self, method: &'static str, path: &str) -> Request {
        let base = self.base();
        let own = base.path().trim_end_matches('/');
        let mut text = base.clone();
        text.set_path("");
        let text = format!("{}{own}/{}", text.as_str().trim_end_matches('/'), path.trim_start_matches('/'));
        let url = Url::parse(&text).map_err(|_| no_address());
        let inside = |url: &Url| self.inner.rules.is_own(url) && url.path().starts_with(&format!("{own}/"));
        self.request(method, url.and_then(|url| if inside(&url) { Ok(url) } else { Err(no_address()) }))
    }

    fn request(&self, method: &'static str, url: Result<Url, HttpError>) -> Request {
        let (mut url, problem) = match url {
            Ok(url) => (url, None),
            Err(problem) => (self.base().clone(), Some(problem)),
        };
        url.set_fragment(None);
        Request {
            http: self.clone(),
            method,
            url,
            headers: Vec::new(),
            credentials: Vec::new(),
            body: None,
            resume: None,
            settled: None,
            within: None,
            endless: false,
            problem,
        }
    }
}

impl Inner {
    fn count(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }
}

impl Credential {
    /// `Authorization: Bearer …`.
    pub fn bearer(token: &Secret) -> Self {
        Self { header: "authorization", value: Secret::new(format!("Bearer {}", token.reveal())) }
    }

    /// `Authorization: Basic …`.
    pub fn basic(user: &str, password: &Secret) -> Self {
        let pair = STANDARD.encode(format!("{user}:{}", password.reveal()));
        Self { header: "authorization", value: Secret::new(format!("Basic {pair}")) }
    }

    /// What is sent.
    #[cfg(test)]
    pub(crate) fn value(&self) -> &Secret {
        &self.value
    }

    /// Any header whose value is a secret: `xi-api-key`, `apikey`, `cookie`.
    pub fn header(header: &'static str, value: &Secret) -> Self {
        Self { header, value: value.clone() }
    }
}

impl Request {
    /// Adds a query parameter, encoded (`+` as `%2B`).
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    /// Adds a header that is no secret. To another origin than the configured one only `accept` is sent.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Sends a credential along, to the configured origin only; several can be given (`apikey` and `authorization`).
    pub fn credential(mut self, credential: &Credential) -> Self {
        self.credentials.push(credential.clone());
        self
    }

    /// Asks for what comes after `from` bytes, if the server still has the same (`validator` is a strong `ETag` or a
    /// `Last-Modified`). Whether it did, the status tells: 206, or 200 from the beginning. Of a server that has another
    /// part than that the whole is asked for.
    pub fn resume(mut self, from: u64, validator: &str) -> Self {
        self.resume = Some((from, validator.to_owned()));
        self
    }

    /// Takes this answer as it is instead of asking again, given status and body: a 500 that means "not found".
    pub fn settled(mut self, is_settled: fn(u16, &str) -> bool) -> Self {
        self.settled = Some(is_settled);
        self
    }

    /// How long the whole may take, for a request somebody is waiting for; without it a body may take as long as bytes
    /// keep coming.
    pub fn within(mut self, time: Duration) -> Self {
        self.within = Some(time);
        self
    }

    fn endless(mut self) -> Self {
        self.endless = true;
        self
    }

    /// Sends it, waits at the gate, follows redirects, asks again after 408, 429, 5xx and broken connections (a GET only)
    /// with growing pauses, a few times.
    pub fn send(self, cancel: &Cancel) -> Result<Response, HttpError> {
        self.stream(cancel)
    }

    /// Sends it and reads the answer as JSON, within bounds of size and depth; no content (204) is `Null`. A body cut
    /// short is asked for again.
    pub fn json(self, cancel: &Cancel) -> Result<Value, HttpError> {
        self.value(cancel)
    }
}

impl HttpError {
    /// Why a read of [`Response::body`] failed.
    pub fn of_read(error: &std::io::Error) -> Self {
        wire::broken("the server", error)
    }
}

impl Refusal {
    /// The body as JSON, if it is.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.body).ok()
    }
}

/// A path segment, encoded so that it stays one: what a server gave as an id cannot become a path or a query.
pub fn segment(text: &str) -> String {
    match text {
        // These mean something as a segment even when they are encoded; encoded twice they are only odd names.
        "" => "%2520".into(),
        "." => "%252E".into(),
        ".." => "%252E%252E".into(),
        _ => text.bytes().map(encoded).collect(),
    }
}

fn encoded(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    }
}

/// A WebSocket begins as a request.
fn as_http(mut url: Url) -> Url {
    let scheme = match url.scheme() {
        "wss" => "https",
        "ws" => "http",
        _ => return url,
    };
    // Cannot fail between these.
    let _ = url.set_scheme(scheme);
    url
}

fn no_address() -> HttpError {
    HttpError::Unsafe("an address in the data cannot be read as one, or leads out of the configured one".into())
}

/// The client below all this. It follows no redirects, keeps no cookies and uses no proxy: with one, the addresses that
/// are connected to could not be looked at.
fn agent(rules: &Rules) -> Agent {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(provider)
        .build();
    let config = Config::builder()
        .tls_config(tls)
        .proxy(None)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .max_idle_connections(CONNECTIONS)
        .max_idle_connections_per_host(CONNECTIONS)
        .user_agent(concat!("Turnstone/", env!("CARGO_PKG_VERSION")))
        .build();
    Agent::with_parts(config, Dial(rules.clone()).chain(RustlsConnector::default()), LookUp(rules.clone()))
}

#[cfg(test)]
mod tests;
