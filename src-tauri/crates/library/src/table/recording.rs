use std::collections::{BTreeMap, HashMap};

use model::{Attempt, AudioFacts, AudioState, CallId, Door, Ms, Outcome, Recording, RecordingId, SourceId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::cached_file::{self, CachedFile};
use super::call::{audio_word, overall};
use super::column::{Id, from_json, moment, small, to_json};
use super::{attempt, case};
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
    /// Not before this moment is it tried again of itself, UTC milliseconds.
    pub next_try_ms: Option<i64>,
    /// How often in a row its audio could not be had.
    pub tries: u32,
    /// Which doors are not to be asked before when, UTC milliseconds, because they said so.
    pub waits: Vec<(Door, i64)>,
    /// Its source no longer names it; it is kept for its audio, which is here.
    pub gone: bool,
    /// The verified file in the cache.
    pub file: Option<CachedFile>,
    /// Every try at getting it, oldest first; at most the last 100.
    pub attempts: Vec<Attempt>,
}

/// What is known of a recording's audio after it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whether it is here or can be had.
    pub state: AudioState,
    /// Not before this moment is it tried again of itself, UTC milliseconds; `None`: only when somebody wants it.
    pub next_try_ms: Option<i64>,
    /// How often in a row it could not be had.
    pub tries: u32,
    /// Which doors are not to be asked before when, UTC milliseconds, because they said so.
    pub waits: Vec<(Door, i64)>,
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
            "SELECT {COLUMNS}, {FILE}, call.id, call.remote_id, source.id FROM call JOIN source ON source.key = call.source_key \
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
}

impl Reader {
    /// The first recording of each call of a source, by every name it goes by there: the call's, its storage path, and the
    /// ids other systems know the call by.
    pub fn recordings_by_name(&self, source: SourceId) -> Result<HashMap<String, (CallId, RecordingId)>, LibraryError> {
        let sql = "SELECT call.id, recording.id, call.remote_id, storage_path, external_ids FROM recording \
                   JOIN call ON call.key = recording.call_key JOIN detail ON detail.call_key = call.key \
                   JOIN source ON source.key = call.source_key WHERE source.id = ?1 AND gone = 0 \
                   ORDER BY call.key, recording.seq DESC";
        let mut statement = self.conn().prepare_cached(sql)?;
        let mut rows = statement.query([source.0.as_bytes().as_slice()])?;
        let mut named = HashMap::new();
        while let Some(row) = rows.next()? {
            let whose = (CallId(row.get::<_, Id>(0)?.0), RecordingId(row.get::<_, Id>(1)?.0));
            let ids: BTreeMap<String, String> = from_json(&row.get::<_, String>(4)?, "a call's ids")?;
            let names = [Some(row.get(2)?), row.get(3)?].into_iter().flatten().chain(ids.into_values());
            named.extend(names.map(|name: String| (name, whose)));
        }
        Ok(named)
    }
}

