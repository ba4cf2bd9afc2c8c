//! Every format by an example file: what it is recognised as, and every field of what is read from it.
//!
//! Beside each example lies `<name>.expected`: the whole result, one line per turn
//! (`start-end timing confidence [role] speaker: text | word@start-end …`), then the facts found beside.

mod support;

use std::fs;
use std::path::PathBuf;

use model::Moment;
use support::{examples, render, render_vcon};
use turnstone_source::transcript_format::{FormatError, Hint, recognise};
use turnstone_source::vcon::{Media, content_matches, read_vcon};

/// The start of the call that wall-clock turns are counted from.
const STARTED_AT: &str = "2026-03-02T08:00:00Z";

#[test]
fn every_example_is_read_field_by_field() {
    let started_at = Moment::parse(STARTED_AT);
    let mut wrong = Vec::new();
    for example in examples() {
        let bytes = fs::read(&example).expect("an example can be read");
        let name = example.file_name().and_then(|name| name.to_str()).expect("a plain name");
        let read = recognise(&Hint { file_name: name, started_at: started_at.as_ref() }, &bytes);
        let actual = match read {
            Ok(read) if read.format == "vcon" => render_vcon(&read_vcon(&bytes).expect("recognised as a vCon")),
            Ok(read) => render(&read),
            Err(error) => format!("error: {error}\n"),
        };
        let expected = fs::read_to_string(expectation(&example)).unwrap_or_default();
        if actual != expected {
            wrong.push(format!("{name} reads as\n{actual}\nbut should as\n{expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n----\n"));
}

#[test]
fn every_example_is_taken_for_its_own_format_whatever_it_is_called() {
    for example in examples() {
        let bytes = fs::read(&example).expect("an example can be read");
        let own = fs::read_to_string(expectation(&example)).expect("every example has an expectation");
        let Some(own) = own.lines().next().and_then(|line| line.strip_prefix("format ")) else { continue };
        let names: &[&str] = match own {
            "webvtt" | "srt" | "plain" => &["call.txt", "call", "call.transcript"],
            _ => &["call.txt", "call.json", "call"],
        };
        for name in names {
            let read = recognise(&Hint { file_name: name, started_at: None }, &bytes);
            assert_eq!(read.map(|read| read.format).as_deref(), Ok(own), "{} named {name}", example.display());
        }
    }
}

#[test]
fn a_prompt_is_never_shown_nor_kept() {
    for example in examples() {
        let bytes = fs::read(&example).expect("an example can be read");
        let Ok(read) = recognise(&Hint { file_name: "a.json", started_at: None }, &bytes) else { continue };
        assert!(!format!("{read:?}").contains("SECRET PROMPT"), "{} leaks its prompt", example.display());
    }
}

#[test]
fn turns_clocked_before_the_call_or_hours_after_it_count_from_the_first_turn() {
    let bytes = fs::read(fixture("talky_written.json")).expect("the example can be read");
    for (start, first) in [("2026-03-02T08:00:05Z", 250), ("2026-03-02T08:00:06Z", 0), ("2026-03-02T01:00:00Z", 0)] {
        let started_at = Moment::parse(start);
        let read = recognise(&Hint { file_name: "a.json", started_at: started_at.as_ref() }, &bytes).expect("talky");
        assert_eq!(read.transcript.turns[0].start_ms, Some(first), "the call started at {start}");
        assert_eq!(read.notes.iter().any(|note| note.contains("clock")), first == 0, "a mismatch is said: {start}");
    }
}

#[test]
fn what_is_no_transcript_is_refused_with_a_reason() {
    let refuse = |name, bytes: &[u8]| {
        let read = recognise(&Hint { file_name: name, started_at: None }, bytes);
        read.expect_err("not a transcript").to_string()
    };
    let unknown = "not a transcript Turnstone knows: ";
    assert_eq!(refuse("a.txt", b""), format!("{unknown}the file is empty"));
    assert_eq!(refuse("a.txt", b" \r\n"), format!("{unknown}the file is empty"));
    assert_eq!(refuse("a.txt", b"RIFF\x00\x00\x01\x02"), format!("{unknown}it holds binary data, not text"));
    assert_eq!(
        refuse("a.txt", b"<!DOCTYPE html><p>502"),
        format!("{unknown}it is a web page or XML, not a transcript")
    );
    assert_eq!(refuse("a.json", b"{\"a\": 1, \"b\": 2}"), format!("{unknown}a JSON object with `a`, `b`"));
    assert_eq!(refuse("a.json", b"[1, 2]"), format!("{unknown}a JSON list of 2 that are no turns"));
    assert_eq!(refuse("a.json", b"{\"a\":"), "broken JSON: the file ends in the middle at line 1, column 5");
    assert!(refuse("a.vtt", b"Hello").starts_with("broken webvtt: line 1"));
    assert!(refuse("a.srt", b"Hello").starts_with("broken srt: "));
}

#[test]
fn an_encrypted_vcon_is_named_as_such() {
    let bytes = fs::read(fixture("vcon/encrypted.vcon")).expect("the example can be read");
    assert_eq!(read_vcon(&bytes), Err(FormatError::Encrypted));
    assert!(FormatError::Encrypted.to_string().starts_with("encrypted vCon: Turnstone cannot open it without the key"));
}

#[test]
fn referenced_audio_is_recognised_by_its_hash() {
    let audio = |name: &str, index: usize| {
        read_vcon(&fs::read(fixture(name)).expect("the example can be read"))
            .expect("a vCon")
            .recordings
            .remove(index)
            .media
    };
    let Media::Inline { bytes, .. } = audio("vcon/inline.vcon", 0) else { panic!("the audio is inline") };
    let Media::Inline { bytes: other, .. } = audio("vcon/old_names.vcon", 0) else { panic!("the audio is inline") };
    assert_eq!(other, bytes, "both alphabets of base64 are read");
    for (name, index) in [("vcon/referenced.vcon", 0), ("vcon/old_names.vcon", 1)] {
        let Media::Referenced { content_hashes, .. } = audio(name, index) else { panic!("{name} refers to its audio") };
        assert_eq!(content_matches(&content_hashes, &bytes), Some(true), "{name}");
        assert_eq!(content_matches(&content_hashes, b"other"), Some(false), "{name}");
    }
    assert_eq!(content_matches(&["md5-AAAA".to_owned()], &bytes), None, "an unknown hash proves nothing");
}

fn expectation(example: &std::path::Path) -> PathBuf {
    let mut name = example.as_os_str().to_owned();
    name.push(".expected");
    PathBuf::from(name)
}

fn fixture(name: &str) -> PathBuf {
    support::folder().join(name)
}
