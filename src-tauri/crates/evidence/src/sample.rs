//! Exhibits for tests: an ordinary call, a bare one, and one whose every text is hostile.

use model::{
    AudioFacts, Call, CallId, CallRecord, Direction, Insights, Metric, Moment, Party, Recording, RecordingId, Role,
    Sentiment, Timing, Transcript, Turn, Word,
};
use uuid::Uuid;

use crate::{AudioFile, Exhibit, ExhibitRecording};

/// 2025-11-12T16:02:00Z.
pub(crate) const START_MS: i64 = 1_762_963_320_000;

/// Texts that want to be more than text.
pub(crate) const HOSTILE: &[&str] = &[
    "",
    " ",
    "=HYPERLINK(\"https://evil.example\")",
    "+1 (512) 555-0143",
    "\t@SUM(A1)",
    "＝1+1",
    "'quoted'",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</title></style></script><script>alert(1)</script>",
    "javascript:alert(1)",
    "\" autofocus onfocus=alert(1) x=\"",
    "' onclick='alert(1)",
    "<!-- --!> ]]> <!--",
    "&lt;b&gt; &amp;#60; &",
    "x\n\n2\n00:00:05.000 --> 00:00:06.000\ninjected",
    "00:00:01,000 --> 00:00:02,000",
    "NOTE\nSTYLE\r\n\r\nWEBVTT",
    "<v Somebody else>words",
    "{\\an8}up",
    "a\rb\u{b}c\u{c}d\u{85}e\u{2028}f\u{2029}g",
    "nul\0bell\u{7}escape\u{1b}[31m",
    "exe.\u{202e}fdp.\u{2066}",
    "שלום \u{200f}עולם",
    "👩‍👩‍👧 e\u{301}\u{feff}",
];

/// A call with all there is.
pub(crate) fn ordinary() -> Exhibit {
    let turns = vec![
        said("Sarah", Role::Agent, "Good morning.", Some(0), Some(1_500)),
        said("Ben Ortiz", Role::Customer, "I was charged twice.", Some(2_000), None),
        said("Sarah", Role::Agent, "Let me look.", Some(5_000), Some(6_250)),
    ];
    let call = Call {
        title: Some("Charged twice".to_owned()),
        started_at: Some(Moment::from_utc_ms(START_MS)),
        duration_ms: Some(161_000),
        direction: Some(Direction::Inbound),
        from: Some(Party { number: Some("+15125550143".to_owned()), name: Some("Ben Ortiz".to_owned()) }),
        to: Some(Party::from_number("+15125550100")),
        agent: Some("Sarah".to_owned()),
        status: Some("completed".to_owned()),
        ..Call::default()
    };
    let record = CallRecord {
        remote_id: "call-1".to_owned(),
        call,
        recordings: vec![Recording { remote_id: "r1".to_owned(), ..Recording::default() }],
        transcript: Some(Transcript { format: Some("deepgram".to_owned()), turns, ..Transcript::default() }),
        insights: Some(Insights { summary: Some("A refund.".to_owned()), ..Insights::default() }),
        ..CallRecord::default()
    };
    exhibit(record, vec![heard(1)])
}

/// A call of which nothing is known.
pub(crate) fn bare() -> Exhibit {
    exhibit(CallRecord::default(), Vec::new())
}

/// A call whose every text is hostile and whose every number is odd.
pub(crate) fn hostile() -> Exhibit {
    let mut texts = HOSTILE.iter().cycle().map(|text| (*text).to_owned());
    let mut next = || texts.next().unwrap_or_default();
    let mut exhibit = ordinary();
    exhibit.source = next();
    exhibit.vanished_ms = Some(i64::MAX);
    let record = &mut exhibit.record;
    record.remote_id = HOSTILE.concat();
    record.call = Call {
        title: Some(HOSTILE.concat()),
        started_at: Some(Moment { utc_ms: i64::MIN, original: Some(next()), zone_assumed: true }),
        ended_at: Some(Moment::from_utc_ms(i64::MAX)),
        duration_ms: Some(-1),
        direction: Some(Direction::Outbound),
        from: Some(Party { number: Some(HOSTILE.concat()), name: None }),
        to: Some(Party { number: Some("anonymous".to_owned()), name: Some(HOSTILE.concat()) }),
        agent: Some(HOSTILE.concat()),
        status: Some(HOSTILE.concat()),
        outcome: Some(HOSTILE.concat()),
        ..Call::default()
    };
    record.insights = Some(Insights {
        summary: Some(HOSTILE.concat()),
        sentiment: Some(Sentiment { overall: Some(next()), score: Some(f64::NAN) }),
        topics: vec![next()],
        action_items: vec![next()],
        intent: Some(next()),
    });
    record.metrics = vec![
        Metric { at: None, name: next(), value: f64::INFINITY },
        Metric { at: None, name: "talk_time_ms".to_owned(), value: 5.0 },
    ];
    record.transcript = Some(Transcript {
        origin: Some(next()),
        format: Some(HOSTILE.concat()),
        language: Some(HOSTILE.concat()),
        turns: hostile_turns(),
    });
    exhibit.recordings.push(ExhibitRecording { original: None, missing: Some(HOSTILE.concat()), ..heard(2) });
    exhibit
}

/// Every text as words and as a name, with and without times.
fn hostile_turns() -> Vec<Turn> {
    let times = [Some(0), None, Some(1_000), Some(1_000), Some(-5), Some(i64::MAX), Some(90_000)];
    let each = HOSTILE.iter().zip(HOSTILE.iter().rev()).zip(times.iter().cycle());
    each.map(|((text, name), start)| Turn {
        confidence: Some(f64::NAN),
        timing: Timing::Estimated,
        words: vec![Word { text: (*text).to_owned(), ..Word::default() }],
        ..said(name, Role::Customer, text, *start, start.map(|ms: i64| ms.saturating_sub(7)))
    })
    .collect()
}

/// A recording with its audio.
pub(crate) fn heard(number: u32) -> ExhibitRecording {
    let facts = AudioFacts {
        format: Some("mp3".to_owned()),
        duration_ms: Some(12_345),
        sha256: Some("ab".repeat(32)),
        ..AudioFacts::default()
    };
    ExhibitRecording {
        id: RecordingId(Uuid::from_u128(u128::from(number))),
        remote_id: format!("r{number}"),
        started_at: None,
        original: Some(AudioFile { name: format!("audio-{number}.mp3"), facts, sha512: [7; 64] }),
        listening: None,
        missing: None,
    }
}

fn said(name: &str, role: Role, text: &str, start_ms: Option<i64>, end_ms: Option<i64>) -> Turn {
    Turn {
        speaker: Some(name.to_owned()),
        role: Some(role),
        text: text.to_owned(),
        start_ms,
        end_ms,
        timing: Timing::Source,
        ..Turn::default()
    }
}

fn exhibit(record: CallRecord, recordings: Vec<ExhibitRecording>) -> Exhibit {
    let id = CallId(Uuid::from_u128(0x1a2b_3c4d_5e6f_5a3f_9a0b_1f2f_3c4d_5e6f));
    Exhibit {
        id,
        source: "Support line".to_owned(),
        source_kind: "folder".to_owned(),
        vanished_ms: None,
        dir: Exhibit::dir_of(id, record.call.started_at.as_ref().map(|moment| moment.utc_ms)),
        record,
        recordings,
    }
}
