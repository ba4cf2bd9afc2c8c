//! The player as a pure state machine: an input gives a new state and effects, both plain values.
//!
//! Inputs are what the user wants ([`Command`]) and what happened outside ([`Event`]); [`Effect`]s are what the engine
//! has to do. Nothing here knows threads, devices or files. Invariants: a position is always within the recording;
//! whatever answers an older opening or an older cue changes nothing; what plays is always a recording that is open.
//!
//! *Playing* is what the user wants. While there is no device the position stands still, and when one appears playing
//! goes on from there. A cue is a place to play from: every jump makes a new one with a higher number, so that sound and
//! reports of an earlier one can be told apart. A paused player has its next place cued already, so that play is prompt.

mod problem;
#[cfg(test)]
mod tests;

use model::Ms;

use crate::stretch::{FASTEST, SLOWEST};
use problem::Device;
pub use problem::{Problem, ProblemKind};

/// What the user wants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Command {
    /// Play from where it is, or from the start if it is at the end.
    Play,
    /// Stop where it is.
    Pause,
    /// Pause if playing, else play.
    Toggle,
    /// Go to a position in milliseconds, clamped to the recording.
    Seek(Ms),
    /// Go back or forward by milliseconds, clamped to the recording.
    Skip(Ms),
    /// Play at this speed, clamped to 0.5 to 3; 1 is normal.
    Speed(f64),
    /// Play this loud, clamped to 0 to 1.
    Volume(f32),
    /// Let go of the recording.
    Close,
}

/// What happened outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The recording of an opening can be played and is this long.
    Loaded(Opening, Ms),
    /// It cannot be played.
    LoadFailed(Opening, Problem),
    /// The recording of an opening, which is still arriving, turned out to be this long.
    Lasts(Opening, Ms),
    /// The sound leaving the device belongs to this cue and this position.
    Heard(Cue, Ms),
    /// The last of the recording has left the device.
    Ended(Cue),
    /// Decoding failed on the way.
    Broken(Cue, Problem),
    /// A device is open.
    DeviceReady,
    /// There is no device.
    DeviceMissing,
    /// The device went away.
    DeviceLost,
}

/// What the engine has to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect {
    /// Begin to open what was asked for.
    Load(Opening),
    /// Let go of the recording.
    Unload,
    /// Have the sound from `at` on ready; older sound is void.
    Cue {
        /// The number of this cue.
        cue: Cue,
        /// The position in milliseconds.
        at: Ms,
        /// The speed.
        speed: f64,
    },
    /// Let the sound out, or hold it.
    Run(bool),
    /// Make it this loud.
    Volume(f32),
}

/// Numbers one opening of a recording; later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opening(pub u64);

/// Numbers one place to play from; later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cue(pub u64);

/// What the player is doing, without the details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// No recording is open; one that could not be opened has left a problem.
    Empty,
    /// A recording is being opened.
    Loading,
    /// Silent at a position.
    Paused,
    /// Sounding, or waiting for a device to sound.
    Playing,
    /// Played to the end.
    Ended,
}

/// What the user may set once for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How far playing steps back when it goes on after a pause, milliseconds.
    pub resume_back_ms: Ms,
}

impl Default for Settings {
    fn default() -> Self {
        Self { resume_back_ms: 1_500 }
    }
}

/// The player.
#[derive(Clone, Debug, PartialEq)]
pub struct Player {
    state: State,
    speed: f64,
    volume: f32,
    device: Device,
    settings: Settings,
    /// The number last given to an opening or a cue.
    last: u64,
}

#[derive(Clone, Debug, PartialEq)]
enum State {
    Empty,
    Failed(Problem),
    Loading {
        opening: Opening,
        at: Ms,
        play: bool,
    },
    /// `resume_at` is cued.
    Paused {
        loaded: Loaded,
        resume_at: Ms,
    },
    Playing {
        loaded: Loaded,
    },
    Ended {
        loaded: Loaded,
    },
}

#[derive(Clone, Debug, PartialEq)]
struct Loaded {
    opening: Opening,
    cue: Cue,
    duration: Ms,
    position: Ms,
    broken: Option<Problem>,
}

impl Player {
    /// An empty player at normal speed and full volume, its device about to be opened.
    pub fn new(settings: Settings) -> Self {
        Self { state: State::Empty, speed: 1.0, volume: 1.0, device: Device::Opening, settings, last: 0 }
    }

    /// What the player is doing.
    pub fn phase(&self) -> Phase {
        match self.state {
            State::Empty | State::Failed(_) => Phase::Empty,
            State::Loading { .. } => Phase::Loading,
            State::Paused { .. } => Phase::Paused,
            State::Playing { .. } => Phase::Playing,
            State::Ended { .. } => Phase::Ended,
        }
    }

    /// Where it is, milliseconds; while loading, where it will be if the recording is long enough.
    pub fn position(&self) -> Ms {
        match &self.state {
            State::Loading { at, .. } => *at,
            state => state.loaded().map_or(0, |loaded| loaded.position),
        }
    }

