//! Whether a file is cut short, by what it says of itself: the sizes and counts in its own headers and tables.
//!
//! Players need not know, since what is there can be heard; whoever fetches a file must, since half a file may arrive
//! under the length of half a file. What a streaming writer leaves open says nothing, nor do formats that have no sizes.

use std::fs::File;
use std::path::Path;

use super::input::{Input, big, little};
use super::sniff::{self, Kind};
use super::{Opened, file_name, flac, guard};
use crate::DecodeError;
use crate::error::Fail;
use crate::index;

/// Sizes from here on (2 GiB and a little less) are what streaming writers leave: `0x7FFFF000`, `0xFFFFFFFF` and so on,
/// with or without the header's own size.
const OPEN_ENDED: u64 = 0x7fff_0000;
const MOST_PARTS: usize = 1_000_000;

/// Whether a file's own headers say that more bytes must come than there are. `false` where they say nothing.
pub fn is_cut_short(path: &Path) -> Result<bool, DecodeError> {
    guard(&file_name(path), || {
        let mut input = Input::new(File::open(path)?)?;
        match sniff::sniff(&mut input)? {
            Kind::Riff => riff(&mut input),
            Kind::Aiff => chunks(&mut input, b"SSND", big, None),
            Kind::Flac(at) => flac(input, at),
            Kind::Ogg => ogg(&mut input),
            Kind::Mp4 => mp4(&mut input),
            Kind::Webm => webm(&mut input),
            Kind::Mp3(at, first) => mp3(&mut input, at, first),
            Kind::Adts(..) | Kind::Unsupported { .. } | Kind::Not(_) => Ok(false),
        }
    })
}

fn riff(input: &mut Input) -> Result<bool, Fail> {
    match input.bytes_at(0, 4)?.as_slice() {
        b"RIFX" => chunks(input, b"data", big, None),
        b"RF64" | b"BW64" => {
            let sizes = input.bytes_at(12, 24)?;
            let data = sizes.get(16..24).filter(|_| sizes.starts_with(b"ds64")).map(little);
            chunks(input, b"data", little, data)
        }
        _ => chunks(input, b"data", little, None),
    }
}

/// The chunk of the samples decides: what stands behind it adds nothing that can be heard, and the size of the whole is
/// the one that writers get wrong.
fn chunks(input: &mut Input, samples: &[u8], number: fn(&[u8]) -> u64, long: Option<u64>) -> Result<bool, Fail> {
    let mut at = 12;
    for _ in 0..MOST_PARTS {
        let header = input.bytes_at(at, 8)?;
        let Some((name, size)) = header.split_at_checked(4).filter(|(_, size)| size.len() == 4) else { break };
        let (body, size) = (at + 8, number(size));
        if name == samples {
            let size = if size == 0xffff_ffff { long.unwrap_or(size) } else { size };
            let is_known = long == Some(size) || size < OPEN_ENDED;
            return Ok(is_known && size > input.len() - body);
        }
        at = body.saturating_add(size).saturating_add(size & 1);
    }
    Ok(false)
}

/// The stream's information counts the samples.
fn flac(mut input: Input, at: u64) -> Result<bool, Fail> {
    const TOTAL: u64 = 4 + 4 + 13;
    let total = big(&input.bytes_at(at + TOTAL, 5)?) & 0xf_ffff_ffff;
    let Opened { stream, .. } = flac::open(input, at)?;
    Ok(stream.spec().frames < total)
}

/// A page is there whole or it is cut. That a whole page would have to be the last one is not always written.
fn ogg(input: &mut Input) -> Result<bool, Fail> {
    const HEAD: u64 = 27;
    let mut at = 0;
    while at < input.len() {
        let head = input.bytes_at(at, HEAD as usize)?;
        let Some(segments) = head.get(26).filter(|_| head.starts_with(b"OggS")) else {
            return Ok(head.starts_with(b"OggS"));
        };
        let sizes = input.bytes_at(at + HEAD, usize::from(*segments))?;
        let page = HEAD + u64::from(*segments) + sizes.iter().map(|size| u64::from(*size)).sum::<u64>();
        if page > input.len() - at {
            return Ok(true);
        }
        at += page;
    }
    Ok(false)
}

/// A box of a known name that goes on behind the end.
fn mp4(input: &mut Input) -> Result<bool, Fail> {
    const KNOWN: [&[u8]; 5] = [b"moov", b"moof", b"mdat", b"free", b"mfra"];
    let mut at: u64 = 0;
    for _ in 0..MOST_PARTS {
        let head = input.bytes_at(at, 16)?;
        let Some(name) = head.get(4..8) else { break };
        let size = match big(&head[..4]) {
            1 => head.get(8..16).map_or(u64::MAX, big),
            size => size,
        };
        if KNOWN.contains(&name) && size > input.len() - at {
            return Ok(true);
        }
        // A box without a size goes to the end, and one smaller than its own head is none.
        if size < 8 {
            break;
        }
        at = at.saturating_add(size);
    }
    Ok(false)
}

/// The segment that holds everything, if its size is known.
fn webm(input: &mut Input) -> Result<bool, Fail> {
    const SEGMENT: u64 = 0x1853_8067;
    let mut at = 0;
    for _ in 0..2 {
        let head = input.bytes_at(at, 12)?;
        let Some((id, id_size)) = coded(&head, true) else { break };
        let Some((size, size_size)) = coded(&head[id_size..], false) else { break };
        let body = at + (id_size + size_size) as u64;
        let is_open_ended = size == (1 << (7 * size_size)) - 1;
        if id == SEGMENT {
            return Ok(!is_open_ended && size > input.len().saturating_sub(body));
        }
        at = body.saturating_add(size);
    }
    Ok(false)
}

/// A number whose leading zeros tell its length, with or without the bit after them; and that length.
fn coded(bytes: &[u8], with_marker: bool) -> Option<(u64, usize)> {
    let length = bytes.first()?.leading_zeros() as usize + 1;
    let number = big(bytes.get(..length).filter(|_| length <= 8)?);
    Some((if with_marker { number } else { number & ((1 << (7 * length)) - 1) }, length))
}

/// A Xing, Info or VBRI frame counts the bytes and the frames. Writers disagree on whether it counts itself, and tags
/// may be cut off later: one count alone must clearly exceed what is there, and two must agree that something is missing.
fn mp3(input: &mut Input, at: u64, first: index::Header) -> Result<bool, Fail> {
    let claimed = index::claims(&input.bytes_at(at, first.size as usize)?, &first);
    let missing_bytes = claimed.bytes.is_some_and(|bytes| bytes > input.len());
    let Some(frames) = claimed.frames else { return Ok(missing_bytes) };
    let end = index::end_of_audio(input)?;
    let there = index::scan(input, at, end, first)?.table.len() as u64;
    Ok(frames > there + 1 || frames > there && missing_bytes)
}
