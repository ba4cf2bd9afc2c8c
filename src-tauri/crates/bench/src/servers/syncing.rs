//! How fast calls come in.

use std::process::Command;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use testkit::sandbox::{Dialect, Running, System};

use super::{Outcome, truth};
use crate::program::{median, timed, turnstone};

/// Kinds whose list has whole calls, and one that is asked for every call's details.
const KINDS: [&str; 3] = ["vapi", "elevenlabs-backend", "elevenlabs"];

/// Syncs a new library from a server with so many calls, and writes the same amount into a plain table.
pub fn measure(calls: usize, rounds: usize) -> Outcome<()> {
    println!("sync of {calls} calls with 2 turns each, first time, median of {rounds}:");
    let truth = truth(calls, 0);
    let raw = raw_insert(calls, rounds)?;
    println!("  raw SQLite insert of the same JSON        {:>9.0} calls/s", rate(calls, raw));
    for kind in KINDS {
        let system = System::of(kind).ok_or_else(|| format!("the sandbox has no {kind}"))?;
        let running = system.start(&truth, Dialect::Documented, 0).map_err(|cause| cause.to_string())?;
        let mut took = Vec::new();
        for _ in 0..rounds {
            took.push(once(&running)?);
        }
        let took = median(took);
        let share = raw.as_secs_f64() / took.as_secs_f64();
        let requests = running.server.requests() / rounds;
        println!(
            "  turnstone sync, {kind:<22} {:>9.0} calls/s, {requests} requests, {share:.3}× raw",
            rate(calls, took)
        );
    }
    Ok(())
}

fn once(running: &Running) -> Outcome<Duration> {
    let library = tempfile::tempdir().map_err(|cause| cause.to_string())?;
    let program = || -> Outcome<Command> {
        let mut command = Command::new(turnstone()?);
        command.arg("--library").arg(library.path()).arg("--quiet").env(running.variable(), running.system.secret);
        Ok(command)
    };
    timed(program()?.args(running.arguments(&[])))?;
    timed(program()?.arg("sync"))
}

/// What SQLite takes when nothing is asked of it but to keep one JSON text per call, 500 in a transaction.
fn raw_insert(calls: usize, rounds: usize) -> Outcome<Duration> {
    let text = "x".repeat(1_500);
    let mut took = Vec::new();
    for _ in 0..rounds {
        let folder = tempfile::tempdir().map_err(|cause| cause.to_string())?;
        let insert = || -> rusqlite::Result<Duration> {
            let mut conn = Connection::open(folder.path().join("raw.db"))?;
            conn.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE call (id TEXT PRIMARY KEY, json TEXT)")?;
            let begin = Instant::now();
            for first in (0..calls).step_by(500) {
                let tx = conn.transaction()?;
                for call in first..calls.min(first + 500) {
                    tx.prepare_cached("INSERT INTO call VALUES (?1, ?2)")?.execute((format!("{call:032x}"), &text))?;
                }
                tx.commit()?;
            }
            Ok(begin.elapsed())
        };
        took.push(insert().map_err(|error| error.to_string())?);
    }
    Ok(median(took))
}

fn rate(calls: usize, took: Duration) -> f64 {
    calls as f64 / took.as_secs_f64()
}
