//! Listening: the player over the cached file, or over one on its way into the cache; and the same pipeline into a WAV
//! file.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use audio::arriving::{self, Arrival};
use audio::engine::{Engine, Recording, Setup, Snapshot, Sound};
use audio::player::{Command, Settings as PlayerSettings};
use audio::render::{Channels, RenderOptions, Rendered};
use library::{StoredCall, StoredRecording};
use model::{Action, AudioState, CallId, Cancel, Ms, RecordingId, Tier};
use serde_json::json;

use crate::event::AppEvent;
use crate::fault::{Fault, FaultCode};
use crate::fetch::{Fetched, file_of};
use crate::open::App;
use crate::settings::Settings;
use crate::underway::Hold;

pub use audio::player::{Phase as PlayerPhase, ProblemKind as PlayerProblemKind};

/// The recording a player has open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its call.
    pub call: CallId,
    /// The recording.
    pub recording: RecordingId,
}

/// The player at one moment.
pub type PlayerSnapshot = Snapshot<Tag>;

/// A command to the player.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PlayerCommand {
    /// Something about the sound.
    Sound(Command),
    /// Go to the start of another turn: -1 the previous, 1 the next, 0 this one again.
    Turn(i32),
}

/// What was opened in the player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The recording.
    pub recording: RecordingId,
    /// Its length; an estimate while it is still arriving, which [`PlayerSnapshot`] corrects.
    pub duration_ms: Ms,
    /// Where its audio was found, or comes from.
    pub tier: Tier,
}

/// What to render of a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RenderWhat {
    /// From where, milliseconds in the recording.
    pub at_ms: Ms,
    /// How much of the recording; `None` is to its end.
    pub for_ms: Option<Ms>,
    /// How fast, with the pitch kept.
    pub speed: f64,
    /// Which channels.
    pub channels: Channels,
}

/// A recording on its way into the cache.
type Bringing = JoinHandle<Result<Fetched, Fault>>;

/// The player, where there is one.
pub(crate) struct Listening {
    engine: Engine<Tag>,
    /// Numbers the recordings asked for, so that one that was long in coming cannot replace a later one.
    asked: AtomicU64,
    /// The file that is open stays in the cache.
    held: Mutex<Option<Hold>>,
}

impl Listening {
    /// Has changed settings hold from now on.
    pub(crate) fn apply(&self, settings: &Settings) {
        self.engine.settings(PlayerSettings { resume_back_ms: settings.resume_back_ms });
    }
}

impl App {
    /// Starts the player: opens the sound output and keeps it open.
    pub fn start_listening(&self) -> Result<(), Fault> {
        let settings = self.settings()?;
        let engine = Engine::start(Setup::of_this_machine(PlayerSettings { resume_back_ms: settings.resume_back_ms }));
        engine.command(Command::Speed(settings.speed));
        engine.command(Command::Volume(settings.volume as f32));
        let recorder = self.start_recording();
        let inner = Arc::downgrade(&self.inner);
        engine.subscribe(move |snapshot| {
            let is_recorded = recorder.seen(snapshot);
            if let Some(app) = inner.upgrade().map(|inner| Self { inner }) {
                if !is_recorded {
                    app.silence();
                }
                app.tell(&AppEvent::Player(snapshot.clone()));
            }
        });
        drop(self.inner.listening.set(Listening { engine, asked: AtomicU64::new(0), held: Mutex::default() }));
        Ok(())
    }

    /// Opens a call's recording in the player at a position. If it is not in the cache it is fetched, ahead of all that
    /// waits to be downloaded, and heard as soon as enough of it has come, or once it is whole if its format asks for
    /// that. Fetching goes on when another recording is opened. What keeps it from coming is the answer as long as
    /// nothing could be heard, and later ends playing with a problem.
    pub fn open_recording(
        &self,
        call: CallId,
        recording: Option<RecordingId>,
        at_ms: Ms,
        play: bool,
    ) -> Result<Opened, Fault> {
        let listening = self.listening()?;
        let asked = listening.asked.fetch_add(1, Ordering::Relaxed) + 1;
        let stored = self.call(call)?;
        let recording = pick(&stored, recording)?;
        let hold = self.inner.in_use.hold(recording.id);
        let (sound, duration_ms, tier) = self.sound_of(&stored, recording)?;
        let turns = stored.record.transcript.as_ref().map(|transcript| transcript.turns.clone()).unwrap_or_default();
        let tag = Tag { call, recording: recording.id };
        if listening.asked.load(Ordering::Relaxed) != asked {
            return Err(Fault::new(FaultCode::Cancelled, "another recording was opened meanwhile"));
        }
        if play {
            self.inner.trail.about_to_play(tag, at_ms)?;
        }
        *listening.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(hold);
        listening.engine.open(Recording { tag, sound, turns, at_ms, play });
        Ok(Opened { recording: recording.id, duration_ms, tier })
    }

