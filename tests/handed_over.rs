//! What is handed over reads back: the documents of an export through our own readers of such formats, from hundreds of made-up
//! calls whose texts want to be more than text.

use std::io::{self, Read};

use evidence::{AudioFile, Exhibit, ExhibitRecording, caption, vcon};
use model::{
    AudioFacts, Call, CallId, CallRecord, Direction, Moment, Ms, Party, Recording, RecordingId, Timing, Transcript,
    Turn,
};
use serde_json::Value;
use sha2::{Digest, Sha512};
use source::transcript_format::{Hint, recognise};
use source::vcon::{Media, content_matches, read_vcon};
use uuid::Uuid;

/// Pieces of which names and words are made.
const PIECES: &[&str] = &[
    "Good morning",
    "Sarah",
    "a --> b",
    "<v Ben>no",
    "</v>",
    "<00:00:01.000>",
    "<i>",
    "&lt;",
    "&amp;",
    "\n\n7\n00:00:05.000 --> 00:00:06.000\n",
    "NOTE",
    "{\\an8}",
    "Ben: hello",
    "\u{2028}",
    "\r",
    "--",
    ">",
    "שלום",
    "\u{202e}evil",
    "\0",
    "42",
];

#[test]
fn captions_give_back_every_turn_that_has_a_time() {
    let mut dice = fastrand::Rng::with_seed(11);
    for round in 0..300 {
        let turns = made_up_turns(&mut dice);
        let transcript = Transcript { turns, ..Transcript::default() };
        let expected: Vec<(Ms, String)> = sorted(&transcript);
        let Some(vtt) = caption::webvtt(&transcript) else {
            assert!(expected.is_empty(), "round {round}");
            continue;
        };
        assert_eq!(read_back(&vtt, "transcript.vtt"), expected, "round {round}:\n{vtt}");
        let srt = caption::srt(&transcript).unwrap();
        let starts: Vec<Ms> = expected.iter().map(|(start, _)| *start).collect();
        let read: Vec<Ms> = read_back(&srt, "transcript.srt").into_iter().map(|(start, _)| start).collect();
        assert_eq!(read, starts, "round {round}:\n{srt}");
    }
}

#[test]
fn voices_come_back_as_speakers() {
    let turn = |name: &str, start| Turn {
        speaker: Some(name.to_owned()),
        text: "words".to_owned(),
        start_ms: Some(start),
        timing: Timing::Source,
        ..Turn::default()
    };
    let transcript = Transcript {
        turns: vec![turn("Sarah & Ben", 0), turn("Zoë--", 10), turn("<b>", 20)],
        ..Transcript::default()
    };
    let hint = Hint { file_name: "transcript.vtt", started_at: None };
    let read = recognise(&hint, caption::webvtt(&transcript).unwrap().as_bytes()).unwrap().transcript;
    let speakers: Vec<Option<&str>> = read.turns.iter().map(|turn| turn.speaker.as_deref()).collect();
    assert_eq!(speakers, [Some("Sarah & Ben"), Some("Zoë--"), Some("‹b›")]);
}

#[test]
fn a_vcons_standard_fields_alone_tell_who_rang_whom_and_where_the_audio_is() {
    let exhibit = call();
    let mut out = Vec::new();
    vcon::write(&exhibit, vcon::Media::ByName, &mut out).unwrap();
    let read = read_vcon(&without_attachments(&out)).unwrap();
    let call = &exhibit.record.call;
    assert_eq!((read.call.from, read.call.to), (call.from.clone(), call.to.clone()));
    assert_eq!((read.call.direction, read.call.agent), (call.direction, call.agent.clone()));
    assert_eq!(read.call.title, call.title);
    assert_eq!(read.call.started_at.map(|moment| moment.utc_ms), call.started_at.as_ref().map(|moment| moment.utc_ms));
    let [recording] = read.recordings.as_slice() else { panic!("one recording: {:?}", read.recordings) };
    assert_eq!((recording.file_name.as_deref(), recording.duration_ms), (Some("audio-1.mp3"), Some(12_345)));
    let Media::Referenced { url, content_hashes } = &recording.media else { panic!("{:?}", recording.media) };
    assert_eq!(url, "audio-1.mp3");
    assert_eq!(content_matches(content_hashes, AUDIO), Some(true));
    assert_eq!(content_matches(content_hashes, b"other bytes"), Some(false));
}

