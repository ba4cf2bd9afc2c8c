//! WAV: RIFF, RIFX, RF64 and BW64, whatever codec is inside.
//!
//! Sizes in the headers are claims. A data chunk of size 0 or 0xFFFFFFFF, as streaming writers leave, or larger than the
//! file runs to the end of the file.

use super::adpcm::{self, Adpcm};
use super::input::{Input, big, little};
use super::linear::{Coding, Layout, Linear};
use super::{Opened, Stream, mp3};
use crate::error::{Fail, Unplayable};
use crate::{Depth, Looks};

const FORMAT: &str = "wav";
const MOST_CHUNKS: usize = 4096;

/// Opens what [`super::sniff`] took for a WAV file.
pub(crate) fn open(mut input: Input) -> Result<Opened, Fail> {
    let head = read_chunks(&mut input)?;
    let coding = match (head.tag, head.bits) {
        (0x0001, 1..=8) => Coding::U8,
        (0x0001, 9..=16) => Coding::S16,
        (0x0001, 17..=24) => Coding::S24,
        (0x0001, 25..=32) => Coding::S32,
        (0x0003, 32) => Coding::F32,
        (0x0003, 64) => Coding::F64,
        (0x0006, _) => Coding::ALaw,
        (0x0007, _) => Coding::MuLaw,
        (0x0002 | 0x0011, 4) => return head.adpcm(input),
        (0x0055, _) => return head.mp3(input),
        (tag, _) => return Err(head.unplayable(tag)),
    };
    let channels = usize::from(head.channels);
    let narrowest = coding.bytes() * channels;
    // A block that is a whole number of wider containers per frame is kept; anything else in that field is a mistake.
    let stride = if usize::from(head.block) > narrowest { usize::from(head.block) } else { narrowest };
    let layout = Layout {
        coding,
        big_endian: head.big_endian,
        rate: head.rate,
        channels: head.channels,
        stride,
        start: head.start,
        bytes: head.bytes,
    };
    let depth = if coding.fits_16_bits() { Depth::Bits16 } else { Depth::Float };
    let stream: Box<dyn Stream> = Box::new(Linear::new(input, layout)?);
    Ok(Opened { stream, format: FORMAT, codec: coding.words().to_owned(), depth })
}

/// What the chunks before and around the samples say.
struct Head {
    tag: u16,
    channels: u16,
    rate: u32,
    bytes_per_second: u32,
    block: u16,
    bits: u16,
    big_endian: bool,
    start: u64,
    bytes: u64,
    /// What the `fact` chunk claims.
    claimed_frames: Option<u64>,
    /// What the format chunk has beyond its common fields.
    extra: Vec<u8>,
}

impl Head {
    fn adpcm(self, input: Input) -> Result<Opened, Fail> {
        let words = codec_words(self.tag);
        let coding = match self.tag {
            0x0011 => adpcm::Coding::Ima,
            _ => adpcm::Coding::Ms(self.coefficients()),
        };
        let layout = adpcm::Layout {
            coding,
            rate: self.rate,
            channels: self.channels,
            block: usize::from(self.block),
            start: self.start,
            bytes: self.bytes,
            claimed_frames: self.claimed_frames,
        };
        Ok(Opened { stream: Box::new(Adpcm::new(input, layout)?), format: FORMAT, codec: words, depth: Depth::Bits16 })
    }

    /// The predictor coefficients of Microsoft ADPCM: those in the file, or the usual ones.
    fn coefficients(&self) -> Vec<[i32; 2]> {
        let count = self.extra.get(2..4).map_or(0, little) as usize;
        let word = |bytes: &[u8]| i32::from(little(bytes) as u16 as i16);
        let pairs = self.extra.get(4..).unwrap_or_default().as_chunks::<4>().0;
        let table: Vec<_> = pairs.iter().take(count).map(|pair| [word(&pair[..2]), word(&pair[2..])]).collect();
        if table.is_empty() { adpcm::MS_COEFFICIENTS.to_vec() } else { table }
    }

    fn mp3(self, mut input: Input) -> Result<Opened, Fail> {
        let end = self.start.saturating_add(self.bytes);
        match crate::index::first_frame(&mut input, self.start, self.bytes)? {
            Some((at, first)) => mp3::open(input, FORMAT, at, end, first),
            None => Err(Fail::malformed("it holds no complete packet of audio")),
        }
    }

    fn unplayable(&self, tag: u16) -> Fail {
        let duration_ms = (self.bytes_per_second > 0).then(|| {
            i64::try_from(u128::from(self.bytes) * 1000 / u128::from(self.bytes_per_second)).unwrap_or(i64::MAX)
        });
        Fail::Unsupported(Box::new(Unplayable {
            codec: codec_words(tag),
            format: FORMAT,
            rate: Some(self.rate),
            channels: Some(u32::from(self.channels)),
            duration_ms,
        }))
    }
}

