//! A short piece of a turn around what matched.

/// Turns up to this many characters are shown whole.
const WHOLE: usize = 200;
const LENGTH: usize = 160;
/// So much is shown before the first match.
const BEFORE: usize = 50;

/// Plain text around the first match, and the matches as characters of it. What is cut off is marked with an ellipsis.
pub(super) fn around(text: &str, matches: &[(u32, u32)]) -> (String, Vec<(u32, u32)>) {
    let characters: Vec<char> = text.chars().collect();
    if characters.len() <= WHOLE {
        return (text.to_owned(), matches.to_vec());
    }
    let first = matches.first().map_or(0, |found| found.0 as usize);
    let from = word_start(&characters, first.saturating_sub(BEFORE).min(characters.len() - LENGTH), first);
    let to = word_end(&characters, (from + LENGTH).min(characters.len()), first);
    let mut snippet = String::new();
    let lead = u32::from(from > 0);
    if from > 0 {
        snippet.push('…');
    }
    snippet.extend(&characters[from..to]);
    if to < characters.len() {
        snippet.push('…');
    }
    let inside = |&(start, end): &(u32, u32)| {
        let (start, end) = ((start as usize).max(from), (end as usize).min(to));
        (start < end).then(|| ((start - from) as u32 + lead, (end - from) as u32 + lead))
    };
    (snippet, matches.iter().filter_map(inside).collect())
}

/// The start of the first word from `at` on, but not beyond `limit`.
fn word_start(characters: &[char], at: usize, limit: usize) -> usize {
    if at == 0 {
        return 0;
    }
    let space = (at..limit.min(at + LENGTH / 4)).find(|&place| characters[place].is_whitespace());
    space.map_or(at, |place| place + 1)
}

/// The end of the last word before `at`, but not before `limit`.
fn word_end(characters: &[char], at: usize, limit: usize) -> usize {
    if at == characters.len() {
        return at;
    }
    let lowest = at.saturating_sub(LENGTH / 4).max(limit + 1);
    (lowest..at).rev().find(|&place| characters[place].is_whitespace()).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, start: u32, end: u32) -> (String, Vec<String>) {
        let (snippet, matches) = around(text, &[(start, end)]);
        let part = |(from, to): (u32, u32)| snippet.chars().skip(from as usize).take((to - from) as usize).collect();
        let parts = matches.into_iter().map(part).collect();
        (snippet, parts)
    }

    #[test]
    fn a_short_turn_is_shown_whole() {
        assert_eq!(around("a refund", &[(2, 8)]), ("a refund".into(), vec![(2, 8)]));
    }

    #[test]
    fn a_long_turn_is_cut_at_words_around_the_match() {
        let text = format!("{} needle {}", "before ".repeat(60), "after ".repeat(60));
        let at = text.find("needle").unwrap() as u32;
        let (snippet, parts) = cut(&text, at, at + 6);
        assert_eq!(parts, ["needle"], "the range is that of the match in the snippet");
        assert!(snippet.chars().count() <= LENGTH + 2, "{snippet}");
        assert!(snippet.starts_with("…before") && snippet.ends_with("after…"), "{snippet}");
    }

    #[test]
    fn a_match_longer_than_the_snippet_is_cut_with_it() {
        let text = "x".repeat(1_000);
        let (snippet, parts) = cut(&text, 300, 900);
        assert!(snippet.contains(&parts[0]) && !parts[0].is_empty());
        let (_, parts) = cut(&text, 999, 1_000);
        assert_eq!(parts, ["x"], "a match at the very end is inside");
    }
}
