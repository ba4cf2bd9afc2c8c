//! IMA and Microsoft ADPCM in WAV: four bits per sample in blocks of their own, each decoded from its own header alone.
//! Seeking is block arithmetic; a block that is cut short gives the samples it has.

use super::Stream;
use super::input::Input;
use crate::Spec;
use crate::error::Fail;

/// Which of the two, with what its format chunk says.
#[derive(Clone, Debug)]
pub(crate) enum Coding {
    Ima,
    /// The table of predictor coefficients.
    Ms(Vec<[i32; 2]>),
}

/// Where the blocks are.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) coding: Coding,
    pub(crate) rate: u32,
    pub(crate) channels: u16,
    /// Bytes per block.
    pub(crate) block: usize,
    pub(crate) start: u64,
    pub(crate) bytes: u64,
    /// What the `fact` chunk claims; believed where the last block has that many.
    pub(crate) claimed_frames: Option<u64>,
}

impl Layout {
    fn header(&self) -> usize {
        let per_channel = if matches!(self.coding, Coding::Ima) { 4 } else { 7 };
        per_channel * usize::from(self.channels)
    }

    /// Frames in a block of `bytes`.
    fn frames_in(&self, bytes: usize) -> usize {
        let channels = usize::from(self.channels);
        let Some(body) = bytes.checked_sub(self.header()) else { return 0 };
        match self.coding {
            Coding::Ima => 1 + body / (4 * channels) * 8,
            Coding::Ms(_) => 2 + body * 2 / channels,
        }
    }

    fn frames(&self) -> u64 {
        let (whole, rest) = (self.bytes / self.block as u64, (self.bytes % self.block as u64) as usize);
        let per_block = self.frames_in(self.block) as u64;
        let there = whole * per_block + self.frames_in(rest) as u64;
        let padded = there.saturating_sub(per_block)..=there;
        self.claimed_frames.filter(|claimed| *claimed > 0 && padded.contains(claimed)).unwrap_or(there)
    }
}

/// The reader over such blocks.
pub(crate) struct Adpcm {
    input: Input,
    layout: Layout,
    frames: u64,
    at: u64,
    /// The block that `samples` holds.
    block: Option<u64>,
    samples: Vec<i16>,
}

impl Adpcm {
    pub(crate) fn new(input: Input, layout: Layout) -> Result<Self, Fail> {
        let possible = (1..=8).contains(&layout.channels) && layout.rate > 0 && layout.block > layout.header();
        if !possible {
            return Err(Fail::malformed("its header contradicts itself about channels, rate or block size"));
        }
        Ok(Self { frames: layout.frames(), input, layout, at: 0, block: None, samples: Vec::new() })
    }

    fn load(&mut self, block: u64) -> Result<(), Fail> {
        if self.block == Some(block) {
            return Ok(());
        }
        self.block = None;
        let offset = block * self.layout.block as u64;
        let there = usize::try_from(self.layout.bytes - offset).unwrap_or(usize::MAX);
        let bytes = self.input.bytes_at(self.layout.start + offset, self.layout.block.min(there))?;
        let frames = self.layout.frames_in(bytes.len());
        self.samples.clear();
        self.samples.resize(frames * usize::from(self.layout.channels), 0);
        match &self.layout.coding {
            Coding::Ima => ima_block(&bytes, usize::from(self.layout.channels), &mut self.samples),
            Coding::Ms(table) => ms_block(&bytes, usize::from(self.layout.channels), table, &mut self.samples),
        }
        self.block = Some(block);
        Ok(())
    }
}

impl Stream for Adpcm {
    fn spec(&self) -> Spec {
        Spec { rate: self.layout.rate, channels: self.layout.channels, frames: self.frames }
    }

    fn seek(&mut self, frame: u64) -> Result<(), Fail> {
        self.at = frame.min(self.frames);
        Ok(())
    }

