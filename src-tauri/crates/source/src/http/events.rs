//! Server-sent events, for hints.

use std::io::{BufRead, BufReader, Read};

use model::Cancel;

use super::reconnect::keep_up;
use super::{Http, Request};
use crate::{SourceError, Watch};

/// The largest event, and the longest line.
const LARGEST: usize = 1 << 20;

impl Http {
    /// Keeps a stream of events connected until the watch is dropped. `ask` says what to get, each time anew, with its
    /// credentials. `on` is told an event's name (`message` without one) and data; and `open` without data when it is
    /// connected, for the first time or again: something may have been missed.
    pub fn events(
        &self,
        mut ask: impl FnMut(&Cancel) -> Result<Request, SourceError> + Send + 'static,
        mut on: impl FnMut(&str, &str) + Send + 'static,
    ) -> Watch {
        keep_up(self, move |cancel| {
            let Ok(request) = ask(cancel) else { return };
            if let Ok(answer) = request.header("accept", "text/event-stream").endless().send(cancel) {
                on("open", "");
                read(answer.body, &mut on);
            }
        })
    }
}

/// Reads events until the stream ends, breaks, or does not keep to its bounds.
fn read(body: impl Read, on: &mut dyn FnMut(&str, &str)) {
    let mut lines = BufReader::new(body);
    let (mut name, mut data) = (String::new(), String::new());
    loop {
        let mut line = Vec::new();
        match (&mut lines).take(LARGEST as u64).read_until(b'\n', &mut line) {
            Ok(bytes) if bytes > 0 && line.ends_with(b"\n") => {}
            _ => return,
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end_matches(['\n', '\r']);
        if line.is_empty() {
            if !data.is_empty() {
                on(if name.is_empty() { "message" } else { &name }, data.trim_end_matches('\n'));
            }
            name.clear();
            data.clear();
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut name),
            "data" => {
                data.push_str(value);
                data.push('\n');
            }
            _ => {}
        }
        if data.len() > LARGEST {
            return;
        }
    }
}
