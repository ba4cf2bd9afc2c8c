//! Numbers and words about the library as a whole.

use crate::filter::{NOT_YET, distinct};
use crate::migrate::SCHEMA;
use crate::open::sqlite_version;
use crate::table::column::unsigned;
use crate::{LibraryError, Reader, call_key};

/// What the filters can offer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// Agents that occur, in order.
    pub agents: Vec<String>,
    /// Statuses that occur, in order.
    pub statuses: Vec<String>,
    /// Sentiments that occur, in order.
    pub sentiments: Vec<String>,
    /// Topics that occur, most frequent first, at most 200.
    pub topics: Vec<String>,
}

/// Numbers for the navigation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Calls in the library.
    pub calls: u64,
    /// Calls that began today.
    pub today: u64,
    /// Calls all of whose audio is in the cache.
    pub downloaded: u64,
    /// Calls with audio that is not here yet but may come.
    pub not_yet: u64,
}

/// What `library status` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The version of the database's schema.
    pub schema: i64,
    /// SQLite's version.
    pub sqlite: String,
    /// Whether the database is encrypted.
    pub encrypted: bool,
    /// Size of the database's files.
    pub bytes: u64,
    /// Configured sources.
    pub sources: u64,
    /// Calls.
    pub calls: u64,
    /// Turns in all transcripts.
    pub turns: u64,
    /// Recordings.
    pub recordings: u64,
    /// Recordings whose audio is in the cache.
    pub cached: u64,
}

const MOST_TOPICS: u32 = 200;

impl Reader {
    /// What the filters can offer.
    pub fn facets(&self) -> Result<Facets, LibraryError> {
        let snapshot = self.snapshot()?;
        let sql = "SELECT topic FROM topic GROUP BY topic ORDER BY count(*) DESC, topic LIMIT ?1";
        let mut statement = snapshot.prepare_cached(sql)?;
        let topics = statement.query_map([MOST_TOPICS], |row| row.get(0))?;
        Ok(Facets {
            topics: topics.collect::<Result<_, _>>()?,
            agents: distinct(&snapshot, "call", "agent")?,
            statuses: distinct(&snapshot, "call", "status")?,
            sentiments: distinct(&snapshot, "call", "sentiment")?,
        })
    }

    /// Numbers for the navigation; today began at `today_from_ms`.
    pub fn overview(&self, today_from_ms: i64) -> Result<Overview, LibraryError> {
        let snapshot = self.snapshot()?;
        let mut overview = Overview::default();
        let mut by_audio = snapshot.prepare_cached("SELECT audio, count(*) FROM call GROUP BY audio")?;
        let mut rows = by_audio.query([])?;
        while let Some(row) = rows.next()? {
            let count = unsigned(row.get(1)?);
            overview.calls += count;
            match row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)? {
                "cached" => overview.downloaded += count,
                word if NOT_YET.contains(&word) => overview.not_yet += count,
                _ => {}
            }
        }
        let sql = "SELECT count(*) FROM call WHERE key >= ?1 AND started_ms >= ?2";
        let from = [call_key::lowest_from(today_from_ms), today_from_ms];
        overview.today = unsigned(snapshot.prepare_cached(sql)?.query_row(from, |row| row.get(0))?);
        Ok(overview)
    }

    /// Counts, sizes and versions.
    pub fn status(&self) -> Result<Status, LibraryError> {
        let snapshot = self.snapshot()?;
        let number = |sql: &str| snapshot.query_row(sql, [], |row| row.get(0)).map(unsigned);
        let place = self.pool().place();
        let files = ["library.db", "library.db-wal"].map(|name| place.dir.join(name));
        Ok(Status {
            schema: SCHEMA,
            sqlite: sqlite_version().to_owned(),
            encrypted: place.key.is_some(),
            bytes: files.iter().filter_map(|file| Some(std::fs::metadata(file).ok()?.len())).sum(),
            sources: number("SELECT count(*) FROM source WHERE removed = 0")?,
            calls: number("SELECT count(*) FROM call")?,
            turns: number("SELECT coalesce(sum(turns), 0) FROM call")?,
            recordings: number("SELECT count(*) FROM recording")?,
            cached: number("SELECT count(*) FROM cached_file")?,
        })
    }
}
