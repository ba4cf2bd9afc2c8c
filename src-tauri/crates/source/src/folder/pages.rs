//! One walk over a folder, a page at a time. The inventory in every page's cursor is exactly what was handed out so far,
//! so a walk that is stopped anywhere goes on from there.

use std::collections::BTreeMap;
use std::vec::IntoIter;

use model::{CallRecord, Cancel, RejectedItem};

use super::Folder;
use super::bags::Bags;
use super::claims::{self, Names};
use super::content::{fingerprint, is_settling};
use super::inventory::{Entry, Inventory};
use super::naming::part;
use super::owners::{Claim, Owners};
use super::pairing::{Group, Member, member, pair};
use super::plan::{Reading, plan};
use super::record::{self, Read, Reader};
use crate::shelf::Files;
use crate::words::plain_path;
use crate::{Change, Page, SourceError};

/// A page has at most this many changes…
const LARGEST_PAGE: usize = 500;
/// …and in a small walk fewer, so that progress is seen.
const SMALLEST_PAGE: usize = 200;
/// A page is not kept waiting longer than this for more changes.
const PAGE_NS: i64 = 2_000_000_000;
/// A page ends once its transcripts have this many turns.
const PAGE_TURNS: usize = 100_000;

/// The pages of a walk.
pub struct Walk<'a> {
    folder: &'a Folder,
    cancel: &'a Cancel,
    state: State,
}

enum State {
    Fresh(Inventory),
    Reading(Box<Running>),
    Done,
}

struct Running {
    files: Files,
    groups: BTreeMap<String, Group>,
    names: Names,
    inventory: Inventory,
    owners: Owners,
    rejected: Vec<RejectedItem>,
    unchanged: u64,
    read: IntoIter<Reading>,
    gone: IntoIter<String>,
    waiting: Vec<String>,
    total: u64,
    page_size: usize,
}

impl<'a> Walk<'a> {
    /// A walk that knows what `inventory` says.
    pub fn new(folder: &'a Folder, inventory: Inventory, cancel: &'a Cancel) -> Self {
        Self { folder, cancel, state: State::Fresh(inventory) }
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<Page, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut running = match std::mem::replace(&mut self.state, State::Done) {
            State::Done => return None,
            State::Reading(running) => running,
            State::Fresh(inventory) => match Running::begin(self.folder, inventory, self.cancel) {
                Ok(running) => Box::new(running),
                Err(error) => return Some(Err(error)),
            },
        };
        let page = running.page(self.folder, self.cancel);
        if page.is_ok() && !running.is_over() {
            self.state = State::Reading(running);
        }
        Some(page)
    }
}

impl Running {
    /// Lists and plans; reads only what is needed to plan.
    fn begin(folder: &Folder, inventory: Inventory, cancel: &Cancel) -> Result<Self, SourceError> {
        let files = folder.shelf.open(cancel)?;
        let tree = files.list(&|name| part(name).is_some(), cancel)?;
        let bags = Bags::among(&files, &tree.files);
        let now_ns = folder.now_ns();
        let members: Vec<Member> = tree
            .files
            .into_iter()
            .filter(|found| bags.is_content(&found.path))
            .filter_map(|found| {
                let settling = is_settling(&files, &found, now_ns);
                member(found, settling)
            })
            .collect();
        let mut names = Names::of(&members);
        let claims = claims::find(&files, &members, &mut names, &bags, &inventory, cancel)?;
        let members = claims::without_derived(members, &claims);
        let groups = pair(&members, &claims);
        let plan = plan(&inventory, &groups, &tree.hidden, &mut |path| fingerprint(&files, path).ok());
        let total = plan.unchanged + plan.read.len() as u64;
        Ok(Self {
            page_size: (plan.read.len() / 40).clamp(SMALLEST_PAGE, LARGEST_PAGE),
            files,
            groups,
            names,
            owners: Owners::of(&inventory),
            inventory,
            rejected: tree.rejected,
            unchanged: plan.unchanged,
            read: plan.read.into_iter(),
            gone: plan.gone.into_iter(),
            waiting: plan.waiting,
            total,
        })
    }

    fn is_over(&self) -> bool {
        self.read.as_slice().is_empty() && self.gone.as_slice().is_empty()
    }

