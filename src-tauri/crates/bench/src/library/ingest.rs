//! Bringing invented calls in, timing only the library.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ::library::{Library, LibraryError, NewSource};
use model::{CallRecord, SourceId};
use uuid::Uuid;

use super::Outcome;
use super::corpus::{Corpus, bare_call};
use crate::figures::{Seed, cpu_seconds};

const BATCH: u64 = 500;
/// While somebody searches, batches are smaller.
const SMALL_BATCH: u64 = 100;

/// How fast turns came in.
pub struct Rate {
    /// Turns a second of the clock.
    pub clock: f64,
    /// Turns a second of processor time, where the system tells it.
    pub processor: Option<f64>,
}

/// Imports the whole corpus.
pub fn all(library: &Library, corpus: &Corpus) -> Outcome<Rate> {
    let source = add_source(library, 1)?;
    let (mut turns, mut took, mut processor) = (0, Duration::ZERO, Some(0.0));
    for first in (0..corpus.calls).step_by(BATCH as usize) {
        let calls: Vec<CallRecord> = (first..(first + BATCH).min(corpus.calls)).map(|call| corpus.call(call)).collect();
        turns += count(&calls);
        let (begin, before) = (Instant::now(), cpu_seconds());
        put(library, source, calls)?;
        took += begin.elapsed();
        // This thread only waits meanwhile, so all of it is the library's.
        processor = processor.and_then(|sum| Some(sum + cpu_seconds()? - before?));
    }
    let rate = |seconds: f64| turns as f64 / seconds;
    Ok(Rate { clock: rate(took.as_secs_f64()), processor: processor.map(rate) })
}

/// Goes on importing further calls until told to stop.
pub fn until(library: &Library, corpus: &Corpus, done: &AtomicBool) -> Outcome<f64> {
    let source = add_source(library, 2)?;
    let (begin, mut turns) = (Instant::now(), 0);
    let mut first = corpus.calls;
    while !done.load(Ordering::Acquire) {
        let calls: Vec<CallRecord> = (first..first + SMALL_BATCH).map(|call| corpus.call(call)).collect();
        turns += count(&calls);
        put(library, source, calls)?;
        first += SMALL_BATCH;
    }
    Ok(turns as f64 / begin.elapsed().as_secs_f64())
}

/// Imports calls without turns.
pub fn bare(library: &Library, rows: u64) -> Outcome<()> {
    const LARGE_BATCH: u64 = 10_000;
    let source = add_source(library, 3)?;
    let mut seed = Seed(11);
    for first in (0..rows).step_by(LARGE_BATCH as usize) {
        let calls = (first..(first + LARGE_BATCH).min(rows)).map(|call| bare_call(call, &mut seed)).collect();
        put(library, source, calls)?;
    }
    Ok(())
}

/// Tidies the index to the end; how many seconds that took.
pub fn tidy(library: &Library) -> Outcome<f64> {
    let begin = Instant::now();
    while library.idle()? {}
    Ok(begin.elapsed().as_secs_f64())
}

fn put(library: &Library, source: SourceId, calls: Vec<CallRecord>) -> Result<(), LibraryError> {
    library.write(move |writer| {
        for call in &calls {
            writer.put_call(source, call, &[0; 32], &[])?;
        }
        Ok(())
    })
}

fn add_source(library: &Library, number: u128) -> Result<SourceId, LibraryError> {
    let source = NewSource {
        id: SourceId(Uuid::from_u128(number)),
        kind: "folder".into(),
        name: format!("bench {number}"),
        settings: serde_json::Value::Null,
        added_ms: 0,
    };
    library.write(move |writer| writer.add_source(&source))
}

fn count(calls: &[CallRecord]) -> usize {
    calls.iter().filter_map(|call| call.transcript.as_ref()).map(|transcript| transcript.turns.len()).sum()
}
