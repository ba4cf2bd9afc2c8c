use std::io::{self, Write};

use jiff::tz::TimeZone;
use model::AuditEntry;

use super::Table;
use crate::moments::{local, rfc3339};

const COLUMNS: &[&str] = &["seq", "at_utc", "at_local", "user", "person", "action", "object", "detail"];

/// The access log in the making, for people; local times are in its zone, with their offset.
pub struct Access<W: Write> {
    table: Table<W>,
    zone: TimeZone,
}

impl<W: Write> Access<W> {
    /// Begins the table.
    pub fn begin(out: W, zone: &TimeZone) -> io::Result<Self> {
        Ok(Self { table: Table::begin(out, COLUMNS)?, zone: zone.clone() })
    }

    /// Adds an entry.
    pub fn add(&mut self, entry: &AuditEntry) -> io::Result<()> {
        self.table.row([
            entry.seq.to_string().as_str(),
            &rfc3339(entry.at_ms),
            &local(entry.at_ms, &self.zone),
            &entry.user,
            entry.person.as_deref().unwrap_or_default(),
            &entry.action,
            entry.object.as_deref().unwrap_or_default(),
            &entry.detail,
        ])
    }

    /// Ends the table and gives its writer back, flushed.
    pub fn finish(self) -> io::Result<W> {
        let mut out = self.table.finish()?;
        out.flush()?;
        Ok(out)
    }
}

/// Writes entries of the audit log that are at hand.
pub fn access<'a>(
    entries: impl IntoIterator<Item = &'a AuditEntry>,
    zone: &TimeZone,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut table = Access::begin(out, zone)?;
    entries.into_iter().try_for_each(|entry| table.add(entry))?;
    table.finish().map(drop)
}
