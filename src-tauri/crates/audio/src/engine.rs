//! The player at work: the pure [`player`](crate::player) tied to threads, files and a device.
//!
//! Four threads, none of which the caller ever waits for: the engine (state, position, reports), the decoding thread
//! ([`feeder`]), the device's keeper, and one per opening of a file for as long as that takes. The engine sleeps until
//! the next report or the next turn or word is due. Positions come from what the device consumed, see
//! [`output`](crate::output).

mod feeder;
mod report;
#[cfg(test)]
mod tests;
mod timeline;

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};
use model::{Ms, Turn};

use crate::arriving::{self, Arrival};
use crate::output::{Clock, Controls, Devices, Line, RodioDevices, keeper};
use crate::player::{Command, Cue, Effect, Event, Opening, Phase, Player, Settings};
use crate::{DecodeError, Pcm};
use feeder::{News, Order};
pub use report::Snapshot;
use report::{Reports, Subscriber, problem_of};
use timeline::Timeline;

/// How often the position is reported while playing.
const REPORT_EVERY: Duration = Duration::from_millis(100);
/// The engine never looks more often than this.
const SHORTEST_NAP: Duration = Duration::from_millis(4);

/// What an engine works with.
pub struct Setup {
    /// The way to the sound output.
    pub devices: Box<dyn Devices>,
    /// What positions are timed by; the devices' own if they have one.
    pub clock: Clock,
    /// What the user has set.
    pub settings: Settings,
    /// The first and the longest wait between two attempts to open an output.
    pub retry: RangeInclusive<Duration>,
}

impl Setup {
    /// The machine's output and clock.
    pub fn of_this_machine(settings: Settings) -> Self {
        let begin = Instant::now();
        Self {
            devices: Box::new(RodioDevices),
            clock: Arc::new(move || begin.elapsed()),
            settings,
            retry: Duration::from_millis(500)..=Duration::from_secs(2),
        }
    }
}

/// A recording to open. `T` is whatever the caller knows it by; it comes back in every [`Snapshot`].
#[derive(Clone, Debug)]
pub struct Recording<T> {
    /// The caller's name for it.
    pub tag: T,
    /// Where its sound is.
    pub sound: Sound,
    /// Its transcript's turns; only their times are used.
    pub turns: Vec<Turn>,
    /// Where to begin, milliseconds.
    pub at_ms: Ms,
    /// Whether to play as soon as possible.
    pub play: bool,
}

/// Where a recording's sound is.
#[derive(Clone, Debug)]
pub enum Sound {
    /// In a file.
    File(PathBuf),
    /// In a file that is not whole yet; it is played as far as it has come. The second is how long it is said to be, in
    /// milliseconds, which counts until something better is known.
    Arriving(Arc<Arrival>, Option<Ms>),
}

/// The player. Dropping it stops the sound and lets go of the device.
pub struct Engine<T> {
    inbox: Sender<Message<T>>,
    controls: Arc<Controls>,
    _stop: Sender<()>,
}

enum Message<T> {
    Open(Recording<T>),
    Command(Command),
    Turn(i32),
    Settings(Settings),
    Subscribe(Subscriber<T>),
    Opened(Opening, Result<Box<dyn Pcm>, DecodeError>),
    Happened(Event),
    Look,
    Stop,
}

