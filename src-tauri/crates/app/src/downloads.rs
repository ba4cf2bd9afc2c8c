//! Downloads in the background: a queue that outlives the program, worked off a few at a time, fair between sources.
//!
//! What fails stays in the queue with its next try, or leaves it when nothing more is tried of itself; the rest goes on.
//! Somebody who wants to hear a recording does not wait for the queue: that is `obtain`.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cache::Wish;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use library::{Access, Filter, QueuedDownload};
use model::{AudioState, CallId, Cancel, Outcome, RecordingId, SourceId};

use crate::event::AppEvent;
use crate::fault::{Fault, FaultCode};
use crate::jobs::{JobEnd, JobKind, Progress};
use crate::keeping::AT_ONCE;
use crate::open::App;

/// What waits to be fetched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DownloadStatus {
    /// Recordings in the queue.
    pub queued: u64,
    /// The queue rests until it is told to go on.
    pub paused: bool,
    /// A job works on it now.
    pub running: bool,
}

/// What the downloads of an open library share.
pub(crate) struct Downloads {
    /// Something came into the queue since it was last read.
    news: AtomicBool,
    /// Nothing is ever sent: who listens learns that the library was closed.
    open: (Sender<()>, Receiver<()>),
}

impl Default for Downloads {
    fn default() -> Self {
        Self { news: AtomicBool::new(false), open: bounded(0) }
    }
}

/// The part of the queue that can be asked for, by source.
type Queues = BTreeMap<SourceId, VecDeque<QueuedDownload>>;

/// How one recording of the queue went.
struct Got {
    is_here: bool,
    bytes: u64,
}

/// The work of one job, shared by its threads.
#[derive(Default)]
struct Round {
    waiting: Queues,
    /// How many of a source are under way.
    running: HashMap<SourceId, usize>,
    /// When a source was last served, counted in turns.
    served: HashMap<SourceId, u64>,
    turns: u64,
    /// Each is tried once in a job.
    tried: HashSet<RecordingId>,
    here: u64,
    failed: u64,
    bytes: u64,
    fault: Option<Fault>,
    /// Why a source was left out of the rest of this job.
    left_out: Option<Fault>,
}

const PAUSED: &str = "downloads_paused";
const JOBS: &str = "jobs";
const USUAL_JOBS: usize = 5;
const MOST_JOBS: usize = 16;
/// How often the queue is looked at for what is due again.
const LOOK: Duration = Duration::from_secs(60);
/// A cached file is looked at byte by byte about so often.
const VERIFY_AFTER_MS: i64 = 30 * 24 * 3_600_000;

impl App {
    /// Asks for the audio of calls: what is not here is fetched in the background, also after the program was closed and
    /// opened again. Answers how many recordings came new into the queue.
    pub fn download(&self, calls: &[CallId]) -> Result<u64, Fault> {
        let news = self.queue(calls)?;
        self.continue_downloads()?;
        Ok(news)
    }

    /// The same for all calls that a filter leaves.
    pub fn download_all(&self, filter: &Filter) -> Result<u64, Fault> {
        self.download(&self.calls_with_audio(filter)?)
    }

    /// Asks for the audio of calls, to be fetched when the window is open.
    pub(crate) fn ask_for(&self, calls: &[CallId]) -> Result<(), Fault> {
        self.queue(calls)?;
        if self.inner.for_window {
            self.continue_downloads()?;
        }
        Ok(())
    }

    /// What waits to be fetched.
    pub fn download_status(&self) -> Result<DownloadStatus, Fault> {
        let reader = self.inner.library.reader()?;
        let running = self.inner.jobs.running().iter().any(|job| job.kind == JobKind::Fetch);
        Ok(DownloadStatus { queued: reader.count_downloads()?, paused: reader.setting(PAUSED)?.is_some(), running })
    }

    /// Has the queue rest, also after the program was closed and opened again. What is under way stops, and goes on later
    /// where it was if its source can.
    pub fn pause_downloads(&self) -> Result<(), Fault> {
        self.inner.library.write(|writer| writer.set_setting(PAUSED, Some("1")))?;
        self.stop_fetching();
        Ok(())
    }

    /// Has the queue go on.
    pub fn resume_downloads(&self) -> Result<(), Fault> {
        self.inner.library.write(|writer| writer.set_setting(PAUSED, None))?;
        self.continue_downloads().map(drop)
    }

    /// Forgets what waits to be fetched. What came stays.
    pub fn clear_downloads(&self) -> Result<(), Fault> {
        self.inner.library.write(|writer| writer.clear_downloads())?;
        self.stop_fetching();
        Ok(())
    }

