//! The frame index of an MP3: a scan over all headers that finds every frame, exact duration included, and what a
//! Xing, Info or VBRI frame says about delay and padding.
//!
//! Tags around and between frames (ID3v1, ID3v2, APE) and garbage are skipped. Frames of another rate than the first
//! are skipped too: one recording has one rate. Absent: the seek table of the Xing frame, which is too coarse to be exact.

use crate::decode::input::{Input, Sweep, big};
use crate::decode::packets::Table;
use crate::error::Fail;

/// Frames the decoder itself adds at the start, which a LAME tag's delay does not count.
const DECODER_DELAY: u64 = 529;

/// Everything the scan found.
pub(crate) struct Index {
    pub(crate) table: Table,
    pub(crate) header: Header,
    /// Raw frames before the recording: encoder and decoder delay, known from a LAME tag only. Without one, nothing is
    /// trimmed: the recording then begins with that silence (1,105 samples with LAME), as other players have it too.
    pub(crate) skip: u64,
    /// Raw frames after it.
    pub(crate) padding: u64,
}

/// One frame's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) mpeg1: bool,
    pub(crate) layer: u8,
    pub(crate) rate: u32,
    pub(crate) mono: bool,
    /// The bytes of the whole frame; 0 if the bit rate is free.
    pub(crate) size: u32,
}

impl Header {
    /// Reads four bytes; `None` if they are no MPEG audio header.
    #[inline]
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let [0xff, b, c, d] = *bytes.first_chunk::<4>()? else { return None };
        let (version, layer, bit_rate, rate) = (b >> 3 & 3, 4 - (b >> 1 & 3), c >> 4, c >> 2 & 3);
        if b & 0xe0 != 0xe0 || version == 1 || !(2..=3).contains(&layer) || bit_rate == 15 || rate == 3 {
            return None;
        }
        let mpeg1 = version == 3;
        let shift = match version {
            3 => 0,
            2 => 1,
            _ => 2,
        };
        let rate = [44_100, 48_000, 32_000][usize::from(rate)] >> shift;
        let kilobits = match (mpeg1, layer) {
            (true, 2) => LAYER_2[usize::from(bit_rate)],
            (true, _) => MPEG1[usize::from(bit_rate)],
            (false, _) => MPEG2[usize::from(bit_rate)],
        };
        let factor = if mpeg1 || layer == 2 { 144_000 } else { 72_000 };
        let size = if kilobits == 0 { 0 } else { factor * kilobits / rate + u32::from(c >> 1 & 1) };
        Some(Self { mpeg1, layer, rate, mono: d >> 6 == 3, size })
    }

    /// How many frames of samples it decodes to.
    pub(crate) fn samples(&self) -> u64 {
        if self.mpeg1 { 1152 } else { 576 }
    }

    /// Whether it can belong to the same stream.
    fn fits(&self, other: &Self) -> bool {
        self.mpeg1 == other.mpeg1 && self.layer == other.layer && self.rate == other.rate
    }

    fn side_info(&self) -> usize {
        match (self.mpeg1, self.mono) {
            (true, false) => 32,
            (true, true) | (false, false) => 17,
            (false, true) => 9,
        }
    }
}