impl<T: Clone + PartialEq + Send + 'static> Engine<T> {
    /// Starts the threads and opens the output.
    pub fn start(setup: Setup) -> Self {
        let (inbox, messages) = unbounded();
        let (orders, to_do) = unbounded();
        let (stop, stopped) = bounded(0);
        let controls = Arc::new(Controls::new());
        start_feeder(&inbox, to_do, Arc::clone(&controls));
        let line = line(&inbox, &orders, &controls, &setup.clock);
        let (devices, retry, tell) = (setup.devices, setup.retry, inbox.clone());
        thread::spawn(move || {
            let tell = |event| drop(tell.send(Message::Happened(event)));
            keeper::keep(devices, &line, &retry, &stopped, &tell);
        });
        let work = Work {
            player: Player::new(setup.settings),
            controls: Arc::clone(&controls),
            clock: setup.clock,
            inbox: inbox.clone(),
            orders,
            recording: None,
            reports: Reports::default(),
        };
        thread::spawn(move || work.run(&messages));
        Self { inbox, controls, _stop: stop }
    }

    /// Opens a recording in place of the present one. The file is opened on a thread of its own.
    pub fn open(&self, recording: Recording<T>) {
        self.send(Message::Open(recording));
    }

    /// Does what the user wants, soon.
    pub fn command(&self, command: Command) {
        self.send(Message::Command(command));
    }

    /// Goes to the start of another turn: `by` -1 is the previous, 1 the next, 0 the present one again, which plays.
    pub fn turn(&self, by: i32) {
        self.send(Message::Turn(by));
    }

    /// Has what the user set hold from now on.
    pub fn settings(&self, settings: Settings) {
        self.send(Message::Settings(settings));
    }

    /// Has every change told, at once and about ten times a second while playing; begins with how things are. Told on
    /// the engine's thread, so it should be quick.
    pub fn subscribe(&self, tell: impl Fn(&Snapshot<T>) + Send + 'static) {
        self.send(Message::Subscribe(Box::new(tell)));
    }

    /// How often the device asked for sound that was not decoded in time.
    pub fn underruns(&self) -> u64 {
        self.controls.underruns()
    }

    /// The number of the cue that the device was last given sound of, and the place up to which, in milliseconds. For
    /// measuring how soon sound follows a command; cues only grow.
    pub fn handed_out(&self) -> Option<(Cue, f64)> {
        self.controls.anchor().map(|anchor| (Cue(anchor.cue), anchor.end * 1_000.0))
    }

    fn send(&self, message: Message<T>) {
        // The engine's thread ends only after this value is dropped.
        let _ = self.inbox.send(message);
    }
}

impl<T> Drop for Engine<T> {
    fn drop(&mut self) {
        self.controls.set_running(false);
        let _ = self.inbox.send(Message::Stop);
    }
}

fn start_feeder<T: Send + 'static>(inbox: &Sender<Message<T>>, to_do: Receiver<Order>, controls: Arc<Controls>) {
    let tell = inbox.clone();
    thread::spawn(move || {
        let tell = |news| {
            let event = match news {
                News::Broken(cue, error) => Event::Broken(cue, problem_of(&error)),
                News::Lasts(opening, ms) => Event::Lasts(opening, ms),
            };
            let _ = tell.send(Message::Happened(event));
        };
        feeder::feed(&to_do, controls, &tell);
    });
}

fn line<T: Send + 'static>(
    inbox: &Sender<Message<T>>,
    orders: &Sender<Order>,
    controls: &Arc<Controls>,
    clock: &Clock,
) -> Line {
    let (attach, wake, look) = (orders.clone(), orders.clone(), inbox.clone());
    Line {
        controls: Arc::clone(controls),
        clock: Arc::clone(clock),
        attach: Box::new(move |ring, rate| drop(attach.send(Order::Attach(ring, rate)))),
        nudge: Arc::new(move || {
            let _ = wake.send(Order::Wake);
            let _ = look.send(Message::Look);
        }),
    }
}

/// The engine's thread.
struct Work<T> {
    player: Player,
    controls: Arc<Controls>,
    clock: Clock,
    inbox: Sender<Message<T>>,
    orders: Sender<Order>,
    recording: Option<Open<T>>,
    reports: Reports<T>,
}

struct Open<T> {
    tag: T,
    sound: Sound,
    timeline: Timeline,
}

