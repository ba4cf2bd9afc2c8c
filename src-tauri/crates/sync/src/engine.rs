//! Walks a source and applies what it finds, a page at a time.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};

use library::{Known, Library, LibraryError, RecordingFacts, SyncRun};
use model::{CallId, CallRecord, Cancel, Recording, RejectedItem, SourceId};
use source::{Change, Cursor, Memory, Page, Pages, Source, SourceError};

use crate::plan::{Action, PutKind, plan};
use crate::report::{Observer, Report, SyncEvent};

/// How many of the items that could not be read a run keeps.
const PROBLEMS: usize = 100;

/// Says what a recording's audio turns out to be, if that can be told without fetching it.
pub type Probe<'a> = dyn Fn(&Recording) -> Option<RecordingFacts> + 'a;

/// How much of a source a walk looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// What may be new since the last walk.
    New,
    /// The whole list, whatever the cursor says has been read: that shows what is gone.
    Whole,
    /// The whole list, and every call again, also those of which the list says nothing new: some servers' lists do not tell
    /// that a transcript was corrected.
    Anew,
}

/// One walk over one source.
pub struct Walk<'a> {
    /// Where calls go.
    pub library: &'a Library,
    /// Which source this is in the library.
    pub id: SourceId,
    /// The source itself.
    pub source: &'a dyn Source,
    /// How much of it to look at.
    pub look: Look,
    /// Looks into new audio.
    pub probe: &'a Probe<'a>,
    /// What the library has of a call's transcript and insights stays where the source has none any more.
    pub keep_words: bool,
    /// Now, in UTC milliseconds.
    pub clock: fn() -> i64,
    /// Ends the walk between two pages.
    pub cancel: &'a Cancel,
}

/// Why a walk stopped. What was kept until then stays, and the next walk goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The source could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The library could not be written.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The source gave a page for the second time; it would go on like that for ever.
    #[error("the source gives the same page again and again; what came in until then is kept")]
    Repeats,
    /// The source's code panicked.
    #[error("reading the source failed unexpectedly; what came in until then is kept, please report this")]
    Panicked,
}

/// Walks a source from where it was left and keeps every page with its cursor in one transaction.
pub fn run(walk: &Walk<'_>, observe: &mut Observer<'_>) -> Report {
    let began = (walk.clock)();
    let mut report = Report {
        run: SyncRun { at_ms: began, ..SyncRun::default() },
        waiting: Vec::new(),
        transcripts: 0,
        error: None,
    };
    let before = walk.source.requests();
    report.error = go(walk, &mut report, observe).err();
    report.run.requests = walk.source.requests() - before;
    report.run.complete = report.error.is_none();
    report.run.elapsed_ms = (walk.clock)() - began;
    report
}

fn go(walk: &Walk<'_>, report: &mut Report, observe: &mut Observer<'_>) -> Result<(), SyncError> {
    let row = walk.library.reader()?.source(walk.id)?.ok_or(LibraryError::NoSuchSource(walk.id))?;
    let mut kept = row.cursor.map(Cursor);
    let from = match (&kept, walk.look) {
        (Some(cursor), Look::Whole | Look::Anew) => walk.source.afresh(cursor),
        _ => kept.clone(),
    };
    let mut seen = from.is_none().then(HashSet::new);
    let mut met = HashSet::new();
    let mut doubt = false;
    let memory = Kept { library: walk.library, id: walk.id, anew: walk.look == Look::Anew };
    let mut pages = walk.source.changes_since(from.as_ref(), &memory, walk.cancel);
    while let Some(mut page) = next(&mut pages, walk.cancel)? {
        if !met.insert(trace(&page)) {
            return Err(SyncError::Repeats);
        }
        if let Some(seen) = &mut seen {
            seen.extend(page.changes.iter().filter_map(remote_id).map(str::to_owned));
        }
        let total = page.total;
        if let Some(reason) = page.doubt.take() {
            doubt = true;
            // Whoever lacks calls that the list did not show must be able to read why; from nothing, nothing is lacking.
            let has_calls = report.run.seen > 0 || !page.changes.is_empty();
            if has_calls || !walk.library.reader()?.remote_ids(walk.id)?.is_empty() {
                page.changes.push(Change::Rejected(RejectedItem { item: "list of calls".into(), reason }));
            }
        }
        keep(walk, page, &mut kept, report, observe)?;
        observe(SyncEvent::Progress {
            seen: report.run.seen,
            total,
            pages: report.run.pages,
            transcripts: report.transcripts,
        });
    }
    match seen {
        Some(seen) if !doubt && proves_absence(report) => vanish_unseen(walk, &seen, report, observe),
        _ => Ok(()),
    }
}

