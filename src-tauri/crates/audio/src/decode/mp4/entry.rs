//! A sample description: which codec, and what sets it up.

use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_ALAC;

use super::boxes::{atoms, child};
use super::{LOSSY, unplayable};
use crate::Depth;
use crate::decode::aac::{self, SetUp};
use crate::decode::input::big;
use crate::decode::packets::Recipe;
use crate::error::Fail;

/// The codecs that are decoded.
pub(super) enum Inner {
    Aac(SetUp),
    Alac { cookie: Vec<u8>, rate: u32, channels: u16, bits: u8 },
}

impl Inner {
    /// Reads the first sample description.
    pub(super) fn read(descriptions: &[u8], format: &'static str) -> Result<Self, Fail> {
        let broken = || Fail::malformed("its audio track's codec cannot be read");
        let (kind, entry) = atoms(descriptions).next().ok_or_else(broken)?;
        let (channels, rate) = (entry.get(16..18).map_or(0, big) as u16, entry.get(24..26).map_or(0, big) as u32);
        let version = entry.get(8..10).map_or(0, big);
        let extensions = entry.get(28 + [0, 16, 36][(version as usize).min(2)]..).unwrap_or_default();
        match kind {
            b"mp4a" => {
                let wave = child(extensions, b"wave").unwrap_or_default();
                let descriptor = child(extensions, b"esds").or_else(|| child(wave, b"esds")).ok_or_else(broken)?;
                let (object, set_up) = decoder_set_up(descriptor.get(4..).unwrap_or_default()).ok_or_else(broken)?;
                match object {
                    0x40 | 0x66..=0x68 => {}
                    0x69 | 0x6b => return Err(unplayable("MP3 in MP4".to_owned(), rate, channels)),
                    _ => return Err(unplayable(format!("MPEG-4 audio 0x{object:02X}"), rate, channels)),
                }
                let set_up = SetUp::read(set_up).ok_or_else(broken)?;
                set_up.check(format)?;
                Ok(Self::Aac(set_up))
            }
            b"alac" => {
                let cookie = child(extensions, b"alac").and_then(|cookie| cookie.get(4..)).ok_or_else(broken)?;
                if cookie.len() < 24 {
                    return Err(broken());
                }
                let (bits, channels, rate) = (cookie[5], u16::from(cookie[9]), big(&cookie[20..24]) as u32);
                Ok(Self::Alac { cookie: cookie.to_vec(), rate, channels, bits })
            }
            other => Err(unplayable(words(other), rate, channels)),
        }
    }

    pub(super) fn words(&self) -> String {
        match self {
            Self::Aac(_) => "AAC".to_owned(),
            Self::Alac { bits, .. } => format!("ALAC {bits}-bit"),
        }
    }

    pub(super) fn depth(&self) -> Depth {
        match self {
            Self::Alac { bits: ..=16, .. } => Depth::Bits16,
            _ => LOSSY,
        }
    }

    pub(super) fn rate(&self) -> u32 {
        match self {
            Self::Aac(set_up) => set_up.rate(),
            Self::Alac { rate, .. } => *rate,
        }
    }

    pub(super) fn channels(&self) -> u16 {
        match self {
            Self::Aac(set_up) => set_up.shape(0, 0).channels,
            Self::Alac { channels, .. } => *channels,
        }
    }

    /// What a packet really decodes to, where the tables say how much of it counts.
    pub(super) fn decoded(&self, frames: u64) -> u64 {
        match self {
            Self::Aac(_) => aac::FRAMES,
            Self::Alac { .. } => frames,
        }
    }

    pub(super) fn recipe(&self) -> Recipe {
        match self {
            Self::Aac(set_up) => set_up.recipe(),
            Self::Alac { cookie, rate, .. } => {
                let mut params = AudioCodecParameters::new();
                params
                    .for_codec(CODEC_ID_ALAC)
                    .with_sample_rate(*rate)
                    .with_extra_data(cookie.clone().into_boxed_slice());
                Recipe { params, lead: 0, lead_bytes: 0, group: None, gain: 1.0 }
            }
        }
    }
}

/// The codec's number and its own set-up, from the descriptors within descriptors of an `esds` box.
fn decoder_set_up(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let stream = descriptor(bytes, 3)?;
    let flags = *stream.get(2)?;
    let optional = if flags & 0x80 != 0 { 2 } else { 0 } + if flags & 0x20 != 0 { 2 } else { 0 };
    let url = if flags & 0x40 != 0 { 1 + usize::from(*stream.get(3)?) } else { 0 };
    let config = descriptor(stream.get(3 + optional + url..)?, 4)?;
    let own = descriptor(config.get(13..)?, 5)?;
    Some((*config.first()?, own))
}

/// The body of the descriptor that stands here, if it is one with this tag.
fn descriptor(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    let (_, mut rest) = bytes.split_first().filter(|(found, _)| **found == tag)?;
    let mut size = 0;
    for _ in 0..4 {
        let (&byte, after) = rest.split_first()?;
        rest = after;
        size = size << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    rest.get(..size.min(rest.len()))
}

/// The codec that a sample description's four letters name.
fn words(kind: &[u8; 4]) -> String {
    match kind {
        b"samr" => "AMR-NB".to_owned(),
        b"sawb" => "AMR-WB".to_owned(),
        b"ac-3" => "AC-3".to_owned(),
        b"ec-3" => "E-AC-3".to_owned(),
        b"Opus" => "Opus in MP4".to_owned(),
        b"fLaC" => "FLAC in MP4".to_owned(),
        b".mp3" => "MP3 in MP4".to_owned(),
        b"agsm" => "GSM 6.10".to_owned(),
        b"ulaw" | b"alaw" | b"sowt" | b"twos" => "PCM in MP4".to_owned(),
        other => format!("MP4 codec {}", String::from_utf8_lossy(other).escape_default()),
    }
}
