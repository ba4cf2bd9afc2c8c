//! `README.txt`: what an export is, what is missing from it, how to check it, and what a check proves.
//!
//! Everything in it that came from somewhere else is one harmless line.

mod checks;
#[cfg(test)]
mod tests;

use jiff::tz::TimeZone;

use crate::harmless::one_line;
use crate::moments::{local, utc, zone_name};

/// The width to which prose is wrapped.
const WIDTH: usize = 88;

/// What the README tells; all of it is handed in.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// When the export was made, UTC milliseconds.
    pub made_ms: i64,
    /// The zone of the times in `index.html`, the tables and the texts.
    pub zone: &'a TimeZone,
    /// The program and its version, such as `Turnstone 0.4.0`.
    pub software: &'a str,
    /// The person configured in the settings, if any.
    pub person: Option<&'a str>,
    /// The user of the operating system.
    pub user: &'a str,
    /// The case, if it was exported for one.
    pub case: Option<CaseFacts<'a>>,
    /// Why it was exported, in the exporter's words.
    pub reason: Option<&'a str>,
    /// Calls in all.
    pub calls: u64,
    /// Recordings of these calls, here or not.
    pub recordings: u64,
    /// Audio files, copies for listening included.
    pub audio_files: u64,
    /// Bytes of the payload.
    pub bytes: u64,
    /// What is not here, one line for each recording, and one for each call that was never recorded.
    pub missing: &'a [Missing],
    /// Which documents were written for each call.
    pub documents: Documents,
    /// Whether audio is inside the vCons.
    pub inline: bool,
    /// Whether this is a bag with manifests, or plain files.
    pub is_bag: bool,
    /// The fingerprint of the signing key, if the export is signed.
    pub fingerprint: Option<&'a str>,
    /// The origin line of the audit log, such as `turnstone/…`, if the log is part of the export.
    pub log_origin: Option<&'a str>,
}

/// A case as the README names it.
#[derive(Clone, Copy, Debug, Default)]
pub struct CaseFacts<'a> {
    /// Its name; may be empty where only a number is known.
    pub name: &'a str,
    /// Its number elsewhere; may be empty.
    pub number: &'a str,
    /// What it is for; may be empty.
    pub purpose: &'a str,
    /// Who is responsible; may be empty.
    pub person: &'a str,
}

/// Audio that is not in the export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The call's folder in the payload.
    pub dir: String,
    /// Which recording of the call, from 1 on; `None` for a call that was never recorded.
    pub recording: Option<u32>,
    /// Why, in words.
    pub reason: String,
}

/// Which documents an export holds for each call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Documents {
    /// `call.vcon.json`.
    pub vcon: bool,
    /// `transcript.vtt`.
    pub vtt: bool,
    /// `transcript.srt`.
    pub srt: bool,
    /// `transcript.txt`.
    pub txt: bool,
    /// `turns.csv`.
    pub csv: bool,
}

impl Documents {
    /// All of them.
    pub const ALL: Self = Self { vcon: true, vtt: true, srt: true, txt: true, csv: true };
}

/// The text of the README, wrapped, with line feeds.
pub fn readme(facts: &Facts<'_>) -> String {
    let mut text = Text::default();
    text.heading("Call recordings, exported as evidence");
    about(facts, &mut text);
    text.heading("What is missing");
    missing(facts, &mut text);
    text.heading("What is what");
    contents(facts, &mut text);
    checks::write(facts, &mut text);
    text.0
}

fn about(facts: &Facts<'_>, text: &mut Text) {
    let made = format!("{} ({})", local(facts.made_ms, facts.zone), utc(facts.made_ms));
    text.fact("Made", &made);
    text.fact(
        "Time zone",
        &format!("{}; every local time in the files has its offset from UTC", zone_name(facts.zone)),
    );
    text.fact("With", facts.software);
    let by = facts.person.filter(|person| !person.trim().is_empty());
    text.fact("By", &by.map_or_else(|| facts.user.to_owned(), |person| format!("{person} (user {})", facts.user)));
    if let Some(case) = facts.case {
        let rows = [
            ("Case", case.name),
            ("Case number", case.number),
            ("Purpose", case.purpose),
            ("Responsible", case.person),
        ];
        rows.into_iter()
            .filter(|(_, value)| !value.trim().is_empty())
            .for_each(|(label, value)| text.fact(label, value));
    }
    text.fact("Reason", facts.reason.filter(|reason| !reason.trim().is_empty()).unwrap_or("none was given"));
    text.fact("Calls", &facts.calls.to_string());
    text.fact("Recordings", &format!("{}, in {} audio files", facts.recordings, facts.audio_files));
    text.fact("Size", &format!("{} bytes", facts.bytes));
    text.end();
}

