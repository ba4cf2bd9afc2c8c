//! Reading a call back with everything that belongs to it.

use std::collections::HashMap;

use model::{Call, CallId, CallRecord, Cost, Moment, SourceId, Transcript};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::call::{CallRow, ROW_COLUMNS, ROW_WIDTH, call_row};
use super::column::{Id, from_json, moment};
use super::recording::{self, StoredRecording};
use super::{insights, metric, source, turn};
use crate::{LibraryError, Reader};

/// Everything known about one call.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredCall {
    /// As in the list.
    pub row: CallRow,
    /// As its source described it.
    pub record: CallRecord,
    /// Its recordings with the state of their audio, in the source's order; last those that the source no longer names but
    /// whose audio is here.
    pub recordings: Vec<StoredRecording>,
    /// Of the record as it was kept.
    pub digest: Vec<u8>,
}

/// What a synchronisation needs to know about a call it meets again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its id.
    pub id: CallId,
    /// Of the record as it was kept; equal means unchanged.
    pub digest: [u8; 32],
    /// It was not at its source any more.
    pub vanished: bool,
    /// What the source said about it whenever it listed it.
    pub revision: Option<String>,
}

const DETAIL: &str = "detail.started_original, ended_ms, ended_original, ended_zone_assumed, detail.duration_ms, tenant, \
    campaign, outcome, cost_amount, cost_unit, external_ids, metadata, has_transcript, transcript_origin, \
    transcript_format, transcript_language, call.digest, call.revision";

impl Reader {
    /// Everything known about a call; `None` if there is no such call.
    pub fn call(&self, id: CallId) -> Result<Option<StoredCall>, LibraryError> {
        call(&*self.snapshot()?, id)
    }

    /// Which of these calls of a source are in the library, by their ids at the source.
    pub fn known(&self, source: SourceId, remote_ids: &[&str]) -> Result<HashMap<String, Known>, LibraryError> {
        let snapshot = self.snapshot()?;
        let Some(source) = source::any_key(&snapshot, source)? else { return Ok(HashMap::new()) };
        let sql =
            "SELECT id, digest, vanished_ms IS NOT NULL, revision FROM call WHERE source_key = ?1 AND remote_id = ?2";
        let mut statement = snapshot.prepare_cached(sql)?;
        let mut known = HashMap::with_capacity(remote_ids.len());
        for &remote_id in remote_ids {
            let row = |row: &Row<'_>| {
                let digest = row.get::<_, [u8; 32]>(1)?;
                Ok(Known { id: CallId(row.get::<_, Id>(0)?.0), digest, vanished: row.get(2)?, revision: row.get(3)? })
            };
            if let Some(found) = statement.query_row(params![source, remote_id], row).optional()? {
                known.insert(remote_id.to_owned(), found);
            }
        }
        Ok(known)
    }

    /// The ids at the source of all calls of a source that have not vanished.
    pub fn remote_ids(&self, source: SourceId) -> Result<Vec<String>, LibraryError> {
        let sql = "SELECT remote_id FROM call JOIN source ON source.key = call.source_key \
                   WHERE source.id = ?1 AND vanished_ms IS NULL ORDER BY remote_id";
        let mut statement = self.conn().prepare_cached(sql)?;
        let ids = statement.query_map([source.0.as_bytes().as_slice()], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }
}

/// Everything known about a call.
pub(crate) fn call(conn: &Connection, id: CallId) -> Result<Option<StoredCall>, LibraryError> {
    let sql = format!(
        "SELECT {ROW_COLUMNS}, {DETAIL} FROM call JOIN source ON source.key = call.source_key \
         JOIN detail ON detail.call_key = call.key WHERE call.id = ?1"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query([id.0.as_bytes().as_slice()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let (key, listed) = call_row(row)?;
    let recordings = recording::read(conn, key)?;
    let record = record(conn, key, row, &listed, &recordings)?;
    Ok(Some(StoredCall { row: listed, record, recordings, digest: row.get(ROW_WIDTH + 16)? }))
}

fn record(
    conn: &Connection,
    key: i64,
    row: &Row<'_>,
    listed: &CallRow,
    recordings: &[StoredRecording],
) -> Result<CallRecord, LibraryError> {
    let column = |offset: usize| ROW_WIDTH + offset;
    let original: Option<String> = row.get(column(0))?;
    let amount: Option<String> = row.get(column(8))?;
    let unit: Option<String> = row.get(column(9))?;
    let call = Call {
        title: listed.title.clone(),
        started_at: listed.started_ms.map(|utc_ms| Moment { utc_ms, original, zone_assumed: listed.zone_assumed }),
        ended_at: moment(row, column(1))?,
        duration_ms: row.get(column(4))?,
        direction: listed.direction,
        from: listed.from.clone(),
        to: listed.to.clone(),
        agent: listed.agent.clone(),
        tenant: row.get(column(5))?,
        campaign: row.get(column(6))?,
        status: listed.status.clone(),
        outcome: row.get(column(7))?,
        cost: amount.map(|amount| Cost { amount, unit }),
        external_ids: from_json(&row.get::<_, String>(column(10))?, "a call's ids")?,
    };
    let transcript = match row.get::<_, bool>(column(12))? {
        true => Some(Transcript {
            origin: row.get(column(13))?,
            format: row.get(column(14))?,
            language: row.get(column(15))?,
            turns: turn::read(conn, key)?,
        }),
        false => None,
    };
    Ok(CallRecord {
        remote_id: listed.remote_id.clone(),
        revision: row.get(column(17))?,
        call,
        recordings: recordings.iter().filter(|one| !one.gone).map(|one| one.record.clone()).collect(),
        transcript,
        insights: insights::read(conn, key)?,
        metrics: metric::read(conn, key)?,
        metadata: from_json(&row.get::<_, String>(column(11))?, "a call's metadata")?,
    })
}
