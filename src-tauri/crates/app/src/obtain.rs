//! One recording's audio by the three tiers: from the cache, else from the doors of its source, in order. Every attempt is
//! kept with its reason.

use std::path::Path;

use audio::DecodeError;
use cache::{Begun, Incoming, Known, Next, StoreError, Stored, Told, Tried, Wish, next};
use library::{Access, CachedFile, LibraryError, SourceRow, Standing, StoredCall, StoredRecording};
use model::{Attempt, AudioFacts, AudioState, Cancel, Door, Outcome, RecordingId, Tier};
use source::{AudioError, AudioRequest, Resume, Source};

use crate::fault::{Fault, FaultCode};
use crate::fetch::Fetched;
use crate::open::App;
use crate::sources::is_local;
use crate::underway::Turn;

/// No recording of a call is larger: 20 hours of CD-quality WAV.
pub(crate) const LIMIT: u64 = 16 << 30;

/// What a source is asked through its doors.
struct Asking<'a> {
    source: Option<std::sync::Arc<dyn Source>>,
    /// Its bytes come from a disk, not over the network.
    of_disk: bool,
    call: &'a StoredCall,
    recording: &'a StoredRecording,
    cancel: &'a Cancel,
    /// Who listens to it already is told how it arrives.
    turn: &'a Turn<'a>,
}

/// Why a door did not give the audio.
enum Refused {
    Source(AudioError),
    Store(StoreError),
}

impl App {
    /// One recording's audio as a verified file, for somebody who waits for it: from the cache, else fetched into it.
    pub(crate) fn obtain(
        &self,
        call: &StoredCall,
        recording: &StoredRecording,
        cancel: &Cancel,
    ) -> Result<Fetched, Fault> {
        self.obtain_for(Wish::Now, call, recording, cancel)
    }

    /// The same, also for a download in the background, which keeps to the pauses between tries.
    pub(crate) fn obtain_for(
        &self,
        wish: Wish,
        call: &StoredCall,
        recording: &StoredRecording,
        cancel: &Cancel,
    ) -> Result<Fetched, Fault> {
        if self.is_cached(recording) {
            return Ok(self.cached(call, recording));
        }
        let turn = self.inner.underway.begin(recording.id, cancel).map_err(|_| stopped())?;
        // Whoever had the turn before may have brought it.
        let call = self.call(call.row.id)?;
        let now = call.recordings.iter().find(|now| now.id == recording.id).ok_or(LibraryError::NoSuchRecording)?;
        let fetched = match &now.file {
            Some(_) if !self.is_cached(now) && self.inner.library.access() == Access::Owner => {
                let call = self.without_lost_file(&call, now.id)?;
                let now = call.recordings.iter().find(|one| one.id == now.id).ok_or(LibraryError::NoSuchRecording)?;
                self.bring(wish, &call, now, &turn, cancel)?
            }
            _ => self.bring(wish, &call, now, &turn, cancel)?,
        };
        if let Some(file) = &fetched.file {
            turn.arrival().kept(file);
        }
        if fetched.state == AudioState::Cached && !fetched.attempts.is_empty() {
            self.make_room(&[recording.id])?;
        }
        Ok(fetched)
    }

    /// Whether a source is beyond a network that is off.
    pub(crate) fn is_beyond_reach(&self, row: &SourceRow) -> bool {
        !is_local(row) && self.world(row).network.is_off()
    }

    /// Whether the cache has a recording's file at its full length.
    pub(crate) fn is_cached(&self, recording: &StoredRecording) -> bool {
        let holds = |file: &CachedFile, bytes| self.inner.store.holds(&file.path, bytes);
        recording.file.as_ref().is_some_and(|file| file.facts.bytes.is_some_and(|bytes| holds(file, bytes)))
    }

    /// The call without the row of a file that is missing or has another length than it should; but that stays if a case
    /// holds it, as it says which bytes alone may take the file's place.
    fn without_lost_file(&self, call: &StoredCall, id: RecordingId) -> Result<StoredCall, Fault> {
        let why = "the file in the cache is missing or has the wrong length".to_owned();
        let why = self.attempt(Tier::Local, Outcome::Invalid, why);
        self.inner.library.write(move |writer| writer.lose_cached(id, &why))?;
        self.call(call.row.id)
    }

