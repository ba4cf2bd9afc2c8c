use jiff::tz::TimeZone;
use model::{Timing, Transcript, Turn};

use super::{plain, srt, webvtt};
use crate::sample::{bare, hostile, ordinary};

/// A caption as a reader that knows only the format finds it.
#[derive(Debug, PartialEq)]
struct Read {
    times: String,
    text: String,
}

/// Blocks between blank lines that have a line of times; whatever ends a line anywhere ends one here.
fn read(captions: &str) -> Vec<Read> {
    let ends = ['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}', '\0'];
    assert!(!captions.contains(ends), "only line feeds end a line");
    let blocks = captions.split("\n\n").filter(|block| block.contains(" --> "));
    blocks
        .map(|block| {
            let lines: Vec<&str> = block.lines().collect();
            assert_eq!(block.matches("-->").count(), 1, "{block:?}");
            assert!(lines[0].parse::<u32>().is_ok() && lines[1].contains(" --> "), "{block:?}");
            Read { times: lines[1].to_owned(), text: lines[2..].join("\n") }
        })
        .collect()
}

fn transcript(turns: &[(Option<i64>, Option<i64>, &str)]) -> Transcript {
    let turn = |(start_ms, end_ms, text): &(Option<i64>, Option<i64>, &str)| Turn {
        text: (*text).to_owned(),
        start_ms: *start_ms,
        end_ms: *end_ms,
        timing: Timing::Source,
        ..Turn::default()
    };
    Transcript { turns: turns.iter().map(turn).collect(), ..Transcript::default() }
}

#[test]
fn captions_name_their_voices_and_say_what_is_estimated() {
    let exhibit = ordinary();
    let transcript = exhibit.record.transcript.unwrap();
    let vtt = webvtt(&transcript).unwrap();
    assert!(vtt.starts_with("WEBVTT\n\nNOTE\nWritten by Turnstone from a transcript of the format deepgram.\n\n"));
    assert!(vtt.contains("Estimated: no end was given for these captions; they last until the next one: 2."));
    let cues = read(&vtt);
    assert_eq!(cues[0], Read { times: "00:00:00.000 --> 00:00:01.500".into(), text: "<v Sarah>Good morning.".into() });
    assert_eq!(cues[1].times, "00:00:02.000 --> 00:00:05.000", "a turn without an end lasts until the next");
    let lines = read(&srt(&transcript).unwrap());
    assert_eq!(lines[2], Read { times: "00:00:05,000 --> 00:00:06,250".into(), text: "Sarah: Let me look.".into() });
}

#[test]
fn without_a_time_there_are_no_captions() {
    let untimed = transcript(&[(None, None, "words"), (Some(0), None, "  \n ")]);
    assert_eq!((webvtt(&untimed), srt(&untimed)), (None, None));
}

#[test]
fn an_end_comes_after_its_start_and_the_last_one_leaves_time_to_read() {
    let odd = transcript(&[
        (Some(9_000), None, "last"),
        (Some(1_000), None, "together"),
        (Some(1_000), Some(500), "backwards"),
        (Some(-5), None, "before"),
        (None, None, "never"),
    ]);
    let vtt = webvtt(&odd).unwrap();
    let times: Vec<String> = read(&vtt).into_iter().map(|cue| cue.times).collect();
    assert_eq!(
        times,
        ["00:00:01.000 --> 00:00:09.000", "00:00:01.000 --> 00:00:09.000", "00:00:09.000 --> 00:00:10.240"]
    );
    assert!(vtt.contains("until the next one: 1-3."));
    assert!(vtt.contains("Left out, because no usable time is known: 2 turns."));
}

#[test]
fn no_text_can_pass_for_a_caption_a_time_or_markup() {
    let transcript = hostile().record.transcript.unwrap();
    let said = transcript.turns.iter().filter(|turn| !turn.text.trim().is_empty());
    let expected = said.filter(|turn| turn.start_ms.is_some_and(|ms| (0..1_000_000).contains(&ms))).count();
    let vtt = read(&webvtt(&transcript).unwrap());
    assert_eq!(vtt.len(), expected, "every turn is one caption and none is made up");
    for cue in &vtt {
        let text = match cue.text.strip_prefix("<v ") {
            Some(voiced) => voiced.split_once('>').unwrap().1,
            None => &cue.text,
        };
        assert!(!text.contains(['<', '>']) && !cue.text.is_empty(), "{cue:?}");
    }
    let lines = read(&srt(&transcript).unwrap());
    assert_eq!(lines.len(), expected);
    assert!(lines.iter().all(|line| !line.text.contains(['<', '>', '\n']) && !line.text.contains("{\\")));
}

#[test]
fn a_name_that_ends_like_a_comment_makes_no_arrow() {
    let mut odd = transcript(&[(Some(0), Some(1), "words")]);
    odd.turns[0].speaker = Some("x--".to_owned());
    assert_eq!(read(&webvtt(&odd).unwrap())[0].text, "<v x-- >words");
}

#[test]
fn plain_text_tells_the_facts_the_zone_and_the_turns() {
    let zone = TimeZone::get("America/Chicago").unwrap();
    let text = plain(&ordinary(), &zone);
    assert!(text.contains("Started:    2025-11-12 10:02:00 -06:00 (2025-11-12 16:02:00 UTC)\n"), "{text}");
    assert!(text.contains("Time zone:  America/Chicago\n"));
    assert!(text.ends_with(
        "[0:00] Sarah: Good morning.\n[0:02] Ben Ortiz: I was charged twice.\n[0:05] Sarah: Let me look.\n"
    ));
    assert!(plain(&bare(), &zone).contains("Audio:      never recorded\n"));
    assert!(!plain(&hostile(), &zone).contains(['\r', '\0', '\u{2028}']));
}
