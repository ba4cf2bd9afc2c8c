//! Whatever the bytes are, reading them ends, with a value or a reason.

mod support;

use std::fmt::Write;
use std::fs;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::{Value, json};
use support::examples;
use turnstone_source::transcript_format::{FormatError, Hint, MAX_BYTES, MAX_TURNS, Recognised, recognise};
use turnstone_source::vcon::read_vcon;

fn read(name: &str, bytes: &[u8]) -> Result<Recognised, FormatError> {
    recognise(&Hint { file_name: name, started_at: None }, bytes)
}

#[test]
fn an_example_cut_short_anywhere_is_an_error_or_a_value() {
    for example in examples() {
        let bytes = fs::read(&example).expect("an example can be read");
        let name = example.file_name().and_then(|name| name.to_str()).expect("a plain name");
        for length in (0..bytes.len()).step_by(7) {
            let cut = read(name, &bytes[..length]);
            if name.ends_with(".json") && bytes[length..].iter().any(|byte| !byte.is_ascii_whitespace()) {
                assert!(cut.is_err(), "{name} cut to {length} bytes is broken JSON and must not pass for text");
            }
            let _ = read_vcon(&bytes[..length]);
        }
    }
}

#[test]
fn an_example_with_any_value_replaced_still_ends() {
    let odd = [
        json!(null),
        json!(-1),
        json!(1e308),
        json!("NaN"),
        json!(""),
        json!([]),
        json!({}),
        json!([null, 3]),
        json!(true),
    ];
    for example in examples() {
        let bytes = fs::read(&example).expect("an example can be read");
        let Ok(value) = serde_json::from_slice::<Value>(&bytes) else { continue };
        for at in 0..count(&value) {
            for odd in &odd {
                let mut changed = value.clone();
                replace(&mut changed, &mut { at }, odd);
                let bytes = serde_json::to_vec(&changed).expect("JSON can be written");
                if let Ok(read) = read("a.json", &bytes) {
                    check(&read);
                }
            }
        }
    }
}

#[test]
fn deep_nesting_is_refused() {
    for opening in ["[", "{\"results\":", "{\"segments\":[", "[{\"text\":"] {
        assert_eq!(read("a.json", opening.repeat(200_000).as_bytes()), Err(FormatError::TooDeep), "{opening}");
    }
}

#[test]
fn too_much_of_anything_is_refused_quickly() {
    let began = Instant::now();
    let large = vec![b' '; MAX_BYTES as usize + 1];
    assert!(matches!(read("a.json", &large), Err(FormatError::TooLarge { .. })), "by its size alone");
    assert!(began.elapsed() < Duration::from_secs(5), "without looking at the bytes");
    let values = "[".to_owned() + &"0,".repeat(9_000_000);
    assert!(matches!(read("a.json", values.as_bytes()), Err(FormatError::TooMany { what: "values", .. })));
    let lines = "Agent: a\n".repeat(MAX_TURNS + 1);
    assert!(matches!(read("a.txt", lines.as_bytes()), Err(FormatError::TooMany { what: "turns", .. })));
    assert!(read("a.txt", "Agent: a\n".repeat(MAX_TURNS).as_bytes()).is_ok());
}

