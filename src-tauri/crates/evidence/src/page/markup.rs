//! Text as markup.

use crate::harmless::lines;

/// Text for between tags and for between double quotes. Characters that HTML does not allow are replaced.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' => out.push(c),
            c if c.is_control() => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    out
}

/// Text as somebody wrote it, on lines of its own, its direction its own affair.
pub(super) fn spoken(text: &str) -> String {
    lines(text).iter().map(|line| escaped(line)).collect::<Vec<_>>().join("\n")
}

/// The address of a file beside the page, relative to it, as an attribute; it cannot lead to another scheme or host.
pub(super) fn address(dir: &str, name: &str) -> String {
    let mut out = String::from("./");
    for byte in dir.bytes().chain([b'/']).chain(name.bytes()) {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup() {
        assert_eq!(escaped("<img src=x onerror='a'>&\""), "&lt;img src=x onerror=&#39;a&#39;&gt;&amp;&quot;");
        assert_eq!(escaped("a\0b"), "a\u{fffd}b");
        assert_eq!(spoken(" a\r\n\r\nb\u{2028}<c "), "a\nb\n&lt;c");
    }

    #[test]
    fn an_address_stays_beside_the_page() {
        assert_eq!(address("calls/x", "audio-1.mp3"), "./calls/x/audio-1.mp3");
        assert_eq!(address("javascript:alert(1)", "\"><b"), "./javascript%3Aalert%281%29/%22%3E%3Cb");
    }
}
