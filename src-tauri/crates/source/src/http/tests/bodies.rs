//! Bodies that are cut short, too long, too slow, too large or not what they say.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use model::Cancel;
use serde_json::json;

use super::{Server, answer, http_in, impatient, json as json_answer, quick, world};
use crate::http::patience::Limits;
use crate::http::{Http, HttpError};
use crate::{Network, World};

fn write(connection: &mut TcpStream, text: &str) -> bool {
    connection.write_all(text.as_bytes()).is_ok()
}

/// Writes this and ends the connection.
fn break_off(connection: &mut TcpStream, text: &str) -> bool {
    write(connection, text);
    false
}

/// Writes this again and again until the other side has enough or `turns` are over; waits in between on a channel that
/// nobody sends on.
fn drip(connection: &mut TcpStream, piece: &[u8], every: Duration, turns: usize) -> bool {
    let (_keep, never) = mpsc::channel::<()>();
    for _ in 0..turns {
        if connection.write_all(piece).is_err() {
            break;
        }
        if !every.is_zero() {
            let _ = never.recv_timeout(every);
        }
    }
    false
}

/// Holds a connection open without a word until the other side has gone.
fn hold(connection: &mut TcpStream) -> bool {
    let _ = connection.read(&mut [0]);
    false
}

fn read(server: &Server) -> Result<Vec<u8>, HttpError> {
    read_within(server, quick())
}

fn read_within(server: &Server, limits: Limits) -> Result<Vec<u8>, HttpError> {
    let mut answer = server.http_within(limits).get("/a").send(&Cancel::new())?;
    let mut bytes = Vec::new();
    match answer.body.read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(HttpError::of_read(&error)),
    }
}

fn is_network<T>(result: &Result<T, HttpError>) -> bool {
    matches!(result, Err(HttpError::Network(_)))
}

#[test]
fn a_body_shorter_than_it_says_is_no_body() {
    for head in ["content-length: 10\r\n", "transfer-encoding: chunked\r\n"] {
        let server = Server::new(move |_, _, connection| {
            break_off(connection, &format!("HTTP/1.1 200 OK\r\n{head}\r\n5\r\n12345"))
        });
        let result = read(&server);
        assert!(is_network(&result), "{head}: {result:?}");
    }
}

