//! Speed with the pitch kept: the stage between decoding and everything that is heard or rendered.
//!
//! It works at the recording's own rate, before any other conversion. At speed 1 samples pass through unchanged, bit for
//! bit. At any other speed `n` frames become exactly `n / speed` (rounded). The stretcher lays pieces of 30 ms over each
//! other, each taken from within 12 ms of where it should be; [`Stretched::place`] says what is heard when, and an onset
//! is at most 25 ms from there. All channels are cut at the same places.

#[cfg(test)]
mod tests;

use std::num::{NonZeroU16, NonZeroU32};

use wsola::TimeStretch;

use crate::{DecodeError, Pcm, Spec};

/// The slowest speed offered.
pub const SLOWEST: f64 = 0.5;
/// The fastest speed offered.
pub const FASTEST: f64 = 3.0;
/// How many frames are decoded at a time.
const PIECE: usize = 1024;

/// A recording played at a speed.
pub struct Stretched {
    pcm: Box<dyn Pcm>,
    speed: f64,
    stretch: Option<Stretch>,
    /// The frame of the recording that the last seek went to.
    origin: u64,
    /// How many frames were read since.
    given: u64,
}

impl Stretched {
    /// Plays `pcm` from its start. The speed is clamped to what is offered.
    pub fn new(pcm: Box<dyn Pcm>, speed: f64) -> Self {
        let mut stretched = Self { pcm, speed: 1.0, stretch: None, origin: 0, given: 0 };
        stretched.tune(speed);
        stretched
    }

    /// The shape of the recording; at a speed other than 1, `frames` is not how many come out.
    pub fn spec(&self) -> Spec {
        self.pcm.spec()
    }

    /// The speed in use.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// The place in the recording, in frames, of the next frame read.
    pub fn position(&self) -> f64 {
        self.place(self.given as f64)
    }

    /// The place in the recording, in frames, of what is heard `given` frames after the last seek.
    ///
    /// A piece runs at normal speed from its own beginning, so its middle lags by half a piece's length at double speed.
    pub fn place(&self, given: f64) -> f64 {
        let half_piece = self.stretch.as_ref().map_or(0, |stretch| stretch.step.len() / stretch.channels) as f64;
        let lag = (self.speed - 1.0) * given.min(half_piece);
        (self.origin as f64 + given * self.speed - lag).min(self.spec().frames as f64)
    }

    /// Makes `frame` of the recording the next one heard; beyond the end is the end.
    pub fn seek(&mut self, frame: u64) -> Result<(), DecodeError> {
        self.pcm.seek(frame)?;
        self.origin = frame.min(self.spec().frames);
        self.given = 0;
        if let Some(stretch) = &mut self.stretch {
            stretch.reset();
        }
        Ok(())
    }

    /// Goes on from the same place at another speed, clamped to what is offered.
    pub fn set_speed(&mut self, speed: f64) -> Result<(), DecodeError> {
        let here = self.position().round() as u64;
        self.tune(speed);
        self.seek(here)
    }

    /// Whether all of the recording is here; see [`Pcm::is_whole`].
    pub fn is_whole(&mut self) -> Result<bool, DecodeError> {
        self.pcm.is_whole()
    }

    /// Fills `out` with whole frames and says how many; 0 is the end. Samples that are no number become silence. What has
    /// not arrived yet is [`DecodeError::NotYet`], and nothing is lost by it.
    pub fn read(&mut self, out: &mut [f32]) -> Result<usize, DecodeError> {
        let frames = match &mut self.stretch {
            None => {
                let frames = self.pcm.read(out)?;
                silence_non_numbers(&mut out[..frames * usize::from(self.pcm.spec().channels)]);
                frames
            }
            Some(stretch) => stretch.read(self.pcm.as_mut(), out)?,
        };
        self.given += frames as u64;
        Ok(frames)
    }

    fn tune(&mut self, speed: f64) {
        let speed = if speed.is_finite() { speed.clamp(SLOWEST, FASTEST) } else { 1.0 };
        self.speed = speed;
        self.stretch = if speed == 1.0 { None } else { Stretch::new(self.spec(), speed) };
        if self.stretch.is_none() {
            self.speed = 1.0;
        }
    }
}

/// The stretcher with what it has read and not yet given.
struct Stretch {
    wsola: TimeStretch,
    speed: f64,
    channels: usize,
    decoded: Vec<f32>,
    /// One step of the stretcher's output, and how much of it was given.
    step: Vec<f32>,
    step_given: usize,
    taken: u64,
    given: u64,
    /// How many frames come out in all, known once the recording has ended.
    total: Option<u64>,
}

impl Stretch {
    /// `None` for a recording without a rate or channels.
    fn new(spec: Spec, speed: f64) -> Option<Self> {
        let (rate, channels) = (NonZeroU32::new(spec.rate)?, NonZeroU16::new(spec.channels)?);
        let mut wsola = TimeStretch::new(rate, channels).ok()?;
        wsola.set_tempo(speed as f32);
        let channels = usize::from(spec.channels);
        let step = vec![0.0; wsola.min_output_buff_size()];
        let step_given = step.len();
        let decoded = vec![0.0; PIECE * channels];
        Some(Self { wsola, speed, channels, decoded, step, step_given, taken: 0, given: 0, total: None })
    }

    fn reset(&mut self) {
        self.wsola.reset();
        self.step_given = self.step.len();
        (self.taken, self.given, self.total) = (0, 0, None);
    }

    fn read(&mut self, pcm: &mut dyn Pcm, out: &mut [f32]) -> Result<usize, DecodeError> {
        let mut frames = 0;
        for frame in out.chunks_exact_mut(self.channels) {
            if self.step_given == self.step.len() && self.has_more() {
                match self.make_step(pcm) {
                    Err(DecodeError::NotYet) if frames > 0 => break,
                    made => made?,
                }
            }
            if !self.has_more() {
                break;
            }
            frame.copy_from_slice(&self.step[self.step_given..self.step_given + self.channels]);
            self.step_given += self.channels;
            self.given += 1;
            frames += 1;
        }
        Ok(frames)
    }

    fn has_more(&self) -> bool {
        self.total.is_none_or(|total| self.given < total)
    }

    fn make_step(&mut self, pcm: &mut dyn Pcm) -> Result<(), DecodeError> {
        while self.wsola.pull(&mut self.step).is_err() {
            self.feed(pcm)?;
        }
        self.step_given = 0;
        Ok(())
    }

    /// Past the end of the recording the stretcher gets silence, so that its last real frames come out.
    fn feed(&mut self, pcm: &mut dyn Pcm) -> Result<(), DecodeError> {
        let frames = if self.total.is_none() { pcm.read(&mut self.decoded)? } else { 0 };
        self.taken += frames as u64;
        if frames == 0 {
            self.total.get_or_insert((self.taken as f64 / self.speed).round() as u64);
            self.decoded.fill(0.0);
            self.wsola.push(&self.decoded);
        } else {
            let samples = &mut self.decoded[..frames * self.channels];
            silence_non_numbers(samples);
            self.wsola.push(samples);
        }
        Ok(())
    }
}

fn silence_non_numbers(samples: &mut [f32]) {
    for sample in samples {
        if !sample.is_finite() {
            *sample = 0.0;
        }
    }
}
