//! How an answer goes out: as it should, or as a fault has it.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Answer, Fault};

/// A page for people, as proxies and captive portals send it.
const PAGE: &str = "<!DOCTYPE html><html><head><title>Welcome</title></head><body><h1>Please sign in to the network</h1></body></html>";
/// What an endless answer is made of.
const PADDING: [u8; 8192] = [b' '; 8192];

/// Waits for a while; `false` if the server ends meanwhile.
pub(super) type Pause<'a> = &'a dyn Fn(Duration) -> bool;

/// The status an answer goes out with.
pub(super) fn status(answer: &Answer, fault: Option<&Fault>) -> u16 {
    match fault {
        Some(Fault::RetryAfter(status, _) | Fault::Status(status) | Fault::Redirect(status, _)) => *status,
        Some(Fault::Html | Fault::GzipBomb(_)) => 200,
        _ => answer.status,
    }
}

/// Sends an answer as it should be. `true`: the connection can be used again.
pub(super) fn send(mut stream: &TcpStream, answer: &Answer, head_only: bool, pause: Pause<'_>) -> io::Result<bool> {
    if let Some(pieces) = answer.stream.as_ref().filter(|_| !head_only) {
        stream.write_all(&head(answer, Length::Chunked, true))?;
        let pieces = pieces.lock().expect("one connection reads a stream");
        loop {
            match pieces.recv_timeout(Duration::from_millis(10)) {
                Ok(piece) if piece.is_empty() => {}
                Ok(piece) => stream.write_all(&chunk(&piece))?,
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) if pause(Duration::ZERO) => {}
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => break,
            }
        }
        stream.write_all(b"0\r\n\r\n")?;
        return Ok(false);
    }
    let length = if answer.chunked { Length::Chunked } else { Length::Of(answer.body.len() as i64) };
    let mut bytes = head(answer, length, false);
    if !head_only && answer.chunked {
        // Three pieces, so that whoever reads must put them together.
        for piece in answer.body.chunks(answer.body.len().div_ceil(3).max(1)) {
            bytes.extend(chunk(piece));
        }
        bytes.extend(b"0\r\n\r\n");
    } else if !head_only {
        bytes.extend(&answer.body);
    }
    stream.write_all(&bytes)?;
    Ok(true)
}

/// Sends an answer as a fault has it; the connection is of no use afterwards.
pub(super) fn misdeliver(
    mut stream: &TcpStream,
    answer: Answer,
    fault: &Fault,
    head_only: bool,
    pause: Pause<'_>,
) -> io::Result<()> {
    let whole = answer.body.len() as i64;
    let ends_well = |answer: Answer| {
        let mut bytes = head(&answer, Length::Of(answer.body.len() as i64), true);
        if !head_only {
            bytes.extend(&answer.body);
        }
        let mut stream = stream;
        stream.write_all(&bytes)
    };
    let status = status(&answer, Some(fault));
    match fault {
        Fault::RetryAfter(_, wait) => {
            ends_well(Answer::status(status, &serde_json::json!({"error": "slow down"})).header("Retry-After", wait))
        }
        Fault::Status(_) => ends_well(Answer { status, ..page() }),
        Fault::Html => ends_well(page()),
        Fault::Redirect(_, to) => ends_well(Answer::redirect(status, to)),
        Fault::WrongType(to) => {
            let headers = answer.headers.into_iter().filter(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
            ends_well(Answer { headers: headers.collect(), ..answer }.header("Content-Type", to))
        }
        Fault::HalfJson => {
            let half = answer.body[..answer.body.len() / 2].to_vec();
            ends_well(Answer { body: half, ..answer })
        }
        Fault::GzipBomb(size) => {
            ends_well(Answer { status, body: bomb(*size)?, ..answer }.header("Content-Encoding", "gzip"))
        }
        Fault::Truncated(bytes) => {
            stream.write_all(&head(&answer, Length::Of(whole), true))?;
            stream.write_all(&answer.body[..(*bytes).min(answer.body.len().saturating_sub(1))])
        }
        Fault::WrongLength(more) => {
            stream.write_all(&head(&answer, Length::Of((whole + more).max(0)), true))?;
            stream.write_all(&answer.body)
        }
        Fault::Reset(after) => {
            stream.write_all(&head(&answer, Length::Of(whole), true))?;
            stream.write_all(&answer.body[..(*after).min(answer.body.len())])?;
            socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO))
        }
        Fault::Endless => {
            stream.write_all(&head(&answer, Length::Chunked, true))?;
            stream.write_all(&chunk(&answer.body))?;
            while pause(Duration::ZERO) {
                stream.write_all(&chunk(&PADDING))?;
            }
            Ok(())
        }
        Fault::SlowLoris(between) => {
            stream.write_all(&head(&answer, Length::Of(whole), true))?;
            for byte in &answer.body {
                if !pause(*between) {
                    break;
                }
                stream.write_all(std::slice::from_ref(byte))?;
            }
            Ok(())
        }
    }
}

enum Length {
    Of(i64),
    Chunked,
}

fn head(answer: &Answer, length: Length, closes: bool) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} {}\r\n", answer.status, reason(answer.status));
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !answer.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("date")) {
        let now = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&jiff::Timestamp::now());
        head.push_str(&format!("Date: {}\r\n", now.expect("this year can be written")));
    }
    match length {
        Length::Of(_) if matches!(answer.status, 204 | 304) => {}
        Length::Of(bytes) => head.push_str(&format!("Content-Length: {bytes}\r\n")),
        Length::Chunked => head.push_str("Transfer-Encoding: chunked\r\n"),
    }
    head.push_str(if closes { "Connection: close\r\n\r\n" } else { "\r\n" });
    head.into_bytes()
}

fn chunk(bytes: &[u8]) -> Vec<u8> {
    if bytes.is_empty() {
        return Vec::new();
    }
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

fn page() -> Answer {
    Answer::bytes("text/html; charset=utf-8", PAGE.into())
}

/// So many spaces, packed; the same ones as before if so many were packed before.
fn bomb(size: u64) -> io::Result<Vec<u8>> {
    static BOMBS: Mutex<BTreeMap<u64, Vec<u8>>> = Mutex::new(BTreeMap::new());
    let mut bombs = BOMBS.lock().expect("packing spaces does not panic");
    if let Some(known) = bombs.get(&size) {
        return Ok(known.clone());
    }
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    io::copy(&mut io::Read::take(io::repeat(b' '), size), &mut packed)?;
    let packed = packed.finish()?;
    bombs.insert(size, packed.clone());
    Ok(packed)
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        206 => "Partial Content",
        302 => "Found",
        307 => "Temporary Redirect",
        401 => "Unauthorized",
        404 => "Not Found",
        416 => "Range Not Satisfiable",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "As It Is",
    }
}