#[test]
fn reading_time_grows_with_size_and_not_faster() {
    type Case = (&'static str, fn(usize) -> String);
    let hostile: [Case; 8] = [
        ("a.vtt", |n| format!("WEBVTT\n\n00:00.000 --> 00:01.000\n{}", "<v ".repeat(n))),
        ("a.vtt", |n| format!("WEBVTT\n\n00:00.000 --> 00:01.000\n{}", "<v A>a&".repeat(n))),
        ("a.srt", |n| format!("1\n00:00:00,000 --> 00:00:01,000\n{}", "{\\".repeat(n))),
        ("a.srt", |n| "00:00:00,000 --> 00:00:01,000\n\n".repeat(n)),
        ("a.txt", |n| "[".repeat(n)),
        ("a.txt", |n| "Agent:\n\n".repeat(n)),
        ("a.json", |n| format!("{{\"segments\":[{}NaN]}}", "NaN,".repeat(n))),
        ("a.json", |n| {
            let utterance = r#"{"start":0,"end":9,"transcript":"a","channel":0},"#.repeat(n / 4);
            let word = r#"{"word":"a","start":1,"end":2},"#.repeat(n / 4);
            format!(
                r#"{{"results":{{"channels":[{{"alternatives":[{{"words":[{word}null]}}]}}],"utterances":[{utterance}null]}}}}"#
            )
        }),
    ];
    for (case, (name, content)) in hostile.iter().enumerate() {
        let began = Instant::now();
        let _ = read(name, content(60_000).as_bytes());
        assert!(began.elapsed() < Duration::from_secs(20), "case {case} takes {:?}", began.elapsed());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_an_error_or_a_value(bytes in proptest::collection::vec(any::<u8>(), 0..400), name in 0usize..4) {
        if let Ok(read) = read(["a.txt", "a.srt", "a.vtt", "a.json"][name], &bytes) {
            check(&read);
        }
        let _ = read_vcon(&bytes);
    }

    #[test]
    fn any_lines_of_caption_syntax_are_an_error_or_a_value(parts in proptest::collection::vec(0usize..TOKENS.len(), 0..60), header in any::<bool>()) {
        let text: String = parts.iter().map(|part| TOKENS[*part]).collect();
        let text = if header { format!("WEBVTT\n\n{text}") } else { text };
        if let Ok(read) = read("a.txt", text.as_bytes()) {
            check(&read);
        }
    }

    #[test]
    fn any_json_under_the_names_formats_use_is_an_error_or_a_value(value in value()) {
        let bytes = serde_json::to_vec(&value).expect("JSON can be written");
        if let Ok(read) = read("a.json", &bytes) {
            check(&read);
        }
        let _ = read_vcon(&bytes);
    }

    #[test]
    fn written_captions_are_read_back(cues in cues()) {
        let mut vtt = "WEBVTT\n".to_owned();
        let mut srt = String::new();
        for (index, (start, length, speaker, text)) in cues.iter().enumerate() {
            let (from, to) = (stamp(*start), stamp(start + length));
            write!(vtt, "\n{from} --> {to}\n<v {speaker}>{text}</v>\n").expect("text");
            write!(srt, "{}\n{} --> {}\n{speaker}: {text}\n\n", index + 1, from.replace('.', ","), to.replace('.', ",")).expect("text");
        }
        for (name, content) in [("a.vtt", vtt), ("a.srt", srt)] {
            let turns = read(name, content.as_bytes()).expect("captions").transcript.turns;
            prop_assert_eq!(turns.len(), cues.len(), "{}", name);
            for (turn, (start, length, speaker, text)) in turns.iter().zip(&cues) {
                prop_assert_eq!((turn.start_ms, turn.end_ms), (Some(*start), Some(start + length)));
                prop_assert_eq!(turn.speaker.as_deref(), Some(speaker.as_str()));
                prop_assert_eq!(&turn.text, text);
            }
        }
    }

    #[test]
    fn written_lines_are_read_back(cues in cues(), timed in any::<bool>()) {
        let line = |(start, _, speaker, text): &(i64, i64, String, String)| match timed {
            true => format!("[{}] {speaker}: {text}\n", stamp(*start)),
            false => format!("{speaker}: {text}\n"),
        };
        let content: String = cues.iter().map(line).collect();
        let turns = read("a.txt", content.as_bytes()).expect("lines").transcript.turns;
        prop_assert_eq!(turns.len(), cues.len());
        for (turn, (start, _, speaker, text)) in turns.iter().zip(&cues) {
            prop_assert_eq!((turn.start_ms, turn.end_ms), (timed.then_some(*start), None));
            prop_assert_eq!((turn.speaker.as_deref(), &turn.text), (Some(speaker.as_str()), text));
        }
    }
}

/// At least two cues in order, with known labels.
fn cues() -> impl Strategy<Value = Vec<(i64, i64, String, String)>> {
    let cue = (
        1i64..90_000,
        0i64..5_000,
        "(Agent|Customer|Speaker [1-9]|SPEAKER_0[0-9])",
        "[a-zà-ÿ]{1,8}( [a-z,:.!?]{1,8}){0,5}[a-z]",
    );
    proptest::collection::vec(cue, 2..30).prop_map(|cues| {
        let mut start = 0;
        cues.into_iter()
            .map(|(gap, length, speaker, text)| {
                start += gap;
                (start, length, speaker, text)
            })
            .collect()
    })
}

fn stamp(ms: i64) -> String {
    format!("{:02}:{:02}:{:02}.{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
}

const TOKENS: [&str; 22] = [
    "\n",
    "\n\n",
    "1",
    "00:00:01,000",
    " --> ",
    "00:02.500",
    "<v Agent>",
    "</v>",
    "<",
    ">",
    "&amp;",
    "&#x1F600;",
    "&",
    "Agent: ",
    "[SPEAKER_01]: ",
    "[0:01] ",
    "NOTE",
    "STYLE",
    "word ",
    "é",
    "{\\an8}",
    "<00:01.500>",
];

/// JSON made of the names the formats look for.
fn value() -> impl Strategy<Value = Value> {
    const NAMES: [&str; 40] = [
        "results",
        "channels",
        "alternatives",
        "words",
        "word",
        "start",
        "end",
        "speaker",
        "text",
        "transcript",
        "segments",
        "utterances",
        "status",
        "audio_duration",
        "items",
        "transcripts",
        "start_time",
        "Transcript",
        "BeginOffsetMillis",
        "time_in_call_secs",
        "role",
        "message",
        "metadata",
        "artifact",
        "messages",
        "secondsFromStart",
        "time",
        "insights",
        "sentences",
        "media_channel",
        "recognizedPhrases",
        "monologues",
        "elements",
        "transcription",
        "offsets",
        "turns",
        "content",
        "timestamp",
        "data",
        "uuid",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0i64..100).prop_map(Value::from),
        "[ -~]{0,8}".prop_map(Value::from),
        Just(json!("2026-03-02T08:00:00Z")),
        Just(json!("00:00:03")),
        Just(json!("9999-12-31T23:59:59Z")),
    ];
    leaf.prop_recursive(6, 80, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((0..NAMES.len(), inner), 0..6)
                .prop_map(|members| members.into_iter().map(|(name, value)| (NAMES[name].to_owned(), value)).collect()),
        ]
    })
}

