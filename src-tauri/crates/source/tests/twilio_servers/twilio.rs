use std::sync::Arc;

use model::{Direction, Door, Outcome};
use serde_json::{Value, json};
use testkit::sandbox::twilio::{ACCOUNT_SID, API_KEY, API_SECRET, AUTH_TOKEN, Quirk, sid};
use testkit::sandbox::{Dialect, Server, SharedTruth, Site, Truth, TruthCall, Twilio};
use turnstone_source::{Kind, Source, SourceError};

use crate::damaged::Damaged;
use crate::walked::{Walked, assert_true, fetched, just_after, long_after, opened};

const BOTH: [Dialect; 2] = [Dialect::Documented, Dialect::Observed];

fn served(calls: usize, dialect: Dialect) -> (Server, Arc<Twilio>, SharedTruth) {
    let truth = SharedTruth::from(Truth::small(calls));
    let site = Arc::new(Twilio::new(truth.clone(), dialect));
    (Server::start(Arc::clone(&site) as Arc<dyn Site>), site, truth)
}

fn token() -> String {
    json!({"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN}).to_string()
}

fn open_at(server: &Server, set: &[(&str, &str)], clock: fn() -> i64) -> Box<dyn Source> {
    opened(Kind::Twilio, server.origin(), set, Some(&token()), clock).expect("a source")
}

fn open(server: &Server, set: &[(&str, &str)]) -> Box<dyn Source> {
    open_at(server, set, long_after)
}

fn numbers(call: &TruthCall) -> (&str, Option<&str>) {
    let (from, to) =
        if call.inbound { (&call.customer, &call.organisation) } else { (&call.organisation, &call.customer) };
    (from, Some(to))
}

#[test]
fn everything_twilio_has_arrives_in_both_dialects() {
    for dialect in BOTH {
        let (server, _, truth) = served(25, dialect);
        let source = open(&server, &[("page_size", "10")]);
        let walked = Walked::over(&*source);
        assert_eq!((walked.calls.len(), walked.rejected.len()), (25, 0), "{dialect:?}");
        for call in &truth.now().calls {
            let record = &walked.calls[&sid("CA", call)];
            assert_true(&*source, record, call, numbers(call));
            let direction = if call.inbound { Direction::Inbound } else { Direction::Outbound };
            assert_eq!(record.call.direction, Some(direction), "{dialect:?}");
            let speaker = record.transcript.as_ref().and_then(|transcript| transcript.turns[0].speaker.clone());
            assert_eq!(
                speaker.as_deref(),
                Some(call.agent.as_str()),
                "{dialect:?}: the participants name the channels"
            );
        }
    }
}

#[test]
fn a_second_walk_asks_only_for_what_is_new() {
    let (server, _, truth) = served(150, Dialect::Observed);
    let source = open(&server, &[("page_size", "200")]);
    let mut walked = Walked::over(&*source);
    assert_eq!(walked.calls.len(), 150);
    server.forget();
    walked.again(&*source);
    assert_eq!((walked.read, server.requests()), (0, 2), "one page of the last days, and one of transcripts");
    let listed = server.seen().remove(0).asked;
    assert_eq!(listed.param("DateCreated>"), Some("2025-11-04"), "two days before the newest call, and one to spare");
    truth.change(|truth| truth.calls.push(Truth::small(151).calls.remove(150)));
    server.forget();
    walked.again(&*source);
    assert_eq!((walked.read, walked.calls.len()), (1, 151));
    let paths: Vec<String> = server.seen().into_iter().map(|seen| seen.asked.path).collect();
    let of_media = paths.iter().filter(|path| path.ends_with(".wav")).count();
    assert!(paths.len() <= 7 && of_media == 0, "the lists, the call, its transcript, and no media: {paths:?}");
}

#[test]
fn two_recordings_of_one_call_are_one_call_even_on_two_pages() {
    for page_size in ["1", "1000"] {
        let (server, site, truth) = served(3, Dialect::Observed);
        let call = truth.now().calls[1].clone();
        site.quirk(&call, Quirk::Twice);
        let walked = Walked::over(&*open(&server, &[("page_size", page_size)]));
        assert_eq!(walked.calls.len(), 3, "page size {page_size}");
        let record = &walked.calls[&sid("CA", &call)];
        let names: Vec<&str> = record.recordings.iter().map(|recording| recording.remote_id.as_str()).collect();
        assert_eq!(names, [sid("RE", &call), sid("REf", &call)], "both, in order of time; page size {page_size}");
        assert!(record.transcript.is_some(), "of the one that has it");
    }
}

#[test]
fn a_conference_goes_by_its_own_name_and_offsets_count_each_for_itself() {
    let (server, site, truth) = served(2, Dialect::Observed);
    let call = truth.now().calls[0].clone();
    site.quirk(&call, Quirk::Conference);
    let walked = Walked::over(&*open(&server, &[]));
    let record = &walked.calls[&sid("CF", &call)];
    assert_eq!(record.call.external_ids["callSid"], sid("CA", &call));
    let created = record.metadata["recordings"][0]["date_created"].as_str().expect("as it came");
    assert!(created.ends_with("+0100"), "the fixture mixes offsets: {created}");
    assert_eq!(record.call.started_at.as_ref().map(|at| at.utc_ms), Some(call.started_ms));
}

#[test]
fn what_cannot_be_heard_is_named() {
    let (server, site, truth) = served(3, Dialect::Documented);
    let calls = truth.now().calls.clone();
    site.quirk(&calls[0], Quirk::Encrypted);
    site.quirk(&calls[1], Quirk::Deleted);
    let source = open(&server, &[]);
    let walked = Walked::over(&*source);
    server.forget();
    let outcome = |call: &TruthCall| {
        let recording = &walked.calls[&sid("CA", call)].recordings[0];
        fetched(&*source, recording, Door::Source, None).expect_err("no audio")
    };
    let encrypted = outcome(&calls[0]);
    assert_eq!(encrypted.outcome, Outcome::Unsupported);
    assert!(encrypted.detail.contains("encrypted with your own key"), "{encrypted}");
    assert_eq!(outcome(&calls[1]).outcome, Outcome::Gone, "it was deleted, and Twilio says so");
    assert_eq!(server.requests(), 0, "nothing is asked for what is known");
}

#[test]
fn a_recording_in_the_making_is_waited_for() {
    let (server, site, truth) = served(1, Dialect::Observed);
    let call = truth.now().calls[0].clone();
    site.quirk(&call, Quirk::Processing);
    let source = open_at(&server, &[], just_after);
    let mut walked = Walked::over(&*source);
    let record = walked.calls[&sid("CA", &call)].clone();
    assert_eq!(
        (record.revision, record.recordings[0].claimed.duration_ms),
        (None, None),
        "nobody knows how long it is"
    );
    let error = fetched(&*source, &record.recordings[0], Door::Source, None).expect_err("not yet");
    assert_eq!(error.outcome, Outcome::NotYet, "{error}");
    site.mend(&call, Quirk::Processing);
    walked.again(&*source);
    walked.again(&*source);
    assert_true(&*source, &walked.calls[&sid("CA", &call)], &call, numbers(&call));
    server.forget();
    walked.again(&*source);
    assert_eq!((walked.read, server.requests()), (0, 2), "it is settled: the two lists");
}

#[test]
fn a_transcript_in_the_making_is_asked_for_again() {
    let (server, site, truth) = served(2, Dialect::Documented);
    let call = truth.now().calls[1].clone();
    site.quirk(&call, Quirk::Transcribing);
    let source = open_at(&server, &[], just_after);
    let mut walked = Walked::over(&*source);
    let id = sid("CA", &call);
    assert!(walked.calls[&id].transcript.is_none() && walked.calls[&id].revision.is_none(), "it may come");
    site.mend(&call, Quirk::Transcribing);
    walked.again(&*source);
    assert!(walked.calls[&id].transcript.is_some(), "and it came");
}

#[test]
fn a_transcript_that_is_made_long_after_the_call_arrives() {
    for (dialect, others) in [(BOTH[0], true), (BOTH[1], true), (BOTH[1], false)] {
        let (server, _, truth) = served(8, dialect);
        let call = truth.now().calls[1].clone();
        truth.change(|truth| {
            let without = truth.calls.iter_mut().filter(|of| !others || of.id == call.id);
            without.for_each(|of| of.turns.clear());
        });
        let source = open(&server, &[("page_size", "3")]);
        let mut walked = Walked::over(&*source);
        let id = sid("CA", &call);
        assert!(walked.calls[&id].transcript.is_none() && walked.calls[&id].revision.is_some(), "nobody waits for one");
        truth.change(|truth| truth.calls[1].turns.clone_from(&call.turns));
        walked.look_at_everything(&*source);
        assert!(walked.calls[&id].transcript.is_some(), "{dialect:?}: a whole look shows that one was made since");
        server.forget();
        walked.look_at_everything(&*source);
        assert_eq!(walked.read, 0, "{dialect:?}: and then it is known");
    }
}

#[test]
fn a_list_that_goes_on_elsewhere_is_not_followed() {
    let (_, site, _) = served(5, Dialect::Documented);
    let (elsewhere, _, _) = served(5, Dialect::Documented);
    let next = format!("{}/2010-04-01/Accounts/{ACCOUNT_SID}/Recordings.json", elsewhere.origin());
    let change = move |answer: &mut Value| answer["next_page_uri"] = json!(next);
    let server = Server::start(Arc::new(Damaged { site, path: "/Recordings.json", change: Box::new(change) }));
    let walked = Walked::over(&*open(&server, &[]));
    assert_eq!(elsewhere.requests(), 0, "nobody is asked there, with or without a credential");
    assert_eq!(walked.calls.len(), 5, "what the first page said is kept");
    assert!(walked.doubt.expect("a doubt").contains("another server"), "and it is said that there may be more");
}

#[test]
fn a_malformed_recording_is_named_and_its_siblings_go_in() {
    let (server, site, truth) = served(4, Dialect::Observed);
    site.quirk(&truth.now().calls[2], Quirk::Malformed);
    let walked = Walked::over(&*open(&server, &[]));
    assert_eq!((walked.calls.len(), walked.rejected.len()), (3, 1));
    assert_eq!(walked.rejected[0].item, "recording 2 of a page of the list");
}

#[test]
fn audio_comes_from_the_storage_without_the_credential() {
    let (server, site, truth) = served(1, Dialect::Documented);
    let storage = Server::start(Arc::clone(&site) as Arc<dyn Site>);
    site.store_at(storage.origin());
    let source = open(&server, &[]);
    let walked = Walked::over(&*source);
    let recording = &walked.calls.values().next().expect("a call").recordings[0];
    let (_, bytes, _) = fetched(&*source, recording, Door::Source, None).expect("audio");
    assert_eq!(bytes, truth.now().calls[0].audio);
    let seen = storage.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].asked.header("authorization"), None, "the storage is not Twilio");
}

