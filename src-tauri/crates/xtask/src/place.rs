//! Where things are.

use std::path::{Path, PathBuf};

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..").components().fold(PathBuf::new(), |mut path, part| {
        match part {
            std::path::Component::ParentDir => drop(path.pop()),
            other => path.push(other),
        }
        path
    })
}

/// A file or folder of the repository.
pub fn at(relative: &str) -> PathBuf {
    root().join(relative)
}

/// This very program.
pub fn itself() -> Result<PathBuf, String> {
    std::env::current_exe().map_err(|error| format!("this program cannot find itself: {error}"))
}

/// The folder this build's programs are in, such as `target/debug`: this one lies there too.
pub fn programs() -> Result<PathBuf, String> {
    itself()?.parent().map(Path::to_path_buf).ok_or_else(|| "this program lies in no folder".to_owned())
}

/// A program of this build.
pub fn program(name: &str) -> Result<PathBuf, String> {
    Ok(programs()?.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

/// Where the demo's library, screenshot and logs go.
pub fn demo() -> Result<PathBuf, String> {
    beside_programs("demo")
}

/// A folder of this build beside that of its programs, such as `target/NAME`.
pub fn beside_programs(name: &str) -> Result<PathBuf, String> {
    let programs = programs()?;
    Ok(programs.parent().unwrap_or(&programs).join(name))
}
