//! What calls are made of.

use super::*;

#[test]
fn a_recording_alone_is_a_call() {
    let place = Place::of(&[("inbound/2025-11-12_10-02-05_+15125550143.wav", &wav(1))]);
    let call = place.call();
    assert_eq!(call.remote_id, "inbound/2025-11-12_10-02-05_+15125550143");
    assert_eq!(call.recordings[0].storage_path.as_deref(), Some("inbound/2025-11-12_10-02-05_+15125550143.wav"));
    assert_eq!(call.recordings[0].claimed.bytes, Some(844));
    assert_eq!(call.call.direction, Some(Direction::Inbound));
    assert_eq!(call.call.from, Some(Party::from_number("+15125550143")));
    let at = call.call.started_at.clone().unwrap();
    assert_eq!((at.to_rfc3339().as_str(), at.zone_assumed), ("2025-11-12T10:02:05.000Z", true));
    assert_eq!(read_all(&place.source(), &call), wav(1));
}

#[test]
fn a_name_without_a_time_is_placed_by_the_files_time_and_says_so() {
    let place = Place::of(&[("call.wav", &wav(1))]);
    let call = place.call();
    assert!(call.call.started_at.is_some());
    assert_eq!(call.metadata["started_at_from"], "file modification time");
}

#[test]
fn of_several_transcripts_the_richest_is_shown_and_the_others_are_named() {
    let place = Place::of(&[("call.wav", &wav(1)), ("call.txt", TXT), ("call.srt", SRT), ("call.en.vtt", VTT)]);
    let call = place.call();
    let transcript = call.transcript.unwrap();
    assert_eq!((transcript.format.as_deref(), transcript.origin.as_deref()), (Some("webvtt"), Some("call.en.vtt")));
    let others: Vec<&str> =
        call.metadata["other_transcripts"].as_array().unwrap().iter().filter_map(|o| o["file"].as_str()).collect();
    assert_eq!(others, ["call.srt", "call.txt"], "a transcript with times is worth more than one without");
}

#[test]
fn facts_beside_a_recording_are_lifted_and_kept_as_they_came() {
    let facts = json!({
        "started_at": "2025-11-12T16:02:05+01:00", "agent": "Front desk", "status": "completed",
        "custom": {"queue": "new patients", "tags": [1, 2]},
    });
    let place = Place::of(&[("call.mp3", b"ID3 not really"), ("call.mp3.meta.json", facts.to_string().as_bytes())]);
    let call = place.call();
    assert_eq!(call.call.agent.as_deref(), Some("Front desk"));
    assert_eq!(call.call.started_at.unwrap().to_rfc3339(), "2025-11-12T15:02:05.000Z");
    assert_eq!(call.metadata["custom"], facts["custom"]);
    assert!(!call.metadata.contains_key("started_at_from"), "the time was given, not taken from the file");
}

#[test]
fn transcripts_in_a_folder_of_their_own_find_their_recordings() {
    let place = Place::of(&[("Recordings/a/x.wav", &wav(1)), ("transcripts/a/x.vtt", VTT)]);
    assert_eq!(place.call().transcript.unwrap().turns.len(), 2);
}

#[test]
fn a_transcript_without_a_recording_is_a_call_and_other_text_is_not() {
    let place = Place::of(&[
        ("lonely.vtt", VTT),
        ("chat.txt", TXT),
        ("README.txt", b"Put recordings here.\nThey are read every night.\n"),
        ("package.json", br#"{"name": "player", "version": "1.0.0"}"#),
        ("broken.json", b"{ not json"),
    ]);
    let seen = place.walk(None);
    assert_eq!(seen.ids(), ["chat", "lonely"]);
    assert_eq!(seen.rejected, [], "files that are plainly not ours are passed over");
    assert!(seen.calls.iter().all(|call| call.recordings.is_empty() && call.transcript.is_some()));
}

#[test]
fn a_transcript_that_cannot_be_read_is_reported_and_its_call_goes_in() {
    let place = Place::of(&[("call.wav", &wav(1)), ("call.json", b"{\"turns\": [")]);
    let seen = place.walk(None);
    assert_eq!(seen.ids(), ["call"]);
    assert_eq!(seen.rejected.len(), 1);
    assert_eq!(seen.rejected[0].item, "call.json");
    assert!(!seen.rejected[0].reason.is_empty());
}

#[test]
fn the_same_recording_in_two_formats_is_one_call_with_two_recordings() {
    let place = Place::of(&[("call.wav", &wav(1)), ("call.mp3", b"mp3"), ("call.WAV", &wav(2))]);
    let call = place.call();
    let ids: Vec<&str> = call.recordings.iter().map(|recording| recording.remote_id.as_str()).collect();
    assert_eq!(ids, ["audio.wav", "audio.mp3", "audio.wav~2"]);
}

#[test]
fn a_recording_that_is_not_there_any_more_is_not_found_and_one_outside_is_refused() {
    let place = Place::of(&[("call.wav", &wav(1))]);
    let source = place.source();
    let outcome = |path: &str| {
        let recording = Recording { storage_path: Some(path.into()), ..Recording::default() };
        audio(&source, "call", &recording).err().unwrap().outcome
    };
    assert_eq!(outcome("gone.wav"), Outcome::NotFound);
    assert_eq!(outcome("../call.wav"), Outcome::Denied);
    assert_eq!(outcome("/etc/hostname"), Outcome::Denied);
    assert_eq!(outcome("."), Outcome::Denied);
    let moved = place.folder.path().with_extension("unplugged");
    std::fs::rename(place.folder.path(), &moved).unwrap();
    assert_eq!(outcome("call.wav"), Outcome::Network, "an unplugged disk says nothing about the recording");
    std::fs::rename(&moved, place.folder.path()).unwrap();
}
