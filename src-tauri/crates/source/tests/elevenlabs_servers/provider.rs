//! ElevenLabs itself: lists and details.

use std::sync::Arc;

use model::{Direction, Role};
use serde_json::json;
use testkit::sandbox::elevenlabs::{KEY, conversation_id};
use testkit::sandbox::{Answer, Asked, Dialect, Server, Site, Truth};
use turnstone_source::{Kind, SourceError};

use super::place::{Place, Tampered, asked_for, changed, long_after, same_day};
use super::shelf::{Shelf, said, spoken};

#[test]
fn everything_elevenlabs_tells_comes_in() {
    for dialect in [Dialect::Documented, Dialect::Observed] {
        let truth = Truth::small(130);
        let place = Place::new(truth.clone(), dialect, long_after);
        let shelf = Shelf::synced(&*place.provider(&[]));
        shelf.assert_tells(&truth, conversation_id);
        assert_eq!(place.elevenlabs_server.requests(), 2 + 130, "two pages, and every call's details");
        let outbound = &shelf.calls[&conversation_id(&truth.calls[1])];
        assert_eq!(outbound.call.direction, Some(Direction::Outbound));
        assert_eq!(outbound.call.to.as_ref().unwrap().number.as_deref(), Some(truth.calls[1].customer.as_str()));
        assert_eq!(outbound.call.outcome.as_deref(), Some("success"));
        assert_eq!(outbound.call.cost.as_ref().unwrap().unit.as_deref(), Some("credits"));
        assert_eq!(outbound.metadata["analysis"]["data_collection_results"]["mood"]["value"], "neutral");
        let tools = outbound.transcript.as_ref().unwrap().turns.iter().filter(|turn| turn.role == Some(Role::Tool));
        assert_eq!(tools.count(), usize::from(dialect == Dialect::Observed), "a tool that was called is shown as one");
    }
}

#[test]
fn a_second_walk_asks_for_what_is_new_and_nothing_else() {
    let place = Place::new(Truth::small(130), Dialect::Documented, long_after);
    let source = place.provider(&[]);
    let mut shelf = Shelf::synced(&*source);
    place.elevenlabs_server.forget();
    place.truth.change(|truth| *truth = Truth::small(131));
    shelf.sync(&*source).unwrap();
    assert_eq!(shelf.calls.len(), 131);
    let asked = asked_for(&place.elevenlabs_server, "conversations");
    assert_eq!(asked.len(), 2, "the list from two days before the newest call, and the one call that is new");
    let newest = Truth::small(130).calls.pop().unwrap();
    let after = (newest.started_ms / 1000 - 48 * 3600).to_string();
    assert_eq!(asked[0].param("call_start_after_unix"), Some(after.as_str()));
}

#[test]
fn a_conversation_that_is_being_worked_on_is_asked_for_again_until_it_is_done() {
    let truth = Truth::small(8);
    let mut early = truth.clone();
    early.calls[2].turns.clear();
    let place = Place::new(early, Dialect::Documented, same_day);
    let source = place.provider(&[]);
    let mut shelf = Shelf::synced(&*source);
    let name = conversation_id(&truth.calls[2]);
    assert_eq!(shelf.calls[&name].call.status.as_deref(), Some("processing"));
    assert!(shelf.calls[&name].recordings.is_empty(), "it has no audio yet");
    place.truth.change(|now| *now = truth.clone());
    place.elevenlabs_server.forget();
    shelf.sync(&*source).unwrap();
    assert_eq!(spoken(&shelf.calls[&name]), said(&truth.calls[2]));
    assert_eq!(shelf.calls[&name].recordings.len(), 1);
    assert_eq!(place.elevenlabs_server.requests(), 2, "that one call, and the list");
}

