//! A project itself.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use model::{Door, Outcome};
use testkit::sandbox::supabase::{ANON_KEY, PAIR, SECRET, Supabase};
use testkit::sandbox::{Dialect, Server, SharedTruth, Truth};
use turnstone_source::secret::Secret;
use turnstone_source::{Kind, SourceError};

use super::reader::{LATER, Reader};

const BOTH: [Dialect; 2] = [Dialect::Documented, Dialect::Observed];

struct Stage {
    truth: SharedTruth,
    site: Arc<Supabase>,
    server: Server,
}

impl Stage {
    fn new(calls: usize, dialect: Dialect) -> Self {
        let truth = SharedTruth::from(Truth::small(calls));
        let site = Arc::new(Supabase::new(truth.clone(), dialect));
        Self { truth, server: Server::start(site.clone()), site }
    }

    fn reader(&self, secret: &str, set: &[(&str, &str)]) -> Reader {
        let set: Vec<(&str, &str)> = [("anon_key", ANON_KEY)].into_iter().chain(set.iter().copied()).collect();
        Reader::new(Kind::Supabase, self.server.origin(), secret, &set, || LATER)
    }
}

fn assert_is_truth(reader: &Reader, truth: &Truth, dialect: Dialect) {
    assert_eq!(reader.calls.len(), truth.calls.len());
    for call in &truth.calls {
        let told = &reader.calls[&call.id];
        assert_eq!(told.call.started_at.as_ref().map(|at| at.utc_ms), Some(call.started_ms));
        assert_eq!(told.call.ended_at.as_ref().map(|at| at.utc_ms), Some(call.ended_ms()));
        assert_eq!(told.call.to.as_ref().and_then(|to| to.number.clone()), Some(call.customer.clone()));
        assert_eq!(told.recordings.len(), 1);
        assert_eq!(told.recordings[0].claimed.bytes, Some(call.audio.len() as u64));
        let turns = &told.transcript.as_ref().expect("a transcript").turns;
        let said: Vec<(&str, Option<i64>)> = turns.iter().map(|turn| (turn.text.as_str(), turn.start_ms)).collect();
        let whole = |ms: i64| if dialect == Dialect::Documented { ms / 1_000 * 1_000 } else { ms };
        let expected: Vec<(&str, Option<i64>)> =
            call.turns.iter().map(|turn| (turn.text.as_str(), Some(whole(turn.start_ms)))).collect();
        assert_eq!(said, expected);
    }
}

#[test]
fn a_first_walk_tells_the_truth_with_few_requests() {
    for dialect in BOTH {
        let stage = Stage::new(25, dialect);
        let mut reader = stage.reader(SECRET, &[("page_size", "10")]);
        reader.walk().unwrap();
        assert_is_truth(&reader, &stage.truth.now(), dialect);
        assert!(reader.doubts.is_empty(), "{:?}", reader.doubts);
        // Signing in; three pages and an empty one; recordings and transcripts of each page; one question for the table
        // that is not there.
        assert_eq!(reader.source.requests(), 1 + 4 + 3 * 2 + 1, "{dialect:?}");
    }
}

#[test]
fn a_project_that_cuts_answers_short_loses_nothing() {
    let stage = Stage::new(25, Dialect::Documented);
    stage.site.cap_rows(7);
    let mut reader = stage.reader(SECRET, &[("page_size", "7")]);
    reader.walk().unwrap();
    assert_is_truth(&reader, &stage.truth.now(), Dialect::Documented);
}

#[test]
fn rows_that_changed_at_the_same_moment_and_rows_without_one_all_come_in() {
    let stage = Stage::new(12, Dialect::Documented);
    stage.truth.change(|truth| {
        for call in &mut truth.calls {
            call.started_ms = 1_761_987_600_000;
        }
    });
    let mut reader = stage.reader(SECRET, &[("page_size", "5")]);
    reader.walk().unwrap();
    assert_eq!(reader.calls.len(), 12);
    let stage = Stage::new(12, Dialect::Documented);
    stage.site.forget_updates();
    let mut reader = stage.reader(SECRET, &[("page_size", "5")]);
    reader.walk().unwrap();
    assert_is_truth(&reader, &stage.truth.now(), Dialect::Documented);
}

#[test]
fn the_next_walk_asks_only_for_what_changed_and_for_what_was_added() {
    let stage = Stage::new(50, Dialect::Observed);
    let late = stage.truth.now().calls[3].id.clone();
    stage.truth.change(|truth| truth.calls[3].turns.clear());
    let mut reader = stage.reader(SECRET, &[]);
    reader.walk().unwrap();
    assert_eq!(reader.calls[&late].transcript, None);
    stage.truth.change(|truth| {
        truth.calls = Truth::small(51).calls;
        truth.calls[3].changed_ms = truth.calls[50].ended_ms();
    });
    stage.server.forget();
    reader.walk().unwrap();
    assert!(reader.calls[&late].transcript.is_some(), "a transcript does not change its call's row");
    assert_eq!(reader.calls.len(), 51);
    assert!(stage.server.requests() <= 10, "{} requests", stage.server.requests());
}

