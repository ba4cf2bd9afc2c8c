//! One walk over a bridge, a page at a time; every page's cursor holds exactly what was handed out so far.

use std::collections::BTreeMap;
use std::vec::IntoIter;

use model::{Cancel, RejectedItem};

use super::database::{Database, DatabaseError};
use super::files::{Piece, group};
use super::inventory::Inventory;
use super::plan::{Joined, Reading, compare, entry, join};
use super::{TwilioBridge, record};
use crate::confine::Root;
use crate::folder::content::is_settling;
use crate::shelf::Files;
use crate::words::plain_path;
use crate::{Change, Page, SourceError};

/// A page has at most this many changes.
const PAGE: usize = 250;
/// A page is not kept waiting longer than this for more changes.
const PAGE_NS: i64 = 2_000_000_000;
/// A page ends once its transcripts have this many turns.
const PAGE_TURNS: usize = 100_000;

/// The pages of a walk.
pub struct Walk<'a> {
    bridge: &'a TwilioBridge,
    cancel: &'a Cancel,
    state: State,
}

enum State {
    Fresh(Inventory),
    Reading(Box<Running>),
    Done,
}

struct Running {
    files: Option<Files>,
    database: Option<Database>,
    calls: BTreeMap<String, Joined>,
    inventory: Inventory,
    rejected: Vec<RejectedItem>,
    unchanged: u64,
    read: IntoIter<Reading>,
    gone: IntoIter<String>,
    waiting: Vec<String>,
    total: u64,
}

impl<'a> Walk<'a> {
    /// A walk that knows what `inventory` says.
    pub fn new(bridge: &'a TwilioBridge, inventory: Inventory, cancel: &'a Cancel) -> Self {
        Self { bridge, cancel, state: State::Fresh(inventory) }
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<Page, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut running = match std::mem::replace(&mut self.state, State::Done) {
            State::Done => return None,
            State::Reading(running) => running,
            State::Fresh(inventory) => match Running::begin(self.bridge, inventory, self.cancel) {
                Ok(running) => Box::new(running),
                Err(error) => return Some(Err(error)),
            },
        };
        let page = running.page(self.bridge, self.cancel);
        if page.is_ok() && !running.is_over() {
            self.state = State::Reading(running);
        }
        Some(page)
    }
}

impl Running {
    fn begin(bridge: &TwilioBridge, inventory: Inventory, cancel: &Cancel) -> Result<Self, SourceError> {
        let tree = bridge.list(cancel)?;
        let unreachable = |cause: &dyn std::fmt::Display| SourceError::Unreachable(cause.to_string());
        let root = bridge.root.as_ref().map(Root::canonical).transpose().map_err(|cause| unreachable(&cause))?;
        let mut rejected = tree.rejected;
        let file = bridge.database_file();
        let opened = file
            .as_deref()
            .map(|file| Database::open(file, cancel).and_then(|database| Ok((database.heads()?, database))));
        let (database, heads, row_known) = match opened {
            // None is there any more, though one was: its calls stay until it is certain that it is not coming back.
            None => (None, Vec::new(), false),
            Some(Ok((heads, database))) => (Some(database), heads, true),
            Some(Err(DatabaseError::Cancelled(cancelled))) => return Err(cancelled.into()),
            Some(Err(error)) if root.is_none() => return Err(unreachable(&error)),
            // The files can be read all the same.
            Some(Err(error)) => {
                let item = file.as_deref().and_then(|file| file.file_name()).unwrap_or_default();
                rejected.push(RejectedItem { item: plain_path(&item.to_string_lossy()), reason: error.to_string() });
                (None, Vec::new(), false)
            }
        };
        let now_ns = bridge.now_ns();
        let files = root.as_deref().map(Files::below);
        let settling = |piece: &Piece| files.as_ref().is_some_and(|files| is_settling(files, &piece.file, now_ns));
        let calls = join(heads, group(tree.files), &settling);
        let plan = compare(&inventory, &calls, row_known, &tree.hidden);
        Ok(Self {
            files,
            database,
            calls,
            inventory,
            rejected,
            unchanged: plan.unchanged,
            total: plan.unchanged + plan.read.len() as u64,
            read: plan.read.into_iter(),
            gone: plan.gone.into_iter(),
            waiting: plan.waiting,
        })
    }

    fn is_over(&self) -> bool {
        self.read.as_slice().is_empty() && self.gone.as_slice().is_empty()
    }

    fn page(&mut self, bridge: &TwilioBridge, cancel: &Cancel) -> Result<Page, SourceError> {
        let began_ns = bridge.now_ns();
        let mut changes: Vec<Change> = std::mem::take(&mut self.rejected).into_iter().map(Change::Rejected).collect();
        let unchanged = std::mem::take(&mut self.unchanged);
        if unchanged > 0 {
            changes.push(Change::Unchanged(unchanged));
        }
        let (mut taken, mut turns) = (0, 0);
        while taken < PAGE && turns < PAGE_TURNS && bridge.now_ns().saturating_sub(began_ns) < PAGE_NS {
            cancel.check()?;
            if let Some(reading) = self.read.next() {
                turns += self.read(&reading, &mut changes, cancel)?;
            } else if let Some(name) = self.gone.next() {
                changes.extend(self.inventory.forget(&name).map(|remote_id| Change::Gone { remote_id }));
            } else {
                break;
            }
            taken += 1;
        }
        Ok(Page {
            changes,
            cursor: self.inventory.cursor(),
            total: Some(self.total),
            waiting: self.waiting.clone(),
            doubt: None,
        })
    }

    /// Reads one call; gives how many turns it has.
    fn read(&mut self, reading: &Reading, changes: &mut Vec<Change>, cancel: &Cancel) -> Result<usize, SourceError> {
        let Some(call) = self.calls.get(&reading.name) else { return Ok(0) };
        let rows = match (&self.database, &call.head) {
            (Some(database), Some(head)) => match database.rows(&head.id) {
                Ok(rows) => rows,
                Err(DatabaseError::Cancelled(cancelled)) => return Err(cancelled.into()),
                Err(error @ DatabaseError::Locked(_)) => return Err(SourceError::Unreachable(error.to_string())),
                // One damaged row costs its call, not the walk. It is not remembered, so it is tried again.
                Err(error) => {
                    let item = plain_path(&reading.remote_id);
                    changes.push(Change::Rejected(RejectedItem { item, reason: error.to_string() }));
                    return Ok(0);
                }
            },
            _ => None,
        };
        if rows.is_none() && call.pieces.is_empty() {
            return Ok(0);
        }
        let (record, rejected) = record::read(&reading.remote_id, call, rows, self.files.as_ref(), cancel)?;
        changes.extend(rejected.into_iter().map(Change::Rejected));
        let turns = record.transcript.as_ref().map_or(0, |transcript| transcript.turns.len());
        changes.push(Change::Call(Box::new(record)));
        if let Some(was) = &reading.was {
            self.inventory.entries.remove(was);
        }
        self.inventory.keep(&reading.name, entry(&reading.name, &reading.remote_id, call));
        Ok(turns)
    }
}
