//! The server in front of ElevenLabs: lists, transcripts, sign-in.

use std::sync::Arc;

use serde_json::json;
use testkit::sandbox::{Answer, Asked, Dialect, Server, Site, Truth, TruthCall};
use turnstone_source::{Kind, SourceError};

use super::place::{Place, Tampered, asked_for, changed, long_after, same_day, sign_in, token};
use super::shelf::{Shelf, said, spoken};

fn id(call: &TruthCall) -> String {
    call.id.clone()
}

#[test]
fn everything_the_server_tells_comes_in_as_documented_with_a_token() {
    let truth = Truth::small(130);
    let place = Place::new(truth.clone(), Dialect::Documented, long_after);
    let shelf = Shelf::synced(&*place.backend_with(&token(), &[]));
    shelf.assert_tells(&truth, id);
    assert_eq!(place.backend_server.requests(), 2, "two pages, and no request for a single call");
    let call = &shelf.calls[&truth.calls[0].id];
    assert_eq!(call.call.tenant.as_deref(), Some("org-1"));
    assert_eq!(call.call.cost.as_ref().map(|cost| cost.amount.as_str()), Some("0.1234"));
    assert_eq!(call.call.duration_ms, Some(1_000));
    assert!(!call.call.started_at.as_ref().unwrap().zone_assumed);
    assert_eq!(call.insights.as_ref().unwrap().sentiment.as_ref().unwrap().overall.as_deref(), Some("positive"));
    for name in ["conversationId", "elevenLabsCallId", "externalCallId", "agentId", "organizationId"] {
        assert!(call.call.external_ids.contains_key(name), "{name}");
    }
}

#[test]
fn everything_the_server_tells_comes_in_as_it_runs_and_what_it_lacks_from_the_provider() {
    let truth = Truth::small(130);
    let place = Place::new(truth.clone(), Dialect::Observed, long_after);
    let shelf = Shelf::synced(&*place.backend_and_provider());
    shelf.assert_tells(&truth, id);
    let backend = place.backend_server.seen();
    assert_eq!(backend.len(), 4, "one sign-in, and three pages of the fifty that the server allows");
    assert_eq!(place.elevenlabs_server.requests(), 26, "every fifth transcript is read at the provider");
    assert!(backend.iter().all(|seen| seen.asked.header("if-none-match").is_none()), "a 304 would hide edits");
    let posts: Vec<&str> = backend.iter().filter(|s| s.asked.method != "GET").map(|s| s.asked.path.as_str()).collect();
    assert_eq!(posts, ["/api/login"], "nothing else that changes the server is asked for");
}

#[test]
fn a_transcript_is_read_in_every_form_it_is_written_in_and_none_is_made_up() {
    let truth = Truth::small(10);
    let place = Place::new(truth.clone(), Dialect::Observed, long_after);
    let shelf = Shelf::synced(&*place.backend(&[]));
    for (index, call) in truth.calls.iter().enumerate() {
        let told = &shelf.calls[&call.id];
        let expected = if index % 5 == 4 { Vec::new() } else { said(call) };
        assert_eq!(spoken(told), expected, "form {}", index % 5);
        assert_eq!(told.call.duration_ms, None, "a length of 0 is none");
        let start = told.call.started_at.as_ref().unwrap();
        assert_eq!((start.utc_ms, start.zone_assumed), (call.started_ms, index % 2 == 1), "{start:?}");
        assert!(told.revision.is_some(), "what is still missing after so long is not asked for again");
    }
}

#[test]
fn a_second_walk_asks_for_no_call_and_ends_where_it_meets_what_it_knows() {
    let place = Place::new(Truth::small(130), Dialect::Documented, long_after);
    let source = place.backend(&[("page_size", "10")]);
    let mut shelf = Shelf::synced(&*source);
    assert_eq!(asked_for(&place.backend_server, "/api/call-logs").len(), 14, "the thirteenth page was full");
    place.backend_server.forget();
    place.truth.change(|truth| {
        let newest = Truth::small(131).calls.pop().unwrap();
        truth.calls.push(newest);
    });
    shelf.sync(&*source).unwrap();
    assert_eq!(shelf.calls.len(), 131);
    let asked = asked_for(&place.backend_server, "/api/call-logs");
    assert!(asked.len() <= 6, "two days of hourly calls are six pages of ten at most, not {}", asked.len());
    assert!(asked.iter().all(|asked| asked.path == "/api/call-logs"), "no call is asked for by itself");
}

