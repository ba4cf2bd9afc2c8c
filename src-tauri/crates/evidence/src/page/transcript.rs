//! What was said, turn by turn; a speaker has one colour and always the name beside it.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};

use model::{Role, Timing, Transcript, Turn};

use super::markup::{escaped, spoken};
use crate::moments::clock;
use crate::voices::name_of;

const OTHERS: [&str; 4] = ["other-1", "other-2", "other-3", "other-4"];

pub(super) fn write(transcript: Option<&Transcript>, out: &mut dyn Write) -> io::Result<()> {
    let Some(transcript) = transcript.filter(|transcript| !transcript.turns.is_empty()) else {
        return out.write_all(b"<p class=\"missing\">There is no transcript of this call.</p>\n");
    };
    if !transcript.is_timed() {
        out.write_all(b"<p class=\"missing\">This transcript has no times, so it cannot follow the audio.</p>\n")?;
    }
    out.write_all(b"<ol class=\"turns\">\n")?;
    let mut colours = Colours::default();
    let mut before = None;
    for turn in &transcript.turns {
        let name = name_of(turn).unwrap_or_else(|| "Unknown".to_owned());
        let colour = colours.of(turn);
        let again = if before.as_ref() == Some(&name) { " again" } else { "" };
        write_turn(turn, &name, &format!("{colour}{again}"), out)?;
        before = Some(name);
    }
    out.write_all(b"</ol>\n")
}

fn write_turn(turn: &Turn, name: &str, class: &str, out: &mut dyn Write) -> io::Result<()> {
    let span = match (turn.start_ms, turn.end_ms) {
        (Some(start), Some(end)) => format!(" data-s=\"{start}\" data-e=\"{end}\""),
        (Some(start), None) => format!(" data-s=\"{start}\""),
        (None, _) => String::new(),
    };
    let about = if turn.timing == Timing::Estimated { "≈" } else { "" };
    let time = turn.start_ms.map(|ms| format!("{about}{}", clock(ms))).unwrap_or_default();
    writeln!(
        out,
        "<li class=\"turn {class}\"{span}><span class=\"name\"><bdi>{}</bdi></span><span class=\"time\">{time}</span><p dir=\"auto\">{}</p></li>",
        escaped(name),
        spoken(&turn.text)
    )
}

/// The colour of each speaker: by the part it plays first, else in order of appearance.
#[derive(Default)]
struct Colours {
    known: HashMap<(Option<String>, Option<Role>), &'static str>,
    taken: HashSet<&'static str>,
    others: usize,
}

impl Colours {
    fn of(&mut self, turn: &Turn) -> &'static str {
        let key = (turn.speaker.clone(), turn.role);
        if let Some(colour) = self.known.get(&key) {
            return colour;
        }
        let own = match turn.role {
            Some(Role::Agent) => Some("agent"),
            Some(Role::Customer) => Some("customer"),
            Some(Role::System | Role::Tool) => Some("aside"),
            None => None,
        };
        let colour = match own {
            Some(own) if own == "aside" || !self.taken.contains(own) => own,
            None if turn.speaker.is_none() => "nobody",
            _ => self.next_other(),
        };
        self.taken.insert(colour);
        self.known.insert(key, colour);
        colour
    }

    fn next_other(&mut self) -> &'static str {
        let colour = OTHERS[self.others % OTHERS.len()];
        self.others += 1;
        colour
    }
}
