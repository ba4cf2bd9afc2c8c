//! How the model's values lie in columns.

use model::{Moment, Party};
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::LibraryError;

/// A UUID in a column of 16 bytes.
pub(crate) struct Id(pub Uuid);

impl FromSql for Id {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Uuid::from_slice(value.as_blob()?).map(Self).map_err(FromSqlError::other)
    }
}

/// Three neighbouring columns: milliseconds, original text, whether the zone was assumed.
pub(crate) fn moment(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Moment>> {
    let Some(utc_ms) = row.get(first)? else { return Ok(None) };
    let zone_assumed = row.get::<_, Option<bool>>(first + 2)?.unwrap_or(false);
    Ok(Some(Moment { utc_ms, original: row.get(first + 1)?, zone_assumed }))
}

/// Two neighbouring columns: number, name. A party without either says nothing and is none.
pub(crate) fn party(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Party>> {
    let party = Party { number: row.get(first)?, name: row.get(first + 1)? };
    Ok((party != Party::default()).then_some(party))
}

pub(crate) fn to_json(value: &impl Serialize, what: &'static str) -> Result<String, LibraryError> {
    serde_json::to_string(value).map_err(|_| LibraryError::BadValue(what))
}

pub(crate) fn from_json<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T, LibraryError> {
    serde_json::from_str(text).map_err(|_| LibraryError::BadValue(what))
}

/// SQLite's integers are signed; sizes and counts never come near the difference.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A count read back.
pub(crate) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// A count read back where 32 bits are plenty.
pub(crate) fn small(number: i64) -> u32 {
    u32::try_from(number.max(0)).unwrap_or(u32::MAX)
}
