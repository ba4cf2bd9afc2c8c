//! Ogg: pages are walked once from start to end, which gives every packet's place, its length in time and, from the
//! granule positions, what is trimmed at both ends. Opus and Vorbis are decoded, other codecs are named.
//!
//! The first audio stream is taken. Lost pages shorten the time line; page check sums are not verified, a damaged
//! packet is its decoder's matter.

use super::Opened;
use super::input::{Input, Sweep, little};
use super::packets::{Packets, Shape, Table};
use super::xiph::{self, Codec, Opus, Vorbis};
use crate::error::{Fail, Unplayable};
use crate::{Depth, Looks};

const FORMAT: &str = "ogg";
const HEADER_LIMIT: usize = 1 << 20;

/// Opens what [`super::sniff`] took for Ogg.
pub(crate) fn open(mut input: Input) -> Result<Opened, Fail> {
    let mut walk = Walk::default();
    let mut at = 0;
    while let Some((found, page)) = Page::next(&mut input, at)? {
        at = found + page.size;
        if !walk.take(&mut input, &page)? {
            break;
        }
    }
    let Some(codec) = walk.codec else {
        let unnamed = || Fail::NotAudio(Looks::TruncatedHeader);
        return Err(walk.unknown.map_or_else(unnamed, |what| Fail::Unsupported(Box::new(what))));
    };
    let bounds = walk.bounds.ok_or_else(|| Fail::malformed("it holds no complete packet of audio"))?;
    let first_granule = if bounds.first_is_last { 0 } else { bounds.first_granule - bounds.first_frames };
    let skip = if matches!(codec, Codec::Vorbis(_)) { (-first_granule).max(0) } else { codec.skip() as i64 };
    let last = bounds.last_granule.saturating_sub(first_granule.max(0));
    let frames = if matches!(codec, Codec::Vorbis(_)) { last } else { last - skip };
    let shape = Shape {
        rate: codec.rate(),
        channels: codec.channels(),
        skip: skip as u64,
        frames: u64::try_from(frames).unwrap_or(0),
    };
    let words = codec.words().to_owned();
    let stream = Box::new(Packets::new(input, walk.table, codec.recipe(), shape)?);
    Ok(Opened { stream, format: FORMAT, codec: words, depth: Depth::Bits16 })
}

/// One page's header.
struct Page {
    first: bool,
    last: bool,
    continued: bool,
    granule: i64,
    serial: u32,
    /// Where its packets are; the last may go on in the next page.
    pieces: Vec<(u64, u32)>,
    unfinished: bool,
    size: u64,
}

impl Page {
    const HEADER: usize = 27;

    /// The next page from `from` on and where it is; what stands between is skipped.
    fn next(input: &mut Input, from: u64) -> Result<Option<(u64, Self)>, Fail> {
        let mut header = [0; Self::HEADER + 255];
        let mut at = from;
        loop {
            let got = input.read_at(at, &mut header)?;
            if got < Self::HEADER {
                return Ok(None);
            }
            if header.starts_with(b"OggS\0") {
                return Ok(Self::parse(&header[..got], at).map(|page| (at, page)));
            }
            let mut sweep = Sweep::new(input, u64::MAX);
            at = loop {
                at += 1;
                let bytes = sweep.from(at, 4096)?;
                if bytes.len() < 5 {
                    return Ok(None);
                }
                let safe = bytes.len() - 4;
                match bytes.windows(5).take(safe).position(|window| window == b"OggS\0") {
                    Some(skip) => break at + skip as u64,
                    None => at += safe as u64 - 1,
                }
            };
        }
    }

    fn parse(header: &[u8], at: u64) -> Option<Self> {
        let segments = header.get(Self::HEADER..Self::HEADER + usize::from(header[26]))?;
        let body = at + (Self::HEADER + segments.len()) as u64;
        let (mut pieces, mut offset, mut len) = (Vec::new(), body, 0);
        for &segment in segments {
            len += u32::from(segment);
            if segment < 255 {
                pieces.push((offset, len));
                offset += u64::from(len);
                len = 0;
            }
        }
        let unfinished = segments.last() == Some(&255);
        if unfinished {
            pieces.push((offset, len));
        }
        let size = Self::HEADER as u64 + segments.iter().map(|&s| 1 + u64::from(s)).sum::<u64>();
        Some(Self {
            continued: header[5] & 1 != 0,
            first: header[5] & 2 != 0,
            last: header[5] & 4 != 0,
            granule: little(&header[6..14]) as i64,
            serial: little(&header[14..18]) as u32,
            pieces,
            unfinished,
            size,
        })
    }
}

