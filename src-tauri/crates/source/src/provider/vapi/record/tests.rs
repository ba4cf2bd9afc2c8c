use model::{Direction, Role};
use serde_json::json;

use super::*;

const ENDED: i64 = 1_735_689_692_000;
const LATER: i64 = ENDED + 2 * TRANSCRIPT_MAY_TAKE;

fn call() -> Value {
    json!({
        "id": "c1", "orgId": "o", "type": "inboundPhoneCall", "status": "ended", "assistantId": "a",
        "createdAt": "2025-01-01T00:00:00.000Z", "startedAt": "2025-01-01T00:00:02.000Z",
        "endedAt": "2025-01-01T00:01:32.000Z", "endedReason": "customer-ended-call", "cost": 0.12,
        "customer": {"number": "+15125550143"}, "phoneNumber": {"number": "+12065550100"},
        "analysis": {"summary": "They said hello.", "successEvaluation": "true"},
        "artifact": {
            "presignedMonoUrl": "https://bucket.s3.amazonaws.com/c1.wav?X-Amz-Signature=abc",
            "presignedUrlsExpiresAt": "2025-01-01T01:00:00.000Z",
            "recordingUrl": "https://storage.vapi.ai/c1.wav",
            "messages": [
                {"role": "system", "message": "Secret prompt.", "time": 1_735_689_600_000_i64, "secondsFromStart": 0},
                {"role": "bot", "message": "Hello.", "time": 1_735_689_601_500_i64, "endTime": 1_735_689_602_900_i64, "secondsFromStart": 1.5},
                {"role": "user", "message": "Hi.", "secondsFromStart": 4.0, "duration": 600},
            ],
        },
    })
}

fn read(call: &Value, now_ms: i64) -> Found {
    found("c1", call, None, now_ms).expect("it can be read")
}

#[test]
fn a_call_becomes_a_record_without_prompts_and_signatures() {
    let Found { record, settled } = read(&call(), LATER);
    assert!(settled);
    assert_eq!(record.call.direction, Some(Direction::Inbound));
    assert_eq!(record.call.duration_ms, Some(90_000));
    assert_eq!(record.call.outcome.as_deref(), Some("customer-ended-call"));
    assert_eq!(record.insights.as_ref().and_then(|insights| insights.summary.as_deref()), Some("They said hello."));
    let turns = &record.transcript.as_ref().expect("messages").turns;
    assert_eq!(turns.iter().map(|turn| turn.role).collect::<Vec<_>>(), [Some(Role::Agent), Some(Role::Customer)]);
    assert_eq!((turns[0].start_ms, turns[0].end_ms), (Some(1_500), Some(2_900)));
    let recording = &record.recordings[0];
    assert_eq!((recording.remote_id.as_str(), recording.claimed.format.as_deref()), ("mono", Some("wav")));
    let text = serde_json::to_string(&record).unwrap();
    for secret in ["Secret prompt", "X-Amz", "abc", "presigned"] {
        assert!(!text.contains(secret), "{secret} must not be kept: {text}");
    }
}

#[test]
fn a_new_signature_does_not_make_a_new_revision_and_a_transcript_does() {
    let revision = |call: &Value| item(call.clone(), 0).unwrap().revision;
    let mut signed_anew = call();
    signed_anew["artifact"]["presignedMonoUrl"] = "https://bucket.s3.amazonaws.com/c1.wav?X-Amz-Signature=def".into();
    signed_anew["artifact"]["presignedUrlsExpiresAt"] = "2025-01-01T02:00:00.000Z".into();
    assert_eq!(revision(&call()), revision(&signed_anew));
    let mut said_more = call();
    said_more["artifact"]["messages"][2]["message"] = "Hi there.".into();
    assert_ne!(revision(&call()), revision(&said_more));
}

#[test]
fn what_may_still_come_keeps_a_call_open_while_it_is_young() {
    let mut silent = call();
    silent["artifact"] = json!({});
    assert!(!read(&silent, ENDED + 60_000).settled, "a transcript takes a moment");
    assert!(read(&silent, LATER).settled, "after a day none is coming");
    let mut underway = call();
    underway["status"] = "in-progress".into();
    assert!(!read(&underway, LATER).settled);
    let mut missed = silent.clone();
    missed["startedAt"] = Value::Null;
    let missed = read(&missed, ENDED + 60_000);
    assert!(missed.settled, "nobody answered: nothing is to come");
    assert_eq!(missed.record.call.started_at.unwrap().utc_ms, 1_735_689_600_000);
}

#[test]
fn a_call_in_which_nobody_spoke_keeps_its_facts() {
    for artifact in [Value::Null, json!({}), json!({"recordingUrl": "https://storage.vapi.ai/c1.wav"})] {
        let mut silent = call();
        silent["artifact"] = artifact;
        silent.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
        let Found { record, .. } = read(&silent, LATER);
        assert_eq!(record.transcript, None);
        let facts = record.call;
        assert_eq!(facts.direction, Some(Direction::Inbound));
        assert_eq!(facts.started_at.map(|at| at.utc_ms), Some(1_735_689_602_000));
        assert_eq!(facts.duration_ms, Some(90_000));
        assert_eq!(facts.from.and_then(|from| from.number).as_deref(), Some("+15125550143"));
        assert_eq!((facts.status.as_deref(), facts.outcome.as_deref()), (Some("ended"), Some("customer-ended-call")));
        assert_eq!(record.insights.and_then(|said| said.summary).as_deref(), Some("They said hello."));
    }
}

#[test]
fn an_older_call_has_its_transcript_and_summary_at_the_top() {
    let older = json!({"id": "c1", "status": "ended", "createdAt": "2024-01-01T00:00:00Z",
        "transcript": "AI: Hello.\nUser: Hi.\n", "summary": "Short.", "stereoRecordingUrl": "https://storage.vapi.ai/x-stereo.wav"});
    let Found { record, .. } = read(&older, LATER);
    assert_eq!(record.transcript.expect("the text is divided").turns.len(), 2);
    assert_eq!(record.insights.and_then(|insights| insights.summary).as_deref(), Some("Short."));
    assert_eq!(record.recordings[0].remote_id, "stereo", "only the two sides apart are there");
}

#[test]
fn strange_values_cost_their_field_and_no_id_costs_the_call() {
    let strange = json!({"id": "c1", "status": 7, "createdAt": [], "customer": "who", "artifact": "none", "cost": {},
        "analysis": 3, "messages": {"a": 1}, "startedAt": true});
    let Found { record, .. } = read(&strange, LATER);
    assert_eq!((record.call.started_at, record.transcript), (None, None));
    assert!(item(json!({"status": "ended"}), 4).unwrap_err().item.contains('5'));
    assert!(item(json!("call"), 0).is_err());
}

#[test]
fn a_call_on_which_nothing_was_said_yet_has_its_facts() {
    let mut underway = call();
    (underway["status"], underway["endedAt"], underway["artifact"]) = ("in-progress".into(), Value::Null, Value::Null);
    let Found { record, settled } = read(&underway, ENDED);
    assert!(!settled && record.transcript.is_none());
    assert_eq!(record.call.status.as_deref(), Some("in-progress"));
    assert_eq!(record.call.direction, Some(Direction::Inbound));
    assert_eq!(record.call.from.and_then(|party| party.number).as_deref(), Some("+15125550143"));
}
