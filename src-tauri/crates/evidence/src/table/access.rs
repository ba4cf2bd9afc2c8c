use std::io::{self, Write};

use jiff::tz::TimeZone;
use model::AuditEntry;

use super::Table;
use crate::moments::{local, rfc3339};

const COLUMNS: &[&str] = &["seq", "at_utc", "at_local", "user", "person", "action", "object", "detail"];

/// Writes entries of the audit log for people; local times are in `zone`, with their offset.
pub fn access<'a>(
    entries: impl IntoIterator<Item = &'a AuditEntry>,
    zone: &TimeZone,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut table = Table::begin(out, COLUMNS)?;
    for entry in entries {
        table.row([
            entry.seq.to_string().as_str(),
            &rfc3339(entry.at_ms),
            &local(entry.at_ms, zone),
            &entry.user,
            entry.person.as_deref().unwrap_or_default(),
            &entry.action,
            entry.object.as_deref().unwrap_or_default(),
            &entry.detail,
        ])?;
    }
    table.finish()?.flush()
}