    /// Begins to work off the queue if there is anything to do and nobody does it yet. Answers whether it began.
    pub fn continue_downloads(&self) -> Result<bool, Fault> {
        let status = self.download_status()?;
        if status.queued == 0 || status.paused || self.inner.library.access() == Access::Reader {
            return Ok(false);
        }
        if self.due()?.is_empty() {
            return Ok(false);
        }
        let Some((job, cancel)) = self.inner.jobs.begin(JobKind::Fetch, None, "Downloading".to_owned()) else {
            return Ok(false);
        };
        self.report(&job);
        let app = self.clone();
        std::thread::spawn(move || app.download_as_job(job, &cancel));
        Ok(true)
    }

    /// In the window: goes on with the queue of the last time, and looks from time to time for what is due again and for
    /// files that were not looked at for long.
    pub(crate) fn start_downloads(&self) {
        let inner = std::sync::Arc::downgrade(&self.inner);
        let closed = self.inner.downloads.open.1.clone();
        std::thread::spawn(move || {
            loop {
                let Some(app) = inner.upgrade().map(|inner| App { inner }) else { return };
                // What goes wrong here shows when somebody asks for it; the next look may do better.
                let _ = app.continue_downloads();
                let _ = app.verify_one(VERIFY_AFTER_MS, &Cancel::new());
                drop(app);
                if closed.recv_timeout(LOOK) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        });
    }

    fn queue(&self, calls: &[CallId]) -> Result<u64, Fault> {
        let mut news = 0;
        for calls in calls.chunks(AT_ONCE) {
            let calls = calls.to_vec();
            news += self.inner.library.write(move |writer| writer.queue_downloads(&calls))?;
        }
        self.inner.downloads.news.store(true, Ordering::Release);
        Ok(news)
    }

    fn stop_fetching(&self) {
        for job in self.inner.jobs.running().iter().filter(|job| job.kind == JobKind::Fetch) {
            self.inner.jobs.cancel(job.id);
        }
    }

    /// What of the queue can be asked for now, by source.
    fn due(&self) -> Result<Queues, Fault> {
        let reader = self.inner.library.reader()?;
        let now_ms = self.now_ms();
        let out_of_reach: HashSet<SourceId> =
            reader.sources()?.iter().filter(|row| self.is_beyond_reach(row)).map(|row| row.id).collect();
        let mut queues = Queues::new();
        for one in reader.downloads()? {
            if one.next_try_ms.is_none_or(|next| next <= now_ms) && !out_of_reach.contains(&one.source) {
                queues.entry(one.source).or_default().push_back(one);
            }
        }
        Ok(queues)
    }

    fn download_as_job(&self, mut job: Progress, cancel: &Cancel) {
        let began_ms = self.now_ms();
        let jobs = self.inner.library.reader().and_then(|reader| reader.setting(JOBS));
        let jobs = jobs.ok().flatten().and_then(|jobs| jobs.parse().ok()).unwrap_or(USUAL_JOBS).clamp(1, MOST_JOBS);
        let round = Mutex::new(Round::default());
        self.inner.downloads.news.store(true, Ordering::Release);
        while self.inner.downloads.news.load(Ordering::Acquire) && !lock(&round).is_over(cancel) {
            std::thread::scope(|scope| {
                for _ in 0..jobs {
                    scope.spawn(|| self.work(&round, (&job, began_ms), cancel));
                }
            });
        }
        // What was under way side by side was spared while it was; now the limit holds for all of it.
        if let Err(fault) = self.make_room(&[]) {
            lock(&round).fault.get_or_insert(fault);
        }
        // Whoever stops the job means the queue; otherwise the next look would begin it again.
        if cancel.is_cancelled() {
            // If this cannot be kept the queue goes on the next time, which loses nothing.
            let _ = self.inner.library.write(|writer| writer.set_setting(PAUSED, Some("1")));
        }
        let round = round.into_inner().unwrap_or_else(PoisonError::into_inner);
        (job.done, job.total) = (round.done(), Some(round.done() + round.left()));
        job.end = Some(round.end(cancel));
        self.report(&job);
        self.tell(&AppEvent::LibraryChanged);
        // What was asked for while this job was ending.
        if !cancel.is_cancelled() && self.inner.downloads.news.load(Ordering::Acquire) {
            let _ = self.continue_downloads();
        }
    }

    /// One of the threads that work off the queue together.
    fn work(&self, round: &Mutex<Round>, (job, began_ms): (&Progress, i64), cancel: &Cancel) {
        loop {
            let next = {
                let mut round = lock(round);
                if self.inner.downloads.news.swap(false, Ordering::AcqRel) {
                    match self.due() {
                        Ok(queues) => round.load(queues),
                        Err(fault) => round.fault = Some(fault),
                    }
                }
                match round.pick() {
                    Some(next) if !round.is_over(cancel) => next,
                    _ => return,
                }
            };
            let fetched = self.fetch_queued(&next, began_ms, cancel);
            let progress = {
                let mut round = lock(round);
                round.finished(&next, fetched);
                let (done, left) = (round.done(), round.left());
                let words = round.words(self.now_ms() - began_ms);
                Progress { done, total: Some(done + left), words, ..job.clone() }
            };
            self.report(&progress);
            self.tell(&AppEvent::LibraryChanged);
        }
    }

    /// Fetches one recording of the queue, and takes it out when there is nothing more to try of itself.
    fn fetch_queued(&self, one: &QueuedDownload, began_ms: i64, cancel: &Cancel) -> Result<Got, Fault> {
        let call = self.call(one.call)?;
        let Some(recording) = call.recordings.iter().find(|recording| recording.id == one.recording) else {
            return Ok(Got { is_here: false, bytes: 0 });
        };
        let fetched = self.obtain_for(Wish::Background, &call, recording, cancel)?;
        let is_here = fetched.state == AudioState::Cached;
        let last = fetched.attempts.last().map(|attempt| attempt.outcome);
        let nobody_was_asked = cancel.is_cancelled() || matches!(last, Some(Outcome::Offline | Outcome::Cancelled));
        if is_here || (fetched.next_try_ms.is_none() && !nobody_was_asked) {
            let id = recording.id;
            self.inner.library.write(move |writer| writer.unqueue_download(id))?;
        }
        if is_here {
            self.refuse_to_go_round_in_circles(began_ms)?;
        }
        Ok(Got { is_here, bytes: fetched.facts.bytes.unwrap_or(0) })
    }

    /// Downloads must not throw out what the same downloads brought.
    fn refuse_to_go_round_in_circles(&self, began_ms: i64) -> Result<(), Fault> {
        let Some(limit) = self.cache_limit()? else { return Ok(()) };
        let held = self.inner.library.reader()?.held_files()?;
        let brought: u64 = held.iter().filter(|file| file.fetched_ms >= began_ms).map(|file| file.bytes).sum();
        let largest = held.iter().map(|file| file.bytes).max().unwrap_or(0);
        if brought + largest > limit {
            let why = "the cache is as full as it may be: raise its limit to download the rest";
            return Err(Fault::new(FaultCode::Io, why));
        }
        Ok(())
    }
}

impl Round {
    fn load(&mut self, queues: Queues) {
        self.waiting = queues;
        for queue in self.waiting.values_mut() {
            queue.retain(|one| !self.tried.contains(&one.recording));
        }
    }

