//! The classes of queries, from words of known rank.

use super::corpus::Corpus;

/// Queries of one kind.
pub struct Class {
    pub name: &'static str,
    pub queries: Vec<String>,
}

impl Class {
    pub fn all(corpus: &Corpus) -> Vec<Self> {
        let word = |rank: usize| corpus.words[rank].as_str();
        let common = |at: usize| word(at);
        let mid = |at: usize| word(400 + at * 25);
        let rare = |at: usize| word(40_000 + at * 300);
        let class = |name, queries: Vec<String>| Self { name, queries };
        vec![
            class("rare", (0..40).map(|at| rare(at).into()).collect()),
            class("mid", (0..40).map(|at| mid(at).into()).collect()),
            class("common", (0..10).map(|at| common(at).into()).collect()),
            class("and_mid", (0..30).map(|at| format!("{} {}", mid(at), mid(at + 7))).collect()),
            class("and_common", (0..10).map(|at| format!("{} {}", common(at), common(at + 1))).collect()),
            class("phrase", (0..10).map(|at| format!("\"{} {}\"", common(at), common(at + 1))).collect()),
            class("prefix3", (0..30).map(|at| format!("{}*", &mid(at)[..3])).collect()),
            class("prefix2", (0..10).map(|at| format!("{}*", &common(at)[..2])).collect()),
        ]
    }
}
