//! Running `turnstone` and its peers as what they are: programs.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What running one ends with.
type Outcome<T> = Result<T, String>;

/// The command-line program that was built beside this one.
pub fn turnstone() -> Outcome<PathBuf> {
    let here = std::env::current_exe().map_err(|cause| cause.to_string())?;
    let program = here.with_file_name(if cfg!(windows) { "turnstone.exe" } else { "turnstone" });
    match program.is_file() {
        true => Ok(program),
        false => Err("build the program first: cargo build --release --workspace".to_owned()),
    }
}

/// Runs a command to its end and says how long that took.
pub fn timed(command: &mut Command) -> Outcome<Duration> {
    let begin = Instant::now();
    let output = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output();
    let output = output.map_err(|cause| format!("{:?} cannot be run: {cause}", command.get_program()))?;
    let took = begin.elapsed();
    let words = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(took) } else { Err(format!("{:?} failed: {words}", command.get_program())) }
}

/// Whether a program can be run here.
pub fn is_here(program: &str) -> bool {
    // What it says to that is its own business.
    Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok()
}

/// The middle one of several measurements.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
