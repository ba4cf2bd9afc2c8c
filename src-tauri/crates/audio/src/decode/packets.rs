//! Files that are a row of coded packets. A table of every packet's place in the file and in time is made when opening,
//! so any frame is found by binary search and positions never depend on how one got there.
//!
//! A decoder needs some packets before the wanted one to be in the right state: the lead, decoded and thrown away. For
//! codecs whose state never becomes exactly the same again (Opus filters, AAC noise generator) the row is cut into
//! groups, and each group starts with a fresh decoder and its lead, when reading straight through as when seeking:
//! both are then the same computation, hence the same samples.
//!
//! A packet that cannot be decoded is silence of its own length; the time line never shifts.

use std::collections::HashMap;
use std::sync::LazyLock;

use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};

use super::Stream;
use super::input::Input;
use crate::Spec;
use crate::error::Fail;

/// Where every packet is. Frames are counted from the first packet's first decoded one: "raw" frames, before trimming.
#[derive(Default)]
pub(crate) struct Table {
    packets: Vec<Place>,
    end: u64,
    /// The further pieces of packets that do not lie in one piece.
    scattered: HashMap<usize, Vec<(u64, u32)>>,
}

struct Place {
    start: u64,
    offset: u64,
    len: u32,
}

impl Table {
    /// Larger packets do not occur; they are kept as silence.
    const LARGEST: u32 = 16 << 20;

    /// Appends a packet that decodes to `frames` frames.
    pub(crate) fn push(&mut self, offset: u64, len: u32, frames: u64) {
        self.packets.push(Place { start: self.end, offset, len: if len > Self::LARGEST { 0 } else { len } });
        self.end = self.end.saturating_add(frames);
    }

    /// Appends a packet that lies in pieces.
    pub(crate) fn push_pieces(&mut self, pieces: &[(u64, u32)], frames: u64) {
        let Some(((offset, len), rest)) = pieces.split_first() else { return };
        if !rest.is_empty() {
            self.scattered.insert(self.packets.len(), rest.to_vec());
        }
        self.push(*offset, *len, frames);
    }

    /// Drops the last packet if it cannot be decoded: the file was cut within it. For packets that stand alone and whose
    /// end is not known otherwise.
    pub(crate) fn drop_last_if_broken(&mut self, input: &mut Input, params: &AudioCodecParameters) -> Result<(), Fail> {
        let Some(last) = self.packets.len().checked_sub(1) else { return Ok(()) };
        let mut bytes = Vec::new();
        self.read(last, input, &mut bytes)?;
        let reference = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, &bytes);
        if decoder(params)?.decode_ref(&reference).is_err()
            && let Some(place) = self.packets.pop()
        {
            self.end = place.start;
        }
        Ok(())
    }

    pub(crate) fn len(&self) -> usize {
        self.packets.len()
    }

    /// How many raw frames there are.
    pub(crate) fn frames(&self) -> u64 {
        self.end
    }

    fn frames_of(&self, packet: usize) -> u64 {
        let next = self.packets.get(packet + 1).map_or(self.end, |next| next.start);
        next - self.packets[packet].start
    }

    /// The packet that holds a raw frame.
    fn holding(&self, raw: u64) -> usize {
        self.packets.partition_point(|place| place.start <= raw).saturating_sub(1)
    }

    fn read(&self, packet: usize, input: &mut Input, out: &mut Vec<u8>) -> Result<(), Fail> {
        let place = &self.packets[packet];
        out.clear();
        let first = [(place.offset, place.len)];
        let rest = self.scattered.get(&packet).map_or(&[][..], Vec::as_slice);
        for &(offset, len) in first.iter().chain(rest) {
            let from = out.len();
            let to = from + len as usize;
            if to > Self::LARGEST as usize {
                break;
            }
            out.resize(to, 0);
            let got = input.read_at(offset, &mut out[from..])?;
            out.truncate(from + got);
        }
        Ok(())
    }
}

/// How packets become samples.
pub(crate) struct Recipe {
    pub(crate) params: AudioCodecParameters,
    /// Packets decoded and thrown away before the first wanted one.
    pub(crate) lead: usize,
    /// The lead also has at least this many bytes, if there are that many.
    pub(crate) lead_bytes: u64,
    /// A fresh decoder every so many packets, for codecs whose state depends on all that came before.
    pub(crate) group: Option<usize>,
    /// A factor on every sample.
    pub(crate) gain: f32,
}

/// What of the raw frames is the recording.
pub(crate) struct Shape {
    pub(crate) rate: u32,
    pub(crate) channels: u16,
    /// Raw frames before it.
    pub(crate) skip: u64,
    /// Its frames; clamped to what there is.
    pub(crate) frames: u64,
}

/// The reader over such a row.
pub(crate) struct Packets {
    input: Input,
    table: Table,
    recipe: Recipe,
    shape: Shape,
    decoder: Box<dyn AudioDecoder>,
    /// The packet the decoder takes next.
    next: usize,
    /// The last packet decoded, interleaved, and the raw frame it starts at.
    decoded: Vec<f32>,
    decoded_at: u64,
    at: u64,
    bytes: Vec<u8>,
    fresh: Vec<f32>,
}

impl Packets {
    pub(crate) fn new(input: Input, table: Table, recipe: Recipe, mut shape: Shape) -> Result<Self, Fail> {
        if shape.rate == 0 || shape.channels == 0 || shape.channels > 32 {
            return Err(Fail::malformed("its header names an impossible rate or number of channels"));
        }
        shape.skip = shape.skip.min(table.frames());
        shape.frames = shape.frames.min(table.frames() - shape.skip);
        if shape.frames == 0 {
            return Err(Fail::malformed("it holds no complete packet of audio"));
        }
        let decoder = decoder(&recipe.params)?;
        let mut packets = Self {
            input,
            table,
            recipe,
            shape,
            decoder,
            next: 0,
            decoded: Vec::new(),
            decoded_at: 0,
            at: 0,
            bytes: Vec::new(),
            fresh: Vec::new(),
        };
        packets.seek(0)?;
        Ok(packets)
    }

