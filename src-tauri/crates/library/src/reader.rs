use std::sync::Arc;

use model::{Cancel, Cancelled};
use rusqlite::{Connection, Transaction};

use crate::LibraryError;
use crate::pool::Pool;

/// SQLite looks at the flag after this many of its steps: some hundred microseconds.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;

/// A connection that can only read. Its methods are spread over the files of what they read.
#[derive(Debug)]
pub struct Reader {
    // Taken only when the reader is dropped.
    conn: Option<Connection>,
    pool: Arc<Pool>,
    cancel: Option<Cancel>,
}

impl Reader {
    pub(crate) fn new(conn: Connection, pool: Arc<Pool>) -> Self {
        Self { conn: Some(conn), pool, cancel: None }
    }

    /// Lets `cancel` stop whatever this reader does, also within a long SQL statement: it fails with
    /// [`LibraryError::Cancelled`].
    pub fn cancelled_by(mut self, cancel: &Cancel) -> Result<Self, LibraryError> {
        let flag = cancel.clone();
        if let Some(conn) = &mut self.conn {
            conn.progress_handler(STEPS_BETWEEN_LOOKS, Some(move || flag.is_cancelled()))?;
        }
        self.cancel = Some(cancel.clone());
        Ok(self)
    }

    pub(crate) fn go_on(&self) -> Result<(), Cancelled> {
        self.cancel.as_ref().map_or(Ok(()), Cancel::check)
    }

    pub(crate) fn conn(&self) -> &Connection {
        self.conn.as_ref().expect("the connection is there until the reader is dropped")
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    /// One state of the library for several statements.
    pub(crate) fn snapshot(&self) -> Result<Transaction<'_>, LibraryError> {
        Ok(self.conn().unchecked_transaction()?)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let Some(mut conn) = self.conn.take() else { return };
        let quiet = self.cancel.is_none() || conn.progress_handler(0, None::<fn() -> bool>).is_ok();
        if quiet {
            self.pool.give_back(conn);
        }
    }
}
