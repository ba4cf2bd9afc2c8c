//! Lists that are well delivered and make no sense: every call comes in once, and the walk ends.

use serde_json::{Value, json};
use testkit::sandbox::{Answer, Truth};

use crate::served::Served;

const CALLS: usize = 45;
const KINDS: [&str; 4] = ["elevenlabs", "elevenlabs-backend", "supabase-backend", "twilio"];
/// Where lists keep their items.
const ITEMS: [&str; 6] = ["data", "conversations", "items", "recordings", "calls", "records"];

fn served(kind: &str, tamper: fn(&mut Value)) -> Served {
    let served = Served::set(kind, Truth::many(CALLS), &[("page_size", "10")]);
    served.server().tamper(move |asked, answer| {
        if asked.method == "GET" {
            rewrite(answer, tamper);
        }
    });
    served
}

#[test]
fn doubled_and_shuffled_items_come_in_once() {
    for kind in KINDS {
        let served = served(kind, |list| {
            if let Some(items) = items_of(list) {
                let twice = items.clone();
                items.extend(twice);
                fastrand::Rng::with_seed(7).shuffle(items);
            }
        });
        let outcome = served.sync();
        assert_eq!((outcome.run.complete, outcome.run.added), (true, CALLS as u64), "{kind}: {outcome:?}");
        served.assert_truth(kind);
    }
}

#[test]
fn counts_that_lie_hide_nothing() {
    for kind in KINDS {
        for lie in [0, 1_000_000_000] {
            let tamper =
                if lie == 0 { |list: &mut Value| tell(list, 0) } else { |list: &mut Value| tell(list, 1_000_000_000) };
            let served = served(kind, tamper);
            let outcome = served.sync();
            assert_eq!((outcome.run.complete, outcome.run.added), (true, CALLS as u64), "{kind}, {lie}: {outcome:?}");
        }
    }
}

#[test]
fn a_list_that_leads_back_to_its_beginning_ends_and_nothing_is_taken_for_gone() {
    let served = Served::set("elevenlabs", Truth::many(CALLS), &[("page_size", "10")]);
    assert_eq!(served.sync().run.added, CALLS as u64);
    served.server().tamper(|_, answer| {
        rewrite(answer, |list| {
            if list.get("next_cursor").is_some() {
                (list["next_cursor"], list["has_more"]) = (json!("after-10"), json!(true));
            }
        });
    });
    let before = served.server().requests();
    let outcome = served.sync();
    assert_eq!((outcome.run.added, outcome.run.vanished), (0, 0), "{outcome:?}");
    assert!(served.server().requests() - before < 20, "the walk ends soon");
    served.server().behave();
    assert!(served.sync().run.complete);
    assert_eq!(served.content().len(), CALLS);
}

#[test]
fn items_that_make_no_sense_keep_no_other_one_out() {
    for kind in KINDS {
        let served = served(kind, |list| {
            if let Some(items) = items_of(list) {
                items.push(Value::Null);
                items.push(json!({"nonsense": [1, {"deep": true}]}));
                items.push(json!("a text"));
            }
        });
        let outcome = served.sync();
        assert_eq!((outcome.run.complete, outcome.run.added), (true, CALLS as u64), "{kind}: {outcome:?}");
        assert!(outcome.run.rejected > 0, "{kind}: what cannot be read is told: {outcome:?}");
        served.assert_truth(kind);
    }
}

fn rewrite(answer: &mut Answer, tamper: fn(&mut Value)) {
    let Ok(mut value) = serde_json::from_slice::<Value>(&answer.body) else { return };
    tamper(&mut value);
    answer.body = value.to_string().into_bytes();
}

/// The items of an answer that is a list.
fn items_of(list: &mut Value) -> Option<&mut Vec<Value>> {
    if list.is_array() {
        return list.as_array_mut();
    }
    let key = ITEMS.into_iter().find(|key| list.get(key).is_some_and(Value::is_array))?;
    list[key].as_array_mut()
}

/// Has an answer say that there are so many.
fn tell(list: &mut Value, so_many: u64) {
    for key in ["total", "totalPages", "pages", "count", "end"] {
        if items_of(list).is_some() && list.get(key).is_some() {
            list[key] = so_many.into();
        }
    }
}
