//! Writing a call with everything that belongs to it.

use model::{CallId, CallRecord, Party, RecordingId, SourceId, digits_of, fold};
use rusqlite::{Connection, OptionalExtension, params};

use super::call::UNKNOWN_START_ORDER;
use super::column::to_json;
use super::recording::RecordingFacts;
use super::{cached_file, insights, metric, recording, stored, turn};
use crate::{LibraryError, Writer, call_key};

impl Writer<'_> {
    /// Keeps a call as it is now at its source, new or changed, and answers with its id. `digest` identifies what was kept.
    /// `audio` is what looking at its recordings' bytes told.
    ///
    /// An update replaces all that the source says. Cached files, attempts and audio states of recordings that remain stay,
    /// but for a cached file in whose place the source now has another; recordings the source no longer names go, unless
    /// their audio is here. A call that had vanished is back.
    pub fn put_call(
        &mut self,
        source: SourceId,
        record: &CallRecord,
        digest: &[u8; 32],
        audio: &[RecordingFacts],
    ) -> Result<CallId, LibraryError> {
        let source_key = self.source_key(source)?;
        let id = CallId::derive(source, &record.remote_id);
        let started_ms = record.call.started_at.as_ref().map(|at| at.utc_ms);
        let existing = self.existing(source_key, &record.remote_id)?;
        let key = match existing {
            None => call_key::free(&self.tx, started_ms, self.crowded)?,
            Some((key, was_ms)) => {
                self.clear(key)?;
                if was_ms == started_ms { key } else { self.moved(key, started_ms)? }
            }
        };
        let sql = if existing.is_some() { UPDATE } else { INSERT };
        self.describe(sql, (key, id, source_key), record, digest)?;
        self.replace(key, record)?;
        if existing.is_some() || !record.recordings.is_empty() {
            self.put_recordings(key, id, record, audio)?;
            self.refresh(key)?;
        }
        self.calls_changed = true;
        Ok(id)
    }

    /// The record with the words that are kept of the call where the record has none: a server that has lost or deleted a
    /// transcript, or cannot tell it now, takes nothing away from what is here.
    pub fn with_kept_words(&mut self, source: SourceId, record: &CallRecord) -> Result<CallRecord, LibraryError> {
        let mut whole = record.clone();
        if record.transcript.is_some() && record.insights.is_some() {
            return Ok(whole);
        }
        if let Some(kept) = stored::call(&self.tx, CallId::derive(source, &record.remote_id))? {
            whole.transcript = whole.transcript.or(kept.record.transcript);
            whole.insights = whole.insights.or(kept.record.insights);
        }
        Ok(whole)
    }

    /// Says that a call is no longer at its source. It stays in the library. Answers whether this is news.
    pub fn mark_vanished(&mut self, source: SourceId, remote_id: &str, at_ms: i64) -> Result<bool, LibraryError> {
        let source_key = self.source_key(source)?;
        let sql = "UPDATE call SET vanished_ms = ?3 WHERE source_key = ?1 AND remote_id = ?2 AND vanished_ms IS NULL";
        let changed = self.tx.prepare_cached(sql)?.execute(params![source_key, remote_id, at_ms])?;
        self.calls_changed |= changed > 0;
        Ok(changed > 0)
    }

    /// A call's key and its start.
    fn existing(&self, source_key: i64, remote_id: &str) -> Result<Option<(i64, Option<i64>)>, LibraryError> {
        let sql = "SELECT key, started_ms FROM call WHERE source_key = ?1 AND remote_id = ?2";
        let mut statement = self.tx.prepare_cached(sql)?;
        let found = statement.query_row(params![source_key, remote_id], |row| Ok((row.get(0)?, row.get(1)?)));
        Ok(found.optional()?)
    }

    /// Removes what every update replaces.
    fn clear(&mut self, key: i64) -> Result<(), LibraryError> {
        turn::delete(&self.tx, key)?;
        insights::delete(&self.tx, key)?;
        metric::delete(&self.tx, key)?;
        self.tx.prepare_cached("DELETE FROM detail WHERE call_key = ?1")?.execute([key])?;
        self.said.remove(key);
        Ok(())
    }

    /// Gives a call the key of its new start. What hangs on the old key follows by the foreign keys' cascade.
    fn moved(&mut self, key: i64, started_ms: Option<i64>) -> Result<i64, LibraryError> {
        let new = call_key::free(&self.tx, started_ms, self.crowded)?;
        self.tx.prepare_cached("UPDATE call SET key = ?2 WHERE key = ?1")?.execute([key, new])?;
        Ok(new)
    }

    fn replace(&mut self, key: i64, record: &CallRecord) -> Result<(), LibraryError> {
        insert_detail(&self.tx, key, record)?;
        if let Some(transcript) = &record.transcript {
            turn::insert(&self.tx, key, &transcript.turns)?;
            self.said.put(&self.tx, key, &transcript.turns)?;
        }
        if let Some(found) = &record.insights {
            insights::insert(&self.tx, key, found)?;
        }
        metric::insert(&self.tx, key, &record.metrics)
    }

    fn put_recordings(
        &mut self,
        key: i64,
        call: CallId,
        record: &CallRecord,
        audio: &[RecordingFacts],
    ) -> Result<(), LibraryError> {
        let mut ids: Vec<RecordingId> = Vec::with_capacity(record.recordings.len());
        let known = recording::read(&self.tx, key)?;
        for (seq, entry) in (0_i64..).zip(&record.recordings) {
            let id = RecordingId::derive(call, &entry.remote_id);
            // A source that names two recordings alike gets the first one kept.
            if ids.contains(&id) {
                continue;
            }
            ids.push(id);
            let told = audio.iter().find(|told| told.remote_id == entry.remote_id);
            if let Some(known) = known.iter().find(|known| known.id == id) {
                if told.is_some_and(|told| told.replaces(known)) {
                    cached_file::drop_cached(&self.tx, id)?;
                }
                recording::update(&self.tx, (known, key, seq), entry, told)?;
            } else {
                recording::insert(&self.tx, (id, key, seq), entry, told)?;
            }
        }
        if known.iter().any(|known| !ids.contains(&known.id)) {
            recording::keep_only(&self.tx, key, &ids)?;
        }
        Ok(())
    }

    /// Writes the call's row, as if it had no recordings.
    fn describe(
        &mut self,
        sql: &str,
        (key, id, source_key): (i64, CallId, i64),
        record: &CallRecord,
        digest: &[u8; 32],
    ) -> Result<(), LibraryError> {
        let call = &record.call;
        let (from, to) = (call.from.clone().unwrap_or_default(), call.to.clone().unwrap_or_default());
        let sentiment = record.insights.as_ref().and_then(|insights| insights.sentiment.as_ref());
        let started = call.started_at.as_ref();
        self.tx.prepare_cached(sql)?.execute(params![
            key,
            id.0.as_bytes().as_slice(),
            source_key,
            record.remote_id,
            started.map(|at| at.utc_ms),
            started.map_or(UNKNOWN_START_ORDER, |at| at.utc_ms),
            started.is_some_and(|at| at.zone_assumed),
            call.duration_ms.unwrap_or(-1),
            call.direction.map(|direction| direction.as_str()),
            from.number,
            from.name,
            to.number,
            to.name,
            call.agent,
            call.status,
            call.title,
            sentiment.and_then(|sentiment| sentiment.overall.as_deref()),
            record.transcript.as_ref().map_or(0, |transcript| transcript.turns.len() as i64),
            people(&from, &to),
            digits(&from, &to),
            digest.as_slice(),
            record.revision,
        ])?;
        Ok(())
    }
}