    /// Makes the decoder ready for `packet`, as reading straight through would have.
    fn restart(&mut self, packet: usize) -> Result<(), Fail> {
        let wanted = self.recipe.group.map_or(packet, |size| packet - packet % size);
        let (mut from, mut bytes) = (wanted, 0);
        while from > 0 && (wanted - from < self.recipe.lead || bytes < self.recipe.lead_bytes) && wanted - from < 64 {
            from -= 1;
            bytes += u64::from(self.table.packets[from].len.saturating_sub(OVERHEAD));
        }
        if self.recipe.group.is_some() {
            self.decoder = decoder(&self.recipe.params)?;
        } else {
            self.decoder.reset();
        }
        for lead in from..packet {
            self.decode(lead)?;
        }
        self.next = packet;
        Ok(())
    }

    /// Decodes the next packet into `decoded`.
    fn advance(&mut self) -> Result<(), Fail> {
        let packet = self.next;
        if packet > 0 && self.recipe.group.is_some_and(|size| packet.is_multiple_of(size)) {
            self.restart(packet)?;
        }
        self.decode(packet)?;
        std::mem::swap(&mut self.decoded, &mut self.fresh);
        self.decoded_at = self.table.packets[packet].start;
        self.next = packet + 1;
        Ok(())
    }

    /// Decodes one packet into `fresh`, exactly as long as the table says.
    fn decode(&mut self, packet: usize) -> Result<(), Fail> {
        self.table.read(packet, &mut self.input, &mut self.bytes)?;
        let channels = usize::from(self.shape.channels);
        let frames = self.table.frames_of(packet);
        let wanted = usize::try_from(frames).unwrap_or(usize::MAX).saturating_mul(channels);
        if wanted > MOST_SAMPLES {
            return Err(Fail::malformed("a packet claims an impossible length"));
        }
        let reference = PacketRef::new(0, Timestamp::ZERO, Duration::new(frames), &self.bytes);
        self.fresh.clear();
        if let Ok(buffer) = self.decoder.decode_ref(&reference) {
            let planes = buffer.num_planes();
            if planes == channels {
                buffer.copy_to_vec_interleaved(&mut self.fresh);
            } else if planes > 0 {
                let mut other = Vec::new();
                buffer.copy_to_vec_interleaved::<f32>(&mut other);
                let spread =
                    other.chunks_exact(planes).flat_map(|frame| (0..channels).map(|c| frame[c.min(planes - 1)]));
                self.fresh.extend(spread);
            }
        }
        self.fresh.resize(wanted, 0.0);
        if self.recipe.gain != 1.0 {
            self.fresh.iter_mut().for_each(|sample| *sample *= self.recipe.gain);
        }
        Ok(())
    }

    fn decoded_frames(&self) -> u64 {
        (self.decoded.len() / usize::from(self.shape.channels)) as u64
    }
}

/// Bytes of an MP3 frame that are header and side information at most, which the lead's bytes do not count.
const OVERHEAD: u32 = 38;

/// No packet of any codec decodes to more.
const MOST_SAMPLES: usize = 1 << 21;

impl Stream for Packets {
    fn spec(&self) -> Spec {
        Spec { rate: self.shape.rate, channels: self.shape.channels, frames: self.shape.frames }
    }

    fn seek(&mut self, frame: u64) -> Result<(), Fail> {
        self.at = frame.min(self.shape.frames);
        let raw = self.at + self.shape.skip;
        let buffered = self.decoded_at..self.decoded_at + self.decoded_frames();
        if self.at == self.shape.frames || buffered.contains(&raw) {
            return Ok(());
        }
        let packet = self.table.holding(raw);
        self.decoded.clear();
        // A little further on, going on decoding is as exact and cheaper.
        if !(self.next..=self.next + self.recipe.lead).contains(&packet) || self.next == 0 {
            self.restart(packet)?;
        }
        Ok(())
    }

    fn read(&mut self, out: &mut [f32]) -> Result<usize, Fail> {
        let channels = usize::from(self.shape.channels);
        let room = out.len() / channels;
        let mut done = 0;
        while done < room && self.at < self.shape.frames {
            let raw = self.at + self.shape.skip;
            let from = raw.checked_sub(self.decoded_at).filter(|&from| from < self.decoded_frames());
            let Some(from) = from else {
                if self.next >= self.table.len() {
                    break;
                }
                self.advance()?;
                continue;
            };
            let there = (self.decoded_frames() - from).min(self.shape.frames - self.at);
            let n = usize::try_from(there).unwrap_or(usize::MAX).min(room - done);
            let from = from as usize * channels;
            out[done * channels..(done + n) * channels].copy_from_slice(&self.decoded[from..from + n * channels]);
            done += n;
            self.at += n as u64;
        }
        Ok(done)
    }
}

static CODECS: LazyLock<CodecRegistry> = LazyLock::new(|| {
    let mut registry = CodecRegistry::new();
    symphonia::default::register_enabled_codecs(&mut registry);
    registry.register_audio_decoder::<symphonia_adapter_libopus::OpusDecoder>();
    registry
});

fn decoder(params: &AudioCodecParameters) -> Result<Box<dyn AudioDecoder>, Fail> {
    CODECS
        .make_audio_decoder(params, &AudioDecoderOptions::default())
        .map_err(|error| Fail::malformed(format!("its codec's set-up cannot be used ({error})")))
}
