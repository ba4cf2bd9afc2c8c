use model::{Attempt, AudioFacts, AudioState, CallId, RecordingId, SourceId, Tier};
use rusqlite::{Connection, Row, params};

use super::column::{Id, signed, small, unsigned};
use super::recording::find;
use super::{attempt, case};
use crate::{LibraryError, Reader, Writer};

/// A verified file in the audio cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachedFile {
    /// Relative to the cache.
    pub path: String,
    /// What the file says about itself; size and hash are known.
    pub facts: AudioFacts,
    /// Where it was found.
    pub tier: Tier,
    /// When it arrived, UTC milliseconds.
    pub fetched_at_ms: i64,
}

/// A file that the cache's folder should hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheEntry {
    /// Whose audio it is.
    pub recording: RecordingId,
    /// Relative to the cache.
    pub path: String,
    /// How long it is.
    pub bytes: u64,
}

/// A file in the cache with all that decides how long it stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldFile {
    /// Whose audio it is.
    pub recording: RecordingId,
    /// The recording's call.
    pub call: CallId,
    /// The call's source.
    pub source: SourceId,
    /// Relative to the cache.
    pub path: String,
    /// How long it is.
    pub bytes: u64,
    /// What its bytes hash to.
    pub sha256: Option<String>,
    /// Where it was found.
    pub tier: Tier,
    /// When it arrived, UTC milliseconds.
    pub fetched_ms: i64,
    /// When it was last opened to be played.
    pub played_ms: Option<i64>,
    /// When its bytes were last found to be what they were.
    pub verified_ms: Option<i64>,
    /// When its call began.
    pub started_ms: Option<i64>,
    /// When its source deletes the audio, or deleted it, if it says so.
    pub expires_ms: Option<i64>,
    /// The user wants it to stay.
    pub pinned: bool,
    /// Its call is in a case: it must not go.
    pub held: bool,
    /// Its source no longer has the call, or no longer names the recording.
    pub gone_at_source: bool,
    /// Its source is not configured any more.
    pub source_removed: bool,
}

impl Reader {
    /// What the cache's folder should hold, in order of path.
    pub fn cache_entries(&self) -> Result<Vec<CacheEntry>, LibraryError> {
        let sql = "SELECT recording.id, path, bytes FROM cached_file JOIN recording ON recording.key = recording_key \
                   ORDER BY path";
        let mut statement = self.conn().prepare(sql)?;
        let entries = statement.query_map([], |row| {
            let recording = RecordingId(row.get::<_, Id>(0)?.0);
            Ok(CacheEntry { recording, path: row.get(1)?, bytes: row.get::<_, Option<i64>>(2)?.map_or(0, unsigned) })
        })?;
        Ok(entries.collect::<Result<_, _>>()?)
    }

    /// The files in the cache with what decides how long they stay, in order of path.
    pub fn held_files(&self) -> Result<Vec<HeldFile>, LibraryError> {
        let sql = "SELECT recording.id, call.id, source.id, path, bytes, sha256, tier, fetched_ms, played_ms, verified_ms, \
                   call.started_ms, expires_ms, EXISTS (SELECT 1 FROM pin WHERE pin.call_key = call.key), \
                   gone OR vanished_ms IS NOT NULL, removed, \
                   EXISTS (SELECT 1 FROM case_call WHERE case_call.call_key = call.key) FROM cached_file \
                   JOIN recording ON recording.key = recording_key JOIN call ON call.key = recording.call_key \
                   JOIN source ON source.key = call.source_key ORDER BY path";
        let mut statement = self.conn().prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut held = Vec::new();
        while let Some(row) = rows.next()? {
            held.push(held_file(row)?);
        }
        Ok(held)
    }
}

