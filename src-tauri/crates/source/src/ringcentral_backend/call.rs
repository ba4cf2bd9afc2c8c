//! One recording of the server as a call.

use model::{AudioFacts, CallRecord, Cancel, Insights, Moment, Recording, Sentiment, Transcript};
use serde_json::{Map, Value};

use super::RingCentralBackend;
use super::list::{LIST, started};
use crate::http::{HttpError, segment};
use crate::lift;
use crate::provider::ringcentral::KEPT;
use crate::remote::{Found, Item, ItemError};
use crate::session::SessionError;
use crate::transcript_format::{json, keep_rest, recognise_plain};

/// What of a recording has a field of its own; the rest is kept as it came.
const USED: [&str; 16] = [
    "id",
    "rc_call_id",
    "rc_recording_id",
    "status",
    "duration_seconds",
    "recorded_at",
    "call_started_at",
    "phone_number",
    "from_phone",
    "to_phone",
    "transcript",
    "rc_transcript",
    "ai_insights",
    "rc_ai_insights",
    "has_transcript",
    "transcript_preview",
];

/// Asks for a recording's details.
pub(super) fn ask(server: &RingCentralBackend, item: &Item, cancel: &Cancel) -> Result<Found, ItemError> {
    let mut detail = match details(server, &item.remote_id, cancel) {
        Err(SessionError::Http(HttpError::Status(refusal))) if refusal.status == 422 => {
            return Err(ItemError::Bad("the server does not take its own id for one; look at its data".into()));
        }
        answer => answer?,
    };
    if let Some(inner) =
        ["recording", "data"].iter().find_map(|name| detail.get(*name).filter(|inner| inner["id"] != Value::Null))
    {
        detail = inner.clone();
    }
    if !detail.is_object() {
        return Err(ItemError::Later("the server's details are no object".into()));
    }
    let record = record(&item.remote_id, &detail, &item.listed);
    let is_settled = !matches!(record.call.status.as_deref(), Some("pending" | "downloading"));
    Ok(Found { record, settled: is_settled })
}

/// A recording's details as the server writes them.
pub(super) fn details(server: &RingCentralBackend, id: &str, cancel: &Cancel) -> Result<Value, SessionError> {
    let request = server.http.get(&format!("{LIST}{}", segment(id)));
    server.session.with(cancel, |credentials| {
        credentials.iter().fold(request.clone(), |request, credential| request.credential(credential)).json(cancel)
    })
}

fn record(id: &str, detail: &Value, listed: &Value) -> CallRecord {
    let mut call = detail.as_object().map(lift::call_facts).unwrap_or_default();
    if let Some(listed) = listed.as_object() {
        lift::fill(&mut call, lift::call_facts(listed));
    }
    call.started_at = started(detail).or_else(|| started(listed)).or(call.started_at);
    for name in ["rc_call_id", "rc_recording_id"] {
        let value = [&detail[name], &listed[name]].into_iter().find_map(json::scalar);
        call.external_ids.extend(value.map(|value| (name.to_owned(), value)));
    }
    let mut metadata = Map::new();
    keep_rest(&mut metadata, detail, &USED, &mut drop);
    let transcript = transcript(detail, &mut metadata);
    let insights = insights(json::first(detail, &["ai_insights", "rc_ai_insights"]), &mut metadata)
        .or_else(|| insights(&listed["ai_insights_summary"], &mut Map::new()));
    let recordings = recording(id, detail, &call).into_iter().collect();
    CallRecord { remote_id: id.to_owned(), call, recordings, transcript, insights, metadata, ..CallRecord::default() }
}

/// The audio, unless the server says that there is none: it names RingCentral's recording, or it never had one.
fn recording(id: &str, detail: &Value, call: &model::Call) -> Option<Recording> {
    let metadata = &detail["metadata"];
    let bytes = json::number(&metadata["file_size_bytes"]).filter(|bytes| *bytes > 0.0).map(|bytes| bytes as u64);
    let rc_id = json::scalar(&detail["rc_recording_id"]);
    if detail.get("rc_recording_id").is_some() && rc_id.is_none() && bytes.is_none() {
        return None;
    }
    let format = match json::text(&metadata["content_type"]).map(str::to_ascii_lowercase).as_deref() {
        Some("audio/mpeg" | "audio/mp3") => Some("mp3".to_owned()),
        Some("audio/wav" | "audio/x-wav" | "audio/wave") => Some("wav".to_owned()),
        _ => None,
    };
    let address = ["recording_url", "rc_content_uri", "content_uri", "contentUri", "audio_url"];
    let expires_at = match call.status.as_deref() {
        Some("deleted") => json::moment(&metadata["updated_at"]).or_else(|| after_keeping(call)),
        Some("available" | "archived") => after_keeping(call),
        _ => None,
    };
    Some(Recording {
        remote_id: id.to_owned(),
        storage_path: rc_id,
        legacy_url: address.iter().find_map(|name| json::text(&detail[*name])).map(without_secrets),
        claimed: AudioFacts { format, bytes, duration_ms: call.duration_ms, ..AudioFacts::default() },
        started_at: None,
        expires_at,
    })
}

fn after_keeping(call: &model::Call) -> Option<Moment> {
    call.started_at.as_ref().map(|at| Moment::from_utc_ms(at.utc_ms + KEPT))
}

