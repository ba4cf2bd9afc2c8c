//! The gate, and asking again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use model::Cancel;
use serde_json::json;

use super::{Server, answer, http_in, json as json_answer, quick, world};
use crate::http::gate::asked_to_wait;
use crate::http::{Body, HttpError};
use crate::{Waiting, World};

/// 2026-01-02T03:04:05Z.
const NOW: i64 = 1_767_323_045_000;

fn asked(headers: &[(&str, &str)], body: &str) -> Option<Duration> {
    let headers: BTreeMap<String, String> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    asked_to_wait(&headers, body, NOW)
}

#[test]
fn a_wait_is_read_in_every_usual_way() {
    let day = Duration::from_secs(24 * 3600);
    let table = [
        ("retry-after", "7", Some(Duration::from_secs(7))),
        ("retry-after", " 0 ", Some(Duration::ZERO)),
        ("retry-after", "1.5", Some(Duration::from_millis(1500))),
        ("retry-after", "Fri, 02 Jan 2026 03:04:15 GMT", Some(Duration::from_secs(10))),
        ("retry-after", "Fri, 02 Jan 2026 03:00:00 GMT", Some(Duration::ZERO)),
        ("retry-after", "soon", None),
        ("retry-after", "", None),
        ("retry-after", "-5", Some(Duration::ZERO)),
        ("retry-after", "99999999999999999999999999", Some(day)),
        ("retry-after", "inf", Some(day)),
        ("retry-after", "NaN", None),
        ("retry-after-ms", "250", Some(Duration::from_millis(250))),
        ("x-ratelimit-reset", "30", Some(Duration::from_secs(30))),
        ("x-ratelimit-reset", "1767323050", Some(Duration::from_secs(5))),
        ("x-ratelimit-reset", "1767323050000", Some(Duration::from_secs(5))),
    ];
    for (name, value, wait) in table {
        assert_eq!(asked(&[(name, value)], ""), wait, "{name}: {value}");
    }
    assert_eq!(asked(&[], r#"{"retryAfter":3}"#), Some(Duration::from_secs(3)));
    assert_eq!(asked(&[], r#"{"retryAfter":"4"}"#), Some(Duration::from_secs(4)));
    assert_eq!(asked(&[], "slow down"), None);
    let by_its_own_clock =
        [("retry-after", "Fri, 02 Jan 2026 05:00:07 GMT"), ("date", "Fri, 02 Jan 2026 05:00:00 GMT")];
    assert_eq!(asked(&by_its_own_clock, ""), Some(Duration::from_secs(7)));
}

fn limited(headers: &str) -> String {
    answer("429 Too Many Requests", headers, "{}")
}

/// A world, and what it is told about waiting.
fn told() -> (World, Arc<Mutex<Vec<Option<Waiting>>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&told);
    (World { waiting: Arc::new(move |waiting| kept.lock().unwrap().push(waiting)), ..world() }, told)
}

#[test]
fn the_server_is_waited_for_never_less_and_it_is_told() {
    for wait in ["retry-after: 1\r\n", "retry-after-ms: 1000\r\n"] {
        let times = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&times);
        let texts = [limited(wait), json_answer("1")];
        let server = Server::new(move |turn, _, connection| {
            kept.lock().unwrap().push(Instant::now());
            std::io::Write::write_all(connection, texts[turn.min(1)].as_bytes()).is_ok()
        });
        let (world, told) = told();
        let http = http_in(&server.url, &world);
        assert_eq!(http.get("/a").json(&Cancel::new()).unwrap(), json!(1));
        let times = times.lock().unwrap();
        assert!(times[1] - times[0] >= Duration::from_secs(1), "asked again after {:?}", times[1] - times[0]);
        let told = told.lock().unwrap();
        assert!(
            matches!(told.as_slice(), [Some(waiting), None] if waiting.why == "the server asked for it"),
            "{told:?}"
        );
        assert_eq!(http.requests(), 2);
    }
}

#[test]
fn everybody_waits_at_the_same_gate() {
    let server = Server::in_turn(vec![limited("retry-after: 1\r\n"), json_answer("1")]);
    let (http, start) = (server.http(), Instant::now());
    // A POST is not sent again, but what it was told holds for all.
    let refused = http.post("/a", Body::Json(json!({}))).json(&Cancel::new());
    assert!(matches!(refused, Err(HttpError::RateLimited { .. })), "{refused:?}");
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| http.clone().get("/b").json(&Cancel::new()).unwrap());
        }
    });
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(server.seen().len(), 5);
}