/// What holds for every transcript.
fn check(read: &Recognised) {
    let mut latest = 0;
    for turn in &read.transcript.turns {
        assert!(!turn.text.trim().is_empty(), "no turn is without words");
        assert!(
            turn.confidence.is_none_or(|sure| (0.0..=1.0).contains(&sure)),
            "{:?} is no probability",
            turn.confidence
        );
        assert_eq!(turn.start_ms.is_some(), turn.timing != model::Timing::None, "a time says where it comes from");
        assert!(
            turn.end_ms.is_none_or(|end| turn.start_ms.is_some_and(|start| start >= 0 && end >= start)),
            "{turn:?}"
        );
        let is_numbered = read.format == "talky";
        assert!(is_numbered || turn.start_ms.is_none_or(|start| start >= latest), "turns come in order");
        latest = turn.start_ms.unwrap_or(latest);
    }
}

/// How many values there are in `value`, itself included.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

/// Puts `odd` in place of the value numbered `at`.
fn replace(value: &mut Value, at: &mut usize, odd: &Value) -> bool {
    if *at == 0 {
        *value = odd.clone();
        return true;
    }
    *at -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|item| replace(item, at, odd)),
        Value::Object(members) => members.values_mut().any(|member| replace(member, at, odd)),
        _ => false,
    }
}
