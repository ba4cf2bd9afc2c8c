//! Whatever a server does wrong: the run ends in the right class, nothing is lost, the other calls come in, and a later
//! run without the fault has everything.

use std::collections::HashSet;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use app::FaultCode;
use model::Cancel;
use testkit::sandbox::{Asked, Dialect, Fault, Truth};

use crate::served::Served;

const CALLS: usize = 12;
/// Where every request waits for a while.
const FEW: usize = 4;
/// The paths of lists, by their ends.
const LISTS: [&str; 6] =
    ["/api/call-logs", "/conversations", "/Recordings.json", "/v2/Transcripts", "/recordings/", "/calls/"];

/// A redirect to where it was asked.
const ITSELF: &str = "itself";

/// How a run goes while a fault lasts.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ends {
    /// With everything.
    Well,
    /// Without what was met by the fault, which is told.
    Without,
    /// Without it: the server says that it has it no more.
    Gone,
    /// It stops there.
    With(FaultCode),
}

use Ends::{Gone, Well, With, Without};

/// Every fault, and how a run goes if it meets one call's details, and the list, for as long as it lasts.
fn lasting() -> Vec<(Fault, Ends, Ends)> {
    let (limited, broken) = (With(FaultCode::RateLimited), With(FaultCode::Unreachable));
    let (needs, forbidden) = (With(FaultCode::NeedsCredentials), With(FaultCode::Forbidden));
    let redirect = |to: &str| Fault::Redirect(302, to.into());
    vec![
        (Fault::RetryAfter(429, "0".into()), limited, limited),
        (Fault::RetryAfter(429, "Wed, 21 Oct 2015 07:28:00 GMT".into()), limited, limited),
        (Fault::RetryAfter(503, "0".into()), Without, broken),
        (Fault::Status(500), Without, broken),
        (Fault::Status(502), Without, broken),
        (Fault::Status(401), needs, needs),
        (Fault::Status(403), Without, forbidden),
        (Fault::Status(404), Gone, broken),
        (Fault::Truncated(10), Without, broken),
        (Fault::WrongLength(7), Without, broken),
        (Fault::WrongLength(-7), Without, broken),
        (Fault::Endless, Without, broken),
        (Fault::Reset(0), Without, broken),
        (Fault::Reset(50), Without, broken),
        (Fault::SlowLoris(Duration::from_micros(20)), Well, Well),
        (Fault::Html, Without, broken),
        (Fault::WrongType("text/plain".into()), Well, Well),
        (Fault::GzipBomb(100 << 20), Without, broken),
        (redirect(ITSELF), Without, broken),
        (redirect("http://169.254.169.254/latest/meta-data"), Without, broken),
        (redirect("http://10.0.0.1/"), Without, broken),
        (redirect("http://calls.example.com/"), Without, broken),
        (redirect("https://127.0.0.1:1/"), Without, broken),
        (redirect("file:///etc/passwd"), Without, broken),
        (Fault::HalfJson, Without, broken),
    ]
}

/// Faults that are over when the same is asked again.
fn passing() -> Vec<Fault> {
    let retry = |status, after: &str| Fault::RetryAfter(status, after.into());
    vec![
        retry(429, "0"),
        retry(429, "Wed, 21 Oct 2015 07:28:00 GMT"),
        retry(503, "0"),
        Fault::Status(500),
        Fault::Status(502),
        Fault::Status(504),
        Fault::Truncated(10),
        Fault::WrongLength(7),
        Fault::WrongLength(-7),
        Fault::Reset(0),
        Fault::Reset(50),
        Fault::HalfJson,
    ]
}

