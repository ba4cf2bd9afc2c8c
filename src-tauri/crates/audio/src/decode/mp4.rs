//! M4A and MP4: the sample tables, or the fragments of a live recording, give every packet's place. AAC and ALAC are
//! decoded, other codecs are named.
//!
//! What the encoder put before and after the recording comes from the edit list or from iTunes' own tag, and is trimmed.

mod boxes;
mod entry;

use super::Opened;
use super::input::{Input, big};
use super::packets::{Packets, Shape, Table};
use crate::error::{Fail, Unplayable};
use crate::{Depth, Looks};
use boxes::{Atom, atoms, child, path};
use entry::Inner;

const FORMAT: &str = "m4a";
const MOST_BOXES: usize = 1_000_000;
/// The tables of a day of audio are a few megabytes.
const MOST_TABLES: usize = 64 << 20;

/// Opens what [`super::sniff`] took for MP4.
pub(crate) fn open(mut input: Input) -> Result<Opened, Fail> {
    let (movie, fragments) = top_level(&mut input)?;
    let movie = movie.ok_or(Fail::NotAudio(Looks::TruncatedHeader))?;
    let track = audio_track(&movie)?;
    let mut table = Table::default();
    let len = input.len();
    let claimed = sample_table(&track, len, &mut table);
    for &(at, size) in &fragments {
        fragment(&mut input, &track, &movie, at, size, &mut table)?;
    }
    let (skip, end) = trims(&movie, &track, claimed.filter(|_| fragments.is_empty()), &table);
    let shape =
        Shape { rate: track.inner.rate(), channels: track.inner.channels(), skip, frames: end.saturating_sub(skip) };
    let (codec, depth) = (track.inner.words(), track.inner.depth());
    let stream = Box::new(Packets::new(input, table, track.inner.recipe(), shape)?);
    Ok(Opened { stream, format: FORMAT, codec, depth })
}

/// Where fragments are, and their sizes.
type Fragments = Vec<(u64, u64)>;

/// The body of the movie box, and where the fragments are.
fn top_level(input: &mut Input) -> Result<(Option<Vec<u8>>, Fragments), Fail> {
    let (mut movie, mut fragments, mut at) = (None, Vec::new(), 0);
    for _ in 0..MOST_BOXES {
        let head = input.bytes_at(at, 16)?;
        let Some(atom) = Atom::read(&head, input.len() - at.min(input.len())) else { break };
        let body = at + atom.head as u64;
        match &atom.kind {
            b"moov" if movie.is_none() => movie = Some(input.bytes_at(body, MOST_TABLES.min(atom.body as usize))?),
            b"moof" => fragments.push((at, atom.head as u64 + atom.body)),
            _ => {}
        }
        at = body.saturating_add(atom.body);
    }
    Ok((movie, fragments))
}

/// The audio track that is taken: the first.
struct Track<'a> {
    id: u64,
    timescale: u64,
    atoms: &'a [u8],
    tables: &'a [u8],
    inner: Inner,
}

fn audio_track(movie: &[u8]) -> Result<Track<'_>, Fail> {
    for (kind, track) in atoms(movie) {
        let is_sound = path(track, &[b"mdia", b"hdlr"]).is_some_and(|handler| handler.get(8..12) == Some(b"soun"));
        if kind != b"trak" || !is_sound {
            continue;
        }
        let broken = || Fail::malformed("its audio track has no tables");
        let media = path(track, &[b"mdia", b"mdhd"]).ok_or_else(broken)?;
        let tables = path(track, &[b"mdia", b"minf", b"stbl"]).ok_or_else(broken)?;
        let description = child(tables, b"stsd").and_then(|body| body.get(8..)).ok_or_else(broken)?;
        let wide = media.first() == Some(&1);
        let timescale = media.get(if wide { 20..24 } else { 12..16 }).map_or(0, big);
        let id = child(track, b"tkhd")
            .and_then(|b| b.get(if b.first() == Some(&1) { 20..24 } else { 12..16 }))
            .map_or(0, big);
        let inner = Inner::read(description, FORMAT).map_err(|fail| with_duration(fail, media, timescale))?;
        return Ok(Track { id, timescale: timescale.max(1), atoms: track, tables, inner });
    }
    Err(Fail::unsupported(FORMAT, "a movie without sound"))
}

