//! WebVTT captions. A voice tag names the speaker and lasts until the next one; a cue with several voices is several turns
//! with the cue's times. Time tags inside a cue give its words their own times. Styles, regions, notes, settings and
//! every other tag are dropped.

use super::clock;
use super::draft::{Draft, Said};
use super::labels::Names;
use super::{Reading, srt};

const ARROW: &str = "-->";
/// The longest tag that is taken for one; a lone `<` in speech stays text.
const MAX_TAG: usize = 512;

pub(super) fn matches(content: &str, _file_name: &str) -> bool {
    content.strip_prefix("WEBVTT").is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
}

pub(super) fn read(content: &str, draft: &mut Draft) {
    let lines: Vec<&str> = content.lines().collect();
    let cues = cues(&lines, draft);
    let untagged: Vec<Vec<String>> = cues.iter().map(|cue| plain_lines(cue.lines)).collect();
    let names = Names::of(untagged.iter().flatten().map(String::as_str));
    for (at, (cue, plain)) in cues.iter().zip(&untagged).enumerate() {
        let text = cue.lines.join("\n");
        if text.contains("<v") || has_time_tag(&text) {
            say_spans(at, cue, &text, &names, draft);
        } else {
            srt::say_caption(at, cue.times, plain, &names, draft);
        }
    }
}

/// Text without tags and with its entities decoded.
pub(super) fn without_tags(line: &str) -> String {
    let text: String =
        pieces(line).filter_map(|piece| if let Piece::Text(text) = piece { Some(text) } else { None }).collect();
    entities(&text).trim().to_owned()
}

struct Cue<'a> {
    times: Option<(Reading, Reading)>,
    lines: &'a [&'a str],
}

/// The blocks that have a line of times; the header and `NOTE`, `STYLE` and `REGION` blocks have none.
fn cues<'a>(lines: &'a [&'a str], draft: &mut Draft) -> Vec<Cue<'a>> {
    let mut cues = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let end = lines[at..].iter().position(|line| line.trim().is_empty()).map_or(lines.len(), |length| at + length);
        let block = &lines[at..end];
        if at == 0 {
            draft.language = block.iter().find_map(|line| line.strip_prefix("Language:")).map(|l| l.trim().to_owned());
        }
        let is_comment =
            block.first().is_some_and(|line| ["NOTE", "STYLE", "REGION"].iter().any(|word| is_word(line, word)));
        if let Some(timed) = block.iter().take(2).position(|line| line.contains(ARROW)).filter(|_| !is_comment) {
            let times = times(block[timed]);
            if times.is_none() {
                draft.note(format!("line {}: the times cannot be read; the cue is kept without them", at + timed + 1));
            }
            cues.push(Cue { times, lines: &block[timed + 1..] });
        }
        at = end + 1;
    }
    cues
}

fn is_word(line: &str, word: &str) -> bool {
    line.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
}

/// `[h:]mm:ss.mmm --> [h:]mm:ss.mmm settings`.
fn times(line: &str) -> Option<(Reading, Reading)> {
    let (start, rest) = line.split_once(ARROW)?;
    let end = rest.split_whitespace().next()?;
    Some((Reading::of_offset(Some(clock::hms(start)?)), Reading::of_offset(Some(clock::hms(end)?))))
}

fn plain_lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| without_tags(line)).filter(|line| !line.is_empty()).collect()
}

/// One voice's part of a cue, in stretches that time tags divide.
#[derive(Default)]
struct Span {
    speaker: Option<String>,
    stretches: Vec<(Option<Reading>, String)>,
}

impl Span {
    fn push(&mut self, text: &str) {
        match self.stretches.last_mut() {
            Some((_, so_far)) => so_far.push_str(text),
            None => self.stretches.push((None, text.to_owned())),
        }
    }
}

