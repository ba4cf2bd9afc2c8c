//! Bringing calls in: in the foreground for the command line, as background jobs for the window.

use std::collections::HashSet;
use std::time::Duration;

use library::{LibraryError, RecordingFacts, SourceRow, SyncError as KeptError, SyncRun};
use model::{Action, Attempt, Cancel, Outcome, Recording, RejectedItem, SourceId, Tier};
use serde_json::json;
use source::{Source, SourceError};
use sync::{Look, Observer, Report, SyncError, SyncEvent, Walk};

use crate::event::AppEvent;
use crate::fault::{Fault, FaultCode};
use crate::jobs::{JobEnd, JobKind, Progress};
use crate::obtain::unreadable;
use crate::open::App;
use crate::sources::is_local;
use crate::trail::Deed;

/// How a sync ended.
#[derive(Clone, Debug)]
pub struct SyncOutcome {
    /// What it did.
    pub run: SyncRun,
    /// Items left for a later run because they are still being written.
    pub waiting: Vec<String>,
    /// Why it did not reach the end.
    pub fault: Option<Fault>,
}

/// How often a server's whole list is read.
const WHOLE_LOOK_MS: i64 = 24 * 3_600_000;
/// A list of at most so many calls costs a handful of requests.
const SHORT_LIST: u64 = 500;
/// How often, and after what pause, a source is looked at again while something there is still being written.
const SETTLING_LOOKS: u32 = 12;
const SETTLING_PAUSE: Duration = Duration::from_millis(300);

impl SyncOutcome {
    /// The same, with better words for why it ended.
    fn ended_by(mut self, fault: Fault) -> Self {
        self.run.error = Some(KeptError { code: fault.code.as_str().into(), message: fault.message.clone() });
        self.fault = Some(fault);
        self
    }

    /// Two runs as one: what was unchanged in the second had been counted in the first.
    fn followed_by(self, next: Self) -> Self {
        let (first, then) = (self.run, next.run);
        let mut problems = first.problems;
        let known: HashSet<RejectedItem> = problems.iter().cloned().collect();
        problems.extend(then.problems.into_iter().filter(|item| !known.contains(item)));
        let run = SyncRun {
            at_ms: first.at_ms,
            elapsed_ms: then.at_ms + then.elapsed_ms - first.at_ms,
            seen: first.seen + then.added + then.updated,
            added: first.added + then.added,
            updated: first.updated + then.updated,
            unchanged: first.unchanged,
            vanished: first.vanished + then.vanished,
            rejected: first.rejected,
            pages: first.pages + then.pages,
            requests: first.requests + then.requests,
            complete: then.complete,
            error: then.error,
            problems,
        };
        Self { run, waiting: next.waiting, fault: next.fault }
    }
}

impl App {
    /// Brings in what is new at a source, telling `observe` everything that happens. The run is kept in the history, unless
    /// nothing happened in it: looking at a source that has not changed touches no row.
    pub fn sync(
        &self,
        id: SourceId,
        full: bool,
        cancel: &Cancel,
        observe: &mut Observer<'_>,
    ) -> Result<SyncOutcome, Fault> {
        let row = self.source_row(id)?;
        let source = self.open_source(&row)?;
        let at = self.inner.clock;
        let look = match full {
            true => Look::Anew,
            false if self.is_time_for_a_whole_look(&row)? => Look::Whole,
            false => Look::New,
        };
        let probe = |recording: &Recording| probe(source.as_ref(), recording, at());
        let library = &self.inner.library;
        let keep_words = !is_local(&row);
        let source = source.as_ref();
        let walk = Walk { library, id, source, look, probe: &probe, keep_words, clock: at, cancel };
        let mut outcome = outcome(sync::run(&walk, observe));
        if outcome.fault.as_ref().is_some_and(|fault| fault.code == FaultCode::NeedsCredentials)
            && let Err(fault) = self.want_secret(&row)
        {
            outcome = outcome.ended_by(fault);
        }
        let run = outcome.run.clone();
        if run.complete && (look != Look::New || row.cursor.is_none()) {
            self.remember_whole_look(&row)?;
        }
        let last = library.reader()?.sync_runs(id, 1)?.pop();
        if has_news(&run) || last.is_none_or(|last| !last.complete) {
            let deed = recorded(&row.name, &run);
            self.write_recorded(vec![deed], move |writer| writer.add_sync_run(id, &run))?;
        }
        self.after_sync(id)?;
        if outcome.fault.is_none() {
            // What cannot be told now is told after the next run.
            drop(self.report_downloads(id, cancel));
        }
        if self.inner.for_window {
            self.retain(false)?;
        }
        Ok(outcome)
    }

