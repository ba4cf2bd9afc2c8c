//! A request as a site sees it, and its answer.

use std::collections::BTreeMap;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// A request.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path, decoded.
    pub path: String,
    /// The query's pairs, decoded, in order.
    pub query: Vec<(String, String)>,
    /// Headers by lower-case name.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
    /// The server's own origin, such as `http://127.0.0.1:40123`, for absolute addresses in answers.
    pub origin: String,
}

/// Pieces of an answer that come one by one; each is sent as soon as it comes, and the answer ends with its sender.
pub type Pieces = Arc<Mutex<Receiver<Vec<u8>>>>;

/// An answer. Its body is sent with its length unless it says otherwise.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Send it in chunks, without saying its length.
    pub chunked: bool,
    /// Keep the connection open and send these pieces as they come (server-sent events).
    pub stream: Option<Pieces>,
}

impl Asked {
    /// The first query parameter of this name.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A query parameter as a number, or what it is without one.
    pub fn number(&self, name: &str, usual: usize) -> usize {
        self.param(name).and_then(|text| text.parse().ok()).unwrap_or(usual)
    }

    /// A header by lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The path's segments.
    pub fn segments(&self) -> Vec<&str> {
        self.path.split('/').filter(|segment| !segment.is_empty()).collect()
    }
}

impl Answer {
    /// 200 with JSON.
    pub fn json(value: &Value) -> Self {
        Self::status(200, value)
    }

    /// Another status with JSON.
    pub fn status(status: u16, value: &Value) -> Self {
        Self { status, body: value.to_string().into_bytes(), ..Self::default() }
            .header("Content-Type", "application/json")
    }

    /// A status without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// 200 with these bytes.
    pub fn bytes(content_type: &str, body: Vec<u8>) -> Self {
        Self { status: 200, body, ..Self::default() }.header("Content-Type", content_type)
    }

    /// These bytes, or the part of them that a `Range` header asks for (206, 416), with an `ETag`.
    pub fn ranged(asked: &Asked, content_type: &str, body: Vec<u8>) -> Self {
        let etag = format!("\"{}-{}\"", body.len(), body.iter().map(|byte| u64::from(*byte)).sum::<u64>());
        let whole = Self::bytes(content_type, body).header("Accept-Ranges", "bytes").header("ETag", &etag);
        let still_the_same = asked.header("if-range").is_none_or(|validator| validator == etag);
        let from = asked.header("range").and_then(|range| range.strip_prefix("bytes=")?.split_once('-'));
        let Some((from, to)) = from.filter(|_| still_the_same) else { return whole };
        let length = whole.body.len();
        let last = to.parse::<usize>().unwrap_or(usize::MAX).min(length.saturating_sub(1));
        match from.parse::<usize>() {
            Ok(from) if from <= last && from < length => {
                let range = format!("bytes {from}-{last}/{length}");
                let body = whole.body[from..=last].to_vec();
                Self { status: 206, body, ..whole }.header("Content-Range", &range)
            }
            _ => Self::empty(416).header("Content-Range", &format!("bytes */{length}")),
        }
    }

    /// Server-sent events: these pieces as they come ([`Hints::listen`](super::Hints::listen)).
    pub fn events(pieces: Receiver<Vec<u8>>) -> Self {
        let stream = Some(Arc::new(Mutex::new(pieces)));
        Self { status: 200, stream, ..Self::default() }.header("Content-Type", "text/event-stream")
    }

    /// A redirect.
    pub fn redirect(status: u16, to: &str) -> Self {
        Self::empty(status).header("Location", to)
    }

    /// The same with one more header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same, sent in chunks without its length.
    pub fn chunked(self) -> Self {
        Self { chunked: true, ..self }
    }
}
