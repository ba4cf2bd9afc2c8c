//! One walk over a server.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use model::{Cancel, RejectedItem};
use serde_json::Value;

use super::cursor::{Mark, Open, Pass};
use super::{Found, Item, ItemError, Listed, Server, Since};
use crate::{Change, Cursor, Memory, Page, SourceError};

/// How many calls that are asked for again make a page.
const AGAIN: usize = 100;
/// A connection that breaks off at a few calls of a page is taken for theirs, so that a call whose answer always breaks off
/// keeps no other one out; at more of them it is the server's.
const MOST_BROKEN: usize = 2;
/// A list longer than this many pages is taken for a server that goes round in circles.
const MOST_PAGES: u32 = 1_000_000;
/// So many pages in a row on which nothing can be read end a walk: that server speaks another language.
const MOST_UNREADABLE: u32 = 100;

pub(super) struct Walk<'a, S> {
    server: &'a S,
    memory: &'a dyn Memory,
    cancel: &'a Cancel,
    jobs: usize,
    now_ms: i64,
    mark: Mark,
    /// Calls left to ask for again, the next one last.
    again: Vec<Open>,
    /// Calls that this walk has shown.
    shown: HashSet<String>,
    /// A list has named a call, also one that is gone or cannot be read.
    has_listed: bool,
    since: Option<Since>,
    /// Pages in a row that said nothing new.
    stale: u32,
    /// Pages in a row on which nothing could be read.
    unreadable: u32,
    /// Something spoke against having seen everything.
    doubted: bool,
    pages: u32,
    over: bool,
}

impl<'a, S: Server> Walk<'a, S> {
    pub fn new(
        server: &'a S,
        cursor: Option<&Cursor>,
        memory: &'a dyn Memory,
        jobs: usize,
        now_ms: i64,
        cancel: &'a Cancel,
    ) -> Self {
        server.begin();
        let mut mark = Mark::read(cursor);
        mark.forget_old(now_ms);
        let again = mark.open.iter().rev().cloned().collect();
        let whole = mark.since().is_none();
        let pass = mark.pass.get_or_insert_with(|| Pass { whole, ..Pass::default() });
        let since = if pass.whole { None } else { mark.since() };
        Self {
            server,
            memory,
            cancel,
            jobs,
            now_ms,
            mark,
            again,
            shown: HashSet::new(),
            has_listed: false,
            since,
            stale: 0,
            unreadable: 0,
            doubted: false,
            pages: 0,
            over: false,
        }
    }

    /// The next calls that were not settled when they were last seen.
    fn ask_again(&mut self) -> Result<Page, SourceError> {
        let some: Vec<Item> = (0..AGAIN)
            .map_while(|_| self.again.pop())
            .map(|open| Item { remote_id: open.id, handle: open.handle, listed: Value::Null, ..Item::default() })
            .collect();
        let changes = self.details(&some)?;
        Ok(self.page(changes, None, None))
    }

    fn next_page(&mut self) -> Result<Page, SourceError> {
        let (listed, at) = self.list()?;
        self.pages += 1;
        let fresh = self.fresh(&listed.items);
        let is_unreadable = listed.items.is_empty() && !listed.rejected.is_empty();
        let says_nothing_new =
            fresh.is_empty() && !is_unreadable && listed.gone.iter().all(|id| self.shown.contains(id));
        self.stale = if says_nothing_new { self.stale + 1 } else { 0 };
        self.unreadable = if is_unreadable { self.unreadable + 1 } else { 0 };
        let mut changes = self.changes(&fresh)?;
        changes.extend(listed.gone.iter().map(|id| Change::Gone { remote_id: id.clone() }));
        changes.extend(listed.rejected.iter().cloned().map(Change::Rejected));
        self.shown.extend(listed.gone.iter().cloned());
        self.has_listed |= !(listed.items.is_empty() && listed.gone.is_empty() && listed.rejected.is_empty());
        let (over, doubt) = self.is_over(&listed, at.as_deref());
        if let Some(pass) = &mut self.mark.pass {
            // A call from the future would hide all that come before it.
            let newest_ms = listed.items.iter().filter_map(|item| item.started_ms).max();
            pass.newest_ms = pass.newest_ms.max(newest_ms.map(|ms| ms.min(self.now_ms)));
            pass.token = listed.token.or(pass.token.take());
            pass.at.clone_from(&listed.next);
        }
        let doubt = doubt.or(listed.doubt).or_else(|| self.shows_nothing(over));
        self.doubted |= doubt.is_some();
        if over {
            self.over = true;
            // What was not seen must not lie behind the mark: after a doubtful walk the next one begins where this one did.
            if self.doubted { self.mark.pass = None } else { self.mark.finish() }
        }
        Ok(self.page(changes, listed.total, doubt))
    }

