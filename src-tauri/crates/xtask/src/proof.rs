//! What other people's programs say of exports: bagit-python, sha256sum, minisign, unzip and readers of each format
//! (`tests/proof/`). They live in a Python environment of their own below the build's folder.

use std::path::PathBuf;
use std::{fs, io};

use crate::step::{self, Outcome};
use crate::{packages, place};

const BUILD_REQUIREMENTS: &str = "tests/proof/build-requirements.txt";
const REQUIREMENTS: &str = "tests/proof/requirements.txt";

/// `cargo proof`: builds the program and runs the proof with these arguments.
pub fn run(arguments: &[String]) -> Outcome {
    if !cfg!(target_os = "linux") {
        return Err("the proof needs Linux".to_owned());
    }
    packages::require(&[packages::BUILD, packages::PROOF])?;
    step::timed("the program", &mut step::command("cargo", ["build", "--locked", "--package", "turnstone-cli"]))?;
    passed(arguments).map(drop)
}

/// Runs the proof on the program of this build; answers with how many of its tests passed.
pub fn passed(arguments: &[String]) -> Result<u64, String> {
    let environment = install()?;
    let program = place::program("turnstone")?;
    let mut proof = step::command(&environment.join("bin/python").to_string_lossy(), ["-B", "tests/proof/proof.py"]);
    proof.arg("--turnstone").arg(program).args(arguments);
    step::counted("what other programs say of our exports", &mut proof, step::passed)
}

/// A Python environment with exactly what the requirements name; made again when they change.
fn install() -> Result<PathBuf, String> {
    let environment = place::beside_programs("proof")?;
    let done = environment.join("requirements");
    let wanted = read(BUILD_REQUIREMENTS)? + &read(REQUIREMENTS)?;
    if fs::read_to_string(&done).is_ok_and(|installed| installed == wanted) {
        return Ok(environment);
    }
    let path = environment.to_string_lossy().into_owned();
    step::timed("Python packages of the proof", &mut step::command("python3", ["-m", "venv", "--clear", &path]))?;
    let pip = environment.join("bin/pip").to_string_lossy().into_owned();
    let install = ["install", "--quiet", "--require-hashes"];
    let mut build = step::command(&pip, install);
    step::run(build.args(["--only-binary", ":all:", "--requirement", BUILD_REQUIREMENTS]))?;
    // Without isolation, so that building a package takes nothing from the network that is not in these two files.
    let mut rest = step::command(&pip, install);
    step::run(rest.args(["--no-build-isolation", "--requirement", REQUIREMENTS]))?;
    fs::write(&done, wanted).map_err(|error| format!("{} cannot be written: {error}", done.display()))?;
    Ok(environment)
}

fn read(path: &str) -> Result<String, String> {
    fs::read_to_string(place::at(path)).map_err(|error: io::Error| format!("{path} cannot be read: {error}"))
}
