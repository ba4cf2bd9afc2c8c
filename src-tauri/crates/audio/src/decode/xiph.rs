//! What Opus and Vorbis need to be decoded and to know how long each packet is, whichever container they come from.

use symphonia::core::audio::layouts;
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_OPUS, CODEC_ID_VORBIS};

use super::input::{big, little};
use super::packets::Recipe;
use crate::error::Fail;

/// A codec that is set up, and how to tell a packet's length from its first bytes.
pub(crate) enum Codec {
    Opus(Opus),
    Vorbis(Vorbis),
}

impl Codec {
    pub(crate) fn words(&self) -> &'static str {
        match self {
            Self::Opus(_) => "Opus",
            Self::Vorbis(_) => "Vorbis",
        }
    }

    pub(crate) fn rate(&self) -> u32 {
        match self {
            Self::Opus(_) => Opus::RATE,
            Self::Vorbis(vorbis) => vorbis.rate,
        }
    }

    pub(crate) fn channels(&self) -> u16 {
        match self {
            Self::Opus(opus) => opus.channels,
            Self::Vorbis(vorbis) => vorbis.channels,
        }
    }

    /// Frames to trim at the start.
    pub(crate) fn skip(&self) -> u64 {
        match self {
            Self::Opus(opus) => opus.pre_skip,
            Self::Vorbis(_) => 0,
        }
    }

    /// The frames the next packet decodes to, from its first two bytes. To be asked in order.
    pub(crate) fn frames(&mut self, packet: &[u8]) -> u64 {
        match self {
            Self::Opus(_) => opus_frames(packet),
            Self::Vorbis(vorbis) => vorbis.frames(packet),
        }
    }

    pub(crate) fn recipe(&self) -> Recipe {
        match self {
            Self::Opus(opus) => opus.recipe(),
            Self::Vorbis(vorbis) => vorbis.recipe(),
        }
    }
}

/// The fields of an Opus head.
pub(crate) struct Opus {
    channels: u16,
    pre_skip: u64,
    gain: f32,
}

impl Opus {
    const RATE: u32 = 48_000;

    /// Reads the identification packet, `None` if it is none.
    pub(crate) fn read(head: &[u8], format: &'static str) -> Option<Result<Self, Fail>> {
        if head.len() < 19 || !head.starts_with(b"OpusHead") || head[8] >> 4 != 0 {
            return None;
        }
        let (channels, family) = (u16::from(head[9]), head[18]);
        let single_stream = family == 0 || head.get(19) == Some(&1);
        if !(1..=2).contains(&channels) || !single_stream {
            return Some(Err(Fail::unsupported(format, "Opus with more than two channels")));
        }
        let gain = f32::from(i16::from_le_bytes([head[16], head[17]])) / 256.0;
        let gain = if gain == 0.0 { 1.0 } else { 10f32.powf(gain / 20.0) };
        Some(Ok(Self { channels, pre_skip: little(&head[10..12]), gain }))
    }

    /// Filters never become exactly the same again, so there are groups, of two seconds with usual packets; 160 ms of
    /// lead bring them within what can be heard, twice what the standard asks for.
    fn recipe(&self) -> Recipe {
        let mut params = AudioCodecParameters::new();
        let layout = if self.channels == 1 { layouts::CHANNEL_LAYOUT_MONO } else { layouts::CHANNEL_LAYOUT_STEREO };
        params.for_codec(CODEC_ID_OPUS).with_sample_rate(Self::RATE).with_channels(layout);
        Recipe { params, lead: 8, lead_bytes: 0, group: Some(100), gain: self.gain }
    }
}

/// RFC 6716, section 3.1: the length stands in the first byte, the number of Opus frames in it or in the second.
fn opus_frames(packet: &[u8]) -> u64 {
    let Some(&head) = packet.first() else { return 0 };
    let config = head >> 3;
    let each = match config {
        0..=11 => [480, 960, 1920, 2880][usize::from(config & 3)],
        12..=15 => [480, 960][usize::from(config & 1)],
        _ => 120 << (config & 3),
    };
    let count = match head & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u64::from(packet.get(1).copied().unwrap_or(0) & 0x3f),
    };
    (each * count).min(5760)
}

/// What is needed of the three Vorbis headers.
pub(crate) struct Vorbis {
    rate: u32,
    channels: u16,
    extra: Vec<u8>,
    /// Exponents of the two block sizes.
    blocks: [u8; 2],
    /// Which block size each mode has.
    modes: Vec<bool>,
    previous: Option<u64>,
}