/// An address without its query, where tokens are.
fn without_secrets(address: &str) -> String {
    address.split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// Plain text, which has no times. How sure the server is of it belongs to the whole.
fn transcript(detail: &Value, metadata: &mut Map<String, Value>) -> Option<Transcript> {
    let written = &detail["transcript"];
    let text = json::text(&written["text"])
        .or_else(|| json::text(&written["full_text"]))
        .or_else(|| json::text(written))
        .or_else(|| json::text(&detail["rc_transcript"]))?;
    let confidence = json::number(&written["confidence"]).or_else(|| json::number(&detail["rc_transcript_confidence"]));
    if let Some(percent) = confidence {
        metadata.insert("transcript_confidence".into(), percent.into());
    }
    if let Some(at) = json::text(&written["fetched_at"]).or_else(|| json::text(&detail["rc_transcript_fetched_at"])) {
        metadata.insert("transcript_fetched_at".into(), at.into());
    }
    let mut found = recognise_plain(text).ok()?.transcript;
    if let [only] = found.turns.as_mut_slice() {
        only.confidence = confidence.filter(|percent| (0.0..=100.0).contains(percent)).map(|percent| percent / 100.0);
    }
    Some(found).filter(|transcript| !transcript.turns.is_empty())
}

/// What was concluded; members without a field of their own go to the metadata.
fn insights(value: &Value, metadata: &mut Map<String, Value>) -> Option<Insights> {
    let map = value.as_object()?;
    let mood = &value["sentiment"];
    let overall = json::text(mood).or_else(|| json::text(json::first(mood, &["overall", "label", "sentiment"])));
    let sentiment = Sentiment { overall: overall.map(str::to_owned), score: json::number(&mood["score"]) };
    let words =
        |name: &str| -> Vec<String> { json::list(&value[name]).iter().take(1000).filter_map(in_words).collect() };
    let insights = Insights {
        summary: json::text(&value["summary"]).map(str::to_owned),
        sentiment: (sentiment != Sentiment::default()).then_some(sentiment),
        topics: words("topics"),
        action_items: words("action_items"),
        intent: in_words(&value["intent"]),
    };
    let rest = map.iter().filter(|(name, value)| {
        let has_field = ["summary", "sentiment", "topics", "action_items", "intent"].contains(&name.as_str());
        !has_field && !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty())
    });
    let rest: Map<String, Value> = rest.map(|(name, value)| (name.clone(), value.clone())).collect();
    if !rest.is_empty() {
        keep_rest(metadata, &serde_json::json!({ "ai_insights": rest }), &[], &mut drop);
    }
    (!insights.is_empty()).then_some(insights)
}

/// A word, or the word in an object.
fn in_words(value: &Value) -> Option<String> {
    json::scalar(value).or_else(|| {
        json::scalar(json::first(value, &["text", "name", "topic", "title", "description", "value", "label", "intent"]))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_generations_of_names_say_the_same() {
        let new = json!({"id": "a", "rc_recording_id": "7", "status": "available", "duration_seconds": 12,
            "recorded_at": "2025-11-12T10:00:00Z", "phone_number": "+15125550143",
            "transcript": {"text": "Good morning.", "confidence": 95}});
        let old = json!({"id": "a", "rc_recording_id": 7, "status": "available", "duration_seconds": "12",
            "call_started_at": "2025-11-12T10:00:00", "from_phone": "+15125550143",
            "rc_transcript": "Good morning.", "rc_transcript_confidence": 95});
        let (new, old) = (record("a", &new, &Value::Null), record("a", &old, &Value::Null));
        assert_eq!(new.transcript, old.transcript);
        assert_eq!(new.call.from, old.call.from);
        assert_eq!(new.recordings[0].storage_path.as_deref(), Some("7"));
        assert_eq!(new.recordings, old.recordings);
        let turn = &new.transcript.unwrap().turns[0];
        assert_eq!((turn.start_ms, turn.confidence), (None, Some(0.95)), "no time is invented");
        assert_eq!(
            new.recordings[0].expires_at.as_ref().map(Moment::to_rfc3339).as_deref(),
            Some("2026-02-10T10:00:00.000Z")
        );
    }

    #[test]
    fn insights_are_lifted_and_what_has_no_field_is_kept() {
        let detail = json!({"id": "a", "ai_insights": {"sentiment": {"overall": "positive", "score": 0.8},
            "topics": ["booking", {"name": "hibachi"}], "action_items": [{"text": "Call back"}],
            "intent": "booking", "speakers": [{"id": 1}], "keywords": []}});
        let call = record("a", &detail, &Value::Null);
        let insights = call.insights.unwrap();
        assert_eq!(
            (insights.topics, insights.action_items),
            (vec!["booking".into(), "hibachi".into()], vec!["Call back".into()])
        );
        assert_eq!(call.metadata["ai_insights"], json!({"speakers": [{"id": 1}]}));
        assert_eq!(record("a", &json!({"id": "a", "ai_insights": {}}), &Value::Null).insights, None);
    }

    #[test]
    fn a_call_that_ringcentral_never_recorded_has_no_recording() {
        assert!(record("a", &json!({"id": "a", "rc_recording_id": null}), &Value::Null).recordings.is_empty());
        assert_eq!(record("a", &json!({"id": "a"}), &Value::Null).recordings.len(), 1, "an older server does not say");
    }
}
