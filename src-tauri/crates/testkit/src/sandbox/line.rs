//! What a server tells without being asked: hints to everybody who listens, and WebSockets.

use std::net::TcpStream;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tungstenite::handshake::derive_accept_key;
use tungstenite::protocol::{Role, WebSocket};
use tungstenite::{Error, Message};

use super::Asked;

/// How often a line is looked at for something to send.
const BEAT: Duration = Duration::from_millis(10);

/// A site's end of a WebSocket.
pub struct Line {
    /// Texts to send as they come. The line is closed when their sender is gone.
    pub push: Receiver<String>,
    /// What to say to a text that the client sent.
    pub heard: Box<Reply>,
}

/// What is said to a text.
pub type Reply = dyn FnMut(&str) -> Vec<String> + Send;

/// Something told to everybody who listens at that moment; clones tell the same listeners.
#[derive(Clone, Debug)]
pub struct Hints<T>(Arc<Mutex<Vec<Sender<T>>>>);

impl<T: Clone> Hints<T> {
    /// One more listener: the other end of a [`Line`] or of [`Answer::stream`](super::Answer::stream).
    pub fn listen(&self) -> Receiver<T> {
        let (hint, listener) = channel();
        self.0.lock().expect("no panic while telling").push(hint);
        listener
    }

    /// Tells everybody; how many listened.
    pub fn tell(&self, hint: &T) -> usize {
        let mut listeners = self.0.lock().expect("no panic while telling");
        listeners.retain(|listener| listener.send(hint.clone()).is_ok());
        listeners.len()
    }

    /// Hangs up on everybody.
    pub fn hang_up(&self) {
        self.0.lock().expect("no panic while telling").clear();
    }
}

impl<T> Default for Hints<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl Line {
    /// A line that only ever tells these hints.
    pub fn of(hints: &Hints<String>) -> Self {
        Self { push: hints.listen(), heard: Box::new(|_| Vec::new()) }
    }

    /// Says yes to the upgrade.
    pub(super) fn accepted(asked: &Asked) -> Option<String> {
        let wants = asked.header("upgrade").is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"));
        let key = derive_accept_key(asked.header("sec-websocket-key").filter(|_| wants)?.as_bytes());
        Some(format!(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {key}\r\n\r\n"
        ))
    }

    /// Talks until one side is gone.
    pub(super) fn talk(mut self, stream: &TcpStream) -> Result<(), Error> {
        stream.set_read_timeout(Some(BEAT))?;
        let mut socket = WebSocket::from_raw_socket(stream, Role::Server, None);
        loop {
            match socket.read() {
                Ok(Message::Text(text)) => {
                    for answer in (self.heard)(text.as_str()) {
                        socket.send(Message::text(answer))?;
                    }
                }
                Ok(_) => {}
                Err(Error::Io(error)) if is_beat(&error) => {}
                Err(error) => return Err(error),
            }
            loop {
                match self.push.try_recv() {
                    Ok(text) => socket.send(Message::text(text))?,
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return socket.close(None),
                }
            }
        }
    }
}

fn is_beat(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
}
