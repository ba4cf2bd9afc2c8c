use csv::{ReaderBuilder, StringRecord};
use jiff::tz::TimeZone;
use model::{AuditEntry, Moment};

use super::{Index, access, turns};
use crate::ExhibitRecording;
use crate::sample::{HOSTILE, bare, hostile, ordinary};

fn read(table: &[u8]) -> Vec<StringRecord> {
    let text = std::str::from_utf8(table).unwrap();
    let text = text.strip_prefix('\u{feff}').expect("a byte order mark, for Excel");
    assert_eq!(
        text.matches('\n').count(),
        text.matches("\r\n").count(),
        "a record is a line and ends as RFC 4180 says"
    );
    let records: Vec<StringRecord> =
        ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes()).records().map(Result::unwrap).collect();
    assert_eq!(text.lines().count(), records.len());
    records
}

fn chicago() -> TimeZone {
    TimeZone::get("America/Chicago").unwrap()
}

fn assert_harmless(records: &[StringRecord]) {
    for cell in records.iter().flatten() {
        let first = cell.trim_start().chars().next();
        assert!(!first.is_some_and(|c| "=+-@|%＝＋－＠".contains(c)), "{cell:?} would be computed");
        assert!(!cell.contains(|c: char| c.is_control() || "\u{202e}\u{2066}\u{200f}\u{2028}".contains(c)), "{cell:?}");
    }
}

#[test]
fn the_turns_of_a_call_are_a_table() {
    let mut out = Vec::new();
    turns(&ordinary().record.transcript.unwrap(), &mut out).unwrap();
    let records = read(&out);
    assert_eq!(
        records[2],
        ["2", "0:00:02.000", "", "2000", "", "source", "Ben Ortiz", "customer", "", "I was charged twice."][..]
    );
}

#[test]
fn hostile_text_is_harmless_and_can_be_told_again() {
    let mut out = Vec::new();
    turns(&hostile().record.transcript.unwrap(), &mut out).unwrap();
    let records = read(&out);
    assert_eq!(records.len(), HOSTILE.len() + 1, "no text makes a record of its own");
    assert_harmless(&records);
    let cell = |text: &str| records.iter().any(|record| &record[9] == text);
    assert!(cell("'+1 (512) 555-0143"), "a telephone number stays readable");
    assert!(cell("''quoted'"), "so taking one apostrophe away always gives the text");
    assert!(cell("x⏎⏎2⏎00:00:05.000 --> 00:00:06.000⏎injected"));
}

#[test]
fn the_index_has_a_line_for_each_call() {
    let mut index = Index::begin(Vec::new(), &chicago()).unwrap();
    let mut gone = ordinary();
    let second = ExhibitRecording {
        original: None,
        missing: Some("deleted at the source".into()),
        ..gone.recordings[0].clone()
    };
    gone.recordings.push(second);
    gone.vanished_ms = Some(0);
    gone.record.call.started_at = Some(Moment { zone_assumed: true, ..Moment::from_utc_ms(0) });
    for exhibit in [ordinary(), gone, bare(), hostile()] {
        index.add(&exhibit).unwrap();
    }
    let records = read(&index.finish().unwrap());
    assert_harmless(&records);
    let cell = |line: usize, column: &str| {
        let at = records[0].iter().position(|name| name == column).unwrap();
        records[line][at].to_owned()
    };
    assert_eq!(cell(1, "folder"), "calls/20251112T160200Z-1a2b3c4d5e6f");
    assert_eq!(cell(1, "started_utc"), "2025-11-12T16:02:00.000Z");
    assert_eq!(cell(1, "started_local"), "2025-11-12 10:02:00 -06:00");
    assert_eq!(cell(1, "from_number"), "'+15125550143");
    assert_eq!(cell(1, "audio_files"), format!("audio-1.mp3 sha256:{}", "ab".repeat(32)));
    assert_eq!((cell(1, "audio_missing"), cell(1, "transcript_turns")), (String::new(), "3".to_owned()));
    assert_eq!(cell(2, "audio_missing"), "recording 2: deleted at the source");
    assert_eq!((cell(2, "zone_assumed"), cell(2, "vanished_utc")), ("yes".into(), "1970-01-01T00:00:00.000Z".into()));
    assert_eq!((cell(3, "audio_missing"), cell(3, "started_utc")), ("never recorded".into(), String::new()));
}

#[test]
fn the_access_log_is_a_table() {
    let entry = AuditEntry {
        seq: 7,
        at_ms: 0,
        user: "=cmd".to_owned(),
        person: None,
        action: "open".to_owned(),
        object: Some("id".to_owned()),
        detail: "{}".to_owned(),
    };
    let mut out = Vec::new();
    access([&entry], &chicago(), &mut out).unwrap();
    let told = ["7", "1970-01-01T00:00:00.000Z", "1969-12-31 18:00:00 -06:00", "'=cmd", "", "open", "id", "{}"];
    assert_eq!(read(&out)[1], told[..]);
}
