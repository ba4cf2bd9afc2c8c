//! Redirects, and where credentials go.

use model::Cancel;
use serde_json::json;

use super::{Seen, Server, answer, json as json_answer};
use crate::http::{Body, Credential, Http, HttpError, Request};
use crate::secret::Secret;

const CREDENTIALS: [&str; 4] = ["authorization", "xi-api-key", "apikey", "cookie"];

fn to(status: &str, target: &str) -> String {
    answer(status, &format!("Location: {target}\r\nSet-Cookie: session=1\r\n"), "moved")
}

/// A request with every kind of credential.
fn with_credentials(request: Request) -> Request {
    let secret = Secret::new("secret");
    let rest = CREDENTIALS.iter().skip(1).map(|header| Credential::header(header, &secret));
    rest.fold(request.credential(&Credential::bearer(&secret)), |request, credential| request.credential(&credential))
}

fn credentials_in(seen: &Seen) -> usize {
    CREDENTIALS.iter().filter(|header| seen.headers.contains_key(**header)).count()
}

fn ask(http: &Http, path: &str) -> Result<serde_json::Value, HttpError> {
    with_credentials(http.get(path)).header("x-own", "1").json(&Cancel::new())
}

#[test]
fn within_the_origin_a_redirect_is_followed_with_credentials_and_its_own_query() {
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let server = Server::in_turn(vec![to(status, "/new?b=2#part"), json_answer("1")]);
        let value = ask(&server.http(), "/old?token=ours").unwrap();
        let seen = server.seen();
        assert_eq!((value, seen[1].line.trim()), (json!(1), "GET /new?b=2 HTTP/1.1"), "{status}");
        assert_eq!(credentials_in(&seen[1]), CREDENTIALS.len(), "{status}");
        assert_eq!(seen[1].headers["cookie"], "secret", "{status}: a cookie was kept");
        assert!(!seen[1].headers.contains_key("referer"));
    }
}

#[test]
fn another_origin_gets_no_credential_of_any_kind() {
    let other = Server::always(json_answer("2"));
    let server = Server::always(to("302 Found", &format!("{}/x", other.url)));
    assert_eq!(ask(&server.http(), "/a").unwrap(), json!(2));
    assert_eq!(credentials_in(&server.seen()[0]), CREDENTIALS.len());
    let seen = &other.seen()[0];
    assert_eq!(credentials_in(seen), 0, "{:?}", seen.headers);
    assert!(!seen.headers.contains_key("x-own") && !seen.headers.contains_key("referer"));
    let basic = server.http().get("/b").credential(&Credential::basic("u", &Secret::new("p")));
    basic.json(&Cancel::new()).unwrap();
    assert!(other.seen().iter().all(|seen| credentials_in(seen) == 0));
}

#[test]
fn what_was_dropped_stays_dropped_when_a_redirect_leads_back() {
    let back = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let target = std::sync::Arc::clone(&back);
    let other = Server::new(move |_, _, connection| {
        use std::io::Write;
        connection.write_all(to("302 Found", &target.lock().unwrap()).as_bytes()).is_ok()
    });
    let server = Server::in_turn(vec![to("302 Found", &format!("{}/x", other.url)), json_answer("3")]);
    *back.lock().unwrap() = format!("{}/back", server.url);
    assert_eq!(ask(&server.http(), "/a").unwrap(), json!(3));
    let seen = server.seen();
    assert_eq!((credentials_in(&seen[0]), credentials_in(&seen[1])), (CREDENTIALS.len(), 0));
}

#[test]
fn a_host_under_another_name_is_another_origin() {
    let other = Server::always(json_answer("4"));
    let port = other.url.rsplit(':').next().unwrap().to_owned();
    let first = Server::always(to("302 Found", &format!("http://localhost:{port}/x")));
    ask(&first.http(), "/a").unwrap();
    assert_eq!(credentials_in(&other.seen()[0]), 0);
}

#[test]
fn an_address_found_elsewhere_gets_no_credential() {
    let (server, other) = (Server::always(json_answer("5")), Server::always(json_answer("6")));
    let http = server.http();
    let ask = |address: String| with_credentials(http.found(&address).unwrap()).json(&Cancel::new()).unwrap();
    assert_eq!((ask(format!("{}/x", other.url)), ask(format!("{}/x", server.url))), (json!(6), json!(5)));
    assert_eq!((credentials_in(&other.seen()[0]), credentials_in(&server.seen()[0])), (0, CREDENTIALS.len()));
}

#[test]
fn redirects_end() {
    let server = Server::new(|turn, _, connection| {
        use std::io::Write;
        connection.write_all(to("302 Found", &format!("/{turn}")).as_bytes()).is_ok()
    });
    assert!(matches!(ask(&server.http(), "/a"), Err(HttpError::Unsafe(_))));
    assert_eq!(server.seen().len(), 6, "one request and five redirects");
    let circle = Server::always(to("302 Found", "/a"));
    assert!(matches!(ask(&circle.http(), "/a"), Err(HttpError::Unsafe(_))));
    assert_eq!(circle.seen().len(), 1);
}

#[test]
fn unfit_targets_are_not_asked() {
    let targets = [
        "http://example.com/",
        "http://169.254.169.254/latest",
        "https://169.254.169.254/latest",
        "https://10.0.0.1/",
        "https://[fd00::1]/",
        "https://u:p@127.0.0.1/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "https://",
    ];
    for target in targets {
        let server = Server::always(to("307 Temporary", target));
        let error = ask(&server.http(), "/a").err();
        assert!(matches!(error, Some(HttpError::Unsafe(_))), "{target}: {error:?}");
        assert_eq!(server.seen().len(), 1, "{target}");
    }
}

#[test]
fn a_post_is_not_sent_elsewhere() {
    for status in ["302 Found", "303 See Other", "307 Temporary"] {
        let server = Server::always(to(status, "/b"));
        let error = server.http().post("/a", Body::Json(json!({"password": "p"}))).json(&Cancel::new()).err();
        assert!(matches!(error, Some(HttpError::Unsafe(_))), "{status}: {error:?}");
        assert_eq!(server.seen().len(), 1, "{status}");
    }
}

#[test]
fn a_refusal_tells_that_it_came_from_elsewhere() {
    let other = Server::always(answer("401 Unauthorized", "", "no"));
    let server = Server::always(to("302 Found", &format!("{}/x", other.url)));
    let Err(HttpError::Status(refusal)) = ask(&server.http(), "/a") else { panic!("no refusal") };
    assert!(refusal.status == 401 && refusal.elsewhere);
}

#[test]
fn a_redirect_without_a_target_is_a_refusal() {
    let server = Server::always(answer("302 Found", "", ""));
    assert!(matches!(ask(&server.http(), "/a"), Err(HttpError::Status(refusal)) if refusal.status == 302));
}
