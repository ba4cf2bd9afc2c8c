//! What the bytes are, from the bytes alone.

use super::adts;
use super::input::Input;
use crate::error::Fail;
use crate::{Looks, index};

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Riff,
    Aiff,
    /// With where its marker is.
    Flac(u64),
    Ogg,
    Mp4,
    Webm,
    /// With the first frame.
    Mp3(u64, index::Header),
    /// With the first frame.
    Adts(u64, adts::Header),
    Unsupported {
        format: &'static str,
        codec: &'static str,
    },
    Not(Looks),
}

const HEAD: usize = 4096;

/// How much garbage may stand before the first frame of a stream that has no header of its own.
const GARBAGE: u64 = 256 * 1024;

/// Looks at the head of a file.
pub(crate) fn sniff(input: &mut Input) -> Result<Kind, Fail> {
    let head = input.bytes_at(0, HEAD)?;
    if let Some(kind) = by_magic(&head) {
        return Ok(kind);
    }
    let looks = looks(&head);
    if head.is_empty() || matches!(looks, Looks::Html | Looks::Json | Looks::Xml | Looks::Text) {
        return Ok(Kind::Not(looks));
    }
    if head.iter().all(|&b| b == 0) && only_zeros(input)? {
        return Ok(Kind::Not(Looks::Zeros));
    }
    let start = after_tags(input)?;
    if input.bytes_at(start, 4)? == b"fLaC" {
        return Ok(Kind::Flac(start));
    }
    // A tag's size may lie: then the frames begin before where it says they do.
    let starts = if start >= input.len() { [0, 0] } else { [start, start] };
    let mp3 = index::first_frame(input, starts[0], GARBAGE)?;
    let adts = adts::first_frame(input, starts[1], GARBAGE)?;
    Ok(match (mp3, adts) {
        (Some((at, _)), Some((earlier, header))) if earlier < at => Kind::Adts(earlier, header),
        (Some((at, header)), _) => Kind::Mp3(at, header),
        (None, Some((at, header))) => Kind::Adts(at, header),
        (None, None) => Kind::Not(looks),
    })
}

/// Where what follows the ID3v2 tags begins.
fn after_tags(input: &mut Input) -> Result<u64, Fail> {
    const MOST_TAGS: usize = 8;
    let mut at: u64 = 0;
    for _ in 0..MOST_TAGS {
        match index::id3v2_size(&input.bytes_at(at, 10)?) {
            Some(size) => at = at.saturating_add(size),
            None => break,
        }
    }
    Ok(at)
}

fn by_magic(head: &[u8]) -> Option<Kind> {
    let at = |offset: usize, magic: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(magic));
    let unsupported = |format, codec| Some(Kind::Unsupported { format, codec });
    if (at(0, b"RIFF") || at(0, b"RIFX") || at(0, b"RF64") || at(0, b"BW64")) && at(8, b"WAVE") {
        return Some(Kind::Riff);
    }
    if at(0, b"FORM") && (at(8, b"AIFF") || at(8, b"AIFC")) {
        return Some(Kind::Aiff);
    }
    if at(0, b"OggS") {
        return Some(Kind::Ogg);
    }
    if at(0, b"fLaC") {
        return Some(Kind::Flac(0));
    }
    if at(4, b"ftyp") {
        return Some(Kind::Mp4);
    }
    if at(0, b"\x1aE\xdf\xa3") {
        return Some(Kind::Webm);
    }
    if at(0, b"#!AMR-WB") {
        return unsupported("amr", "AMR-WB");
    }
    if at(0, b"#!AMR") {
        return unsupported("amr", "AMR-NB");
    }
    if at(0, &[0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11]) {
        return unsupported("asf", "WMA");
    }
    for (magic, format, codec) in [
        (&b".snd"[..], "au", "Sun audio"),
        (b"caff", "caf", "Core Audio Format"),
        (b"wvpk", "wv", "WavPack"),
        (b"MAC ", "ape", "Monkey's Audio"),
        (b".RMF", "rm", "RealAudio"),
        (b"#!SILK_V3", "silk", "SILK"),
        (b"\x02#!SILK_V3", "silk", "SILK"),
        (b"FLV\x01", "flv", "Flash video"),
    ] {
        if at(0, magic) {
            return unsupported(format, codec);
        }
    }
    None
}

/// Whether nothing but zeros is in the file, of which at most the first 64 MiB are read.
fn only_zeros(input: &mut Input) -> Result<bool, Fail> {
    const STEP: usize = 1 << 16;
    const LIMIT: u64 = 64 << 20;
    let mut offset = 0;
    while offset < input.len().min(LIMIT) {
        let bytes = input.bytes_at(offset, STEP)?;
        if bytes.is_empty() {
            break;
        }
        if bytes.iter().any(|&b| b != 0) {
            return Ok(false);
        }
        offset += bytes.len() as u64;
    }
    Ok(true)
}

fn looks(head: &[u8]) -> Looks {
    if head.is_empty() {
        return Looks::Empty;
    }
    let magics: [&[u8]; 8] = [b"RIFF", b"RIFX", b"OggS", b"fLaC", b"ID3", b"FORM", b"\x1aE\xdf\xa3", b"RF64"];
    if head.len() < 64 && magics.iter().any(|magic| head.starts_with(magic) || magic.starts_with(head)) {
        return Looks::TruncatedHeader;
    }
    let Some(text) = as_text(head) else { return Looks::Unknown };
    let start = text.trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    match start.as_bytes().first() {
        Some(b'{' | b'[') => Looks::Json,
        Some(b'<') if ["<!doctype html", "<html", "<head", "<body"].iter().any(|tag| start.contains(tag)) => {
            Looks::Html
        }
        Some(b'<') => Looks::Xml,
        _ => Looks::Text,
    }
}

/// The head as text, if it is UTF-8 (its last character may be cut) without control characters.
fn as_text(head: &[u8]) -> Option<&str> {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&head[..error.valid_up_to()]).ok()?,
        Err(_) => return None,
    };
    let printable = |c: char| !c.is_control() || c.is_whitespace();
    (!text.is_empty() && text.chars().all(printable)).then_some(text)
}
