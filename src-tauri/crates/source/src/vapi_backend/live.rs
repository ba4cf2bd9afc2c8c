//! The server's live events, as hints. Its running version drops the event that says a recording is ready, so nothing is
//! believed of them but that it is worth looking.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::http::{Heard, Http};
use crate::session::{Session, Token};
use crate::{SourceError, Watch};

/// Events after which something about a call is different in the list.
const NEWS: [&str; 4] = ["recording_ready", "call_ended", "call_status", "metrics_update"];

/// Says `hint` for every event worth looking, and after each connection, since what happened before it was not heard.
pub(super) fn watch(http: &Http, session: &Arc<Session<Token>>, hint: Box<dyn Fn() + Send>) -> Watch {
    let (door, session) = (http.clone(), Arc::clone(session));
    let token = Arc::clone(&session);
    let ask = move |_: &_| Ok::<_, SourceError>(door.get("/ws/live-calls"));
    let mut known = false;
    http.socket(ask, move |heard, sender| match heard {
        Heard::Open => match token.how().secret() {
            Ok(token) => {
                sender.send(json!({"type": "subscribe", "token": token.reveal()}).to_string());
                // The first connection comes with the start, and a walk does too.
                if std::mem::replace(&mut known, true) {
                    hint();
                }
            }
            Err(_) => sender.reconnect(),
        },
        Heard::Message(text) => {
            let event: Value = serde_json::from_str(text).unwrap_or_default();
            if event["type"].as_str().is_some_and(|kind| NEWS.contains(&kind)) {
                hint();
            }
        }
        Heard::Tick => sender.send(json!({"type": "ping"}).to_string()),
    })
}