    /// Does what the user wants with the player, soon.
    pub fn player(&self, command: PlayerCommand) -> Result<(), Fault> {
        let engine = &self.listening()?.engine;
        self.inner.trail.about_to(command)?;
        match command {
            PlayerCommand::Sound(command) => engine.command(command),
            PlayerCommand::Turn(by) => engine.turn(by),
        }
        Ok(())
    }

    /// Writes what the player would play into a WAV file. A file that is there already is replaced once the new one is
    /// complete.
    pub fn render(&self, call: CallId, what: RenderWhat, file: &Path, cancel: &Cancel) -> Result<Rendered, Fault> {
        let stored = self.call(call)?;
        let recording = pick(&stored, None)?;
        let _hold = self.inner.in_use.hold(recording.id);
        let fetched = self.obtain(&stored, recording, cancel)?;
        let path = file_of(&fetched)?;
        self.touch(recording.id)?;
        let probed = audio::probe(&path)?;
        let pcm = audio::open(&path)?;
        let RenderWhat { at_ms, for_ms, speed, channels } = what;
        let facts = json!({
            "recording": recording.id.to_string(),
            "from_ms": at_ms,
            "to_ms": for_ms.map(|ms| at_ms.saturating_add(ms)),
            "file": file.display().to_string(),
        });
        self.record(Action::Render, Some(call.to_string()), facts)?;
        let options = RenderOptions { at_ms, for_ms, speed, channels, depth: probed.depth };
        Ok(audio::render::render(pcm, &options, file)?)
    }

    /// Stops the sound: what cannot be recorded is not played.
    pub(crate) fn silence(&self) {
        if let Some(listening) = self.inner.listening.get() {
            listening.engine.command(Command::Pause);
        }
    }

    /// The sound output in words.
    pub(crate) fn sound_in_words(&self) -> String {
        match self.inner.listening.get() {
            None => "not opened".to_owned(),
            Some(listening) => format!("open; {} underruns", listening.engine.underruns()),
        }
    }

    /// Something of a recording to hear, how long it is and where it comes from, once there is something.
    fn sound_of(&self, call: &StoredCall, recording: &StoredRecording) -> Result<(Sound, Ms, Tier), Fault> {
        let fetched = if self.is_cached(recording) {
            self.touch(recording.id)?;
            self.obtain(call, recording, &Cancel::new())?
        } else {
            let (arrival, bringing) = self.bring_to_listen(call, recording)?;
            let claimed_ms = recording.record.claimed.duration_ms.or(call.row.duration_ms);
            let beginning = arriving::open(&arrival, claimed_ms)
                .ok()
                .and_then(|mut pcm| matches!(pcm.is_whole(), Ok(false)).then(|| pcm.spec()));
            if let Some(spec) = beginning {
                let tier = self.inner.underway.tier(recording.id).unwrap_or(Tier::Provider);
                return Ok((Sound::Arriving(arrival, claimed_ms), spec.duration_ms(), tier));
            }
            bringing.join().unwrap_or_else(|_| Err(Fault::new(FaultCode::Io, "fetching it failed; try again")))?
        };
        let path = file_of(&fetched)?;
        Ok((Sound::File(path), fetched.facts.duration_ms.unwrap_or_default(), fetched.tier.unwrap_or(Tier::Local)))
    }

    /// Has a recording brought into the cache by a thread of its own, and tells how it arrives.
    fn bring_to_listen(
        &self,
        call: &StoredCall,
        recording: &StoredRecording,
    ) -> Result<(Arc<Arrival>, Bringing), Fault> {
        let (app, call, recording) = (self.clone(), call.clone(), recording.clone());
        let (tell, told) = channel();
        let bringing = thread::spawn(move || {
            let place = app.inner.underway.join(recording.id);
            let arrival = Arc::clone(place.arrival());
            let _ = tell.send(Arc::clone(&arrival));
            let fetched = app.obtain(&call, &recording, &Cancel::new())?;
            match file_of(&fetched) {
                Ok(path) => {
                    arrival.kept(&path);
                    app.touch(recording.id)?;
                }
                Err(fault) => arrival.failed(&fault.message),
            }
            if !fetched.attempts.is_empty() {
                app.tell(&AppEvent::LibraryChanged);
            }
            Ok(fetched)
        });
        let gone = |_| Fault::new(FaultCode::Io, "fetching it could not begin; try again");
        Ok((told.recv().map_err(gone)?, bringing))
    }

    fn listening(&self) -> Result<&Listening, Fault> {
        self.inner.listening.get().ok_or_else(|| Fault::new(FaultCode::NoDevice, "the player was not started"))
    }
}

/// The recording that is wanted, or the first that is not known to be past hearing.
fn pick(call: &StoredCall, wanted: Option<RecordingId>) -> Result<&StoredRecording, Fault> {
    let none = || Fault::new(FaultCode::NoAudio, "this call has no recording");
    let may_be_heard = |one: &&StoredRecording| !matches!(one.state, AudioState::Failed | AudioState::Unavailable);
    match wanted {
        None => call.recordings.iter().find(may_be_heard).or(call.recordings.first()).ok_or_else(none),
        Some(id) => call.recordings.iter().find(|recording| recording.id == id).ok_or_else(none),
    }
}
