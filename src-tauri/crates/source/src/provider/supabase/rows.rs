//! Rows of the recordings backend's tables, as a call. The backend's own interface speaks of them in the same names, so
//! that both kinds read them here.

use model::{AudioFacts, Call, CallRecord, Direction, Insights, Moment, Party, Recording, Sentiment};
use serde_json::{Map, Value};
use url::Url;

use crate::lift;
use crate::transcript_format::json::{first, list, moment, number, scalar, text};
use crate::transcript_format::{Hint, keep, read_as};

/// A call that is this young may still get its transcript, in milliseconds.
const YOUNG: i64 = 48 * 3_600_000;
/// What the name of a recording is that only an old address tells of.
pub(crate) const BY_ADDRESS: &str = "recording_url";
/// States of a call that goes on.
const GOING_ON: [&str; 14] = [
    "queued",
    "scheduled",
    "pending",
    "initiated",
    "initiating",
    "dialing",
    "ringing",
    "answered",
    "active",
    "ongoing",
    "in-progress",
    "in_progress",
    "processing",
    "forwarding",
];
/// States of a call in which nobody spoke.
const SILENT: [&str; 9] =
    ["failed", "busy", "no-answer", "no_answer", "canceled", "cancelled", "rejected", "missed", "skipped"];
/// What becomes a field of its own; the rest is kept as it came.
const USED: [&str; 35] = [
    "id",
    "timestamp",
    "started_at",
    "ended_at",
    "created_at",
    "to_number",
    "from_number",
    "phone_number",
    "direction",
    "status",
    "duration_seconds",
    "outcome",
    "transcript",
    "transcript_json",
    "recording_id",
    "recording_url",
    "campaign_id",
    "campaign_name",
    "tenant_id",
    "agent_name",
    "summary",
    "sentiment",
    "topics",
    "action_items",
    "intent",
    "cost",
    "external_call_uuid",
    "talklee_call_id",
    "call_id",
    "call_direction",
    "caller_name",
    OWN_PATH,
    "recording_signed_url",
    "recording_signed_url_expires_at",
    "vapi_call_id",
];
/// Where a table of calls names the recording's place in the call's own row.
const OWN_PATH: &str = "recording_storage_path";

/// A call's row, or its list item and details laid over one another, without what was said and recorded.
pub(crate) fn call_of(remote_id: &str, row: &Map<String, Value>) -> CallRecord {
    let mut call = Call { direction: None, ..lift::call_facts(row) };
    let value = |name: &str| row.get(name).unwrap_or(&Value::Null);
    let direction = ["direction", "call_direction"].into_iter().find_map(|name| text(value(name)));
    call.direction = direction.and_then(Direction::parse);
    let number = |names: &[&str]| names.iter().find_map(|name| scalar(value(name))).map(Party::from_number);
    // These servers call people: a number without a direction is whom they called.
    let theirs = number(&["phone_number"]).map(|party| Party { name: scalar(value("caller_name")), ..party });
    let (from, to) = match call.direction {
        Some(Direction::Inbound) => (theirs, None),
        _ => (None, theirs),
    };
    call.from = number(&["from_number"]).or(from);
    call.to = number(&["to_number"]).or(to);
    for name in ["external_call_uuid", "talklee_call_id", "lead_id", "vapi_call_id"] {
        call.external_ids.extend(scalar(value(name)).map(|id| (name.to_owned(), id)));
    }
    let mut metadata = Map::new();
    let members = row.iter().map(|(name, value)| (name.as_str(), value));
    keep(&mut metadata, members.filter(|(name, _)| !USED.contains(name)), &mut |_| ());
    CallRecord { remote_id: remote_id.to_owned(), call, insights: insights(row), metadata, ..CallRecord::default() }
}