impl Writer<'_> {
    /// Keeps the tries of one round at getting a recording's audio, oldest first, and how it stands after them; `None`
    /// leaves that as it is. A cached recording stays cached.
    pub fn record_attempts(
        &mut self,
        id: RecordingId,
        attempts: &[Attempt],
        standing: Option<&Standing>,
    ) -> Result<(), LibraryError> {
        let (key, call) = find(&self.tx, id)?;
        for one in attempts {
            attempt::insert(&self.tx, key, one)?;
        }
        let Some(standing) = standing else { return Ok(()) };
        let waits: Vec<(&str, i64)> = standing.waits.iter().map(|(door, until)| (door.as_str(), *until)).collect();
        let waits = (!waits.is_empty()).then(|| to_json(&waits, "a recording's doors")).transpose()?;
        let sql = "UPDATE recording SET state = ?2, next_try_ms = ?3, tries = ?4, door_waits = ?5 \
                   WHERE key = ?1 AND state <> 'cached'";
        let state = standing.state.as_str();
        self.tx.prepare_cached(sql)?.execute(params![key, state, standing.next_try_ms, standing.tries, waits])?;
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

/// Brings a recording that stays up to date. Its cached file and its attempts stay. Unless it is cached, what its bytes now
/// tell decides whether it is to be had; one that was gone, is elsewhere now, or is described otherwise, may be had again.
pub(crate) fn update(
    conn: &Connection,
    (known, call, seq): (&StoredRecording, i64, i64),
    record: &Recording,
    told: Option<&RecordingFacts>,
) -> Result<(), LibraryError> {
    let (key, _) = find(conn, known.id)?;
    let was = &known.record;
    let moved = known.gone
        || (&was.storage_path, &was.legacy_url, &was.claimed)
            != (&record.storage_path, &record.legacy_url, &record.claimed);
    let (started, expires) = (record.started_at.as_ref(), record.expires_at.as_ref());
    let sql = "UPDATE recording SET call_key = ?2, seq = ?3, storage_path = ?4, legacy_url = ?5, started_ms = ?6, \
               started_original = ?7, started_zone_assumed = ?8, claimed = ?9, probed = coalesce(?10, probed), \
               expires_ms = ?11, expires_original = ?12, expires_zone_assumed = ?13, gone = 0 WHERE key = ?1";
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
    if moved {
        let sql = "UPDATE recording SET state = 'available', next_try_ms = NULL, tries = 0 \
                   WHERE key = ?1 AND state <> 'cached'";
        conn.prepare_cached(sql)?.execute([key])?;
    }
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

const FILE: &str = cached_file::COLUMNS;
const COLUMNS: &str = "recording.key, recording.id, recording.remote_id, storage_path, legacy_url, recording.started_ms, \
    started_original, started_zone_assumed, claimed, probed, state, next_try_ms, expires_ms, expires_original, \
    expires_zone_assumed, tries, door_waits, gone";
const OWN_WIDTH: usize = 18;
const WIDTH: usize = OWN_WIDTH + 10;

/// A call's recordings in the source's order.
pub(crate) fn read(conn: &Connection, call: i64) -> Result<Vec<StoredRecording>, LibraryError> {
    let sql = format!(
        "SELECT {COLUMNS}, {FILE} FROM recording LEFT JOIN cached_file ON recording_key = recording.key \
         WHERE call_key = ?1 ORDER BY gone, seq"
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
            expires_at: moment(row, 12)?,
        },
        probed: probed.map(|json| from_json(&json, "a recording's facts")).transpose()?,
        state: AudioState::parse(&row.get::<_, String>(10)?).ok_or(LibraryError::BadValue("a recording's state"))?,
        next_try_ms: row.get(11)?,
        tries: small(row.get(15)?),
        waits: waits(row.get(16)?)?,
        gone: row.get(17)?,
        file: cached_file::cached_file(row, OWN_WIDTH)?,
        attempts: attempt::read(conn, row.get(0)?)?,
    })
}

pub(crate) fn find(conn: &Connection, id: RecordingId) -> Result<(i64, i64), LibraryError> {
    let mut statement = conn.prepare_cached("SELECT key, call_key FROM recording WHERE id = ?1")?;
    let found = statement.query_row([id.0.as_bytes().as_slice()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    found.ok_or(LibraryError::NoSuchRecording)
}

fn waits(json: Option<String>) -> Result<Vec<(Door, i64)>, LibraryError> {
    let Some(json) = json else { return Ok(Vec::new()) };
    let waits: Vec<(String, i64)> = from_json(&json, "a recording's doors")?;
    Ok(waits.into_iter().filter_map(|(door, until)| Some((Door::parse(&door)?, until))).collect())
}

/// Removes the recordings of a call that are not among `stay`, with their attempts; but one whose audio is here is kept and
/// marked, and so is every one of a call in a case: that there was one, and that it is gone, is to be told.
pub(crate) fn keep_only(conn: &Connection, call: i64, stay: &[RecordingId]) -> Result<(), LibraryError> {
    let is_held = case::holds(conn, call)?;
    for recording in read(conn, call)?.iter().filter(|recording| !stay.contains(&recording.id)) {
        let sql = match recording.file {
            Some(_) => "UPDATE recording SET gone = 1 WHERE id = ?1",
            None if is_held => "UPDATE recording SET gone = 1, state = 'unavailable', next_try_ms = NULL WHERE id = ?1",
            None => "DELETE FROM recording WHERE id = ?1",
        };
        conn.prepare_cached(sql)?.execute([recording.id.0.as_bytes().as_slice()])?;
    }
    Ok(())
}
