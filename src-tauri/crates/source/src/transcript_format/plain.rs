//! Plain text. With at least two labelled lines every label begins a turn, and other lines continue the turn before;
//! a time before a label is its start. Without labels the whole text is one untimed turn.

use super::draft::{Draft, Said};
use super::labels::{self, Labelled};
use super::{Reading, text};

pub(super) fn matches(content: &str, file_name: &str) -> bool {
    !matches!(text::extension(file_name).as_str(), "vtt" | "srt") && !text::is_markup(content)
}

pub(super) fn read(content: &str, draft: &mut Draft) {
    if !read_labelled(content, draft) {
        let lines: Vec<&str> = content.lines().map(str::trim).collect();
        draft.say(Said { text: &lines.join("\n"), ..Said::default() });
    }
}

/// Reads labelled lines; `false` and nothing read if there are fewer than two.
pub(super) fn read_labelled(content: &str, draft: &mut Draft) -> bool {
    if content.lines().filter_map(known).take(2).count() < 2 {
        return false;
    }
    let mut turn: Option<(Labelled, String)> = None;
    let mut at = 0;
    for line in content.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match (known(line), &mut turn) {
            (Some(labelled), _) => {
                say(turn.take(), at, draft);
                at += 1;
                let text = labelled.text.to_owned();
                turn = Some((labelled, text));
            }
            (None, Some((_, text))) => {
                text.push(' ');
                text.push_str(line);
            }
            (None, None) => draft.say(Said { at, text: line, ..Said::default() }),
        }
    }
    say(turn, at, draft);
    true
}

fn known(line: &str) -> Option<Labelled<'_>> {
    labels::split(line).filter(|labelled| labels::is_known(labelled.label))
}

fn say(turn: Option<(Labelled, String)>, at: usize, draft: &mut Draft) {
    if let Some((labelled, text)) = turn {
        let start = Reading::of_offset(labelled.time);
        draft.say(Said { at, speaker: Some(labelled.label.to_owned()), text: &text, start, ..Said::default() });
    }
}
