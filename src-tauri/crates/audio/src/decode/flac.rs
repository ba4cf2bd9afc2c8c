//! FLAC: a scan finds every frame by its header, whose check sum and number must both be right, so the table does not
//! depend on the stream's own seek points or on the length it claims. Frames stand alone: no lead is needed.

use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_FLAC;

use super::Opened;
use super::input::{Input, Sweep, big};
use super::packets::{Packets, Recipe, Shape, Table};
use crate::error::Fail;
use crate::{Depth, Looks};

const STREAM_INFO: usize = 34;

/// Opens the stream whose marker stands at `at`.
pub(crate) fn open(mut input: Input, at: u64) -> Result<Opened, Fail> {
    let (info, first) = metadata(&mut input, at + 4)?;
    let rate = (big(&info[10..13]) >> 4) as u32;
    let channels = (info[12] >> 1 & 7) as u16 + 1;
    let bits = (u32::from(info[12] & 1) << 4 | u32::from(info[13] >> 4)) + 1;
    let fixed = u64::from(u16::from_be_bytes([info[0], info[1]]));
    let mut table = frames(&mut input, first, fixed, channels)?;
    let mut params = AudioCodecParameters::new();
    params.for_codec(CODEC_ID_FLAC).with_sample_rate(rate).with_extra_data(info.to_vec().into_boxed_slice());
    table.drop_last_if_broken(&mut input, &params)?;
    let recipe = Recipe { params, lead: 0, lead_bytes: 0, group: None, gain: 1.0 };
    let shape = Shape { rate, channels, skip: 0, frames: table.frames() };
    let depth = if bits <= 16 { Depth::Bits16 } else { Depth::Float };
    let stream = Box::new(Packets::new(input, table, recipe, shape)?);
    Ok(Opened { stream, format: "flac", codec: format!("FLAC {bits}-bit"), depth })
}

/// The stream information and where the frames begin.
fn metadata(input: &mut Input, from: u64) -> Result<([u8; STREAM_INFO], u64), Fail> {
    const MOST_BLOCKS: usize = 1024;
    let (mut at, mut info) = (from, None);
    for _ in 0..MOST_BLOCKS {
        let header = input.bytes_at(at, 4)?;
        let Some([kind, size @ ..]) = header.first_chunk::<4>() else { break };
        if kind & 0x7f == 0 && info.is_none() {
            info = input.bytes_at(at + 4, STREAM_INFO)?.first_chunk::<STREAM_INFO>().copied();
        }
        at = at + 4 + big(size);
        if kind & 0x80 != 0 {
            break;
        }
    }
    info.map(|info| (info, at)).ok_or(Fail::NotAudio(Looks::TruncatedHeader))
}

/// What a frame's header says.
struct Header {
    variable: bool,
    /// The number of the frame, or of its first sample where block sizes vary.
    number: u64,
    samples: u64,
    channels: u16,
}

impl Header {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let head = bytes.first_chunk::<4>()?;
        let (size, rate, channels) = (head[2] >> 4, head[2] & 15, head[3] >> 4);
        if head[0] != 0xff || head[1] & 0xfe != 0xf8 || size == 0 || rate == 15 || channels > 10 || head[3] & 1 != 0 {
            return None;
        }
        let (number, mut at) = coded_number(bytes.get(4..)?)?;
        at += 4;
        let mut extra = |n: usize| -> Option<u64> {
            let value = big(bytes.get(at..at + n)?);
            at += n;
            Some(value)
        };
        let samples = match size {
            1 => 192,
            2..=5 => 576 << (size - 2),
            6 => extra(1)? + 1,
            7 => extra(2)? + 1,
            _ => 256 << (size - 8),
        };
        match rate {
            12 => drop(extra(1)?),
            13 | 14 => drop(extra(2)?),
            _ => {}
        }
        let sound = crc8(bytes.get(..at)?) == *bytes.get(at)?;
        let channels = if channels < 8 { u16::from(channels) + 1 } else { 2 };
        sound.then_some(Self { variable: head[1] & 1 != 0, number, samples, channels })
    }
}

fn frames(input: &mut Input, first: u64, fixed: u64, channels: u16) -> Result<Table, Fail> {
    const HEADER: usize = 16;
    let mut sweep = Sweep::new(input, u64::MAX);
    let end = sweep.end();
    let mut table = Table::default();
    let mut open: Option<(u64, Header)> = None;
    let mut at = first;
    while at < end {
        let bytes = sweep.from(at, 4096)?;
        let safe = bytes.len().saturating_sub(HEADER).max(1);
        let Some(skip) = bytes.iter().take(safe).position(|&b| b == 0xff) else {
            at += safe as u64;
            continue;
        };
        at += skip as u64;
        let header = Header::parse(&bytes[skip..]).filter(|header| {
            let number = if header.variable || fixed == 0 { table.frames() } else { table.frames() / fixed };
            let due = match &open {
                None => header.number,
                Some((_, open)) if header.variable => number + open.samples,
                Some(_) => number + 1,
            };
            header.channels == channels && (header.number >= due && header.number - due < 64)
        });
        if let Some(header) = header {
            if let Some((offset, open)) = open.replace((at, header)) {
                table.push(offset, u32::try_from(at - offset).unwrap_or(u32::MAX), open.samples);
            }
            at += 2;
        } else {
            at += 1;
        }
    }
    if let Some((offset, last)) = open {
        table.push(offset, u32::try_from(end - offset).unwrap_or(u32::MAX), last.samples);
    }
    Ok(table)
}

/// A number in the extended UTF-8 of frame headers, and its length in bytes.
fn coded_number(bytes: &[u8]) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let length = match first.leading_ones() {
        0 => return Some((u64::from(first), 1)),
        n @ 2..=7 => n as usize,
        _ => return None,
    };
    let start = u64::from(first) & (0x7f >> length);
    bytes
        .get(1..length)?
        .iter()
        .try_fold(start, |n, &b| (b & 0xc0 == 0x80).then_some(n << 6 | u64::from(b & 0x3f)))
        .map(|n| (n, length))
}

fn crc8(bytes: &[u8]) -> u8 {
    bytes
        .iter()
        .fold(0, |crc, &byte| (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 != 0 { crc << 1 ^ 7 } else { crc << 1 }))
}