#[test]
fn a_fault_that_passes_leaves_no_trace() {
    let kinds = [
        ("elevenlabs", Dialect::Documented),
        ("elevenlabs-backend", Dialect::Observed),
        ("supabase-backend", Dialect::Observed),
        ("twilio", Dialect::Observed),
    ];
    side_by_side(each_of(&kinds, passing()), |((kind, dialect), fault)| {
        let served = Served::speaking(kind, dialect, Truth::small(FEW));
        let (fault_now, met) = (fault.clone(), Mutex::new(HashSet::new()));
        served.server().whims(move |asked| {
            let is_first =
                asked.method == "GET" && met.lock().unwrap().insert((asked.path.clone(), asked.query.clone()));
            is_first.then(|| fault_now.clone())
        });
        let outcome = served.sync();
        assert!(outcome.run.complete, "{kind}, {fault:?}: {outcome:?}");
        assert_eq!((outcome.run.added, outcome.run.rejected), (FEW as u64, 0), "{kind}, {fault:?}: {outcome:?}");
        served.assert_truth(&format!("{kind}, {fault:?}"));
    });
}

#[test]
fn a_server_that_breaks_down_midway_is_read_to_its_end_later() {
    let kinds = [("twilio", 2), ("twilio", 7), ("elevenlabs-backend", 7)];
    // Who is asked to wait is met elsewhere: several calls that wait for each other take a minute.
    let faults = lasting().into_iter().filter(|(_, ends, _)| *ends != With(FaultCode::RateLimited)).collect();
    side_by_side(each_of(&kinds, faults), |((kind, first), (fault, ..))| {
        let served = Served::new(kind, Truth::small(CALLS));
        let (fault_now, mut asked_so_far) = (fault.clone(), 0);
        served.server().whims(move |asked| {
            asked_so_far += usize::from(asked.method == "GET");
            (asked_so_far > first).then(|| meet(&fault_now, asked))
        });
        let outcome = served.sync();
        assert_eq!(outcome.run.vanished, 0, "{kind}, {fault:?}: {outcome:?}");
        heals(&served, CALLS, &format!("{kind}, {fault:?} after {first}: {outcome:?}"));
    });
}

#[test]
fn one_call_that_cannot_be_had_keeps_no_other_one_out() {
    side_by_side(each_of(&["elevenlabs", "supabase-backend", "twilio"], lasting()), |(kind, (fault, ends, _))| {
        let served = Served::new(kind, Truth::small(CALLS));
        let (fault_now, chosen) = (fault.clone(), Mutex::new(None));
        served.server().whims(move |asked| {
            // Twilio's transcripts are a list too: without it, calls come in with what else there is.
            if asked.method != "GET" || is_list(asked) || asked.path.ends_with("/Transcripts") {
                return None;
            }
            let mut chosen = chosen.lock().unwrap();
            let is_chosen = *chosen.get_or_insert_with(|| asked.path.clone()) == asked.path;
            is_chosen.then(|| meet(&fault_now, asked))
        });
        let outcome = served.sync();
        let words = format!("{kind}, {fault:?}: {outcome:?}");
        let code = outcome.fault.as_ref().map(|fault| fault.code);
        let ends = match (kind, &fault) {
            // What may not be seen of one call may be seen of none at ElevenLabs: its keys are for all or nothing.
            ("elevenlabs", Fault::Status(403)) => With(FaultCode::Forbidden),
            // Twilio says so in JSON; a page for people is somebody else's.
            ("twilio", Fault::Status(404)) => Without,
            _ => ends,
        };
        let expected = match ends {
            Well => (CALLS as u64, 0, None),
            Without => (CALLS as u64 - 1, 1, None),
            Gone => (CALLS as u64 - 1, 0, None),
            With(code) => (0, 0, Some(code)),
        };
        assert_eq!((outcome.run.added, outcome.run.rejected, code), expected, "{words}");
        heals(&served, CALLS, &words);
    });
}