#[test]
fn inline_audio_comes_back_byte_for_byte() {
    let open = |_: &AudioFile| -> io::Result<Box<dyn Read>> { Ok(Box::new(AUDIO)) };
    let mut out = Vec::new();
    vcon::write(&call(), vcon::Media::Inline(&open), &mut out).unwrap();
    let read = read_vcon(&out).unwrap();
    assert!(matches!(&read.recordings[0].media, Media::Inline { bytes, .. } if bytes == AUDIO));
}

const AUDIO: &[u8] = b"\xff\xfb\x90\x64 not really audio, but bytes";

/// The starts and words that a reader finds, white space made equal.
fn read_back(captions: &str, file_name: &str) -> Vec<(Ms, String)> {
    let read = recognise(&Hint { file_name, started_at: None }, captions.as_bytes()).unwrap().transcript;
    read.turns.into_iter().map(|turn| (turn.start_ms.unwrap(), plain(&turn.text))).collect()
}

/// What should be found, in order of time.
fn sorted(transcript: &Transcript) -> Vec<(Ms, String)> {
    let timed = transcript.turns.iter().filter_map(|turn| Some((turn.start_ms?, plain(&turn.text))));
    let mut said: Vec<(Ms, String)> = timed.filter(|(_, text)| !text.is_empty()).collect();
    said.sort_by_key(|(start, _)| *start);
    said
}

fn plain(text: &str) -> String {
    text.replace('\0', "\u{fffd}").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn made_up_turns(dice: &mut fastrand::Rng) -> Vec<Turn> {
    let text = |dice: &mut fastrand::Rng| -> String {
        (0..dice.usize(0..4)).map(|_| format!("{} ", dice.choice(PIECES).unwrap_or(&""))).collect()
    };
    let mut turns = Vec::new();
    for number in 0..dice.i64(0..12) {
        let start_ms = dice.bool().then_some(number * 1_000);
        turns.push(Turn {
            speaker: Some(format!("S{}", text(dice))),
            text: text(dice),
            start_ms,
            end_ms: start_ms.map(|ms| ms + dice.i64(-5..900)),
            timing: Timing::Source,
            ..Turn::default()
        });
    }
    turns
}

fn without_attachments(bytes: &[u8]) -> Vec<u8> {
    let mut vcon: Value = serde_json::from_slice(bytes).unwrap();
    vcon.as_object_mut().unwrap().remove("attachments");
    serde_json::to_vec(&vcon).unwrap()
}

fn call() -> Exhibit {
    let id = CallId(Uuid::from_u128(7));
    let started_at = Some(Moment::from_utc_ms(1_762_963_320_000));
    let call = Call {
        title: Some("Charged twice".to_owned()),
        started_at,
        direction: Some(Direction::Inbound),
        from: Some(Party { number: Some("+15125550143".to_owned()), name: Some("Ben Ortiz".to_owned()) }),
        to: Some(Party::from_number("+15125550100")),
        agent: Some("Sarah".to_owned()),
        ..Call::default()
    };
    let recording = ExhibitRecording {
        id: RecordingId(Uuid::from_u128(8)),
        remote_id: "r1".to_owned(),
        started_at: None,
        original: Some(AudioFile {
            name: "audio-1.mp3".to_owned(),
            facts: AudioFacts { format: Some("mp3".into()), duration_ms: Some(12_345), ..AudioFacts::default() },
            sha512: Sha512::digest(AUDIO).into(),
        }),
        listening: None,
        missing: None,
    };
    let recordings = vec![Recording { remote_id: "r1".to_owned(), ..Recording::default() }];
    Exhibit {
        id,
        source: "Support line".to_owned(),
        source_kind: "folder".to_owned(),
        vanished_ms: None,
        dir: "calls/one".to_owned(),
        record: CallRecord { remote_id: "1".to_owned(), call, recordings, ..CallRecord::default() },
        recordings: vec![recording],
    }
}
