//! Connections. Whatever waits here waits in slices, so that the request it waits for can be ended.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport};
use url::{Host, Url};

use super::HttpError;
use super::address::Rules;
use super::patience::{Patience, SLICE};

/// How many of a host's addresses are tried.
const MOST_ADDRESSES: usize = 16;

/// A TCP connection under the patience of whoever uses it.
pub(super) struct Wire(TcpStream);

impl Wire {
    /// Connects to where the URL points, if that machine may be asked.
    pub(super) fn connect(rules: &Rules, url: &Url) -> Result<Self, HttpError> {
        Self::connect_to(rules, url, &look_up(rules, url)?)
    }

    fn connect_to(rules: &Rules, url: &Url, addresses: &[SocketAddr]) -> Result<Self, HttpError> {
        // Also here, at the very door: what was looked up is what is connected to.
        let allowed: Vec<SocketAddr> =
            addresses.iter().copied().filter(|address| rules.may_connect(url, address.ip())).collect();
        if allowed.is_empty() {
            return Err(too_near(url));
        }
        let stream = apart(name(url), move |limit| first_connection(&allowed, limit))?;
        let ready = stream.set_nodelay(true);
        let ready = ready.and_then(|()| stream.set_read_timeout(Some(SLICE)));
        ready.and_then(|()| stream.set_write_timeout(Some(SLICE))).map_err(|error| broken(&name(url), &error))?;
        Ok(Self(stream))
    }

    fn is_quiet(&self) -> io::Result<bool> {
        self.0.set_nonblocking(true)?;
        let peeked = self.0.peek(&mut [0]);
        self.0.set_nonblocking(false)?;
        Ok(matches!(peeked, Err(error) if error.kind() == ErrorKind::WouldBlock))
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let patience = Patience::current()?;
        let start = Instant::now();
        loop {
            patience.silence(start.elapsed())?;
            match self.0.read(buffer) {
                Ok(bytes) => {
                    patience.came(bytes, start.elapsed())?;
                    return Ok(bytes);
                }
                Err(error) if is_passing(&error) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let patience = Patience::current()?;
        let start = Instant::now();
        loop {
            patience.silence(start.elapsed())?;
            match self.0.write(bytes) {
                Err(error) if is_passing(&error) => {}
                done => return done,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Looks hosts up for ureq.
#[derive(Debug)]
pub(super) struct LookUp(pub Rules);

impl Resolver for LookUp {
    fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut found = self.empty();
        for address in look_up(&self.0, &read_back(uri)?).map_err(io::Error::from)? {
            found.push(address);
        }
        Ok(found)
    }
}

/// Connects for ureq.
#[derive(Debug)]
pub(super) struct Dial(pub Rules);

impl Connector for Dial {
    type Out = Line;

    fn connect(&self, details: &ConnectionDetails, _: Option<()>) -> Result<Option<Line>, ureq::Error> {
        let url = read_back(details.uri)?;
        let wire = Wire::connect_to(&self.0, &url, &details.addrs).map_err(io::Error::from)?;
        let (input, output) = (details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(Line { wire, buffers: LazyBuffers::new(input, output) }))
    }
}

/// A connection with ureq's buffers.
pub(super) struct Line {
    wire: Wire,
    buffers: LazyBuffers,
}

impl Transport for Line {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        Ok(self.wire.write_all(&self.buffers.output()[..amount])?)
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        let bytes = self.wire.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(bytes);
        Ok(bytes > 0)
    }

    fn is_open(&mut self) -> bool {
        self.wire.is_quiet().unwrap_or(false)
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Line")
    }
}

/// What a broken connection is called.
pub(super) fn broken(host: &str, error: &io::Error) -> HttpError {
    if let Some(ours) = error.get_ref().and_then(|inner| inner.downcast_ref::<HttpError>()) {
        return ours.clone();
    }
    HttpError::Network(match error.kind() {
        ErrorKind::ConnectionRefused => format!("{host} is not listening: is the server running?"),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            format!("{host} broke the connection off")
        }
        ErrorKind::UnexpectedEof => format!("{host} ended the connection before its answer was complete"),
        ErrorKind::TimedOut | ErrorKind::WouldBlock => format!("{host} cannot be reached: no answer"),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
            format!("{host} cannot be reached: there is no way to it from this network")
        }
        _ => format!("the connection to {host} failed: {error}"),
    })
}

/// Host and port as people know them.
pub(super) fn name(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn look_up(rules: &Rules, url: &Url) -> Result<Vec<SocketAddr>, HttpError> {
    let port = url.port_or_known_default().unwrap_or_default();
    let found: Vec<SocketAddr> = match url.host() {
        Some(Host::Ipv4(v4)) => vec![SocketAddr::new(IpAddr::V4(v4), port)],
        Some(Host::Ipv6(v6)) => vec![SocketAddr::new(IpAddr::V6(v6), port)],
        Some(Host::Domain(domain)) => {
            let domain = domain.to_owned();
            let asked = domain.clone();
            apart(domain.clone(), move |_| Ok((asked.as_str(), port).to_socket_addrs()?.collect())).map_err(
                |error| match error {
                    HttpError::Network(_) => HttpError::Network(format!(
                        "{domain} cannot be found: is its name right, and is this machine online?"
                    )),
                    other => other,
                },
            )?
        }
        None => Vec::new(),
    };
    let allowed: Vec<SocketAddr> =
        found.into_iter().filter(|found| rules.may_connect(url, found.ip())).take(MOST_ADDRESSES).collect();
    if allowed.is_empty() { Err(too_near(url)) } else { Ok(allowed) }
}

fn first_connection(addresses: &[SocketAddr], limit: Duration) -> io::Result<TcpStream> {
    let end = Instant::now() + limit;
    let mut last = io::Error::from(ErrorKind::TimedOut);
    for (tried, address) in addresses.iter().enumerate() {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        match TcpStream::connect_timeout(address, left / (addresses.len() - tried).min(2) as u32) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Does what cannot be interrupted on a thread of its own, and waits for it with the patience of this one.
fn apart<T: Send + 'static>(
    host: String,
    job: impl FnOnce(Duration) -> io::Result<T> + Send + 'static,
) -> Result<T, HttpError> {
    let patience = Patience::current().map_err(|error| broken(&host, &error))?;
    let limit = patience.limits().connect;
    let (done, result) = mpsc::sync_channel(1);
    let thread = thread::Builder::new().name("connect".into());
    let spawned = thread.spawn(move || drop(done.send(job(limit))));
    spawned.map_err(|error| broken(&host, &error))?;
    let end = Instant::now() + limit;
    loop {
        patience.check()?;
        match result.recv_timeout(SLICE) {
            Ok(result) => return result.map_err(|error| broken(&host, &error)),
            Err(RecvTimeoutError::Timeout) if Instant::now() < end => {}
            Err(_) => return Err(broken(&host, &ErrorKind::TimedOut.into())),
        }
    }
}

fn too_near(url: &Url) -> HttpError {
    HttpError::Unsafe(format!(
        "{} is an address inside a private network or this machine, and not the configured one, so it was not asked",
        name(url)
    ))
}

fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

fn read_back(uri: &Uri) -> Result<Url, ureq::Error> {
    Url::parse(&uri.to_string()).map_err(|_| ureq::Error::HostNotFound)
}