impl Vorbis {
    /// Reads the identification and set-up packets.
    pub(crate) fn read(identification: &[u8], set_up: &[u8]) -> Result<Self, Fail> {
        let broken = || Fail::malformed("its Vorbis headers cannot be read");
        if identification.len() < 30 || !identification.starts_with(b"\x01vorbis") || !set_up.starts_with(b"\x05vorbis")
        {
            return Err(broken());
        }
        let blocks = [identification[28] & 15, identification[28] >> 4];
        if blocks.iter().any(|exponent| !(6..=13).contains(exponent)) {
            return Err(broken());
        }
        Ok(Self {
            rate: little(&identification[12..16]) as u32,
            channels: u16::from(identification[11]),
            extra: [&identification[..30], set_up].concat(),
            blocks,
            modes: modes(set_up).ok_or_else(broken)?,
            previous: None,
        })
    }

    /// Splits what Matroska keeps the three headers in.
    pub(crate) fn unlace(private: &[u8]) -> Option<(&[u8], &[u8])> {
        let (&2, mut rest) = private.split_first()? else { return None };
        let mut size = || -> Option<usize> {
            let mut size = 0;
            loop {
                let (&byte, after) = rest.split_first()?;
                rest = after;
                size += usize::from(byte);
                if byte < 255 {
                    return Some(size);
                }
            }
        };
        let (first, second) = (size()?, size()?);
        Some((rest.get(..first)?, rest.get(first.checked_add(second)?..)?))
    }

    fn frames(&mut self, packet: &[u8]) -> u64 {
        let bits = u32::BITS - (self.modes.len() as u32 - 1).leading_zeros();
        let Some(&first) = packet.first().filter(|first| *first & 1 == 0) else { return 0 };
        let mode = usize::from(first >> 1) & ((1 << bits) - 1);
        let Some(&long) = self.modes.get(mode) else { return 0 };
        let block = 1 << self.blocks[usize::from(long)];
        self.previous.replace(block).map_or(0, |previous| (previous + block) / 4)
    }

    /// A block overlaps with the one before, and with no other.
    fn recipe(&self) -> Recipe {
        let mut params = AudioCodecParameters::new();
        params
            .for_codec(CODEC_ID_VORBIS)
            .with_sample_rate(self.rate)
            .with_extra_data(self.extra.clone().into_boxed_slice());
        Recipe { params, lead: 2, lead_bytes: 0, group: None, gain: 1.0 }
    }
}

/// The block flags of the modes, which stand at the very end of the set-up packet. They are read backwards from its
/// framing bit: 8 bits of mapping below 64, 32 bits of zeros, the flag; before the first mode, their number.
fn modes(set_up: &[u8]) -> Option<Vec<bool>> {
    const MODE: usize = 41;
    let bit = |at: usize| set_up.get(at / 8).map(|byte| byte >> (at % 8) & 1);
    let bits = |at: usize, n: usize| (0..n).try_fold(0u64, |value, i| Some(value | u64::from(bit(at + i)?) << i));
    let end = (0..set_up.len() * 8).rev().find(|&at| bit(at) == Some(1))?;
    let (mut at, mut flags, mut found) = (end, Vec::new(), None);
    while flags.len() < 64 && at >= MODE + 6 {
        at -= MODE;
        let (flag, zeros, mapping) = (bits(at, 1)?, bits(at + 1, 32)?, bits(at + 33, 8)?);
        if zeros != 0 || mapping >= 64 {
            break;
        }
        flags.push(flag == 1);
        if bits(at - 6, 6)? + 1 == flags.len() as u64 {
            found = Some(flags.len());
        }
    }
    flags.truncate(found?);
    flags.reverse();
    Some(flags)
}

/// A channel count from an unknown head, for naming what cannot be decoded.
pub(crate) fn speex_facts(head: &[u8]) -> Option<(u32, u32)> {
    let field = |at: usize| head.get(at..at + 4).map(|bytes| little(bytes) as u32);
    Some((field(36)?, field(48)?))
}

/// Whether a packet is the first of FLAC in Ogg.
pub(crate) fn is_flac(head: &[u8]) -> bool {
    head.len() > 12 && head.starts_with(b"\x7fFLAC") && big(&head[9..13]) == big(b"fLaC")
}
