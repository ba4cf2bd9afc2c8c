use model::{CallId, RecordingId, SourceId};
use rusqlite::{OptionalExtension, params};

use super::column::{Id, unsigned};
use super::recording::find;
use crate::{LibraryError, Reader, Writer};

/// A recording that was asked for and is not here yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedDownload {
    /// The recording.
    pub recording: RecordingId,
    /// Its call.
    pub call: CallId,
    /// The call's source.
    pub source: SourceId,
    /// Not before this moment is it tried again, UTC milliseconds.
    pub next_try_ms: Option<i64>,
    /// How many bytes its source says it has.
    pub bytes: Option<u64>,
}

impl Reader {
    /// The queue of downloads, first come first.
    pub fn downloads(&self) -> Result<Vec<QueuedDownload>, LibraryError> {
        let sql = "SELECT recording.id, call.id, source.id, next_try_ms, claimed ->> 'bytes' FROM download \
                   JOIN recording ON recording.key = recording_key JOIN call ON call.key = recording.call_key \
                   JOIN source ON source.key = call.source_key ORDER BY download.seq";
        let mut statement = self.conn().prepare_cached(sql)?;
        let queued = statement.query_map([], |row| {
            Ok(QueuedDownload {
                recording: RecordingId(row.get::<_, Id>(0)?.0),
                call: CallId(row.get::<_, Id>(1)?.0),
                source: SourceId(row.get::<_, Id>(2)?.0),
                next_try_ms: row.get(3)?,
                bytes: row.get::<_, Option<i64>>(4)?.map(unsigned),
            })
        })?;
        Ok(queued.collect::<Result<_, _>>()?)
    }

    /// The source of a call, if there is such a call.
    pub fn source_of(&self, call: CallId) -> Result<Option<SourceId>, LibraryError> {
        let sql = "SELECT source.id FROM call JOIN source ON source.key = call.source_key WHERE call.id = ?1";
        let mut statement = self.conn().prepare_cached(sql)?;
        let found = statement.query_row([call.0.as_bytes().as_slice()], |row| Ok(SourceId(row.get::<_, Id>(0)?.0)));
        Ok(found.optional()?)
    }

    /// How many recordings are in the queue of downloads.
    pub fn count_downloads(&self) -> Result<u64, LibraryError> {
        Ok(unsigned(self.conn().query_row("SELECT count(*) FROM download", [], |row| row.get(0))?))
    }
}

impl Writer<'_> {
    /// Puts the recordings of these calls that are not cached at the end of the queue of downloads; those that are in it
    /// stay where they are. Answers how many came new.
    pub fn queue_downloads(&mut self, calls: &[CallId]) -> Result<u64, LibraryError> {
        let sql = "INSERT INTO download (recording_key, seq) \
                   SELECT recording.key, (SELECT coalesce(max(seq), 0) + 1 FROM download) FROM recording \
                   JOIN call ON call.key = recording.call_key \
                   WHERE call.id = ?1 AND state <> 'cached' AND gone = 0 ORDER BY recording.seq \
                   ON CONFLICT (recording_key) DO NOTHING";
        let mut statement = self.tx.prepare_cached(sql)?;
        let mut added = 0;
        for call in calls {
            added += statement.execute([call.0.as_bytes().as_slice()])? as u64;
        }
        Ok(added)
    }

    /// Takes a recording out of the queue of downloads.
    pub fn unqueue_download(&mut self, id: RecordingId) -> Result<(), LibraryError> {
        let (key, _) = find(&self.tx, id)?;
        self.tx.execute("DELETE FROM download WHERE recording_key = ?1", params![key])?;
        Ok(())
    }

    /// Empties the queue of downloads.
    pub fn clear_downloads(&mut self) -> Result<(), LibraryError> {
        self.tx.execute("DELETE FROM download", [])?;
        Ok(())
    }
}