#[test]
fn a_wait_too_long_is_not_waited_and_nothing_is_sent_meanwhile() {
    for wait in ["86400", "3600", "99999999999999999999"] {
        let server = Server::always(answer("503 Unavailable", &format!("retry-after: {wait}\r\n"), ""));
        let http = server.http();
        let before = super::now();
        let mut untils = Vec::new();
        for _ in 0..3 {
            let Err(HttpError::RateLimited { until_ms }) = http.get("/a").json(&Cancel::new()) else {
                panic!("{wait}")
            };
            untils.push(until_ms);
        }
        assert_eq!(server.seen().len(), 1, "{wait}");
        assert!(untils[0] >= before + 3_600_000 && untils[0] <= before + 25 * 3_600_000, "{wait}: {untils:?}");
        assert!(untils.iter().all(|until| *until == untils[0]));
    }
}

#[test]
fn a_stranger_cannot_close_the_gate_for_long() {
    let other = Server::always(limited("retry-after: 86400\r\n"));
    let server = Server::always(json_answer("1"));
    let http = server.http();
    let refused = http.found(&format!("{}/x", other.url)).unwrap().json(&Cancel::new());
    assert!(matches!(refused, Err(HttpError::RateLimited { .. })), "{refused:?}");
    assert_eq!(http.get("/a").json(&Cancel::new()).unwrap(), json!(1));
}

#[test]
fn a_429_that_says_nothing_is_waited_for_longer_and_longer_and_then_told() {
    let server = Server::always(limited(""));
    let (http, start) = (server.http(), Instant::now());
    let result = http.get("/a").json(&Cancel::new());
    assert!(matches!(result, Err(HttpError::RateLimited { .. })), "{result:?}");
    assert_eq!(http.requests(), 4);
    assert!(start.elapsed() >= quick().back_off * 7, "{:?}", start.elapsed());
}

#[test]
fn a_cancel_ends_the_wait_at_the_gate() {
    let server = Server::always(limited("retry-after: 60\r\n"));
    let (waits, waiting) = mpsc::channel();
    let waits = Mutex::new(waits);
    let told = move |waiting: Option<Waiting>| waits.lock().unwrap().send(waiting.is_some()).unwrap();
    let world = World { waiting: Arc::new(told), ..world() };
    let (http, cancel) = (http_in(&server.url, &world), Cancel::new());
    thread::scope(|scope| {
        let asking = scope.spawn(|| http.get("/a").json(&cancel));
        assert!(waiting.recv().unwrap(), "begins to wait");
        let start = Instant::now();
        cancel.cancel();
        assert!(matches!(asking.join().unwrap(), Err(HttpError::Cancelled(_))));
        assert!(start.elapsed() < Duration::from_secs(8));
        assert!(!waiting.recv().unwrap(), "has ended waiting");
    });
    assert_eq!(http.requests(), 1);
}

#[test]
fn passing_trouble_is_asked_again_and_other_refusals_are_not() {
    for (status, requests) in [
        ("408 Timeout", 2),
        ("425 Early", 2),
        ("500 Oops", 2),
        ("502 Bad", 2),
        ("503 Later", 2),
        ("504 Slow", 2),
        ("400 Bad", 1),
        ("401 Who", 1),
        ("403 No", 1),
        ("404 None", 1),
        ("501 Never", 1),
    ] {
        let server = Server::in_turn(vec![answer(status, "", ""), json_answer("1")]);
        let http = server.http();
        let result = http.get("/a").json(&Cancel::new());
        assert_eq!((http.requests(), result.is_ok()), (requests, requests > 1), "{status}");
    }
    let server = Server::always(answer("500 Oops", "", ""));
    let http = server.http();
    assert!(matches!(http.get("/a").json(&Cancel::new()), Err(HttpError::Status(refusal)) if refusal.status == 500));
    assert_eq!(http.requests(), 4);
}

#[test]
fn a_post_is_sent_once_and_a_settled_answer_is_taken() {
    let server = Server::always(answer("500 Oops", "", "Call not found"));
    let http = server.http();
    http.post("/a", Body::Json(json!({}))).json(&Cancel::new()).unwrap_err();
    assert_eq!(http.requests(), 1);
    let settled = http.get("/a").settled(|status, body| status == 500 && body.contains("not found"));
    assert!(matches!(settled.json(&Cancel::new()), Err(HttpError::Status(_))));
    assert_eq!(http.requests(), 2);
}
