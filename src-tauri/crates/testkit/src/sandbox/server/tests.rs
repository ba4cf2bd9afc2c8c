//! The server as a client with nothing but a socket finds it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::sandbox::{Answer, Asked, Fault, Hints, Line, Server, Site, When};

#[derive(Default)]
struct Echo {
    hints: Hints<String>,
    events: Hints<Vec<u8>>,
}

impl Site for Echo {
    fn answer(&self, asked: &Asked) -> Answer {
        match asked.path.as_str() {
            "/events" => Answer::events(self.events.listen()),
            "/chunked" => Answer::json(&json!({"path": "chunked"})).chunked(),
            _ => Answer::json(&json!({
                "path": asked.path, "name": asked.param("name"), "body": String::from_utf8_lossy(&asked.body)
            })),
        }
    }

    fn socket(&self, asked: &Asked) -> Option<Line> {
        let heard = Box::new(|text: &str| vec![format!("you said {text}")]);
        (asked.path == "/line").then(|| Line { push: self.hints.listen(), heard })
    }
}

fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.origin().strip_prefix("http://").unwrap()).unwrap()
}

/// Everything the server sends until it closes or breaks the connection off, and whether it did the latter.
fn ask(server: &Server, head: &str, body: &str) -> (String, bool) {
    let mut stream = connect(server);
    let length = body.len();
    write!(stream, "{head} HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}")
        .unwrap();
    let (mut answer, mut broken, mut bytes) = (Vec::new(), false, [0; 4096]);
    loop {
        match stream.read(&mut bytes) {
            Ok(0) => break,
            Ok(read) => answer.extend_from_slice(&bytes[..read]),
            Err(_) => {
                broken = true;
                break;
            }
        }
    }
    (String::from_utf8_lossy(&answer).into_owned(), broken)
}

