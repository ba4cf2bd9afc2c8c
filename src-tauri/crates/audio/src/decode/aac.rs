//! What AAC needs to be decoded, whichever container it comes from.

use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_AAC;

use super::packets::{Recipe, Shape};
use crate::error::Fail;

/// Frames that a packet decodes to.
pub(crate) const FRAMES: u64 = 1024;

const RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

/// The few fields of an audio specific configuration that matter here, and its bytes.
pub(crate) struct SetUp {
    object_type: u8,
    rate: u32,
    channels: u8,
    bytes: Vec<u8>,
}

impl SetUp {
    /// From an ADTS header.
    pub(crate) fn of_adts(object_type: u8, rate: u8, channels: u8) -> Self {
        let bytes = vec![object_type << 3 | rate >> 1, rate << 7 | channels << 3];
        Self { object_type, rate: RATES.get(usize::from(rate)).copied().unwrap_or(0), channels, bytes }
    }

    /// From an audio specific configuration.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let word = super::input::big(bytes.get(..2)?) as u16;
        let (object_type, rate, channels) = (word >> 11, word >> 7 & 15, word >> 3 & 15);
        let (rate, channels) = if rate == 15 {
            let five = super::input::big(bytes.get(..5)?);
            ((five >> 7 & 0xff_ffff) as u32, (five >> 3 & 15) as u16)
        } else {
            (*RATES.get(usize::from(rate))?, channels)
        };
        Some(Self { object_type: object_type as u8, rate, channels: channels as u8, bytes: bytes.to_vec() })
    }

    /// Names what cannot be decoded.
    pub(crate) fn check(&self, format: &'static str) -> Result<(), Fail> {
        let codec = match self.object_type {
            2 if self.channels == 0 || self.channels > 2 => "AAC with more than two channels",
            2 => return Ok(()),
            1 => "AAC Main",
            3 => "AAC SSR",
            4 => "AAC LTP",
            5 | 29 => "HE-AAC",
            22 | 23 | 39 => "AAC-LD",
            42 => "xHE-AAC",
            _ => "AAC of an unknown profile",
        };
        Err(Fail::unsupported(format, codec))
    }

    pub(crate) fn shape(&self, skip: u64, frames: u64) -> Shape {
        Shape { rate: self.rate, channels: u16::from(self.channels), skip, frames }
    }

    pub(crate) fn rate(&self) -> u32 {
        self.rate
    }

    /// The noise generator's state depends on all packets before, so there are groups: two seconds at 16 kHz.
    pub(crate) fn recipe(&self) -> Recipe {
        let mut params = AudioCodecParameters::new();
        params
            .for_codec(CODEC_ID_AAC)
            .with_sample_rate(self.rate)
            .with_extra_data(self.bytes.clone().into_boxed_slice());
        Recipe { params, lead: 2, lead_bytes: 0, group: Some(32), gain: 1.0 }
    }
}
