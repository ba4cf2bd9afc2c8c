//! Speakers written into the text: `Agent: …`, `[SPEAKER_01]: …`, `[00:12] Caller: …`.

use std::collections::HashMap;

use model::{Ms, Role};

use super::clock;

/// The longest label that is looked for, in bytes.
const MAX_LABEL: usize = 48;

/// A line taken apart.
#[derive(Debug, PartialEq)]
pub(super) struct Labelled<'a> {
    pub time: Option<Ms>,
    pub label: &'a str,
    pub text: &'a str,
}

/// `[h:mm:ss] Label: text`, the time optional, with any label.
pub(super) fn split(line: &str) -> Option<Labelled<'_>> {
    let (time, rest) = leading_time(line.trim_start());
    let rest = rest.trim_start();
    let colon = rest.bytes().take(MAX_LABEL).position(|b| b == b':')?;
    let (label, text) = (rest[..colon].trim(), rest[colon + 1..].trim());
    let label = label.strip_prefix('[').and_then(|l| l.strip_suffix(']')).unwrap_or(label).trim();
    (!label.is_empty()).then_some(Labelled { time, label, text })
}

/// Whether the label names a role, or numbers a speaker (`Speaker 2`, `SPEAKER_01`, `spk_0`).
pub(super) fn is_known(label: &str) -> bool {
    let lower = label.to_ascii_lowercase();
    let numbered = ["speaker", "spk"]
        .iter()
        .find_map(|word| lower.strip_prefix(word))
        .map(|rest| rest.trim_start_matches([' ', '_', '-']))
        .is_some_and(|rest| (1..=4).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric()));
    numbered || Role::of_label(label).is_some()
}

/// The labels that captions of one file use. A name in front of a colon is believed if it is a known label, stands in
/// brackets, or is capitalised and comes more than once; so "Remember: …" in one caption stays text.
pub(super) struct Names<'a> {
    counts: HashMap<&'a str, usize>,
}

impl<'a> Names<'a> {
    pub(super) fn of(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut counts = HashMap::new();
        for labelled in lines.filter_map(split).filter(|l| l.time.is_none()) {
            *counts.entry(labelled.label).or_default() += 1;
        }
        Self { counts }
    }

    /// The speaker and what is left of the line.
    pub(super) fn split<'l>(&self, line: &'l str) -> (Option<&'l str>, &'l str) {
        match split(line).filter(|l| l.time.is_none()) {
            Some(labelled) if self.is_name(line, labelled.label) => (Some(labelled.label), labelled.text),
            _ => (None, line.trim()),
        }
    }

    fn is_name(&self, line: &str, label: &str) -> bool {
        let in_brackets = line.trim_start().starts_with('[');
        let repeated = self.counts.get(label).is_some_and(|count| *count > 1);
        is_known(label) || in_brackets || (repeated && is_person(label))
    }
}

/// Up to four capitalised words of letters.
fn is_person(label: &str) -> bool {
    let words: Vec<&str> = label.split_whitespace().collect();
    words.len() <= 4
        && words.iter().all(|word| {
            word.starts_with(char::is_uppercase)
                && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '\'' | '’' | '-' | '_'))
        })
}

/// A time at the start of a line, in brackets or not, and the rest.
fn leading_time(line: &str) -> (Option<Ms>, &str) {
    for (open, close) in [('[', ']'), ('(', ')')] {
        if let Some((time, rest)) = line.strip_prefix(open).and_then(|inner| inner.split_once(close)) {
            return match clock::hms(time) {
                Some(ms) => (Some(ms), rest.trim_start().strip_prefix("- ").unwrap_or(rest)),
                None => (None, line),
            };
        }
    }
    let end = line.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.' | ',')).unwrap_or(line.len());
    match clock::hms(&line[..end]) {
        Some(ms) if line[end..].starts_with(char::is_whitespace) => (Some(ms), &line[end..]),
        _ => (None, line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_comes_apart_into_time_label_and_text() {
        let expect = |time, label, text| Some(Labelled { time, label, text });
        assert_eq!(split("[00:01:02] Agent: Hi: you"), expect(Some(62_000), "Agent", "Hi: you"));
        assert_eq!(split("0:05 Speaker 2 : Yes"), expect(Some(5_000), "Speaker 2", "Yes"));
        assert_eq!(split("[SPEAKER_01]: Hm"), expect(None, "SPEAKER_01", "Hm"));
        assert_eq!(split("no label here"), None);
        assert_eq!(split(": nothing before"), None);
    }

    #[test]
    fn a_word_before_a_colon_is_a_name_only_with_reason() {
        let lines = ["Ana Ruiz: hello", "Remember: bring it", "Ana Ruiz: yes", "at 10:30 then"];
        let names = Names::of(lines.into_iter());
        assert_eq!(names.split(lines[0]), (Some("Ana Ruiz"), "hello"));
        assert_eq!(names.split(lines[1]), (None, "Remember: bring it"), "it comes only once and names no role");
        assert_eq!(names.split(lines[3]), (None, "at 10:30 then"));
    }
}
