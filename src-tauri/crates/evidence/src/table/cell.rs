//! The text of one cell, made safe for spreadsheets and for the eyes.

use std::borrow::Cow;

use crate::harmless::{breaks_line, turns_direction};

/// The text as it stands in the table.
pub(super) fn cell(text: &str) -> Cow<'_, str> {
    let is_plain = !text.chars().any(|c| shown(c).is_some());
    let visible = if is_plain { Cow::Borrowed(text) } else { Cow::Owned(visible(text)) };
    if needs_apostrophe(text) { Cow::Owned(format!("'{visible}")) } else { visible }
}

/// Whether a spreadsheet would compute it, or whether it begins with an apostrophe of its own.
fn needs_apostrophe(text: &str) -> bool {
    let starts_blank = text.starts_with(['\t', '\r', '\n']);
    let first = text.chars().find(|c| !is_skipped(*c));
    starts_blank || first.is_some_and(|c| c == '\'' || computes(c))
}

/// What may stand before a formula without hiding it from some spreadsheet.
fn is_skipped(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || turns_direction(c)
        || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '"')
}

/// The characters that begin a formula, also as their full-width and small variants, and the minus sign.
fn computes(c: char) -> bool {
    matches!(
        c,
        '=' | '+'
            | '-'
            | '@'
            | '|'
            | '%'
            | '＝'
            | '＋'
            | '－'
            | '＠'
            | '｜'
            | '％'
            | '﹦'
            | '﹢'
            | '﹣'
            | '﹫'
            | '\u{2212}'
    )
}

fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\r' && chars.peek() == Some(&'\n') {
            continue;
        }
        match shown(c) {
            Some(shown) => out.push_str(&shown),
            None => out.push(c),
        }
    }
    out
}

/// What stands for a character that must not stand as it is.
fn shown(c: char) -> Option<String> {
    match c {
        c if breaks_line(c) => Some("⏎".to_owned()),
        '\t' => Some("⇥".to_owned()),
        '\u{7f}' => Some("␡".to_owned()),
        '\0'..='\u{1f}' => char::from_u32(0x2400 + c as u32).map(String::from),
        c if c.is_control() || turns_direction(c) || c == '\u{feff}' => Some(format!("[U+{:04X}]", c as u32)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_compute_gets_an_apostrophe() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+1 512 555 0143", "'+1 512 555 0143"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("  =1", "'  =1"),
            ("\u{a0}=1", "'\u{a0}=1"),
            ("\u{200b}=1", "'\u{200b}=1"),
            ("＝1", "'＝1"),
            ("\t=1", "'⇥=1"),
            ("\rx", "'⏎x"),
            ("'quoted'", "''quoted'"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(cell(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_shown() {
        assert_eq!(cell("a\r\nb\nc\rd\u{2028}e"), "a⏎b⏎c⏎d⏎e");
        assert_eq!(cell("a\0b\u{1b}[0m\u{7f}"), "a␀b␛[0m␡");
        assert_eq!(cell("exe.\u{202e}fdp"), "exe.[U+202E]fdp");
        assert_eq!(cell("Zoë שלום 👩‍👩‍👧"), "Zoë שלום 👩‍👩‍👧");
    }
}