    /// The next recording: of the source with the fewest under way, among those of the one that was not served for longest.
    fn pick(&mut self) -> Option<QueuedDownload> {
        let busy = |source: &SourceId| self.running.get(source).copied().unwrap_or(0);
        let last = |source: &SourceId| self.served.get(source).copied().unwrap_or(0);
        let with_work = self.waiting.iter().filter(|(_, queue)| !queue.is_empty()).map(|(source, _)| *source);
        let source = with_work.min_by_key(|source| (busy(source), last(source), *source))?;
        let next = self.waiting.get_mut(&source)?.pop_front()?;
        self.turns += 1;
        self.served.insert(source, self.turns);
        *self.running.entry(source).or_default() += 1;
        self.tried.insert(next.recording);
        Some(next)
    }

    fn finished(&mut self, one: &QueuedDownload, got: Result<Got, Fault>) {
        if let Some(running) = self.running.get_mut(&one.source) {
            *running = running.saturating_sub(1);
        }
        match got {
            Ok(Got { is_here: true, bytes }) => {
                self.here += 1;
                self.bytes += bytes;
            }
            Ok(Got { is_here: false, .. }) => self.failed += 1,
            Err(fault) if fault.code == FaultCode::Io => self.fault = Some(fault),
            // The call went meanwhile, or the job was stopped.
            Err(fault) if matches!(fault.code, FaultCode::NotFound | FaultCode::Cancelled) => {}
            Err(fault) => {
                self.failed += 1;
                self.waiting.remove(&one.source);
                self.left_out = Some(fault);
            }
        }
    }

    fn is_over(&self, cancel: &Cancel) -> bool {
        cancel.is_cancelled() || self.fault.is_some()
    }

    fn done(&self) -> u64 {
        self.here + self.failed
    }

    fn left(&self) -> u64 {
        let waiting: usize = self.waiting.values().map(VecDeque::len).sum();
        (waiting + self.running.values().sum::<usize>()) as u64
    }