/// Adds what was said, in any of the shapes it comes in: an answer with turns, a list of turns, labelled lines; also as
/// text that holds JSON. `false` if there is nothing in it.
pub(crate) fn add_transcript(record: &mut CallRecord, said: &Value) -> bool {
    let unpacked = match text(said) {
        Some(written) => match serde_json::from_str::<Value>(written) {
            Ok(value @ (Value::Array(_) | Value::Object(_))) => value,
            _ => serde_json::json!({ "transcript": written }),
        },
        None => said.clone(),
    };
    let started_at = record.call.started_at.clone();
    let hint = Hint { file_name: "", started_at: started_at.as_ref() };
    let Some(Ok(read)) = read_as("talky", &hint, &unpacked) else { return false };
    if read.transcript.turns.is_empty() {
        return false;
    }
    lift::fill(&mut record.call, read.call);
    record.call.external_ids.remove("call_id");
    keep(&mut record.metadata, read.metadata.iter().map(|(name, value)| (name.as_str(), value)), &mut |_| ());
    record.transcript = Some(read.transcript);
    true
}

/// A recording's row. `None` if it has no audio: it failed, was deleted, or is still being written.
pub(crate) fn recording_of(row: &Value, now_ms: i64) -> Option<Recording> {
    let is_there = text(&row["status"]).is_none_or(|status| !["uploading", "failed", "deleted"].contains(&status));
    let remote_id = scalar(&row["id"]).filter(|_| is_there)?;
    let key = first(row, &["storage_path", "s3_key"]);
    let storage_path = match (text(&row["s3_bucket"]), text(key)) {
        (Some("local"), _) | (_, None) => None,
        (Some(bucket), Some(key)) => Some(format!("{BUCKET}{bucket}/{key}")),
        (None, Some(path)) => Some(path.to_owned()),
    };
    let whole = |value: &Value| number(value).filter(|number| (0.0..1e15).contains(number));
    let claimed = AudioFacts {
        format: text(&row["mime_type"]).and_then(format_of).or_else(|| extension(text(key)?)),
        duration_ms: whole(&row["duration_seconds"]).map(|seconds| (seconds * 1000.0).round() as i64),
        bytes: whole(&row["file_size_bytes"]).map(|bytes| bytes as u64),
        ..AudioFacts::default()
    };
    let days = whole(&row["retention_days_remaining"]);
    let expires_at = moment(&row["expires_at"])
        .or_else(|| days.map(|days| Moment::from_utc_ms(now_ms.saturating_add((days * 86_400_000.0) as i64))));
    Some(Recording { remote_id, storage_path, claimed, expires_at, ..Recording::default() })
}

/// Adds the recording whose place the call's own row names. A word stands there while it is being stored.
pub(crate) fn add_own(record: &mut CallRecord, row: &Value) {
    let path = text(&row[OWN_PATH]).filter(|path| *path != "processing" && record.recordings.is_empty());
    record.recordings.extend(path.map(|path| Recording {
        remote_id: OWN_PATH.into(),
        claimed: AudioFacts { format: extension(path), ..AudioFacts::default() },
        storage_path: Some(path.to_owned()),
        ..Recording::default()
    }));
}

/// Takes the call's old address over: to its first recording, or as the only thing known of one.
pub(crate) fn add_address(record: &mut CallRecord, address: &Value) {
    let Some(address) = text(address) else { return };
    let path = path_in(address);
    // An address that is signed has run out by now, and is a secret while it has not.
    let legacy_url = Some(address.to_owned()).filter(|address| !is_signed(address));
    match record.recordings.first_mut() {
        Some(recording) => {
            recording.legacy_url = legacy_url;
            recording.storage_path = recording.storage_path.take().or(path);
        }
        None if path.is_some() || legacy_url.is_some() => record.recordings.push(Recording {
            remote_id: BY_ADDRESS.into(),
            claimed: AudioFacts { format: path.as_deref().and_then(extension), ..AudioFacts::default() },
            storage_path: path,
            legacy_url,
            ..Recording::default()
        }),
        None => {}
    }
}

