//! A WebSocket for hints, under the same rules as every request.

use std::io::{ErrorKind, Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::Cancel;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use rustls_platform_verifier::BuilderVerifierExt;
use tungstenite::client::client_with_config;
use tungstenite::handshake::client::generate_key;
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Error, Message, WebSocket};
use ureq::http;

use super::patience::{Limits, Patience};
use super::reconnect::keep_up;
use super::wire::{Wire, broken, name};
use super::{Http, HttpError, Request};
use crate::{SourceError, Watch};

/// The largest message.
const LARGEST: usize = 1 << 20;
/// How often there is a [`Heard::Tick`].
const TICK: Duration = Duration::from_secs(20);
/// A server that does not even answer a ping for so long is not there any more.
const DEAD: Duration = Duration::from_secs(70);
/// How long one look for messages lasts.
const LOOK: Duration = Duration::from_millis(500);

/// What happens on a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard<'a> {
    /// It is connected, for the first time or again: something may have been missed.
    Open,
    /// A text message.
    Message(&'a str),
    /// Every 20 seconds, for protocols that want a sign of life.
    Tick,
}

/// What is to be sent on a socket.
#[derive(Debug, Default)]
pub struct Sender {
    texts: Vec<String>,
    over: bool,
}

impl Sender {
    /// Sends a text message.
    pub fn send(&mut self, text: impl Into<String>) {
        self.texts.push(text.into());
    }

    /// Ends the connection, so that it is made anew.
    pub fn reconnect(&mut self) {
        self.over = true;
    }
}

impl Http {
    /// Keeps a WebSocket connected until the watch is dropped. `ask` says what to connect to, each time anew: a GET of
    /// a path or of a found `wss` address, with its credentials.
    pub fn socket(
        &self,
        mut ask: impl FnMut(&Cancel) -> Result<Request, SourceError> + Send + 'static,
        mut on: impl FnMut(Heard<'_>, &mut Sender) + Send + 'static,
    ) -> Watch {
        keep_up(self, move |cancel| {
            if let Ok(request) = ask(cancel) {
                // Why it ended does not matter: it is made again.
                let _ = request.converse(cancel, &mut on);
            }
        })
    }
}

impl Request {
    /// Connects and talks until either side ends it.
    fn converse(&self, cancel: &Cancel, on: &mut dyn FnMut(Heard<'_>, &mut Sender)) -> Result<(), HttpError> {
        let inner = &self.http.inner;
        inner.gate.pass(inner.limits.wait, &inner.world, cancel)?;
        let limits = Limits { trickle: 0, ..inner.limits.clone() };
        let patience = Patience::new(&limits, cancel, &inner.world.network, None);
        patience.check()?;
        inner.count();
        patience.during(|| {
            let mut socket = self.shake_hands()?;
            patience.head_is_here();
            patience.look_for(LOOK);
            talk(&mut socket, &patience, on).map_err(|error| self.lost(error))
        })
    }

    fn shake_hands(&self) -> Result<WebSocket<Box<dyn Stream>>, HttpError> {
        if let Some(problem) = &self.problem {
            return Err(problem.clone());
        }
        let rules = &self.http.inner.rules;
        let wire = Wire::connect(rules, &self.url)?;
        let is_safe = self.url.scheme() == "https";
        let stream: Box<dyn Stream> = if is_safe { Box::new(self.encrypted(wire)?) } else { Box::new(wire) };
        let mut address = self.url.clone();
        let _ = address.set_scheme(if is_safe { "wss" } else { "ws" });
        let mut asked = http::Request::builder().uri(address.as_str());
        if let Some(headers) = asked.headers_mut() {
            *headers = self.head(rules.is_own(&self.url), false)?;
        }
        let asked = asked
            .header("Host", name(&self.url))
            .header("Connection", "Upgrade")
            .header("Upgrade", "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", generate_key());
        let asked = asked.body(()).map_err(|_| HttpError::Unsafe("an address cannot be written".into()))?;
        let config = WebSocketConfig::default().max_message_size(Some(LARGEST)).max_frame_size(Some(LARGEST));
        let (socket, _) = client_with_config(asked, stream, Some(config))
            .map_err(|error| HttpError::Network(format!("{}: no WebSocket ({error})", name(&self.url))))?;
        Ok(socket)
    }

    fn encrypted(&self, wire: Wire) -> Result<StreamOwned<ClientConnection, Wire>, HttpError> {
        let failed =
            |error: rustls::Error| HttpError::Network(format!("no safe connection to {}: {error}", name(&self.url)));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config =
            builder.and_then(BuilderVerifierExt::with_platform_verifier).map_err(failed)?.with_no_client_auth();
        let host = self.url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let host = ServerName::try_from(host).map_err(|error| HttpError::Unsafe(error.to_string()))?;
        let connection = ClientConnection::new(Arc::new(config), host).map_err(failed)?;
        Ok(StreamOwned::new(connection, wire))
    }

    fn lost(&self, error: Error) -> HttpError {
        match error {
            Error::Io(error) => broken(&name(&self.url), &error),
            other => HttpError::Network(format!("{}: {other}", name(&self.url))),
        }
    }
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

fn talk(
    socket: &mut WebSocket<Box<dyn Stream>>,
    patience: &Patience,
    on: &mut dyn FnMut(Heard<'_>, &mut Sender),
) -> Result<(), Error> {
    let mut sender = Sender::default();
    let (mut heard, mut ticked) = (Instant::now(), Instant::now());
    on(Heard::Open, &mut sender);
    loop {
        for text in sender.texts.drain(..) {
            socket.send(Message::text(text))?;
        }
        if sender.over || heard.elapsed() > DEAD {
            return socket.close(None);
        }
        if ticked.elapsed() > TICK {
            ticked = Instant::now();
            socket.send(Message::Ping(Vec::new().into()))?;
            on(Heard::Tick, &mut sender);
        }
        match socket.read() {
            Ok(message) => {
                heard = Instant::now();
                if let Message::Text(text) = message {
                    on(Heard::Message(&text), &mut sender);
                }
            }
            Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => {
                patience.check().map_err(|error| Error::Io(error.into()))?;
            }
            Err(error) => return Err(error),
        }
    }
}
