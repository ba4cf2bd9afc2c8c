//! Bringing the audio of calls into the cache while somebody waits for it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use audio::DecodeError;
use audio::render::RenderError;
use library::{Access, Filter, Sort};
use model::{Attempt, AudioFacts, AudioState, CallId, Cancel, Moment, Outcome, RecordingId, SourceId, Tier};

use crate::event::AppEvent;
use crate::fault::{Fault, FaultCode};
use crate::open::App;

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
    /// Not before this moment is it tried again of itself, UTC milliseconds, if it is not here.
    pub next_try_ms: Option<i64>,
    /// What was tried, oldest first; nothing if a server asked to wait longer.
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
        let (next, calls) = (AtomicUsize::new(0), self.in_turns(calls)?);
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
        if self.inner.library.access() != Access::Reader {
            self.make_room(&[])?;
        }
        self.tell(&AppEvent::LibraryChanged);
        fault.map_or(Ok(totals), Err)
    }

    /// The calls in an order that serves their sources by turns, so that a slow one does not hold up the others.
    fn in_turns(&self, calls: &[CallId]) -> Result<Vec<CallId>, Fault> {
        let reader = self.inner.library.reader()?;
        let mut turns: HashMap<Option<SourceId>, usize> = HashMap::new();
        let mut placed = Vec::with_capacity(calls.len());
        for call in calls {
            let turn = turns.entry(reader.source_of(*call)?).or_default();
            placed.push((*turn, *call));
            *turn += 1;
        }
        placed.sort_by_key(|(turn, _)| *turn);
        Ok(placed.into_iter().map(|(_, call)| call).collect())
    }

    /// Brings the audio of every recording of one call into the cache.
    fn fetch_call(&self, id: CallId, cancel: &Cancel) -> Result<Vec<Fetched>, Fault> {
        let call = self.call(id)?;
        call.recordings.iter().map(|recording| self.obtain(&call, recording, cancel)).collect()
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

/// A recording's file, or why there is none, as the one fault a player or a renderer reports.
pub(crate) fn file_of(fetched: &Fetched) -> Result<PathBuf, Fault> {
    fetched.file.clone().ok_or_else(|| {
        let why = fetched.attempts.last().and_then(|attempt| attempt.detail.clone());
        let code = match fetched.attempts.last().map(|attempt| attempt.outcome) {
            Some(Outcome::Invalid) => FaultCode::Unreadable,
            Some(Outcome::Cancelled) => FaultCode::Cancelled,
            Some(Outcome::RateLimited) => FaultCode::RateLimited,
            Some(Outcome::Offline) => {
                let words = "this recording is not here, and nothing is asked over the network now";
                return Fault::new(FaultCode::Offline, words);
            }
            _ => FaultCode::NoAudio,
        };
        let why = why.unwrap_or_else(|| match fetched.next_try_ms {
            Some(until) => format!("its server asked us to wait until {}", Moment::from_utc_ms(until).to_rfc3339()),
            None => "its source was removed, and it was not fetched before".to_owned(),
        });
        Fault::new(code, format!("no audio for this recording: {why}"))
    })
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
            DecodeError::Io { .. } | DecodeError::NotYet | DecodeError::Broke { .. } => FaultCode::Io,
            DecodeError::NotAudio { .. } | DecodeError::Malformed { .. } | DecodeError::Panicked { .. } => {
                FaultCode::Unreadable
            }
        };
        Fault::new(code, error.to_string())
    }
}
