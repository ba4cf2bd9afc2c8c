//! Bringing audio into the cache by the three tiers, and recording how each attempt went.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use audio::DecodeError;
use audio::render::RenderError;
use cache::{Expected, Known, Next, StoreError, Stored, next_tier};
use library::{Access, CachedFile, Filter, LibraryError, Sort, SourceRow, StoredCall, StoredRecording};
use model::{Attempt, AudioFacts, AudioState, CallId, Cancel, Door, Outcome, RecordingId, Tier};
use source::AudioRequest;

use crate::event::AppEvent;
use crate::fault::{Fault, FaultCode};
use crate::open::App;
use crate::sources::is_local;

/// No recording of a call is larger: 20 hours of CD-quality WAV.
const LIMIT: u64 = 16 << 30;

/// How getting one recording's audio went.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The call.
    pub call: CallId,
    /// The recording.
    pub recording: RecordingId,
    /// What is known of its audio now.
    pub state: AudioState,
    /// Where it was found.
    pub tier: Option<Tier>,
    /// The file's facts, if it is in the cache.
    pub facts: AudioFacts,
    /// The cached file.
    pub file: Option<PathBuf>,
    /// What was tried, oldest first.
    pub attempts: Vec<Attempt>,
}

/// How many recordings ended in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FetchTotals {
    /// All of them.
    pub total: u64,
    /// In the cache now.
    pub cached: u64,
    /// Not there yet.
    pub pending: u64,
    /// Failed; can be tried again.
    pub failed: u64,
    /// Gone.
    pub unavailable: u64,
}

