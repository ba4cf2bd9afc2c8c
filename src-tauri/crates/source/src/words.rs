//! How paths and system errors are put in words.

use std::io;

/// A path or name as it can be shown in a line of text: control and direction-changing characters are written out, and
/// what is too long is cut.
pub fn plain_path(path: &str) -> String {
    const LONGEST: usize = 400;
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if out.len() > LONGEST {
            out.push('…');
            break;
        }
        if is_plain(c) { out.push(c) } else { out.extend(c.escape_unicode()) }
    }
    out
}

/// A file's stem as a title: one line, nothing that changes the direction of writing.
pub fn title(stem: &str) -> String {
    const LONGEST: usize = 200;
    let text: String = stem.chars().map(|c| if is_plain(c) { c } else { ' ' }).take(LONGEST).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the system said, without codes.
pub fn why(cause: &io::Error) -> String {
    match cause.kind() {
        io::ErrorKind::NotFound => "it is not there".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => cause.to_string(),
    }
}

fn is_plain(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_can_break_or_turn_a_line() {
        assert_eq!(plain_path("a\nb\u{202e}gpj.wav"), "a\\u{a}b\\u{202e}gpj.wav");
        assert_eq!(title("call\t one\u{202e}\n two"), "call one two");
        assert!(plain_path(&"x".repeat(5_000)).len() < 500);
    }
}