    fn read(&mut self, out: &mut [f32]) -> Result<usize, Fail> {
        let channels = usize::from(self.layout.channels);
        let per_block = self.layout.frames_in(self.layout.block) as u64;
        let room = out.len() / channels;
        let mut done = 0;
        while done < room && self.at < self.frames {
            self.load(self.at / per_block)?;
            let from = (self.at % per_block) as usize * channels;
            let there = self.samples.get(from..).unwrap_or_default();
            let left = usize::try_from(self.frames - self.at).unwrap_or(usize::MAX);
            let n = (there.len() / channels).min(room - done).min(left);
            if n == 0 {
                break;
            }
            for (out, sample) in out[done * channels..].iter_mut().zip(&there[..n * channels]) {
                *out = f32::from(*sample) / 32_768.0;
            }
            done += n;
            self.at += n as u64;
        }
        Ok(done)
    }
}

fn clamp(value: i32) -> i32 {
    value.clamp(i32::from(i16::MIN), i32::from(i16::MAX))
}

fn ima_block(bytes: &[u8], channels: usize, out: &mut [i16]) {
    if bytes.len() < 4 * channels {
        return;
    }
    let (heads, body) = bytes.split_at(4 * channels);
    for channel in 0..channels {
        let head = &heads[4 * channel..];
        let mut value = i32::from(i16::from_le_bytes([head[0], head[1]]));
        let mut index = usize::from(head[2]).min(IMA_STEPS.len() - 1);
        out[channel] = value as i16;
        let words = body.chunks_exact(4).skip(channel).step_by(channels);
        let nibbles = words.flatten().flat_map(|&byte| [byte & 15, byte >> 4]);
        for (frame, nibble) in out[channels..].chunks_exact_mut(channels).zip(nibbles) {
            let step = IMA_STEPS[index];
            let mut change = step >> 3;
            for (bit, part) in [(4, step), (2, step >> 1), (1, step >> 2)] {
                if nibble & bit != 0 {
                    change += part;
                }
            }
            value = clamp(if nibble & 8 != 0 { value - change } else { value + change });
            index = index.saturating_add_signed(IMA_MOVES[usize::from(nibble & 7)]).min(IMA_STEPS.len() - 1);
            frame[channel] = value as i16;
        }
    }
}

fn ms_block(bytes: &[u8], channels: usize, table: &[[i32; 2]], out: &mut [i16]) {
    if bytes.len() < 7 * channels {
        return;
    }
    let (heads, body) = bytes.split_at(7 * channels);
    let word = |at: usize, channel: usize| {
        let at = at * channels + channel * 2;
        i32::from(i16::from_le_bytes([heads[at], heads[at + 1]]))
    };
    let mut states: Vec<_> = (0..channels)
        .map(|channel| {
            let coefficients = table.get(usize::from(heads[channel])).copied().unwrap_or([256, 0]);
            (coefficients, word(1, channel), word(3, channel), word(5, channel))
        })
        .collect();
    for (channel, (_, _, newer, older)) in states.iter().enumerate() {
        out[channel] = *older as i16;
        out[channels + channel] = *newer as i16;
    }
    let nibbles = body.iter().flat_map(|&byte| [byte >> 4, byte & 15]);
    for (n, (sample, nibble)) in out[2 * channels..].iter_mut().zip(nibbles).enumerate() {
        let ([a, b], delta, newer, older) = &mut states[n % channels];
        let signed = i32::from(nibble) - if nibble & 8 != 0 { 16 } else { 0 };
        let predicted = (i64::from(*newer) * i64::from(*a) + i64::from(*older) * i64::from(*b)) >> 8;
        let value = clamp((predicted as i32).saturating_add(signed.saturating_mul(*delta)));
        *older = *newer;
        *newer = value;
        *delta = (delta.saturating_mul(MS_MOVES[usize::from(nibble)]) >> 8).max(16);
        *sample = value as i16;
    }
}

/// The coefficients every Microsoft ADPCM file has.
pub(crate) const MS_COEFFICIENTS: [[i32; 2]; 7] =
    [[256, 0], [512, -256], [0, 0], [192, 64], [240, 0], [460, -208], [392, -232]];

const MS_MOVES: [i32; 16] = [230, 230, 230, 230, 307, 409, 512, 614, 768, 614, 512, 409, 307, 230, 230, 230];

const IMA_MOVES: [isize; 8] = [-1, -1, -1, -1, 2, 4, 6, 8];

const IMA_STEPS: [i32; 89] = [
    7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107,
    118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963,
    1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894,
    6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794,
    32767,
];
