//! Audio through every door, and who gets which credential.

use std::io::Read;
use std::sync::Barrier;

use model::{CallRecord, Cancel, Door, Outcome, Recording};
use testkit::sandbox::elevenlabs::{Deletion, KEY, conversation_id};
use testkit::sandbox::elevenlabs_backend::PASSWORD;
use testkit::sandbox::{Dialect, Server, Truth};
use turnstone_source::{AudioError, AudioRequest, Source};

use super::place::{Place, asked_for, long_after, same_day};
use super::shelf::Shelf;

fn fetch(source: &dyn Source, call: &CallRecord, door: Door) -> Result<Vec<u8>, AudioError> {
    ask(source, &call.remote_id, &call.recordings[0], door)
}

fn ask(source: &dyn Source, remote_id: &str, recording: &Recording, door: Door) -> Result<Vec<u8>, AudioError> {
    let cancel = Cancel::new();
    let mut audio = source.audio(&AudioRequest { remote_id, recording, door, resume: None, cancel: &cancel })?;
    let mut bytes = Vec::new();
    audio.bytes.read_to_end(&mut bytes).expect("the whole body");
    assert!(audio.length.is_none_or(|length| length == bytes.len() as u64));
    Ok(bytes)
}

/// No credential of either side was seen at `server`.
fn assert_no_credential(server: &Server, headers: &[&str]) {
    for seen in server.seen() {
        for header in headers {
            assert_eq!(seen.asked.header(header), None, "{header} of {}", seen.asked.path);
        }
        let all = format!("{:?}", seen.asked);
        assert!(!all.contains(PASSWORD) || seen.asked.path == "/api/login", "{all}");
    }
}

#[test]
fn audio_comes_as_it_is_whatever_the_server_calls_it() {
    for dialect in [Dialect::Documented, Dialect::Observed] {
        let truth = Truth::small(2);
        let place = Place::new(truth.clone(), dialect, long_after);
        let source = place.backend(&[]);
        let shelf = Shelf::synced(&*source);
        for call in &truth.calls {
            let bytes = fetch(&*source, &shelf.calls[&call.id], Door::Source).unwrap();
            assert!(bytes == call.audio && bytes.starts_with(b"RIFF"), "a WAV under the name of MP3 is still a WAV");
        }
        let source = place.provider(&[]);
        let shelf = Shelf::synced(&*source);
        let call = &shelf.calls[&conversation_id(&truth.calls[0])];
        assert!(fetch(&*source, call, Door::Source).unwrap() == truth.calls[0].audio);
    }
}

#[test]
fn eight_who_find_the_session_ended_sign_in_once() {
    let truth = Truth::small(8);
    let place = Place::new(truth.clone(), Dialect::Observed, long_after);
    let source = place.backend(&[]);
    let shelf = Shelf::synced(&*source);
    assert_eq!(place.backend.logins(), 1);
    place.backend.end_sessions_after(0);
    let start = Barrier::new(8);
    std::thread::scope(|scope| {
        for call in &truth.calls {
            let (source, start, told) = (&*source, &start, &shelf.calls[&call.id]);
            scope.spawn(move || {
                start.wait();
                assert!(fetch(source, told, Door::Source).unwrap() == call.audio);
            });
        }
    });
    assert_eq!(place.backend.logins(), 2);
}

#[test]
fn what_the_server_gave_up_the_provider_still_gives_and_neither_sees_the_others_credential() {
    let truth = Truth::small(5);
    let place = Place::new(truth.clone(), Dialect::Observed, long_after);
    let call = &truth.calls[4];
    place.backend.give_up_audio(call);
    let source = place.backend_and_provider();
    let shelf = Shelf::synced(&*source);
    let told = &shelf.calls[&call.id];
    assert_eq!(source.doors(&told.recordings[0]), [Door::Source, Door::Provider]);
    let error = fetch(&*source, told, Door::Source).unwrap_err();
    assert_eq!(error.outcome, Outcome::NotFound, "not for ever: {error}");
    assert!(fetch(&*source, told, Door::Provider).unwrap() == call.audio);
    assert_no_credential(&place.elevenlabs_server, &["cookie", "authorization"]);
    assert_no_credential(&place.backend_server, &["xi-api-key", "authorization"]);
    let at_provider = place.elevenlabs_server.seen();
    assert!(!at_provider.is_empty() && at_provider.iter().all(|seen| seen.asked.header("xi-api-key") == Some(KEY)));
}