#[test]
fn a_json_body_that_is_cut_short_is_asked_for_again() {
    let server = Server::new(|turn, _, connection| match turn {
        0 => break_off(connection, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n[1,2"),
        // Without a length, only the JSON shows it.
        1 => break_off(connection, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n[1,2"),
        _ => write(connection, &json_answer("[1,2,3]")),
    });
    let http = server.http();
    assert_eq!(http.get("/a").json(&Cancel::new()).unwrap(), json!([1, 2, 3]));
    assert_eq!(http.requests(), 3);
}

#[test]
fn a_connection_that_breaks_at_any_byte_is_an_error_and_never_a_shorter_body() {
    let whole = json_answer(r#"{"calls":[1,2,3]}"#);
    for cut in 0..whole.len() {
        let server = Server::in_turn(vec![whole.clone()]);
        let broken = Server::new({
            let whole = whole.clone();
            move |_, _, connection| break_off(connection, &whole[..cut])
        });
        assert!(read(&broken).is_err(), "cut at {cut}");
        assert!(read(&server).is_ok());
    }
}

#[test]
fn what_is_no_http_is_a_network_error() {
    for nonsense in [
        "SSH-2.0-OpenSSH\r\n\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "\0\0\0\0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n",
    ] {
        let server = Server::new(move |_, _, connection| break_off(connection, nonsense));
        let result = read(&server);
        assert!(is_network(&result), "{nonsense:?}: {result:?}");
    }
}

#[test]
fn silence_ends_a_request_before_and_within_its_answer() {
    for said in ["", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345"] {
        let server = Server::new(move |_, _, connection| write(connection, said) && hold(connection));
        let start = Instant::now();
        let result = read_within(&server, impatient());
        assert!(is_network(&result), "{said:?}: {result:?}");
        assert!(start.elapsed() < impatient().stall * 20, "{said:?}: {:?}", start.elapsed());
    }
}

#[test]
fn a_head_that_never_ends_is_not_waited_for() {
    let server = Server::new(|_, _, connection| {
        write(connection, "HTTP/1.1 200 OK\r\n") && drip(connection, b"x", Duration::from_millis(60), 400)
    });
    let start = Instant::now();
    assert!(is_network(&read_within(&server, impatient())));
    assert!(start.elapsed() < impatient().head * 12);
}

#[test]
fn a_body_that_trickles_is_not_waited_for() {
    let server = Server::new(|_, _, connection| {
        write(connection, "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
            && drip(connection, b"x", Duration::from_millis(40), 400)
    });
    let start = Instant::now();
    assert!(is_network(&read_within(&server, impatient())));
    assert!(start.elapsed() < impatient().span * 20, "{:?}", start.elapsed());
}

#[test]
fn endless_json_is_too_large_and_not_asked_for_again() {
    let server = Server::new(|_, _, connection| {
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
        write(connection, head) && drip(connection, chunk.as_bytes(), Duration::ZERO, usize::MAX)
    });
    let http = small(&server);
    let error = http.get("/a").json(&Cancel::new()).unwrap_err();
    assert!(matches!(error, HttpError::TooLarge(_)), "{error:?}");
    assert_eq!(http.requests(), 1);
}

/// With a limit of 1 MiB for JSON.
fn small(server: &Server) -> Http {
    server.http_within(Limits { json_bytes: 1 << 20, ..quick() })
}

#[test]
fn a_bomb_is_too_large_and_an_honest_packed_answer_is_read() {
    let packed = |bytes: Vec<u8>| {
        let mut out = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n".to_vec();
        out.extend(format!("content-length: {}\r\n\r\n", bytes.len()).as_bytes());
        out.extend(bytes);
        out
    };
    let bomb = packed(gzip(&[b' '; 4 << 20]));
    assert!(bomb.len() < 100_000);
    let honest = packed(gzip(b"[1]"));
    for (answer, is_bomb) in [(bomb, true), (honest, false)] {
        let server = Server::new(move |_, _, connection| connection.write_all(&answer).is_ok());
        let result = small(&server).get("/a").json(&Cancel::new());
        match result {
            Err(HttpError::TooLarge(_)) => assert!(is_bomb),
            other => assert_eq!((other.unwrap(), is_bomb), (json!([1]), false)),
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use flate2::{Compression, write::GzEncoder};
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

#[test]
fn a_byte_order_mark_before_json_is_no_matter() {
    let server = Server::always(json_answer("\u{feff}[1]"));
    assert_eq!(server.http().get("/a").json(&Cancel::new()).unwrap(), json!([1]));
}

#[test]
fn json_deeper_than_it_should_be_and_what_is_no_json_are_refused() {
    for body in [format!("{}{}", "[".repeat(200), "]".repeat(200)), "<html>".into(), String::new()] {
        let server = Server::always(json_answer(&body));
        let http = server.http();
        let error = http.get("/a").json(&Cancel::new()).unwrap_err();
        assert!(matches!(error, HttpError::NotJson(_)), "{error:?}");
        assert_eq!(http.requests(), 1);
    }
    let server = Server::always("HTTP/1.1 204 No Content\r\n\r\n");
    assert!(server.http().get("/a").json(&Cancel::new()).unwrap().is_null());
}

#[test]
fn offline_nothing_leaves_this_machine() {
    let server = Server::always(json_answer("{}"));
    let world = World { network: Network::default(), ..world() };
    let http = http_in(&server.url, &world);
    world.network.set_off(true);
    assert!(matches!(http.get("/a").json(&Cancel::new()), Err(HttpError::Offline)));
    assert_eq!((http.requests(), server.seen().len()), (0, 0));
    world.network.set_off(false);
    http.get("/a").json(&Cancel::new()).unwrap();
}

#[test]
fn going_offline_ends_what_is_being_read() {
    let server = Server::new(|_, _, connection| {
        write(connection, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345") && hold(connection)
    });
    let world = World { network: Network::default(), ..world() };
    let mut answer = http_in(&server.url, &world).get("/a").send(&Cancel::new()).unwrap();
    answer.body.read_exact(&mut [0; 5]).unwrap();
    world.network.set_off(true);
    let error = answer.body.read(&mut [0; 5]).unwrap_err();
    assert!(matches!(HttpError::of_read(&error), HttpError::Offline), "{error}");
}

#[test]
fn a_cancel_ends_waiting_for_an_answer_and_reading_it_at_once() {
    for said in ["", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345"] {
        let (asked, was_asked) = mpsc::channel();
        let asked = std::sync::Mutex::new(asked);
        let server = Server::new(move |_, _, connection| {
            write(connection, said) && asked.lock().unwrap().send(()).is_ok() && hold(connection)
        });
        let (cancel, http) = (Cancel::new(), server.http());
        thread::scope(|scope| {
            let reading = scope.spawn(|| {
                let mut answer = http.get("/a").send(&cancel)?;
                let read = answer.body.read_to_end(&mut Vec::new());
                read.map_err(|error| HttpError::of_read(&error))
            });
            was_asked.recv().unwrap();
            let start = Instant::now();
            cancel.cancel();
            let result = reading.join().unwrap();
            assert!(matches!(result, Err(HttpError::Cancelled(_))), "{result:?}");
            assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
        });
    }
}

#[test]
fn the_whole_has_a_limit_for_whoever_waits() {
    let server = Server::new(|_, _, connection| {
        write(connection, "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
            && drip(connection, &[b'x'; 2000], Duration::from_millis(20), 500)
    });
    let start = Instant::now();
    let result = server.http().get("/a").within(Duration::from_millis(300)).json(&Cancel::new());
    assert!(is_network(&result), "{result:?}");
    assert!(start.elapsed() < Duration::from_secs(8));
}

#[test]
fn a_part_is_taken_if_it_is_the_missing_one_and_otherwise_the_whole_is_asked_for() {
    let part = |range: &str| answer("206 Partial Content", &format!("content-range: bytes {range}\r\n"), "56789");
    let whole = answer("200 OK", "", "0123456789");
    let table = [
        (part("5-9/10"), 206, "56789", 1),
        (part("5-9/*"), 206, "56789", 1),
        (whole.clone(), 200, "0123456789", 1),
        (part("4-8/10"), 200, "0123456789", 2),
        (part("nonsense"), 200, "0123456789", 2),
        (answer("206 Partial Content", "", "56789"), 200, "0123456789", 2),
        (answer("416 Range Not Satisfiable", "", ""), 200, "0123456789", 2),
    ];
    for (first, status, body, requests) in table {
        let server = Server::in_turn(vec![first.clone(), whole.clone()]);
        let mut answer = server.http().get("/a").resume(5, "\"tag\"").send(&Cancel::new()).unwrap();
        let mut read = String::new();
        answer.body.read_to_string(&mut read).unwrap();
        let seen = server.seen();
        assert_eq!((answer.status, read.as_str(), seen.len()), (status, body, requests), "{first}");
        assert_eq!((seen[0].headers["range"].as_str(), seen[0].headers["if-range"].as_str()), ("bytes=5-", "\"tag\""));
        assert!(seen.iter().skip(1).all(|seen| !seen.headers.contains_key("range")));
    }
    for unasked in [part("4-8/10"), answer("206 Partial Content", "", "56789")] {
        let server = Server::always(unasked);
        assert!(is_network(&server.http().get("/a").send(&Cancel::new()).map(|answer| answer.status)));
    }
}
