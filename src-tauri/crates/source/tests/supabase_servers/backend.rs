//! The recordings server.

use std::sync::Arc;

use model::{Cancel, Door, Outcome, Role, Timing};
use testkit::sandbox::supabase::{ANON_KEY, Supabase, storage_path};
use testkit::sandbox::supabase_backend::{CODE, EMAIL, SECRET, SupabaseBackend, recording_id};
use testkit::sandbox::{Answer, Asked, Dialect, Fault, Server, SharedTruth, Site, Truth, TruthCall, When};
use turnstone_source::secret::Secret;
use turnstone_source::{Kind, SourceError, World, sign_in};

use super::reader::{LATER, Reader, settings};

const BOTH: [Dialect; 2] = [Dialect::Documented, Dialect::Observed];

struct Stage {
    truth: SharedTruth,
    site: Arc<SupabaseBackend>,
    server: Server,
    bucket: Server,
}

impl Stage {
    fn new(calls: usize, dialect: Dialect) -> Self {
        let truth = SharedTruth::from(Truth::small(calls));
        let site = Arc::new(SupabaseBackend::new(truth.clone(), dialect));
        let (server, bucket) = (Server::start(site.clone()), Server::start(site.clone()));
        site.keep_audio_at(bucket.origin());
        Self { truth, site, server, bucket }
    }

    fn reader(&self, set: &[(&str, &str)]) -> Reader {
        self.reader_at(set, || LATER)
    }

    fn reader_at(&self, set: &[(&str, &str)], clock: fn() -> i64) -> Reader {
        Reader::new(Kind::SupabaseBackend, self.server.origin(), SECRET, set, clock)
    }

    fn asked(&self, what: &str) -> usize {
        self.server.seen().iter().filter(|seen| seen.asked.path.contains(what)).count()
    }
}

fn assert_is_truth(reader: &Reader, number: usize, call: &TruthCall, dialect: Dialect) {
    let told = &reader.calls[&call.id];
    assert_eq!(told.call.started_at.as_ref().map(|at| at.utc_ms), Some(call.started_ms), "{number}");
    assert_eq!(told.call.duration_ms, Some(call.duration_ms / 1_000 * 1_000));
    assert_eq!(told.call.to.as_ref().and_then(|to| to.number.clone()), Some(call.customer.clone()));
    assert_eq!(told.call.status.as_deref(), Some("completed"));
    assert_eq!(told.insights.as_ref().and_then(|insights| insights.summary.clone()), Some(call.summary.clone()));
    let recordings: Vec<&str> = told.recordings.iter().map(|recording| recording.remote_id.as_str()).collect();
    assert_eq!(recordings, [recording_id(call)]);
    let turns = &told.transcript.as_ref().unwrap_or_else(|| panic!("call {number} has no transcript")).turns;
    let said: Vec<(Option<Role>, &str)> = turns.iter().map(|turn| (turn.role, turn.text.as_str())).collect();
    let role = |agent| Some(if agent { Role::Agent } else { Role::Customer });
    let truth: Vec<(Option<Role>, &str)> =
        call.turns.iter().map(|turn| (role(turn.agent), turn.text.as_str())).collect();
    assert_eq!(said, truth, "call {number}");
    let starts: Vec<Option<i64>> = turns.iter().map(|turn| turn.start_ms).collect();
    let is_untimed = number % 5 == 4 || number % 7 == 6;
    let expected = call.turns.iter().map(|turn| match (is_untimed, dialect) {
        (true, _) => None,
        (false, Dialect::Documented) => Some(turn.start_ms / 1_000 * 1_000),
        (false, Dialect::Observed) => Some(turn.start_ms),
    });
    assert_eq!(starts, expected.collect::<Vec<_>>(), "call {number}");
    let timing = match (is_untimed, dialect) {
        (true, _) => Timing::None,
        (false, Dialect::Documented) => Timing::Source,
        (false, Dialect::Observed) => Timing::Derived,
    };
    assert!(turns.iter().all(|turn| turn.timing == timing), "call {number}");
}

#[test]
fn a_first_walk_tells_the_truth_in_both_dialects() {
    for dialect in BOTH {
        let stage = Stage::new(25, dialect);
        let mut reader = stage.reader(&[("page_size", "10")]);
        reader.walk().unwrap();
        assert_eq!((reader.calls.len(), reader.rejected.len()), (25, 0), "{dialect:?}");
        for (number, call) in stage.truth.now().calls.iter().enumerate() {
            assert_is_truth(&reader, number, call, dialect);
        }
        assert!(reader.doubts.is_empty(), "{:?}", reader.doubts);
    }
}

