//! WebSockets and events.

use std::io::Write;
use std::net::TcpListener;
use std::sync::{Arc, mpsc};
use std::thread;

use model::Cancel;
use tungstenite::Message;

use super::{Server, http};
use crate::http::{Credential, Heard};
use crate::secret::Secret;

#[test]
fn a_socket_talks_and_comes_back_when_it_breaks_and_ends_with_its_watch() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (heads, told_heads) = mpsc::channel();
    let server = thread::spawn(move || {
        for round in 0..2 {
            let (connection, _) = listener.accept().unwrap();
            let heads = heads.clone();
            #[allow(clippy::result_large_err)]
            let mut socket =
                tungstenite::accept_hdr(connection, move |asked: &tungstenite::handshake::server::Request, answer| {
                    let key = asked.headers().get("apikey").map(|key| key.to_str().unwrap().to_owned());
                    heads.send((asked.uri().to_string(), key)).unwrap();
                    Ok(answer)
                })
                .unwrap();
            assert_eq!(socket.read().unwrap(), Message::text("join"));
            socket.send(Message::text(format!("changed {round}"))).unwrap();
            if round == 1 {
                // Held until the other side ends it.
                while socket.read().is_ok() {}
            }
        }
    });
    let http = http(&url);
    let (hears, heard) = mpsc::channel();
    let asking = http.clone();
    let key = Credential::header("apikey", &Secret::new("k"));
    let watch = http.socket(
        move |_| Ok(asking.get("/hints").query("vsn", "1").credential(&key)),
        move |event, sender| match event {
            Heard::Open => sender.send("join"),
            Heard::Message(text) => hears.send(text.to_owned()).unwrap(),
            Heard::Tick => {}
        },
    );
    assert_eq!((heard.recv().unwrap(), heard.recv().unwrap()), ("changed 0".into(), "changed 1".into()));
    assert_eq!(told_heads.recv().unwrap(), ("/hints?vsn=1".into(), Some("k".into())));
    drop(watch);
    server.join().expect("the connection ended with the watch");
}

#[test]
fn a_socket_elsewhere_gets_no_credential() {
    let other = Server::always("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    let base = Server::always("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    let http = base.http();
    let address = format!("{}/hints", other.url.replace("http://", "ws://"));
    let (asks, asked) = mpsc::channel();
    let asking = http.clone();
    let watch = http.socket(
        move |_| {
            let _ = asks.send(());
            Ok(asking.found(&address)?.credential(&Credential::bearer(&Secret::new("secret"))))
        },
        |_, _| {},
    );
    // The second time, the first is over.
    asked.recv().unwrap();
    asked.recv().unwrap();
    drop(watch);
    let seen = other.seen();
    assert_eq!(seen[0].headers["upgrade"], "websocket");
    assert!(seen.iter().all(|seen| !seen.headers.contains_key("authorization")));
}

#[test]
fn events_are_read_and_the_stream_comes_back() {
    let (sends, sent) = mpsc::channel::<()>();
    let sends = std::sync::Mutex::new(sends);
    let server = Server::new(move |_, _, connection| {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
        let events = ": hello\r\n\r\nevent: call\r\ndata: {\"a\":1}\r\ndata: second\r\nid: 7\r\n\r\ndata:plain\n\n";
        let _ = connection.write_all(format!("{head}{events}").as_bytes());
        let _ = sends.lock().unwrap().send(());
        false
    });
    let (hears, heard) = mpsc::channel();
    let http = Arc::new(server.http());
    let asking = Arc::clone(&http);
    let watch = http.events(
        move |cancel: &Cancel| {
            cancel.check()?;
            Ok(asking.get("/status"))
        },
        move |name, data| hears.send((name.to_owned(), data.to_owned())).unwrap(),
    );
    let round: Vec<(String, String)> = heard.iter().take(6).collect();
    let expected = [("open", ""), ("call", "{\"a\":1}\nsecond"), ("message", "plain")];
    let expected: Vec<_> = expected.iter().map(|(name, data)| ((*name).to_owned(), (*data).to_owned())).collect();
    assert_eq!((&round[..3], &round[3..]), (&expected[..], &expected[..]));
    assert_eq!(server.seen()[0].headers["accept"], "text/event-stream");
    drop(watch);
    sent.recv().unwrap();
}
