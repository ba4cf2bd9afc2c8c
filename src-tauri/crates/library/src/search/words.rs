//! How what is said is split into words, for the index and for highlighting alike.
//!
//! A word is a run of letters and digits, folded as [`model::fold`] folds. In scripts written without spaces every character
//! is a word of its own; a query's run of them is looked for as a run, so that any substring is found. Groups of digits keep
//! what lies between them in mind, so that telephone numbers can be put together.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The words of a text. The buffers are reused from text to text.
#[derive(Debug, Default)]
pub(crate) struct Words {
    folded: String,
    spans: Vec<Span>,
}

/// A word: bytes of the folded text, and characters (Unicode scalar values) of the original text.
#[derive(Clone, Copy, Debug)]
struct Span {
    from: usize,
    to: usize,
    start: u32,
    end: u32,
    gap: Gap,
}

/// What lies between a word and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    /// Nothing.
    None,
    /// Only what is written between the groups of a telephone number.
    Phone,
    /// Anything else, or there is no word before.
    Other,
}

/// At most so many characters lie between two groups of a telephone number, as in `) - `.
const WIDEST_PHONE_GAP: u32 = 4;

impl Words {
    pub fn of(text: &str) -> Self {
        let mut words = Self::default();
        words.read(text);
        words
    }

    /// Replaces what was read before by the words of `text`.
    pub fn read(&mut self, text: &str) {
        self.folded.clear();
        self.spans.clear();
        if text.is_ascii() {
            self.read_ascii(text);
        } else {
            self.read_any(text);
        }
    }

    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// The folded word at `index`.
    pub fn get(&self, index: usize) -> Option<&str> {
        self.spans.get(index).map(|span| &self.folded[span.from..span.to])
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.spans.iter().map(|span| &self.folded[span.from..span.to])
    }

    /// What lies before the word at `index`.
    pub fn gap(&self, index: usize) -> Gap {
        self.spans.get(index).map_or(Gap::Other, |span| span.gap)
    }

    /// The characters of the original text from the word `first` to the word `last`, both included.
    pub fn characters(&self, first: usize, last: usize) -> (u32, u32) {
        (self.spans[first].start, self.spans[last].end)
    }

    fn read_ascii(&mut self, text: &str) {
        let mut gap = GapReader::default();
        let mut open: Option<usize> = None;
        self.folded.push_str(text);
        self.folded.make_ascii_lowercase();
        for (at, byte) in text.bytes().enumerate() {
            if byte.is_ascii_alphanumeric() {
                if open.is_none() {
                    open = Some(at);
                }
                continue;
            }
            if let Some(from) = open.take() {
                self.spans.push(Span { from, to: at, start: from as u32, end: at as u32, gap: gap.close() });
            }
            gap.add(char::from(byte));
        }
        if let Some(from) = open {
            let to = text.len();
            self.spans.push(Span { from, to, start: from as u32, end: to as u32, gap: gap.close() });
        }
    }

    fn read_any(&mut self, text: &str) {
        let mut gap = GapReader::default();
        let mut is_open = false;
        for (at, original) in (0_u32..).zip(text.chars()) {
            if is_combining_mark(original) {
                // It belongs to the letter before it.
                if let Some(span) = self.spans.last_mut().filter(|span| span.end == at) {
                    span.end = at + 1;
                    continue;
                }
            }
            for c in std::iter::once(original).nfkd().filter(|&c| !is_combining_mark(c)).flat_map(char::to_lowercase) {
                if is_combining_mark(c) {
                    continue;
                }
                if !c.is_alphanumeric() {
                    is_open = false;
                    gap.add(c);
                    continue;
                }
                let alone = stands_alone(c);
                let from = self.folded.len();
                self.folded.push(c);
                let to = self.folded.len();
                match self.spans.last_mut() {
                    Some(span) if is_open && !alone => (span.to, span.end) = (to, at + 1),
                    _ => self.spans.push(Span { from, to, start: at, end: at + 1, gap: gap.close() }),
                }
                is_open = !alone;
            }
        }
    }
}

/// Collects what lies between two words.
#[derive(Debug)]
struct GapReader {
    length: u32,
    is_phone: bool,
}

impl Default for GapReader {
    /// Before the first word.
    fn default() -> Self {
        Self { length: 1, is_phone: false }
    }
}

impl GapReader {
    fn add(&mut self, c: char) {
        self.length += 1;
        self.is_phone &= is_phone_separator(c) && self.length <= WIDEST_PHONE_GAP;
    }

    fn close(&mut self) -> Gap {
        let gap = match (self.length, self.is_phone) {
            (0, _) => Gap::None,
            (_, true) => Gap::Phone,
            (_, false) => Gap::Other,
        };
        *self = Self { length: 0, is_phone: true };
        gap
    }
}

/// What may stand between the groups of a telephone number.
pub(crate) fn is_phone_separator(c: char) -> bool {
    matches!(c, ' ' | '(' | ')' | '-' | '.' | '/' | '+' | '\u{a0}' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// A character of a script that is written without spaces between words.
fn stands_alone(c: char) -> bool {
    matches!(c,
        '\u{0E00}'..='\u{0EFF}' // Thai, Lao
        | '\u{1000}'..='\u{109F}' // Burmese
        | '\u{1100}'..='\u{11FF}' | '\u{A960}'..='\u{A97F}' | '\u{AC00}'..='\u{D7FF}' // Hangul
        | '\u{1780}'..='\u{17FF}' // Khmer
        | '\u{2E80}'..='\u{2FDF}' | '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}' // Han
        | '\u{3040}'..='\u{318F}' | '\u{31A0}'..='\u{31FF}' // Kana, Bopomofo
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        Words::of(text).iter().map(str::to_owned).collect()
    }

    #[test]
    fn words_are_runs_of_letters_and_digits_folded() {
        assert_eq!(words("Don’t CALL Résumé, 2nd e-mail!"), ["don", "t", "call", "resume", "2nd", "e", "mail"]);
        assert_eq!(words("DON'T"), ["don", "t"], "the plain apostrophe splits as the typographic one does");
        assert_eq!(words("Re\u{301}sume\u{301} now"), ["resume", "now"], "accents may come as marks of their own");
    }

    #[test]
    fn plain_and_general_reading_agree() {
        for text in ["", " ", "Call 512-555-0143 (x2)", "a", "A b", "tab\tand\nline", "it's"] {
            let (mut plain, mut general) = (Words::default(), Words::default());
            plain.read_ascii(text);
            general.read_any(text);
            let all = |words: &Words| -> Vec<(String, (u32, u32), Gap)> {
                let word = |at| (words.get(at).unwrap().to_owned(), words.characters(at, at), words.gap(at));
                (0..words.len()).map(word).collect()
            };
            assert_eq!(all(&plain), all(&general), "{text:?}");
        }
    }

    #[test]
    fn scripts_without_spaces_give_a_word_per_character() {
        assert_eq!(words("iPhone手机，注文"), ["iphone", "手", "机", "注", "文"]);
        let words = Words::of("手机，注文");
        let gaps: Vec<Gap> = (0..4).map(|at| words.gap(at)).collect();
        assert_eq!(gaps, [Gap::Other, Gap::None, Gap::Other, Gap::None], "what is not a run is no run");
    }

    #[test]
    fn ranges_are_characters_of_the_original() {
        let words = Words::of("é ﬁn Ｅnd");
        assert_eq!(words.get(1), Some("fin"), "a ligature is two letters");
        assert_eq!(words.characters(1, 1), (2, 4), "but one character of the text");
        assert_eq!(words.characters(2, 2), (5, 8));
    }
}
