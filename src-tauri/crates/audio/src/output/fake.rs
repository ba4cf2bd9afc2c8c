//! An output for tests: it pulls samples when told to, and its clock moves only then.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Clock, Devices, Line, Loss, Output, OutputError, Report, Tap};

/// How long a test waits for what must come; far beyond what it takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// A machine whose output can be plugged in and out. Clones are the same machine.
#[derive(Clone)]
pub struct FakeDevices {
    machine: Arc<Mutex<Machine>>,
    now: Arc<AtomicU64>,
}

struct Machine {
    rate: u32,
    latency: Duration,
    plugged: bool,
    open: Option<Opened>,
}

struct Opened {
    tap: Tap,
    report: Report,
    loss: Loss,
    nudge: Arc<dyn Fn() + Send + Sync>,
}

struct FakeOutput {
    rate: u32,
}

impl FakeDevices {
    /// A machine with an output at `rate` frames per second that is heard the moment it is pulled.
    pub fn new(rate: u32) -> Self {
        let machine = Machine { rate, latency: Duration::ZERO, plugged: true, open: None };
        Self { machine: Arc::new(Mutex::new(machine)), now: Arc::default() }
    }

    /// Has what is pulled heard so much later.
    pub fn set_latency(&self, latency: Duration) {
        self.machine().latency = latency;
    }

    /// The clock of this machine: it moves by what is pulled.
    pub fn clock(&self) -> Clock {
        let now = Arc::clone(&self.now);
        Arc::new(move || Duration::from_nanos(now.load(Ordering::Relaxed)))
    }

    /// Takes the output away.
    pub fn unplug(&self) {
        let mut machine = self.machine();
        machine.plugged = false;
        if let Some(open) = machine.open.take() {
            open.loss.report();
        }
    }

    /// Brings the output back, or another one.
    pub fn plug(&self, rate: u32) {
        let mut machine = self.machine();
        (machine.plugged, machine.rate) = (true, rate);
    }

    /// Pulls stereo frames as a device would, waiting for those that are wanted and still being decoded.
    ///
    /// # Panics
    /// If the output is never opened, or wanted sound never comes.
    pub fn pull(&self, frames: usize) -> Vec<f32> {
        let deadline = Instant::now() + PATIENCE;
        let mut samples = Vec::with_capacity(2 * frames);
        let mut asked_at = None;
        while samples.len() < 2 * frames {
            assert!(Instant::now() < deadline, "no sound came, or no output was opened");
            let mut machine = self.machine();
            let mut nudge = None;
            if let Some(open) = &mut machine.open {
                while samples.len() < 2 * frames && !open.tap.waits() {
                    samples.extend(open.tap.frame());
                }
                nudge = Some(Arc::clone(&open.nudge));
            }
            drop(machine);
            if samples.len() < 2 * frames {
                if let Some(nudge) = nudge.filter(|_| asked_at != Some(samples.len())) {
                    nudge();
                    asked_at = Some(samples.len());
                }
                std::thread::yield_now();
            }
        }
        self.pass(frames);
        samples
    }

    /// Pulls stereo frames as a device would, without waiting: silence where nothing has been decoded.
    pub fn pull_at_once(&self, frames: usize) -> Vec<f32> {
        let mut samples = Vec::with_capacity(2 * frames);
        if let Some(open) = &mut self.machine().open {
            (0..frames).for_each(|_| samples.extend(open.tap.frame()));
        }
        self.pass(frames);
        samples
    }

    fn pass(&self, frames: usize) {
        let machine = self.machine();
        let nanos = frames as u64 * 1_000_000_000 / u64::from(machine.rate);
        let now = Duration::from_nanos(self.now.fetch_add(nanos, Ordering::Relaxed) + nanos);
        if let Some(open) = &machine.open {
            open.report.heard_at(now + machine.latency);
            (open.nudge)();
        }
    }

    fn machine(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Devices for FakeDevices {
    fn open(&mut self, line: &Line, loss: Loss) -> Result<Box<dyn Output>, OutputError> {
        let mut machine = self.machine();
        if !machine.plugged {
            return Err(OutputError::NoDevice);
        }
        let rate = machine.rate;
        let nudge = Arc::clone(&line.nudge);
        machine.open = Some(Opened { tap: line.tap(rate), report: line.report(), loss, nudge });
        Ok(Box::new(FakeOutput { rate }))
    }
}

impl Output for FakeOutput {
    fn rate(&self) -> u32 {
        self.rate
    }
}
