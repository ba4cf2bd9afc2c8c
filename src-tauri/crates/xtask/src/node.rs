//! Node: its version, the packages of `ui/` and of the root, and building the window's pages.

use std::path::Path;

use crate::place;
use crate::step::{self, Outcome};

const OLDEST: (u32, u32) = (20, 19);

/// Checks Node, installs the packages of the window's pages if they are missing or older than the lock file, and builds them.
pub fn build_pages() -> Outcome {
    install("ui")?;
    step::timed("the window's pages", step::command("npm", ["run", "--silent", "build"]).current_dir(place::at("ui")))
}

/// Installs the npm packages of one folder where they are missing or older than its lock file.
pub fn install(folder: &str) -> Outcome {
    check_version()?;
    if fresh(&place::at(folder)) {
        return Ok(());
    }
    let mut npm = step::command("npm", ["ci", "--no-audit", "--no-fund"]);
    step::timed(&format!("npm packages of {folder}"), npm.current_dir(place::at(folder)))
}

fn check_version() -> Outcome {
    let wanted = format!("Node {}.{} or newer is needed (https://nodejs.org)", OLDEST.0, OLDEST.1);
    match step::answer(&mut step::command("node", ["--version"])) {
        None => Err(format!("{wanted}; `node` was not found")),
        Some(version) if parsed(&version).is_some_and(|version| version >= OLDEST) => Ok(()),
        Some(version) => Err(format!("{wanted}; this is {version}")),
    }
}

fn parsed(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// npm writes a second lock file inside `node_modules` as the last thing it does.
fn fresh(folder: &Path) -> bool {
    let written = |path: &str| folder.join(path).metadata().and_then(|meta| meta.modified()).ok();
    match (written("node_modules/.package-lock.json"), written("package-lock.json")) {
        (Some(installed), Some(locked)) => installed >= locked,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(parsed("v20.19.0").is_some_and(|version| version >= OLDEST), "the oldest version is good enough");
        assert!(parsed("v20.9.0").is_some_and(|version| version < OLDEST), "9 is less than 19");
        assert_eq!(parsed("nonsense"), None);
    }

    #[test]
    fn a_folder_without_packages_wants_an_install() {
        assert!(!fresh(&place::at("src-tauri")), "there are no npm packages here");
    }
}