    /// Such as `Downloading: 12 of 214, 45 MB, about 3 minutes left`.
    fn words(&self, elapsed_ms: i64) -> String {
        let (done, left) = (self.done(), self.left());
        let mut words = format!("Downloading: {done} of {}, {}", done + left, megabytes(self.bytes));
        let per_item = elapsed_ms.max(0) as u64 / done.max(1);
        // The first few say nothing about the others.
        if done >= 5 && left > 0 {
            let minutes = (per_item * left).div_ceil(60_000);
            words.push_str(&match minutes {
                0 | 1 => ", less than a minute left".to_owned(),
                2..120 => format!(", about {minutes} minutes left"),
                _ => format!(", about {} hours left", minutes.div_ceil(60)),
            });
        }
        words
    }

    fn end(&self, cancel: &Cancel) -> JobEnd {
        let came = format!("{} downloaded, {}", self.here, megabytes(self.bytes));
        let why = self.fault.as_ref().or(self.left_out.as_ref()).map(|fault| fault.message.as_str());
        let words = match why {
            _ if cancel.is_cancelled() => format!("{came}; paused, {} to go", self.left()),
            Some(why) => format!("{came}; {why}"),
            None if self.failed > 0 => format!("{came}; {} could not be had, each says why", self.failed),
            None => came,
        };
        JobEnd { words, failed: why.is_some() || self.failed > 0 }
    }
}

fn lock(round: &Mutex<Round>) -> MutexGuard<'_, Round> {
    round.lock().unwrap_or_else(PoisonError::into_inner)
}

fn megabytes(bytes: u64) -> String {
    if bytes < 1_000_000 { format!("{} kB", bytes.div_ceil(1_000)) } else { format!("{} MB", bytes / 1_000_000) }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn sources_are_served_by_turns_however_long_the_queue_of_one_is() {
        let mut round = round(&[(1, 6), (2, 2)]);
        let order: Vec<u128> = (0..5).filter_map(|_| round.pick()).map(|one| one.source.0.as_u128()).collect();
        assert_eq!(order, [1, 2, 1, 2, 1], "two at a time under way each, then what is left");

        let mut slow = self::round(&[(1, 4), (2, 4)]);
        let first = slow.pick().unwrap();
        assert_eq!(first.source.0.as_u128(), 1);
        for _ in 0..3 {
            let other = slow.pick().unwrap();
            assert_eq!(other.source.0.as_u128(), 2, "the one that is still under way does not hold up the other");
            slow.finished(&other, Ok(Got { is_here: true, bytes: 1 }));
        }
    }

    #[test]
    fn what_goes_wrong_at_one_source_leaves_the_others_alone_and_a_full_disk_ends_the_job() {
        let mut round = round(&[(1, 3), (2, 3)]);
        let first = round.pick().unwrap();
        round.finished(&first, Err(Fault::new(FaultCode::Invalid, "its settings make no sense")));
        assert!(!round.is_over(&Cancel::new()));
        let rest: Vec<u128> = std::iter::from_fn(|| round.pick()).map(|one| one.source.0.as_u128()).collect();
        assert_eq!(rest, [2, 2, 2]);
        let one = queued(2, 0);
        round.finished(&one, Err(Fault::new(FaultCode::Io, "the disk is full")));
        assert!(round.is_over(&Cancel::new()));
        assert!(round.end(&Cancel::new()).failed);
    }

    #[test]
    fn a_recording_is_tried_once_in_a_job() {
        let mut round = round(&[(1, 2)]);
        let again = round.waiting.clone();
        round.pick().unwrap();
        round.load(again);
        assert_eq!(round.left(), 2, "one under way, one to go");
    }

    #[test]
    fn progress_tells_how_much_came_and_how_long_it_takes() {
        let mut round = round(&[(1, 20)]);
        assert_eq!(round.words(0), "Downloading: 0 of 20, 0 kB");
        for _ in 0..10 {
            let one = round.pick().unwrap();
            round.finished(&one, Ok(Got { is_here: true, bytes: 4_500_000 }));
        }
        assert_eq!(round.words(180_000), "Downloading: 10 of 20, 45 MB, about 3 minutes left");
    }

    fn round(sources: &[(u128, u128)]) -> Round {
        let mut round = Round::default();
        let of = |&(source, count): &(u128, u128)| {
            let queue = (0..count).map(|n| queued(source, n)).collect();
            (SourceId(Uuid::from_u128(source)), queue)
        };
        round.load(sources.iter().map(of).collect());
        round
    }

    fn queued(source: u128, n: u128) -> QueuedDownload {
        QueuedDownload {
            recording: RecordingId(Uuid::from_u128(source << 64 | n)),
            call: CallId(Uuid::nil()),
            source: SourceId(Uuid::from_u128(source)),
            next_try_ms: None,
            bytes: None,
        }
    }
}
