//! WebM and Matroska: elements are walked in one flat pass, so that the unknown sizes of live recordings need nothing
//! special. Opus, Vorbis and AAC are decoded, other codecs are named. Gaps between blocks are closed, as other players
//! do; laced blocks are not read.

use super::input::{Input, big};
use super::packets::{Packets, Shape, Table};
use super::xiph::{Codec, Opus, Vorbis};
use super::{Opened, aac};
use crate::error::{Fail, Unplayable};
use crate::{Depth, Looks};

const FORMAT: &str = "webm";
const MOST_ELEMENTS: usize = 10_000_000;

/// Opens what [`super::sniff`] took for Matroska.
pub(crate) fn open(mut input: Input) -> Result<Opened, Fail> {
    let mut walk = Walk::default();
    let mut at = 0;
    for _ in 0..MOST_ELEMENTS {
        let Some(element) = Element::read(&mut input, at)? else { break };
        at = walk.take(&mut input, &element)?;
    }
    walk.choose()?;
    let Some(chosen) = walk.chosen else { return Err(Fail::NotAudio(Looks::TruncatedHeader)) };
    let rate = chosen.codec.rate();
    let trimmed = (i128::from(walk.discard_ns) * i128::from(rate) + 500_000_000) / 1_000_000_000;
    let skip = chosen.codec.skip();
    let frames = walk.table.frames().saturating_sub(skip + u64::try_from(trimmed).unwrap_or(0));
    let shape = Shape { rate, channels: chosen.codec.channels(), skip, frames };
    let words = chosen.codec.words().to_owned();
    let stream = Box::new(Packets::new(input, walk.table, chosen.codec.recipe(), shape)?);
    Ok(Opened { stream, format: FORMAT, codec: words, depth: Depth::Bits16 })
}

/// The codecs that are decoded.
enum Inner {
    Xiph(Codec),
    Aac(aac::SetUp),
}

impl Inner {
    fn words(&self) -> &'static str {
        match self {
            Self::Xiph(codec) => codec.words(),
            Self::Aac(_) => "AAC",
        }
    }

    fn rate(&self) -> u32 {
        match self {
            Self::Xiph(codec) => codec.rate(),
            Self::Aac(set_up) => set_up.rate(),
        }
    }

    fn channels(&self) -> u16 {
        match self {
            Self::Xiph(codec) => codec.channels(),
            Self::Aac(set_up) => set_up.shape(0, 0).channels,
        }
    }

    fn skip(&self) -> u64 {
        match self {
            Self::Xiph(codec) => codec.skip(),
            Self::Aac(_) => 0,
        }
    }

    fn frames(&mut self, packet: &[u8]) -> u64 {
        match self {
            Self::Xiph(codec) => codec.frames(packet),
            Self::Aac(_) => aac::FRAMES,
        }
    }

    fn recipe(&self) -> super::packets::Recipe {
        match self {
            Self::Xiph(codec) => codec.recipe(),
            Self::Aac(set_up) => set_up.recipe(),
        }
    }
}

/// One element's head: its body runs from `body` to `end`, which for an unknown size is the end of the file.
struct Element {
    id: u64,
    body: u64,
    end: u64,
}

impl Element {
    fn read(input: &mut Input, at: u64) -> Result<Option<Self>, Fail> {
        let head = input.bytes_at(at, 12)?;
        let Some((id, id_size)) = number(&head, true) else { return Ok(None) };
        let Some((size, size_size)) = number(&head[id_size..], false) else { return Ok(None) };
        let body = at + (id_size + size_size) as u64;
        let unknown = size == (1 << (7 * size_size)) - 1;
        let end = if unknown { input.len() } else { body.saturating_add(size) };
        Ok(Some(Self { id, body, end: end.min(input.len()) }))
    }
}

/// A number of variable length, with or without its length marker, and its length.
fn number(bytes: &[u8], keep_marker: bool) -> Option<(u64, usize)> {
    let size = bytes.first()?.leading_zeros() as usize + 1;
    let value = big(bytes.get(..size).filter(|_| size <= if keep_marker { 4 } else { 8 })?);
    let mask = if keep_marker { u64::MAX } else { (1 << (7 * size)) - 1 };
    Some((value & mask, size))
}

/// A track as its entry describes it.
#[derive(Default)]
struct Track {
    number: u64,
    audio: bool,
    codec: String,
    private: Vec<u8>,
    rate: f64,
    channels: u64,
}

struct Chosen {
    track: u64,
    codec: Inner,
}

