//! What the sources say of themselves.

use testkit::sandbox::elevenlabs::KEY;
use testkit::sandbox::{Dialect, Truth};
use turnstone_source::{Check, Kind};

use super::place::{NO_SECRET, Place, asked_for, long_after, sign_in};

fn place() -> Place {
    Place::new(Truth::small(3), Dialect::Observed, long_after)
}

fn failures(checks: &[Check]) -> Vec<&str> {
    checks.iter().filter(|check| !check.ok).map(|check| check.words.as_str()).collect()
}

#[test]
fn a_source_that_works_says_so_line_by_line() {
    let place = place();
    for checks in [place.backend_and_provider().test(), place.provider(&[]).test()] {
        assert_eq!(failures(&checks), [""; 0], "{checks:?}");
        assert!(checks.len() >= 4, "reached, signed in, may list, may fetch audio: {checks:?}");
    }
    let posts = place.backend_server.seen().into_iter().filter(|seen| seen.asked.method == "POST").count();
    assert_eq!((posts, asked_for(&place.backend_server, "/audio").len()), (1, 0), "a test fetches nothing");
}

#[test]
fn what_is_missing_is_said_with_what_to_do() {
    let place = place();
    let wrong = place.backend_with(r#"{"email":"a@example.com","password":"guess"}"#, &[]).test();
    assert!(failures(&wrong)[0].contains("enter them again"), "{wrong:?}");
    let nothing = place.backend_with(NO_SECRET, &[]).test();
    assert!(failures(&nothing)[0].contains("enter its e-mail address"), "{nothing:?}");
    place.backend.forbid(true);
    let forbidden = place.backend(&[]).test();
    assert!(failures(&forbidden)[0].contains("view_call_history"), "{forbidden:?}");
    let wrong_key = place.open(Kind::Elevenlabs, place.elevenlabs_server.origin(), "guess", &[]).test();
    assert!(failures(&wrong_key)[0].contains("create a new one"), "{wrong_key:?}");
    assert!(!format!("{wrong:?}{wrong_key:?}").contains("guess"), "no secret is repeated");
}

#[test]
fn a_server_that_is_not_there_is_said_to_be_not_reached() {
    let place = place();
    let gone = self::place().elevenlabs_server.origin().to_owned();
    for (kind, secret) in [(Kind::Elevenlabs, KEY.to_owned()), (Kind::ElevenlabsBackend, sign_in())] {
        let checks = place.open(kind, &gone, &secret, &[]).test();
        assert!(failures(&checks)[0].contains("not reached"), "{checks:?}");
    }
}
