//! How fast recordings come in, durable, hashed and verified, against programs that only write files.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use testkit::sandbox::{Dialect, Running, System};

use super::{Outcome, truth};
use crate::program::{is_here, median, timed, turnstone};

const BYTES: usize = 240_000;
/// How many at a time, for everybody.
const JOBS: usize = 16;

/// Fetches so many recordings into a new library, and the same addresses with every peer that is here, in turns.
pub fn measure(recordings: usize, rounds: usize) -> Outcome<()> {
    println!("fetch of {recordings} recordings of {} KB, {JOBS} at a time, median of {rounds}:", BYTES / 1_000);
    let system = System::of("elevenlabs").ok_or("the sandbox has no elevenlabs")?;
    let running = system.start(&truth(recordings, BYTES), Dialect::Documented, 0).map_err(|cause| cause.to_string())?;
    let (mut ours, mut theirs) = (Vec::new(), vec![Vec::new(); PEERS.len()]);
    for _ in 0..rounds {
        let (took, addresses) = our_turn(&running)?;
        ours.push(took);
        for (peer, took) in PEERS.iter().zip(&mut theirs).filter(|(peer, _)| is_here(peer.program)) {
            let folder = tempfile::tempdir().map_err(|cause| cause.to_string())?;
            took.push(timed(&mut (peer.command)(&addresses, running.system.secret, folder.path())?)?);
            let files = count(&folder.path().join("out"));
            if files != recordings {
                return Err(format!("{} fetched {files} of {recordings}", peer.program));
            }
        }
    }
    let ours = median(ours);
    println!("  turnstone fetch (durable, hashed, verified) {:>7.2} s", ours.as_secs_f64());
    for (peer, took) in PEERS.iter().zip(theirs) {
        match took.is_empty() {
            true => println!("  {:<43} not here", peer.name),
            false => {
                let took = median(took);
                let ratio = ours.as_secs_f64() / took.as_secs_f64();
                println!("  {:<43} {:>7.2} s, ours takes {ratio:.2}× as long", peer.name, took.as_secs_f64());
            }
        }
    }
    Ok(())
}

/// Syncs a new library and times the fetching; answers also with the addresses that were asked.
fn our_turn(running: &Running) -> Outcome<(Duration, Vec<String>)> {
    let library = tempfile::tempdir().map_err(|cause| cause.to_string())?;
    let program = || -> Outcome<Command> {
        let mut command = Command::new(turnstone()?);
        command.arg("--library").arg(library.path()).arg("--quiet").env(running.variable(), running.system.secret);
        Ok(command)
    };
    timed(program()?.args(running.arguments(&[])))?;
    timed(program()?.arg("sync"))?;
    running.server.forget();
    let took = timed(program()?.args(["fetch", "--all", "--jobs", &JOBS.to_string()]))?;
    let seen = running.server.seen();
    let audio = seen.iter().filter(|seen| seen.asked.path.ends_with("/audio"));
    Ok((took, audio.map(|seen| format!("{}{}", seen.asked.origin, seen.asked.path)).collect()))
}

/// A program that fetches addresses.
struct Peer {
    name: &'static str,
    program: &'static str,
    command: fn(&[String], &str, &Path) -> Outcome<Command>,
}

const PEERS: [Peer; 3] = [
    Peer { name: "aria2c (not durable, not hashed)", program: "aria2c", command: aria2 },
    Peer { name: "curl --parallel (not durable, not hashed)", program: "curl", command: curl },
    Peer { name: "rclone copy (not durable, not hashed)", program: "rclone", command: rclone },
];

fn aria2(addresses: &[String], key: &str, folder: &Path) -> Outcome<Command> {
    let list = addresses.iter().enumerate().fold(String::new(), |mut list, (index, address)| {
        let _ = writeln!(list, "{address}\n  out={index}.wav");
        list
    });
    let input = written(folder, "list", &list)?;
    let mut command = Command::new("aria2c");
    command.arg("-q").arg("-i").arg(input).arg("-d").arg(folder.join("out"));
    command
        .args(["-x", "1", "-j", &JOBS.to_string(), "--file-allocation=none"])
        .arg(format!("--header=xi-api-key: {key}"));
    Ok(command)
}

fn curl(addresses: &[String], key: &str, folder: &Path) -> Outcome<Command> {
    let out = folder.join("out");
    fs::create_dir_all(&out).map_err(|cause| cause.to_string())?;
    let config = addresses.iter().enumerate().fold(String::new(), |mut config, (index, address)| {
        let _ = writeln!(config, "url = \"{address}\"\noutput = \"{}\"", out.join(format!("{index}.wav")).display());
        config
    });
    let config = written(folder, "config", &config)?;
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--parallel", "--parallel-max", &JOBS.to_string()]);
    command.arg("--header").arg(format!("xi-api-key: {key}")).arg("--config").arg(config);
    Ok(command)
}

fn rclone(addresses: &[String], key: &str, folder: &Path) -> Outcome<Command> {
    const SCHEME: usize = "http://".len();
    let first = addresses.first().ok_or("nothing was fetched")?;
    let end = first[SCHEME..].find('/').map_or(first.len(), |at| SCHEME + at);
    let list = addresses.iter().fold(String::new(), |mut list, address| {
        let _ = writeln!(list, "{}", &address[end + 1..]);
        list
    });
    let list = written(folder, "list", &list)?;
    let mut command = Command::new("rclone");
    command.args(["copy", ":http:", "--no-traverse", "--http-no-head", "--http-url", &first[..end]]);
    command.args(["--transfers", &JOBS.to_string(), "--checkers", &JOBS.to_string(), "--config", ""]);
    command.arg("--http-headers").arg(format!("xi-api-key,{key}"));
    command.arg("--files-from").arg(list).arg(folder.join("out"));
    Ok(command)
}

/// How many files there are below a folder.
fn count(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| if entry.path().is_dir() { count(&entry.path()) } else { 1 }).sum()
}

fn written(folder: &Path, name: &str, text: &str) -> Outcome<std::path::PathBuf> {
    let file = folder.join(name);
    fs::write(&file, text).map_err(|cause| cause.to_string())?;
    Ok(file)
}