const INSERT: &str = "INSERT INTO call (key, id, source_key, remote_id, started_ms, start_order, zone_assumed, length_ms, \
    direction, from_number, from_name, to_number, to_name, agent, status, title, sentiment, turns, audio, vanished_ms, \
    people, digits, digest, revision) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, \
    'none', NULL, ?19, ?20, ?21, ?22)";

const UPDATE: &str = "UPDATE call SET id = ?2, source_key = ?3, remote_id = ?4, started_ms = ?5, start_order = ?6, \
    zone_assumed = ?7, length_ms = ?8, direction = ?9, from_number = ?10, from_name = ?11, to_number = ?12, to_name = ?13, \
    agent = ?14, status = ?15, title = ?16, sentiment = ?17, turns = ?18, vanished_ms = NULL, people = ?19, digits = ?20, \
    digest = ?21, revision = ?22 WHERE key = ?1";

fn insert_detail(conn: &Connection, key: i64, record: &CallRecord) -> Result<(), LibraryError> {
    let call = &record.call;
    let ended = call.ended_at.as_ref();
    let transcript = record.transcript.as_ref();
    let sql = "INSERT INTO detail VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";
    conn.prepare_cached(sql)?.execute(params![
        key,
        call.started_at.as_ref().and_then(|at| at.original.as_deref()),
        ended.map(|at| at.utc_ms),
        ended.and_then(|at| at.original.as_deref()),
        ended.map(|at| at.zone_assumed),
        call.duration_ms,
        call.tenant,
        call.campaign,
        call.outcome,
        call.cost.as_ref().map(|cost| &cost.amount),
        call.cost.as_ref().and_then(|cost| cost.unit.as_deref()),
        to_json(&call.external_ids, "a call's ids")?,
        to_json(&record.metadata, "a call's metadata")?,
        transcript.is_some(),
        transcript.and_then(|transcript| transcript.origin.as_deref()),
        transcript.and_then(|transcript| transcript.format.as_deref()),
        transcript.and_then(|transcript| transcript.language.as_deref()),
    ])?;
    Ok(())
}

/// Numbers and names, folded as search compares them.
fn people(from: &Party, to: &Party) -> String {
    let all = [&from.number, &from.name, &to.number, &to.name];
    let folded: Vec<String> = all.into_iter().flatten().map(|text| fold(text)).collect();
    folded.join("\n")
}

fn digits(from: &Party, to: &Party) -> String {
    let all = [&from.number, &to.number];
    let digits: Vec<String> = all.into_iter().flatten().map(|number| digits_of(number)).collect();
    digits.join("\n")
}
