//! AAC in ADTS: every frame brings its own header. Nothing says how much the encoder delays, so nothing is trimmed.

use super::Opened;
use super::aac;
use super::input::{Input, Sweep};
use super::packets::{Packets, Table};
use crate::error::Fail;

const FORMAT: &str = "aac";

/// One frame's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    object_type: u8,
    rate: u8,
    channels: u8,
    header: u32,
    size: u32,
    blocks: u8,
}

impl Header {
    /// Reads seven bytes; `None` if they are no ADTS header.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let h = bytes.first_chunk::<7>()?;
        let header = if h[1] & 1 == 0 { 9 } else { 7 };
        let size = u32::from(h[3] & 3) << 11 | u32::from(h[4]) << 3 | u32::from(h[5] >> 5);
        let rate = h[2] >> 2 & 15;
        if h[0] != 0xff || h[1] & 0xf6 != 0xf0 || rate > 12 || size <= header {
            return None;
        }
        let channels = (h[2] & 1) << 2 | h[3] >> 6;
        Some(Self { object_type: (h[2] >> 6) + 1, rate, channels, header, size, blocks: (h[6] & 3) + 1 })
    }

    fn fits(&self, other: &Self) -> bool {
        (self.object_type, self.rate, self.channels) == (other.object_type, other.rate, other.channels)
    }
}

/// Looks for the first frame that is followed by another, within `limit` bytes from `from`.
pub(crate) fn first_frame(input: &mut Input, from: u64, limit: u64) -> Result<Option<(u64, Header)>, Fail> {
    let stop = from.saturating_add(limit);
    Ok(next_frame(&mut Sweep::new(input, u64::MAX), from, stop, None)?)
}

/// Opens the frames from the first one on.
pub(crate) fn open(mut input: Input, from: u64, end: u64, first: Header) -> Result<Opened, Fail> {
    if first.blocks > 1 {
        return Err(Fail::unsupported(FORMAT, "AAC with several blocks in an ADTS frame"));
    }
    let set_up = aac::SetUp::of_adts(first.object_type, first.rate, first.channels);
    set_up.check(FORMAT)?;
    let mut table = Table::default();
    let mut sweep = Sweep::new(&mut input, end);
    let end = sweep.end();
    let mut at = from;
    while at < end {
        let header = Header::parse(sweep.from(at, 9)?).filter(|header| header.fits(&first));
        match header {
            Some(header) if at + u64::from(header.size) <= end => {
                table.push(at + u64::from(header.header), header.size - header.header, aac::FRAMES);
                at += u64::from(header.size);
            }
            Some(_) => break,
            None => match next_frame(&mut sweep, at + 1, end, Some(&first))? {
                Some((found, _)) => at = found,
                None => break,
            },
        }
    }
    let shape = set_up.shape(0, table.frames());
    let stream = Box::new(Packets::new(input, table, set_up.recipe(), shape)?);
    Ok(Opened { stream, format: FORMAT, codec: "AAC".to_owned(), depth: crate::Depth::Bits16 })
}

fn next_frame(
    sweep: &mut Sweep<'_>,
    from: u64,
    stop: u64,
    like: Option<&Header>,
) -> std::io::Result<Option<(u64, Header)>> {
    const LOOKAHEAD: usize = 2 * 8192 + 16;
    let mut at = from;
    while at < stop.min(sweep.end()) {
        let bytes = sweep.from(at, LOOKAHEAD)?;
        let safe = bytes.len().saturating_sub(LOOKAHEAD).max(1);
        let Some(skip) = bytes.iter().take(safe).position(|&b| b == 0xff) else {
            at += safe as u64;
            continue;
        };
        at += skip as u64;
        let bytes = &bytes[skip..];
        let follows =
            |header: &Header, size: usize| bytes.get(size..).and_then(Header::parse).filter(|h| h.fits(header));
        if let Some(header) = Header::parse(bytes).filter(|header| like.is_none_or(|like| header.fits(like))) {
            let size = header.size as usize;
            let followed = match follows(&header, size) {
                Some(second) => follows(&header, size + second.size as usize).is_some() || bytes.len() < LOOKAHEAD,
                None => size == bytes.len(),
            };
            if followed {
                return Ok(Some((at, header)));
            }
        }
        at += 1;
    }
    Ok(None)
}
