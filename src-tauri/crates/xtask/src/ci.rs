//! `cargo ci`: every check and every test, in the order in which they fail fastest, stopping at the first failure.
//!
//! All Cargo steps speak of the whole workspace, because a step for one package would resolve other features and compile
//! everything a second time.

use std::process::Command;
use std::time::Instant;

use crate::{headless, node, packages, place, proof, step};

const CLIENT: &str = "ui/src/bridge/generated.ts";

/// Runs everything; `window` says whether the tests in the real window are wanted (they need Linux).
pub fn run(window: bool) -> step::Outcome {
    let begun = Instant::now();
    let window = window && cfg!(target_os = "linux");
    let prove = cfg!(target_os = "linux");
    let mut lists = vec![packages::BUILD];
    lists.extend(prove.then_some(packages::PROOF));
    lists.extend(if window { &[packages::HEADLESS, packages::DRIVER][..] } else { &[] });
    packages::require(&lists)?;
    node::install("ui")?;

    step::timed("formatting", &mut cargo(&["fmt", "--all", "--check"]))?;
    step::timed("lint of the pages", &mut npm(&["run", "--silent", "lint"]))?;
    step::timed("types of the pages", &mut npm(&["run", "--silent", "check"]))?;
    let mut passed = step::counted("tests of the pages", &mut npm(&["run", "--silent", "test"]), vitest_passed)?;
    node::build_pages()?;
    step::timed("clippy", &mut cargo(&["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    step::timed(
        "documentation",
        cargo(&["doc", "--locked", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    let client = std::fs::read(place::at(CLIENT));
    passed += step::counted("tests", &mut cargo(&["test", "--locked", "--workspace", "--no-fail-fast"]), cargo_passed)?;
    if client.ok() != std::fs::read(place::at(CLIENT)).ok() {
        return Err(format!("{CLIENT} was out of date and has been renewed: look at the change and commit it"));
    }
    step::timed("every program", &mut cargo(&["build", "--locked", "--workspace"]))?;
    if prove {
        passed += proof::passed(&[])?;
    } else {
        println!("\nWhat other programs say of our exports was left out; they run on Linux.");
    }
    if step::exists("cargo-deny", "--version") {
        // Advisories need the network and change from day to day: the Actions file checks those.
        step::timed(
            "licences",
            &mut cargo(&["deny", "--offline", "--workspace", "check", "bans", "licenses", "sources"]),
        )?;
    }
    if window {
        let mut own = step::command("node", ["--test", "--test-reporter=tap", "tests/e2e/wave.test.mjs"]);
        passed += step::counted("the instruments of the window's tests", &mut own, node_passed)?;
        let mut tests = headless::with_display("node".as_ref());
        tests.arg("tests/e2e/run.mjs").env("TURNSTONE_PROGRAMS", place::programs()?);
        passed += step::counted("the real window", &mut tests, step::passed)?;
    } else {
        println!("\nThe tests in the real window were left out; they run on Linux.");
    }
    println!("\nci: all checks passed in {}", step::seconds(begun.elapsed()));
    println!("ci: {passed} passed, 0 failed");
    Ok(())
}

fn cargo(arguments: &[&str]) -> Command {
    step::command("cargo", arguments.iter().copied())
}

fn npm(arguments: &[&str]) -> Command {
    let mut command = step::command("npm", arguments.iter().copied());
    command.current_dir(place::at("ui")).env("NO_COLOR", "1");
    command
}

/// `test result: ok. 12 passed; 0 failed; …`
fn cargo_passed(line: &str) -> Option<u64> {
    number_before(line.trim().strip_prefix("test result: ok. ")?, " passed;")
}

/// `Tests  12 passed (12)`
fn vitest_passed(line: &str) -> Option<u64> {
    number_before(line.trim().strip_prefix("Tests ")?.trim(), " passed")
}

/// `# pass 12`
fn node_passed(line: &str) -> Option<u64> {
    line.strip_prefix("# pass ")?.parse().ok()
}

fn number_before(text: &str, mark: &str) -> Option<u64> {
    text.split_once(mark)?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passed_tests_are_read_from_what_each_runner_prints() {
        assert_eq!(cargo_passed("test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured"), Some(12));
        assert_eq!(vitest_passed("      Tests  34 passed (34)"), Some(34));
        assert_eq!(node_passed("# pass 6"), Some(6));
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(cargo_passed("running 12 tests"), None);
        assert_eq!(vitest_passed(" Test Files  3 passed (3)"), None, "files are not tests");
    }
}
