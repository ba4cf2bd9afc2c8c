use std::sync::{Arc, mpsc};
use std::time::Duration;

use model::{Door, Outcome};
use serde_json::{Value, json};
use testkit::sandbox::twilio_bridge::{EMAIL, PASSWORD, TOKEN, stream_sid};
use testkit::sandbox::{Dialect, Server, SharedTruth, Site, Truth, TwilioBridge};
use turnstone_source::secret::{Secret, SecretError, Secrets};
use turnstone_source::{Kind, Resume, Settings, Source, SourceError, World};

use crate::damaged::Damaged;
use crate::walked::{Walked, assert_true, fetched, just_after, long_after, opened};

const BOTH: [Dialect; 2] = [Dialect::Documented, Dialect::Observed];

fn served(calls: usize, dialect: Dialect) -> (Server, Arc<TwilioBridge>, SharedTruth) {
    let truth = SharedTruth::from(Truth::small(calls));
    let site = Arc::new(TwilioBridge::new(truth.clone(), dialect));
    (Server::start(Arc::clone(&site) as Arc<dyn Site>), site, truth)
}

fn open(server: &Server, set: &[(&str, &str)]) -> Box<dyn Source> {
    opened(Kind::TwilioBridge, server.origin(), set, None, long_after).expect("a source")
}

#[test]
fn everything_a_bridge_has_arrives_over_http_in_both_dialects() {
    for dialect in BOTH {
        let (server, _, truth) = served(25, dialect);
        let source = open(&server, &[("page_size", "10")]);
        let walked = Walked::over(&*source);
        assert_eq!((walked.calls.len(), walked.rejected.len()), (25, 0), "{dialect:?}");
        for call in &truth.now().calls {
            let record = &walked.calls[&stream_sid(call)];
            assert_true(&*source, record, call, (&call.customer, None));
            assert_eq!(record.call.agent.as_deref(), Some(call.agent.as_str()), "{dialect:?}");
            let mood = record.insights.as_ref().and_then(|insights| insights.sentiment.clone()).expect("a mood");
            assert_eq!(mood.overall.as_deref(), Some(call.sentiment.as_str()), "{dialect:?}");
            assert!(
                record.metrics.iter().any(|metric| metric.name == "turn_count"),
                "JSON in text is read: {dialect:?}"
            );
            assert_eq!(record.metadata["customData"]["summary"], json!(call.summary), "{dialect:?}");
        }
        let asked_by = |name: &str| server.seen().iter().any(|seen| seen.asked.param(name).is_some());
        assert!(!asked_by("caller") && !asked_by("agent") && !asked_by("sentiment"), "those filters break the server");
    }
}

#[test]
fn a_bridge_is_the_same_from_its_folder_and_over_http() {
    for dialect in BOTH {
        let (server, site, _) = served(6, dialect);
        let folder = tempfile::tempdir().expect("a folder");
        site.write_to(folder.path());
        let settings = Settings { path: Some(folder.path().into()), ..Settings::default() };
        let from_disk =
            turnstone_source::open(Kind::TwilioBridge, &settings, &World::plain("disk", long_after)).expect("a source");
        let (disk, http) = (Walked::over(&*from_disk), Walked::over(&*open(&server, &[])));
        assert_eq!(
            disk.calls.keys().collect::<Vec<_>>(),
            http.calls.keys().collect::<Vec<_>>(),
            "{dialect:?}: the names"
        );
        for (id, on_disk) in &disk.calls {
            let over_http = &http.calls[id];
            assert_eq!(on_disk.call, over_http.call, "{dialect:?}");
            assert_eq!(on_disk.transcript, over_http.transcript, "{dialect:?}");
            assert_eq!((&on_disk.insights, &on_disk.metrics), (&over_http.insights, &over_http.metrics), "{dialect:?}");
            assert_eq!(on_disk.metadata, over_http.metadata, "{dialect:?}");
            assert_eq!(on_disk.recordings[0].remote_id, over_http.recordings[0].remote_id, "{dialect:?}");
        }
    }
}

#[test]
fn a_second_walk_asks_only_for_what_is_new() {
    let (server, _, truth) = served(150, Dialect::Observed);
    let source = open(&server, &[("page_size", "50")]);
    let mut walked = Walked::over(&*source);
    assert_eq!(walked.calls.len(), 150);
    server.forget();
    walked.again(&*source);
    assert_eq!((walked.read, server.requests()), (0, 2), "two days of calls and one page of older ones end the walk");
    truth.change(|truth| truth.calls.push(Truth::small(151).calls.remove(150)));
    server.forget();
    walked.again(&*source);
    assert_eq!((walked.read, walked.calls.len()), (1, 151), "only the new call is read");
    assert_eq!(server.requests(), 2, "its rows came with the list");
}

