//! Running other programs, with a heading, a clock, and a plain reason when one fails.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Nothing, or why it did not work, for the person at the terminal.
pub type Outcome = Result<(), String>;

/// Announces what comes next.
pub fn heading(text: &str) {
    println!("\n=== {text}");
}

/// A program with its arguments, to be run in the repository.
pub fn command<'a>(program: &str, arguments: impl IntoIterator<Item = &'a str>) -> Command {
    // npm and npx are scripts on Windows, which only start under their full name.
    let name =
        if cfg!(windows) && matches!(program, "npm" | "npx") { format!("{program}.cmd") } else { program.into() };
    let mut command = Command::new(name);
    command.args(arguments).current_dir(crate::place::root());
    command
}

/// Runs a program to its end; its output goes to the terminal.
pub fn run(command: &mut Command) -> Outcome {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{}` ended with {status}", words(command))),
        Err(error) => Err(format!("`{}` did not start: {error}", words(command))),
    }
}

/// Runs a program under a heading and says how long it took.
pub fn timed(name: &str, command: &mut Command) -> Outcome {
    heading(name);
    let begun = Instant::now();
    run(command).map_err(|reason| format!("stopped at \"{name}\": {reason}"))?;
    println!("--- {name}: {}", seconds(begun.elapsed()));
    Ok(())
}

/// Like [`timed`], for a program that runs tests: also gives how many it says have passed.
pub fn counted(name: &str, command: &mut Command, count: impl Fn(&str) -> Option<u64>) -> Result<u64, String> {
    heading(name);
    let begun = Instant::now();
    let stopped = |reason: String| format!("stopped at \"{name}\": {reason}");
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| stopped(format!("`{}` did not start: {error}", words(command))))?;
    let mut passed = 0;
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            passed += count(&line).unwrap_or(0);
        }
    }
    let status = child.wait().map_err(|error| stopped(error.to_string()))?;
    if !status.success() {
        return Err(stopped(format!("`{}` ended with {status}", words(command))));
    }
    println!("--- {name}: {passed} passed, {}", seconds(begun.elapsed()));
    Ok(passed)
}

/// `12 passed, 0 failed`, as our own programs for testing end.
pub fn passed(line: &str) -> Option<u64> {
    line.strip_suffix(" passed, 0 failed")?.parse().ok()
}

/// Whether a program can be started at all.
pub fn exists(program: &str, probe: &str) -> bool {
    command(program, [probe]).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// What a program prints, without the white space around it; `None` if it fails.
pub fn answer(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A length of time for people.
pub fn seconds(time: Duration) -> String {
    let whole = time.as_secs();
    if whole < 60 { format!("{:.1} s", time.as_secs_f64()) } else { format!("{} min {:02} s", whole / 60, whole % 60) }
}

fn words(command: &Command) -> String {
    let parts = std::iter::once(command.get_program()).chain(command.get_args());
    parts.map(|part| part.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_fails_is_named_in_the_reason() {
        let reason = run(&mut command("cargo", ["no-such-subcommand"])).expect_err("cargo has no such subcommand");
        assert!(reason.contains("cargo no-such-subcommand"), "the reader must see what was run: {reason}");
    }

    #[test]
    fn a_program_that_is_not_there_is_a_reason_and_not_a_panic() {
        let reason = run(&mut command("no-such-program-here", [])).expect_err("there is no such program");
        assert!(reason.contains("did not start"), "{reason}");
    }

    #[test]
    fn what_a_test_program_says_is_added_up() {
        let count = |line: &str| line.starts_with("cargo ").then_some(2);
        assert_eq!(counted("version", &mut command("cargo", ["--version"]), count), Ok(2), "one line, counted as two");
    }

    #[test]
    fn our_own_programs_say_how_many_tests_passed() {
        assert_eq!(passed("9 passed, 0 failed"), Some(9));
        assert_eq!(passed("8 passed, 1 failed"), None);
        assert_eq!(passed("ok 1 the list shows every call"), None);
    }

    #[test]
    fn long_times_are_told_in_minutes() {
        assert_eq!(seconds(Duration::from_millis(1540)), "1.5 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 05 s");
    }
}