/// Whether more about this call is to come: it goes on, or it was answered not long ago and nothing is written down yet.
pub(crate) fn is_settled(record: &CallRecord, now_ms: i64) -> bool {
    let status = record.call.status.as_deref().map(str::to_ascii_lowercase);
    let is_one_of = |words: &[&str]| status.as_deref().is_some_and(|status| words.contains(&status));
    if is_one_of(&GOING_ON) {
        return false;
    }
    let is_young = record.call.started_at.as_ref().is_some_and(|at| now_ms.saturating_sub(at.utc_ms) < YOUNG);
    !is_young || record.transcript.is_some() || is_one_of(&SILENT)
}

/// Whether nobody can have spoken in a call in this state.
pub(crate) fn is_silent(call: &Call) -> bool {
    let status = call.status.as_deref().map(str::to_ascii_lowercase);
    status.is_some_and(|status| SILENT.contains(&status.as_str())) && call.duration_ms.unwrap_or(0) == 0
}

/// A storage path's bucket, if it names one, and the path within it.
pub(crate) fn place_of<'a>(storage_path: &'a str, usual: &'a str) -> (&'a str, &'a str) {
    storage_path.strip_prefix(BUCKET).and_then(|rest| rest.split_once('/')).unwrap_or((usual, storage_path))
}

/// Before a bucket that is named in a storage path.
const BUCKET: &str = "s3://";

fn insights(row: &Map<String, Value>) -> Option<Insights> {
    let value = |name: &str| row.get(name).unwrap_or(&Value::Null);
    let json = value("summary_json");
    let either = |name: &str| if value(name).is_null() { &json[name] } else { value(name) };
    let texts = |name: &str| list(either(name)).iter().filter_map(scalar).collect();
    let sentiment = either("sentiment");
    let overall = scalar(sentiment).or_else(|| scalar(first(sentiment, &["overall", "label"])));
    let insights = Insights {
        summary: text(value("summary")).or_else(|| text(&json["summary"])).map(str::to_owned),
        sentiment: overall.map(|overall| Sentiment { overall: Some(overall), score: number(&sentiment["score"]) }),
        topics: texts("topics"),
        action_items: texts("action_items"),
        intent: text(either("intent")).map(str::to_owned),
    };
    (!insights.is_empty()).then_some(insights)
}

fn format_of(mime: &str) -> Option<String> {
    let subtype = mime.split(';').next()?.trim().strip_prefix("audio/")?.to_ascii_lowercase();
    Some(match subtype.strip_prefix("x-").unwrap_or(&subtype) {
        "wav" | "wave" | "vnd.wave" => "wav".into(),
        "mpeg" | "mp3" => "mp3".into(),
        "mp4" | "m4a" => "m4a".into(),
        other => other.to_owned(),
    })
}

fn extension(path: &str) -> Option<String> {
    let (_, extension) = path.rsplit('/').next()?.rsplit_once('.')?;
    let extension = extension.to_ascii_lowercase();
    ["wav", "mp3", "m4a", "ogg", "opus", "flac", "webm"].contains(&extension.as_str()).then_some(extension)
}

/// The storage path that an old address was made of.
fn path_in(address: &str) -> Option<String> {
    let bare = address.split(['?', '#']).next()?;
    if let Some((_, path)) = bare.split_once("/recordings/stream/") {
        return Some(path.to_owned()).filter(|path| !path.is_empty());
    }
    let (_, rest) = bare.split_once("/storage/v1/object/")?;
    let place = ["sign/", "public/", "authenticated/"].iter().find_map(|kind| rest.strip_prefix(kind)).unwrap_or(rest);
    place.contains('/').then(|| format!("{BUCKET}{place}"))
}

