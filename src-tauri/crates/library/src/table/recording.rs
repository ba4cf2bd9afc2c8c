use model::{Attempt, AudioFacts, AudioState, CallId, Ms, Outcome, Recording, RecordingId, SourceId, Tier};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::attempt;
use super::call::{audio_word, overall};
use super::column::{Id, from_json, moment, signed, small, to_json, unsigned};
use crate::filter::{Filter, narrow};
use crate::{LibraryError, Reader, Writer};

/// What looking at a recording's bytes told, handed over together with the call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecordingFacts {
    /// Which of the call's recordings.
    pub remote_id: String,
    /// What the bytes say.
    pub facts: AudioFacts,
    /// What is wrong with them, if anything.
    pub problem: Option<Attempt>,
}

/// A recording with all that is known about getting at its audio.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredRecording {
    /// Its id.
    pub id: RecordingId,
    /// As its source describes it.
    pub record: Recording,
    /// What its bytes said where they are, if they could be looked at.
    pub probed: Option<AudioFacts>,
    /// Whether its audio is here or can be had.
    pub state: AudioState,
    /// Not before this moment is it tried again, UTC milliseconds.
    pub next_try_ms: Option<i64>,
    /// The verified file in the cache.
    pub file: Option<CachedFile>,
    /// Every try at getting it, oldest first; at most the last 100.
    pub attempts: Vec<Attempt>,
}

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

/// A recording whose audio is not in the cache.
#[derive(Clone, Debug, PartialEq)]
pub struct WantedRecording {
    /// Its call.
    pub call: CallId,
    /// The call's id at its source.
    pub call_remote_id: String,
    /// The call's source.
    pub source: SourceId,
    /// The recording.
    pub recording: StoredRecording,
}

impl RecordingFacts {
    /// Whether the source has whole other audio now than the file in the cache, which is then of what stood there before.
    pub(crate) fn replaces(&self, known: &StoredRecording) -> bool {
        let other = |file: &CachedFile| {
            let (new, old) = (&self.facts, &file.facts);
            let lengths = new.bytes.zip(old.bytes).is_some_and(|(new, old)| new != old);
            let durations = new.duration_ms.zip(old.duration_ms).is_some_and(|(new, old)| new != old);
            lengths || durations
        };
        self.problem.is_none() && known.file.as_ref().is_some_and(other)
    }
}

impl StoredRecording {
    /// The best that is known about the audio, field by field: the cached file is believed over the probe, the probe over
    /// the source's claim.
    pub fn facts(&self) -> AudioFacts {
        let told = [self.file.as_ref().map(|file| &file.facts), self.probed.as_ref(), Some(&self.record.claimed)];
        told.into_iter().flatten().fold(AudioFacts::default(), |known, facts| AudioFacts {
            format: known.format.or_else(|| facts.format.clone()),
            codec: known.codec.or_else(|| facts.codec.clone()),
            sample_rate: known.sample_rate.or(facts.sample_rate),
            channels: known.channels.or(facts.channels),
            duration_ms: known.duration_ms.or(facts.duration_ms),
            bytes: known.bytes.or(facts.bytes),
            sha256: known.sha256.or_else(|| facts.sha256.clone()),
        })
    }
}

impl Reader {
    /// The recordings of the calls in `filter` whose audio is not in the cache, newest call first.
    pub fn recordings_wanting_audio(&self, filter: &Filter) -> Result<Vec<WantedRecording>, LibraryError> {
        let snapshot = self.snapshot()?;
        let narrowed = narrow(&snapshot, filter)?;
        let sql = format!(
            "SELECT {COLUMNS}, call.id, call.remote_id, source.id FROM call JOIN source ON source.key = call.source_key \
             JOIN recording ON recording.call_key = call.key LEFT JOIN cached_file ON recording_key = recording.key \
             WHERE recording.state <> 'cached' AND {} ORDER BY call.start_order DESC, call.key DESC, recording.seq",
            narrowed.sql
        );
        let mut statement = snapshot.prepare(&sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(narrowed.params))?;
        let mut wanted = Vec::new();
        while let Some(row) = rows.next()? {
            wanted.push(WantedRecording {
                call: CallId(row.get::<_, Id>(WIDTH)?.0),
                call_remote_id: row.get(WIDTH + 1)?,
                source: SourceId(row.get::<_, Id>(WIDTH + 2)?.0),
                recording: recording(&snapshot, row)?,
            });
        }
        Ok(wanted)
    }

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
}

