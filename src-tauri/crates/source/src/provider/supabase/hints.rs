//! Realtime: the project says when a row changes. Nothing is replayed, so that every connection is a hint by itself.

use std::sync::{Arc, Weak};

use serde_json::{Value, json};

use super::Project;
use super::storage::with;
use super::tables::PARTS;
use crate::http::Heard;
use crate::{SourceError, Watch};

/// What the subscription is called.
const TOPIC: &str = "realtime:turnstone";

pub(super) fn watch(project: &Arc<Project>, hint: Box<dyn Fn() + Send>) -> Watch {
    let (asking, talking) = (Arc::clone(project), Arc::downgrade(project));
    let ask = move |cancel: &model::Cancel| {
        asking
            .session
            .with(cancel, |credentials| {
                let request = asking.http.get("/realtime/v1/websocket").query("vsn", "1.0.0");
                Ok(with(request.query("apikey", asking.session.how().key().reveal()), credentials))
            })
            .map_err(SourceError::from)
    };
    let mut number = 0_u64;
    project.http.socket(ask, move |heard, sender| {
        number += 1;
        match heard {
            Heard::Open => {
                sender.send(joined(&talking, number));
                hint();
            }
            Heard::Tick => {
                sender.send(said("phoenix", "heartbeat", &json!({}), number));
                if let Some(token) = talking.upgrade().and_then(|project| project.session.how().access()) {
                    sender.send(said(TOPIC, "access_token", &json!({ "access_token": token.reveal() }), number));
                }
            }
            Heard::Message(text) => match meaning(text) {
                Meaning::Change => hint(),
                Meaning::End => sender.reconnect(),
                Meaning::Nothing => {}
            },
        }
    })
}

/// What a message is to us.
enum Meaning {
    Change,
    End,
    Nothing,
}

fn meaning(text: &str) -> Meaning {
    let message: Value = serde_json::from_str(text).unwrap_or_default();
    // A newer protocol writes the same as a list.
    let (event, payload) = match &message {
        Value::Array(parts) if parts.len() == 5 => (&parts[3], &parts[4]),
        object => (&object["event"], &object["payload"]),
    };
    match event.as_str() {
        Some("postgres_changes") => Meaning::Change,
        Some("phx_error" | "phx_close") => Meaning::End,
        Some("system" | "phx_reply") if payload["status"] == "error" => Meaning::End,
        _ => Meaning::Nothing,
    }
}

fn joined(project: &Weak<Project>, number: u64) -> String {
    let project = project.upgrade();
    let calls = project.as_ref().map_or("calls", |project| project.table.as_str());
    let tables = std::iter::once(calls).chain(PARTS.iter().map(|(_, tables)| tables[0]));
    let changes: Vec<Value> = tables.map(|table| json!({ "event": "*", "schema": "public", "table": table })).collect();
    let token = project.as_ref().and_then(|project| project.session.how().access());
    let config = json!({
        "broadcast": { "ack": false, "self": false },
        "presence": { "enabled": false },
        "postgres_changes": changes,
        "private": false,
    });
    let payload = json!({ "config": config, "access_token": token.as_ref().map(|token| token.reveal()) });
    said(TOPIC, "phx_join", &payload, number)
}

fn said(topic: &str, event: &str, payload: &Value, number: u64) -> String {
    let number = number.to_string();
    json!({ "topic": topic, "event": event, "payload": payload, "ref": number, "join_ref": "1" }).to_string()
}