#[derive(Default)]
struct Walk {
    tracks: Vec<Track>,
    chosen: Option<Chosen>,
    table: Table,
    discard_ns: i64,
}

impl Walk {
    /// Takes an element and says where the next one is: inside it or after it.
    fn take(&mut self, input: &mut Input, element: &Element) -> Result<u64, Fail> {
        const PRIVATE: usize = 1 << 20;
        match element.id {
            // Segment, Tracks, Cluster, BlockGroup, Audio
            0x1853_8067 | 0x1654_ae6b | 0xa0 | 0xe1 => return Ok(element.body),
            0x1f43_b675 => {
                self.choose()?;
                return Ok(element.body);
            }
            0xae if self.tracks.len() < 64 => {
                self.tracks.push(Track::default());
                return Ok(element.body);
            }
            0xa1 | 0xa3 => self.block(input, element)?,
            0x75a2 => {
                let bytes = input.bytes_at(element.body, (element.end - element.body).min(8) as usize)?;
                let unused = 64 - 8 * bytes.len() as u32;
                self.discard_ns = if bytes.is_empty() { 0 } else { (big(&bytes) << unused) as i64 >> unused };
            }
            id @ (0xd7 | 0x83 | 0x86 | 0x63a2 | 0xb5 | 0x9f) => {
                let bytes = input.bytes_at(element.body, PRIVATE.min((element.end - element.body) as usize))?;
                if let Some(track) = self.tracks.last_mut() {
                    track.field(id, bytes);
                }
            }
            _ => {}
        }
        Ok(element.end)
    }

    /// Settles on the first audio track, once its description is complete.
    fn choose(&mut self) -> Result<(), Fail> {
        let Some(track) = self.tracks.iter().find(|track| track.audio).filter(|_| self.chosen.is_none()) else {
            return Ok(());
        };
        let broken = || Fail::malformed("its track's set-up cannot be read");
        let codec = match track.codec.as_str() {
            "A_OPUS" => Inner::Xiph(Codec::Opus(Opus::read(&track.private, FORMAT).ok_or_else(broken)??)),
            "A_VORBIS" => {
                let (identification, set_up) = Vorbis::unlace(&track.private).ok_or_else(broken)?;
                Inner::Xiph(Codec::Vorbis(Vorbis::read(identification, set_up)?))
            }
            "A_AAC" => {
                let set_up = aac::SetUp::read(&track.private).ok_or_else(broken)?;
                set_up.check(FORMAT)?;
                Inner::Aac(set_up)
            }
            other => {
                return Err(Fail::Unsupported(Box::new(Unplayable {
                    codec: other.trim_start_matches("A_").to_owned(),
                    format: FORMAT,
                    rate: Some(track.rate as u32),
                    channels: u32::try_from(track.channels).ok(),
                    duration_ms: None,
                })));
            }
        };
        self.chosen = Some(Chosen { track: track.number, codec });
        Ok(())
    }

    fn block(&mut self, input: &mut Input, element: &Element) -> Result<(), Fail> {
        let Some(chosen) = &mut self.chosen else { return Ok(()) };
        let head = input.bytes_at(element.body, 14)?;
        let Some((track, size)) = number(&head, false) else { return Ok(()) };
        let Some(&flags) = head.get(size + 2).filter(|_| track == chosen.track) else { return Ok(()) };
        if flags & 0x06 != 0 {
            return Err(Fail::unsupported(FORMAT, "laced Matroska blocks"));
        }
        let data = element.body + size as u64 + 3;
        let Some(len) = element.end.checked_sub(data).and_then(|len| u32::try_from(len).ok()) else { return Ok(()) };
        let start = head.get(size + 3..).unwrap_or_default();
        let frames = chosen.codec.frames(&start[..start.len().min(len as usize)]);
        self.table.push(data, len, frames);
        self.discard_ns = 0;
        Ok(())
    }
}

impl Track {
    fn field(&mut self, id: u64, bytes: Vec<u8>) {
        let value = big(&bytes[..bytes.len().min(8)]);
        match id {
            0xd7 => self.number = value,
            0x83 => self.audio = value == 2,
            0x86 => {
                self.codec = String::from_utf8_lossy(&bytes[..bytes.len().min(64)]).trim_end_matches('\0').to_owned()
            }
            0x63a2 => self.private = bytes,
            0xb5 if bytes.len() == 4 => self.rate = f64::from(f32::from_bits(value as u32)),
            0xb5 => self.rate = f64::from_bits(value),
            _ => self.channels = value,
        }
    }
}