impl App {
    /// The calls with recordings that a filter leaves, newest first.
    pub fn calls_with_audio(&self, filter: &Filter) -> Result<Vec<CallId>, Fault> {
        const AT_ONCE: u32 = 1_000;
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = self.calls(filter, Sort::default(), after.as_deref(), AT_ONCE)?;
            found.extend(page.rows.iter().filter(|row| row.audio.is_some()).map(|row| row.id));
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(found),
            }
        }
    }

    /// Brings the audio of calls into the cache, `jobs` recordings at a time, telling `each` as they are done.
    pub fn fetch(
        &self,
        calls: &[CallId],
        jobs: usize,
        cancel: &Cancel,
        each: &mut (dyn FnMut(&Fetched) + Send),
    ) -> Result<FetchTotals, Fault> {
        let next = AtomicUsize::new(0);
        let shared = Mutex::new((FetchTotals::default(), each, None));
        std::thread::scope(|scope| {
            for _ in 0..jobs.clamp(1, calls.len().max(1)) {
                scope.spawn(|| {
                    while let Some(call) = calls.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let fetched = if cancel.is_cancelled() { break } else { self.fetch_call(*call, cancel) };
                        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
                        let (totals, each, fault) = &mut *shared;
                        match fetched {
                            Ok(recordings) => recordings.iter().for_each(|one| {
                                totals.count(one.state);
                                each(one);
                            }),
                            Err(error) => *fault = Some(error),
                        }
                    }
                });
            }
        });
        let (totals, _, fault) = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.tell(&AppEvent::LibraryChanged);
        fault.map_or(Ok(totals), Err)
    }

    /// Brings the audio of every recording of one call into the cache.
    fn fetch_call(&self, id: CallId, cancel: &Cancel) -> Result<Vec<Fetched>, Fault> {
        let call = self.call(id)?;
        call.recordings.iter().map(|recording| self.obtain(&call, recording, cancel)).collect()
    }

    /// One recording's audio as a verified file: from the cache, else fetched into it. Every attempt is kept.
    pub(crate) fn obtain(
        &self,
        call: &StoredCall,
        recording: &StoredRecording,
        cancel: &Cancel,
    ) -> Result<Fetched, Fault> {
        if self.is_cached(recording) {
            return Ok(self.cached(call, recording, Vec::new()));
        }
        let _turn = self.inner.underway.begin(recording.id, cancel).map_err(|_| stopped())?;
        // Whoever had the turn before may have brought it.
        let call = self.call(call.row.id)?;
        let now = call.recordings.iter().find(|now| now.id == recording.id).ok_or(LibraryError::NoSuchRecording)?;
        self.bring(&call, now, cancel)
    }

    /// Asks tier by tier; to be called by one thread at a time for a recording.
    fn bring(&self, call: &StoredCall, recording: &StoredRecording, cancel: &Cancel) -> Result<Fetched, Fault> {
        let reachable = |row: &SourceRow| !self.inner.network.is_off() || is_local(row);
        let source = self.source_row(call.row.source).ok().filter(reachable);
        let mut tried: Vec<(Tier, Outcome)> = Vec::new();
        let mut attempts = Vec::new();
        loop {
            let known =
                Known { cached: self.is_cached(recording), source: source.is_some(), legacy: false, tried: &tried };
            match next_tier(known) {
                Next::UseCached => return Ok(self.cached(call, recording, attempts)),
                Next::Ask(_) if self.inner.library.access() == Access::Reader => {
                    return Err(LibraryError::ReadOnly.into());
                }
                Next::Ask(tier) => match self.ask(tier, call, recording, cancel)? {
                    Ok(stored) => return self.keep(call, recording, tier, stored, attempts),
                    Err(attempt) => {
                        tried.push((attempt.tier, attempt.outcome));
                        self.note(recording.id, &attempt)?;
                        attempts.push(attempt);
                    }
                },
                Next::GiveUp => return Ok(self.given_up(call, recording, attempts)),
            }
        }
    }

    fn is_cached(&self, recording: &StoredRecording) -> bool {
        let holds = |file: &CachedFile, bytes| self.inner.store.holds(&file.path, bytes);
        recording.file.as_ref().is_some_and(|file| file.facts.bytes.is_some_and(|bytes| holds(file, bytes)))
    }

    /// Copies the bytes from a tier into the cache. The inner result is the source's answer, the outer one our own faults.
    fn ask(
        &self,
        tier: Tier,
        call: &StoredCall,
        recording: &StoredRecording,
        cancel: &Cancel,
    ) -> Result<Result<Stored, Attempt>, Fault> {
        let attempt = |outcome, detail: String| Attempt { at_ms: self.now_ms(), tier, outcome, detail: Some(detail) };
        let source = self.open_source(&self.source_row(call.row.source)?)?;
        let mut audio = match source.audio(&AudioRequest {
            remote_id: &call.row.remote_id,
            recording: &recording.record,
            door: Door::Source,
            resume: None,
            cancel,
        }) {
            Ok(audio) => audio,
            Err(error) => return Ok(Err(attempt(error.outcome, error.detail))),
        };
        let expected = Expected { length: audio.length, limit: LIMIT };
        match self.inner.store.put(recording.id, &mut *audio.bytes, expected, &verify, cancel) {
            Ok(stored) => Ok(Ok(stored)),
            Err(error @ StoreError::Disk { .. }) => Err(error.into()),
            Err(error) => Ok(Err(attempt(outcome_of(&error), error.to_string()))),
        }
    }

    fn keep(
        &self,
        call: &StoredCall,
        recording: &StoredRecording,
        tier: Tier,
        stored: Stored,
        mut attempts: Vec<Attempt>,
    ) -> Result<Fetched, Fault> {
        let at_ms = self.now_ms();
        let attempt = Attempt { at_ms, tier, outcome: Outcome::Ok, detail: None };
        let file = CachedFile { path: stored.path, facts: stored.facts, tier, fetched_at_ms: at_ms };
        let (id, row, kept) = (recording.id, file.clone(), attempt.clone());
        self.inner.library.write(move |writer| {
            writer.record_attempt(id, &kept, AudioState::Cached, None)?;
            writer.set_cached(id, &row)
        })?;
        attempts.push(attempt);
        let path = Some(self.inner.store.resolve(&file.path));
        let (call, recording) = (call.row.id, recording.id);
        Ok(Fetched {
            call,
            recording,
            state: AudioState::Cached,
            tier: Some(tier),
            facts: file.facts,
            file: path,
            attempts,
        })
    }

    fn cached(&self, call: &StoredCall, recording: &StoredRecording, attempts: Vec<Attempt>) -> Fetched {
        let file = recording.file.as_ref();
        Fetched {
            call: call.row.id,
            recording: recording.id,
            state: AudioState::Cached,
            tier: Some(Tier::Local),
            facts: file.map(|file| file.facts.clone()).unwrap_or_default(),
            file: file.map(|file| self.inner.store.resolve(&file.path)),
            attempts,
        }
    }

    fn given_up(&self, call: &StoredCall, recording: &StoredRecording, attempts: Vec<Attempt>) -> Fetched {
        let state = attempts.last().map_or(recording.state, |last| state_after(last.outcome));
        let (call, recording) = (call.row.id, recording.id);
        Fetched { call, recording, state, tier: None, facts: AudioFacts::default(), file: None, attempts }
    }

    fn note(&self, recording: RecordingId, attempt: &Attempt) -> Result<(), Fault> {
        let (attempt, state) = (attempt.clone(), state_after(attempt.outcome));
        Ok(self.inner.library.write(move |writer| writer.record_attempt(recording, &attempt, state, None))?)
    }
}

