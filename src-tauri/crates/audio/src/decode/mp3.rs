//! MP3, alone or inside a WAV file: symphonia's decoder fed from our own frame index.

use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_MP3;

use super::Opened;
use super::input::Input;
use super::packets::{Packets, Recipe, Shape};
use crate::Depth;
use crate::error::Fail;
use crate::index::{self, Header};

/// Ten frames are enough for the filters; a frame may also reach back 511 bytes into what earlier ones left over, which
/// at the lowest bit rates are more frames than that. One more reservoir is for the frames that overlap the first one.
const LEAD: usize = 10;
const LEAD_BYTES: u64 = 1_100;

/// Opens the frames between `first` and `end`.
pub(crate) fn open(mut input: Input, format: &'static str, at: u64, end: u64, first: Header) -> Result<Opened, Fail> {
    match first {
        Header { layer: 2, .. } => return Err(Fail::unsupported(format, "MPEG audio layer II")),
        Header { size: 0, .. } => return Err(Fail::unsupported(format, "MP3 with a free bit rate")),
        _ => {}
    }
    let index = index::scan(&mut input, at, end, first)?;
    let mut params = AudioCodecParameters::new();
    params.for_codec(CODEC_ID_MP3).with_sample_rate(index.header.rate);
    let recipe = Recipe { params, lead: LEAD, lead_bytes: LEAD_BYTES, group: None, gain: 1.0 };
    let shape = Shape {
        rate: index.header.rate,
        channels: if index.header.mono { 1 } else { 2 },
        skip: index.skip,
        frames: index.table.frames().saturating_sub(index.skip + index.padding),
    };
    let stream = Box::new(Packets::new(input, index.table, recipe, shape)?);
    Ok(Opened { stream, format, codec: "MP3".to_owned(), depth: Depth::Bits16 })
}