#[test]
fn a_transcript_that_comes_late_is_brought_in_later() {
    for dialect in [Dialect::Documented, Dialect::Observed] {
        let truth = Truth::small(8);
        let mut early = truth.clone();
        early.calls[7].turns.clear();
        let place = Place::new(early, dialect, same_day);
        let source = place.backend(&[]);
        let mut shelf = Shelf::synced(&*source);
        let late = &truth.calls[7];
        assert_eq!((spoken(&shelf.calls[&late.id]), &shelf.calls[&late.id].revision), (Vec::new(), &None));
        place.truth.change(|now| *now = truth.clone());
        shelf.sync(&*source).unwrap();
        assert_eq!(spoken(&shelf.calls[&late.id]), said(late), "{dialect:?}");
        shelf.sync(&*source).unwrap();
        assert!(shelf.calls[&late.id].revision.is_some(), "{dialect:?}: now there is nothing more to come");
    }
}

#[test]
fn a_session_that_ends_in_the_middle_is_renewed_and_the_walk_goes_on() {
    let truth = Truth::small(30);
    let place = Place::new(truth.clone(), Dialect::Documented, long_after);
    let source = place.backend(&[("page_size", "10")]);
    place.backend.end_sessions_after(1);
    Shelf::synced(&*source).assert_tells(&truth, id);
    assert_eq!(place.backend.logins(), 2);
    let cookies: Vec<_> = asked_for(&place.backend_server, "/api/call-logs")
        .iter()
        .map(|asked| asked.header("cookie").unwrap_or_default().to_owned())
        .collect();
    assert!(cookies.iter().all(|cookie| cookie.starts_with("connect.sid=s%3Asession-") && !cookie.contains(';')));
}

#[test]
fn a_page_that_comes_again_and_again_ends_the_walk_in_doubt() {
    let truth = Truth::small(60);
    let place = Place::new(truth.clone(), Dialect::Observed, long_after);
    let always_the_first = |site: &dyn Site, asked: &Asked| {
        let query = asked.query.iter().filter(|(name, _)| name != "page").cloned().collect();
        site.answer(&Asked { query, ..asked.clone() })
    };
    let server = Server::start(Arc::new(Tampered(place.backend.clone(), always_the_first)));
    let source = place.open(Kind::ElevenlabsBackend, server.origin(), &sign_in(), &[]);
    let shelf = Shelf::synced(&*source);
    assert_eq!(shelf.calls.len(), 50, "what the page held is here, once");
    assert!(shelf.doubt.is_some(), "the other ten are not taken for gone");
    assert!(asked_for(&server, "/api/call-logs").len() <= 4);
}

#[test]
fn counts_are_not_believed() {
    for lie in [json!(0), json!(1_000_000), json!("many"), json!(null)] {
        let truth = Truth::small(60);
        let place = Place::new(truth.clone(), Dialect::Documented, long_after);
        let told = lie.clone();
        let lies = move |site: &dyn Site, asked: &Asked| {
            let answer = site.answer(asked);
            if asked.path != "/api/call-logs" {
                return answer;
            }
            changed(answer, |body| {
                for name in ["total", "totalPages"] {
                    body[name] = told.clone();
                }
            })
        };
        let server = Server::start(Arc::new(Tampered(place.backend.clone(), lies)));
        let source = place.open(Kind::ElevenlabsBackend, server.origin(), &sign_in(), &[("page_size", "25")]);
        Shelf::synced(&*source).assert_tells(&truth, id);
        let pages = asked_for(&server, "/api/call-logs").len();
        assert!((3..=4).contains(&pages), "{pages} pages were asked for when the server said {lie}");
    }
}

#[test]
fn a_call_log_that_makes_no_sense_is_refused_or_read_as_far_as_it_goes_and_its_siblings_come_in() {
    let truth = Truth::small(6);
    let place = Place::new(truth.clone(), Dialect::Documented, long_after);
    let nonsense = |site: &dyn Site, asked: &Asked| {
        let answer = site.answer(asked);
        if asked.path != "/api/call-logs" {
            return answer;
        }
        changed(answer, |body| {
            body["data"][0] = json!(null);
            body["data"][1] = json!({"transcript": []});
            body["data"][2] = json!({
                "id": "odd", "transcript": "{\"broken", "duration": "long", "cost": {}, "status": 7, "createdAt": [],
                "phoneNumber": {"a": 1}, "summaryMetadata": "[]", "recordingUrl": 5, "conversationId": ["x"],
            });
        })
    };
    let server = Server::start(Arc::new(Tampered(place.backend.clone(), nonsense)));
    let source = place.open(Kind::ElevenlabsBackend, server.origin(), &sign_in(), &[]);
    let shelf = Shelf::synced(&*source);
    assert_eq!(shelf.rejected.len(), 2, "{:?}", shelf.rejected);
    assert!(shelf.calls.contains_key("odd"), "wrong fields cost those fields");
    assert_eq!(shelf.calls.len(), 4);
}

