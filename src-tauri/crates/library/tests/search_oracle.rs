//! Random libraries and random searches against a naive reading of every turn.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use library::{Filter, Query, SearchSort};
use model::{CallRecord, Cancel, fold};
use proptest::prelude::*;

/// One term of a search and how it is written.
#[derive(Clone, Debug)]
enum Term {
    Word(String),
    Prefix(String),
    Phrase(Vec<String>),
    Said { agent: bool, word: String },
}

#[derive(Clone, Debug)]
struct Search {
    required: Vec<Vec<Term>>,
    excluded: Vec<Term>,
}

const WORDS: [&str; 10] = ["late", "later", "Late", "refund", "REFUNDS", "don’t", "é", "a", "号", "号码"];

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(&WORDS[..]).prop_map(str::to_owned)
}

fn term() -> impl Strategy<Value = Term> {
    prop_oneof![
        4 => word().prop_map(Term::Word),
        1 => prop::sample::select(&["la", "ref", "l", "d"][..]).prop_map(|prefix| Term::Prefix(prefix.into())),
        2 => prop::collection::vec(word(), 1..3).prop_map(Term::Phrase),
        1 => (any::<bool>(), word()).prop_map(|(agent, word)| Term::Said { agent, word }),
    ]
}

fn plain_term() -> impl Strategy<Value = Term> {
    term().prop_filter("a speaker holds for the terms after it", |term| !matches!(term, Term::Said { .. }))
}

/// Terms of a speaker come last, since they also hold for what follows.
fn search() -> impl Strategy<Value = Search> {
    let required = prop::collection::vec(prop::collection::vec(plain_term(), 1..3), 1..3);
    let said = (any::<bool>(), prop::option::of(word()));
    (required, prop::collection::vec(plain_term(), 0..2), said).prop_map(|(mut required, excluded, (agent, word))| {
        required.extend(word.map(|word| vec![Term::Said { agent, word }]));
        Search { required, excluded }
    })
}

fn turn() -> impl Strategy<Value = String> {
    let separator = prop::sample::select(&[" ", ", ", " - ", "\n"][..]);
    prop::collection::vec((word(), separator), 0..6)
        .prop_map(|words| words.into_iter().map(|(word, gap)| word + gap).collect())
}

fn written(search: &Search) -> String {
    let one = |term: &Term| match term {
        Term::Word(word) => word.clone(),
        Term::Prefix(prefix) => format!("{prefix}*"),
        Term::Phrase(words) => format!("\"{}\"", words.join(" ")),
        Term::Said { agent, word } => format!("speaker:{} {word}", if *agent { "agent" } else { "customer" }),
    };
    let excluded = search.excluded.iter().map(|term| format!("-{}", one(term)));
    let required = search.required.iter().map(|terms| terms.iter().map(one).collect::<Vec<_>>().join(" OR "));
    excluded.chain(required).collect::<Vec<_>>().join(" ")
}

/// The words of a turn, by another way than the library's: a word is what a space, a sign or an ideograph ends. The flag
/// says that a word follows the one before without anything between.
fn words(text: &str) -> Vec<(String, bool)> {
    let mut words: Vec<(String, bool)> = Vec::new();
    let mut previous = ' ';
    for c in fold(text).chars() {
        let is_word = c.is_alphanumeric();
        let joins = previous.is_alphanumeric();
        match words.last_mut() {
            Some((word, _)) if is_word && joins && c.is_ascii() && previous.is_ascii() => word.push(c),
            _ if is_word => words.push((c.to_string(), joins)),
            _ => {}
        }
        previous = c;
    }
    words
}

fn occurs(term: &Term, text: &str, is_agent: bool) -> bool {
    let said = words(text);
    let run = |wanted: &str| {
        let wanted = words(wanted);
        said.windows(wanted.len()).any(|place| {
            place
                .iter()
                .zip(&wanted)
                .enumerate()
                .all(|(at, (said, wanted))| said.0 == wanted.0 && (at == 0 || !wanted.1 || said.1))
        })
    };
    match term {
        Term::Word(word) => run(word),
        Term::Prefix(prefix) => said.iter().any(|(word, _)| word.starts_with(prefix)),
        Term::Phrase(words) => run(&words.join(" ")),
        Term::Said { agent, word } => *agent == is_agent && run(word),
    }
}

/// Agent and customer speak in turn.
fn is_agent(turn: u32) -> bool {
    turn.is_multiple_of(2)
}

fn naive(calls: &[Vec<String>], search: &Search) -> Vec<(usize, u32)> {
    let mut hits = Vec::new();
    for (at, turns) in calls.iter().enumerate().rev() {
        let anywhere = |term: &Term| (0..).zip(turns).any(|(turn, text)| occurs(term, text, is_agent(turn)));
        let wanted =
            search.required.iter().all(|terms| terms.iter().any(anywhere)) && !search.excluded.iter().any(anywhere);
        let is_hit =
            |turn: u32, text: &str| search.required.iter().flatten().any(|term| occurs(term, text, is_agent(turn)));
        if wanted {
            hits.extend((0..).zip(turns).filter(|(turn, text)| is_hit(*turn, text)).map(|(turn, _)| (at, turn)));
        }
    }
    hits
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn search_finds_what_reading_every_turn_finds(
        calls in prop::collection::vec(prop::collection::vec(turn(), 0..5), 1..12),
        searches in prop::collection::vec(search(), 1..12),
        again in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let record = |(at, turns): (usize, &Vec<String>)| {
            saying(&at.to_string(), NOON + at as i64 * 1_000, &turns.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let mut records: Vec<CallRecord> = calls.iter().enumerate().map(record).collect();
        records.rotate_left(calls.len() / 2);
        let lib = Lib::with(records.clone());
        lib.put(again.iter().map(|index| index.get(&records).clone()).collect());
        let reader = lib.reader();
        for search in &searches {
            let text = written(search);
            let query = Query::parse(&text);
            prop_assert_eq!(query.note(), None, "{}", text);
            let page = reader.search(&query, &Filter::default(), SearchSort::Newest, None, 1_000).unwrap();
            let hits: Vec<(usize, u32)> = page.hits.iter().map(|hit| (hit.call.remote_id.parse().unwrap(), hit.turn)).collect();
            let expected = naive(&calls, search);
            prop_assert_eq!(&hits, &expected, "{} in {:?}", text, calls);
            prop_assert!(page.hits.iter().all(|hit| !hit.matches.is_empty()), "every hit marks something: {}", text);
            let count = reader.search_count(&query, &Filter::default(), &Cancel::new()).unwrap();
            prop_assert_eq!(count.turns, expected.len() as u64);
        }
    }
}
