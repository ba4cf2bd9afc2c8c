use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Text as search compares it: case, accents and typographic apostrophes do not matter.
pub fn fold(text: &str) -> String {
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).map(plain_apostrophe).collect()
}

/// The digits of a telephone number, so that differently written numbers compare equal.
pub fn digits_of(number: &str) -> String {
    number.chars().filter_map(|c| c.to_digit(10)).filter_map(|d| char::from_digit(d, 10)).collect()
}

fn plain_apostrophe(c: char) -> char {
    match c {
        '\u{2019}' | '\u{2018}' | '\u{02BC}' | '\u{FF07}' | '`' | '\u{00B4}' => '\'',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_apostrophes_do_not_matter() {
        assert_eq!(fold("DON’T Résumé"), fold("don't resume"));
        assert_eq!(fold("Ｆｕｌｌ"), "full", "full-width letters are letters");
    }

    #[test]
    fn numbers_compare_by_their_digits() {
        assert_eq!(digits_of("+1 (512) 555-0143"), "15125550143");
    }
}