#[test]
fn where_there_is_no_wav_the_mp3_is_taken() {
    let (server, _, truth) = served(1, Dialect::Documented);
    truth.change(|truth| truth.calls[0].format = "mp3".into());
    let source = open(&server, &[]);
    let walked = Walked::over(&*source);
    let recording = &walked.calls.values().next().expect("a call").recordings[0];
    let (_, bytes, _) = fetched(&*source, recording, Door::Source, None).expect("audio");
    assert_eq!(bytes, truth.now().calls[0].audio);
}

#[test]
fn an_account_is_known_by_token_or_key_and_a_wrong_one_is_told_what_to_do() {
    let (server, _, _) = served(2, Dialect::Observed);
    let with = |secret: Option<&str>| opened(Kind::Twilio, server.origin(), &[], secret, long_after).expect("a source");
    let key = json!({"account_sid": ACCOUNT_SID, "api_key": API_KEY, "api_secret": API_SECRET}).to_string();
    for secret in [token(), key] {
        let source = with(Some(&secret));
        assert_eq!(Walked::over(&*source).calls.len(), 2);
        let checks = source.test();
        assert!(checks.len() >= 6 && checks.iter().all(|check| check.ok), "{checks:?}");
    }
    let wrong = json!({"account_sid": ACCOUNT_SID, "auth_token": "another"}).to_string();
    for (secret, words) in
        [(Some(wrong.as_str()), "Twilio Console"), (Some("bare"), "account_sid"), (None, "enter the account SID")]
    {
        let error = Walked::default().try_again(&*with(secret)).expect_err("it is refused");
        assert!(matches!(&error, SourceError::Credentials(said) if said.contains(words)), "{error}");
        assert!(with(secret).test().iter().any(|check| !check.ok && check.words.contains(words)));
    }
}