#[test]
fn a_transcript_that_comes_late_is_asked_for_again_until_it_is_there() {
    for dialect in BOTH {
        let (server, _, truth) = served(2, dialect);
        let turns = truth.now().calls[0].turns.clone();
        truth.change(|truth| truth.calls[0].turns.clear());
        let source = opened(Kind::TwilioBridge, server.origin(), &[], None, just_after).expect("a source");
        let mut walked = Walked::over(&*source);
        let id = stream_sid(&truth.now().calls[0]);
        assert!(
            walked.calls[&id].transcript.is_none() && walked.calls[&id].revision.is_none(),
            "{dialect:?}: it may come"
        );
        truth.change(|truth| truth.calls[0].turns = turns.clone());
        walked.again(&*source);
        assert_eq!(walked.calls[&id].transcript.as_ref().map(|t| t.turns.len()), Some(2), "{dialect:?}: and it came");
        walked.again(&*source);
        assert!(walked.calls[&id].revision.is_some(), "{dialect:?}: nothing more is to come");
        walked.again(&*source);
        assert_eq!(walked.read, 0, "{dialect:?}: it is not asked for any more");
    }
}

#[test]
fn a_server_that_ignores_ranges_is_read_from_the_beginning() {
    let (server, _, truth) = served(1, Dialect::Observed);
    let source = open(&server, &[]);
    let walked = Walked::over(&*source);
    let recording = &walked.calls.values().next().expect("a call").recordings[0];
    let (_, _, validator) = fetched(&*source, recording, Door::Source, None).expect("audio");
    let resume = Resume { from: 100, validator: validator.expect("what tells versions apart") };
    let (from, bytes, _) = fetched(&*source, recording, Door::Source, Some(&resume)).expect("audio");
    assert!(server.seen().iter().any(|seen| seen.asked.header("range").is_some()), "it was asked to go on");
    assert_eq!((from, bytes), (0, truth.now().calls[0].audio.clone()), "and began anew");
}

#[test]
fn a_call_that_ended_is_hinted_at() {
    let (server, site, truth) = served(1, Dialect::Observed);
    let source = open(&server, &[]);
    let (hint, hinted) = mpsc::channel();
    let watch = source.watch(Box::new(move || hint.send(()).unwrap_or_default())).expect("it can be listened to");
    let call = truth.now().calls[0].clone();
    while site.tell("call_started", &call) == 0 {
        std::thread::yield_now();
    }
    assert!(hinted.try_recv().is_err(), "a call that began brings nothing yet");
    site.tell("recording_saved", &call);
    hinted.recv_timeout(Duration::from_secs(20)).expect("a hint");
    drop(watch);
}

#[test]
fn a_damaged_call_is_named_and_its_siblings_go_in() {
    let (_, site, _) = served(5, Dialect::Observed);
    let change = |answer: &mut Value| {
        answer["data"][2] = json!("no call");
        answer["data"][3] = json!({"caller": "+15125550000"});
        answer["data"][4]["startTime"] = json!({"odd": true});
        answer["data"][4]["transcripts"][0] = json!(7);
        answer["data"][4]["recordings"] = json!("none");
    };
    let server = Server::start(Arc::new(Damaged { site, path: "/api/calls", change: Box::new(change) }));
    let walked = Walked::over(&*open(&server, &[]));
    let items: Vec<_> = walked.rejected.iter().map(|item| item.item.as_str()).collect();
    assert_eq!(items, ["call 3 of the list", "call 4 of the list"]);
    assert_eq!(walked.calls.len(), 3, "what is odd costs its field and not the call");
    let odd = walked.calls.values().find(|record| record.recordings.is_empty()).expect("the odd call");
    assert_eq!(odd.transcript.as_ref().map(|transcript| transcript.turns.len()), Some(1));
}

#[test]
fn what_the_server_says_about_its_pages_is_not_believed() {
    let (_, site, _) = served(25, Dialect::Observed);
    let change = |answer: &mut Value| answer["pagination"] = json!({"total": 0, "hasMore": false});
    let server = Server::start(Arc::new(Damaged { site, path: "/api/calls", change: Box::new(change) }));
    assert_eq!(Walked::over(&*open(&server, &[("page_size", "10")])).calls.len(), 25);
}

#[test]
fn a_bridge_that_asks_who_wants_to_know_is_signed_in_to() {
    let (server, site, _) = served(3, Dialect::Observed);
    site.ask_who();
    let with =
        |secret: Option<&str>| opened(Kind::TwilioBridge, server.origin(), &[], secret, long_after).expect("a source");
    let login = json!({"email": EMAIL, "password": PASSWORD}).to_string();
    for secret in [login.as_str(), TOKEN] {
        assert_eq!(Walked::over(&*with(Some(secret))).calls.len(), 3);
    }
    let wrong = json!({"email": EMAIL, "password": "another"}).to_string();
    for (secret, words) in [
        (None, "wants to know who asks"),
        (Some(wrong.as_str()), "e-mail address and password"),
        (Some("another"), "refused"),
    ] {
        let error = Walked::default().try_again(&*with(secret)).expect_err("it is refused");
        assert!(matches!(&error, SourceError::Credentials(said) if said.contains(words)), "{error}");
        let checks = with(secret).test();
        let wrong: Vec<_> = checks.iter().filter(|check| !check.ok).map(|check| check.words.as_str()).collect();
        assert!(wrong.len() == 1 && wrong[0].starts_with("Not signed in"), "{wrong:?}");
    }
}