#[test]
fn what_was_said_is_read_at_the_provider_though_the_server_says_the_call_failed_or_still_goes_on() {
    let truth = Truth::small(2);
    let place = Place::new(truth.clone(), Dialect::Documented, long_after);
    let forgetful = |site: &dyn Site, asked: &Asked| {
        let answer = site.answer(asked);
        if asked.path != "/api/call-logs" {
            return answer;
        }
        changed(answer, |page| {
            for (log, status) in page["data"].as_array_mut().unwrap().iter_mut().zip(["failed", "in-progress"]) {
                (log["status"], log["transcript"]) = (json!(status), json!(null));
            }
        })
    };
    let server = Server::start(Arc::new(Tampered(place.backend.clone(), forgetful)));
    let provider = ("provider_url", place.elevenlabs_server.origin());
    let set = [provider, ("provider_key_secret", "elevenlabs-key")];
    let source = place.open(Kind::ElevenlabsBackend, server.origin(), &sign_in(), &set);
    let mut shelf = Shelf::synced(&*source);
    for call in &truth.calls {
        assert_eq!(spoken(&shelf.calls[&call.id]), said(call));
    }
    place.elevenlabs_server.forget();
    shelf.sync(&*source).unwrap();
    assert_eq!(place.elevenlabs_server.requests(), 0, "what the provider told once is not asked for again");
}

#[test]
fn an_old_conversation_that_the_provider_has_deleted_is_asked_for_once() {
    let place = Place::new(Truth::small(5), Dialect::Observed, long_after);
    let (source, mut shelf) = (place.backend_and_provider(), Shelf::default());
    let deleted = Answer::status(404, &json!({"detail": {"status": "conversation_not_found"}}));
    place.elevenlabs_server.tamper(move |_, answer| *answer = deleted.clone());
    for requests in [1, 0] {
        place.elevenlabs_server.forget();
        shelf.sync(&*source).unwrap();
        assert_eq!(place.elevenlabs_server.requests(), requests, "the fifth call has no transcript, and gets none");
    }
}

#[test]
fn an_older_address_is_kept_rather_than_one_that_leads_to_the_servers_own_store() {
    let place = Place::new(Truth::small(2), Dialect::Documented, long_after);
    const OLDER: &str = "/api/audio/older.mp3";
    let both = |site: &dyn Site, asked: &Asked| {
        let answer = site.answer(asked);
        if asked.path != "/api/call-logs" {
            return answer;
        }
        changed(answer, |page| {
            for (log, older) in page["data"].as_array_mut().unwrap().iter_mut().zip([json!(OLDER), json!(null)]) {
                log["audioStorageKey"] = json!("conv_1_1.mp3");
                (log["recordingUrl"], log["audioUrl"]) = (json!("/api/audio/conv_1_1.mp3"), older);
            }
        })
    };
    let server = Server::start(Arc::new(Tampered(place.backend.clone(), both)));
    let shelf = Shelf::synced(&*place.open(Kind::ElevenlabsBackend, server.origin(), &sign_in(), &[]));
    let mut addresses: Vec<_> = shelf.calls.values().map(|call| call.recordings[0].legacy_url.clone()).collect();
    addresses.sort();
    assert_eq!(addresses, [Some("/api/audio/conv_1_1.mp3".to_owned()), Some(OLDER.to_owned())]);
}

#[test]
fn who_may_not_see_calls_is_told_the_permission_and_a_wrong_password_is_told_as_such() {
    let place = Place::new(Truth::small(3), Dialect::Observed, long_after);
    place.backend.forbid(true);
    let error = Shelf::default().sync(&*place.backend(&[])).unwrap_err();
    assert!(matches!(&error, SourceError::Forbidden(words) if words.contains("view_call_history")), "{error}");
    let wrong = r#"{"email":"auditor@example.com","password":"guess"}"#;
    let error = Shelf::default().sync(&*place.backend_with(wrong, &[])).unwrap_err();
    assert!(matches!(&error, SourceError::Credentials(words) if !words.contains("guess")), "{error}");
}