    /// Whether a server's whole list is to be read again, not only what is new: only that shows what was deleted there. A
    /// short list is read whole every time, a long one once a day.
    fn is_time_for_a_whole_look(&self, row: &SourceRow) -> Result<bool, Fault> {
        if is_local(row) || row.cursor.is_none() {
            return Ok(false);
        }
        let last = self.inner.library.reader()?.setting(&whole_look(row.id))?.and_then(|ms| ms.parse::<i64>().ok());
        let is_due = last.is_none_or(|last| self.now_ms() - last >= WHOLE_LOOK_MS);
        Ok(is_due || row.calls <= SHORT_LIST)
    }

    fn remember_whole_look(&self, row: &SourceRow) -> Result<(), Fault> {
        if is_local(row) || self.source_row(row.id)?.calls <= SHORT_LIST {
            return Ok(());
        }
        let (key, now) = (whole_look(row.id), self.now_ms().to_string());
        Ok(self.inner.library.write(move |writer| writer.set_setting(&key, Some(&now)))?)
    }

    /// The same, looking again for a few seconds while something there is still being written, so that what was just put
    /// into a folder is in the library when this returns. An item that cannot be read is told once.
    pub fn sync_settled(
        &self,
        id: SourceId,
        full: bool,
        cancel: &Cancel,
        observe: &mut Observer<'_>,
    ) -> Result<SyncOutcome, Fault> {
        let mut told = HashSet::new();
        let mut observe = |event: SyncEvent<'_>| match event {
            SyncEvent::Rejected(item) if !told.insert(item.clone()) => {}
            event => observe(event),
        };
        let mut outcome = self.sync(id, full, cancel, &mut observe)?;
        for _ in 0..SETTLING_LOOKS {
            if outcome.waiting.is_empty() || outcome.fault.is_some() || cancel.wait(SETTLING_PAUSE).is_err() {
                break;
            }
            outcome = outcome.followed_by(self.sync(id, false, cancel, &mut observe)?);
        }
        outcome.run.rejected = told.len() as u64;
        Ok(outcome)
    }

    /// Begins a sync in the background; its progress comes as events. `false` if one runs already, which is left to finish.
    pub fn begin_sync(&self, id: SourceId, full: bool) -> Result<bool, Fault> {
        let name = self.source_row(id)?.name;
        let Some((job, cancel)) = self.inner.jobs.begin(JobKind::Sync, Some(id), format!("Reading {name}")) else {
            return Ok(false);
        };
        self.report(&job);
        self.tell(&AppEvent::SourcesChanged);
        let app = self.clone();
        std::thread::spawn(move || app.sync_as_job(id, full, job, &cancel));
        Ok(true)
    }

    /// Asks a background job to stop.
    pub fn cancel_job(&self, job: u32) {
        self.inner.jobs.cancel(job);
    }

    /// The background jobs running now.
    pub fn jobs(&self) -> Vec<Progress> {
        self.inner.jobs.running()
    }

    fn sync_as_job(&self, id: SourceId, full: bool, mut job: Progress, cancel: &Cancel) {
        let mut changed = false;
        let name = self.source_row(id).map(|row| row.name).unwrap_or_default();
        let outcome = self.sync(id, full, cancel, &mut |event| match event {
            SyncEvent::Progress { seen, total, pages, transcripts } => {
                (job.done, job.total) = (seen, total);
                job.words = reading(&name, pages, transcripts);
                self.report(&job);
                if std::mem::take(&mut changed) {
                    self.tell(&AppEvent::LibraryChanged);
                }
            }
            SyncEvent::Added(_) | SyncEvent::Updated(_) | SyncEvent::Vanished(_) => changed = true,
            SyncEvent::Rejected(_) => {}
        });
        if let Ok(outcome) = &outcome
            && !outcome.waiting.is_empty()
        {
            self.look_again_soon(id);
        }
        job.end = Some(match &outcome {
            Ok(SyncOutcome { run, fault: None, .. }) => JobEnd { words: words(run), failed: run.rejected > 0 },
            Ok(SyncOutcome { fault: Some(fault), .. }) | Err(fault) => {
                JobEnd { words: fault.message.clone(), failed: fault.code != FaultCode::Cancelled }
            }
        });
        self.report(&job);
        self.tell(&AppEvent::LibraryChanged);
        self.tell(&AppEvent::SourcesChanged);
    }

    /// Keeps a job's newest state and tells it.
    pub(crate) fn report(&self, job: &Progress) {
        self.inner.jobs.update(job);
        self.tell(&AppEvent::Job(job.clone()));
    }
}