impl Writer<'_> {
    /// Says that a verified file is in the cache. Call it after the file is in place.
    pub fn set_cached(&mut self, id: RecordingId, file: &CachedFile) -> Result<(), LibraryError> {
        let (key, call) = find(&self.tx, id)?;
        let sql = "INSERT OR REPLACE INTO cached_file (recording_key, path, format, codec, sample_rate, channels, \
                   duration_ms, bytes, sha256, tier, fetched_ms, verified_ms) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)";
        self.tx.prepare_cached(sql)?.execute(params![
            key,
            file.path,
            file.facts.format,
            file.facts.codec,
            file.facts.sample_rate,
            file.facts.channels,
            file.facts.duration_ms,
            file.facts.bytes.map(signed),
            file.facts.sha256,
            file.tier.as_str(),
            file.fetched_at_ms,
        ])?;
        let sql =
            "UPDATE recording SET state = 'cached', next_try_ms = NULL, tries = 0, door_waits = NULL WHERE key = ?1";
        self.tx.execute(sql, [key])?;
        self.tx.execute("DELETE FROM download WHERE recording_key = ?1", [key])?;
        self.refresh(call)
    }

    /// Says that a recording's file leaves the cache and its audio is available again; a recording that was kept only for
    /// its file goes with it. Call it before the file goes. Answers whether it may go: what is in a case stays.
    pub fn clear_cached(&mut self, id: RecordingId) -> Result<bool, LibraryError> {
        let Some(call) = drop_cached(&self.tx, id)? else { return Ok(false) };
        self.tx.execute("DELETE FROM recording WHERE id = ?1 AND gone = 1", [id.0.as_bytes().as_slice()])?;
        self.refresh(call)?;
        Ok(true)
    }

    /// The same because the file is not what it was, which is kept as an attempt. A recording that was kept for its file
    /// stays, to show why it cannot be heard. Of what is in a case the row stays, as it alone says what the file was.
    pub fn lose_cached(&mut self, id: RecordingId, why: &Attempt) -> Result<bool, LibraryError> {
        let Some(call) = drop_cached(&self.tx, id)? else { return Ok(false) };
        let (key, _) = find(&self.tx, id)?;
        attempt::insert(&self.tx, key, why)?;
        let sql = "UPDATE recording SET state = ?2 WHERE key = ?1 AND gone = 1";
        self.tx.execute(sql, params![key, AudioState::Unavailable.as_str()])?;
        self.refresh(call)?;
        Ok(true)
    }

    /// Keeps when a recording was last opened to be played.
    pub fn set_played(&mut self, id: RecordingId, at_ms: i64) -> Result<(), LibraryError> {
        let (key, _) = find(&self.tx, id)?;
        self.tx.execute("UPDATE cached_file SET played_ms = ?2 WHERE recording_key = ?1", [key, at_ms])?;
        Ok(())
    }

    /// Keeps when a cached file was last found to be what it was.
    pub fn set_verified(&mut self, id: RecordingId, at_ms: i64) -> Result<(), LibraryError> {
        let (key, _) = find(&self.tx, id)?;
        self.tx.execute("UPDATE cached_file SET verified_ms = ?2 WHERE recording_key = ?1", [key, at_ms])?;
        Ok(())
    }
}

/// Forgets a recording's cached file; its audio is available again. Answers with its call's key; `None`: the call is in a
/// case, and everything stays as it is.
pub(crate) fn drop_cached(conn: &Connection, id: RecordingId) -> Result<Option<i64>, LibraryError> {
    let (key, call) = find(conn, id)?;
    if case::holds(conn, call)? {
        return Ok(None);
    }
    conn.execute("DELETE FROM cached_file WHERE recording_key = ?1", [key])?;
    conn.execute("UPDATE recording SET state = 'available' WHERE key = ?1 AND state = 'cached'", [key])?;
    Ok(Some(call))
}

/// The columns that [`cached_file`] reads.
pub(crate) const COLUMNS: &str = "path, format, codec, sample_rate, channels, cached_file.duration_ms, bytes, sha256, \
    tier, fetched_ms";

/// The cached file in the columns from `first` on.
pub(crate) fn cached_file(row: &Row<'_>, first: usize) -> Result<Option<CachedFile>, LibraryError> {
    let Some(path) = row.get(first)? else { return Ok(None) };
    Ok(Some(CachedFile {
        path,
        facts: AudioFacts {
            format: row.get(first + 1)?,
            codec: row.get(first + 2)?,
            sample_rate: row.get::<_, Option<i64>>(first + 3)?.map(small),
            channels: row.get::<_, Option<i64>>(first + 4)?.map(small),
            duration_ms: row.get(first + 5)?,
            bytes: row.get::<_, Option<i64>>(first + 6)?.map(unsigned),
            sha256: row.get(first + 7)?,
        },
        tier: tier(row, first + 8)?,
        fetched_at_ms: row.get(first + 9)?,
    }))
}

fn held_file(row: &Row<'_>) -> Result<HeldFile, LibraryError> {
    Ok(HeldFile {
        recording: RecordingId(row.get::<_, Id>(0)?.0),
        call: CallId(row.get::<_, Id>(1)?.0),
        source: SourceId(row.get::<_, Id>(2)?.0),
        path: row.get(3)?,
        bytes: row.get::<_, Option<i64>>(4)?.map_or(0, unsigned),
        sha256: row.get(5)?,
        tier: tier(row, 6)?,
        fetched_ms: row.get(7)?,
        played_ms: row.get(8)?,
        verified_ms: row.get(9)?,
        started_ms: row.get(10)?,
        expires_ms: row.get(11)?,
        pinned: row.get(12)?,
        gone_at_source: row.get(13)?,
        source_removed: row.get(14)?,
        held: row.get(15)?,
    })
}

fn tier(row: &Row<'_>, column: usize) -> Result<Tier, LibraryError> {
    Tier::parse(&row.get::<_, String>(column)?).ok_or(LibraryError::BadValue("a cached file's tier"))
}
