//! Bytes to text: UTF-8, UTF-16 with a byte order mark, else Windows-1252 (a superset of Latin-1).

use std::borrow::Cow;

use super::FormatError;

/// A file's content as text, without a byte order mark.
pub(super) struct Text<'a> {
    pub content: Cow<'a, str>,
    /// The bytes name no encoding and are no UTF-8.
    pub is_guess: bool,
}

pub(super) fn decode(bytes: &[u8]) -> Result<Text<'_>, FormatError> {
    let text = decode_any(bytes)?;
    if is_binary(&text.content) { Err(unknown("it holds binary data, not text")) } else { Ok(text) }
}

/// The same for JSON, in whose strings any character may stand.
pub(super) fn decode_json(bytes: &[u8]) -> Result<Text<'_>, FormatError> {
    match decode_any(bytes)? {
        text if text.content.trim_start().starts_with(['{', '[']) => Ok(text),
        _ => decode(bytes),
    }
}

fn decode_any(bytes: &[u8]) -> Result<Text<'_>, FormatError> {
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => decode_bytes(rest),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => decode_bytes(bytes),
    };
    if text.content.trim().is_empty() {
        return Err(unknown("the file is empty"));
    }
    Ok(text)
}

/// Why text is no transcript, once every text format has declined.
pub(super) fn refusal(content: &str, file_name: &str) -> FormatError {
    match extension(file_name).as_str() {
        "vtt" => FormatError::Malformed {
            format: "webvtt",
            reason: "line 1: the file does not begin with WEBVTT and holds no cues".to_owned(),
        },
        "srt" => FormatError::Malformed {
            format: "srt",
            reason: "no line of the form 00:00:00,000 --> 00:00:00,000".to_owned(),
        },
        _ if is_markup(content) => unknown("it is a web page or XML, not a transcript"),
        _ => unknown("no labelled or timed lines"),
    }
}

/// Whether the text is HTML or XML, such as an error page saved under a transcript's name.
pub(super) fn is_markup(content: &str) -> bool {
    let start: String = content.trim_start().chars().take(16).collect::<String>().to_ascii_lowercase();
    ["<!doctype", "<html", "<?xml", "<head", "<body", "<tt "].iter().any(|tag| start.starts_with(tag))
}

/// The file name's extension in lower case, or nothing.
pub(super) fn extension(file_name: &str) -> String {
    file_name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default()
}

fn unknown(reason: &str) -> FormatError {
    FormatError::Unknown { reason: reason.to_owned() }
}

/// Control characters that no text file has. A NUL anywhere in the first part is enough.
fn is_binary(content: &str) -> bool {
    content
        .chars()
        .take(4096)
        .any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{1a}' | '\u{80}'..='\u{9f}'))
}

fn decode_bytes(bytes: &[u8]) -> Text<'_> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Text { content: Cow::Borrowed(text), is_guess: false },
        Err(_) => Text { content: Cow::Owned(bytes.iter().map(|byte| windows_1252(*byte)).collect()), is_guess: true },
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Text<'static> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let content = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Text { content: Cow::Owned(content), is_guess: false }
}

/// Windows-1252 differs from Latin-1 only in 0x80 to 0x9F.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}