#[test]
fn the_next_walk_asks_only_for_the_lists_and_for_what_is_new() {
    for dialect in BOTH {
        let stage = Stage::new(250, dialect);
        let mut reader = stage.reader(&[]);
        reader.walk().unwrap();
        let lists = stage.asked("/calls/").min(stage.server.requests()) - stage.asked("-4");
        assert_eq!((lists, stage.asked("/api/v1/recordings/")), (3, 3), "three pages of each list");
        stage.server.forget();
        reader.walk().unwrap();
        assert_eq!(stage.server.requests(), 2, "the newest page of each list: {:?}", stage.server.seen());
        stage.server.forget();
        stage.truth.change(|truth| truth.calls = Truth::small(251).calls);
        reader.walk().unwrap();
        assert_eq!(reader.calls.len(), 251);
        assert_eq!(stage.server.requests(), 4, "the lists, its details, its transcript");
        let as_text = (0..250).filter(|number| number % 7 == 6 && number % 5 != 4).count();
        let all = 6 + 250 * 2 + as_text + 2 + 4;
        assert_eq!(reader.source.requests(), all as u64, "details and transcript of each call, and of some as text");
    }
}

#[test]
fn a_transcript_that_comes_late_arrives() {
    let soon = || 1_761_987_600_000 + 3 * 3_600_000;
    let stage = Stage::new(3, Dialect::Documented);
    stage.truth.change(|truth| truth.calls[2].turns.clear());
    let mut reader = stage.reader_at(&[], soon);
    reader.walk().unwrap();
    let id = stage.truth.now().calls[2].id.clone();
    assert_eq!(reader.calls[&id].transcript, None);
    stage.truth.change(|truth| truth.calls = Truth::small(3).calls);
    reader.walk().unwrap();
    assert_is_truth(&reader, 2, &stage.truth.now().calls[2], Dialect::Documented);
    assert_eq!(reader.calls[&id].recordings.len(), 1, "its recording stays");
    reader.walk().unwrap();
    stage.server.forget();
    reader.walk().unwrap();
    assert_eq!(stage.server.requests(), 2, "then it is known like the others");
}

#[test]
fn a_recording_that_comes_late_arrives() {
    let stage = Stage::new(3, Dialect::Documented);
    stage.truth.change(|truth| truth.calls[1].audio.clear());
    let mut reader = stage.reader(&[]);
    reader.walk().unwrap();
    let id = stage.truth.now().calls[1].id.clone();
    assert!(reader.calls[&id].recordings.is_empty());
    stage.truth.change(|truth| truth.calls = Truth::small(3).calls);
    reader.walk().unwrap();
    assert_eq!(reader.calls[&id].recordings.len(), 1);
}

#[test]
fn a_recording_that_comes_very_late_is_found_by_a_whole_walk_that_asks_for_nothing_else() {
    let stage = Stage::new(25, Dialect::Documented);
    stage.truth.change(|truth| truth.calls[3].audio.clear());
    let mut reader = stage.reader(&[("page_size", "10")]);
    reader.walk().unwrap();
    stage.truth.change(|truth| truth.calls = Truth::small(25).calls);
    stage.server.forget();
    reader.walk_whole().unwrap();
    let id = stage.truth.now().calls[3].id.clone();
    assert_eq!(reader.calls[&id].recordings.len(), 1);
    assert_eq!(stage.server.requests(), 3 + 3 + 2, "the lists, and the details and transcript of that call");
}

#[test]
fn a_call_that_vanished_is_known_by_a_whole_walk() {
    for dialect in BOTH {
        let stage = Stage::new(5, dialect);
        let mut reader = stage.reader(&[]);
        reader.walk().unwrap();
        let gone = stage.truth.now().calls[2].id.clone();
        stage.truth.change(|truth| drop(truth.calls.remove(2)));
        assert_eq!(reader.walk_whole().unwrap(), [gone]);
        assert!(reader.doubts.is_empty());
    }
}

#[test]
fn a_walk_that_was_broken_off_goes_on_without_asking_twice() {
    let stage = Stage::new(61, Dialect::Observed);
    let unlisted = stage.truth.now().calls[12].clone();
    stage.site.unlist(&unlisted);
    let mut reader = stage.reader(&[("page_size", "10")]);
    reader.walk_pages(&mut 2).unwrap();
    assert_eq!(reader.calls.len(), 20);
    // As after a restart: the source knows nothing any more, the cursor and the library do.
    let settings = settings(stage.server.origin(), &[("page_size", "10")]);
    reader.source = turnstone_source::open(Kind::SupabaseBackend, &settings, &reader.world).unwrap();
    stage.server.forget();
    reader.walk().unwrap();
    assert_eq!(reader.calls.len(), 61);
    let details = stage.asked("-4");
    assert!(details <= 41 * 2 + 6, "{details} requests for the 41 calls that were left");
    let lists = stage.server.requests() - details;
    assert_eq!(lists, 5 + 7 + 7, "the calls' pages that were left, all of them for their names, the recordings' pages");
    assert_eq!(reader.calls[&unlisted.id].recordings.len(), 1, "a recording of a call that is not listed comes in");
}