    /// Asks door by door; to be called by one thread at a time for a recording.
    fn bring(
        &self,
        wish: Wish,
        call: &StoredCall,
        recording: &StoredRecording,
        turn: &Turn<'_>,
        cancel: &Cancel,
    ) -> Result<Fetched, Fault> {
        let row = self.source_row(call.row.source).ok();
        let source = row.as_ref().filter(|_| !recording.gone).map(|row| self.open_source(row)).transpose()?;
        let doors = source.as_ref().map_or_else(Vec::new, |source| source.doors(&recording.record));
        let before = standing_of(recording);
        let of_disk = row.as_ref().is_some_and(is_local);
        let asking = Asking { source, of_disk, call, recording, cancel, turn };
        let (mut tried, mut attempts): (Vec<Tried>, Vec<Attempt>) = (Vec::new(), Vec::new());
        loop {
            let now_ms = self.now_ms();
            let known = Known {
                cached: self.is_cached(recording),
                doors: &doors,
                offline: row.as_ref().is_some_and(|row| self.is_beyond_reach(row)),
                tried: &tried,
                before: &before,
                call_ms: call.row.started_ms,
                is_over: is_over(call),
                is_expired: recording.record.expires_at.as_ref().is_some_and(|at| at.utc_ms < now_ms),
                may_return: row.as_ref().is_none_or(is_local),
                wish,
                now_ms,
            };
            match next(&known) {
                Next::UseCached => return Ok(self.cached(call, recording)),
                Next::Ask(_) if self.inner.library.access() == Access::Reader => {
                    return Err(LibraryError::ReadOnly.into());
                }
                Next::Ask(door) => match self.ask(door, &asking) {
                    Ok(stored) => return self.keep(&asking, door.tier(), stored, attempts),
                    Err(Refused::Store(error @ StoreError::Disk { .. })) => {
                        self.settle(recording.id, attempts, None)?;
                        return Err(error.into());
                    }
                    Err(refused) => {
                        let (outcome, detail, not_before_ms) = refused.into_parts();
                        tried.push(Tried { door, outcome, not_before_ms });
                        attempts.push(self.attempt(door.tier(), outcome, detail));
                    }
                },
                Next::Wait(until_ms) => return Ok(self.not_here(&asking, recording.state, Some(until_ms), attempts)),
                Next::Nobody => return self.nobody(&asking, known.offline),
                Next::GiveUp(after) => {
                    let (state, next) = (after.state, after.next_try_ms);
                    if !is_offline_again(&attempts, recording) {
                        self.settle(recording.id, attempts.clone(), Some(after))?;
                    }
                    return Ok(self.not_here(&asking, state, next, attempts));
                }
            }
        }
    }

    /// Copies the bytes from a door into the cache, going on with what an earlier try left behind; if that does not fit,
    /// from the beginning.
    fn ask(&self, door: Door, asking: &Asking<'_>) -> Result<Stored, Refused> {
        let Some(begun) = self.inner.store.begun(asking.recording.id, door) else {
            return self.ask_from(door, None, asking);
        };
        let at_first = self.ask_from(door, Some(&begun), asking);
        match &at_first {
            Err(refused) if refused.is_unfit() => {
                self.inner.store.remove_part(asking.recording.id).map_err(Refused::Store)?;
                self.ask_from(door, None, asking)
            }
            _ => at_first,
        }
    }