    /// The next page and where it began. What a server said long ago about where to go on may mean nothing to it any more:
    /// then a walk that goes on with it begins again.
    fn list(&self) -> Result<(Listed, Option<String>), SourceError> {
        let at = self.mark.pass.as_ref().and_then(|pass| pass.at.clone());
        match self.server.list(self.since.as_ref(), at.as_deref(), self.cancel) {
            Err(SourceError::Nonsense(_)) if self.pages == 0 && at.is_some() => {
                Ok((self.server.list(self.since.as_ref(), None, self.cancel)?, None))
            }
            listed => Ok((listed?, at)),
        }
    }

    /// The items that this walk has not shown yet, each once.
    fn fresh<'i>(&self, items: &'i [Item]) -> Vec<Item> {
        let mut seen = HashSet::new();
        let is_new = |id: &'i str, seen: &mut HashSet<&'i str>| !self.shown.contains(id) && seen.insert(id);
        items.iter().filter(|item| is_new(&item.remote_id, &mut seen)).cloned().collect()
    }

    /// Whether this was the last page, and why the end may not be the real one.
    fn is_over(&self, listed: &Listed, at: Option<&str>) -> (bool, Option<String>) {
        let doubt = |words: &str| (true, Some(words.to_owned()));
        match &listed.next {
            None => (true, None),
            Some(next) if Some(next.as_str()) == at => doubt("the server's list leads back to the same page"),
            Some(_) if self.stale >= 2 => doubt("the server's list repeats itself"),
            Some(_) if self.unreadable >= MOST_UNREADABLE => doubt("nothing on the server's list can be read"),
            Some(_) if self.pages >= MOST_PAGES => doubt("the server's list does not end"),
            Some(_) => (self.reaches_the_known(listed), None),
        }
    }

    /// A whole list without a single call: often an account that lost the right to see them, which many servers do not
    /// tell from there being none.
    fn shows_nothing(&self, over: bool) -> Option<String> {
        let is_bare = self.mark.pass.as_ref().is_some_and(|pass| pass.whole && pass.newest_ms.is_none());
        (over && is_bare && !self.has_listed).then(|| {
            "the server shows no call at all, so none is taken for gone: check what this account may see there".into()
        })
    }

    /// A list that runs backwards in time has come to what an earlier walk has seen. Lists are not always in order, so a
    /// whole page must be that old.
    fn reaches_the_known(&self, listed: &Listed) -> bool {
        let Some(from_ms) = self.since.as_ref().and_then(|since| since.from_ms) else { return false };
        let is_old = |item: &Item| item.started_ms.is_some_and(|ms| ms < from_ms);
        listed.newest_first && !listed.items.is_empty() && listed.items.iter().all(is_old)
    }

    /// What the list's items mean: those whose revision is known are as they were, the others are asked for.
    fn changes(&mut self, items: &[Item]) -> Result<Vec<Change>, SourceError> {
        let ids: Vec<&str> = items.iter().map(|item| item.remote_id.as_str()).collect();
        let known = self.memory.revisions(&ids);
        let is_same = |item: &&Item| known.get(&item.remote_id).is_some_and(|kept| *kept == item.revision);
        let (same, other): (Vec<&Item>, Vec<&Item>) = items.iter().partition(is_same);
        let mut changes: Vec<Change> =
            same.iter().map(|item| Change::Same { remote_id: item.remote_id.clone() }).collect();
        self.shown.extend(same.iter().map(|item| item.remote_id.clone()));
        let other: Vec<Item> = other.into_iter().cloned().collect();
        changes.extend(self.details(&other)?);
        Ok(changes)
    }

    /// Asks for the details of several calls side by side. What must end the walk ends it; then nothing of this page is
    /// kept, and the next walk begins with it.
    fn details(&mut self, items: &[Item]) -> Result<Vec<Change>, SourceError> {
        let (next, answers) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(items.len())));
        let (stop, broken) = (Mutex::new(None), AtomicUsize::new(0));
        let ask = || {
            while let Some((index, item)) = at(items, &next) {
                if stop.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
                    return;
                }
                match self.server.call(item, self.cancel) {
                    Err(ItemError::Stop(SourceError::Unreachable(why)))
                        if broken.fetch_add(1, Ordering::Relaxed) < MOST_BROKEN =>
                    {
                        let answer = Err(ItemError::Later(why));
                        answers.lock().unwrap_or_else(PoisonError::into_inner).push((index, answer));
                    }
                    Err(ItemError::Stop(why)) => {
                        stop.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
                    }
                    answer => answers.lock().unwrap_or_else(PoisonError::into_inner).push((index, answer)),
                }
            }
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..self.jobs.min(items.len())).map(|_| scope.spawn(ask)).collect();
            for thread in threads {
                if let Err(panic) = thread.join() {
                    std::panic::resume_unwind(panic);
                }
            }
        });
        if let Some(why) = stop.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(why);
        }
        let mut answers = answers.into_inner().unwrap_or_else(PoisonError::into_inner);
        answers.sort_by_key(|(index, _)| *index);
        Ok(answers.into_iter().map(|(index, answer)| self.change(&items[index], answer)).collect())
    }

    fn change(&mut self, item: &Item, answer: Result<Found, ItemError>) -> Change {
        self.shown.insert(item.remote_id.clone());
        let rejected = |reason| Change::Rejected(RejectedItem { item: item.remote_id.clone(), reason });
        let (open, change) = match answer {
            Ok(Found { mut record, settled }) => {
                record.revision = (settled && !item.revision.is_empty()).then(|| item.revision.clone());
                (!settled, Change::Call(Box::new(record)))
            }
            Err(ItemError::Gone) => (false, Change::Gone { remote_id: item.remote_id.clone() }),
            Err(ItemError::Bad(why)) => (false, rejected(why)),
            Err(ItemError::Later(why)) => (true, rejected(format!("{why}; it is asked for again next time"))),
            Err(ItemError::Stop(_)) => unreachable!("details() ends the walk first"),
        };
        self.mark.set_open(&item.remote_id, item.handle.as_deref(), open, self.now_ms);
        change
    }

    fn page(&self, changes: Vec<Change>, total: Option<u64>, doubt: Option<String>) -> Page {
        Page { changes, cursor: self.mark.write(), total, waiting: Vec::new(), doubt }
    }
}

impl<S: Server> Iterator for Walk<'_, S> {
    type Item = Result<Page, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        if let Err(cancelled) = self.cancel.check() {
            self.over = true;
            return Some(Err(cancelled.into()));
        }
        let page = if self.again.is_empty() { self.next_page() } else { self.ask_again() };
        self.over |= page.is_err();
        Some(page)
    }
}

fn at<'i>(items: &'i [Item], next: &AtomicUsize) -> Option<(usize, &'i Item)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    items.get(index).map(|item| (index, item))
}

#[cfg(test)]
mod tests;