    fn page(&mut self, folder: &Folder, cancel: &Cancel) -> Result<Page, SourceError> {
        let began_ns = folder.now_ns();
        let mut changes: Vec<Change> = std::mem::take(&mut self.rejected).into_iter().map(Change::Rejected).collect();
        let unchanged = std::mem::take(&mut self.unchanged);
        if unchanged > 0 {
            changes.push(Change::Unchanged(unchanged));
        }
        let mut turns = 0;
        let room = self.page_size;
        let mut taken = 0;
        while taken < room && turns < PAGE_TURNS && folder.now_ns().saturating_sub(began_ns) < PAGE_NS {
            cancel.check()?;
            if let Some(reading) = self.read.next() {
                turns += self.read(&reading, &mut changes, cancel)?;
            } else if let Some(key) = self.gone.next() {
                self.forget(&key, &mut changes);
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

    /// Reads one group; gives how many turns it has.
    fn read(&mut self, reading: &Reading, changes: &mut Vec<Change>, cancel: &Cancel) -> Result<usize, SourceError> {
        let Some(group) = self.groups.get(&reading.key) else { return Ok(0) };
        let old_key = reading.was.as_ref().unwrap_or(&reading.key);
        let known = self.inventory.entries.get(old_key);
        let was_call = known.is_some_and(|entry| entry.is_call);
        let reader = Reader { files: &self.files, names: &self.names, cancel };
        let mut read = reader.read(&reading.remote_id, &reading.key, group)?;
        let lost = read.record.is_none() && was_call;
        let rejected = !read.rejected.is_empty();
        let (name, is_copy) = self.name(reading, &mut read, &reader)?;
        changes.extend(read.rejected.into_iter().map(Change::Rejected));
        let turns = read.record.as_ref().and_then(|record| record.transcript.as_ref()).map_or(0, |t| t.turns.len());
        let is_call = match read.record {
            Some(_) if is_copy => false,
            Some(record) => {
                changes.push(Change::Call(Box::new(CallRecord { remote_id: name.clone(), ..record })));
                true
            }
            // What was a call and cannot be read now stays a call: its file may be repaired.
            None => lost && rejected,
        };
        let entry = Entry {
            remote_id: name,
            files: record::stamps_after(group, &read.try_again),
            fingerprint: read.fingerprint,
            is_call,
            claims: self.names.claimed_by(group),
        };
        if is_call {
            self.owners.give(&entry.remote_id, &reading.key);
        }
        let has_other_name = !is_call || entry.remote_id != reading.remote_id;
        if was_call && has_other_name && self.owners.take(&reading.remote_id, old_key) {
            changes.push(Change::Gone { remote_id: reading.remote_id.clone() });
        }
        if let Some(was) = &reading.was {
            self.inventory.entries.remove(was);
        }
        self.inventory.keep(&reading.key, entry);
        Ok(turns)
    }

    /// The name of the call that was read, and whether it is another group's call. An exported call brings its name.
    fn name(&self, reading: &Reading, read: &mut Read, reader: &Reader<'_>) -> Result<(String, bool), SourceError> {
        let Some(record) = &read.record else { return Ok((reading.remote_id.clone(), false)) };
        let wanted = record.remote_id.clone();
        let owner = self.owners.of_name(&wanted).unwrap_or(&reading.key);
        let keys = [reading.key.as_str(), reading.was.as_ref().unwrap_or(&reading.key)];
        let other = match self.groups.get(owner).filter(|_| !keys.contains(&owner)) {
            Some(group) => Some(reader.read(&wanted, owner, group)?),
            None => None,
        };
        Ok(match self.owners.claim(&wanted, keys, read, other.as_ref()) {
            Claim::Named(name) => (name, false),
            Claim::Copy => (wanted, true),
            Claim::Conflict => {
                let reason = format!(
                    "it is the same call as {} and says something else of it, or has other audio; what is shown is from \
                     there. Add the two exports as sources of their own to see both",
                    plain_path(owner)
                );
                read.rejected.push(RejectedItem { item: plain_path(&reading.key), reason });
                (wanted, true)
            }
        })
    }

    fn forget(&mut self, key: &str, changes: &mut Vec<Change>) {
        if let Some(entry) = self.inventory.forget(key).filter(|entry| entry.is_call)
            && self.owners.take(&entry.remote_id, key)
        {
            changes.push(Change::Gone { remote_id: entry.remote_id });
        }
    }
}
