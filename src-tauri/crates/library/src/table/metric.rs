use model::Metric;
use rusqlite::{Connection, params};

use super::column::moment;
use crate::LibraryError;

const COLUMNS: &str = "at_ms, at_original, at_zone_assumed, name, value";

pub(crate) fn insert(conn: &Connection, call: i64, metrics: &[Metric]) -> Result<(), LibraryError> {
    let sql = format!("INSERT INTO metric (call_key, seq, {COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    let mut statement = conn.prepare_cached(&sql)?;
    for (seq, metric) in (0_i64..).zip(metrics) {
        let at = metric.at.as_ref();
        statement.execute(params![
            call,
            seq,
            at.map(|at| at.utc_ms),
            at.and_then(|at| at.original.as_deref()),
            at.map(|at| at.zone_assumed),
            metric.name,
            metric.value,
        ])?;
    }
    Ok(())
}

pub(crate) fn delete(conn: &Connection, call: i64) -> Result<(), LibraryError> {
    conn.prepare_cached("DELETE FROM metric WHERE call_key = ?1")?.execute([call])?;
    Ok(())
}

pub(crate) fn read(conn: &Connection, call: i64) -> Result<Vec<Metric>, LibraryError> {
    let mut statement =
        conn.prepare_cached(&format!("SELECT {COLUMNS} FROM metric WHERE call_key = ?1 ORDER BY seq"))?;
    let rows = statement.query_map([call], |row| {
        let value = row.get::<_, Option<f64>>(4)?.unwrap_or(f64::NAN);
        Ok(Metric { at: moment(row, 0)?, name: row.get(3)?, value })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
