//! From the recording's rate to the device's: a windowed-sinc interpolator.
//!
//! Each output frame is a weighted sum of the 32 input frames around its exact place (more when the rate goes down, so
//! that what the device cannot carry is filtered out). The Kaiser-windowed kernel is tabulated at 256 places between
//! two frames and interpolated linearly between those, which keeps errors near -90 dB. There is no delay: output frame
//! `k` lies at input frame `k * from / to`. Places are counted in whole numbers, so hours do not drift.

use std::f64::consts::PI;

const PLACES: usize = 256;
const HALF: u64 = 16;
/// Bounds the table for absurd rates.
const HALF_MAX: u64 = 1024;
const KAISER_BETA: f64 = 8.6;
/// The share of the usable band that is kept; the rest is the filter's slope.
const BAND: f64 = 0.94;

/// Converts interleaved frames from one rate to another. Equal rates pass through untouched.
#[derive(Debug)]
pub struct Resampler {
    channels: usize,
    from: u64,
    to: u64,
    half: usize,
    table: Vec<f32>,
    /// Frames not yet done with; the first is `half - 1` frames before the place of the next output frame or earlier.
    input: Vec<f32>,
    /// The input frame `input` begins with, counted from `half - 1` silent frames before the first.
    first: u64,
    /// How many frames were pushed.
    pushed: u64,
    /// How many frames came out.
    made: u64,
    finished: bool,
}

impl Resampler {
    /// A converter from `from` to `to` frames per second. Zero is read as 1.
    pub fn new(from: u32, to: u32, channels: u16) -> Self {
        let (from, to) = (u64::from(from.max(1)), u64::from(to.max(1)));
        let divisor = gcd(from, to);
        let (from, to) = (from / divisor, to / divisor);
        let half = (HALF * from.div_ceil(to).max(1)).min(HALF_MAX);
        let table = if from == to { Vec::new() } else { kernel(half as usize, from, to) };
        let channels = usize::from(channels.max(1));
        let mut resampler = Self {
            channels,
            from,
            to,
            half: half as usize,
            table,
            input: Vec::new(),
            first: 0,
            pushed: 0,
            made: 0,
            finished: false,
        };
        resampler.reset();
        resampler
    }

    /// Whether it was made for these rates and channels.
    pub fn converts(&self, from: u32, to: u32, channels: u16) -> bool {
        let (from, to) = (u64::from(from.max(1)), u64::from(to.max(1)));
        from * self.to == to * self.from && self.channels == usize::from(channels.max(1))
    }

    /// Forgets everything pushed: the next frame pushed is the first of a new stretch of sound.
    pub fn reset(&mut self) {
        self.input.clear();
        if self.from != self.to {
            self.input.resize((self.half - 1) * self.channels, 0.0);
        }
        (self.first, self.pushed, self.made, self.finished) = (0, 0, 0, false);
    }

    /// Takes whole frames.
    pub fn push(&mut self, frames: &[f32]) {
        self.input.extend_from_slice(frames);
        self.pushed += (frames.len() / self.channels) as u64;
    }

    /// Says that no more will be pushed before the next [`reset`](Self::reset), so that the last frames come out.
    pub fn finish(&mut self) {
        if !self.finished && self.from != self.to {
            self.input.resize(self.input.len() + self.half * self.channels, 0.0);
        }
        self.finished = true;
    }

    /// Fills `out` with as many whole frames as there are; says how many. Fewer than fit means more must be pushed or,
    /// once finished, that this was all.
    pub fn pull(&mut self, out: &mut [f32]) -> usize {
        if self.from == self.to { self.pass(out) } else { self.convert(out) }
    }

    fn pass(&mut self, out: &mut [f32]) -> usize {
        let samples = out.len().min(self.input.len()) / self.channels * self.channels;
        out[..samples].copy_from_slice(&self.input[..samples]);
        self.input.drain(..samples);
        samples / self.channels
    }

    fn convert(&mut self, out: &mut [f32]) -> usize {
        let taps = 2 * self.half;
        let end = if self.finished { (self.pushed * self.to).div_ceil(self.from) } else { u64::MAX };
        let mut count = 0;
        for frame in out.chunks_exact_mut(self.channels) {
            let place = self.made * self.from;
            let begin = (place / self.to - self.first) as usize;
            if self.made >= end || (begin + taps) * self.channels > self.input.len() {
                break;
            }
            let between = (place % self.to) as f64 / self.to as f64 * PLACES as f64;
            let row = between as usize;
            let blend = (between - row as f64) as f32;
            let (low, high) = self.table[row * taps..(row + 2) * taps].split_at(taps);
            let input = &self.input[begin * self.channels..(begin + taps) * self.channels];
            frame.fill(0.0);
            for ((low, high), samples) in low.iter().zip(high).zip(input.chunks_exact(self.channels)) {
                let weight = low + (high - low) * blend;
                for (sum, sample) in frame.iter_mut().zip(samples) {
                    *sum += weight * sample;
                }
            }
            self.made += 1;
            count += 1;
        }
        self.discard();
        count
    }