fn with_duration(fail: Fail, media: &[u8], timescale: u64) -> Fail {
    let duration = media.get(if media.first() == Some(&1) { 24..32 } else { 16..20 }).map_or(0, big);
    match fail {
        Fail::Unsupported(mut what) if timescale > 0 => {
            what.duration_ms = i64::try_from(u128::from(duration) * 1000 / u128::from(timescale)).ok();
            Fail::Unsupported(what)
        }
        other => other,
    }
}

/// Fills the table with the samples that lie within the file, and says how many frames the tables claim.
fn sample_table(track: &Track<'_>, len: u64, table: &mut Table) -> Option<u64> {
    let word = |bytes: &[u8], at: usize| bytes.get(at * 4..at * 4 + 4).map(big);
    let sizes = child(track.tables, b"stsz")?;
    let (same, count) = (word(sizes, 1)?, word(sizes, 2)?);
    let chunks = child(track.tables, b"stsc")?;
    let (offsets, wide) = match child(track.tables, b"stco") {
        Some(offsets) => (offsets, false),
        None => (child(track.tables, b"co64")?, true),
    };
    let mut times = Times::new(child(track.tables, b"stts")?, track.timescale, track.inner.rate());
    let (mut sample, mut run) = (0, 0);
    for chunk in 0..word(offsets, 1)? as usize {
        let offset = match wide {
            true => offsets.get(8 + chunk * 8..16 + chunk * 8).map(big),
            false => word(offsets, 2 + chunk),
        };
        let Some(mut offset) = offset else { break };
        while word(chunks, 2 + (run + 1) * 3).is_some_and(|first| first <= chunk as u64 + 1)
            && run + 1 < count_of(chunks)
        {
            run += 1;
        }
        for _ in 0..word(chunks, 3 + run * 3)? {
            if sample >= count {
                break;
            }
            let listed = if same > 0 { Some(same) } else { word(sizes, 3 + sample as usize) };
            let Some(size) = listed else { break };
            sample += 1;
            let frames = times.next_frames();
            let within = offset.checked_add(size).is_some_and(|end| end <= len);
            if !within || size == 0 {
                return Some(times.frames());
            }
            table.push(offset, size as u32, track.inner.decoded(frames));
            offset += size;
        }
    }
    Some(times.frames())
}

fn count_of(chunks: &[u8]) -> usize {
    chunks.len().saturating_sub(8) / 12
}

/// The lengths of samples, run by run, converted to frames.
struct Times<'a> {
    runs: &'a [u8],
    left: u64,
    each: u64,
    total: u64,
    timescale: u64,
    rate: u64,
}

impl<'a> Times<'a> {
    fn new(body: &'a [u8], timescale: u64, rate: u32) -> Self {
        Self { runs: body.get(8..).unwrap_or_default(), left: 0, each: 0, total: 0, timescale, rate: u64::from(rate) }
    }

    fn next_frames(&mut self) -> u64 {
        while self.left == 0 {
            let Some((run, rest)) = self.runs.split_at_checked(8) else { break };
            (self.left, self.each, self.runs) = (big(&run[..4]), big(&run[4..]), rest);
        }
        self.left = self.left.saturating_sub(1);
        let before = self.frames();
        self.total = self.total.saturating_add(self.each);
        self.frames() - before
    }

    /// Frames so far.
    fn frames(&self) -> u64 {
        scale(self.total, self.rate, self.timescale)
    }
}

fn scale(value: u64, to: u64, from: u64) -> u64 {
    let from = u128::from(from.max(1));
    u64::try_from((u128::from(value) * u128::from(to) + from / 2) / from).unwrap_or(u64::MAX)
}