#[test]
fn a_call_that_vanished_is_known_by_a_whole_walk() {
    let stage = Stage::new(5, Dialect::Documented);
    let mut reader = stage.reader(SECRET, &[]);
    reader.walk().unwrap();
    let gone = stage.truth.now().calls[2].id.clone();
    stage.truth.change(|truth| drop(truth.calls.remove(2)));
    assert_eq!(reader.walk_whole().unwrap(), [gone]);
}

#[test]
fn a_pair_is_renewed_once_and_kept_and_a_used_one_asks_to_sign_in() {
    let stage = Stage::new(5, Dialect::Observed);
    stage.site.end_session();
    let mut reader = stage.reader(PAIR, &[]);
    reader.walk().unwrap();
    assert_eq!((reader.calls.len(), stage.site.sign_ins()), (5, 1));
    let kept = reader.world.secrets.get("tested").unwrap().unwrap();
    assert_eq!(kept.member("refresh_token"), Some(Secret::new("sandbox-project-refresh-1")));
    let error = stage.reader(PAIR, &[]).walk().unwrap_err();
    assert!(matches!(&error, SourceError::Credentials(words) if words.contains("somewhere else")), "{error}");
}

#[test]
fn a_session_that_ends_is_signed_in_to_again_with_the_password() {
    let stage = Stage::new(5, Dialect::Documented);
    let mut reader = stage.reader(SECRET, &[]);
    reader.walk().unwrap();
    stage.site.end_session();
    let call = stage.truth.now().calls[0].clone();
    assert!(reader.audio(&call.id, Door::Source).unwrap() == call.audio, "the storage says it in its own way");
    assert_eq!(stage.site.sign_ins(), 2);
    let error = stage.reader(r#"{"email":"a@example.com","password":"wrong"}"#, &[]).walk().unwrap_err();
    assert!(matches!(error, SourceError::Credentials(_)), "{error}");
}

#[test]
fn audio_is_the_same_to_the_byte_by_an_address_that_carries_no_credential() {
    for dialect in BOTH {
        let stage = Stage::new(2, dialect);
        let mut reader = stage.reader(SECRET, &[]);
        reader.walk().unwrap();
        let call = stage.truth.now().calls[1].clone();
        stage.site.refuse_addresses(1);
        stage.server.forget();
        assert!(reader.audio(&call.id, Door::Source).unwrap() == call.audio, "an address that ran out is made anew");
        let seen = stage.server.seen();
        assert_eq!(seen.len(), 4, "signed, refused, signed again, fetched");
        for seen in seen.iter().filter(|seen| seen.asked.method == "GET") {
            assert!(seen.asked.header("authorization").is_none() && seen.asked.header("apikey").is_none());
        }
        stage.truth.change(|truth| truth.calls[1].audio.clear());
        assert_eq!(reader.audio(&call.id, Door::Source).unwrap_err().0, Outcome::NotFound, "a 400 that means 404");
        stage.site.name_bucket("another");
        assert_eq!(reader.audio(&call.id, Door::Source).unwrap_err().0, Outcome::Denied, "it says nothing of the file");
    }
}

#[test]
fn the_self_test_speaks_of_hidden_rows() {
    let stage = Stage::new(2, Dialect::Observed);
    let reader = stage.reader(SECRET, &[]);
    let checks = reader.source.test();
    assert!(checks.iter().all(|check| check.ok), "{checks:?}");
    assert_eq!(checks.last().unwrap().words, "may fetch audio");
    stage.site.hide_rows();
    let checks = reader.source.test();
    assert!(checks.iter().any(|check| !check.ok && check.words.contains("row-level security")), "{checks:?}");
    let other = stage.reader(SECRET, &[("table", "conversations")]).source.test();
    assert!(other.iter().any(|check| !check.ok && check.words.contains("conversations")), "{other:?}");
}

#[test]
fn a_change_is_a_hint_and_so_is_every_connection() {
    let stage = Stage::new(1, Dialect::Documented);
    let reader = stage.reader(SECRET, &[]);
    let (hint, hints) = channel();
    let watch = reader.source.watch(Box::new(move || hint.send(()).unwrap_or_default())).expect("the project can tell");
    let wait = || hints.recv_timeout(Duration::from_secs(20)).expect("a hint");
    wait();
    assert_eq!(stage.site.tell_change(), 1);
    wait();
    stage.site.hang_up();
    wait();
    drop(watch);
}
