use model::{AudioState, CallId, Direction, Ms, Party, SourceId};
use rusqlite::{OptionalExtension, Row};

use super::column::{Id, party, small};
use crate::{LibraryError, Reader};

/// A call as the list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct CallRow {
    /// Its id.
    pub id: CallId,
    /// Its source.
    pub source: SourceId,
    /// Its source's name, also if the source was removed.
    pub source_name: String,
    /// Its id at its source.
    pub remote_id: String,
    /// When it began, UTC milliseconds.
    pub started_ms: Option<i64>,
    /// The source named no zone and UTC was taken.
    pub zone_assumed: bool,
    /// Its own length as the source says, else that of its longest recording.
    pub duration_ms: Option<Ms>,
    /// Who rang whom.
    pub direction: Option<Direction>,
    /// The calling party.
    pub from: Option<Party>,
    /// The called party.
    pub to: Option<Party>,
    /// The agent.
    pub agent: Option<String>,
    /// The source's word for its state.
    pub status: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// The overall sentiment in the source's word.
    pub sentiment: Option<String>,
    /// How many turns its transcript has; 0 without one.
    pub turns: u32,
    /// Whether its audio is here, over all its recordings (see [`overall`]); `None` if it has no recordings.
    pub audio: Option<AudioState>,
    /// When its source was first seen without it, UTC milliseconds.
    pub vanished_ms: Option<i64>,
    /// Whether it is in a case.
    pub in_case: bool,
}

impl CallRow {
    /// Whether anything said is known.
    pub fn has_transcript(&self) -> bool {
        self.turns > 0
    }
}

impl Reader {
    /// A call as the list shows it.
    pub fn call_row(&self, id: CallId) -> Result<Option<CallRow>, LibraryError> {
        let sql =
            format!("SELECT {ROW_COLUMNS} FROM call JOIN source ON source.key = call.source_key WHERE call.id = ?1");
        let row = self.conn().prepare_cached(&sql)?.query_row([id.0.as_bytes().as_slice()], call_row).optional()?;
        Ok(row.map(|(_, row)| row))
    }
}

/// The state of a call's audio: none without recordings, cached if all are; else, among those that are not, what is
/// nearest to being had: available before pending before failed before unavailable.
pub fn overall(recordings: impl IntoIterator<Item = AudioState>) -> Option<AudioState> {
    let nearness = |state: &AudioState| match state {
        AudioState::Available => 0,
        AudioState::Pending => 1,
        AudioState::Failed => 2,
        AudioState::Unavailable => 3,
        AudioState::Cached => 4,
    };
    recordings.into_iter().min_by_key(nearness)
}

/// The word for a call's audio in the database and on the command line.
pub(crate) fn audio_word(audio: Option<AudioState>) -> &'static str {
    audio.map_or("none", AudioState::as_str)
}

/// What [`call_row`] reads, from `call JOIN source`.
pub(crate) const ROW_COLUMNS: &str = "call.key, call.id, source.id, source.name, call.remote_id, call.started_ms, \
    call.zone_assumed, call.length_ms, call.direction, call.from_number, call.from_name, call.to_number, call.to_name, \
    call.agent, call.status, call.title, call.sentiment, call.turns, call.audio, call.vanished_ms, \
    EXISTS (SELECT 1 FROM case_call WHERE call_key = call.key)";

/// What stands for an unknown start where calls are put in order.
pub(crate) const UNKNOWN_START_ORDER: i64 = i64::MIN;

/// How many columns those are.
pub(crate) const ROW_WIDTH: usize = 21;

/// A call's key and its row.
pub(crate) fn call_row(row: &Row<'_>) -> rusqlite::Result<(i64, CallRow)> {
    let length: Ms = row.get(7)?;
    let call = CallRow {
        id: CallId(row.get::<_, Id>(1)?.0),
        source: SourceId(row.get::<_, Id>(2)?.0),
        source_name: row.get(3)?,
        remote_id: row.get(4)?,
        started_ms: row.get(5)?,
        zone_assumed: row.get(6)?,
        duration_ms: (length >= 0).then_some(length),
        direction: row.get_ref(8)?.as_str_or_null()?.and_then(Direction::parse),
        from: party(row, 9)?,
        to: party(row, 11)?,
        agent: row.get(13)?,
        status: row.get(14)?,
        title: row.get(15)?,
        sentiment: row.get(16)?,
        turns: small(row.get(17)?),
        audio: AudioState::parse(row.get_ref(18)?.as_str()?),
        vanished_ms: row.get(19)?,
        in_case: row.get(20)?,
    };
    Ok((row.get(0)?, call))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calls_audio_is_cached_only_if_all_of_it_is() {
        use AudioState::*;
        assert_eq!(overall([]), None);
        assert_eq!(overall([Cached, Cached]), Some(Cached));
        assert_eq!(overall([Cached, Unavailable]), Some(Unavailable), "what is missing is said");
        assert_eq!(overall([Failed, Pending, Unavailable]), Some(Pending));
        assert_eq!(overall([Failed, Available, Cached]), Some(Available));
    }
}