fn is_signed(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return address.contains("token=") };
    url.query_pairs().any(|(name, _)| {
        let name = name.to_ascii_lowercase();
        name == "token" || name == "signature" || name == "access_token" || name.starts_with("x-amz-")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_old_address_gives_the_storage_path_and_a_signed_one_is_not_kept() {
        let record = |address: &str| {
            let mut record = CallRecord::default();
            add_address(&mut record, &json!(address));
            let recording = record.recordings.pop().unwrap();
            (recording.storage_path, recording.legacy_url.is_some())
        };
        let path = "default/unknown/c.wav".to_owned();
        assert_eq!(record("/api/v1/recordings/stream/default/unknown/c.wav"), (Some(path), true));
        let signed = record("https://p.supabase.co/storage/v1/object/sign/calls/a/c.wav?token=x");
        assert_eq!(signed, (Some("s3://calls/a/c.wav".into()), false));
        assert_eq!(place_of("s3://calls/a/c.wav", "usual"), ("calls", "a/c.wav"));
        assert_eq!(place_of("a/c.wav", "usual"), ("usual", "a/c.wav"));
    }

    #[test]
    fn a_recording_that_is_not_there_is_none_and_odd_values_cost_only_themselves() {
        for status in ["uploading", "failed", "deleted"] {
            assert_eq!(recording_of(&json!({"id": "r", "status": status}), 0), None, "{status}");
        }
        let odd =
            json!({"id": 7, "duration_seconds": "soon", "file_size_bytes": -1, "mime_type": [], "storage_path": 5});
        let recording = recording_of(&odd, 0).unwrap();
        assert_eq!((recording.remote_id.as_str(), recording.claimed), ("7", AudioFacts::default()));
        let on_disk = json!({"id": "r", "s3_bucket": "local", "s3_key": "a/b.wav", "retention_days_remaining": 2});
        let recording = recording_of(&on_disk, 1_000).unwrap();
        assert_eq!(recording.storage_path, None, "what lies on the server's disk is in no bucket");
        assert_eq!(recording.expires_at.map(|at| at.utc_ms), Some(1_000 + 2 * 86_400_000));
    }

    #[test]
    fn a_row_may_name_its_recording_itself() {
        let row = |path: &str| {
            json!({"id": "c", "call_direction": "inbound", "phone_number": "+15125550143", "caller_name": "Zoë",
                "recording_storage_path": path, "recording_signed_url": "https://p.supabase.co/x?token=secret"})
        };
        let record = |row: &Value| {
            let mut record = call_of("c", row.as_object().unwrap());
            add_own(&mut record, row);
            record
        };
        let stored = record(&row("calls/o/inbound/c/1.wav"));
        assert_eq!(stored.recordings[0].storage_path.as_deref(), Some("calls/o/inbound/c/1.wav"));
        assert_eq!(stored.recordings[0].claimed.format.as_deref(), Some("wav"));
        assert_eq!(stored.call.direction, Some(Direction::Inbound));
        assert_eq!(stored.call.from.and_then(|party| party.name).as_deref(), Some("Zoë"));
        assert!(stored.metadata.is_empty(), "a signed address is not kept: {:?}", stored.metadata);
        assert!(record(&row("processing")).recordings.is_empty(), "it is not there yet");
    }

    #[test]
    fn a_young_call_without_words_is_not_settled_and_a_silent_one_is() {
        let record = |status: &str| {
            let row = json!({"timestamp": "2026-01-01T00:00:00Z", "status": status, "phone_number": "+15125550143"});
            call_of("c", row.as_object().unwrap())
        };
        let started = record("completed").call.started_at.unwrap().utc_ms;
        assert!(!is_settled(&record("completed"), started + 1_000));
        assert!(is_settled(&record("completed"), started + YOUNG));
        assert!(is_settled(&record("no_answer"), started + 1_000));
        assert!(!is_settled(&record("In_Progress"), started + YOUNG));
        assert_eq!(record("completed").call.to, Some(Party::from_number("+15125550143")), "whom the server called");
    }
}
