//! Bags, exports of Turnstone's among them, as folders and as zips.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{AudioFacts, Call, Metric, Moment, Role, Timing, Transcript, Turn, Word};
use serde_json::Value;
use sha2::{Digest, Sha512};

use super::*;
use crate::zip_tree::written;

const DIR: &str = "data/calls/20251112T160200Z-1a2b3c4d5e6f";

/// A call with two recordings, of which the second has no audio, as another library had it.
fn record(remote_id: &str) -> CallRecord {
    let recording = |remote_id: &str, path: &str| Recording {
        remote_id: remote_id.into(),
        storage_path: Some(path.into()),
        legacy_url: Some("https://old.example/1".into()),
        claimed: AudioFacts { format: Some("wav".into()), bytes: Some(844), ..AudioFacts::default() },
        expires_at: Some(Moment::from_utc_ms(1_900_000_000_000)),
        ..Recording::default()
    };
    let turn = Turn {
        speaker: Some("Front desk".into()),
        role: Some(Role::Agent),
        text: "Good morning.".into(),
        start_ms: Some(10),
        end_ms: None,
        confidence: Some(0.1 + 0.2),
        timing: Timing::Derived,
        words: vec![Word { text: "Good".into(), start_ms: Some(10), end_ms: Some(20) }],
    };
    CallRecord {
        remote_id: remote_id.into(),
        revision: Some("W/7".into()),
        call: Call { title: Some("A title".into()), status: Some("completed".into()), ..Call::default() },
        recordings: vec![recording("left", "/srv/left.wav"), recording("right", "right.wav")],
        transcript: Some(Transcript {
            origin: Some("db".into()),
            format: Some("vapi".into()),
            language: Some("en-GB".into()),
            turns: vec![turn],
        }),
        insights: None,
        metrics: vec![Metric { at: None, name: "latency_ms".into(), value: 1.25 }],
        metadata: json!({"deep": {"er": [1, null, 2.5]}}).as_object().unwrap().clone(),
    }
}

fn exported(record: &CallRecord, id: &str, audio: &[u8]) -> Value {
    let hash = format!("sha512-{}", URL_SAFE_NO_PAD.encode(Sha512::digest(audio)));
    let body = json!({
        "version": 1, "id": id, "source": "Desk", "source_kind": "vapi", "vanished_at": null,
        "audio": [{"remote_id": "left", "dialog": 0}],
        "missing": [{"remote_id": "right", "reason": "the source says it was deleted"}], "record": record,
    });
    json!({
        "vcon": "0.4.0", "uuid": id, "created_at": "2025-11-12T16:02:00Z", "parties": [{"name": "Ada"}],
        "dialog": [{"type": "recording", "start": "2025-11-12T16:02:00Z", "parties": [0], "filename": "audio-1.wav",
                    "mediatype": "audio/x-wav", "content_hash": hash}],
        "attachments": [{"purpose": "turnstone_call", "start": "2025-11-12T16:02:00Z", "party": 0, "dialog": 0,
                         "mediatype": "application/json", "encoding": "json", "body": body}],
    })
}

fn bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