#[test]
fn an_older_address_is_asked_with_the_session_at_the_server_and_without_it_anywhere_else() {
    let truth = Truth::small(1);
    let place = Place::new(truth.clone(), Dialect::Documented, long_after);
    let elsewhere = Place::new(truth.clone(), Dialect::Documented, long_after);
    let call = &truth.calls[0];
    let source = place.backend(&[]);
    let shelf = Shelf::synced(&*source);
    let told = &shelf.calls[&call.id];
    assert!(source.doors(&told.recordings[0]).contains(&Door::Legacy));
    let own = fetch(&*source, told, Door::Legacy).unwrap();
    assert!(own == call.audio, "the relative address lies at the server");
    let path = told.recordings[0].legacy_url.clone().unwrap();
    let absolute =
        |origin: &str| Recording { legacy_url: Some(format!("{origin}{path}")), ..told.recordings[0].clone() };
    let here = ask(&*source, &call.id, &absolute(place.backend_server.origin()), Door::Legacy).unwrap();
    assert!(here == call.audio, "its own absolute address gets the session too");
    let there = ask(&*source, &call.id, &absolute(elsewhere.backend_server.origin()), Door::Legacy).unwrap_err();
    assert_eq!(there.outcome, Outcome::Denied, "the other server knows nobody: {there}");
    let moved = place.backend(&[("legacy_url", elsewhere.backend_server.origin())]);
    assert_eq!(fetch(&*moved, told, Door::Legacy).unwrap_err().outcome, Outcome::Denied);
    assert_eq!(elsewhere.backend_server.requests(), 2, "it was asked, and that was all");
    assert_no_credential(&elsewhere.backend_server, &["cookie", "authorization", "xi-api-key"]);
}

#[test]
fn a_call_that_is_gone_at_the_server_is_told_from_audio_it_has_not_got() {
    let truth = Truth::small(2);
    let place = Place::new(truth.clone(), Dialect::Observed, long_after);
    let source = place.backend(&[]);
    let shelf = Shelf::synced(&*source);
    place.truth.change(|now| drop(now.calls.remove(0)));
    let told = &shelf.calls[&truth.calls[0].id];
    assert_eq!(fetch(&*source, told, Door::Source).unwrap_err().outcome, Outcome::Gone);
}

#[test]
fn retention_says_until_when_audio_is_there_and_since_when_it_is_not() {
    let truth = Truth::small(3);
    let place = Place::new(truth.clone(), Dialect::Documented, long_after);
    let (planned, done) = (long_after() / 1000 + 86_400, truth.calls[1].started_ms / 1000 + 3_600);
    place.elevenlabs.delete_audio(&truth.calls[0], Deletion::Planned(planned));
    place.elevenlabs.delete_audio(&truth.calls[1], Deletion::Done(done));
    let source = place.provider(&[]);
    let shelf = Shelf::synced(&*source);
    let told = |index: usize| &shelf.calls[&conversation_id(&truth.calls[index])];
    let expires = |index: usize| told(index).recordings[0].expires_at.as_ref().map(|at| at.utc_ms);
    assert_eq!([expires(0), expires(1), expires(2)], [Some(planned * 1000), Some(done * 1000), None]);
    assert!(fetch(&*source, told(0), Door::Source).is_ok());
    let error = fetch(&*source, told(1), Door::Source).unwrap_err();
    assert_eq!(error.outcome, Outcome::Gone, "{error}");
}

#[test]
fn audio_that_is_not_there_may_still_come_while_the_call_is_young() {
    let mut truth = Truth::small(1);
    truth.calls[0].audio.clear();
    for (clock, outcome) in [(same_day as fn() -> i64, Outcome::NotYet), (long_after, Outcome::NotFound)] {
        let place = Place::new(truth.clone(), Dialect::Documented, clock);
        let recording = Recording { remote_id: "audio".into(), ..Recording::default() };
        let error =
            ask(&*place.provider(&[]), &conversation_id(&truth.calls[0]), &recording, Door::Source).unwrap_err();
        assert_eq!(error.outcome, outcome, "{error}");
        assert_eq!(asked_for(&place.elevenlabs_server, "/audio").len(), 1);
    }
}
