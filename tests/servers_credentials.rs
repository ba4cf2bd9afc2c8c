//! A credential goes to the server it is for and to nobody else, whoever sends the client elsewhere and how.

use std::sync::Arc;

use model::Cancel;
use serde_json::Value;
use testkit::sandbox::{Answer, Asked, Fault, SYSTEMS, Seen, Server, Site, Truth};

use crate::served::Served;

/// Headers that carry credentials.
const HEADERS: [&str; 5] = ["authorization", "proxy-authorization", "cookie", "apikey", "xi-api-key"];

/// Somebody else's server on another port of this machine, which would take anything.
struct Stranger;

impl Site for Stranger {
    fn answer(&self, _asked: &Asked) -> Answer {
        Answer::bytes("audio/wav", testkit::wav(1, 10))
    }
}

#[test]
fn redirects_take_no_credential_along() {
    for system in SYSTEMS {
        let stranger = Server::start(Arc::new(Stranger));
        let served = Served::new(system.kind, Truth::many(3));
        let elsewhere = stranger.origin().to_owned();
        let away = move |asked: &Asked| {
            (asked.method == "GET").then(|| Fault::Redirect(307, format!("{elsewhere}{}", asked.path)))
        };
        served.server().whims(away.clone());
        served.app.sync(served.source, false, &Cancel::new(), &mut |_| {}).unwrap();
        served.server().behave();
        assert!(served.sync().run.complete, "{}", system.kind);
        let before = stranger.requests();
        served.server().whims(away);
        served.fetch_all();
        assert!(
            before > 0 && stranger.requests() > before,
            "{}: lists and audio were asked for elsewhere",
            system.kind
        );
        assert_knows_nothing(&stranger, served.server());
    }
}

#[test]
fn addresses_in_answers_are_given_no_credential() {
    let (mut asked, mut kinds) = (0, 0);
    for system in SYSTEMS {
        for scheme in ["http:", ""] {
            let stranger = Server::start(Arc::new(Stranger));
            let authority = stranger.origin().strip_prefix("http:").unwrap().to_owned();
            let served = Served::set(system.kind, Truth::many(3), &[("legacy_url", stranger.origin())]);
            let elsewhere = format!("{scheme}{authority}");
            served.server().tamper(move |_, answer| lead_away(answer, &elsewhere));
            served.app.sync(served.source, false, &Cancel::new(), &mut |_| {}).unwrap();
            served.fetch_all();
            assert_knows_nothing(&stranger, served.server());
            asked += stranger.requests();
            kinds += usize::from(stranger.requests() > 0);
        }
    }
    assert!(asked > 0 && kinds > 1, "somebody followed an address: {asked} requests, {kinds} cases");
}

/// Has every address in an answer lead to another server.
fn lead_away(answer: &mut Answer, elsewhere: &str) {
    let Ok(mut value) = serde_json::from_slice::<Value>(&answer.body) else { return };
    change(&mut value, elsewhere);
    answer.body = value.to_string().into_bytes();
}

fn change(value: &mut Value, elsewhere: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| change(item, elsewhere)),
        Value::Object(members) => {
            for (key, value) in members {
                let names_address = ["url", "uri", "next_page", "location", "link"]
                    .iter()
                    .any(|word| key.to_ascii_lowercase().contains(word));
                if names_address && (value.is_string() || value.is_null()) {
                    *value = format!("{elsewhere}/found/at/{key}").into();
                } else {
                    change(value, elsewhere);
                }
            }
        }
        _ => {}
    }
}

/// Nothing that the client told its own server in confidence was told to the stranger: no such header, and no such value
/// anywhere else.
fn assert_knows_nothing(stranger: &Server, own: &Server) {
    let confided: Vec<String> = own.seen().iter().flat_map(secrets).collect();
    assert!(!confided.is_empty(), "the client signed in where it should");
    for seen in stranger.seen() {
        let told = format!("{:?}", seen.asked);
        for header in HEADERS {
            assert!(seen.asked.header(header).is_none(), "{header} was sent to another server: {told}");
        }
        for secret in &confided {
            assert!(!told.contains(secret), "a secret was sent to another server: {told}");
        }
    }
}

fn secrets(seen: &Seen) -> Vec<String> {
    let values = HEADERS.iter().filter_map(|header| seen.asked.header(header));
    values.map(|value| value.rsplit(' ').next().unwrap_or(value).to_owned()).collect()
}
