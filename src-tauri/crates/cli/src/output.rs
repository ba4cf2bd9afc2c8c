//! Where words go: data to standard output, everything else to standard error.

use std::io::{BufWriter, ErrorKind, Write};
use std::sync::{Mutex, PoisonError};

use app::{Fault, FaultCode};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

/// Prints for people or, as one JSON object per line, for programs.
pub struct Output {
    json: bool,
    quiet: bool,
    out: Mutex<BufWriter<std::io::Stdout>>,
}

/// Where remarks go.
#[derive(Clone, Copy)]
pub struct Remarks {
    quiet: bool,
}

impl Remarks {
    /// A remark on standard error.
    #[expect(clippy::print_stderr, reason = "this is where remarks go")]
    pub fn note(self, words: &str) {
        if !self.quiet {
            eprintln!("turnstone: {words}");
        }
    }
}

impl Output {
    /// For people, or for programs.
    pub fn new(json: bool, quiet: bool) -> Self {
        Self { json, quiet, out: Mutex::new(BufWriter::new(std::io::stdout())) }
    }

    /// Prints one thing: `value` for programs, `words` for people.
    pub fn line(&self, value: impl FnOnce() -> Value, words: impl FnOnce() -> String) {
        let line = if self.json { value().to_string() } else { words() };
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(cause) = writeln!(out, "{line}") {
            gone(&cause);
        }
    }

    /// Prints one thing that only programs want.
    pub fn value(&self, value: Value) {
        if self.json {
            self.line(|| value, String::new);
        }
    }

    /// Whether programs are reading.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// A remark on standard error.
    pub fn note(&self, words: &str) {
        self.remarks().note(words);
    }

    /// The way to standard error, for whoever has a remark to make later.
    pub fn remarks(&self) -> Remarks {
        Remarks { quiet: self.quiet }
    }

    /// Why the command failed: one line on standard error, for programs as an object.
    #[expect(clippy::print_stderr, reason = "this is where errors go")]
    pub fn fault(&self, fault: &Fault) {
        if self.json {
            eprintln!("{}", json!({ "error": { "code": fault.code.as_str(), "message": fault.message } }));
        } else {
            eprintln!("turnstone: {}", one_line(&fault.message));
        }
    }

    /// A progress bar on standard error where that is a terminal; nothing otherwise.
    pub fn progress(&self, what: &str) -> ProgressBar {
        if self.quiet {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {eta}");
        let bar = ProgressBar::new(0).with_message(what.to_owned());
        style.map(|style| bar.clone().with_style(style)).unwrap_or(bar)
    }

    /// Hands over everything printed so far.
    pub fn flush(&self) {
        if let Err(cause) = self.out.lock().unwrap_or_else(PoisonError::into_inner).flush() {
            gone(&cause);
        }
    }
}

/// Why a command line makes no sense, as one line like every error; or the help or version it asks for. Answers whether it
/// was an error.
#[expect(clippy::print_stderr, reason = "this is where errors go")]
pub fn refuse(error: &clap::Error, json: bool) -> bool {
    if error.use_stderr() {
        let message = usage(&error.to_string());
        if json {
            eprintln!("{}", json!({ "error": { "code": FaultCode::Invalid.as_str(), "message": message } }));
        } else {
            eprintln!("turnstone: {message}");
        }
    } else if let Err(cause) = error.print() {
        gone(&cause);
    }
    error.use_stderr()
}

/// What is wrong, out of all the words of advice around it.
fn usage(words: &str) -> String {
    let what = words.split("\n\n").next().unwrap_or(words).trim_start_matches("error: ");
    let lines: Vec<&str> = what.lines().map(str::trim).collect();
    one_line(&format!("{}; `turnstone --help` shows how", lines.join(" ")))
}

/// Whoever read our output has gone, as `head` does: there is nobody left to tell.
fn gone(cause: &std::io::Error) {
    let reader_left = cause.kind() == ErrorKind::BrokenPipe;
    std::process::exit(if reader_left { 0 } else { 1 });
}

/// A length of time as people write it: `2:41`, `1:02:41`.
pub fn clock(ms: i64) -> String {
    let seconds = ms / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// Text from a source as one line without control characters, so that it cannot take over a terminal.
pub fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_as_people_write_them() {
        assert_eq!(clock(161_999), "2:41");
        assert_eq!(clock(3_761_000), "1:02:41");
        assert_eq!(clock(0), "0:00");
    }

    #[test]
    fn of_a_refused_command_line_one_line_is_told() {
        let said = usage("error: the following were not provided:\n  --out <FILE>\n\nUsage: turnstone render\n");
        assert_eq!(said, "the following were not provided: --out <FILE>; `turnstone --help` shows how");
    }

    #[test]
    fn text_from_a_source_cannot_steer_the_terminal() {
        assert_eq!(one_line("a\u{1b}[2Jb\nc"), "a [2Jb c");
    }
}
