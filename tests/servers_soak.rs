//! Thousands of calls over a server that gets every fifth answer wrong: repeated runs end with exactly what it has, for
//! little more than they would have asked for anyway.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use testkit::sandbox::{Asked, Fault, Truth};

use crate::served::{Served, assert_same};

/// How many calls there are; set to 10000 for a full run.
const CALLS: &str = "TURNSTONE_TEST_SOAK_CALLS";
const USUAL_CALLS: usize = 1_000;
const MOST_RUNS: usize = 60;

#[test]
fn thousands_of_calls_over_a_server_that_gets_every_fifth_answer_wrong_come_in_exactly() {
    let calls = std::env::var(CALLS).map_or(USUAL_CALLS, |text| text.parse().unwrap());
    let settings = [("jobs", "64"), ("page_size", "100")];
    let served = Served::set("elevenlabs", Truth::many(calls), &settings);
    let content = served.content_without_faults();
    let least = served.server().requests();
    served.server().forget();
    let wrong = Arc::new(Mutex::new(0));
    served.server().whims(whim(Arc::clone(&wrong)));
    let begun = Instant::now();
    let runs = (1..=MOST_RUNS).find(|_| served.sync().run.complete && served.content().len() == calls);
    // What was told but not had is asked for again by one more run.
    served.sync();
    let asked = served.server().requests();
    let wrong = *wrong.lock().unwrap();
    println!("{runs:?} runs, {asked} requests for {least}, {wrong} of them answered wrongly, {:?}", begun.elapsed());
    assert!(runs.is_some(), "it ends");
    assert!(wrong > asked / 6, "about every fifth answer was wrong: {wrong} of {asked}");
    assert_same(&served.content(), &content, "the library has what the server has, and nothing else");
    assert!(asked * 2 <= least * 3, "{asked} requests where {least} would do");
}

/// A fault in every fifth answer, the same ones every time.
fn whim(wrong: Arc<Mutex<usize>>) -> impl FnMut(&Asked) -> Option<Fault> + Send {
    let mut dice = fastrand::Rng::with_seed(20_261_121);
    let faults = [
        Fault::RetryAfter(429, "0".into()),
        Fault::RetryAfter(503, "0".into()),
        Fault::Status(500),
        Fault::Status(502),
        Fault::Truncated(20),
        Fault::WrongLength(7),
        Fault::WrongLength(-7),
        Fault::Reset(0),
        Fault::Reset(60),
        Fault::SlowLoris(Duration::from_micros(1)),
        Fault::Html,
        Fault::WrongType("text/plain".into()),
        Fault::HalfJson,
    ];
    // These take a second or more each.
    let heavy = |asked: &Asked| [Fault::Redirect(302, asked.path.clone()), Fault::Endless, Fault::GzipBomb(65 << 20)];
    move |asked| {
        let is_heavy = dice.u8(0..50) == 0;
        let of = if is_heavy { &heavy(asked)[..] } else { &faults };
        let fault = (dice.u8(0..5) == 0).then(|| dice.choice(of).cloned()).flatten();
        *wrong.lock().unwrap() += usize::from(fault.is_some());
        fault
    }
}
