//! Recordings that arrive damaged, late or not at all: what is shown as cached is whole, and the rest comes later.

use std::time::{Duration, Instant};

use testkit::sandbox::{Fault, Truth};

use crate::served::Served;
use crate::servers_faults::{each_of, side_by_side};

const CALLS: usize = 3;

/// Faults with which no recording can be had.
fn lasting() -> Vec<Fault> {
    vec![
        Fault::Status(500),
        Fault::Status(403),
        Fault::Truncated(300),
        Fault::WrongLength(10),
        Fault::WrongLength(-10),
        Fault::HalfJson,
        Fault::Status(404),
        Fault::Reset(0),
        Fault::Reset(300),
        Fault::Html,
        Fault::Redirect(302, "http://169.254.169.254/".into()),
        Fault::Redirect(302, "file:///etc/passwd".into()),
    ]
}

#[test]
fn a_recording_that_does_not_come_whole_is_not_cached_and_comes_later() {
    side_by_side(each_of(&["elevenlabs", "elevenlabs-backend"], lasting()), |(kind, fault)| {
        let served = Served::new(kind, Truth::small(CALLS));
        assert_eq!(served.sync().run.added, CALLS as u64);
        let fault_now = fault.clone();
        served.server().whims(move |_| Some(fault_now.clone()));
        let totals = served.fetch_all();
        assert_eq!((totals.total, totals.cached), (CALLS as u64, 0), "{kind}, {fault:?}: {totals:?}");
        assert_eq!(served.cached(), [] as [Vec<u8>; 0], "{kind}, {fault:?}: nothing partial lies in the cache");
        served.server().behave();
        assert_comes(&served, &format!("{kind}, {fault:?}"));
    });
}

#[test]
fn a_recording_that_is_asked_for_too_often_comes_when_the_server_lets_it() {
    let served = Served::new("elevenlabs", Truth::small(1));
    served.sync();
    served.server().whims(|_| Some(Fault::RetryAfter(429, "0".into())));
    let totals = served.fetch_all();
    assert_eq!((totals.pending, totals.cached), (1, 0), "it is on its way: {totals:?}");
    served.server().behave();
    assert_comes(&served, "429");
}

#[test]
fn a_recording_under_a_wrong_name_or_in_trickles_is_taken_for_what_it_is() {
    for fault in [
        Fault::WrongType("audio/mpeg".into()),
        Fault::WrongType("application/octet-stream".into()),
        Fault::SlowLoris(Duration::from_micros(5)),
    ] {
        let served = Served::new("elevenlabs", Truth::many(CALLS));
        served.sync();
        let fault_now = fault.clone();
        served.server().whims(move |_| Some(fault_now.clone()));
        assert_comes(&served, &format!("{fault:?}"));
    }
}

/// All recordings are had, byte for byte.
fn assert_comes(served: &Served, words: &str) {
    // A server that asked to be left alone for a moment is.
    let begun = Instant::now();
    let mut totals = served.fetch_all();
    while totals.pending > 0 && begun.elapsed() < Duration::from_secs(60) {
        totals = served.fetch_all();
    }
    assert_eq!(totals.cached, totals.total, "{words}: {totals:?}");
    served.assert_all_audio(words);
}