/// Appends the samples of one fragment of the track.
fn fragment(
    input: &mut Input,
    track: &Track<'_>,
    movie: &[u8],
    at: u64,
    size: u64,
    table: &mut Table,
) -> Result<(), Fail> {
    let body = input.bytes_at(at, MOST_TABLES.min(size as usize))?;
    let Some(body) = body.get(8..) else { return Ok(()) };
    for (_, traf) in atoms(body).filter(|(kind, _)| *kind == b"traf") {
        let Some(head) = child(traf, b"tfhd").filter(|head| head.get(4..8).map(big) == Some(track.id)) else {
            continue;
        };
        let flags = big(&head[1..4]);
        let mut fields = head[8..].iter().copied();
        let mut field = |bit: u64, n: usize| -> Option<u64> {
            (flags & bit != 0).then(|| big(&fields.by_ref().take(n).collect::<Vec<_>>()))
        };
        let base = field(1, 8).unwrap_or(at);
        let _description = field(2, 4);
        let defaults = path(movie, &[b"mvex", b"trex"]).filter(|trex| trex.len() >= 24);
        let duration = field(8, 4).or_else(|| defaults.map(|trex| big(&trex[12..16]))).unwrap_or(0);
        let default_size = field(16, 4).or_else(|| defaults.map(|trex| big(&trex[16..20]))).unwrap_or(0);
        let mut offset = base;
        for (_, run) in atoms(traf).filter(|(kind, run)| *kind == b"trun" && run.len() >= 8) {
            let flags = big(&run[1..4]);
            let count = big(&run[4..8]);
            let mut rest = &run[8..];
            let mut word = || -> Option<u64> {
                let (word, after) = rest.split_at_checked(4)?;
                rest = after;
                Some(big(word))
            };
            if flags & 1 != 0 {
                offset = base.saturating_add_signed(i64::from(word().unwrap_or(0) as u32 as i32));
            }
            if flags & 4 != 0 {
                word();
            }
            for _ in 0..count {
                let mut of = |bit: u64, default: u64| if flags & bit != 0 { word() } else { Some(default) };
                let (Some(duration), Some(size)) = (of(0x100, duration), of(0x200, default_size)) else { break };
                let _flags = of(0x400, 0);
                let _composition = of(0x800, 0);
                if size == 0 || offset.saturating_add(size) > input.len() {
                    return Ok(());
                }
                let frames = scale(duration, u64::from(track.inner.rate()), track.timescale);
                table.push(offset, size as u32, track.inner.decoded(frames));
                offset += size;
            }
        }
    }
    Ok(())
}

/// The raw frames where the recording begins and ends.
fn trims(movie: &[u8], track: &Track<'_>, claimed: Option<u64>, table: &Table) -> (u64, u64) {
    let there = table.frames();
    let end = claimed.unwrap_or(there).min(there);
    let rate = u64::from(track.inner.rate());
    if let Some(edits) = path(track.atoms, &[b"edts", b"elst"]).filter(|edits| edits.len() >= 8) {
        let wide = edits[0] == 1;
        let movie_scale = child(movie, b"mvhd")
            .and_then(|b| b.get(if b.first() == Some(&1) { 20..24 } else { 12..16 }))
            .map_or(0, big);
        for edit in edits[8..].chunks_exact(if wide { 20 } else { 12 }) {
            let (length, from) = if wide {
                (big(&edit[..8]), big(&edit[8..16]) as i64)
            } else {
                (big(&edit[..4]), i64::from(big(&edit[4..8]) as u32 as i32))
            };
            let Ok(from) = u64::try_from(from) else { continue };
            let skip = scale(from, rate, track.timescale);
            // A movie's scale is often whole milliseconds: an edit that ends within one of them of the last sample is
            // rounded, not cut.
            let until = skip.saturating_add(scale(length, rate, movie_scale));
            let tick = rate / movie_scale.max(1) + 1;
            let cut = length > 0 && movie_scale > 0 && until + tick < end;
            return (skip, if cut { until } else { end });
        }
    }
    match itunes_trims(movie).filter(|(skip, frames)| skip + frames <= there && *frames > 0) {
        Some((skip, frames)) => (skip, skip + frames),
        None => (0, end),
    }
}

/// Delay and length from the tag iTunes writes: hexadecimal words, of which the second is the delay, the third the
/// padding and the fourth the length.
fn itunes_trims(movie: &[u8]) -> Option<(u64, u64)> {
    let list = path(movie, &[b"udta", b"meta"])?.get(4..).and_then(|meta| child(meta, b"ilst"))?;
    let tag = atoms(list).find_map(|(kind, tag)| {
        let name = child(tag, b"name")?.get(4..)?;
        (kind == b"----" && name == b"iTunSMPB").then(|| child(tag, b"data")?.get(8..)).flatten()
    })?;
    let text = std::str::from_utf8(tag).ok()?;
    let words: Vec<u64> =
        text.split_whitespace().take(4).map_while(|word| u64::from_str_radix(word, 16).ok()).collect();
    let [_, delay, _, length] = words[..] else { return None };
    Some((delay.min(1 << 20), length.min(1 << 48)))
}

/// The facts of a track whose codec cannot be decoded.
fn unplayable(codec: String, rate: u32, channels: u16) -> Fail {
    Fail::Unsupported(Box::new(Unplayable {
        codec,
        format: FORMAT,
        rate: Some(rate),
        channels: Some(u32::from(channels)),
        duration_ms: None,
    }))
}

/// What lossy codecs were made from, as a rule.
const LOSSY: Depth = Depth::Bits16;