fn after_head(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

fn always() -> When {
    When::default()
}

#[test]
fn a_request_arrives_decoded_and_is_written_down() {
    let server = Server::start(Arc::new(Echo::default()));
    let (answer, _) = ask(&server, "POST /a%20b/%2B?name=x%2By+z", "hello");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert_eq!(after_head(&answer), r#"{"path":"/a b/+","name":"x+y z","body":"hello"}"#);
    let seen = server.seen();
    assert_eq!((seen.len(), seen[0].status, seen[0].asked.method.as_str()), (1, 200, "POST"));
    assert_eq!(seen[0].asked.header("host"), Some("here"));
}

#[test]
fn one_connection_serves_many_requests_and_head_has_no_body() {
    let server = Server::start(Arc::new(Echo::default()));
    let mut stream = connect(&server);
    for _ in 0..100 {
        stream.write_all(b"HEAD /x HTTP/1.1\r\nHost: here\r\n\r\n").unwrap();
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        assert!(String::from_utf8_lossy(&head).contains("Content-Length: 35\r\n"), "{head:?}");
    }
    assert_eq!(server.requests(), 100);
}

#[test]
fn chunks_say_no_length() {
    let server = Server::start(Arc::new(Echo::default()));
    let (answer, _) = ask(&server, "GET /chunked", "");
    assert!(answer.contains("Transfer-Encoding: chunked\r\n") && !answer.contains("Content-Length"), "{answer}");
    assert_eq!(after_head(&answer), "6\r\n{\"path\r\n6\r\n\":\"chu\r\n6\r\nnked\"}\r\n0\r\n\r\n");
}

#[test]
fn every_fault_is_what_it_says() {
    let whole = r#"{"path":"/x","name":null,"body":""}"#;
    let met_by = |fault| {
        let server = Server::start(Arc::new(Echo::default()));
        server.misbehave(fault, always());
        ask(&server, "GET /x", "")
    };
    let (answer, _) = met_by(Fault::RetryAfter(429, "soon".into()));
    assert!(answer.starts_with("HTTP/1.1 429") && answer.contains("Retry-After: soon\r\n"), "{answer}");
    assert!(met_by(Fault::Status(502)).0.starts_with("HTTP/1.1 502"));
    let (answer, broken) = met_by(Fault::Truncated(4));
    assert!(answer.contains("Content-Length: 35\r\n") && !broken, "{answer}");
    assert_eq!(after_head(&answer), &whole[..4]);
    let (answer, _) = met_by(Fault::WrongLength(7));
    assert!(answer.contains("Content-Length: 42\r\n") && answer.ends_with(whole), "{answer}");
    let (answer, broken) = met_by(Fault::Reset(5));
    assert!(broken, "the connection is reset and not closed");
    assert_eq!(after_head(&answer), &whole[..5]);
    let (answer, _) = met_by(Fault::Html);
    assert!(answer.contains("Content-Type: text/html") && answer.ends_with("</html>"), "{answer}");
    let (answer, _) = met_by(Fault::WrongType("audio/mpeg".into()));
    assert!(answer.contains("audio/mpeg") && !answer.contains("json\r\n") && answer.ends_with(whole), "{answer}");
    let (answer, _) = met_by(Fault::GzipBomb(1 << 20));
    assert!(answer.contains("Content-Encoding: gzip\r\n") && answer.len() < 20_000, "{} bytes", answer.len());
    let (answer, _) = met_by(Fault::Redirect(307, "https://elsewhere.example/".into()));
    assert!(answer.starts_with("HTTP/1.1 307") && answer.contains("Location: https://elsewhere"), "{answer}");
    assert_eq!(after_head(&met_by(Fault::HalfJson).0), &whole[..17]);
    let (answer, _) = met_by(Fault::SlowLoris(Duration::from_micros(10)));
    assert_eq!(after_head(&answer), whole, "slow, and complete in the end");
}

#[test]
fn a_fault_meets_the_requests_it_is_meant_for() {
    let server = Server::start(Arc::new(Echo::default()));
    server.misbehave(Fault::Status(500), When { path: "/x".into(), after: 1, times: Some(2) });
    let status = |path: &str| ask(&server, path, "").0[9..12].to_owned();
    let statuses: Vec<String> = ["GET /x", "GET /y", "GET /x", "GET /x", "GET /x"].map(status).into();
    assert_eq!(statuses, ["200", "200", "500", "500", "200"]);
}

#[test]
fn a_server_that_is_dropped_ends_at_once_whatever_it_does() {
    let server = Server::start(Arc::new(Echo::default()));
    server.misbehave(Fault::Endless, When { path: "/endless".into(), ..always() });
    server.misbehave(Fault::SlowLoris(Duration::from_secs(3600)), When { path: "/slow".into(), ..always() });
    let streams: Vec<TcpStream> = ["/endless", "/slow", "/events", "/idle"]
        .map(|path| {
            let mut stream = connect(&server);
            write!(stream, "GET {path} HTTP/1.1\r\n\r\n").unwrap();
            stream.read_exact(&mut [0; 16]).unwrap();
            stream
        })
        .into();
    let begun = Instant::now();
    drop(server);
    assert!(begun.elapsed() < Duration::from_secs(5), "it took {:?}", begun.elapsed());
    drop(streams);
}

#[test]
fn events_and_socket_texts_go_out_as_they_come() {
    let echo = Arc::new(Echo::default());
    let server = Server::start(Arc::clone(&echo) as Arc<dyn Site>);
    let mut events = connect(&server);
    events.write_all(b"GET /events HTTP/1.1\r\n\r\n").unwrap();
    let (mut socket, _) = tungstenite::client(
        format!("ws://{}/line", server.origin().strip_prefix("http://").unwrap()),
        connect(&server),
    )
    .unwrap();
    socket.send(tungstenite::Message::text("hello")).unwrap();
    assert_eq!(socket.read().unwrap().into_text().unwrap().as_str(), "you said hello");
    assert_eq!(echo.hints.tell(&"new".to_owned()), 1);
    assert_eq!(socket.read().unwrap().into_text().unwrap().as_str(), "new");
    let mut told = Vec::new();
    while !told.ends_with(b"data: 1\n\n\r\n") {
        if told.is_empty() {
            while echo.events.tell(&b"data: 1\n\n".to_vec()) == 0 {
                std::thread::yield_now();
            }
        }
        let mut byte = [0];
        events.read_exact(&mut byte).unwrap();
        told.push(byte[0]);
    }
    echo.hints.hang_up();
    assert!(matches!(socket.read(), Ok(tungstenite::Message::Close(_))), "no one will say anything any more");
}
