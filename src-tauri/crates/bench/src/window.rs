//! The real window on a large library: first frame, memory, processor time while playing, click to first sample.
//!
//! This makes the library; what drives and watches the window is `tests/e2e/bench.mjs`, run here on a display of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::library::{Outcome, number};

/// Runs the benchmark as the options say, with the programs beside this one.
pub fn run(options: &[String]) -> Outcome<()> {
    let calls = number(options, "--calls")?.unwrap_or(100_000);
    let itself = std::env::current_exe()?;
    let programs = itself.parent().ok_or("this program lies in no folder")?;
    for program in ["turnstone", "turnstone-desktop"] {
        if !programs.join(program).exists() {
            return Err(
                format!("{program} is not in {}: build the workspace like this benchmark", programs.display()).into()
            );
        }
    }
    let folder = tempfile::tempdir()?;
    let (turns, megabytes) = crate::library::make(&folder.path().join("library"), calls)?;
    println!("{calls} calls, {turns} turns, database {megabytes} MB, programs of {}", programs.display());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/e2e/bench.mjs");
    watch(&script, folder.path(), programs.to_path_buf())
}

fn watch(script: &Path, folder: &Path, programs: PathBuf) -> Outcome<()> {
    let status = Command::new("xvfb-run")
        .args(["--auto-servernum", "--server-args", "-screen 0 1440x900x24", "dbus-run-session", "--", "node"])
        .arg(script)
        .arg(folder)
        .env("TURNSTONE_PROGRAMS", programs)
        .status()
        .map_err(|error| format!("xvfb-run did not start: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("the window's part ended with {status}").into()) }
}