#[test]
fn a_server_that_lists_no_calls_is_read_by_its_recordings() {
    let stage = Stage::new(7, Dialect::Observed);
    stage.site.list_no_calls();
    let mut reader = stage.reader(&[("page_size", "3")]);
    reader.walk().unwrap();
    for (number, call) in stage.truth.now().calls.iter().enumerate() {
        assert_is_truth(&reader, number, call, Dialect::Observed);
    }
}

#[test]
fn one_item_without_an_id_is_reported_and_the_others_come_in() {
    let stage = Stage::new(5, Dialect::Documented);
    stage.truth.change(|truth| truth.calls[3].audio.clear());
    stage.site.list_without_id(&stage.truth.now().calls[3]);
    let mut reader = stage.reader(&[]);
    reader.walk().unwrap();
    assert_eq!(reader.calls.len(), 4);
    assert_eq!(reader.rejected.len(), 1);
    assert_eq!(reader.rejected[0].item, "call 2 on page 1 of the list");
}

#[test]
fn eight_at_once_renew_the_sign_in_once_and_the_new_pair_is_kept() {
    let stage = Stage::new(40, Dialect::Observed);
    let mut reader = stage.reader(&[("jobs", "8")]);
    stage.site.end_session();
    reader.walk().unwrap();
    assert_eq!((reader.calls.len(), stage.site.renewals()), (40, 1));
    let kept = reader.world.secrets.get("tested").unwrap().unwrap();
    assert_eq!(kept.member("refresh_token"), Some(Secret::new("sandbox-supabase-refresh-1")));
    stage.site.end_session();
    stage.truth.change(|truth| truth.calls = Truth::small(60).calls);
    reader.walk().unwrap();
    assert_eq!((reader.calls.len(), stage.site.renewals()), (60, 2), "a used pair is never sent again");
}

#[test]
fn a_sign_in_that_cannot_be_renewed_says_what_to_do() {
    let stage = Stage::new(2, Dialect::Documented);
    stage.site.end_session();
    let error = stage.reader(&[]).walk().unwrap_err();
    assert!(matches!(&error, SourceError::Credentials(words) if words.contains("sign in again")), "{error}");
}

#[test]
fn a_code_that_was_sent_by_e_mail_signs_in() {
    for dialect in BOTH {
        let stage = Stage::new(2, dialect);
        stage.site.end_session();
        let (world, settings, cancel) =
            (World::plain("tested", || LATER), settings(stage.server.origin(), &[]), Cancel::new());
        sign_in::request_code(&settings, &world, EMAIL, &cancel).unwrap();
        let wrong = sign_in::verify_code(&settings, &world, EMAIL, &Secret::new("000000"), &cancel);
        assert!(matches!(wrong, Err(SourceError::Credentials(_))));
        let secret = sign_in::verify_code(&settings, &world, EMAIL, &Secret::new(CODE), &cancel).unwrap();
        let mut reader = Reader::new(Kind::SupabaseBackend, stage.server.origin(), secret.reveal(), &[], || LATER);
        reader.walk().unwrap();
        assert_eq!(reader.calls.len(), 2, "{dialect:?}");
    }
}

#[test]
fn audio_is_the_same_to_the_byte_and_no_credential_leaves_the_server() {
    for dialect in BOTH {
        let stage = Stage::new(3, dialect);
        let mut reader = stage.reader(&[]);
        reader.walk().unwrap();
        for call in &stage.truth.now().calls {
            assert!(reader.audio(&call.id, Door::Source).unwrap() == call.audio, "{dialect:?}");
        }
        let strangers = stage.bucket.seen();
        assert_eq!(strangers.len(), if dialect == Dialect::Observed { 3 } else { 0 });
        for seen in &strangers {
            assert!(seen.asked.header("authorization").is_none() && seen.asked.header("cookie").is_none());
        }
    }
}

#[test]
fn a_signed_address_at_the_server_itself_is_asked_without_a_credential_too() {
    let stage = Stage::new(1, Dialect::Observed);
    stage.site.keep_audio_at(stage.server.origin());
    let mut reader = stage.reader(&[]);
    reader.walk().unwrap();
    let call = stage.truth.now().calls[0].clone();
    assert!(reader.audio(&call.id, Door::Source).unwrap() == call.audio);
}

