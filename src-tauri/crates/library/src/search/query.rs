//! A search as typed, and what it asks for. Pure: no SQL beyond the full-text expression, no I/O.
//!
//! Grammar: terms side by side must all occur in a call; `a OR b` is one term with alternatives; `-term` must not occur;
//! `"a phrase"` lies within one turn; `prefix*`; `speaker:NAME` says who must have said the terms after it, up to the next
//! `speaker:`. A telephone number is one term even with spaces in it. Everything else is punctuation.

use model::Role;

use super::words::{Gap, Words, is_phone_separator};
use super::{lexer, phone};

/// A search as typed, ready to run. Making one never fails.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// Each of these must occur: one of its alternatives.
    pub(crate) required: Vec<Vec<Term>>,
    /// None of these may occur.
    pub(crate) excluded: Vec<Term>,
    note: Option<String>,
}

/// Something that occurs in a turn or does not.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Term {
    pub what: What,
    pub speaker: Option<Speaker>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum What {
    /// Words one after the other.
    Words(Vec<QueryWord>),
    /// The digits of a telephone number.
    Phone(String),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct QueryWord {
    pub text: String,
    /// It follows the word before without anything between.
    pub glued: bool,
    /// Any word that begins like it will do. Only ever the last word.
    pub is_prefix: bool,
}

/// Who must have said a term: by role, or by words of the speaker's label.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Speaker {
    pub role: Option<Role>,
    pub words: Vec<String>,
}

/// More terms than this are not looked for; a bit per term is kept while reading a call.
pub(crate) const MOST_TERMS: usize = 64;
const LONGEST: usize = 2_000;

impl Query {
    /// Reads a search as typed. What cannot be parsed is read as plain words; [`Query::note`] then says why.
    pub fn parse(text: &str) -> Self {
        let cut: String = text.chars().take(LONGEST).collect();
        let mut query = lexer::parse(&cut).unwrap_or_else(|problem| {
            let note = format!("{problem}, so this was searched as plain words");
            Self { required: lexer::plain(&cut), excluded: Vec::new(), note: Some(note) }
        });
        if query.required.is_empty() {
            query.note = Some("there is no word to search for".into());
        }
        if cut.len() < text.len() || query.terms().count() + query.excluded.len() > MOST_TERMS {
            query.limit_terms();
            query.note = Some(format!("the search is long; only its first {MOST_TERMS} words were looked for"));
        }
        query
    }

    /// Why the search was read as plain words, if it was.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The terms that make a turn a hit.
    pub(crate) fn terms(&self) -> impl Iterator<Item = &Term> {
        self.required.iter().flatten()
    }

    /// The full-text expression. It finds every call that matches, and perhaps some more where a term says more than the
    /// index knows; reading the turns decides. `None` if nothing can match.
    pub(crate) fn expression(&self) -> Option<String> {
        let any = |terms: &[Term]| terms.iter().map(Term::expression).collect::<Vec<_>>().join(" OR ");
        let required: Vec<String> = self.required.iter().map(|terms| format!("({})", any(terms))).collect();
        if required.is_empty() {
            return None;
        }
        let excluded = self.excluded.iter().filter(|term| term.is_exact());
        let excluded: String = excluded.map(|term| format!(" NOT {}", term.expression())).collect();
        Some(format!("({}){excluded}", required.join(" AND ")))
    }

    pub(super) fn new(required: Vec<Vec<Term>>, excluded: Vec<Term>) -> Self {
        Self { required, excluded, note: None }
    }

    fn limit_terms(&mut self) {
        self.excluded.truncate(MOST_TERMS / 4);
        let mut room = MOST_TERMS - self.excluded.len();
        for alternatives in &mut self.required {
            alternatives.truncate(room);
            room -= alternatives.len();
        }
        self.required.retain(|alternatives| !alternatives.is_empty());
    }
}

impl Term {
    /// The term that a piece of text asks for, if there is a word in it.
    pub fn of(text: &str, is_prefix: bool, speaker: Option<&Speaker>) -> Option<Self> {
        let words = Words::of(text);
        let what = match phone_number(text).filter(|_| !is_prefix) {
            Some(digits) => What::Phone(digits),
            None => What::Words(query_words(&words, is_prefix)?),
        };
        Some(Self { what, speaker: speaker.cloned() })
    }

    /// Whether the full-text index alone tells if the term occurs.
    fn is_exact(&self) -> bool {
        let glued = |words: &[QueryWord]| words.iter().any(|word| word.glued);
        self.speaker.is_none() && matches!(&self.what, What::Words(words) if !glued(words))
    }

    fn expression(&self) -> String {
        match &self.what {
            What::Words(words) => {
                let text: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
                let star = if words.last().is_some_and(|word| word.is_prefix) { " *" } else { "" };
                format!("\"{}\"{star}", text.join(" "))
            }
            What::Phone(digits) => {
                let forms = phone::forms(digits).map(|form| format!("\"{}{form}\"", super::said::PHONE));
                format!("({})", forms.collect::<Vec<_>>().join(" OR "))
            }
        }
    }
}

impl Speaker {
    /// Who a label names; `None` for a label without a word.
    pub fn of(label: &str) -> Option<Self> {
        let words: Vec<String> = Words::of(label).iter().map(str::to_owned).collect();
        (!words.is_empty()).then(|| Self { role: Role::of_label(label), words })
    }
}

fn query_words(words: &Words, is_prefix: bool) -> Option<Vec<QueryWord>> {
    let last = words.len().checked_sub(1)?;
    let word = |(at, text): (usize, &str)| QueryWord {
        text: text.to_owned(),
        glued: at > 0 && words.gap(at) == Gap::None,
        is_prefix: is_prefix && at == last,
    };
    Some(words.iter().enumerate().map(word).collect())
}

/// The digits of a text that is a telephone number and nothing else.
fn phone_number(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
    let words = Words::of(text);
    let digits: String = words.iter().collect();
    let only = text.chars().all(|c| c.is_numeric() || is_phone_separator(c));
    let joined = (1..words.len()).all(|at| words.gap(at) == Gap::Phone);
    (only && joined && phone::is_digits(&digits) && phone::is_number(&digits)).then_some(digits)
}

#[cfg(test)]
mod tests;
