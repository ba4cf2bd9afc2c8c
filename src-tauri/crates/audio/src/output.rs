//! Where sound goes: a device that asks for samples, and the line that leads to it.
//!
//! [`Devices`] opens the machine's output; [`RodioDevices`] is the real one, [`fake::FakeDevices`] the one tests pull
//! samples from. The device's callback only ever touches a [`Tap`]: it takes ready-made blocks from a lock-free ring and
//! reads and writes atomics; it never blocks, allocates or locks. Every block says which cue it belongs to and which
//! place of the recording it holds, so that blocks of an earlier cue are dropped at once, and so that the position is
//! that of samples the device consumed, less the time they still need to be heard.

mod block;
mod controls;
pub mod fake;
pub(crate) mod keeper;
mod rodio_output;
mod tap;

use std::sync::Arc;
use std::time::Duration;

use rtrb::Producer;

pub(crate) use block::{BLOCK_FRAMES, Block};
pub(crate) use controls::Controls;
pub use keeper::Loss;
pub use rodio_output::RodioDevices;
pub use tap::Tap;

/// The time since some fixed moment; it never goes back.
pub type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

/// A way to the machine's sound output.
pub trait Devices: Send + 'static {
    /// Opens the default output and lets it pull from a tap of `line`, silence included, until what is returned is
    /// dropped. `loss` is told when it no longer does. Called again after a loss, always from the same thread.
    fn open(&mut self, line: &Line, loss: Loss) -> Result<Box<dyn Output>, OutputError>;
}

/// An open output; dropping it closes it.
pub trait Output {
    /// Frames per second.
    fn rate(&self) -> u32;
}

/// Why no output could be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutputError {
    /// There is none.
    #[error("no sound output was found; connect one")]
    NoDevice,
    /// There is one, but it refused.
    #[error("the sound output could not be opened: {0}; check that no other program holds it")]
    Refused(String),
}

/// What an output needs from the player: taps, the clock, and where to say what was heard.
pub struct Line {
    pub(crate) controls: Arc<Controls>,
    pub(crate) clock: Clock,
    pub(crate) attach: Box<dyn Fn(Producer<Block>, u32) + Send>,
    pub(crate) nudge: Arc<dyn Fn() + Send + Sync>,
}

impl Line {
    /// A tap giving stereo frames at `rate`; earlier taps run dry.
    pub fn tap(&self, rate: u32) -> Tap {
        let rate = rate.max(1);
        let (producer, consumer) = rtrb::RingBuffer::new(block::ring_blocks(rate));
        (self.attach)(producer, rate);
        Tap::new(Arc::clone(&self.controls), consumer, rate)
    }

    /// The clock that [`Line::report`] counts in.
    pub fn clock(&self) -> Clock {
        Arc::clone(&self.clock)
    }

    /// What the callback calls after it has pulled a buffer.
    pub fn report(&self) -> Report {
        Report { controls: Arc::clone(&self.controls) }
    }
}

/// The callback's end of the position report.
pub struct Report {
    controls: Arc<Controls>,
}

impl Report {
    /// Says that the last frame pulled will have been heard at `heard_at` of the line's clock.
    pub fn heard_at(&self, heard_at: Duration) {
        self.controls.publish(heard_at);
    }
}