    fn ask_from(&self, door: Door, begun: Option<&Begun>, asking: &Asking<'_>) -> Result<Stored, Refused> {
        let Asking { source: Some(source), of_disk, call, recording, cancel, turn } = asking else {
            return Err(Refused::Source(AudioError::new(Outcome::NotFound, "its source is not configured any more")));
        };
        let resume = begun.map(|begun| Resume { from: begun.bytes, validator: begun.validator.clone() });
        let ask = AudioRequest {
            remote_id: &call.row.remote_id,
            recording: &recording.record,
            door,
            resume: resume.as_ref(),
            cancel,
        };
        let mut audio = source.audio(&ask).map_err(Refused::Source)?;
        turn.asks(door.tier());
        let told = |told: Told<'_>| match told {
            Told::Begins { path, length } => turn.arrival().begins(path, length),
            Told::Here(bytes) => turn.arrival().here(bytes),
        };
        let incoming = Incoming {
            bytes: &mut *audio.bytes,
            from: audio.from,
            length: audio.length,
            validator: audio.validator.as_deref(),
            door,
            limit: LIMIT,
            only: sha256_held(call, recording),
            told: &told,
        };
        let verify = if *of_disk { verify } else { verify_arrived };
        self.inner.store.put(recording.id, incoming, &verify, cancel).map_err(Refused::Store)
    }

    fn keep(
        &self,
        asking: &Asking<'_>,
        tier: Tier,
        stored: Stored,
        mut attempts: Vec<Attempt>,
    ) -> Result<Fetched, Fault> {
        attempts.push(Attempt { detail: None, ..self.attempt(tier, Outcome::Ok, String::new()) });
        let id = asking.recording.id;
        let file = self.publish(id, tier, stored, attempts.clone())?;
        let path = Some(self.inner.store.resolve(&file.path));
        Ok(Fetched {
            state: AudioState::Cached,
            tier: Some(tier),
            facts: file.facts,
            file: path,
            ..self.not_here(asking, AudioState::Cached, None, attempts)
        })
    }

    /// Writes the row of a file that stands in the store.
    pub(crate) fn publish(
        &self,
        id: RecordingId,
        tier: Tier,
        stored: Stored,
        attempts: Vec<Attempt>,
    ) -> Result<CachedFile, Fault> {
        let file = CachedFile { path: stored.path, facts: stored.facts, tier, fetched_at_ms: self.now_ms() };
        let row = file.clone();
        self.inner.library.write(move |writer| {
            writer.record_attempts(id, &attempts, None)?;
            writer.set_cached(id, &row)
        })?;
        Ok(file)
    }

    /// Nobody can be asked. Why is kept, but only once in a row.
    fn nobody(&self, asking: &Asking<'_>, offline: bool) -> Result<Fetched, Fault> {
        let recording = asking.recording;
        if recording.gone {
            let why = "its source no longer names this recording".to_owned();
            let attempt = self.attempt(Tier::Provider, Outcome::Gone, why);
            return Ok(self.not_here(asking, recording.state, None, vec![attempt]));
        }
        if asking.source.is_none() {
            return Ok(self.not_here(asking, recording.state, None, Vec::new()));
        }
        let (outcome, why, standing) = match offline {
            true => (Outcome::Offline, "offline: nothing was asked", None),
            // Nothing says that it is gone, and nothing promises it.
            false => {
                let hopeless =
                    cache::Standing { state: AudioState::Failed, next_try_ms: None, ..standing_of(recording) };
                (Outcome::Unsupported, "its source has no address of this audio", Some(hopeless))
            }
        };
        let state = standing.as_ref().map_or(recording.state, |standing| standing.state);
        let attempt = self.attempt(Tier::Provider, outcome, why.to_owned());
        let same = |last: &Attempt| last.outcome == attempt.outcome && last.detail == attempt.detail;
        if !recording.attempts.last().is_some_and(same) && self.inner.library.access() == Access::Owner {
            self.settle(recording.id, vec![attempt.clone()], standing)?;
        }
        Ok(self.not_here(asking, state, None, vec![attempt]))
    }

    fn cached(&self, call: &StoredCall, recording: &StoredRecording) -> Fetched {
        let file = recording.file.as_ref();
        Fetched {
            call: call.row.id,
            recording: recording.id,
            state: AudioState::Cached,
            tier: Some(Tier::Local),
            facts: file.map(|file| file.facts.clone()).unwrap_or_default(),
            file: file.map(|file| self.inner.store.resolve(&file.path)),
            next_try_ms: None,
            attempts: Vec::new(),
        }
    }

    fn not_here(
        &self,
        asking: &Asking<'_>,
        state: AudioState,
        next_try_ms: Option<i64>,
        attempts: Vec<Attempt>,
    ) -> Fetched {
        let (call, recording) = (asking.call.row.id, asking.recording.id);
        Fetched { call, recording, state, tier: None, facts: AudioFacts::default(), file: None, next_try_ms, attempts }
    }

    fn settle(&self, id: RecordingId, attempts: Vec<Attempt>, standing: Option<cache::Standing>) -> Result<(), Fault> {
        let standing = standing.map(|standing| Standing {
            state: standing.state,
            next_try_ms: standing.next_try_ms,
            tries: standing.tries,
            waits: standing.waits,
        });
        Ok(self.inner.library.write(move |writer| writer.record_attempts(id, &attempts, standing.as_ref()))?)
    }

    pub(crate) fn attempt(&self, tier: Tier, outcome: Outcome, detail: String) -> Attempt {
        Attempt { at_ms: self.now_ms(), tier, outcome, detail: Some(detail) }
    }
}

