//! SubRip captions: an optional number, a line of two times, lines of text. Commas or dots, any line ending. Speakers are
//! written into the text; a caption with two labelled lines is two turns.

use super::clock;
use super::draft::{Draft, Said};
use super::labels::Names;
use super::webvtt;
use super::{Reading, text};

const ARROW: &str = "-->";

pub(super) fn matches(content: &str, _file_name: &str) -> bool {
    content.lines().filter(|line| line.contains(ARROW)).take(20).any(|line| times(line).is_some())
        && !text::is_markup(content)
}

pub(super) fn read(content: &str, draft: &mut Draft) {
    let lines: Vec<&str> = content.lines().collect();
    let timed: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].contains(ARROW)).collect();
    let texts: Vec<Vec<String>> = timed
        .iter()
        .enumerate()
        .map(|(cue, at)| {
            let end = timed.get(cue + 1).map_or(lines.len(), |next| end_of_text(&lines, *at, *next));
            lines[at + 1..end].iter().map(|line| without_tags(line)).filter(|line| !line.is_empty()).collect()
        })
        .collect();
    let names = Names::of(texts.iter().flatten().map(String::as_str));
    for (cue, at) in timed.iter().enumerate() {
        let times = times(lines[*at]);
        if times.is_none() {
            draft.note(format!("line {}: the times cannot be read; the caption is kept without them", at + 1));
        }
        say_caption(cue, times, &texts[cue], &names, draft);
    }
}

/// One caption: a turn for every labelled line, other lines continuing the one before.
pub(super) fn say_caption(
    at: usize,
    times: Option<(Reading, Reading)>,
    lines: &[String],
    names: &Names,
    draft: &mut Draft,
) {
    let (start, end) = times.unwrap_or((Reading::Absent, Reading::Absent));
    let mut turns: Vec<(Option<&str>, String)> = Vec::new();
    for line in lines {
        match (names.split(line), turns.last_mut()) {
            ((None, text), Some((_, so_far))) => {
                so_far.push(' ');
                so_far.push_str(text);
            }
            ((speaker, text), _) => turns.push((speaker, text.to_owned())),
        }
    }
    for (speaker, text) in turns {
        draft.say(Said { at, speaker: speaker.map(str::to_owned), text: &text, start, end, ..Said::default() });
    }
}

/// The text of one caption ends before the number of the next.
fn end_of_text(lines: &[&str], at: usize, next: usize) -> usize {
    let number = lines[next - 1].trim();
    let is_number = next - 1 > at && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    if is_number { next - 1 } else { next }
}

/// `start --> end`, whatever follows.
fn times(line: &str) -> Option<(Reading, Reading)> {
    let (start, rest) = line.split_once(ARROW)?;
    let end = rest.split_whitespace().next()?;
    Some((Reading::of_offset(Some(clock::hms(start)?)), Reading::of_offset(Some(clock::hms(end)?))))
}

/// The line without `<i>`, `<font …>` and `{\an8}`.
fn without_tags(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("{\\")
        && let Some((_, after)) = after.split_once('}')
    {
        kept.push_str(before);
        rest = after;
    }
    kept.push_str(rest);
    webvtt::without_tags(&kept)
}