/// The files of an export with one call, and what is derived from it.
fn export(vcon: &Value) -> Vec<(String, Vec<u8>)> {
    let tags: [(&str, &[u8]); 5] = [
        ("bagit.txt", b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"),
        ("bag-info.txt", b"Payload-Oxum: 1.1\nTurnstone-Export-Version: 1\n"),
        ("README.txt", b"Agent: read this.\nCustomer: thank you.\n"),
        ("log/access.json", b"{\"transcript\": []}"),
        ("data/index.html", b"<p>"),
    ];
    let call: [(&str, Vec<u8>); 6] = [
        ("call.vcon.json", bytes(vcon)),
        ("audio-1.wav", wav(1)),
        ("listening-1.wav", wav(2)),
        ("transcript.vtt", VTT.to_vec()),
        ("transcript.srt", SRT.to_vec()),
        ("transcript.txt", TXT.to_vec()),
    ];
    let tags = tags.into_iter().map(|(path, bytes)| (path.to_owned(), bytes.to_vec()));
    tags.chain(call.map(|(name, bytes)| (format!("{DIR}/{name}"), bytes))).collect()
}

fn in_folder(files: &[(String, Vec<u8>)], below: &str) -> Place {
    let place = Place::new();
    files.iter().for_each(|(path, bytes)| place.write(&format!("{below}{path}"), bytes));
    place
}

fn zipped(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let item = |(at, (path, bytes)): (usize, &(String, Vec<u8>))| {
        let path = format!("Export/{path}");
        if at.is_multiple_of(2) { written::stored(&path, bytes) } else { written::deflated(&path, bytes) }
    };
    written::zip(&files.iter().enumerate().map(item).collect::<Vec<_>>())
}

fn zip_source(place: &Place) -> Folder {
    Folder::new(place.path("bag.zip"), || SystemTime::now() + Duration::from_secs(3_600))
}

/// What must differ from the original: the revision, where the audio is, and the note of where it came from.
fn without_place(mut record: CallRecord) -> CallRecord {
    record.revision = None;
    record.recordings.iter_mut().for_each(|recording| recording.storage_path = None);
    record.metadata.shift_remove("turnstone_export");
    record
}

#[test]
fn an_export_is_read_back_as_it_was_and_nothing_beside_it_is_a_call() {
    let original = record("calls/one?x=1");
    let files = export(&exported(&original, "id-1", &wav(1)));
    let place = in_folder(&files, "");
    let zip = Place::of(&[("bag.zip", &zipped(&files))]);
    let plain: Vec<_> = files.iter().filter(|(path, _)| path.starts_with("data/")).cloned().collect();
    let without_bag = in_folder(&plain, "");
    let nested = in_folder(&files, "2025/Export one/");
    for source in [place.source(), zip_source(&zip), without_bag.source(), nested.source()] {
        let seen = walk(&source, None);
        assert_eq!((seen.ids(), &seen.rejected), (vec!["calls/one?x=1"], &vec![]));
        let call = &seen.calls[0];
        assert_eq!(without_place(call.clone()), without_place(original.clone()));
        assert_eq!(call.metadata["turnstone_export"]["storage_paths"], json!(["/srv/left.wav", "right.wav"]));
        assert_eq!(read_all(&source, call), wav(1));
        assert_eq!(source.local_file(&call.recordings[0]), None);
        let absent = audio(&source, "calls/one?x=1", &call.recordings[1]).err().unwrap();
        assert_eq!(absent.outcome, Outcome::Gone, "{}", absent.detail);
        assert!(absent.detail.contains("the source says it was deleted"), "{}", absent.detail);
        assert_eq!(source.absent(&call.recordings[1]), Some(absent.detail));
        assert_eq!(source.absent(&call.recordings[0]), None);
        let again = walk(&source, seen.cursor.as_ref());
        assert_eq!((again.unchanged, again.calls.len(), again.gone.len()), (1, 0, 0));
    }
}

#[test]
fn a_call_that_is_exported_again_from_here_still_names_where_it_came_from_first() {
    let first = in_folder(&export(&exported(&record("one"), "id-1", &wav(1))), "").call();
    let second = in_folder(&export(&exported(&first, "id-2", &wav(1))), "").call();
    assert_eq!(second.metadata, first.metadata);
}

#[test]
fn audio_is_checked_against_the_hash_in_the_vcon() {
    let mut vcon = exported(&record("one"), "id-1", &wav(1));
    let files = export(&vcon);
    let place = in_folder(&files, "");
    let call = place.call();
    place.write(&format!("{DIR}/audio-1.wav"), &wav(9));
    let error = audio(&place.source(), "one", &call.recordings[0]).err().unwrap();
    assert!(error.outcome == Outcome::Invalid && error.detail.contains("hash differs"), "{}", error.detail);

    let mut changed = files.clone();
    changed.iter_mut().filter(|(path, _)| path.ends_with("audio-1.wav")).for_each(|(_, bytes)| *bytes = wav(9));
    let zip = Place::of(&[("bag.zip", &zipped(&changed))]);
    let error = audio(&zip_source(&zip), "one", &walk(&zip_source(&zip), None).calls[0].recordings[0]).err().unwrap();
    assert_eq!(error.outcome, Outcome::Invalid, "{}", error.detail);

    let dialog = vcon["dialog"][0].as_object_mut().unwrap();
    dialog.insert("encoding".into(), json!("base64url"));
    dialog.insert("body".into(), json!(URL_SAFE_NO_PAD.encode(wav(1))));
    let place = Place::of(&[("one.vcon.json", &bytes(&vcon))]);
    assert_eq!(read_all(&place.source(), &place.call()), wav(1));
    vcon["dialog"][0]["body"] = json!(URL_SAFE_NO_PAD.encode(wav(9)));
    let place = Place::of(&[("one.vcon.json", &bytes(&vcon))]);
    let error = audio(&place.source(), "one", &place.call().recordings[0]).err().unwrap();
    assert_eq!(error.outcome, Outcome::Invalid, "{}", error.detail);
}

#[test]
fn an_attachment_that_cannot_be_believed_costs_only_the_attachment() {
    let good = exported(&record("one"), "id-1", &wav(1));
    let with = |change: &dyn Fn(&mut Value)| {
        let mut vcon = good.clone();
        change(&mut vcon["attachments"][0]["body"]);
        in_folder(&export(&vcon), "").call()
    };
    let changes: [&dyn Fn(&mut Value); 9] = [
        &|body| body["version"] = json!(2),
        &|body| body["version"] = json!("1"),
        &|body| *body = json!("not json"),
        &|body| *body = json!([1, 2]),
        &|body| body["record"]["recordings"] = json!({"a": 1}),
        &|body| body["record"]["remote_id"] = json!(""),
        &|body| body["record"]["recordings"][1]["remote_id"] = json!("left"),
        &|body| body["record"]["transcript"]["turns"][0]["start_ms"] = json!(i64::MAX),
        &|body| body["record"]["call"]["started_at"] = json!({"utc_ms": i64::MIN, "zone_assumed": false}),
    ];
    for (at, change) in changes.iter().enumerate() {
        let call = with(change);
        assert_eq!(call.remote_id, format!("{DIR}/call"), "change {at}");
        assert_eq!(call.recordings.len(), 1, "the standard fields name one recording");
        let notes = call.metadata["reading_notes"].to_string();
        assert!(notes.contains("what Turnstone attached is not used"), "change {at}: {notes}");
    }
    let as_text = with(&|body| *body = json!(body.to_string()));
    assert_eq!(without_place(as_text), without_place(record("one")), "a body written as text is the same");
}

#[test]
fn attachments_nested_beyond_all_measure_cost_only_the_attachments() {
    let mut vcon = exported(&record("one"), "id-1", &wav(1));
    vcon["attachments"] = json!("DEEP");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let text = vcon.to_string().replace("\"DEEP\"", &deep);
    let place = Place::of(&[("one.vcon.json", text.as_bytes()), ("audio-1.wav", &wav(1))]);
    let call = place.call();
    assert!(call.metadata["reading_notes"].to_string().contains("nested too deeply"));
    assert_eq!(read_all(&place.source(), &call), wav(1));
}

#[test]
fn the_same_call_in_two_exports_is_one_call_and_comes_back_from_the_other() {
    let files = export(&exported(&record("one"), "id-1", &wav(1)));
    let place = in_folder(&files, "a/");
    files.iter().for_each(|(path, bytes)| place.write(&format!("b/{path}"), bytes));
    let first = place.walk(None);
    assert_eq!((first.ids(), first.rejected.len()), (vec!["one"], 0), "{:?}", first.rejected);
    assert!(first.calls[0].recordings[0].storage_path.as_ref().unwrap().starts_with("a/"));

    std::fs::remove_dir_all(place.path("a")).unwrap();
    let second = place.walk(first.cursor.as_ref());
    assert_eq!((second.ids(), second.gone.len()), (vec!["one"], 0), "it is still there");
    assert_eq!(read_all(&place.source(), &second.calls[0]), wav(1));
    std::fs::remove_dir_all(place.path("b")).unwrap();
    assert_eq!(place.walk(second.cursor.as_ref()).gone, ["one"]);
}

#[test]
fn the_same_call_with_other_content_is_said_and_calls_of_one_name_are_kept_apart() {
    let mut other = record("one");
    other.call.title = Some("Another title".into());
    let place = in_folder(&export(&exported(&record("one"), "id-1", &wav(1))), "a/");
    let again = |below: &str, id: &str| {
        for (path, bytes) in export(&exported(&other, id, &wav(1))) {
            place.write(&format!("{below}{path}"), &bytes);
        }
    };
    again("b/", "id-1");
    let seen = place.walk(None);
    assert_eq!((seen.ids(), seen.rejected.len()), (vec!["one"], 1));
    assert!(seen.rejected[0].item.starts_with("b/") && seen.rejected[0].reason.contains("the same call as a/"));

    again("c/", "id-of-another-call");
    let seen = place.walk(seen.cursor.as_ref());
    assert_eq!(seen.ids(), ["one~2"], "two sources may give one name to two calls");
    assert_eq!(place.walk(seen.cursor.as_ref()).unchanged, 2);
}

#[test]
fn a_damaged_vcon_in_an_export_leaves_the_call_with_its_audio_and_says_so() {
    let mut files = export(&exported(&record("one"), "id-1", &wav(1)));
    files.iter_mut().filter(|(path, _)| path.ends_with("vcon.json")).for_each(|(_, bytes)| bytes.truncate(40));
    let place = in_folder(&files, "");
    let seen = place.walk(None);
    assert_eq!((seen.ids(), seen.rejected.len()), (vec![format!("{DIR}/call").as_str()], 1), "{:?}", seen.rejected);
    assert_eq!(read_all(&place.source(), &seen.calls[0]), wav(1));

    place.write(&format!("{DIR}/call.vcon.json"), &bytes(&exported(&record("one"), "id-1", &wav(1))));
    let repaired = place.walk(seen.cursor.as_ref());
    assert_eq!((repaired.ids(), &repaired.gone), (vec!["one"], &vec![format!("{DIR}/call")]));
}

#[test]
fn audio_that_was_taken_out_of_an_export_is_absent_and_counts_again_when_it_is_back() {
    let place = in_folder(&export(&exported(&record("one"), "id-1", &wav(1))), "");
    let path = format!("{DIR}/audio-1.wav");
    std::fs::remove_file(place.path(&path)).unwrap();
    let seen = place.walk(None);
    let recording = &seen.call("one").recordings[0];
    assert_eq!(audio(&place.source(), "one", recording).err().unwrap().outcome, Outcome::Gone);
    place.write(&path, &wav(1));
    let back = place.walk(seen.cursor.as_ref());
    assert_eq!(read_all(&place.source(), back.call("one")), wav(1));
}

#[test]
fn of_a_bag_made_by_others_the_data_are_read_like_any_folder() {
    let place = Place::of(&[
        ("bagit.txt", b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n".as_slice()),
        ("tags/stray.wav", &wav(1)),
        ("data/a/call.wav", &wav(1)),
        ("data/a/call.vtt", VTT),
        ("data/b/transcript.vtt", VTT),
        ("plain/bagit.txt", b"no bag"),
    ]);
    let seen = place.walk(None);
    assert_eq!(seen.ids(), ["data/a/call", "data/b/transcript"]);
    let words: Vec<String> = place.source().test().into_iter().map(|check| check.words).collect();
    assert!(words[1].contains("other programs"), "{words:?}");
}

#[test]
fn the_self_test_says_that_it_is_an_export_and_how_it_is_verified() {
    let files = export(&exported(&record("one"), "id-1", &wav(1)));
    let zip = Place::of(&[("bag.zip", &zipped(&files))]);
    let folder = in_folder(&files, "");
    for source in [folder.source(), zip_source(&zip)] {
        let checks = source.test();
        assert!(checks.iter().all(|check| check.ok), "{checks:?}");
        assert!(checks[1].words.contains("1 call;") && checks[1].words.contains("turnstone verify"), "{checks:?}");
    }
}

#[test]
fn a_damaged_zip_is_an_error_and_nothing_is_lost_and_a_new_one_is_noticed() {
    let files = export(&exported(&record("one"), "id-1", &wav(1)));
    let whole = zipped(&files);
    let place = Place::of(&[("bag.zip", &whole)]);
    let source = zip_source(&place);
    let first = walk(&source, None);
    assert_eq!(first.ids(), ["one"]);

    place.write("bag.zip", &whole[..whole.len() - 30]);
    let error = source.changes_since(first.cursor.as_ref(), &NoMemory, &Cancel::new()).next().unwrap().unwrap_err();
    assert!(error.to_string().contains("no whole zip"), "{error}");
    assert!(!source.test()[0].ok);
    let error = audio(&source, "one", &first.calls[0].recordings[0]).err().unwrap();
    assert_eq!(error.outcome, Outcome::Network, "it is tried again: {}", error.detail);

    let mut two = files.clone();
    let other = exported(&record("two"), "id-2", &wav(1));
    two.push(("data/calls/20251112T160200Z-000000000000/call.vcon.json".into(), bytes(&other)));
    place.write("bag.zip", &zipped(&two));
    let second = walk(&source, first.cursor.as_ref());
    assert_eq!((second.ids(), second.unchanged, second.gone.len()), (vec!["two"], 1, 0));
}