/// The next page, unless the walk is to end. A panic in a source ends the walk, not the program.
fn next(pages: &mut Pages<'_>, cancel: &Cancel) -> Result<Option<Page>, SyncError> {
    cancel.check().map_err(SourceError::from)?;
    let page = catch_unwind(AssertUnwindSafe(|| pages.next())).map_err(|_| SyncError::Panicked)?;
    Ok(page.transpose()?)
}

/// What tells a page from the others of its walk: where it leads to and what it is about.
fn trace(page: &Page) -> u64 {
    let mut hasher = DefaultHasher::new();
    page.cursor.0.hash(&mut hasher);
    for change in &page.changes {
        match change {
            Change::Rejected(item) => item.hash(&mut hasher),
            Change::Unchanged(count) => count.hash(&mut hasher),
            Change::Call(_) | Change::Same { .. } | Change::Gone { .. } => remote_id(change).hash(&mut hasher),
        }
    }
    hasher.finish()
}

/// Only a walk that could read everything tells that what it did not show is gone.
fn proves_absence(report: &Report) -> bool {
    report.run.rejected == 0 && report.waiting.is_empty()
}

/// Plans one page and keeps it with its cursor; a page that changes nothing touches nothing.
fn keep(
    walk: &Walk<'_>,
    page: Page,
    kept: &mut Option<Cursor>,
    report: &mut Report,
    observe: &mut Observer<'_>,
) -> Result<(), SyncError> {
    let known = known(walk, &page.changes)?;
    let (actions, rejected) = counted(plan(page.changes, &known), report);
    report.run.pages += 1;
    report.waiting = page.waiting;
    let written: Vec<Step> = actions.into_iter().map(|action| step(walk, action)).collect();
    let with_words = |step: &&Step| matches!(step, Step::Put { record, .. } if record.transcript.is_some());
    report.transcripts += written.iter().filter(with_words).count() as u64;
    let new_cursor = (kept.as_ref() != Some(&page.cursor)).then_some(page.cursor);
    for change in write(walk, written, new_cursor.as_ref())? {
        tell(&change, report, observe);
    }
    if new_cursor.is_some() {
        *kept = new_cursor;
    }
    for item in rejected {
        observe(SyncEvent::Rejected(&item));
        if report.run.problems.len() < PROBLEMS {
            report.run.problems.push(item);
        }
    }
    Ok(())
}

/// On a walk from the beginning, what the library knows and the source did not show is gone.
fn vanish_unseen(
    walk: &Walk<'_>,
    seen: &HashSet<String>,
    report: &mut Report,
    observe: &mut Observer<'_>,
) -> Result<(), SyncError> {
    let here = walk.library.reader()?.remote_ids(walk.id)?;
    let at_ms = (walk.clock)();
    let gone: Vec<Step> = here
        .into_iter()
        .filter(|remote_id| !seen.contains(remote_id))
        .map(|remote_id| Step::Vanish { remote_id, at_ms })
        .collect();
    for change in write(walk, gone, None)? {
        tell(&change, report, observe);
    }
    Ok(())
}

/// One row-changing step, with everything the writer thread needs.
enum Step {
    Put { record: Box<CallRecord>, digest: [u8; 32], kind: PutKind, audio: Vec<RecordingFacts> },
    Vanish { remote_id: String, at_ms: i64 },
}

/// What a step did.
enum Written {
    Put(CallId, PutKind),
    Vanished(CallId),
}

