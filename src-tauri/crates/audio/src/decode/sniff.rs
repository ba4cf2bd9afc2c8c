//! What the bytes are, from the bytes alone.

use super::input::Input;
use crate::Looks;
use crate::error::Fail;

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Riff,
    Unsupported { format: &'static str, codec: &'static str },
    Not(Looks),
}

const HEAD: usize = 4096;

/// Looks at the head of a file.
pub(crate) fn sniff(input: &mut Input) -> Result<Kind, Fail> {
    let head = input.bytes_at(0, HEAD)?;
    if let Some(kind) = by_magic(&head) {
        return Ok(kind);
    }
    Ok(Kind::Not(if head.iter().all(|&b| b == 0) && only_zeros(input)? { zeros_or_empty(&head) } else { not_audio(&head) }))
}

fn zeros_or_empty(head: &[u8]) -> Looks {
    if head.is_empty() { Looks::Empty } else { Looks::Zeros }
}

fn by_magic(head: &[u8]) -> Option<Kind> {
    let at = |offset: usize, magic: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(magic));
    let unsupported = |format, codec| Some(Kind::Unsupported { format, codec });
    if (at(0, b"RIFF") || at(0, b"RIFX") || at(0, b"RF64") || at(0, b"BW64")) && at(8, b"WAVE") {
        return Some(Kind::Riff);
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

fn not_audio(head: &[u8]) -> Looks {
    let magics: [&[u8]; 8] = [b"RIFF", b"RIFX", b"OggS", b"fLaC", b"ID3", b"FORM", b"\x1aE\xdf\xa3", b"RF64"];
    if head.len() < 64 && magics.iter().any(|magic| head.starts_with(magic) || magic.starts_with(head)) {
        return Looks::TruncatedHeader;
    }
    let Some(text) = as_text(head) else { return Looks::Unknown };
    let start = text.trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    match start.as_bytes().first() {
        Some(b'{' | b'[') => Looks::Json,
        Some(b'<') if ["<!doctype html", "<html", "<head", "<body"].iter().any(|tag| start.contains(tag)) => Looks::Html,
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
