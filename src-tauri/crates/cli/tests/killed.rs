//! The program is killed while it reads a server, at any moment: what it told is kept, nothing comes twice, nothing
//! partial is shown as cached, and the next run brings in the rest.
#![allow(clippy::unwrap_used)]

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use app::{App, Filter, Options};
use serde_json::Value;
use testkit::sandbox::{Dialect, Fault, Running, SharedTruth, System, Truth};

const CALLS: usize = 300;
const KIND: &str = "elevenlabs";
/// How often it is killed; set to 300 for a full campaign.
const KILLS: &str = "TURNSTONE_TEST_KILLS";
const USUAL_KILLS: usize = 24;

const SYNC: &[&str] = &["sync", "--json"];
const FETCH: &[&str] = &["fetch", "--all", "--jobs", "4", "--json"];

#[test]
fn a_program_that_is_killed_while_it_reads_a_server_loses_nothing_it_told_and_shows_nothing_partial() {
    let kills = std::env::var(KILLS).map_or(USUAL_KILLS, |text| text.parse().unwrap());
    let truth = SharedTruth::from(Truth::many(CALLS));
    let running = System::of(KIND).unwrap().start(&truth, Dialect::Documented, 0).unwrap();
    let mut dice = fastrand::Rng::with_seed(0x7457_0ae5);
    let (mut told_in_all, mut finished, mut midway, mut libraries) = (0, 0, [0, 0], 1);
    let mut home = begin(&running);
    let mut stands = Stands::default();
    for _ in 0..kills {
        let may_sync = stands.calls < CALLS && (stands.calls == stands.cached || dice.bool());
        let work = if may_sync { SYNC } else { FETCH };
        slow_down(&running, dice.u64(0..50));
        let moment = Duration::from_micros(dice.u64(20_000..700_000));
        let (told, ended) = kill_after(start(work, home.path(), &running), moment);
        told_in_all += told.len();
        finished += usize::from(ended);
        running.server.behave();
        stands = check(home.path(), &told, &truth);
        midway[0] += usize::from((1..CALLS).contains(&stands.calls));
        midway[1] += usize::from((1..CALLS).contains(&stands.cached));
        if stands.cached == CALLS {
            (home, stands, libraries) = (begin(&running), Stands::default(), libraries + 1);
        }
    }
    println!(
        "{kills} kills in {libraries} libraries: {finished} came too late, {midway:?} left part of the calls or of their \
         audio, {told_in_all} lines were told"
    );
    assert!(told_in_all > 0 && finished < kills, "the program was killed at its work: {told_in_all}, {finished}");
    complete(home.path(), &running, &truth);
}

/// What is here.
#[derive(Default)]
struct Stands {
    calls: usize,
    cached: usize,
}

/// What a killed program left: whole, with everything that was told, once.
fn check(home: &Path, told: &[Value], truth: &SharedTruth) -> Stands {
    let app = open(home);
    assert_eq!(app.check_library().unwrap(), [] as [&str; 0]);
    let rows = app.calls(&Filter::default(), Default::default(), None, 1_000).unwrap().rows;
    let names: HashSet<&str> = rows.iter().map(|row| row.remote_id.as_str()).collect();
    assert_eq!(names.len(), rows.len(), "no call is here twice");
    let (mut kept, mut cached) = (HashSet::new(), HashSet::new());
    for row in &rows {
        let call = app.call(row.id).unwrap();
        let turns = call.record.transcript.as_ref().map_or(0, |transcript| transcript.turns.len());
        assert_eq!(turns, 2, "calls are whole");
        kept.insert(row.id.to_string());
        for file in call.recordings.iter().filter_map(|recording| recording.file.as_ref()) {
            let bytes = std::fs::read(app.cache_status().unwrap().dir.join(&file.path)).unwrap();
            assert!(truth.now().calls.iter().any(|call| call.audio == bytes), "what is shown as cached is whole");
            cached.insert(row.id.to_string());
        }
    }
    for line in told {
        let Some(call) = line["call"].as_str() else { continue };
        assert!(line["change"] != "added" || kept.contains(call), "what was told to be kept is kept: {line}");
        assert!(line["audio"] != "cached" || cached.contains(call), "what was told to be cached is cached: {line}");
    }
    Stands { calls: rows.len(), cached: cached.len() }
}

/// A run that nobody kills brings in the rest.
fn complete(home: &Path, running: &Running, truth: &SharedTruth) {
    for work in [SYNC, FETCH] {
        let ended = start(work, home, running).wait_with_output().unwrap();
        assert!(ended.status.success(), "{work:?}: {ended:?}");
    }
    let stands = check(home, &[], truth);
    assert_eq!((stands.calls, stands.cached), (CALLS, CALLS));
    let status = open(home).cache_status().unwrap();
    assert_eq!((status.files, status.partials), (CALLS as u64, 0), "nothing of a killed program lies about");
}

/// A library with the server as its source.
fn begin(running: &Running) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let arguments = running.arguments(&[]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).chain(["--set", "page_size=20"]).collect();
    let ended = start(&arguments, home.path(), running).wait_with_output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    home
}

fn open(home: &Path) -> App {
    App::open(Options::to_change(home.join("library")).without_keychain()).unwrap()
}

/// Has some answers come in trickles, so that a kill meets them half read.
fn slow_down(running: &Running, micros: u64) {
    let mut number = 0;
    running.server.whims(move |_| {
        number += 1;
        (number % 7 == 0).then_some(Fault::SlowLoris(Duration::from_micros(micros)))
    });
}

fn start(arguments: &[&str], home: &Path, running: &Running) -> Child {
    Command::new(env!("CARGO_BIN_EXE_turnstone"))
        .args(arguments)
        .env("TURNSTONE_LIBRARY", home.join("library"))
        .env(running.variable(), running.system.secret)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills a process after so long. What it told, and whether it had ended by itself.
fn kill_after(mut process: Child, moment: Duration) -> (Vec<Value>, bool) {
    let output = BufReader::new(process.stdout.take().unwrap());
    let (line, lines) = channel();
    let reader = thread::spawn(move || output.lines().map_while(Result::ok).for_each(|text| drop(line.send(text))));
    let (mut told, ended) = listen(&lines, moment);
    process.kill().unwrap();
    process.wait().unwrap();
    reader.join().unwrap();
    told.extend(lines.try_iter());
    // The last line may have been cut.
    (told.iter().filter_map(|line| serde_json::from_str(line).ok()).collect(), ended)
}

fn listen(lines: &Receiver<String>, moment: Duration) -> (Vec<String>, bool) {
    let until = Instant::now() + moment;
    let mut told = Vec::new();
    loop {
        match lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(line) => told.push(line),
            Err(RecvTimeoutError::Timeout) => return (told, false),
            Err(RecvTimeoutError::Disconnected) => return (told, true),
        }
    }
}
