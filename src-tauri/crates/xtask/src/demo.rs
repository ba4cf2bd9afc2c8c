//! `cargo demo`: from a fresh clone to a call playing in the window.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use crate::headless::{self, Speaker};
use crate::sandbox::Sandbox;
use crate::step::{self, Outcome};
use crate::{node, packages, place};

/// The hidden command with which this program calls itself on a display of its own.
pub const HEADLESS: &str = "demo-headless";

/// The window's title, by which its picture is taken.
const TITLE: &str = "Turnstone";
const TO_FIRST_SOUND: Duration = Duration::from_secs(60);
const LISTENED: Duration = Duration::from_secs(12);

/// Installs, builds, makes the demo library and opens the window on it; with no display, in a picture. With `servers`
/// the library also has every server system and provider as a source, running on this machine until the window is closed.
pub fn run(servers: bool) -> Outcome {
    let display = headless::has_display();
    packages::require(if display { &[packages::BUILD] } else { &[packages::BUILD, packages::HEADLESS] })?;
    node::build_pages()?;
    build()?;
    let sandbox = if servers { Some(Sandbox::start()?) } else { None };
    let secrets = sandbox.as_ref().map(Sandbox::secrets).unwrap_or_default();
    let library = make_library_with(sandbox.as_ref())?;
    if display {
        step::heading("Turnstone");
        println!("The window opens on {}. Close it to come back here.", library.display());
        return step::run(window(&library)?.env("TURNSTONE_LIBRARY", &library).envs(secrets));
    }
    step::heading("no display: opening the window under Xvfb and playing the first call");
    step::run(headless::with_display(&place::itself()?).arg(HEADLESS).arg(&library).envs(secrets))
}

/// Builds the window and the command line.
pub fn build() -> Outcome {
    let build = ["build", "--locked", "--package", "turnstone-desktop", "--package", "turnstone-cli"];
    step::timed("Turnstone (the first build takes a few minutes)", &mut step::command("cargo", build))
}

/// Makes the demo library anew with the command line, as a user would.
pub fn make_library() -> Result<PathBuf, String> {
    make_library_with(None)
}

fn make_library_with(sandbox: Option<&Sandbox>) -> Result<PathBuf, String> {
    let library = place::demo()?.join("library");
    step::heading("a library made of the demo calls");
    match std::fs::remove_dir_all(&library) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(format!("{} cannot be made anew: {error}", library.display()));
        }
        _ => {}
    }
    let demo = place::at("tests/fixtures/demo");
    let sources = [("folder", "Demo calls", "calls"), ("twilio-bridge", "Demo bridge", "twilio-bridge")];
    for (kind, name, folder) in sources {
        let path = demo.join(folder);
        step::run(turnstone(&library)?.args(["source", "add", kind, name, "--path"]).arg(path))?;
    }
    for system in sandbox.iter().flat_map(|sandbox| &sandbox.systems) {
        step::run(turnstone(&library)?.args(&system.arguments))?;
    }
    let secrets = sandbox.map(Sandbox::secrets).unwrap_or_default();
    step::run(turnstone(&library)?.arg("sync").envs(secrets.clone()))?;
    step::run(turnstone(&library)?.args(["fetch", "--all"]).envs(secrets))?;
    Ok(library)
}

/// Plays the first call on this process's display, listens to it, and saves a picture of the window.
pub fn run_headless(library: &Path) -> Outcome {
    let demo = place::demo()?;
    let mut speaker = Speaker::start(&demo.join("runtime"))?;
    let hearing = speaker.listen()?;
    let log = demo.join("window.log");
    let output = File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
    let errors = output.try_clone().map_err(|error| error.to_string())?;
    let mut window = window(library)?
        .args(["--open", "first", "--play"])
        .envs(speaker.environment())
        .stdout(output)
        .stderr(errors)
        .spawn()
        .map_err(|error| format!("the window did not start: {error}"))?;
    let played = listen(&mut window, &hearing);
    let picture = demo.join("screenshot.png");
    let taken =
        step::run(Command::new("import").args(["-window", TITLE, "+repage"]).arg(&picture).stdin(Stdio::null()));
    let _ = window.kill();
    let _ = window.wait();
    taken?;
    println!("Screenshot: {}", picture.display());
    let heard = played.map_err(|reason| format!("{reason}; the window's own words are in {}", log.display()))?;
    println!("The call was heard for {}.", step::seconds(heard));
    Ok(())
}

fn window(library: &Path) -> Result<Command, String> {
    let mut command = Command::new(place::program("turnstone-desktop")?);
    command.arg("--library").arg(library).current_dir(place::root());
    Ok(command)
}

fn turnstone(library: &Path) -> Result<Command, String> {
    let mut command = Command::new(place::program("turnstone")?);
    command.arg("--library").arg(library).current_dir(place::root());
    Ok(command)
}

/// Waits for the first sound, then listens on; gives how long something was heard.
fn listen(window: &mut Child, hearing: &Receiver<()>) -> Result<Duration, String> {
    let (mut limit, mut heard) = (Instant::now() + TO_FIRST_SOUND, 0);
    while Instant::now() < limit {
        if let Ok(Some(status)) = window.try_wait() {
            return Err(format!("the window closed itself ({status})"));
        }
        if hearing.recv_timeout(Duration::from_millis(200)).is_ok() {
            heard += 1;
            if heard == 1 {
                println!("The call is playing.");
                limit = Instant::now() + LISTENED;
            }
        }
    }
    match heard {
        0 => Err(format!("no sound came within {}", step::seconds(TO_FIRST_SOUND))),
        tenths => Ok(Duration::from_millis(100 * tenths)),
    }
}

#[cfg(test)]
mod tests {
    use crate::place;

    #[test]
    fn the_demo_calls_are_where_the_demo_looks_for_them() {
        for folder in ["calls", "twilio-bridge/recordings"] {
            assert!(place::at("tests/fixtures/demo").join(folder).is_dir(), "{folder} is part of the repository");
        }
    }
}