#[test]
fn a_list_that_cannot_be_had_ends_the_run_in_its_class_and_costs_nothing_that_is_here() {
    side_by_side(each_of(&["elevenlabs-backend", "elevenlabs"], lasting()), |(kind, (fault, _, ends))| {
        let served = Served::new(kind, Truth::small(CALLS));
        assert_eq!(served.sync().run.added, CALLS as u64);
        served.truth.change(|truth| *truth = Truth::small(CALLS + 1));
        let fault_now = fault.clone();
        served.server().whims(move |asked| is_list(asked).then(|| meet(&fault_now, asked)));
        let outcome = served.sync();
        let words = format!("{kind}, {fault:?}: {outcome:?}");
        let expected = match ends {
            Well | Without | Gone => (1, None),
            With(code) => (0, Some(code)),
        };
        let code = outcome.fault.as_ref().map(|fault| fault.code);
        assert_eq!((outcome.run.added, code), expected, "{words}");
        assert_eq!(outcome.run.vanished, 0, "{words}");
        heals(&served, CALLS + 1, &words);
    });
}

#[test]
fn an_absurd_wait_is_neither_sat_out_nor_broken() {
    let served = Served::new("elevenlabs", Truth::small(CALLS));
    served.server().whims(|_| Some(Fault::RetryAfter(429, "999999999999".into())));
    let begun = Instant::now();
    assert_eq!(served.sync().fault.unwrap().code, FaultCode::RateLimited);
    let asked = served.server().requests();
    assert_eq!(served.sync().fault.unwrap().code, FaultCode::RateLimited);
    assert!(begun.elapsed() < Duration::from_secs(20), "nobody waits for a day");
    assert_eq!(served.server().requests(), asked, "and nobody asks before that");
}

#[test]
fn whoever_waits_for_a_slow_server_can_stop() {
    let served = Served::new("elevenlabs", Truth::small(CALLS));
    served.server().whims(|_| Some(Fault::SlowLoris(Duration::from_secs(1))));
    let cancel = Cancel::new();
    thread::scope(|scope| {
        let run = scope.spawn(|| served.sync_until(&cancel));
        while served.server().requests() == 0 {
            thread::yield_now();
        }
        let asked = Instant::now();
        cancel.cancel();
        let outcome = run.join().unwrap();
        assert_eq!(outcome.fault.unwrap().code, FaultCode::Cancelled);
        assert!(asked.elapsed() < Duration::from_secs(3), "it took {:?}", asked.elapsed());
    });
    heals(&served, CALLS, "after a cancel");
}

/// After the fault everything is there, as if it had never been.
fn heals(served: &Served, calls: usize, words: &str) {
    served.server().behave();
    let healed = served.sync();
    assert!(healed.run.complete, "{words}, then {healed:?}");
    assert_eq!(served.content().len(), calls, "{words}, then {healed:?}");
    served.assert_truth(words);
}

fn meet(fault: &Fault, asked: &Asked) -> Fault {
    match fault {
        Fault::Redirect(status, to) if to == ITSELF => Fault::Redirect(*status, asked.path.clone()),
        other => other.clone(),
    }
}

fn is_list(asked: &Asked) -> bool {
    asked.method == "GET" && LISTS.iter().any(|list| asked.path.ends_with(list))
}

/// Every case for every kind of source.
pub fn each_of<K: Clone, T: Clone>(kinds: &[K], cases: Vec<T>) -> Vec<(K, T)> {
    kinds.iter().flat_map(|kind| cases.iter().map(|case| (kind.clone(), case.clone()))).collect()
}

/// Tries all cases at the same time: most of it is waiting.
pub fn side_by_side<T: Send>(cases: Vec<T>, run: impl Fn(T) + Sync) {
    thread::scope(|scope| {
        let running: Vec<_> = cases.into_iter().map(|case| scope.spawn(|| run(case))).collect();
        let failed: Vec<_> = running.into_iter().filter_map(|one| one.join().err()).collect();
        if let Some(panic) = failed.into_iter().next() {
            std::panic::resume_unwind(panic);
        }
    });
}