impl<T: Clone + PartialEq + Send + 'static> Work<T> {
    fn run(mut self, messages: &Receiver<Message<T>>) {
        loop {
            let message = match self.nap() {
                None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(nap) => messages.recv_timeout(nap),
            };
            match message {
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(message) => {
                    self.listen();
                    self.take(message);
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.listen();
            let snapshot = self.snapshot();
            self.reports.give(snapshot, (self.clock)());
        }
    }

    fn take(&mut self, message: Message<T>) {
        let effects = match message {
            Message::Open(recording) => {
                let timeline = Timeline::new(&recording.turns);
                self.recording = Some(Open { tag: recording.tag, sound: recording.sound, timeline });
                self.player.open(recording.at_ms, recording.play)
            }
            Message::Command(command) => {
                if command == Command::Close {
                    self.recording = None;
                }
                self.player.command(command)
            }
            Message::Turn(by) => self.turn(by),
            Message::Settings(settings) => {
                self.player.set(settings);
                Vec::new()
            }
            Message::Subscribe(tell) => {
                let snapshot = self.snapshot();
                self.reports.add(tell, snapshot);
                Vec::new()
            }
            Message::Opened(opening, result) => self.opened(opening, result),
            Message::Happened(event) => self.player.event(event),
            Message::Look | Message::Stop => Vec::new(),
        };
        self.apply(effects);
    }

    fn turn(&mut self, by: i32) -> Vec<Effect> {
        let position = self.player.position();
        let start = self.recording.as_ref().and_then(|open| open.timeline.start_of(by, position));
        let Some(start) = start else { return Vec::new() };
        let mut effects = self.player.command(Command::Seek(start));
        if by == 0 {
            effects.extend(self.player.command(Command::Play));
        }
        effects
    }

    fn opened(&mut self, opening: Opening, result: Result<Box<dyn Pcm>, DecodeError>) -> Vec<Effect> {
        match result {
            Ok(pcm) => {
                let effects = self.player.event(Event::Loaded(opening, pcm.spec().duration_ms()));
                if !effects.is_empty() {
                    self.order(Order::Load(opening, pcm));
                }
                effects
            }
            Err(error) => self.player.event(Event::LoadFailed(opening, problem_of(&error))),
        }
    }

    fn apply(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Load(opening) => self.load(opening),
                Effect::Unload => self.order(Order::Unload),
                Effect::Cue { cue, at, speed } => {
                    self.controls.set_cue(cue.0);
                    self.order(Order::Cue { cue, at, speed });
                }
                Effect::Run(run) => {
                    self.controls.set_running(run);
                    self.order(Order::Wake);
                }
                Effect::Volume(volume) => self.controls.set_volume(volume),
            }
        }
    }

    fn load(&self, opening: Opening) {
        let Some(open) = &self.recording else { return };
        let (sound, answer) = (open.sound.clone(), self.inbox.clone());
        thread::spawn(move || {
            let pcm = match sound {
                Sound::File(path) => crate::open(&path),
                Sound::Arriving(arrival, claimed_ms) => arriving::open(&arrival, claimed_ms),
            };
            let _ = answer.send(Message::Opened(opening, pcm));
        });
    }

    fn order(&self, order: Order) {
        // The decoding thread lives as long as somebody can give it orders.
        let _ = self.orders.send(order);
    }

    /// Learns from the device's reports where the sound is.
    fn listen(&mut self) {
        if self.player.phase() != Phase::Playing || !self.player.has_device() {
            return;
        }
        let Some(anchor) = self.controls.anchor() else { return };
        let now = (self.clock)();
        let cue = Cue(anchor.cue);
        // A millionth of a millisecond keeps 999.999… from being the millisecond before.
        let position = (anchor.place(now) * 1_000.0 + 1e-6).floor() as Ms;
        let mut effects = self.player.event(Event::Heard(cue, position));
        if anchor.ended && anchor.heard_at <= now {
            effects.extend(self.player.event(Event::Ended(cue)));
        }
        self.apply(effects);
    }

    /// How long nothing will have to be told; `None` until something is said.
    fn nap(&self) -> Option<Duration> {
        if self.player.phase() != Phase::Playing || !self.player.has_device() {
            return None;
        }
        let position = self.player.position();
        let change = self.recording.as_ref().and_then(|open| open.timeline.next_change(position));
        let next = change.unwrap_or(Ms::MAX).min(self.player.duration()).saturating_sub(position);
        let until_next = Duration::from_secs_f64(next.clamp(0, 60_000) as f64 / 1_000.0 / self.player.speed());
        Some(until_next.min(REPORT_EVERY).max(SHORTEST_NAP))
    }

    fn snapshot(&self) -> Snapshot<T> {
        let position_ms = self.player.position();
        let open = self.recording.as_ref();
        let known = !matches!(self.player.phase(), Phase::Empty | Phase::Loading);
        let (turn, word) = open.filter(|_| known).map_or((None, None), |open| open.timeline.at(position_ms));
        Snapshot {
            tag: open.map(|open| open.tag.clone()),
            phase: self.player.phase(),
            position_ms,
            duration_ms: self.player.duration(),
            speed: self.player.speed(),
            volume: self.player.volume(),
            turn,
            word,
            problem: self.player.problem(),
        }
    }
}