fn read_chunks(input: &mut Input) -> Result<Head, Fail> {
    let mut top = [0; 12];
    if input.read_at(0, &mut top)? < top.len() {
        return Err(Fail::NotAudio(Looks::TruncatedHeader));
    }
    let big_endian = top.starts_with(b"RIFX");
    let number = |bytes: &[u8]| if big_endian { big(bytes) } else { little(bytes) };
    let (mut fmt, mut data, mut long_size, mut fact) = (None::<Vec<u8>>, None::<(u64, u64)>, None::<u64>, None);
    let mut at = top.len() as u64;
    for _ in 0..MOST_CHUNKS {
        let mut header = [0; 8];
        if (fmt.is_some() && data.is_some()) || input.read_at(at, &mut header)? < header.len() {
            break;
        }
        let (body, claimed) = (at + 8, number(&header[4..]));
        let there = input.len() - body;
        match &header[..4] {
            b"ds64" => long_size = input.bytes_at(body + 8, 8)?.first_chunk::<8>().map(|b| u64::from_le_bytes(*b)),
            b"fact" => fact = input.bytes_at(body, 4)?.first_chunk::<4>().map(|b| number(b)),
            b"fmt " => fmt = Some(input.bytes_at(body, claimed.min(4096) as usize)?),
            b"data" => {
                let claimed = if claimed == 0xffff_ffff { long_size.unwrap_or(claimed) } else { claimed };
                let open_ended = claimed == 0xffff_ffff || claimed > there || claimed == 0 && !chunk_at(input, body)?;
                let size = if open_ended { there } else { claimed };
                data = Some((body, size));
                at = body.saturating_add(size).saturating_add(size & 1);
                continue;
            }
            _ => {}
        }
        at = body.saturating_add(claimed).saturating_add(claimed & 1);
    }
    let Some(fmt) = fmt.filter(|fmt| fmt.len() >= 14) else { return Err(Fail::NotAudio(Looks::TruncatedHeader)) };
    let Some((start, bytes)) = data else { return Err(Fail::NotAudio(Looks::TruncatedHeader)) };
    let field = |offset: usize, size: usize| fmt.get(offset..offset + size).map_or(0, number);
    const EXTENSIBLE: u16 = 0xfffe;
    let tag = match field(0, 2) as u16 {
        EXTENSIBLE => field(24, 2) as u16,
        tag => tag,
    };
    let head = Head {
        tag,
        channels: field(2, 2) as u16,
        rate: field(4, 4) as u32,
        bytes_per_second: field(8, 4) as u32,
        block: field(12, 2) as u16,
        bits: field(14, 2) as u16,
        big_endian,
        start,
        bytes,
        claimed_frames: fact,
        extra: fmt.get(18..).unwrap_or_default().to_vec(),
    };
    if head.channels == 0 || head.rate == 0 {
        return Err(Fail::malformed("its header names no channels or no sample rate"));
    }
    Ok(head)
}

/// Whether what stands at `at` looks like another chunk that fits the file.
fn chunk_at(input: &mut Input, at: u64) -> Result<bool, Fail> {
    let header = input.bytes_at(at, 8)?;
    let Some(([id @ .., _, _, _, _], size)) = header.first_chunk::<8>().map(|h| (h, &h[4..])) else {
        return Ok(header.is_empty());
    };
    let size = little(size);
    let named = id.iter().all(|b| b.is_ascii_alphanumeric() || *b == b' ');
    Ok(named && size <= input.len() - at - 8)
}

/// The codec a WAV format tag names.
fn codec_words(tag: u16) -> String {
    let words = match tag {
        0x0002 => "MS ADPCM",
        0x0010 | 0x0017 => "OKI ADPCM",
        0x0011 => "IMA ADPCM",
        0x0014 => "G.723 ADPCM",
        0x0020 => "Yamaha ADPCM",
        0x0022 => "DSP Group TrueSpeech",
        0x0031 | 0x0032 => "GSM 6.10",
        0x0040 => "G.721",
        0x0042 => "G.723.1",
        0x0045 | 0x0064 | 0x0085 => "G.726",
        0x0050 => "MPEG audio layer I/II",
        0x0055 => "MP3",
        0x0057 => "AMR-NB",
        0x0058 => "AMR-WB",
        0x0065 | 0x028f => "G.722",
        0x0083 | 0x0073 | 0x0133 => "G.729",
        0x00ff | 0x1600 | 0x1602 | 0x1610 => "AAC",
        0x0160..=0x0163 => "WMA",
        0x2000 => "AC-3",
        0xa109 => "Speex",
        tag => return format!("WAV format 0x{tag:04X}"),
    };
    words.to_owned()
}
