//! What a page of changes means for what the library knows: a pure function.

use std::collections::{HashMap, HashSet};

use library::Known;
use model::{CallRecord, RejectedItem};
use sha2::{Digest, Sha256};
use source::Change;

/// One thing to do in the library.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Write a call.
    Put {
        /// The call as it is now.
        record: Box<CallRecord>,
        /// The record's digest, to know it again when nothing has changed.
        digest: [u8; 32],
        /// Whether the library knew it.
        kind: PutKind,
    },
    /// Mark a call as no longer at its source.
    Vanish {
        /// The call's name at its source.
        remote_id: String,
    },
    /// Only count.
    Unchanged(u64),
    /// Only report.
    Reject(RejectedItem),
}

/// Whether a call that is written was known before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutKind {
    /// It was not.
    Added,
    /// It was, and it says something else now, or it had vanished and is back.
    Updated,
}

/// Decides what to do with each change. Of several records of one call in a page the last one counts; a call that says
/// what it said before is not touched; what the library does not know cannot vanish.
pub fn plan(changes: Vec<Change>, known: &HashMap<String, Known>) -> Vec<Action> {
    let superseded = superseded(&changes);
    let mut actions = Vec::with_capacity(changes.len());
    for (index, change) in changes.into_iter().enumerate() {
        let action = match change {
            Change::Call(_) if superseded.contains(&index) => Action::Unchanged(1),
            Change::Call(record) => put(record, known),
            Change::Same { .. } => Action::Unchanged(1),
            Change::Unchanged(count) => Action::Unchanged(count),
            Change::Rejected(item) => Action::Reject(item),
            Change::Gone { remote_id } => match known.get(&remote_id) {
                Some(call) if !call.vanished => Action::Vanish { remote_id },
                _ => Action::Unchanged(0),
            },
        };
        if action != Action::Unchanged(0) {
            actions.push(action);
        }
    }
    actions
}

fn put(record: Box<CallRecord>, known: &HashMap<String, Known>) -> Action {
    let digest = digest(&record);
    match known.get(&record.remote_id) {
        None => Action::Put { record, digest, kind: PutKind::Added },
        Some(call) if call.digest != digest || call.vanished => Action::Put { record, digest, kind: PutKind::Updated },
        Some(_) => Action::Unchanged(1),
    }
}

/// The positions of records that a later record of the same call replaces.
fn superseded(changes: &[Change]) -> HashSet<usize> {
    let mut last: HashMap<&str, usize> = HashMap::new();
    let mut superseded = HashSet::new();
    for (index, change) in changes.iter().enumerate() {
        if let Change::Call(record) = change
            && let Some(earlier) = last.insert(&record.remote_id, index)
        {
            superseded.insert(earlier);
        }
    }
    superseded
}

/// SHA-256 of the record as JSON. Every field takes part, in a fixed order; metadata in the order it came.
fn digest(record: &CallRecord) -> [u8; 32] {
    let json = serde_json::to_vec(record).expect("a record has string keys and finite depth");
    Sha256::digest(&json).into()
}

#[cfg(test)]
mod tests {
    use model::{Call, CallId};

    use super::*;

    #[test]
    fn a_new_call_is_added_and_the_same_call_is_not_touched_again() {
        let first = plan(vec![call("a", "Hello")], &HashMap::new());
        let digest = digest_of(&first[0]);
        let known = HashMap::from([("a".to_owned(), known(digest, false))]);
        assert!(matches!(first[0], Action::Put { kind: PutKind::Added, .. }));
        assert_eq!(plan(vec![call("a", "Hello")], &known), [Action::Unchanged(1)]);
        assert!(matches!(plan(vec![call("a", "Bye")], &known)[0], Action::Put { kind: PutKind::Updated, .. }));
    }

    #[test]
    fn a_call_that_had_vanished_comes_back_even_if_it_says_the_same() {
        let digest = digest_of(&plan(vec![call("a", "Hello")], &HashMap::new())[0]);
        let known = HashMap::from([("a".to_owned(), known(digest, true))]);
        assert!(matches!(plan(vec![call("a", "Hello")], &known)[0], Action::Put { kind: PutKind::Updated, .. }));
    }

    #[test]
    fn only_what_is_known_can_vanish_and_only_once() {
        let gone = || vec![Change::Gone { remote_id: "a".into() }];
        assert_eq!(plan(gone(), &HashMap::new()), []);
        let here = HashMap::from([("a".to_owned(), known([0; 32], false))]);
        assert_eq!(plan(gone(), &here), [Action::Vanish { remote_id: "a".into() }]);
        let vanished = HashMap::from([("a".to_owned(), known([0; 32], true))]);
        assert_eq!(plan(gone(), &vanished), [], "a call that is marked already is not touched");
    }

    #[test]
    fn of_two_records_of_one_call_the_last_counts() {
        let actions = plan(vec![call("a", "old"), call("b", "other"), call("a", "new")], &HashMap::new());
        let titles: Vec<_> = actions
            .iter()
            .filter_map(|action| match action {
                Action::Put { record, .. } => record.call.title.clone(),
                _ => None,
            })
            .collect();
        assert_eq!(titles, ["other", "new"]);
        assert!(actions.contains(&Action::Unchanged(1)), "every change is accounted for");
    }

    fn call(remote_id: &str, title: &str) -> Change {
        Change::Call(Box::new(CallRecord {
            remote_id: remote_id.into(),
            call: Call { title: Some(title.into()), ..Call::default() },
            ..CallRecord::default()
        }))
    }

    fn known(digest: [u8; 32], vanished: bool) -> Known {
        let id: CallId = "7d9f1b9e-6a33-5a3f-9a0b-1f2f3c4d5e6f".parse().unwrap();
        Known { id, digest, vanished, revision: None }
    }

    fn digest_of(action: &Action) -> [u8; 32] {
        match action {
            Action::Put { digest, .. } => *digest,
            other => panic!("expected a put, got {other:?}"),
        }
    }
}
