//! A telephony session as a call.

use model::{AudioFacts, Call, CallRecord, Direction, Moment, Ms, Party, Recording};
use serde_json::{Map, Value};

use super::KEPT;
use crate::transcript_format::{json, keep_rest};

/// What of a record has a field of its own.
const USED: [&str; 10] =
    ["telephonySessionId", "sessionId", "id", "uri", "startTime", "duration", "direction", "from", "to", "recording"];

/// The call that these records describe, the earliest first.
pub(super) fn record(remote_id: &str, records: &[Value]) -> CallRecord {
    let first = records.first().unwrap_or(&Value::Null);
    let mut metadata = Map::new();
    for record in records {
        keep_rest(&mut metadata, record, &USED, &mut drop);
    }
    let mut call = facts(first);
    let ends = records.iter().filter_map(|record| Some(moment(record)?.utc_ms + duration(record)?));
    if let (Some(start), Some(end), true) = (&call.started_at, ends.max(), records.len() > 1) {
        call.duration_ms = Some(end - start.utc_ms);
    }
    CallRecord {
        remote_id: remote_id.to_owned(),
        call,
        recordings: recordings(records),
        metadata,
        ..CallRecord::default()
    }
}

/// When the call ended, as far as is known, UTC milliseconds.
pub(super) fn ended_ms(record: &CallRecord) -> Option<i64> {
    let start = record.call.started_at.as_ref()?.utc_ms;
    Some(start + record.call.duration_ms.unwrap_or(0))
}

/// Whether nobody speaks any more.
pub(super) fn is_over(records: &[Value]) -> bool {
    !records.iter().any(|record| record["result"] == "In Progress")
}

fn facts(record: &Value) -> Call {
    let direction = json::text(&record["direction"]).and_then(Direction::parse);
    let own = if direction == Some(Direction::Outbound) { &record["from"] } else { &record["to"] };
    let mut call = Call {
        started_at: moment(record),
        duration_ms: duration(record),
        direction,
        from: party(&record["from"]),
        to: party(&record["to"]),
        agent: json::scalar(&own["name"]).or_else(|| json::scalar(&record["extension"]["name"])),
        status: json::scalar(&record["result"]),
        ..Call::default()
    };
    for name in ["telephonySessionId", "sessionId", "id"] {
        if let Some(id) = json::scalar(&record[name]) {
            let name = if name == "id" { "callLogRecordId" } else { name };
            call.external_ids.insert(name.to_owned(), id);
        }
    }
    call
}

/// The recordings of the records and of their legs, each once, in the order of time.
fn recordings(records: &[Value]) -> Vec<Recording> {
    let mut found: Vec<Recording> = Vec::new();
    let legs = records.iter().flat_map(|record| {
        let legs = json::list(&record["legs"]).iter().map(move |leg| (leg, moment(leg).or_else(|| moment(record))));
        std::iter::once((record, moment(record))).chain(legs)
    });
    for (part, started_at) in legs {
        let Some(id) = recording_id(&part["recording"]) else { continue };
        if found.iter().any(|recording| recording.remote_id == id) {
            continue;
        }
        let expires_at = started_at.as_ref().map(|at| Moment::from_utc_ms(at.utc_ms + KEPT));
        let claimed = AudioFacts { duration_ms: duration(part), ..AudioFacts::default() };
        found.push(Recording {
            storage_path: Some(id.clone()),
            remote_id: id,
            started_at,
            expires_at,
            claimed,
            ..Recording::default()
        });
    }
    found.sort_by_key(|recording| recording.started_at.as_ref().map(|at| at.utc_ms));
    found
}

/// A recording's id, if need be from its address.
fn recording_id(recording: &Value) -> Option<String> {
    json::scalar(&recording["id"]).or_else(|| {
        let address = json::text(&recording["contentUri"]).or_else(|| json::text(&recording["uri"]))?;
        let (_, rest) = address.split_once("/recording/")?;
        let id = rest.split(['/', '?', '#']).next()?;
        Some(id.to_owned()).filter(|id| !id.is_empty())
    })
}

fn party(value: &Value) -> Option<Party> {
    let number = json::scalar(&value["phoneNumber"]).or_else(|| json::scalar(&value["extensionNumber"]));
    let name = json::scalar(&value["name"]);
    (number.is_some() || name.is_some()).then_some(Party { number, name })
}

fn moment(record: &Value) -> Option<Moment> {
    json::moment(&record["startTime"])
}

/// Seconds; zero is a length too: nobody answered.
fn duration(record: &Value) -> Option<Ms> {
    json::number(&record["duration"]).filter(|seconds| (0.0..1e7).contains(seconds)).map(|s| (s * 1000.0).round() as Ms)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn recordings_on_legs_belong_to_the_call_and_count_once() {
        let records = [json!({
            "id": "a", "telephonySessionId": "s-1", "startTime": "2025-11-01T10:00:00Z", "duration": 60,
            "direction": "Inbound", "result": "Accepted", "transport": "PSTN",
            "from": {"phoneNumber": "+15125550143"}, "to": {"extensionNumber": "101", "name": "Front desk"},
            "recording": {"id": "7", "contentUri": "https://media.ringcentral.com:443/restapi/v1.0/account/1/recording/7/content"},
            "legs": [
                {"startTime": "2025-11-01T10:00:00Z", "recording": {"id": 7}},
                {"startTime": "2025-11-01T10:00:30Z", "duration": 30,
                 "recording": {"contentUri": "https://media.ringcentral.com/restapi/v1.0/account/1/recording/8/content"}},
            ],
        })];
        let call = record("s-1", &records);
        let ids: Vec<_> = call.recordings.iter().map(|recording| recording.remote_id.as_str()).collect();
        assert_eq!(ids, ["7", "8"]);
        assert_eq!(
            call.recordings[1].expires_at.as_ref().map(Moment::to_rfc3339).as_deref(),
            Some("2026-01-30T10:00:30.000Z")
        );
        assert_eq!(call.call.agent.as_deref(), Some("Front desk"));
        assert_eq!(call.call.duration_ms, Some(60_000));
        assert_eq!(call.metadata["transport"], "PSTN");
    }

    #[test]
    fn wrong_types_cost_their_field_and_no_more() {
        let odd =
            json!({"id": 5, "startTime": [], "duration": "long", "from": 3, "to": null, "legs": {}, "recording": "x"});
        let call = record("5", &[odd]);
        assert_eq!((call.call.started_at, call.call.duration_ms, call.recordings.len()), (None, None, 0));
    }
}
