//! Against real listeners on this machine.

mod addresses;
mod basics;
mod bodies;
mod gate;
mod hints;
mod redirects;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::patience::Limits;
use super::{Allowed, Http};
use crate::{Settings, World};

/// A request as a server saw it.
#[derive(Clone, Debug, Default)]
struct Seen {
    /// `GET /path HTTP/1.1`.
    line: String,
    headers: BTreeMap<String, String>,
    body: String,
}

/// A server on this machine that answers as it is told and remembers what it was asked.
struct Server {
    url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// `answer` is given how many requests came before, the request, and the connection to write to; it says whether
    /// the connection is kept.
    fn new(answer: impl Fn(usize, &Seen, &mut TcpStream) -> bool + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let (answer, kept, counted) = (Arc::new(answer), Arc::clone(&seen), Arc::clone(&connections));
        thread::spawn(move || {
            for connection in listener.incoming() {
                let (answer, seen) = (Arc::clone(&answer), Arc::clone(&kept));
                let Ok(connection) = connection else { return };
                counted.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || talk(connection, &*answer, &seen));
            }
        });
        Self { url, seen, connections }
    }

    /// A server that always writes the same.
    fn always(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::new(move |_, _, connection| connection.write_all(text.as_bytes()).is_ok())
    }

    /// A server that writes one text after another, and the last one again and again.
    fn in_turn(texts: Vec<String>) -> Self {
        Self::new(move |turn, _, connection| {
            let text = texts.get(turn).or(texts.last()).expect("a text");
            connection.write_all(text.as_bytes()).is_ok()
        })
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no test has failed here").clone()
    }

    /// How often somebody connected.
    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    fn http(&self) -> Http {
        http(&self.url)
    }

    fn http_within(&self, limits: Limits) -> Http {
        Http::with_limits(&self.url, Allowed::default(), &Settings::default(), &world(), limits).expect("a fit address")
    }
}

fn talk(
    mut connection: TcpStream,
    answer: &dyn Fn(usize, &Seen, &mut TcpStream) -> bool,
    seen: &Mutex<Vec<Seen>>,
) -> Option<()> {
    let mut reader = BufReader::new(connection.try_clone().ok()?);
    loop {
        let mut asked = Seen::default();
        reader.read_line(&mut asked.line).ok().filter(|bytes| *bytes > 0)?;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.split_once(':') else { break };
            asked.headers.insert(name.to_lowercase(), value.trim().to_owned());
        }
        let length = asked.headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        asked.body = String::from_utf8_lossy(&body).into_owned();
        let turn = {
            let mut seen = seen.lock().ok()?;
            seen.push(asked.clone());
            seen.len() - 1
        };
        if !answer(turn, &asked, &mut connection) {
            return None;
        }
    }
}

/// An answer with a body and its length.
fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

fn json(body: &str) -> String {
    answer("200 OK", "content-type: application/json\r\n", body)
}

/// Pauses that a test can wait for.
fn quick() -> Limits {
    Limits { pause: Duration::from_millis(4), back_off: Duration::from_millis(20), ..Limits::default() }
}

/// Limits that a test can wait for, too short for a busy machine to keep to them.
fn impatient() -> Limits {
    Limits {
        stall: Duration::from_millis(400),
        head: Duration::from_millis(1200),
        span: Duration::from_millis(600),
        ..quick()
    }
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

fn world() -> World {
    World::plain("test", now)
}

fn http(url: &str) -> Http {
    http_in(url, &world())
}

fn http_in(url: &str, world: &World) -> Http {
    Http::with_limits(url, Allowed::default(), &Settings::default(), world, quick()).expect("a fit address")
}