impl Refused {
    /// The beginning that is here may be to blame.
    fn is_unfit(&self) -> bool {
        match self {
            Self::Source(error) => error.outcome == Outcome::Invalid,
            Self::Store(StoreError::Length { expected, got }) => got > expected,
            Self::Store(error) => matches!(error, StoreError::Elsewhere { .. } | StoreError::Invalid(_)),
        }
    }

    fn into_parts(self) -> (Outcome, String, Option<i64>) {
        match self {
            Self::Source(error) => (error.outcome, error.detail, error.not_before_ms),
            Self::Store(error) => (outcome_of(&error), error.to_string(), None),
        }
    }
}

/// The bytes that alone may come in the place of a file that is damaged or missing, if a case holds it.
pub(crate) fn sha256_held<'a>(call: &StoredCall, recording: &'a StoredRecording) -> Option<&'a str> {
    recording.file.as_ref().filter(|_| call.row.in_case)?.facts.sha256.as_deref()
}

/// How a recording stood before this round.
fn standing_of(recording: &StoredRecording) -> cache::Standing {
    cache::Standing {
        state: recording.state,
        next_try_ms: recording.next_try_ms,
        tries: recording.tries,
        waits: recording.waits.clone(),
    }
}

/// Whether a call is over, as far as its source says: it ended, or its status is not one of those on the way there.
fn is_over(call: &StoredCall) -> bool {
    const ON_THE_WAY: [&str; 12] = [
        "queued",
        "initiated",
        "ringing",
        "scheduled",
        "inprogress",
        "active",
        "ongoing",
        "started",
        "processing",
        "forwarding",
        "pending",
        "answered",
    ];
    let word = |status: &str| status.to_lowercase().replace(['-', '_', ' '], "");
    let status = call.row.status.as_deref().map(word);
    call.record.call.ended_at.is_some() || !status.is_some_and(|status| ON_THE_WAY.contains(&status.as_str()))
}

/// That nothing could be asked is kept once in a row: it must not push out what tells more.
fn is_offline_again(attempts: &[Attempt], recording: &StoredRecording) -> bool {
    let is_offline = |attempt: &Attempt| attempt.outcome == Outcome::Offline;
    attempts.iter().all(is_offline) && recording.attempts.last().is_some_and(is_offline)
}

fn stopped() -> Fault {
    Fault::new(FaultCode::Cancelled, "stopped; what was fetched until then is kept")
}

/// Audio that is what it says is kept, also when this program cannot play its codec: it is evidence all the same.
pub(crate) fn verify(file: &Path) -> Result<AudioFacts, String> {
    match audio::probe(file) {
        Ok(probed) => Ok(probed.facts),
        Err(error) => Err(unreadable(&error)),
    }
}

/// The same for what came over the network, where half a file can arrive under the length of half a file: what says of
/// itself that more must come is not kept.
fn verify_arrived(file: &Path) -> Result<AudioFacts, String> {
    let facts = verify(file)?;
    match audio::is_cut_short(file) {
        Ok(true) => Err("unreadable: cut short, its own header says that more must come".to_owned()),
        Ok(false) => Ok(facts),
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
        DecodeError::Unsupported { .. } | DecodeError::NotYet | DecodeError::Broke { .. } => error.to_string(),
    }
}

fn outcome_of(error: &StoreError) -> Outcome {
    match error {
        StoreError::Source { .. } | StoreError::Disk { .. } => Outcome::Network,
        StoreError::Length { .. } | StoreError::Elsewhere { .. } | StoreError::Invalid(_) | StoreError::Other => {
            Outcome::Invalid
        }
        StoreError::TooLarge { .. } => Outcome::TooLarge,
        StoreError::Cancelled(_) => Outcome::Cancelled,
    }
}