#[test]
fn an_address_that_has_run_out_is_asked_for_once_more() {
    let stage = Stage::new(1, Dialect::Observed);
    let mut reader = stage.reader(&[]);
    reader.walk().unwrap();
    let call = stage.truth.now().calls[0].clone();
    stage.site.refuse_addresses(1);
    assert!(reader.audio(&call.id, Door::Source).unwrap() == call.audio);
    assert_eq!(stage.asked("/url"), 2);
    stage.site.refuse_addresses(9);
    let (outcome, words) = reader.audio(&call.id, Door::Source).unwrap_err();
    assert_eq!(outcome, Outcome::Expired, "{words}");
}

#[test]
fn the_storage_behind_the_server_and_an_older_address_are_further_doors() {
    let stage = Stage::new(1, Dialect::Documented);
    let call = stage.truth.now().calls[0].clone();
    let address = format!("/api/v1/recordings/stream/{}", storage_path(&call));
    stage.site.give_old_addresses(&address);
    let project = Arc::new(Supabase::new(stage.truth.clone(), Dialect::Documented));
    project.let_everybody_read();
    // Recordings lie in a bucket of this name, if nothing says otherwise.
    project.name_bucket("recordings");
    let (project, old) = (Server::start(project), Server::start(Arc::new(Old(call.clone(), address))));
    let set = [("provider_url", project.origin()), ("provider_anon_key", ANON_KEY), ("legacy_url", old.origin())];
    let mut reader = stage.reader(&set);
    reader.walk().unwrap();
    let recording = &reader.calls[&call.id].recordings[0];
    assert_eq!(reader.source.doors(recording), [Door::Source, Door::Provider, Door::Legacy]);
    for door in [Door::Source, Door::Provider, Door::Legacy] {
        assert!(reader.audio(&call.id, door).unwrap() == call.audio, "{door:?}");
    }
    for seen in project.seen().iter().chain(&old.seen()) {
        let sent = format!("{:?}", seen.asked.headers);
        assert!(!sent.contains("sandbox-supabase"), "the server's own tokens stay with it");
    }
    let mut reader = stage.reader(&[]);
    reader.walk().unwrap();
    let recording = &reader.calls[&call.id].recordings[0];
    assert_eq!(reader.source.doors(recording), [Door::Source, Door::Legacy]);
    assert_eq!(reader.audio(&call.id, Door::Legacy).unwrap_err().0, Outcome::NotFound, "the route is not there");
}

#[test]
fn one_call_in_trouble_is_asked_for_again_and_the_others_come_in() {
    let soon = || 1_761_987_600_000 + 9 * 3_600_000;
    let stage = Stage::new(6, Dialect::Observed);
    let ill = stage.truth.now().calls[2].id.clone();
    stage.server.misbehave(Fault::Html, When { path: format!("/calls/{ill}"), ..When::default() });
    let mut reader = stage.reader_at(&[], soon);
    reader.walk().unwrap();
    assert_eq!((reader.calls.len(), reader.rejected.len()), (5, 1));
    stage.server.behave();
    reader.walk().unwrap();
    assert_is_truth(&reader, 2, &stage.truth.now().calls[2], Dialect::Observed);
}

/// A server that has a file where the old address says.
struct Old(TruthCall, String);

impl Site for Old {
    fn answer(&self, asked: &Asked) -> Answer {
        if asked.path == self.1 { Answer::ranged(asked, "audio/wav", self.0.audio.clone()) } else { Answer::empty(404) }
    }
}

#[test]
fn a_recording_that_is_not_there_is_told_from_a_server_in_trouble() {
    for dialect in BOTH {
        let stage = Stage::new(1, dialect);
        let mut reader = stage.reader(&[]);
        reader.walk().unwrap();
        let id = stage.truth.now().calls[0].id.clone();
        stage.truth.change(|truth| truth.calls[0].audio.clear());
        stage.server.forget();
        assert_eq!(reader.audio(&id, Door::Source).unwrap_err().0, Outcome::NotFound, "{dialect:?}");
        assert!(stage.server.requests() <= 2, "it is not asked again for what is not there");
    }
}

#[test]
fn the_self_test_says_what_works_and_what_does_not() {
    let stage = Stage::new(2, Dialect::Observed);
    let reader = stage.reader(&[]);
    let checks = reader.source.test();
    assert!(checks.iter().all(|check| check.ok), "{checks:?}");
    assert_eq!(checks.last().unwrap().words, "may fetch audio");
    stage.site.refuse_addresses(9);
    assert!(!reader.source.test().last().unwrap().ok);
    let stranger = Reader::new(Kind::SupabaseBackend, stage.server.origin(), "wrong", &[], || LATER);
    let checks = stranger.source.test();
    assert!(!checks.last().unwrap().ok && checks.last().unwrap().words.contains("sign in again"), "{checks:?}");
}
