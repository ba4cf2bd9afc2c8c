//! Text from sources, so that it can neither steer what stands around it nor hide: line breaks, control characters and the
//! marks that turn the direction of writing.

/// Whether a character ends a line somewhere: in any reader of text, not only in ours.
pub(crate) fn breaks_line(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a character turns the direction of the text that follows it.
pub(crate) fn turns_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// One line: breaks and runs of white space are one space, other control characters and those that turn the direction
/// become the replacement character.
pub(crate) fn one_line(text: &str) -> String {
    let shown: String =
        text.chars().map(|c| if turns_direction(c) { char::REPLACEMENT_CHARACTER } else { c }).collect();
    lines(&shown).join(" ").trim().to_owned()
}

/// The lines of a text, trimmed, without empty ones, and without control characters.
pub(crate) fn lines(text: &str) -> Vec<String> {
    text.split(breaks_line)
        .map(|line| line.split(is_space).filter(|word| !word.is_empty()).map(printable).collect::<Vec<_>>().join(" "))
        .filter(|line| !line.is_empty())
        .collect()
}

/// At most so many characters, with an ellipsis where something was cut.
pub(crate) fn clipped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text.to_owned(),
    }
}

/// White space that no reader of text takes for a part of a word; a no-break space stays.
fn is_space(c: char) -> bool {
    c == ' ' || c == '\t'
}

fn printable(word: &str) -> String {
    word.chars().map(|c| if c.is_control() || c == '\u{feff}' { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one_line_and_keeps_its_direction() {
        assert_eq!(one_line(" a\r\nb\u{2028}\tc\0d "), "a b c\u{fffd}d");
        assert_eq!(one_line("exe.\u{202e}fdp"), "exe.\u{fffd}fdp");
        assert_eq!(one_line("\n\r "), "");
        assert_eq!(one_line("שלום, Zoë"), "שלום, Zoë", "letters are left alone");
    }

    #[test]
    fn a_long_text_is_cut_with_an_ellipsis() {
        assert_eq!(clipped("äöü", 3), "äöü");
        assert_eq!(clipped("äöü!", 3), "äöü…");
    }
}
