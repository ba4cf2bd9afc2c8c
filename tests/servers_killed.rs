//! The program is killed while it reads a server, at any moment: what was acknowledged is kept, nothing comes twice, nothing
//! partial is shown as cached, and the next run brings in the rest.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use app::{App, Filter, NewSecret, NewSource, Options, Secret};
use model::Cancel;
use testkit::sandbox::{Dialect, Fault, Running, SharedTruth, System, Truth};

use crate::desk::files_below;

const CALLS: usize = 300;
const KIND: &str = "elevenlabs";
/// Names the library, the server and the work of the process that is to be killed.
const JOB: &str = "TURNSTONE_TEST_SERVER_JOB";
/// How often it is killed; set for a full run.
const KILLS: &str = "TURNSTONE_TEST_KILLS";
const USUAL_KILLS: usize = 24;

#[test]
fn a_program_that_is_killed_while_it_reads_a_server_loses_nothing_it_told_and_shows_nothing_partial() {
    let kills = std::env::var(KILLS).map_or(USUAL_KILLS, |text| text.parse().unwrap());
    let truth = SharedTruth::from(Truth::many(CALLS));
    let running = System::of(KIND).unwrap().start(&truth, Dialect::Documented, 0).unwrap();
    let mut dice = fastrand::Rng::with_seed(0x7457_0ae5);
    let (mut told_in_all, mut finished) = (0, 0);
    let mut home = tempfile::tempdir().unwrap();
    let mut synced = false;
    for _ in 0..kills {
        let work = if synced { "fetch" } else { "sync" };
        slow_down(&running, dice.u64(0..400));
        let moment = Duration::from_micros(dice.u64(20_000..500_000));
        let (told, ended) = kill_after(start(work, home.path(), &running), moment);
        told_in_all += told.len();
        running.server.behave();
        let (is_synced, is_fetched) = check(home.path(), &told, work, &truth);
        synced = is_synced;
        finished += usize::from(ended);
        if is_fetched {
            home = tempfile::tempdir().unwrap();
            synced = false;
        }
    }
    assert!(told_in_all > 0 && finished < kills, "the program was killed at its work: {told_in_all}, {finished}");
    complete(home.path(), &running, &truth);
}

/// What a killed program left: whole, with everything that was told, once. Whether all calls, and all audio, are here.
fn check(home: &Path, told: &[String], work: &str, truth: &SharedTruth) -> (bool, bool) {
    let app = open(home);
    assert_eq!(app.check_library().unwrap(), [] as [&str; 0]);
    let rows = app.calls(&Filter::default(), Default::default(), None, 1_000).unwrap().rows;
    let mut names: Vec<&str> = rows.iter().map(|row| row.remote_id.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), rows.len(), "no call is here twice");
    let mut cached = 0;
    for row in &rows {
        let call = app.call(row.id).unwrap();
        assert_eq!(
            call.record.transcript.as_ref().map_or(0, |transcript| transcript.turns.len()),
            2,
            "calls are whole"
        );
        for file in call.recordings.iter().filter_map(|recording| recording.file.as_ref()) {
            let bytes = std::fs::read(app.cache_status().unwrap().dir.join(&file.path)).unwrap();
            assert!(truth.now().calls.iter().any(|call| call.audio == bytes), "what is shown as cached is whole");
            cached += 1;
        }
    }
    if work == "sync" {
        let kept = rows.len();
        let last = told.last().map_or(0, |line| line.parse().unwrap());
        assert!(kept >= last, "what was told to be kept is kept: {kept} of {last}");
    } else {
        assert!(cached >= told.len(), "what was told to be cached is cached: {cached} of {}", told.len());
    }
    (rows.len() == CALLS, cached == CALLS)
}

/// A run that nobody kills brings in the rest.
fn complete(home: &Path, running: &Running, truth: &SharedTruth) {
    let app = open(home);
    work_on(&app, running.server.origin(), "sync", &mut |_| {});
    work_on(&app, running.server.origin(), "fetch", &mut |_| {});
    let files = files_below(app.cache_status().unwrap().dir);
    drop(app);
    assert_eq!(check(home, &[], "fetch", truth), (true, true));
    assert_eq!(files.len(), CALLS, "nothing of a killed program lies about: {files:?}");
}

/// Not a test by itself: the work that the other one starts as a process of its own and kills.
#[test]
fn process() {
    let Ok(job) = std::env::var(JOB) else { return };
    let words: Vec<&str> = job.splitn(3, ' ').collect();
    let app = open(Path::new(words[2]));
    work_on(&app, words[1], words[0], &mut |line| println!("\ntold {line}"));
}

fn work_on(app: &App, origin: &str, work: &str, tell: &mut (dyn FnMut(String) + Send)) {
    let source = match app.sources().unwrap().first() {
        Some(source) => source.id,
        None => app.add_source(new_source(origin)).unwrap().id,
    };
    app.sign_in(source, &secret()).unwrap();
    if work == "sync" {
        let run = app.sync(source, false, &Cancel::new(), &mut |event| {
            if let app::SyncEvent::Progress { .. } = event {
                tell(app.count_calls(&Filter::default()).unwrap().to_string());
            }
        });
        assert!(run.unwrap().run.complete);
    } else {
        let all = app.calls_with_audio(&Filter::default()).unwrap();
        app.fetch(&all, 4, &Cancel::new(), &mut |one| {
            if one.file.is_some() {
                tell(one.call.0.to_string());
            }
        })
        .unwrap();
    }
}

fn new_source(origin: &str) -> NewSource {
    let set = [("page_size".to_owned(), "20".to_owned())].into();
    NewSource { kind: KIND.into(), name: "Server".into(), url: Some(origin.into()), set, ..NewSource::default() }
}

fn secret() -> NewSecret {
    NewSecret { secret: Secret::new(System::of(KIND).unwrap().secret), or_for_this_run: true }
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

fn start(work: &str, home: &Path, running: &Running) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "--nocapture", "servers_killed::process"]);
    command.env(JOB, format!("{work} {} {}", running.server.origin(), home.display()));
    command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// Kills a process after so long. What it told, and whether it had ended by itself.
fn kill_after(mut process: Child, moment: Duration) -> (Vec<String>, bool) {
    let output = BufReader::new(process.stdout.take().unwrap());
    let (line, lines) = channel();
    let reader = thread::spawn(move || output.lines().map_while(Result::ok).for_each(|text| drop(line.send(text))));
    let (mut told, ended) = listen(&lines, moment);
    process.kill().unwrap();
    process.wait().unwrap();
    reader.join().unwrap();
    told.extend(lines.try_iter());
    (told.iter().filter_map(|line| line.strip_prefix("told ").map(str::to_owned)).collect(), ended)
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