    fn discard(&mut self) {
        let needed_from = self.made * self.from / self.to;
        let gone = ((needed_from - self.first) as usize).min(self.input.len() / self.channels);
        self.input.drain(..gone * self.channels);
        self.first += gone as u64;
    }
}

/// One row of weights for each of `PLACES + 1` places between two frames, each row summing to 1.
fn kernel(half: usize, from: u64, to: u64) -> Vec<f32> {
    let cutoff = (to as f64 / from as f64).min(1.0) * BAND;
    let taps = 2 * half;
    let mut table = Vec::with_capacity((PLACES + 1) * taps);
    for place in 0..=PLACES {
        let offset = place as f64 / PLACES as f64;
        let row: Vec<f64> =
            (0..taps).map(|tap| weight(tap as f64 - (half as f64 - 1.0) - offset, cutoff, half as f64)).collect();
        let sum: f64 = row.iter().sum();
        table.extend(row.iter().map(|weight| (weight / sum) as f32));
    }
    table
}

fn weight(distance: f64, cutoff: f64, half: f64) -> f64 {
    let x = PI * distance * cutoff;
    let sinc = if x.abs() < 1e-9 { 1.0 } else { x.sin() / x };
    let edge = (1.0 - (distance / half).powi(2)).max(0.0);
    sinc * bessel(KAISER_BETA * edge.sqrt())
}

/// The modified Bessel function of order 0; its scale does not matter here.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..40 {
        term *= (x / (2.0 * f64::from(k))).powi(2);
        sum += term;
    }
    sum
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hertz: f64, rate: u32, frames: usize) -> Vec<f32> {
        (0..frames).map(|n| (2.0 * PI * hertz * n as f64 / f64::from(rate)).sin() as f32).collect()
    }

    /// Everything that comes out when `input` goes in by pieces of `piece` frames.
    fn converted(input: &[f32], from: u32, to: u32, piece: usize) -> Vec<f32> {
        let mut resampler = Resampler::new(from, to, 1);
        let mut out = Vec::new();
        let mut room = [0.0; 97];
        let mut drain = |resampler: &mut Resampler| loop {
            match resampler.pull(&mut room) {
                0 => break,
                count => out.extend_from_slice(&room[..count]),
            }
        };
        for piece in input.chunks(piece) {
            resampler.push(piece);
            drain(&mut resampler);
        }
        resampler.finish();
        drain(&mut resampler);
        out
    }

    #[test]
    fn a_tone_is_the_same_tone_at_the_same_place_at_the_other_rate() {
        for (from, to) in
            [(8_000, 48_000), (8_000, 44_100), (11_025, 48_000), (16_000, 44_100), (48_000, 44_100), (48_000, 8_000)]
        {
            let out = converted(&sine(1_000.0, from, from as usize), from, to, 160);
            assert_eq!(out.len(), to as usize, "one second stays one second from {from} to {to}");
            let expected = sine(1_000.0, to, to as usize);
            let middle = to as usize / 10..to as usize * 9 / 10;
            let worst = middle.map(|n| (out[n] - expected[n]).abs()).fold(0.0, f32::max);
            assert!(worst < 0.001, "no delay and little error from {from} to {to}, but {worst} was found");
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_carry_is_filtered_out_rather_than_folded() {
        let out = converted(&sine(6_000.0, 48_000, 48_000), 48_000, 8_000, 480);
        let loudest = out[800..7_200].iter().fold(0.0, |loudest: f32, sample| loudest.max(sample.abs()));
        assert!(loudest < 0.001, "6 kHz is above what 8,000 frames can carry, but {loudest} is left");
    }

    #[test]
    fn the_size_of_the_pieces_does_not_matter() {
        let input = sine(440.0, 16_000, 5_000);
        assert_eq!(converted(&input, 16_000, 44_100, 1), converted(&input, 16_000, 44_100, 1_111));
    }

    #[test]
    fn equal_rates_change_no_bit() {
        let input = sine(440.0, 8_000, 1_000);
        assert_eq!(converted(&input, 8_000, 8_000, 33), input);
    }

    #[test]
    fn after_a_reset_nothing_of_the_past_is_heard() {
        let input = sine(440.0, 8_000, 800);
        let mut resampler = Resampler::new(8_000, 48_000, 1);
        resampler.push(&[1.0; 700]);
        resampler.pull(&mut [0.0; 333]);
        resampler.reset();
        resampler.push(&input);
        let mut out = vec![0.0; 2_000];
        assert_eq!(resampler.pull(&mut out), 2_000);
        assert_eq!(out[..], converted(&input, 8_000, 48_000, 800)[..2_000]);
    }
}
