//! Samples that stand in the file one after another: PCM of every width, µ-law and A-law.
//! A frame's place is a multiplication, so seeking is exact and opening reads nothing.

use super::Stream;
use super::input::Input;
use crate::Spec;
use crate::error::Fail;

/// How one sample is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    U8,
    S8,
    S16,
    S24,
    S32,
    F32,
    F64,
    MuLaw,
    ALaw,
}

impl Coding {
    pub(crate) fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::S8 | Self::MuLaw | Self::ALaw => 1,
            Self::S16 => 2,
            Self::S24 => 3,
            Self::S32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::U8 | Self::S8 => "PCM 8-bit",
            Self::S16 => "PCM 16-bit",
            Self::S24 => "PCM 24-bit",
            Self::S32 => "PCM 32-bit",
            Self::F32 => "PCM 32-bit float",
            Self::F64 => "PCM 64-bit float",
            Self::MuLaw => "G.711 µ-law",
            Self::ALaw => "G.711 A-law",
        }
    }

    /// Whether 16 bits hold every sample without loss.
    pub(crate) fn fits_16_bits(self) -> bool {
        matches!(self, Self::U8 | Self::S8 | Self::S16 | Self::MuLaw | Self::ALaw)
    }
}

/// Where the samples are and how they are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub(crate) coding: Coding,
    pub(crate) big_endian: bool,
    pub(crate) rate: u32,
    pub(crate) channels: u16,
    /// Bytes from one frame to the next.
    pub(crate) stride: usize,
    pub(crate) start: u64,
    pub(crate) bytes: u64,
}

impl Layout {
    pub(crate) fn frames(&self) -> u64 {
        self.bytes / self.stride.max(1) as u64
    }
}

/// The reader over such samples.
pub(crate) struct Linear {
    input: Input,
    layout: Layout,
    at: u64,
    bytes: Vec<u8>,
}

impl Linear {
    const FRAMES_AT_ONCE: usize = 8192;

    pub(crate) fn new(input: Input, layout: Layout) -> Result<Self, Fail> {
        let narrowest = layout.coding.bytes() * usize::from(layout.channels);
        if layout.channels == 0 || layout.rate == 0 || layout.stride < narrowest {
            return Err(Fail::malformed("its header contradicts itself about channels, rate or sample size"));
        }
        Ok(Self { input, layout, at: 0, bytes: Vec::new() })
    }
}

impl Stream for Linear {
    fn spec(&self) -> Spec {
        Spec { rate: self.layout.rate, channels: self.layout.channels, frames: self.layout.frames() }
    }

    fn seek(&mut self, frame: u64) -> Result<(), Fail> {
        self.at = frame.min(self.layout.frames());
        Ok(())
    }

    fn read(&mut self, out: &mut [f32]) -> Result<usize, Fail> {
        let channels = usize::from(self.layout.channels);
        let left = usize::try_from(self.layout.frames() - self.at).unwrap_or(usize::MAX);
        let wanted = (out.len() / channels).min(left).min(Self::FRAMES_AT_ONCE);
        let stride = self.layout.stride;
        self.bytes.resize(wanted * stride, 0);
        let got = self.input.read_at(self.layout.start + self.at * stride as u64, &mut self.bytes)? / stride;
        let size = self.layout.coding.bytes();
        let (bytes, out) = (&self.bytes[..got * stride], &mut out[..got * channels]);
        if stride == size * channels {
            convert(self.layout.coding, self.layout.big_endian, bytes, out);
        } else {
            for (frame, out) in bytes.chunks_exact(stride).zip(out.chunks_exact_mut(channels)) {
                convert(self.layout.coding, self.layout.big_endian, &frame[..size * channels], out);
            }
        }
        self.at += got as u64;
        Ok(got)
    }
}

