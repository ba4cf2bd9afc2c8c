//! Signed addresses and sessions that run out midway: new ones are got, and nothing is lost.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use app::FaultCode;
use testkit::sandbox::{Answer, Asked, Dialect, Fault, SYSTEMS, Truth};

use crate::served::Served;
use crate::servers_faults::side_by_side;

const CALLS: usize = 6;
/// Kinds whose sign-in can be done again, or whose tokens can be renewed.
const SIGNED_IN: [&str; 3] = ["elevenlabs-backend", "ringcentral", "supabase"];

#[test]
fn a_signed_address_that_has_run_out_is_got_anew() {
    let kinds = [
        ("supabase-backend", Dialect::Observed),
        ("vapi-backend", Dialect::Documented),
        ("vapi-backend", Dialect::Observed),
        ("vapi", Dialect::Documented),
    ];
    side_by_side(kinds.to_vec(), |(kind, dialect)| {
        let served = Served::speaking(kind, dialect, Truth::small(CALLS));
        assert_eq!(served.sync().run.added, CALLS as u64, "{kind}, {dialect:?}");
        let met = Arc::new(Mutex::new(HashSet::new()));
        let expired = Arc::clone(&met);
        served.server().tamper(move |asked, answer| {
            if is_signed(asked) && expired.lock().unwrap().insert(asked.path.clone()) {
                run_out(answer);
            }
        });
        let totals = served.fetch_all();
        assert_eq!(met.lock().unwrap().len(), CALLS, "{kind}, {dialect:?}: every address was tried: {totals:?}");
        served.assert_all_audio(&format!("{kind}, {dialect:?}: {totals:?}"));
    });
}

#[test]
fn a_session_that_ends_midway_is_begun_anew_or_asked_for() {
    side_by_side(SYSTEMS.iter().collect(), |system| {
        let served = Served::new(system.kind, Truth::small(CALLS));
        let mut asked_so_far = 0;
        served.server().whims(move |asked| {
            asked_so_far += usize::from(asked.method == "GET");
            (asked.method == "GET" && asked_so_far == 2).then_some(Fault::Status(401))
        });
        let outcome = served.sync();
        let words = format!("{}: {outcome:?}", system.kind);
        let code = outcome.fault.as_ref().map(|fault| fault.code);
        match SIGNED_IN.contains(&system.kind) {
            true => assert_eq!((outcome.run.complete, outcome.run.added), (true, CALLS as u64), "{words}"),
            false => assert!(outcome.run.complete || code == Some(FaultCode::NeedsCredentials), "{words}"),
        }
        served.server().behave();
        assert!(served.sync().run.complete, "{words}");
        served.assert_truth(&words);
    });
}

/// An address with a signature that its store checks.
fn is_signed(asked: &Asked) -> bool {
    asked.query.iter().any(|(name, _)| name == "token" || name.ends_with("Signature"))
}

/// What a store says of an address that has run out.
fn run_out(answer: &mut Answer) {
    let body = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
    *answer = Answer { status: 403, body: body.into(), ..Answer::default() }.header("Content-Type", "application/xml");
}
