//! The readers' connections: opened when needed, a few kept for the next time.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use crate::list::Positions;
use crate::open::{Place, Use};
use crate::{LibraryError, Reader};

/// More readers than this at once are fine; their connections are closed afterwards.
const KEPT: usize = 4;

#[derive(Debug)]
pub(crate) struct Pool {
    place: Place,
    idle: Mutex<Vec<Connection>>,
    positions: Positions,
}

impl Pool {
    pub fn new(place: Place) -> Self {
        Self { place, idle: Mutex::default(), positions: Positions::default() }
    }

    pub fn dir(&self) -> &Path {
        &self.place.dir
    }

    pub fn place(&self) -> &Place {
        &self.place
    }

    pub fn positions(&self) -> &Positions {
        &self.positions
    }

    pub fn reader(pool: &Arc<Self>) -> Result<Reader, LibraryError> {
        let kept = pool.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = kept.map_or_else(|| pool.place.connect(Use::Read), Ok)?;
        Ok(Reader::new(conn, Arc::clone(pool)))
    }

    pub fn give_back(&self, conn: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(conn);
        }
    }
}