fn missing(facts: &Facts<'_>, text: &mut Text) {
    if facts.missing.is_empty() {
        text.prose("Nothing: every recording of these calls is here.");
        return;
    }
    text.prose(&format!("{} of the things one might expect are not here:", facts.missing.len()));
    for missing in facts.missing {
        let which = missing.recording.map_or_else(|| "no recording".to_owned(), |number| format!("recording {number}"));
        text.item(&format!("{}, {which}: {}", missing.dir, missing.reason));
    }
    text.end();
}

fn contents(facts: &Facts<'_>, text: &mut Text) {
    let top = if facts.is_bag { "data/" } else { "" };
    text.prose(&format!(
        "Open {top}index.html in any browser to read and hear the calls; it needs no network and loads nothing from one."
    ));
    text.file(&format!("{top}index.html"), "all calls, to read and to hear");
    text.file(&format!("{top}index.csv"), "a table of all calls, for a spreadsheet");
    text.file(&format!("{top}calls/"), "a folder for each call, named by its start in UTC and its id, with:");
    text.file("  audio-1.…", "the recording, byte for byte as it came; a call may have several");
    text.file("  listening-1.wav", "a copy for listening, made for this export, where one was asked for");
    let documents = facts.documents;
    for (is_there, name, what) in [
        (documents.vcon, "  call.vcon.json", "everything that is known about the call, as a vCon"),
        (documents.vtt, "  transcript.vtt", "captions with speakers (WebVTT), if the transcript has times"),
        (documents.srt, "  transcript.srt", "captions (SubRip), if the transcript has times"),
        (documents.txt, "  transcript.txt", "facts and transcript as plain text"),
        (documents.csv, "  turns.csv", "the transcript as a table"),
    ] {
        if is_there {
            text.file(name, what);
        }
    }
    if facts.inline {
        text.end();
        text.prose("The vCons hold the audio themselves besides.");
    }
    text.end();
    text.prose(
        "In tables, a leading apostrophe keeps a spreadsheet from computing a cell that looks like a formula, as telephone \
         numbers with a plus do; it is not part of the text. Line breaks within a cell are shown as ⏎.",
    );
}

/// Plain text in the making.
#[derive(Default)]
struct Text(String);

impl Text {
    fn heading(&mut self, title: &str) {
        self.0.push_str(&format!("{title}\n{}\n\n", "=".repeat(title.chars().count())));
    }

    /// A label and what came from somewhere else.
    fn fact(&mut self, label: &str, value: &str) {
        self.put(&format!("{:<14}", format!("{label}:")), 14, &one_line(value));
    }

    fn file(&mut self, name: &str, what: &str) {
        self.put(&format!("{name:<22}"), 22, what);
    }

    fn item(&mut self, value: &str) {
        self.put("- ", 2, &one_line(value));
    }

    fn prose(&mut self, text: &str) {
        self.put("", 0, text);
        self.end();
    }

    /// A line as it is, such as a command.
    fn command(&mut self, line: &str) {
        self.0.push_str(&format!("    {line}\n"));
    }

    fn end(&mut self) {
        self.0.push('\n');
    }

    /// Words after a beginning, wrapped and indented by so many columns.
    fn put(&mut self, beginning: &str, indent: usize, words: &str) {
        self.0.push_str(beginning);
        let mut column = beginning.chars().count();
        let mut at_start = true;
        for word in words.split(' ').filter(|word| !word.is_empty()) {
            let length = word.chars().count();
            if !at_start && column + 1 + length > WIDTH {
                self.0.push('\n');
                self.0.push_str(&" ".repeat(indent));
                column = indent;
                at_start = true;
            }
            if !at_start {
                self.0.push(' ');
                column += 1;
            }
            self.0.push_str(word);
            column += length;
            at_start = false;
        }
        self.0.push('\n');
    }
}
