//! Finding a call by what a person types.

use model::CallId;
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::table::column::Id;
use crate::{LibraryError, Reader};

/// A shorter prefix would match by accident.
const SHORTEST_PREFIX: usize = 8;

/// Why a call could not be found.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// Nothing of that name.
    #[error("there is no call {0}; give its id, the first 8 or more characters of it, or SOURCE:ID")]
    NotFound(String),
    /// Several ids begin like that.
    #[error("several calls begin with {0}; give more of the id")]
    Ambiguous(String),
    /// The library could not be read.
    #[error(transparent)]
    Library(#[from] LibraryError),
}

impl From<rusqlite::Error> for FindError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Library(error.into())
    }
}

impl Reader {
    /// The call that `text` names: an id, a prefix of one that no other call shares (8 characters or more, with or without
    /// hyphens), or `SOURCE:REMOTE_ID`.
    pub fn find_call(&self, text: &str) -> Result<CallId, FindError> {
        let text = text.trim();
        if let Some((low, high)) = prefix_range(text) {
            let found = by_prefix(self.conn(), low, high)?;
            match found.as_slice() {
                [] => {}
                [only] => return Ok(CallId(*only)),
                _ => return Err(FindError::Ambiguous(text.to_owned())),
            }
        }
        self.by_source(text)?.ok_or_else(|| FindError::NotFound(text.to_owned()))
    }

    /// Both halves may hold colons, so every one of them is tried.
    fn by_source(&self, text: &str) -> Result<Option<CallId>, LibraryError> {
        let sql = "SELECT call.id FROM source JOIN call ON call.source_key = source.key \
                   WHERE source.name = ?1 AND call.remote_id = ?2 ORDER BY source.removed, source.key LIMIT 1";
        let mut statement = self.conn().prepare_cached(sql)?;
        for (colon, _) in text.match_indices(':') {
            let mut rows = statement.query(params![&text[..colon], &text[colon + 1..]])?;
            if let Some(row) = rows.next()? {
                return Ok(Some(CallId(row.get::<_, Id>(0)?.0)));
            }
        }
        Ok(None)
    }
}

fn by_prefix(conn: &Connection, low: Uuid, high: Uuid) -> Result<Vec<Uuid>, LibraryError> {
    let mut statement = conn.prepare_cached("SELECT id FROM call WHERE id BETWEEN ?1 AND ?2 LIMIT 2")?;
    let bounds = params![low.as_bytes().as_slice(), high.as_bytes().as_slice()];
    let ids = statement.query_map(bounds, |row| row.get::<_, Id>(0))?;
    Ok(ids.map(|id| id.map(|Id(id)| id)).collect::<Result<_, _>>()?)
}

/// The lowest and highest id that begin with `text`, if it can be the beginning of an id.
fn prefix_range(text: &str) -> Option<(Uuid, Uuid)> {
    let hex: String = text.chars().filter(|&c| c != '-').collect();
    let is_hex = hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hex || !(SHORTEST_PREFIX..=32).contains(&hex.len()) {
        return None;
    }
    let filled = |with: &str| Uuid::parse_str(&format!("{hex}{}", with.repeat(32 - hex.len()))).ok();
    Some((filled("0")?, filled("f")?))
}