const MPEG1: [u32; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const LAYER_2: [u32; 15] = [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384];
const MPEG2: [u32; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

/// The most that three frames in a row take.
const LOOKAHEAD: usize = 3 * 2881 + 4;

/// Looks for the first MPEG audio frame from `from` on, within `limit` bytes. Garbage may precede it.
pub(crate) fn first_frame(input: &mut Input, from: u64, limit: u64) -> Result<Option<(u64, Header)>, Fail> {
    let mut sweep = Sweep::new(input, u64::MAX);
    let stop = from.saturating_add(limit);
    Ok(next_frame(&mut sweep, from, stop, None)?)
}

/// Scans the frames from `from`, where the first one is, up to `end`.
pub(crate) fn scan(input: &mut Input, from: u64, end: u64, first: Header) -> Result<Index, Fail> {
    let mut sweep = Sweep::new(input, end);
    let end = sweep.end();
    let mut index = Index { table: Table::default(), header: first, skip: 0, padding: 0 };
    let mut at = from;
    let mut channels_known = false;
    while at < end {
        let bytes = sweep.from(at, 256)?;
        let header = Header::parse(bytes).filter(|header| header.fits(&first) && header.size > 0);
        let Some(header) = header else {
            if let Some(size) = id3v2_size(bytes) {
                at = at.saturating_add(size);
                continue;
            }
            match next_frame(&mut sweep, at + 1, end, Some(&first))? {
                Some((found, _)) => at = found,
                None => break,
            }
            continue;
        };
        if at + u64::from(header.size) > end {
            break;
        }
        match information(&bytes[..bytes.len().min(header.size as usize)], &header) {
            Some(information) if index.table.len() == 0 => {
                (index.skip, index.padding) = information.trim.unwrap_or_default();
            }
            Some(_) => {}
            None => {
                if !channels_known {
                    index.header = header;
                    channels_known = true;
                }
                index.table.push(at, header.size, header.samples());
            }
        }
        at += u64::from(header.size);
    }
    Ok(index)
}

/// The size of an ID3v2 tag that starts here, header included.
pub(crate) fn id3v2_size(bytes: &[u8]) -> Option<u64> {
    let header = bytes.first_chunk::<10>()?;
    let digits = &header[6..];
    if !header.starts_with(b"ID3") || header[3] == 0xff || digits.iter().any(|digit| digit & 0x80 != 0) {
        return None;
    }
    let size = digits.iter().fold(0, |n, &digit| n << 7 | u64::from(digit));
    let footer = if header[5] & 0x10 != 0 { 10 } else { 0 };
    Some(10 + size + footer)
}

/// Where the audio ends: before ID3v1 and APE tags at the end.
pub(crate) fn end_of_audio(input: &mut Input) -> Result<u64, Fail> {
    let mut end = input.len();
    for _ in 0..4 {
        if end >= 128 && input.bytes_at(end - 128, 3)? == b"TAG" {
            end -= 128;
            continue;
        }
        let footer = input.bytes_at(end.saturating_sub(32), 32)?;
        if end >= 32 && footer.starts_with(b"APETAGEX") {
            let size = crate::decode::input::little(&footer[12..16]);
            let header = if footer[23] & 0x80 != 0 { 32 } else { 0 };
            end = end.saturating_sub(size.max(32) + header);
            continue;
        }
        break;
    }
    Ok(end)
}

/// Looks for the next frame that is followed by two more of its kind, or by the end.
fn next_frame(
    sweep: &mut Sweep<'_>,
    from: u64,
    stop: u64,
    like: Option<&Header>,
) -> std::io::Result<Option<(u64, Header)>> {
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
        if let Some(header) = Header::parse(bytes).filter(|header| like.is_none_or(|like| header.fits(like)))
            && is_followed(bytes, &header)
        {
            return Ok(Some((at, header)));
        }
        at += 1;
    }
    Ok(None)
}

fn is_followed(bytes: &[u8], first: &Header) -> bool {
    if first.size == 0 {
        return is_free(bytes);
    }
    let (mut at, mut size) = (0, first.size as usize);
    for followers in 0..2 {
        at += size;
        let Some(rest) = bytes.get(at..).filter(|rest| rest.len() >= 4) else {
            return followers > 0 || at == bytes.len();
        };
        match Header::parse(rest).filter(|header| header.fits(first) && header.size > 0) {
            Some(header) => size = header.size as usize,
            None => return followers > 0 && rest.starts_with(b"TAG") || rest.starts_with(b"APET"),
        }
    }
    true
}

/// Whether frames of a free bit rate stand here: the same header again and again, equally far apart. Recognised only to
/// be named.
fn is_free(bytes: &[u8]) -> bool {
    const PADDING: u8 = 0x02;
    let same = |at: usize| {
        let there = bytes.get(at..at + 3)?;
        Some(there[..2] == bytes[..2] && there[2] & !PADDING == bytes[2] & !PADDING)
    };
    (32..LOOKAHEAD / 3).any(|gap| (1..=2).all(|n| (0..=n).any(|padding| same(n * gap + padding) == Some(true))))
}

/// What the frame that describes the stream counts, if there is one and it does.
#[derive(Default)]
pub(crate) struct Claims {
    pub(crate) frames: Option<u64>,
    pub(crate) bytes: Option<u64>,
}

/// What a stream's first frame counts.
pub(crate) fn claims(frame: &[u8], header: &Header) -> Claims {
    let number = |at: usize| frame.get(at..at + 4).map(big).filter(|number| *number > 0);
    if frame.get(36..40) == Some(b"VBRI") {
        return Claims { bytes: number(46), frames: number(50) };
    }
    let at = 4 + header.side_info();
    let Some(b"Xing" | b"Info") = frame.get(at..at + 4) else { return Claims::default() };
    let flags = number(at + 4).unwrap_or(0);
    let frames = number(at + 8).filter(|_| flags & 1 != 0);
    let bytes = number(at + if flags & 1 != 0 { 12 } else { 8 }).filter(|_| flags & 2 != 0);
    Claims { frames, bytes }
}

/// A frame that describes the stream instead of holding sound.
struct Information {
    /// Frames to trim at the start and at the end, from a LAME tag.
    trim: Option<(u64, u64)>,
}

fn information(frame: &[u8], header: &Header) -> Option<Information> {
    let tag = frame.get(4 + header.side_info()..)?;
    if frame.get(36..40) == Some(b"VBRI") {
        return Some(Information { trim: None });
    }
    if !(tag.starts_with(b"Xing") || tag.starts_with(b"Info")) {
        return None;
    }
    let flags = big(tag.get(4..8)?);
    let fields = [(1, 4), (2, 4), (4, 100), (8, 4)];
    let size: usize = fields.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, size)| size).sum();
    let lame = tag.get(8 + size..).unwrap_or_default();
    let known = [&b"LAME"[..], b"Lavf", b"Lavc", b"L3.9"].iter().any(|name| lame.starts_with(name));
    let trim = lame.get(21..24).filter(|_| known).map(|bytes| {
        let both = big(bytes);
        ((both >> 12) + DECODER_DELAY, (both & 0xfff).saturating_sub(DECODER_DELAY))
    });
    Some(Information { trim })
}
