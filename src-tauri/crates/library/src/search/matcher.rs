//! Reads a turn and tells which terms occur in it, and where. The index finds calls; this decides.

use model::Role;

use super::phone;
use super::query::{Query, Speaker, Term, What};
use super::words::{Gap, Words};

/// A query made ready to read turns.
#[derive(Debug)]
pub(crate) struct Matcher<'q> {
    terms: Vec<&'q Term>,
    /// For each required term of the query, a bit for each of its alternatives.
    required: Vec<u64>,
    /// A bit for each term that makes a turn a hit.
    positive: u64,
    words: Words,
    lowered: String,
}

/// What a turn is made of, as far as a query cares.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said<'t> {
    pub speaker: Option<&'t str>,
    pub role: Option<Role>,
    pub text: &'t str,
}

impl<'q> Matcher<'q> {
    pub fn new(query: &'q Query) -> Self {
        let mut terms = Vec::new();
        let mut required = Vec::new();
        for alternatives in &query.required {
            let mut bits = 0;
            for term in alternatives {
                bits |= 1_u64 << terms.len();
                terms.push(term);
            }
            required.push(bits);
        }
        let positive = required.iter().fold(0, |all, bits| all | bits);
        terms.extend(&query.excluded);
        Self { terms, required, positive, words: Words::default(), lowered: String::new() }
    }

    /// A bit for each term that occurs in the turn.
    pub fn read(&mut self, said: Said<'_>) -> u64 {
        if !self.may_occur(said.text) {
            return 0;
        }
        self.words.read(said.text);
        let words = &self.words;
        let occurs = |term: &Term| spoken_by(term.speaker.as_ref(), said) && !spans(&term.what, words, true).is_empty();
        let bits = self.terms.iter().enumerate().filter(|(_, term)| occurs(term));
        bits.fold(0, |all, (at, _)| all | 1 << at)
    }

    /// Whether a call in whose turns the terms of `bits` occur is one that the query asks for.
    pub fn wants(&self, bits: u64) -> bool {
        bits & !self.positive == 0 && self.required.iter().all(|alternatives| alternatives & bits != 0)
    }

    /// Whether a turn in which the terms of `bits` occur is a hit.
    pub fn is_hit(&self, bits: u64) -> bool {
        bits & self.positive != 0
    }

    /// The characters of a turn that match, in order, without overlap.
    pub fn matches(&mut self, said: Said<'_>) -> Vec<(u32, u32)> {
        self.words.read(said.text);
        let positive = self.terms.iter().enumerate().filter(|(at, _)| self.positive & (1 << at) != 0);
        let mut found: Vec<(u32, u32)> = positive
            .filter(|(_, term)| spoken_by(term.speaker.as_ref(), said))
            .flat_map(|(_, term)| spans(&term.what, &self.words, false))
            .map(|(first, last)| self.words.characters(first, last))
            .collect();
        found.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(found.len());
        for (start, end) in found {
            match merged.last_mut() {
                Some(last) if start < last.1 => last.1 = last.1.max(end),
                _ => merged.push((start, end)),
            }
        }
        merged
    }

    /// A quick look that rules out most turns: an ASCII text holds a term's words only as they are.
    fn may_occur(&mut self, text: &str) -> bool {
        if !text.is_ascii() {
            return true;
        }
        self.lowered.clear();
        self.lowered.push_str(text);
        self.lowered.make_ascii_lowercase();
        let lowered = self.lowered.as_str();
        self.terms.iter().any(|term| match &term.what {
            What::Words(words) => words.iter().all(|word| lowered.contains(word.text.as_str())),
            What::Phone(_) => lowered.bytes().any(|byte| byte.is_ascii_digit()),
        })
    }
}

/// Where a term occurs: first and last word of each place. Only the first place if `one` is enough.
fn spans(what: &What, words: &Words, one: bool) -> Vec<(usize, usize)> {
    let most = if one { 1 } else { usize::MAX };
    match what {
        What::Phone(digits) => phone::spoken(words)
            .into_iter()
            .filter(|spoken| phone::same(&spoken.digits, digits))
            .map(|spoken| (spoken.first, spoken.last))
            .take(most)
            .collect(),
        What::Words(wanted) => {
            let fits = |first: usize| {
                wanted.iter().enumerate().all(|(offset, wanted)| {
                    let at = first + offset;
                    let Some(word) = words.get(at) else { return false };
                    let is_word = word == wanted.text || (wanted.is_prefix && word.starts_with(&wanted.text));
                    is_word && (!wanted.glued || words.gap(at) == Gap::None)
                })
            };
            let firsts = (0..words.len()).filter(|&first| fits(first));
            firsts.map(|first| (first, first + wanted.len() - 1)).take(most).collect()
        }
    }
}

fn spoken_by(speaker: Option<&Speaker>, said: Said<'_>) -> bool {
    let Some(speaker) = speaker else { return true };
    if speaker.role.is_some() && speaker.role == said.role {
        return true;
    }
    let Some(label) = said.speaker else { return false };
    let label: Vec<String> = Words::of(label).iter().map(str::to_owned).collect();
    label.windows(speaker.words.len()).any(|words| words == speaker.words)
}