impl Writer<'_> {
    /// Keeps one try at getting a recording's audio, the state it led to, and when to try again. A cached recording stays
    /// cached.
    pub fn record_attempt(
        &mut self,
        id: RecordingId,
        attempt: &Attempt,
        state: AudioState,
        next_try_ms: Option<i64>,
    ) -> Result<(), LibraryError> {
        let (key, call) = find(&self.tx, id)?;
        attempt::insert(&self.tx, key, attempt)?;
        let sql = "UPDATE recording SET state = ?2, next_try_ms = ?3 WHERE key = ?1 AND state <> 'cached'";
        self.tx.prepare_cached(sql)?.execute(params![key, state.as_str(), next_try_ms])?;
        self.refresh(call)
    }

    /// Says that a verified file is in the cache. Call it after the file is in place.
    pub fn set_cached(&mut self, id: RecordingId, file: &CachedFile) -> Result<(), LibraryError> {
        let (key, call) = find(&self.tx, id)?;
        let sql = "INSERT OR REPLACE INTO cached_file (recording_key, path, format, codec, sample_rate, channels, \
                   duration_ms, bytes, sha256, tier, fetched_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
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
        self.tx.execute("UPDATE recording SET state = 'cached', next_try_ms = NULL WHERE key = ?1", [key])?;
        self.refresh(call)
    }

    /// Says that a recording's file leaves the cache and its audio is available again. Call it before the file goes.
    pub fn clear_cached(&mut self, id: RecordingId) -> Result<(), LibraryError> {
        let call = drop_cached(&self.tx, id)?;
        self.refresh(call)
    }

    /// Brings what the list shows of a call's recordings up to date.
    pub(crate) fn refresh(&mut self, call: i64) -> Result<(), LibraryError> {
        let recordings = read(&self.tx, call)?;
        let audio = overall(recordings.iter().map(|recording| recording.state));
        let longest: Option<Ms> = recordings.iter().filter_map(|recording| recording.facts().duration_ms).max();
        let sql = "UPDATE call SET audio = ?2, length_ms = coalesce( \
                   (SELECT duration_ms FROM detail WHERE call_key = ?1), ?3, -1) WHERE key = ?1";
        self.tx.prepare_cached(sql)?.execute(params![call, audio_word(audio), longest])?;
        self.calls_changed = true;
        Ok(())
    }
}

pub(crate) fn insert(
    conn: &Connection,
    (id, call, seq): (RecordingId, i64, i64),
    record: &Recording,
    told: Option<&RecordingFacts>,
) -> Result<(), LibraryError> {
    let problem = told.and_then(|told| told.problem.as_ref());
    let (started, expires) = (record.started_at.as_ref(), record.expires_at.as_ref());
    let sql = "INSERT INTO recording (id, call_key, seq, remote_id, storage_path, legacy_url, started_ms, started_original, \
               started_zone_assumed, claimed, probed, state, expires_ms, expires_original, expires_zone_assumed) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
    conn.prepare_cached(sql)?.execute(params![
        id.0.as_bytes().as_slice(),
        call,
        seq,
        record.remote_id,
        record.storage_path,
        record.legacy_url,
        started.map(|at| at.utc_ms),
        started.and_then(|at| at.original.as_deref()),
        started.map(|at| at.zone_assumed),
        to_json(&record.claimed, "a recording's facts")?,
        told.map(|told| to_json(&told.facts, "a recording's facts")).transpose()?,
        problem.map_or(AudioState::Available, |problem| state_after(problem.outcome)).as_str(),
        expires.map(|at| at.utc_ms),
        expires.and_then(|at| at.original.as_deref()),
        expires.map(|at| at.zone_assumed),
    ])?;
    if let Some(problem) = problem {
        attempt::insert(conn, conn.last_insert_rowid(), problem)?;
    }
    Ok(())
}

/// Forgets a recording's cached file; its audio is available again. Answers with its call's key.
pub(crate) fn drop_cached(conn: &Connection, id: RecordingId) -> Result<i64, LibraryError> {
    let (key, call) = find(conn, id)?;
    conn.execute("DELETE FROM cached_file WHERE recording_key = ?1", [key])?;
    conn.execute("UPDATE recording SET state = 'available' WHERE key = ?1 AND state = 'cached'", [key])?;
    Ok(call)
}

/// Brings a recording that stays up to date. Its cached file and its attempts stay. What its bytes now tell decides
/// whether it is to be had, unless it is cached.
pub(crate) fn update(
    conn: &Connection,
    (id, call, seq): (RecordingId, i64, i64),
    record: &Recording,
    told: Option<&RecordingFacts>,
) -> Result<(), LibraryError> {
    let (key, _) = find(conn, id)?;
    let (started, expires) = (record.started_at.as_ref(), record.expires_at.as_ref());
    let sql = "UPDATE recording SET call_key = ?2, seq = ?3, storage_path = ?4, legacy_url = ?5, started_ms = ?6, \
               started_original = ?7, started_zone_assumed = ?8, claimed = ?9, probed = coalesce(?10, probed), \
               expires_ms = ?11, expires_original = ?12, expires_zone_assumed = ?13 WHERE key = ?1";
    conn.prepare_cached(sql)?.execute(params![
        key,
        call,
        seq,
        record.storage_path,
        record.legacy_url,
        started.map(|at| at.utc_ms),
        started.and_then(|at| at.original.as_deref()),
        started.map(|at| at.zone_assumed),
        to_json(&record.claimed, "a recording's facts")?,
        told.map(|told| to_json(&told.facts, "a recording's facts")).transpose()?,
        expires.map(|at| at.utc_ms),
        expires.and_then(|at| at.original.as_deref()),
        expires.map(|at| at.zone_assumed),
    ])?;
    let Some(told) = told else { return Ok(()) };
    let state = told.problem.as_ref().map_or(AudioState::Available, |problem| state_after(problem.outcome));
    let sql =
        "UPDATE recording SET state = ?2, next_try_ms = NULL WHERE key = ?1 AND state <> 'cached' AND state <> ?2";
    conn.prepare_cached(sql)?.execute(params![key, state.as_str()])?;
    if let Some(problem) = &told.problem {
        let same = |last: &Attempt| last.outcome == problem.outcome && last.detail == problem.detail;
        if !attempt::read(conn, key)?.last().is_some_and(same) {
            attempt::insert(conn, key, problem)?;
        }
    }
    Ok(())
}

