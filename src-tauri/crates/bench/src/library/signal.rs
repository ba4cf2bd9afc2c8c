//! The peer: full-text search in the shape Signal Desktop gives it. One index row per message with stored content; the ids
//! of all matches go into a temporary table, are put in order by date, and the newest get their snippets.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};

use super::corpus::Corpus;
use super::queries::Class;
use super::{Outcome, PAGE, REPEATS};
use crate::figures::Figures;

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE message (rowid INTEGER PRIMARY KEY, call TEXT, seq INTEGER, received_ms INTEGER, body TEXT);
    CREATE VIRTUAL TABLE message_text USING fts5 (body, tokenize = 'unicode61');
    CREATE TEMP TABLE found (rowid INTEGER PRIMARY KEY);
    CREATE TEMP TABLE newest (rowid INTEGER PRIMARY KEY);";

pub fn run(path: &Path, corpus: &Corpus, classes: &[Class]) -> Outcome<(f64, Vec<Figures>)> {
    let mut conn = Connection::open(path)?;
    conn.execute_batch(SCHEMA)?;
    let rate = fill(&mut conn, corpus)?;
    conn.execute_batch("CREATE INDEX message_by_date ON message (received_ms); ANALYZE")?;
    let mut all = Vec::new();
    for class in classes {
        let mut figures = Figures::default();
        for text in &class.queries {
            for repeat in 0..=REPEATS {
                if repeat == 0 {
                    search(&mut conn, text)?
                } else {
                    figures.time(|| search(&mut conn, text))?
                };
            }
        }
        all.push(figures);
    }
    Ok((rate, all))
}

fn fill(conn: &mut Connection, corpus: &Corpus) -> Outcome<f64> {
    let (mut turns, mut took) = (0_u64, Duration::ZERO);
    let numbers: Vec<u64> = (0..corpus.calls).collect();
    for batch in numbers.chunks(500) {
        let calls: Vec<_> = batch.iter().map(|&number| corpus.call(number)).collect();
        let begin = Instant::now();
        let tx = conn.transaction()?;
        let mut message =
            tx.prepare_cached("INSERT INTO message (call, seq, received_ms, body) VALUES (?1, ?2, ?3, ?4)")?;
        let mut text = tx.prepare_cached("INSERT INTO message_text (rowid, body) VALUES (?1, ?2)")?;
        for call in &calls {
            let started = call.call.started_at.as_ref().map_or(0, |at| at.utc_ms);
            for (seq, turn) in (0_i64..).zip(call.transcript.iter().flat_map(|transcript| &transcript.turns)) {
                message.execute(params![call.remote_id, seq, started + seq, turn.text])?;
                text.execute(params![tx.last_insert_rowid(), turn.text])?;
                turns += 1;
            }
        }
        drop((message, text));
        tx.commit()?;
        took += begin.elapsed();
    }
    Ok(turns as f64 / took.as_secs_f64())
}

fn search(conn: &mut Connection, text: &str) -> rusqlite::Result<usize> {
    let tx = conn.transaction()?;
    let expression = text.replace('*', " *");
    tx.prepare_cached("INSERT INTO found SELECT rowid FROM message_text WHERE message_text MATCH ?1")?
        .execute([&expression])?;
    let order = "INSERT INTO newest SELECT message.rowid FROM found JOIN message ON message.rowid = found.rowid \
                 ORDER BY received_ms DESC LIMIT ?1";
    tx.prepare_cached(order)?.execute([PAGE])?;
    let page = "SELECT message.rowid, call, seq, received_ms, message.body, snippet(message_text, -1, '<', '>', '…', 20) \
                FROM newest JOIN message_text ON message_text.rowid = newest.rowid \
                JOIN message ON message.rowid = newest.rowid WHERE message_text MATCH ?1 ORDER BY received_ms DESC";
    let mut statement = tx.prepare_cached(page)?;
    let mut rows = statement.query([&expression])?;
    let mut read = 0;
    while let Some(row) = rows.next()? {
        read += row.get_ref(4)?.as_str()?.len() + row.get_ref(5)?.as_str()?.len();
    }
    drop(rows);
    drop(statement);
    tx.execute_batch("DELETE FROM found; DELETE FROM newest")?;
    tx.commit()?;
    Ok(read)
}