fn step(walk: &Walk<'_>, action: Action) -> Step {
    match action {
        Action::Put { record, digest, kind } => {
            let audio = record.recordings.iter().filter_map(walk.probe).collect();
            Step::Put { record, digest, kind, audio }
        }
        Action::Vanish { remote_id } => Step::Vanish { remote_id, at_ms: (walk.clock)() },
        Action::Unchanged(_) | Action::Reject(_) => unreachable!("counted() keeps only what writes"),
    }
}

fn write(walk: &Walk<'_>, steps: Vec<Step>, cursor: Option<&Cursor>) -> Result<Vec<Written>, LibraryError> {
    if steps.is_empty() && cursor.is_none() {
        return Ok(Vec::new());
    }
    let (id, cursor, keep_words) = (walk.id, cursor.cloned(), walk.keep_words);
    walk.library.write(move |writer| {
        let mut written = Vec::with_capacity(steps.len());
        for step in &steps {
            match step {
                Step::Put { record, digest, kind: PutKind::Updated, audio } if keep_words => {
                    let record = writer.with_kept_words(id, record)?;
                    written.push(Written::Put(writer.put_call(id, &record, digest, audio)?, PutKind::Updated));
                }
                Step::Put { record, digest, kind, audio } => {
                    written.push(Written::Put(writer.put_call(id, record, digest, audio)?, *kind));
                }
                Step::Vanish { remote_id, at_ms } => {
                    if writer.mark_vanished(id, remote_id, *at_ms)? {
                        written.push(Written::Vanished(CallId::derive(id, remote_id)));
                    }
                }
            }
        }
        if let Some(Cursor(cursor)) = &cursor {
            writer.set_cursor(id, Some(cursor))?;
        }
        Ok(written)
    })
}

fn tell(change: &Written, report: &mut Report, observe: &mut Observer<'_>) {
    match change {
        Written::Put(call, PutKind::Added) => {
            report.run.added += 1;
            observe(SyncEvent::Added(*call));
        }
        Written::Put(call, PutKind::Updated) => {
            report.run.updated += 1;
            observe(SyncEvent::Updated(*call));
        }
        Written::Vanished(call) => {
            report.run.vanished += 1;
            observe(SyncEvent::Vanished(*call));
        }
    }
}

/// Counts what only counts; gives what writes and what was refused.
fn counted(actions: Vec<Action>, report: &mut Report) -> (Vec<Action>, Vec<RejectedItem>) {
    let (mut writes, mut rejected) = (Vec::new(), Vec::new());
    for action in actions {
        match action {
            Action::Unchanged(count) => {
                report.run.seen += count;
                report.run.unchanged += count;
            }
            Action::Reject(item) => {
                report.run.seen += 1;
                report.run.rejected += 1;
                rejected.push(item);
            }
            write @ Action::Put { .. } => {
                report.run.seen += 1;
                writes.push(write);
            }
            vanish @ Action::Vanish { .. } => writes.push(vanish),
        }
    }
    (writes, rejected)
}

fn known(walk: &Walk<'_>, changes: &[Change]) -> Result<HashMap<String, Known>, LibraryError> {
    let ids: Vec<&str> = changes.iter().filter_map(remote_id).collect();
    if ids.is_empty() { Ok(HashMap::new()) } else { walk.library.reader()?.known(walk.id, &ids) }
}

/// What the library kept of a source's calls. Where it cannot be read, nothing is known and everything is asked for.
struct Kept<'a> {
    library: &'a Library,
    id: SourceId,
    anew: bool,
}

impl Memory for Kept<'_> {
    fn revisions(&self, remote_ids: &[&str]) -> HashMap<String, String> {
        if self.anew {
            return HashMap::new();
        }
        let known = self.library.reader().and_then(|reader| reader.known(self.id, remote_ids)).unwrap_or_default();
        let is_here =
            |(id, call): (String, Known)| call.revision.filter(|_| !call.vanished).map(|revision| (id, revision));
        known.into_iter().filter_map(is_here).collect()
    }
}

fn remote_id(change: &Change) -> Option<&str> {
    match change {
        Change::Call(record) => Some(&record.remote_id),
        Change::Same { remote_id } | Change::Gone { remote_id } => Some(remote_id),
        Change::Unchanged(_) | Change::Rejected(_) => None,
    }
}