    /// How long the recording is, milliseconds; 0 until it is known.
    pub fn duration(&self) -> Ms {
        self.state.loaded().map_or(0, |loaded| loaded.duration)
    }

    /// The cue that what is heard belongs to, if a recording is open.
    pub fn cue(&self) -> Option<Cue> {
        self.state.loaded().map(|loaded| loaded.cue)
    }

    /// The speed; 1 is normal.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// The volume, 0 to 1.
    pub fn volume(&self) -> f32 {
        self.volume
    }

    /// Whether a device is open.
    pub fn has_device(&self) -> bool {
        self.device == Device::Ready
    }

    /// Why nothing is heard; `None` while all is well. A recording that cannot be played comes before a missing device.
    pub fn problem(&self) -> Option<Problem> {
        let of_recording = match &self.state {
            State::Failed(problem) => Some(problem.clone()),
            state => state.loaded().and_then(|loaded| loaded.broken.clone()),
        };
        of_recording.or_else(|| self.device.problem())
    }

    /// Has what the user set hold from the next pause on.
    pub fn set(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Begins to open a recording in place of the present one: at `at` milliseconds, playing once it can or paused.
    pub fn open(&mut self, at: Ms, play: bool) -> Vec<Effect> {
        let opening = Opening(self.next());
        self.state = State::Loading { opening, at: at.max(0), play };
        vec![Effect::Run(false), Effect::Unload, Effect::Load(opening)]
    }

    /// Does what the user wants.
    pub fn command(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::Play => self.play(),
            Command::Pause => self.pause(),
            Command::Toggle if self.wants_to_play() => self.pause(),
            Command::Toggle => self.play(),
            Command::Seek(to) => self.seek(to),
            Command::Skip(by) => self.seek(self.position().saturating_add(by)),
            Command::Speed(speed) => self.set_speed(speed),
            Command::Volume(volume) => self.set_volume(volume),
            Command::Close => {
                self.state = State::Empty;
                vec![Effect::Run(false), Effect::Unload]
            }
        }
    }

