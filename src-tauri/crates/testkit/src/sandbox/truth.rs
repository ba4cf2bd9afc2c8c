//! The calls that all the sandbox's servers tell about.

mod demo;

use std::sync::{Arc, RwLock};

/// Everything there is to know, in order of time, the newest call last.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    /// The calls.
    pub calls: Vec<TruthCall>,
}

/// A truth that several sites tell and that can change while they do; clones are the same truth.
#[derive(Clone, Debug, Default)]
pub struct SharedTruth(Arc<RwLock<Arc<Truth>>>);

/// One call.
#[derive(Clone, Debug, Default)]
pub struct TruthCall {
    /// A UUID; systems with other ids derive theirs from it.
    pub id: String,
    /// When it began, UTC milliseconds.
    pub started_ms: i64,
    /// Its length.
    pub duration_ms: i64,
    /// `true`: a customer called in.
    pub inbound: bool,
    /// The customer's number, E.164.
    pub customer: String,
    /// The organisation's number, E.164.
    pub organisation: String,
    /// The agent's name.
    pub agent: String,
    /// What was said, in order; empty: no transcript yet.
    pub turns: Vec<Said>,
    /// A sentence about it.
    pub summary: String,
    /// `positive`, `neutral` or `negative`.
    pub sentiment: String,
    /// The audio file; empty: never recorded.
    pub audio: Vec<u8>,
    /// `wav`, `mp3`, `m4a` or `ogg`: what its file name would end in.
    pub format: String,
    /// When something about it changed last after it had ended, UTC milliseconds; 0: nothing did.
    pub changed_ms: i64,
}

/// A turn.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// The agent speaks.
    pub agent: bool,
    /// From the recording's start.
    pub start_ms: i64,
    /// From the recording's start.
    pub end_ms: i64,
    /// What is said.
    pub text: String,
}

impl SharedTruth {
    /// The truth as it is now.
    pub fn now(&self) -> Arc<Truth> {
        Arc::clone(&self.0.read().expect("nobody panics while changing the truth"))
    }

    /// Changes the truth: calls appear, vanish, or get what came late (then [`TruthCall::changed_ms`] is to be set).
    pub fn change(&self, change: impl FnOnce(&mut Truth)) {
        change(Arc::make_mut(&mut self.0.write().expect("nobody panics while changing the truth")));
    }
}

impl From<Truth> for SharedTruth {
    fn from(truth: Truth) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(truth))))
    }
}

impl TruthCall {
    /// When it ended, UTC milliseconds.
    pub fn ended_ms(&self) -> i64 {
        self.started_ms + self.duration_ms
    }

    /// When something about it changed last, UTC milliseconds.
    pub fn updated_ms(&self) -> i64 {
        self.changed_ms.max(self.ended_ms())
    }

    /// The content type of its audio.
    pub fn content_type(&self) -> &'static str {
        match self.format.as_str() {
            "mp3" => "audio/mpeg",
            "m4a" => "audio/mp4",
            "ogg" => "audio/ogg",
            _ => "audio/wav",
        }
    }
}

impl Truth {
    /// So many small calls, the same every time: two turns and a second of sound each, an hour apart from
    /// 2025-11-01T09:00:00Z on.
    pub fn small(calls: usize) -> Self {
        Self { calls: (0..calls).map(|index| small_call(index, 1_000)).collect() }
    }

    /// The same with next to no sound (10 ms each), for numbers of calls that would not fit into memory otherwise.
    pub fn many(calls: usize) -> Self {
        Self { calls: (0..calls).map(|index| small_call(index, 10)).collect() }
    }

    /// The ten demo calls of the repository, with what is said in them and their recordings in several formats.
    pub fn demo() -> Self {
        demo::truth()
    }
}

fn small_call(index: usize, sound_ms: u32) -> TruthCall {
    let started_ms = 1_761_987_600_000 + index as i64 * 3_600_000;
    let said = |agent, start_ms, text: String| Said { agent, start_ms, end_ms: start_ms + 450, text };
    TruthCall {
        id: format!("00000000-0000-4000-8000-{index:012x}"),
        started_ms,
        duration_ms: 1_000,
        inbound: index.is_multiple_of(2),
        customer: format!("+1512555{:04}", index % 10_000),
        organisation: "+12065550100".into(),
        agent: ["Sarah", "Omar", "Mei"][index % 3].into(),
        turns: vec![
            said(true, 0, format!("Hello, this is call number {index}.")),
            said(false, 500, "Thank you, that is all I wanted to know.".into()),
        ],
        summary: format!("Somebody called about matter {index}."),
        sentiment: ["positive", "neutral", "negative"][index % 3].into(),
        audio: crate::wav(index as u16, sound_ms),
        format: "wav".into(),
        changed_ms: 0,
    }
}
