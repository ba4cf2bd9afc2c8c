//! Calls and libraries for the tests.

// Each test binary uses its own part of this.
#![allow(dead_code, clippy::unwrap_used)]

use std::collections::BTreeMap;

use library::{Library, NewSource};
use model::*;
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

/// 2025-12-12T12:00:00Z.
pub const NOON: i64 = 1_765_540_800_000;

pub struct Lib {
    pub library: Library,
    pub source: SourceId,
    pub dir: TempDir,
}

impl Lib {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let library = Library::open(dir.path(), None).unwrap();
        let source = add_source(&library, "Dental", 1);
        Self { library, source, dir }
    }

    pub fn with(calls: Vec<CallRecord>) -> Self {
        let lib = Self::new();
        lib.put(calls);
        lib
    }

    pub fn put(&self, calls: Vec<CallRecord>) -> Vec<CallId> {
        let source = self.source;
        let put = move |writer: &mut library::Writer<'_>| {
            calls.iter().map(|call| writer.put_call(source, call, &[7; 32], &[])).collect()
        };
        self.library.write(put).unwrap()
    }

    pub fn reader(&self) -> library::Reader {
        self.library.reader().unwrap()
    }

    pub fn assert_whole(&self) {
        assert_eq!(self.reader().check().unwrap(), Vec::<String>::new(), "the library is whole");
    }
}

pub fn add_source(library: &Library, name: &str, id: u128) -> SourceId {
    let source = NewSource {
        id: SourceId(Uuid::from_u128(id)),
        kind: "folder".into(),
        name: name.into(),
        settings: json!({"path": "/calls"}),
        added_ms: NOON,
    };
    library.write(move |writer| writer.add_source(&source)).unwrap()
}

/// A call with nothing but its name and start.
pub fn a_call(remote_id: &str, started_ms: Option<i64>) -> CallRecord {
    let started_at = started_ms.map(Moment::from_utc_ms);
    CallRecord { remote_id: remote_id.into(), call: Call { started_at, ..Call::default() }, ..CallRecord::default() }
}

/// A call in which this is said, by agent and customer in turn.
pub fn saying(remote_id: &str, started_ms: i64, turns: &[&str]) -> CallRecord {
    let mut call = a_call(remote_id, Some(started_ms));
    let turn = |(at, text): (i64, &&str)| Turn {
        speaker: Some(if at % 2 == 0 { "Sarah Lee" } else { "Caller" }.into()),
        role: Some(if at % 2 == 0 { Role::Agent } else { Role::Customer }),
        text: (*text).into(),
        start_ms: Some(at * 1_000),
        ..Turn::default()
    };
    call.transcript = Some(Transcript { turns: (0..).zip(turns).map(turn).collect(), ..Transcript::default() });
    call
}

/// A call in which every field says something.
pub fn full_call() -> CallRecord {
    let moment = |ms, original: &str| Moment { utc_ms: ms, original: Some(original.into()), zone_assumed: true };
    let word = |text: &str, start_ms, end_ms| Word { text: text.into(), start_ms, end_ms };
    CallRecord {
        remote_id: "a/b: 'c' \u{1F4DE}\0".into(),
        revision: None,
        call: Call {
            title: Some("Crown \"fitting\"".into()),
            started_at: Some(moment(NOON + 7, "2025-12-12 12:00:00.007")),
            ended_at: Some(moment(NOON + 99, "12:00:00.099")),
            duration_ms: Some(92),
            direction: Some(Direction::Outbound),
            from: Some(Party { number: Some("+1 (512) 555-0143".into()), name: None }),
            to: Some(Party { number: None, name: Some("Zoë".into()) }),
            agent: Some("Sarah".into()),
            tenant: Some("acme".into()),
            campaign: Some("recall".into()),
            status: Some("completed".into()),
            outcome: Some("booked".into()),
            cost: Some(Cost { amount: "0.1200".into(), unit: Some("USD".into()) }),
            external_ids: BTreeMap::from([("callSid".into(), "CA1".into()), ("a".into(), "b".into())]),
        },
        recordings: vec![
            Recording {
                remote_id: "main".into(),
                storage_path: Some("in/main.wav".into()),
                legacy_url: Some("https://old.example/main.wav".into()),
                claimed: AudioFacts {
                    format: Some("wav".into()),
                    codec: Some("G.711 µ-law".into()),
                    sample_rate: Some(8_000),
                    channels: Some(2),
                    duration_ms: Some(95),
                    bytes: Some(u64::from(u32::MAX) + 5),
                    sha256: Some("ab".repeat(32)),
                },
                started_at: Some(moment(NOON, "noon")),
                expires_at: None,
            },
            Recording { remote_id: "second".into(), ..Recording::default() },
        ],
        transcript: Some(Transcript {
            origin: Some("in/main.json".into()),
            format: Some("deepgram".into()),
            language: Some("en-US".into()),
            turns: vec![
                Turn {
                    speaker: Some("Sarah".into()),
                    role: Some(Role::Tool),
                    text: "Hello,\nZoë.\0 ".into(),
                    start_ms: Some(0),
                    end_ms: Some(40),
                    confidence: Some(0.1 + 0.2),
                    timing: Timing::Estimated,
                    words: vec![word("Hello,", Some(0), Some(20)), word("Zoë.", None, None)],
                },
                Turn::default(),
            ],
        }),
        insights: Some(Insights {
            summary: Some("A crown.".into()),
            sentiment: Some(Sentiment { overall: Some("Positive".into()), score: Some(-0.3) }),
            topics: vec!["crown".into(), "crown".into(), "price".into()],
            action_items: vec!["ring back".into()],
            intent: Some("book".into()),
        }),
        metrics: vec![
            Metric { at: Some(moment(NOON, "t0")), name: "talk_time_ms".into(), value: 0.1 + 0.2 },
            Metric { at: None, name: "latency_ms".into(), value: f64::INFINITY },
        ],
        metadata: serde_json::from_str(
            r#"{"z":1,"a":{"y":[1.7976931348623157e308,0.30000000000000004],"b":null},"":"x"}"#,
        )
        .unwrap(),
    }
}
