use serde_json::json;

use super::*;

const NOW: i64 = 1_766_188_800_000; // 2025-12-20T00:00:00Z

fn row_with(more: Value) -> Value {
    let mut row = json!({
        "id": "r1", "vapi_call_id": "v1", "phone_number": "+15125550143", "call_direction": "inbound",
        "call_date": "2025-12-19T23:00:00Z", "duration_seconds": 31, "status": "completed", "has_recording": true,
        "recording_status": "completed", "recording_storage_path": "calls/o/inbound/v1/1766185200000.wav",
        "recording_url": "https://x.supabase.co/storage/v1/object/sign/call-recordings/calls/o/inbound/v1/1766185200000.wav?token=secret",
        "has_transcript": true, "transcript": [{"speaker": "voxanne", "text": "Hello", "timestamp": 0}, {"speaker": "caller", "text": "Hi", "timestamp": 2.4}],
        "sentiment_label": "positive", "sentiment_score": 0.9, "outcome_summary": "Booked.", "action_items": [{"text": "Call back"}],
    });
    row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    row
}

fn read(more: Value) -> Found {
    row("r1", &Value::Null, &row_with(more), NOW).expect("it can be read")
}

fn lines(found: &Found) -> Vec<(Option<String>, String, Option<i64>)> {
    let turns = found.record.transcript.iter().flat_map(|said| &said.turns);
    turns.map(|turn| (turn.speaker.clone(), turn.text.clone(), turn.start_ms)).collect()
}

#[test]
fn a_row_becomes_a_record_and_keeps_no_signature() {
    let found = read(json!({}));
    assert!(found.settled);
    let record = &found.record;
    assert_eq!(record.call.external_ids["vapi_call_id"], "v1");
    assert_eq!(record.insights.as_ref().unwrap().action_items, ["Call back"]);
    let recording = &record.recordings[0];
    assert_eq!(recording.remote_id, "v1");
    assert_eq!(recording.storage_path.as_deref(), Some("calls/o/inbound/v1/1766185200000.wav"));
    assert_eq!(recording.legacy_url, None, "a signed address is none to come back to");
    assert!(!serde_json::to_string(record).unwrap().contains("secret"));
}

#[test]
fn a_transcript_that_was_one_text_is_divided_and_has_no_times() {
    let said = |speaker: &str, text: &str| (Some(speaker.to_owned()), text.to_owned(), None);
    let text = "AI: Hello. User: Hi there.\nAI: Goodbye.";
    let expected = [said("AI", "Hello."), said("User", "Hi there."), said("AI", "Goodbye.")];
    for transcript in [json!([{"speaker": "caller", "text": text, "timestamp": 0}]), json!(text)] {
        assert_eq!(lines(&read(json!({"transcript": transcript}))), expected, "{transcript}");
    }
    let nested = json!(r#"[{"speaker":"caller","text":"Hi","timestamp":2.4}]"#);
    assert_eq!(lines(&read(json!({"transcript": nested}))), [(Some("caller".into()), "Hi".into(), Some(2_400))]);
}

#[test]
fn a_row_is_open_while_something_is_on_its_way() {
    for more in [
        json!({"recording_storage_path": "processing"}),
        json!({"recording_status": "pending"}),
        json!({"status": "in-progress"}),
        json!({"transcript": null}),
        json!({"transcript": []}),
    ] {
        assert!(!read(more.clone()).settled, "{more}");
    }
    let late = json!({"transcript": null, "call_date": "2025-12-01T00:00:00Z"});
    assert!(read(late).settled, "after days the promised transcript is not coming");
    let sentinel = read(json!({"recording_storage_path": "processing", "recording_url": null}));
    assert_eq!(sentinel.record.recordings[0].storage_path, None, "the word is no path");
    assert!(read(json!({"status": "failed", "recording_status": "failed"})).settled);
}

#[test]
fn strange_values_cost_only_their_field() {
    let found = read(json!({"transcript": {"a": 1}, "call_date": 7, "phone_number": [], "sentiment_score": "high",
        "action_items": "none", "recording_size_bytes": "big", "duration_seconds": null}));
    assert_eq!(found.record.recordings.len(), 1);
    assert_eq!(found.record.call.outcome, None);
    assert!(row("r1", &Value::Null, &json!("text"), NOW).is_err());
}
