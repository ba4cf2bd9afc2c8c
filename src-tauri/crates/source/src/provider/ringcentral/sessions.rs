//! Records of the call log as calls: those of one telephony session belong together.

use model::{Moment, RejectedItem};
use serde_json::{Map, Value};

use crate::remote::{Item, revision_of};
use crate::transcript_format::json;

/// How near the end of a page a session may have been cut in two, in milliseconds.
const NEAR: i64 = 60_000;
/// At most so many sessions travel to the next page.
const MOST_HELD: usize = 20;

/// The calls of one answer.
#[derive(Default)]
pub(super) struct Sessions {
    pub items: Vec<Item>,
    /// Calls that were deleted.
    pub gone: Vec<String>,
    pub rejected: Vec<RejectedItem>,
}

struct Session {
    id: String,
    records: Vec<Value>,
}

/// The records of an answer as calls. `place` says in words where they stood.
pub(super) fn of(records: &[Value], place: &str) -> Sessions {
    let (sessions, rejected) = group(records, place);
    let mut found = Sessions { rejected, ..Sessions::default() };
    for session in sessions {
        let live: Vec<Value> = session.records.into_iter().filter(|record| !is_deleted(record)).collect();
        if live.is_empty() { found.gone.push(session.id) } else { found.items.push(item(session.id, live)) }
    }
    found
}

/// The records of an answer that runs from the newest to the oldest: those whose session is whole, and those whose
/// session may go on in the next answer.
pub(super) fn split(records: Vec<Value>) -> (Vec<Value>, Vec<Value>) {
    let Some(last_ms) = records.iter().rev().find_map(started_ms) else { return (records, Vec::new()) };
    let mut open: Vec<String> = Vec::new();
    for record in records.iter().rev() {
        let is_near = started_ms(record).is_some_and(|ms| (ms - last_ms).abs() <= NEAR);
        if let Some(id) = session_id(record).filter(|id| is_near && !open.contains(id)) {
            if open.len() == MOST_HELD {
                break;
            }
            open.push(id);
        }
    }
    records.into_iter().partition(|record| session_id(record).is_none_or(|id| !open.contains(&id)))
}

/// When a record's call began.
pub(super) fn started_ms(record: &Value) -> Option<i64> {
    json::moment(&record["startTime"]).map(|at: Moment| at.utc_ms)
}

fn group(records: &[Value], place: &str) -> (Vec<Session>, Vec<RejectedItem>) {
    let (mut sessions, mut rejected): (Vec<Session>, Vec<RejectedItem>) = Default::default();
    for (at, record) in records.iter().enumerate() {
        match session_id(record) {
            None => {
                let item = format!("record {} of {place}", at + 1);
                rejected.push(RejectedItem { item, reason: "it has no id, so it cannot be told from others".into() });
            }
            Some(_) if record["type"] == "Fax" => {}
            Some(id) => match sessions.iter_mut().find(|session| session.id == id) {
                // A later answer about the same record is the newer one.
                Some(session) => {
                    session.records.retain(|other| other["id"].is_null() || other["id"] != record["id"]);
                    session.records.push(record.clone());
                }
                None => sessions.push(Session { id, records: vec![record.clone()] }),
            },
        }
    }
    (sessions, rejected)
}

fn item(remote_id: String, mut records: Vec<Value>) -> Item {
    records.sort_by_key(|record| (started_ms(record), json::scalar(&record["id"])));
    let started_ms = records.iter().filter_map(started_ms).min();
    let ids: Vec<String> = records.iter().filter_map(|record| json::scalar(&record["id"])).collect();
    let handle = (!ids.is_empty()).then(|| ids.join(","));
    let revision = revision_of(&Value::Array(records.iter().map(without_addresses).collect()));
    Item { remote_id, started_ms, revision, handle, listed: Value::Array(records) }
}

/// What a call is known by; `None` for what cannot be a call.
fn session_id(record: &Value) -> Option<String> {
    ["telephonySessionId", "sessionId", "id"].iter().find_map(|name| json::scalar(&record[*name]))
}

/// Whether a record is there only to say that its call was deleted.
pub(super) fn is_deleted(record: &Value) -> bool {
    record["deleted"] == true || record["deleted"] == "true"
}

/// A record without the addresses in it, which depend on how it was asked for.
fn without_addresses(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let members = map.iter().filter(|(name, _)| !matches!(name.as_str(), "uri" | "contentUri" | "deleted"));
            Value::Object(members.map(|(name, value)| (name.clone(), without_addresses(value))).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_addresses).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(id: &str, session: &str, start: &str) -> Value {
        json!({"id": id, "telephonySessionId": session, "startTime": start})
    }

    #[test]
    fn records_of_one_session_are_one_call_with_all_their_ids() {
        let records = [
            record("b", "s-1", "2025-11-01T10:00:05Z"),
            record("c", "s-2", "2025-11-01T10:00:03Z"),
            record("a", "s-1", "2025-11-01T10:00:00Z"),
        ];
        let found = of(&records, "the call log");
        let calls: Vec<_> = found.items.iter().map(|item| (item.remote_id.as_str(), item.handle.as_deref())).collect();
        assert_eq!(calls, [("s-1", Some("a,b")), ("s-2", Some("c"))]);
    }

    #[test]
    fn a_revision_does_not_depend_on_how_a_record_was_asked_for() {
        let revision = |record: &Value| of(std::slice::from_ref(record), "it").items[0].revision.clone();
        let plain = record("a", "s-1", "2025-11-01T10:00:00Z");
        let mut addressed = plain.clone();
        addressed["uri"] = json!("https://platform.ringcentral.com/x?view=Detailed");
        assert_eq!(revision(&plain), revision(&addressed));
        addressed["result"] = json!("Missed");
        assert_ne!(revision(&plain), revision(&addressed));
    }

    #[test]
    fn deleted_records_are_gone_unless_the_session_lives_on() {
        let mut gone = record("a", "s-1", "2025-11-01T10:00:00Z");
        gone["deleted"] = json!(true);
        let mut half = record("b", "s-2", "2025-11-01T10:00:00Z");
        half["deleted"] = json!(true);
        let found = of(&[gone, half, record("c", "s-2", "2025-11-01T10:00:00Z")], "it");
        assert_eq!((found.gone, found.items.len()), (vec!["s-1".to_owned()], 1));
    }

    #[test]
    fn a_session_that_a_page_may_have_cut_is_held_back() {
        let records = vec![
            record("a", "s-1", "2025-11-01T12:00:00Z"),
            record("b", "s-2", "2025-11-01T10:00:10Z"),
            record("c", "s-3", "2025-11-01T10:00:05Z"),
            record("d", "s-2", "2025-11-01T10:00:00Z"),
        ];
        let (whole, held) = split(records);
        assert_eq!((whole.len(), held.len()), (1, 3), "all of s-2, and s-3 which began near it");
    }
}