/// What a problem met while looking at a source says about the audio: it may still come, it is gone, or it failed.
fn state_after(outcome: Outcome) -> AudioState {
    match outcome {
        Outcome::Ok | Outcome::Offline | Outcome::Cancelled => AudioState::Available,
        Outcome::NotFound | Outcome::NotYet => AudioState::Pending,
        Outcome::Gone => AudioState::Unavailable,
        _ => AudioState::Failed,
    }
}

const COLUMNS: &str = "recording.key, recording.id, recording.remote_id, storage_path, legacy_url, recording.started_ms, \
    started_original, started_zone_assumed, claimed, probed, state, next_try_ms, path, format, codec, sample_rate, \
    channels, cached_file.duration_ms, bytes, sha256, tier, fetched_ms, expires_ms, expires_original, expires_zone_assumed";
const WIDTH: usize = 25;

/// A call's recordings in the source's order.
pub(crate) fn read(conn: &Connection, call: i64) -> Result<Vec<StoredRecording>, LibraryError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM recording LEFT JOIN cached_file ON recording_key = recording.key \
         WHERE call_key = ?1 ORDER BY seq"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query([call])?;
    let mut recordings = Vec::new();
    while let Some(row) = rows.next()? {
        recordings.push(recording(conn, row)?);
    }
    Ok(recordings)
}

fn recording(conn: &Connection, row: &Row<'_>) -> Result<StoredRecording, LibraryError> {
    let probed: Option<String> = row.get(9)?;
    Ok(StoredRecording {
        id: RecordingId(row.get::<_, Id>(1)?.0),
        record: Recording {
            remote_id: row.get(2)?,
            storage_path: row.get(3)?,
            legacy_url: row.get(4)?,
            claimed: from_json(&row.get::<_, String>(8)?, "a recording's facts")?,
            started_at: moment(row, 5)?,
            expires_at: moment(row, 22)?,
        },
        probed: probed.map(|json| from_json(&json, "a recording's facts")).transpose()?,
        state: AudioState::parse(&row.get::<_, String>(10)?).ok_or(LibraryError::BadValue("a recording's state"))?,
        next_try_ms: row.get(11)?,
        file: cached_file(row)?,
        attempts: attempt::read(conn, row.get(0)?)?,
    })
}

fn cached_file(row: &Row<'_>) -> Result<Option<CachedFile>, LibraryError> {
    let Some(path) = row.get(12)? else { return Ok(None) };
    Ok(Some(CachedFile {
        path,
        facts: AudioFacts {
            format: row.get(13)?,
            codec: row.get(14)?,
            sample_rate: row.get::<_, Option<i64>>(15)?.map(small),
            channels: row.get::<_, Option<i64>>(16)?.map(small),
            duration_ms: row.get(17)?,
            bytes: row.get::<_, Option<i64>>(18)?.map(unsigned),
            sha256: row.get(19)?,
        },
        tier: Tier::parse(&row.get::<_, String>(20)?).ok_or(LibraryError::BadValue("a cached file's tier"))?,
        fetched_at_ms: row.get(21)?,
    }))
}

fn find(conn: &Connection, id: RecordingId) -> Result<(i64, i64), LibraryError> {
    let mut statement = conn.prepare_cached("SELECT key, call_key FROM recording WHERE id = ?1")?;
    let found = statement.query_row([id.0.as_bytes().as_slice()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    found.ok_or(LibraryError::NoSuchRecording)
}

/// Removes the recordings of a call that are not among `stay`; their attempts and their rows of cached files go with them.
pub(crate) fn keep_only(conn: &Connection, call: i64, stay: &[RecordingId]) -> Result<(), LibraryError> {
    for recording in read(conn, call)? {
        if !stay.contains(&recording.id) {
            let mut statement = conn.prepare_cached("DELETE FROM recording WHERE id = ?1")?;
            statement.execute([recording.id.0.as_bytes().as_slice()])?;
        }
    }
    Ok(())
}