/// A machine without a keychain.
struct NoKeychain;

impl Secrets for NoKeychain {
    fn get(&self, _name: &str) -> Result<Option<Secret>, SecretError> {
        Err(SecretError("no keychain answers".into()))
    }

    fn set(&self, _name: &str, _secret: &Secret) -> Result<(), SecretError> {
        Err(SecretError("no keychain answers".into()))
    }

    fn forget(&self, _name: &str) -> Result<(), SecretError> {
        Ok(())
    }

    fn lend(&self, _name: &str, _secret: &Secret) {}
}

#[test]
fn a_bridge_that_asks_nobody_needs_no_keychain() {
    let (server, site, _) = served(3, Dialect::Observed);
    let world = World { secrets: Arc::new(NoKeychain), ..World::plain("bridge", long_after) };
    let settings = Settings { url: Some(server.origin().into()), ..Settings::default() };
    let source = turnstone_source::open(Kind::TwilioBridge, &settings, &world).expect("a source");
    assert_eq!(Walked::over(&*source).calls.len(), 3);
    site.ask_who();
    let error = Walked::default().try_again(&*source).expect_err("now it asks");
    assert!(error.to_string().contains("no keychain answers"), "{error}");
}

#[test]
fn an_address_and_a_folder_together_are_refused_and_an_address_may_end_in_api() {
    let (server, _, _) = served(2, Dialect::Documented);
    let both = Settings { url: Some(server.origin().into()), path: Some("/tmp".into()), ..Settings::default() };
    let error =
        turnstone_source::open(Kind::TwilioBridge, &both, &World::plain("both", long_after)).err().expect("refused");
    assert!(error.to_string().contains("not both"), "{error}");
    let url = format!("{}/api/", server.origin());
    let source = opened(Kind::TwilioBridge, &url, &[], None, long_after).expect("a source");
    assert_eq!(Walked::over(&*source).calls.len(), 2);
    let checks = source.test();
    assert!(checks.iter().all(|check| check.ok), "{checks:?}");
    assert_eq!(checks.last().map(|check| check.words.as_str()), Some("Audio can be fetched."));
}

#[test]
fn missing_audio_is_told_from_a_deleted_call_and_an_older_address_is_another_door() {
    let (_, site, truth) = served(2, Dialect::Observed);
    let (elsewhere, _, _) = served(2, Dialect::Observed);
    let old = format!("recordings/rec-{}", truth.now().calls[0].id);
    let change = move |answer: &mut Value| {
        let calls = answer["data"].as_array_mut().into_iter().flatten();
        calls.for_each(|call| call["recordings"][0]["fileUrl"] = json!(old));
    };
    let server =
        Server::start(Arc::new(Damaged { site: Arc::clone(&site), path: "/api/calls", change: Box::new(change) }));
    let legacy = format!("{}/api", elsewhere.origin());
    let source = opened(Kind::TwilioBridge, server.origin(), &[("legacy_url", &legacy)], Some(TOKEN), long_after)
        .expect("a source");
    let walked = Walked::over(&*source);
    let recording = |index: usize| walked.calls[&stream_sid(&truth.now().calls[index])].recordings[0].clone();
    let (first, second) = (recording(0), recording(1));
    assert_eq!(source.doors(&first), [Door::Source, Door::Legacy]);
    let (_, bytes, _) = fetched(&*source, &first, Door::Legacy, None).expect("audio of the older address");
    assert_eq!(bytes, truth.now().calls[0].audio);
    assert!(
        elsewhere.seen().iter().all(|seen| seen.asked.header("authorization").is_none()),
        "no credential goes there"
    );
    truth.change(|truth| truth.calls[0].audio.clear());
    let error = fetched(&*source, &first, Door::Source, None).expect_err("its file is lost");
    assert_eq!(error.outcome, Outcome::NotFound, "{error}");
    let only_by_call = model::Recording {
        storage_path: second
            .storage_path
            .as_deref()
            .and_then(|place| place.split("/recordings").next())
            .map(str::to_owned),
        ..second
    };
    truth.change(|truth| drop(truth.calls.remove(1)));
    let error = fetched(&*source, &only_by_call, Door::Source, None).expect_err("the call was deleted");
    assert_eq!(error.outcome, Outcome::Gone, "{error}");
}
