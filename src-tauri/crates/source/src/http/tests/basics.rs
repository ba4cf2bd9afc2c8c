//! What is sent, and what is made of the answer.

use std::io::{Read, Write};

use model::Cancel;
use serde_json::json;

use super::{Server, answer, json as json_answer};
use crate::http::{Body, Credential, HttpError, segment};
use crate::secret::Secret;

#[test]
fn a_request_says_what_it_was_told_to() {
    let server = Server::always(json_answer(r#"{"calls":[]}"#));
    let http = server.http();
    let request = http.get("/v1/calls?sort=asc").query("after", "a+b &c").header("x-page", "7");
    let value = request.json(&Cancel::new()).expect("an answer");
    assert_eq!(value, json!({"calls": []}));
    let seen = &server.seen()[0];
    assert_eq!(seen.line.trim(), "GET /v1/calls?sort=asc&after=a%2Bb+%26c HTTP/1.1");
    assert_eq!(seen.headers["x-page"], "7");
    assert_eq!(seen.headers["accept-encoding"], "gzip");
    assert!(!seen.headers.contains_key("referer") && !seen.headers.contains_key("authorization"));
    assert_eq!(http.requests(), 1);
}

#[test]
fn bodies_are_json_or_forms() {
    let server = Server::always(json_answer("{}"));
    let http = server.http();
    let form = vec![("user".to_owned(), Secret::new("a&b")), ("password".to_owned(), Secret::new("p+ =w"))];
    http.post("/sign-in", Body::Json(json!({"a": 1}))).json(&Cancel::new()).expect("an answer");
    http.post("/token", Body::Form(form)).json(&Cancel::new()).expect("an answer");
    let seen = server.seen();
    assert_eq!((seen[0].line.trim(), seen[0].body.as_str()), ("POST /sign-in HTTP/1.1", r#"{"a":1}"#));
    assert_eq!(seen[0].headers["content-type"], "application/json");
    assert_eq!(seen[1].body, "user=a%26b&password=p%2B+%3Dw");
    assert_eq!(seen[1].headers["content-type"], "application/x-www-form-urlencoded");
}

#[test]
fn credentials_are_sent_to_the_configured_origin() {
    let server = Server::always(json_answer("{}"));
    let http = server.http();
    let key = Secret::new("k");
    let all = http.get("a").credential(&Credential::bearer(&key)).credential(&Credential::header("xi-api-key", &key));
    all.json(&Cancel::new()).expect("an answer");
    http.get("b").credential(&Credential::basic("u", &key)).json(&Cancel::new()).expect("an answer");
    let seen = server.seen();
    assert_eq!((seen[0].headers["authorization"].as_str(), seen[0].headers["xi-api-key"].as_str()), ("Bearer k", "k"));
    assert_eq!(seen[1].headers["authorization"], "Basic dTpr");
}

#[test]
fn a_body_streams_and_is_not_packed() {
    let server = Server::always(answer("200 OK", "Content-Type: audio/wav\r\nETag: \"1\"\r\n", "0123456789"));
    let mut response = server.http().get("/audio").send(&Cancel::new()).expect("an answer");
    assert_eq!((response.status, response.headers["etag"].as_str()), (200, "\"1\""));
    let mut bytes = String::new();
    response.body.read_to_string(&mut bytes).expect("a body");
    assert_eq!(bytes, "0123456789");
    assert_eq!(server.seen()[0].headers["accept-encoding"], "identity");
}

#[test]
fn a_refusal_tells_what_the_server_said() {
    let server = Server::always(answer("404 Not Found", "X-Code: 9\r\n", r#"{"code":"gone"}"#));
    let error = server.http().get("/calls/1?token=t").json(&Cancel::new()).expect_err("a refusal");
    let HttpError::Status(refusal) = error else { panic!("{error:?}") };
    assert_eq!((refusal.status, refusal.headers["x-code"].as_str(), refusal.elsewhere), (404, "9", false));
    assert_eq!(refusal.json(), Some(json!({"code": "gone"})));
    assert!(refusal.at.ends_with("/calls/1"), "{}", refusal.at);
    assert_eq!(server.seen().len(), 1, "a 404 was asked again");
}

#[test]
fn a_connection_is_used_again_and_a_closed_one_is_not() {
    let server = Server::always(json_answer("{}"));
    let http = server.http();
    for _ in 0..5 {
        http.get("a").json(&Cancel::new()).expect("an answer");
    }
    assert_eq!((server.connections(), http.requests()), (1, 5));
    let closing = Server::new(|_, _, connection| {
        let _ = connection.write_all(json_answer("{}").as_bytes());
        false
    });
    for _ in 0..5 {
        closing.http().get("a").json(&Cancel::new()).expect("an answer");
    }
}

#[test]
fn what_does_not_speak_tls_is_no_safe_connection_and_not_asked_again() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("https://{}", listener.local_addr().expect("its address"));
    let server = std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().expect("a connection");
        connection.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").expect("written");
        let mut said = Vec::new();
        let _ = connection.read_to_end(&mut said);
        said
    });
    let http = super::http(&url);
    let error = http.get("a").credential(&Credential::bearer(&Secret::new("hunter2"))).json(&Cancel::new());
    assert!(matches!(&error, Err(HttpError::Network(words)) if words.contains("no safe connection")), "{error:?}");
    assert_eq!(http.requests(), 1);
    let said = server.join().expect("a server that ends");
    assert!(!said.windows(7).any(|part| part == b"hunter2"));
}

#[test]
fn nobody_listening_is_said_and_tried_a_few_times() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    drop(listener);
    let http = super::http(&url);
    let error = http.get("a").json(&Cancel::new());
    assert!(matches!(&error, Err(HttpError::Network(words)) if words.contains("not listening")), "{error:?}");
    assert_eq!(http.requests(), 4);
}

#[test]
fn an_id_stays_one_segment() {
    let server = Server::always(json_answer("{}"));
    let http = super::http(&format!("{}/api/", server.url));
    for id in ["a/b?c#d e%", "..", ".", "", "ü"] {
        http.get(&format!("calls/{}", segment(id))).json(&Cancel::new()).expect("an answer");
    }
    let lines: Vec<String> = server.seen().iter().map(|seen| seen.line.trim().to_owned()).collect();
    let paths = ["a%2Fb%3Fc%23d%20e%25", "%252E%252E", "%252E", "%2520", "%C3%BC"];
    assert_eq!(lines, paths.map(|path| format!("GET /api/calls/{path} HTTP/1.1")));
    let error = http.get("../other").json(&Cancel::new()).expect_err("outside");
    assert!(matches!(error, HttpError::Unsafe(_)), "{error:?}");
}
