//! The list: keyset pages and jumps to a position, beside LIMIT with OFFSET on the same database.

use ::library::{Filter, Library, Sort};
use rusqlite::{Connection, OpenFlags};

use super::Outcome;
use crate::figures::{Figures, Seed};

const ROWS: u32 = 100;
const TIMES: usize = 200;

pub fn run(library: &Library, what: &str) -> Outcome<()> {
    let reader = library.reader()?;
    let (all, agent) = (Filter::default(), Filter { agent: Some("agent 7".into()), ..Filter::default() });
    let mut seed = Seed(5);
    let (mut count, mut build) = (Figures::default(), Figures::default());
    let total = count.time(|| reader.count(&all))?;
    build.time(|| reader.calls_at(&all, Sort::StartedAt, 0, 1))?;
    let (mut first, mut keyset, mut by_agent, mut jump, mut offset) =
        <(Figures, Figures, Figures, Figures, Figures)>::default();
    let mut after = reader.calls(&all, Sort::StartedAt, None, ROWS)?.next;
    let mut after_agent = None;
    for _ in 0..TIMES {
        first.time(|| reader.calls(&all, Sort::StartedAt, None, ROWS))?;
        after = keyset.time(|| reader.calls(&all, Sort::StartedAt, after.as_deref(), ROWS))?.next;
        after_agent = by_agent.time(|| reader.calls(&agent, Sort::StartedAt, after_agent.as_deref(), ROWS))?.next;
        let position = seed.below(total);
        jump.time(|| reader.calls_at(&all, Sort::StartedAt, position, ROWS))?;
    }
    let peer = Connection::open_with_flags(library.dir().join("library.db"), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let sql = "SELECT key, id, started_ms, length_ms, direction, from_number, to_number, agent, status, title FROM call \
               ORDER BY start_order DESC, key DESC LIMIT ?1 OFFSET ?2";
    let mut statement = peer.prepare(sql)?;
    for _ in 0..TIMES / 4 {
        let position = seed.below(total);
        offset.time(|| -> rusqlite::Result<usize> {
            let mut rows = statement.query([i64::from(ROWS), position as i64])?;
            let mut read = 0;
            while let Some(row) = rows.next()? {
                read += row.get::<_, Option<String>>(7)?.map_or(0, |agent| agent.len());
            }
            Ok(read)
        })?;
    }
    println!(
        "list of {what}, {ROWS} rows: first page {}, next page {}, next page of one agent {}",
        first.pair(),
        keyset.pair(),
        by_agent.pair()
    );
    println!(
        "  jump {} (keys into memory once: {:.0}), OFFSET {} = {:.0}x at p50; count {:.1}",
        jump.pair(),
        build.p50(),
        offset.pair(),
        offset.p50() / jump.p50(),
        count.p50()
    );
    Ok(())
}