fn say_spans(at: usize, cue: &Cue, text: &str, names: &Names, draft: &mut Draft) {
    let (start, end) = cue.times.unwrap_or((Reading::Absent, Reading::Absent));
    for span in spans(text) {
        let words = words(&span, start, end, draft);
        let text: String = span.stretches.iter().map(|(_, text)| text.as_str()).collect();
        let text = entities(&text).split_whitespace().collect::<Vec<_>>().join(" ");
        let (label, text) = match span.speaker {
            Some(speaker) => (Some(speaker), text.as_str()),
            None => {
                let (label, text) = names.split(&text);
                (label.map(str::to_owned), text)
            }
        };
        draft.say(Said { at, speaker: label, text, start, end, words, ..Said::default() });
    }
}

fn spans(text: &str) -> Vec<Span> {
    let mut spans = vec![Span::default()];
    for piece in pieces(text) {
        let Some(span) = spans.last_mut() else { break };
        match piece {
            Piece::Text(text) => span.push(text),
            Piece::Voice(name) => spans.push(Span { speaker: Some(entities(name)), stretches: Vec::new() }),
            Piece::VoiceEnd => spans.push(Span::default()),
            Piece::Time(time) => span.stretches.push((Some(time), String::new())),
            Piece::Other => {}
        }
    }
    spans.retain(|span| span.stretches.iter().any(|(_, text)| !text.trim().is_empty()));
    spans
}

/// Words with times, if the span has time tags. What stands before the first tag starts with the cue.
fn words(span: &Span, start: Reading, end: Reading, draft: &mut Draft) -> Vec<model::Word> {
    if span.stretches.iter().all(|(time, _)| time.is_none()) {
        return Vec::new();
    }
    let starts: Vec<Reading> = span.stretches.iter().map(|(time, _)| time.unwrap_or(start)).collect();
    let ends = starts.iter().skip(1).copied().chain([end]);
    let timed: Vec<_> = span.stretches.iter().zip(starts.iter().copied().zip(ends)).collect();
    timed.into_iter().filter_map(|((_, text), (start, end))| draft.word(&entities(text), start, end)).collect()
}

fn has_time_tag(text: &str) -> bool {
    pieces(text).any(|piece| matches!(piece, Piece::Time(_)))
}

enum Piece<'a> {
    Text(&'a str),
    Voice(&'a str),
    VoiceEnd,
    Time(Reading),
    Other,
}

/// Text and tags in turn.
fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        if let Some(inside) = (first == '<').then(|| tag(rest)).flatten() {
            rest = &rest[inside.len() + 2..];
            return Some(piece(inside));
        }
        let skip = first.len_utf8();
        let end = rest[skip..].find('<').map_or(rest.len(), |at| at + skip);
        let (text, after) = rest.split_at(end);
        rest = after;
        Some(Piece::Text(text))
    })
}

/// What stands between `<` and `>`, if it is a tag.
fn tag(text: &str) -> Option<&str> {
    let end = text.bytes().take(MAX_TAG).position(|b| b == b'>')?;
    let inside = &text[1..end];
    let begins = inside.chars().next().is_some_and(|c| c.is_ascii_alphanumeric() || c == '/');
    (begins && !inside.contains('<')).then_some(inside)
}

fn piece(inside: &str) -> Piece<'_> {
    if let Some(ms) = clock::hms(inside) {
        return Piece::Time(Reading::of_offset(Some(ms)));
    }
    let (name, annotation) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
    match name.split('.').next() {
        Some("v") if !annotation.trim().is_empty() => Piece::Voice(annotation.trim()),
        Some("/v") => Piece::VoiceEnd,
        _ => Piece::Other,
    }
}

/// The entities WebVTT knows, and numbers.
fn entities(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|b| b == b';');
        match end.and_then(|end| Some((entity(&rest[1..end])?, end))) {
            Some((c, end)) => {
                out.push_str(c.encode_utf8(&mut [0; 4]));
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    let numbered = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        "lrm" => Some('\u{200e}'),
        "rlm" => Some('\u{200f}'),
        _ => match name.strip_prefix("#x").or_else(|| name.strip_prefix("#X")) {
            Some(hex) => numbered(hex, 16),
            None => name.strip_prefix('#').and_then(|digits| numbered(digits, 10)),
        },
    }
}
