//! AIFF and AIFF-C with samples that stand one after another.

use super::Opened;
use super::input::{Input, big};
use super::linear::{Coding, Layout, Linear};
use crate::error::{Fail, Unplayable};
use crate::{Depth, Looks};

const FORMAT: &str = "aiff";

/// Opens what [`super::sniff`] took for AIFF.
pub(crate) fn open(mut input: Input) -> Result<Opened, Fail> {
    const MOST_CHUNKS: usize = 4096;
    let (mut common, mut data, mut at) = (None::<Vec<u8>>, None, 12);
    for _ in 0..MOST_CHUNKS {
        let header = input.bytes_at(at, 8)?;
        let Some((id, size)) = header.split_at_checked(4).filter(|(_, size)| size.len() == 4) else { break };
        let (body, claimed) = (at + 8, big(size));
        match id {
            b"COMM" => common = Some(input.bytes_at(body, claimed.min(512) as usize)?),
            b"SSND" => {
                let offset = big(&input.bytes_at(body, 4)?);
                let there = input.len().saturating_sub(body);
                let size = if claimed == 0 || claimed > there { there } else { claimed };
                data = Some((body.saturating_add(8 + offset), size.saturating_sub(8 + offset)));
            }
            _ => {}
        }
        at = body.saturating_add(claimed + (claimed & 1));
    }
    let truncated = || Fail::NotAudio(Looks::TruncatedHeader);
    let common = common.filter(|common| common.len() >= 18).ok_or_else(truncated)?;
    let (start, bytes) = data.ok_or_else(truncated)?;
    let (channels, frames, bits) = (big(&common[..2]) as u16, big(&common[2..6]), big(&common[6..8]));
    let rate = extended(&common[8..18]);
    let compression = common.get(18..22).unwrap_or(b"NONE");
    let (coding, big_endian) = match (compression, bits) {
        (b"NONE" | b"twos", 1..=8) => (Coding::S8, true),
        (b"raw ", _) => (Coding::U8, true),
        (b"NONE" | b"twos" | b"sowt", 9..=16) => (Coding::S16, compression != b"sowt"),
        (b"NONE" | b"twos" | b"in24", 17..=24) => (Coding::S24, true),
        (b"NONE" | b"twos" | b"in32", 25..=32) => (Coding::S32, true),
        (b"fl32" | b"FL32", _) => (Coding::F32, true),
        (b"fl64" | b"FL64", _) => (Coding::F64, true),
        (b"ulaw" | b"ULAW", _) => (Coding::MuLaw, true),
        (b"alaw" | b"ALAW", _) => (Coding::ALaw, true),
        _ => return Err(unplayable(compression, rate, channels)),
    };
    let stride = coding.bytes() * usize::from(channels);
    let claimed = frames.saturating_mul(stride as u64);
    let bytes = if claimed == 0 { bytes } else { bytes.min(claimed) };
    let layout = Layout { coding, big_endian, rate, channels, stride, start, bytes };
    let depth = if coding.fits_16_bits() { Depth::Bits16 } else { Depth::Float };
    let stream = Box::new(Linear::new(input, layout)?);
    Ok(Opened { stream, format: FORMAT, codec: coding.words().to_owned(), depth })
}

fn unplayable(compression: &[u8], rate: u32, channels: u16) -> Fail {
    let codec = match compression {
        b"ima4" => "QuickTime IMA ADPCM".to_owned(),
        b"GSM " | b"agsm" => "GSM 6.10".to_owned(),
        b"MAC3" | b"MAC6" => "MACE".to_owned(),
        b"QDM2" | b"QDMC" => "QDesign Music".to_owned(),
        other => format!("AIFF-C {}", String::from_utf8_lossy(other).escape_default()),
    };
    Fail::Unsupported(Box::new(Unplayable {
        codec,
        format: FORMAT,
        rate: Some(rate),
        channels: Some(u32::from(channels)),
        duration_ms: None,
    }))
}

/// An 80-bit extended number, rounded to a sample rate; 0 for what is none.
fn extended(bytes: &[u8]) -> u32 {
    let (exponent, mantissa) = (big(&bytes[..2]) as i32, big(&bytes[2..10]));
    match 16_383 + 63 - exponent {
        shift @ 32..=63 => (mantissa >> shift) as u32,
        _ => 0,
    }
}