/// Full scale is ±1; samples that are no number become silence.
fn convert(coding: Coding, big_endian: bool, bytes: &[u8], out: &mut [f32]) {
    fn each<const N: usize>(bytes: &[u8], big_endian: bool, out: &mut [f32], value: impl Fn([u8; N]) -> f32) {
        for (chunk, out) in bytes.as_chunks::<N>().0.iter().zip(out) {
            let mut sample = *chunk;
            if big_endian {
                sample.reverse();
            }
            *out = value(sample);
        }
    }
    let finite = |x: f32| if x.is_finite() { x } else { 0.0 };
    match coding {
        Coding::U8 => each(bytes, false, out, |[b]| (f32::from(b) - 128.0) / 128.0),
        Coding::S8 => each(bytes, false, out, |b| f32::from(i8::from_le_bytes(b)) / 128.0),
        Coding::S16 => each(bytes, big_endian, out, |b| f32::from(i16::from_le_bytes(b)) / 32_768.0),
        Coding::S24 => {
            each(bytes, big_endian, out, |[a, b, c]| (i32::from_le_bytes([0, a, b, c]) >> 8) as f32 / 8_388_608.0)
        }
        Coding::S32 => each(bytes, big_endian, out, |b| (f64::from(i32::from_le_bytes(b)) / 2_147_483_648.0) as f32),
        Coding::F32 => each(bytes, big_endian, out, |b| finite(f32::from_le_bytes(b))),
        Coding::F64 => each(bytes, big_endian, out, |b| finite(f64::from_le_bytes(b) as f32)),
        Coding::MuLaw => each(bytes, false, out, |[b]| MU_LAW[usize::from(b)]),
        Coding::ALaw => each(bytes, false, out, |[b]| A_LAW[usize::from(b)]),
    }
}

static MU_LAW: [f32; 256] = table(true);
static A_LAW: [f32; 256] = table(false);

/// The 256 values of ITU-T G.711, scaled from 16 bits.
const fn table(mu: bool) -> [f32; 256] {
    let mut values = [0.0; 256];
    let mut code = 0;
    while code < 256 {
        let value = if mu { mu_law(code as u8) } else { a_law(code as u8) };
        values[code] = value as f32 / 32_768.0;
        code += 1;
    }
    values
}

const fn mu_law(code: u8) -> i32 {
    let code = !code;
    let magnitude = ((((code & 0x0f) as i32) << 3) + 0x84) << ((code & 0x70) >> 4);
    if code & 0x80 != 0 { 0x84 - magnitude } else { magnitude - 0x84 }
}

const fn a_law(code: u8) -> i32 {
    let code = code ^ 0x55;
    let segment = (code & 0x70) >> 4;
    let mantissa = ((code & 0x0f) as i32) << 4;
    let magnitude = if segment == 0 { mantissa + 8 } else { (mantissa + 0x108) << (segment - 1) };
    if code & 0x80 != 0 { magnitude } else { -magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(coding: Coding, big_endian: bool, bytes: &[u8]) -> f32 {
        let mut out = [9.0];
        convert(coding, big_endian, bytes, &mut out);
        out[0]
    }

    #[test]
    fn every_width_reaches_the_same_half_scale() {
        for (coding, bytes) in [
            (Coding::U8, &[0xc0][..]),
            (Coding::S8, &[0x40]),
            (Coding::S16, &[0x00, 0x40]),
            (Coding::S24, &[0x00, 0x00, 0x40]),
            (Coding::S32, &[0x00, 0x00, 0x00, 0x40]),
            (Coding::F32, &0.5f32.to_le_bytes()),
            (Coding::F64, &0.5f64.to_le_bytes()),
        ] {
            assert_eq!(one(coding, false, bytes), 0.5, "{coding:?} little-endian");
            let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
            assert_eq!(one(coding, true, &reversed), 0.5, "{coding:?} big-endian");
        }
    }

    #[test]
    fn companded_samples_are_those_of_the_standard() {
        let sixteen = |coding, code| (one(coding, false, &[code]) * 32_768.0) as i32;
        assert_eq!([0x00, 0x80, 0xff, 0x7f].map(|c| sixteen(Coding::MuLaw, c)), [-32_124, 32_124, 0, 0]);
        assert_eq!([0x2a, 0xaa, 0x55, 0xd5].map(|c| sixteen(Coding::ALaw, c)), [-32_256, 32_256, -8, 8]);
    }

    #[test]
    fn a_sample_that_is_no_number_is_silence() {
        assert_eq!(one(Coding::F32, false, &f32::NAN.to_le_bytes()), 0.0);
        assert_eq!(one(Coding::F64, false, &f64::INFINITY.to_le_bytes()), 0.0);
    }
}