#[test]
fn what_only_the_list_knows_is_not_lost_and_not_lost_again_later() {
    let mut truth = Truth::small(3);
    truth.calls[2].turns.clear();
    let place = Place::new(truth.clone(), Dialect::Documented, same_day);
    let bare = |site: &dyn Site, asked: &Asked| {
        let list = asked.path.ends_with("/conversations");
        changed(site.answer(asked), |body| match body["conversations"].as_array_mut() {
            Some(entries) if list => entries.iter_mut().for_each(|entry| {
                (entry["agent_name"], entry["direction"]) = (json!("Front desk"), json!("outbound"));
                entry["call_summary_title"] = json!("About a parcel");
            }),
            _ => {
                (body["metadata"], body["analysis"]) = (json!(null), json!(null));
                body.as_object_mut().unwrap().remove("agent_name");
            }
        })
    };
    let server = Server::start(Arc::new(Tampered(place.elevenlabs.clone(), bare)));
    let source = place.open(Kind::Elevenlabs, server.origin(), KEY, &[]);
    let mut shelf = Shelf::synced(&*source);
    for _ in 0..2 {
        for call in &truth.calls {
            let kept = &shelf.calls[&conversation_id(call)].call;
            assert_eq!(kept.agent.as_deref(), Some("Front desk"));
            assert_eq!(kept.direction, Some(Direction::Outbound), "the details speak of no telephone call");
            assert_eq!(kept.started_at.as_ref().map(|at| at.utc_ms), Some(call.started_ms / 1000 * 1000));
        }
        assert_eq!(shelf.calls[&conversation_id(&truth.calls[0])].call.title.as_deref(), Some("About a parcel"));
        // The one that is being worked on is asked for again, without the list.
        shelf.sync(&*source).unwrap();
    }
}

#[test]
fn a_cursor_that_leads_back_ends_the_walk_in_doubt() {
    let place = Place::new(Truth::small(120), Dialect::Documented, long_after);
    let circle = |site: &dyn Site, asked: &Asked| {
        let answer = site.answer(asked);
        if !asked.path.ends_with("/conversations") {
            return answer;
        }
        changed(answer, |body| (body["next_cursor"], body["has_more"]) = (json!("after-20"), json!(true)))
    };
    let server = Server::start(Arc::new(Tampered(place.elevenlabs.clone(), circle)));
    let shelf = Shelf::synced(&*place.open(Kind::Elevenlabs, server.origin(), KEY, &[]));
    assert_eq!(shelf.calls.len(), 120, "after the first hundred come those behind the twentieth");
    assert!(shelf.doubt.is_some());
}

#[test]
fn one_conversation_that_cannot_be_read_does_not_keep_the_others_out() {
    let truth = Truth::small(6);
    let place = Place::new(truth.clone(), Dialect::Documented, long_after);
    let (bad, worse) = (conversation_id(&truth.calls[0]), conversation_id(&truth.calls[1]));
    let nonsense = move |site: &dyn Site, asked: &Asked| {
        let answer = site.answer(asked);
        if asked.path.ends_with(&bad) {
            return Answer::json(&json!(["not", "a", "conversation"]));
        }
        if asked.path.ends_with(&worse) {
            return changed(answer, |body| {
                (body["metadata"], body["transcript"]) = (json!("none"), json!([5, {"role": 7, "message": {}}]));
            });
        }
        if asked.path.ends_with("/conversations") {
            return changed(answer, |body| body["conversations"][0] = json!({"status": "done"}));
        }
        answer
    };
    let server = Server::start(Arc::new(Tampered(place.elevenlabs.clone(), nonsense)));
    let shelf = Shelf::synced(&*place.open(Kind::Elevenlabs, server.origin(), KEY, &[]));
    assert_eq!(shelf.rejected.len(), 2, "{:?}", shelf.rejected);
    assert_eq!(shelf.calls.len(), 4, "six, but one without an id and one that is no conversation");
}

#[test]
fn a_key_that_is_refused_and_one_that_may_not_read_are_told_apart() {
    let place = Place::new(Truth::small(1), Dialect::Documented, long_after);
    let wrong = place.open(Kind::Elevenlabs, place.elevenlabs_server.origin(), "another-key", &[]);
    let error = Shelf::default().sync(&*wrong).unwrap_err();
    assert!(matches!(&error, SourceError::Credentials(words) if !words.contains("another-key")), "{error}");
    let lacking = |_: &dyn Site, _: &Asked| {
        Answer::status(401, &json!({"detail": {"status": "missing_permissions", "message": "convai_read"}}))
    };
    let server = Server::start(Arc::new(Tampered(place.elevenlabs.clone(), lacking)));
    let error = Shelf::default().sync(&*place.open(Kind::Elevenlabs, server.origin(), KEY, &[])).unwrap_err();
    assert!(matches!(error, SourceError::Forbidden(_)), "{error}");
    assert_eq!(server.requests(), 1, "another session would not help");
}