impl FetchTotals {
    fn count(&mut self, state: AudioState) {
        self.total += 1;
        match state {
            AudioState::Cached => self.cached += 1,
            AudioState::Available | AudioState::Pending => self.pending += 1,
            AudioState::Failed => self.failed += 1,
            AudioState::Unavailable => self.unavailable += 1,
        }
    }
}

fn stopped() -> Fault {
    Fault::new(FaultCode::Cancelled, "stopped; what was fetched until then is kept")
}

/// A recording's file, or why there is none, as the one fault a player or a renderer reports.
pub(crate) fn file_of(fetched: &Fetched) -> Result<PathBuf, Fault> {
    fetched.file.clone().ok_or_else(|| {
        let why = fetched.attempts.last().and_then(|attempt| attempt.detail.clone());
        let code = match fetched.attempts.last().map(|attempt| attempt.outcome) {
            Some(Outcome::Invalid) => FaultCode::Unreadable,
            Some(Outcome::Cancelled) => FaultCode::Cancelled,
            _ => FaultCode::NoAudio,
        };
        let why = why.unwrap_or_else(|| "its source was removed, and it was not fetched before".to_owned());
        Fault::new(code, format!("no audio for this recording: {why}"))
    })
}

/// Audio that is what it says is kept, also when this program cannot play its codec: it is evidence all the same.
fn verify(file: &Path) -> Result<AudioFacts, String> {
    match audio::probe(file) {
        Ok(probed) => Ok(probed.facts),
        Err(error) => Err(unreadable(&error)),
    }
}

/// Why audio cannot be read, without the name of the file, which means nothing to the user while it is being fetched.
pub(crate) fn unreadable(error: &DecodeError) -> String {
    match error {
        DecodeError::NotAudio { looks, .. } => format!("unreadable: not audio, {looks}"),
        DecodeError::Malformed { why, .. } => format!("unreadable: damaged, {why}"),
        DecodeError::Io { source, .. } => format!("unreadable: {source}"),
        DecodeError::Panicked { .. } => "unreadable: the decoder failed on it; please report this file".to_owned(),
        DecodeError::Unsupported { .. } => error.to_string(),
    }
}

fn outcome_of(error: &StoreError) -> Outcome {
    match error {
        StoreError::Source { .. } | StoreError::Disk { .. } => Outcome::Network,
        StoreError::Length { .. } | StoreError::Invalid(_) => Outcome::Invalid,
        StoreError::TooLarge { .. } => Outcome::TooLarge,
        StoreError::Cancelled(_) => Outcome::Cancelled,
    }
}

/// What is known of a recording after an attempt went wrong. A missing file in a folder may come back, so nothing here is
/// ever taken for gone without the source saying so.
fn state_after(outcome: Outcome) -> AudioState {
    match outcome {
        Outcome::Ok => AudioState::Cached,
        Outcome::Gone => AudioState::Unavailable,
        Outcome::NotYet | Outcome::RateLimited => AudioState::Pending,
        Outcome::Offline | Outcome::Cancelled => AudioState::Available,
        Outcome::NotFound
        | Outcome::Denied
        | Outcome::Expired
        | Outcome::Invalid
        | Outcome::Unsupported
        | Outcome::TooLarge
        | Outcome::Network => AudioState::Failed,
    }
}

impl From<RenderError> for Fault {
    fn from(error: RenderError) -> Self {
        match error {
            RenderError::Decode(error) => error.into(),
            RenderError::Write { .. } => Self::new(FaultCode::Io, error.to_string()),
        }
    }
}

impl From<DecodeError> for Fault {
    fn from(error: DecodeError) -> Self {
        let code = match &error {
            DecodeError::Unsupported { .. } => FaultCode::Unsupported,
            DecodeError::Io { .. } => FaultCode::Io,
            DecodeError::NotAudio { .. } | DecodeError::Malformed { .. } | DecodeError::Panicked { .. } => {
                FaultCode::Unreadable
            }
        };
        Fault::new(code, error.to_string())
    }
}