    /// Takes note of what happened outside.
    pub fn event(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Loaded(opening, duration) => self.loaded(opening, duration),
            Event::LoadFailed(opening, problem) => {
                if matches!(self.state, State::Loading { opening: wanted, .. } if wanted == opening) {
                    self.state = State::Failed(problem);
                }
                Vec::new()
            }
            Event::Lasts(opening, duration) => {
                self.lasts(opening, duration.max(0));
                Vec::new()
            }
            Event::Heard(cue, position) => {
                if let State::Playing { loaded } = &mut self.state
                    && loaded.cue == cue
                {
                    loaded.position = position.clamp(0, loaded.duration);
                }
                Vec::new()
            }
            Event::Ended(cue) => self.ended(cue),
            Event::Broken(cue, problem) => self.broken(cue, problem),
            Event::DeviceReady => self.device_ready(),
            Event::DeviceMissing => {
                if self.device != Device::Lost {
                    self.device = Device::Missing;
                }
                Vec::new()
            }
            Event::DeviceLost => {
                self.device = Device::Lost;
                Vec::new()
            }
        }
    }

    fn wants_to_play(&self) -> bool {
        matches!(self.state, State::Playing { .. } | State::Loading { play: true, .. })
    }

    fn play(&mut self) -> Vec<Effect> {
        if let State::Loading { play, .. } = &mut self.state {
            *play = true;
            return Vec::new();
        }
        match self.state.take() {
            State::Paused { loaded, resume_at } if resume_at < loaded.duration && loaded.broken.is_none() => {
                self.state = State::Playing { loaded: Loaded { position: resume_at, ..loaded } };
                vec![Effect::Run(true)]
            }
            State::Paused { loaded, .. } | State::Ended { loaded } => {
                let from = if loaded.position < loaded.duration { loaded.position } else { 0 };
                let (loaded, cue) = self.cued(loaded, from);
                self.state = State::Playing { loaded: Loaded { position: from, ..loaded } };
                vec![cue, Effect::Run(true)]
            }
            other => {
                self.state = other;
                Vec::new()
            }
        }
    }

    fn pause(&mut self) -> Vec<Effect> {
        match self.state.take() {
            State::Playing { loaded } => {
                let resume_at = loaded.position.saturating_sub(self.settings.resume_back_ms.max(0)).max(0);
                let (loaded, cue) = self.cued(loaded, resume_at);
                self.state = State::Paused { loaded, resume_at };
                vec![Effect::Run(false), cue]
            }
            State::Loading { opening, at, .. } => {
                self.state = State::Loading { opening, at, play: false };
                Vec::new()
            }
            other => {
                self.state = other;
                Vec::new()
            }
        }
    }

    fn seek(&mut self, to: Ms) -> Vec<Effect> {
        match self.state.take() {
            State::Loading { opening, play, .. } => {
                self.state = State::Loading { opening, at: to.max(0), play };
                Vec::new()
            }
            State::Playing { loaded } => {
                let to = to.clamp(0, loaded.duration);
                let (loaded, cue) = self.cued(loaded, to);
                self.state = State::Playing { loaded: Loaded { position: to, ..loaded } };
                vec![cue]
            }
            State::Paused { loaded, .. } | State::Ended { loaded } => {
                let to = to.clamp(0, loaded.duration);
                let (loaded, cue) = self.cued(loaded, to);
                self.state = State::Paused { loaded: Loaded { position: to, ..loaded }, resume_at: to };
                vec![cue]
            }
            other @ (State::Empty | State::Failed(_)) => {
                self.state = other;
                Vec::new()
            }
        }
    }

    fn set_speed(&mut self, speed: f64) -> Vec<Effect> {
        let speed = if speed.is_finite() { speed.clamp(SLOWEST, FASTEST) } else { 1.0 };
        if speed == self.speed {
            return Vec::new();
        }
        self.speed = speed;
        self.cue_again()
    }

    fn set_volume(&mut self, volume: f32) -> Vec<Effect> {
        self.volume = if volume.is_finite() { volume.clamp(0.0, 1.0) } else { 1.0 };
        vec![Effect::Volume(self.volume)]
    }

    fn loaded(&mut self, opening: Opening, duration: Ms) -> Vec<Effect> {
        let State::Loading { opening: wanted, at, play } = self.state else { return Vec::new() };
        if wanted != opening {
            return Vec::new();
        }
        let duration = duration.max(0);
        let at = if play && at >= duration { 0 } else { at.min(duration) };
        let (loaded, cue) = self.cued(Loaded { opening, cue: Cue(0), duration, position: at, broken: None }, at);
        self.state = if play { State::Playing { loaded } } else { State::Paused { loaded, resume_at: at } };
        vec![cue, Effect::Run(play)]
    }

    /// A place that turns out to lie beyond the end is the end.
    fn lasts(&mut self, opening: Opening, duration: Ms) {
        let has_ended = matches!(self.state, State::Ended { .. });
        if let State::Paused { loaded, .. } | State::Playing { loaded } | State::Ended { loaded } = &mut self.state
            && loaded.opening == opening
        {
            loaded.duration = duration;
            loaded.position = if has_ended { duration } else { loaded.position.min(duration) };
            if let State::Paused { resume_at, .. } = &mut self.state {
                *resume_at = (*resume_at).min(duration);
            }
        }
    }

    fn ended(&mut self, cue: Cue) -> Vec<Effect> {
        match self.state.take() {
            State::Playing { loaded } if loaded.cue == cue => {
                self.state = State::Ended { loaded: Loaded { position: loaded.duration, ..loaded } };
                vec![Effect::Run(false)]
            }
            other => {
                self.state = other;
                Vec::new()
            }
        }
    }

    fn broken(&mut self, cue: Cue, problem: Problem) -> Vec<Effect> {
        match self.state.take() {
            State::Playing { loaded } | State::Paused { loaded, .. } if loaded.cue == cue => {
                let resume_at = loaded.position;
                self.state = State::Paused { loaded: Loaded { broken: Some(problem), ..loaded }, resume_at };
                vec![Effect::Run(false)]
            }
            other => {
                self.state = other;
                Vec::new()
            }
        }
    }

    fn device_ready(&mut self) -> Vec<Effect> {
        self.device = Device::Ready;
        let mut effects = self.cue_again();
        if matches!(self.state, State::Playing { .. }) {
            effects.push(Effect::Run(true));
        }
        effects
    }

    /// Cues the same place anew: for another speed, or for a device that has none of the sound yet.
    fn cue_again(&mut self) -> Vec<Effect> {
        match self.state.take() {
            State::Playing { loaded } => {
                let position = loaded.position;
                let (loaded, cue) = self.cued(loaded, position);
                self.state = State::Playing { loaded };
                vec![cue]
            }
            State::Paused { loaded, resume_at } => {
                let (loaded, cue) = self.cued(loaded, resume_at);
                self.state = State::Paused { loaded, resume_at };
                vec![cue]
            }
            other => {
                self.state = other;
                Vec::new()
            }
        }
    }

    fn cued(&mut self, loaded: Loaded, at: Ms) -> (Loaded, Effect) {
        let cue = Cue(self.next());
        (Loaded { cue, broken: None, ..loaded }, Effect::Cue { cue, at, speed: self.speed })
    }

    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }
}

impl State {
    fn take(&mut self) -> Self {
        std::mem::replace(self, Self::Empty)
    }

    fn loaded(&self) -> Option<&Loaded> {
        match self {
            Self::Paused { loaded, .. } | Self::Playing { loaded } | Self::Ended { loaded } => Some(loaded),
            Self::Empty | Self::Failed(_) | Self::Loading { .. } => None,
        }
    }
}
