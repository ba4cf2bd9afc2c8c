//! Reads requests off a connection.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::TcpStream;

use super::Asked;

/// Headers longer than this, or a longer body, are not a request of anybody's.
const MOST: usize = 16 << 20;

/// One connection's requests.
pub(super) struct Requests<'a> {
    stream: &'a TcpStream,
    origin: &'a str,
    /// What was read and is not used yet.
    buffer: Vec<u8>,
}

impl<'a> Requests<'a> {
    pub fn new(stream: &'a TcpStream, origin: &'a str) -> Self {
        Self { stream, origin, buffer: Vec::new() }
    }

    /// The next request; `None` when the client is gone.
    pub fn next(&mut self) -> io::Result<Option<Asked>> {
        loop {
            if let Some((mut asked, head)) = self.head()? {
                self.buffer.drain(..head);
                if asked.header("expect").is_some() {
                    self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
                }
                let length = asked.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
                while self.buffer.len() < length {
                    if !self.more()? {
                        return Ok(None);
                    }
                }
                asked.body = self.buffer.drain(..length).collect();
                return Ok(Some(asked));
            }
            if !self.more()? {
                return Ok(None);
            }
        }
    }

    fn more(&mut self) -> io::Result<bool> {
        let mut bytes = [0; 16 * 1024];
        let read = self.stream.read(&mut bytes)?;
        self.buffer.extend_from_slice(&bytes[..read]);
        if self.buffer.len() > MOST { Err(io::ErrorKind::InvalidData.into()) } else { Ok(read > 0) }
    }

    fn head(&self) -> io::Result<Option<(Asked, usize)>> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut headers);
        let invalid = |error: httparse::Error| io::Error::new(io::ErrorKind::InvalidData, error);
        let httparse::Status::Complete(length) = request.parse(&self.buffer).map_err(invalid)? else {
            return Ok(None);
        };
        let target = request.path.unwrap_or("/");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut named = BTreeMap::<String, String>::new();
        for header in request.headers.iter() {
            let value = String::from_utf8_lossy(header.value);
            let known = named.entry(header.name.to_ascii_lowercase()).or_default();
            if !known.is_empty() {
                known.push_str(", ");
            }
            known.push_str(&value);
        }
        let asked = Asked {
            method: request.method.unwrap_or("GET").to_owned(),
            path: decoded(path),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: named,
            body: Vec::new(),
            origin: self.origin.to_owned(),
        };
        Ok(Some((asked, length)))
    }
}

/// A path without its percent signs; one that makes no sense stays.
fn decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
        match (first, hex) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
