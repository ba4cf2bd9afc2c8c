use rusqlite::{OptionalExtension, params};

use crate::{LibraryError, Reader, Writer};

impl Reader {
    /// A setting of this library, if it was ever set.
    pub fn setting(&self, key: &str) -> Result<Option<String>, LibraryError> {
        let mut statement = self.conn().prepare_cached("SELECT value FROM setting WHERE key = ?1")?;
        Ok(statement.query_row([key], |row| row.get(0)).optional()?)
    }
}

impl Writer<'_> {
    /// Keeps a setting; `None` forgets it.
    pub fn set_setting(&mut self, key: &str, value: Option<&str>) -> Result<(), LibraryError> {
        match value {
            Some(value) => self.tx.execute("INSERT OR REPLACE INTO setting VALUES (?1, ?2)", params![key, value])?,
            None => self.tx.execute("DELETE FROM setting WHERE key = ?1", [key])?,
        };
        Ok(())
    }
}