/// What a recording on this machine turns out to be, before it is fetched.
fn probe(source: &dyn Source, recording: &Recording, at_ms: i64) -> Option<RecordingFacts> {
    let remote_id = recording.remote_id.clone();
    let without = |outcome: Outcome, why: String| {
        let problem = Some(Attempt { at_ms, tier: Tier::Provider, outcome, detail: Some(why) });
        Some(RecordingFacts { remote_id: recording.remote_id.clone(), facts: recording.claimed.clone(), problem })
    };
    if let Some(why) = source.absent(recording) {
        return without(Outcome::Gone, why);
    }
    if source.doors(recording).is_empty() {
        return without(Outcome::Unsupported, "its source has no address of this audio".to_owned());
    }
    let file = source.local_file(recording)?;
    Some(match audio::probe(&file) {
        Ok(probed) => RecordingFacts { remote_id, facts: probed.facts, problem: None },
        Err(error) => {
            let detail = Some(unreadable(&error));
            let problem = Some(Attempt { at_ms, tier: Tier::Provider, outcome: Outcome::Invalid, detail });
            RecordingFacts { remote_id, facts: recording.claimed.clone(), problem }
        }
    })
}

fn outcome(report: Report) -> SyncOutcome {
    let ended = SyncOutcome { run: report.run, waiting: report.waiting, fault: None };
    match report.error.map(fault) {
        Some(fault) => ended.ended_by(fault),
        None => ended,
    }
}

fn fault(error: SyncError) -> Fault {
    match error {
        SyncError::Source(SourceError::Cancelled(_)) | SyncError::Library(LibraryError::Cancelled) => {
            Fault::new(FaultCode::Cancelled, "stopped; what came in until then is kept")
        }
        SyncError::Source(error) => error.into(),
        SyncError::Library(error) => error.into(),
        SyncError::Repeats | SyncError::Panicked => Fault::new(FaultCode::Io, error.to_string()),
    }
}

/// The setting that says when a source's whole list was last read.
fn whole_look(id: SourceId) -> String {
    format!("whole_look/{id}")
}

/// Whether anything but looking happened.
fn has_news(run: &SyncRun) -> bool {
    run.added + run.updated + run.vanished + run.rejected > 0 || !run.complete
}

/// What the audit log tells of a run.
fn recorded(source: &str, run: &SyncRun) -> Deed {
    let facts = json!({
        "seen": run.seen,
        "added": run.added,
        "updated": run.updated,
        "vanished": run.vanished,
        "rejected": run.rejected,
        "complete": run.complete,
        "error": run.error.as_ref().map(|error| &error.code),
    });
    Deed::new(Action::Sync, Some(source.to_owned()), facts)
}

/// What a run does, such as `Reading Desk: 3 pages, 120 transcripts`.
fn reading(name: &str, pages: u64, transcripts: u64) -> String {
    let plural = |count: u64, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    format!("Reading {name}: {}, {}", plural(pages, "page"), plural(transcripts, "transcript"))
}

/// A run in a few words, such as `12 new, 1 changed, 2 unreadable`.
fn words(run: &SyncRun) -> String {
    let counts = [(run.added, "new"), (run.updated, "changed"), (run.vanished, "gone"), (run.rejected, "unreadable")];
    let said: Vec<String> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    if said.is_empty() { "Nothing new".to_owned() } else { said.join(", ") }
}
