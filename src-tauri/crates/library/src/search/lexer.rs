//! From the characters of a search to its terms.

use super::phone;
use super::query::{Query, Speaker, Term};
use super::words::{Words, is_phone_separator};

/// Why a search makes no sense as written.
pub(super) type Problem = &'static str;

/// Reads a search with all its signs.
pub(super) fn parse(text: &str) -> Result<Query, Problem> {
    let mut rest = text.trim_start();
    let mut required: Vec<Vec<Term>> = Vec::new();
    let mut excluded = Vec::new();
    let mut speaker = None;
    let mut speaker_waits = false;
    // Whether an OR waits for its right side.
    let mut or_waits = false;
    let mut or_may_follow = false;
    while !rest.is_empty() {
        let (piece, after) = next_piece(rest)?;
        rest = after.trim_start();
        match piece {
            Piece::Or if or_may_follow && !or_waits => or_waits = true,
            Piece::Or => return Err("OR stands between two words"),
            Piece::Speaker(label) => {
                if or_waits || speaker_waits {
                    return Err("a word belongs after speaker:");
                }
                speaker = Some(Speaker::of(label).ok_or("a name belongs after speaker:")?);
                (speaker_waits, or_may_follow) = (true, false);
            }
            Piece::Term { text, is_prefix, is_excluded } => {
                let Some(term) = Term::of(text, is_prefix, speaker.as_ref()) else { continue };
                speaker_waits = false;
                match (is_excluded, or_waits) {
                    (true, true) => return Err("what is left out cannot be an alternative"),
                    (true, false) => excluded.push(term),
                    (false, true) => required.last_mut().ok_or("OR stands between two words")?.push(term),
                    (false, false) => required.push(vec![term]),
                }
                (or_waits, or_may_follow) = (false, !is_excluded);
            }
        }
    }
    if or_waits {
        return Err("OR stands between two words");
    }
    if speaker_waits {
        return Err("a word belongs after speaker:");
    }
    if required.is_empty() && !excluded.is_empty() {
        return Err("there is only what to leave out");
    }
    Ok(Query::new(required, excluded))
}

/// Reads a search as nothing but words and telephone numbers.
pub(super) fn plain(text: &str) -> Vec<Vec<Term>> {
    let mut rest = text.trim_start();
    let mut terms = Vec::new();
    while !rest.is_empty() {
        let length = phone_length(rest).unwrap_or_else(|| word_length(rest));
        let (piece, after) = rest.split_at(length);
        terms.extend(Term::of(piece, false, None).map(|term| vec![term]));
        rest = after.trim_start();
    }
    terms
}

enum Piece<'t> {
    Or,
    Speaker(&'t str),
    Term { text: &'t str, is_prefix: bool, is_excluded: bool },
}

/// The first piece of a text that does not begin with a space, and what follows it.
fn next_piece(text: &str) -> Result<(Piece<'_>, &str), Problem> {
    if let Some(after) = strip_ignoring_case(text, "speaker:") {
        let (label, after) = match quoted(after)? {
            Some(quoted) => quoted,
            None => after.split_at(word_length(after)),
        };
        return Ok((Piece::Speaker(label), after));
    }
    let (is_excluded, text) = match text.strip_prefix('-') {
        Some(after) if after.starts_with(|c: char| !c.is_whitespace()) => (true, after),
        _ => (false, text),
    };
    if is_excluded && strip_ignoring_case(text, "speaker:").is_some() {
        return Err("speaker: cannot be left out by itself");
    }
    if let Some((phrase, after)) = quoted(text)? {
        return Ok((Piece::Term { text: phrase, is_prefix: false, is_excluded }, after));
    }
    let length = phone_length(text).unwrap_or_else(|| word_length(text));
    let (word, after) = text.split_at(length);
    if word == "OR" && !is_excluded {
        return Ok((Piece::Or, after));
    }
    Ok((Piece::Term { text: word, is_prefix: word.ends_with('*'), is_excluded }, after))
}

/// What stands between quotation marks at the beginning, and what follows.
fn quoted(text: &str) -> Result<Option<(&str, &str)>, Problem> {
    let Some(inner) = text.strip_prefix(is_quote) else { return Ok(None) };
    let (end, mark) = inner.char_indices().find(|(_, c)| is_quote(*c)).ok_or("a quotation mark is not closed")?;
    Ok(Some((&inner[..end], &inner[end + mark.len_utf8()..])))
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201C}' | '\u{201D}' | '\u{201E}')
}

fn word_length(text: &str) -> usize {
    text.find(char::is_whitespace).unwrap_or(text.len())
}

fn strip_ignoring_case<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// How many bytes of a telephone number with spaces in it the text begins with. Digits side by side with nothing but a
/// space between are a number only if their groups look like one: three groups or more and the last of four digits, or a
/// group of three and one of four.
fn phone_length(text: &str) -> Option<usize> {
    let run = text.find(|c: char| !c.is_ascii_digit() && !is_phone_separator(c)).unwrap_or(text.len());
    let ends_with_word =
        !text[..run].ends_with(char::is_whitespace) && text[run..].starts_with(|c: char| !c.is_whitespace());
    let mut run = text[..run].trim_end();
    if ends_with_word {
        // The last group belongs to a word, such as `2nd`, or carries a sign.
        run = run.rsplit_once(' ')?.0.trim_end();
    }
    // The longest beginning that is a number: what follows may be another word that happens to be digits.
    loop {
        if looks_like_phone(run) {
            return Some(run.len());
        }
        run = run.rsplit_once(' ')?.0.trim_end();
    }
}

fn looks_like_phone(run: &str) -> bool {
    let words = Words::of(run);
    let groups: Vec<usize> = words.iter().map(str::len).collect();
    let digits: String = words.iter().collect();
    let shape = match groups.as_slice() {
        [3, 4] => true,
        [_, _, .., 4] => true,
        _ => run.contains(['(', '+']),
    };
    run.contains(' ') && phone::is_number(&digits) && shape && run.split(' ').all(|part| !part.starts_with('-'))
}
