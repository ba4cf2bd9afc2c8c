//! Telephone numbers in what is said, whatever their punctuation.
//!
//! `512-555-0143`, `(512) 555 0143`, `+1 512 555 0143` and `5125550143` find one another. Neighbouring groups of digits are
//! put together in every way that gives 7 to 15 digits. Two numbers are the same if one ends with the other and both have 10
//! digits or more (the country code is optional), or if they are equal.

use super::words::{Gap, Words};

const FEWEST: usize = 7;
const MOST: usize = 15;
const NATIONAL: usize = 10;

/// Digits that may be a telephone number, from the word `first` to the word `last`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spoken {
    pub digits: String,
    pub first: usize,
    pub last: usize,
}

pub(crate) fn is_number(digits: &str) -> bool {
    (FEWEST..=MOST).contains(&digits.len())
}

/// Every way to put neighbouring groups of digits together.
pub(crate) fn spoken(words: &Words) -> Vec<Spoken> {
    let mut found = Vec::new();
    for first in 0..words.len() {
        let mut digits = String::new();
        for last in first..words.len() {
            let Some(group) = words.get(last).filter(|word| is_digits(word)) else { break };
            let joins = last == first || words.gap(last) == Gap::Phone;
            if !joins || digits.len() + group.len() > MOST {
                break;
            }
            digits.push_str(group);
            if is_number(&digits) {
                found.push(Spoken { digits: digits.clone(), first, last });
            }
        }
    }
    found
}

/// The forms under which a number is indexed and looked up: all its digits and, with a country code, without it.
pub(crate) fn forms(digits: &str) -> impl Iterator<Item = &str> {
    let national = (digits.len() > NATIONAL).then(|| &digits[digits.len() - NATIONAL..]);
    std::iter::once(digits).chain(national)
}

pub(crate) fn same(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    short == long || (short.len() >= NATIONAL && long.ends_with(short))
}

pub(crate) fn is_digits(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<String> {
        spoken(&Words::of(text)).into_iter().map(|spoken| spoken.digits).collect()
    }

    #[test]
    fn groups_are_put_together_whatever_lies_between() {
        for text in ["512-555-0143", "(512) 555 0143", "512.555.0143", "512 / 555-0143", "5125550143"] {
            assert!(numbers(text).contains(&"5125550143".to_owned()), "{text}");
        }
        assert!(numbers("call 5 1 2, 555 0143").iter().all(|digits| digits == "5550143"), "a comma ends a number");
        assert!(numbers("room 12 at 10:30").is_empty());
    }

    #[test]
    fn the_country_code_is_optional() {
        assert!(same("15125550143", "5125550143"));
        assert!(!same("445125550143", "15125550143"), "but two codes must agree");
        assert!(!same("5550143", "5125550143"), "and a local number is not enough");
    }
}