/// The granule positions that bound the stream.
struct Bounds {
    first_granule: i64,
    first_frames: i64,
    first_is_last: bool,
    last_granule: i64,
}

/// What has been gathered of the one stream taken.
#[derive(Default)]
struct Walk {
    serial: Option<u32>,
    /// Packets seen, headers included.
    packets: usize,
    identification: Vec<u8>,
    codec: Option<Codec>,
    unknown: Option<Unplayable>,
    partial: Vec<(u64, u32)>,
    table: Table,
    bounds: Option<Bounds>,
}

impl Walk {
    /// Takes a page; false when the stream is over.
    fn take(&mut self, input: &mut Input, page: &Page) -> Result<bool, Fail> {
        if page.first && self.serial.is_none() {
            self.identify(input, page)?;
        }
        if self.serial != Some(page.serial) {
            return Ok(!(page.first && self.table.len() > 0));
        }
        if !page.continued {
            self.partial.clear();
        }
        let mut orphan = page.continued && self.partial.is_empty();
        let mut completed = false;
        for (n, &piece) in page.pieces.iter().enumerate() {
            let goes_on = page.unfinished && n + 1 == page.pieces.len();
            if goes_on {
                if !orphan {
                    self.partial.push(piece);
                }
                break;
            }
            let mut pieces = std::mem::take(&mut self.partial);
            if std::mem::take(&mut orphan) {
                continue;
            }
            pieces.push(piece);
            let there = pieces.last().is_some_and(|(offset, len)| offset + u64::from(*len) <= input.len());
            if there {
                self.packet(input, &pieces)?;
                completed = true;
            }
        }
        if completed && page.granule >= 0 && self.table.len() > 0 {
            let frames = i64::try_from(self.table.frames()).unwrap_or(i64::MAX);
            let bounds = self.bounds.get_or_insert(Bounds {
                first_granule: page.granule,
                first_frames: frames,
                first_is_last: page.last,
                last_granule: 0,
            });
            bounds.last_granule = page.granule;
        }
        Ok(true)
    }

    fn identify(&mut self, input: &mut Input, page: &Page) -> Result<(), Fail> {
        let Some(&(offset, len)) = page.pieces.first() else { return Ok(()) };
        let head = input.bytes_at(offset, len as usize)?;
        if let Some(opus) = Opus::read(&head, FORMAT) {
            self.codec = Some(Codec::Opus(opus?));
        } else if head.starts_with(b"\x01vorbis") {
            self.identification = head;
        } else {
            let speex = head.starts_with(b"Speex   ");
            let codec = match () {
                () if speex => "Speex",
                () if xiph::is_flac(&head) => "FLAC in Ogg",
                () if head.starts_with(b"PCM     ") => "PCM in Ogg",
                () => return Ok(()),
            };
            let (rate, channels) = xiph::speex_facts(&head).filter(|_| speex).unzip();
            self.unknown =
                Some(Unplayable { codec: codec.to_owned(), format: FORMAT, rate, channels, duration_ms: None });
            return Ok(());
        }
        self.serial = Some(page.serial);
        Ok(())
    }

    fn packet(&mut self, input: &mut Input, pieces: &[(u64, u32)]) -> Result<(), Fail> {
        let number = self.packets;
        self.packets += 1;
        let headers = if self.identification.is_empty() { 2 } else { 3 };
        if number == 2 && headers == 3 {
            let set_up = gather(input, pieces)?;
            self.codec = Some(Codec::Vorbis(Vorbis::read(&self.identification, &set_up)?));
        }
        if let Some(codec) = self.codec.as_mut().filter(|_| number >= headers) {
            let mut start = [0; 2];
            let size: u64 = pieces.iter().map(|piece| u64::from(piece.1)).sum();
            let got = input.read_at(pieces[0].0, &mut start)?.min(usize::try_from(size).unwrap_or(2));
            let frames = codec.frames(&start[..got]);
            self.table.push_pieces(pieces, frames);
        }
        Ok(())
    }
}

fn gather(input: &mut Input, pieces: &[(u64, u32)]) -> Result<Vec<u8>, Fail> {
    let mut all = Vec::new();
    for &(offset, len) in pieces {
        all.extend(input.bytes_at(offset, len as usize)?);
        if all.len() > HEADER_LIMIT {
            return Err(Fail::malformed("its headers are larger than any real ones"));
        }
    }
    Ok(all)
}
