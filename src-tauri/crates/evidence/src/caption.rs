//! What was said as captions for players, and as plain text for people.
//!
//! Captions hold the turns that have a start. A turn without an end lasts until the next one starts, the last one as long as
//! it takes to read; WebVTT says which ends are such estimates. Nothing in a text can begin a new caption, pass for a time
//! or for markup.
//!
//! SubRip has no way to escape, so what players would take for markup is written with characters that look alike; in the
//! names of WebVTT voices too, where not every reader undoes an escape.

mod cue;
mod plain;
#[cfg(test)]
mod tests;

use model::{Ms, Transcript};

use crate::harmless::{clipped, one_line};
use cue::{Cue, Cues};

pub use plain::plain;

/// WebVTT with voices; `None` if no turn has a time.
pub fn webvtt(transcript: &Transcript) -> Option<String> {
    let cues = Cues::of(transcript)?;
    let mut out = String::from("WEBVTT\n");
    if let Some(language) = transcript.language.as_deref().map(one_line).filter(|language| is_tag(language)) {
        out.push_str(&format!("Language: {language}\n"));
    }
    out.push('\n');
    for note in notes(transcript, &cues) {
        out.push_str(&format!("NOTE\n{note}\n\n"));
    }
    for (number, cue) in (1..).zip(&cues.cues) {
        let (start, end) = (stamp(cue.start, '.'), stamp(cue.end, '.'));
        let text = cue.lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("\n");
        let voice = cue.voice.as_deref().map(voice).unwrap_or_default();
        out.push_str(&format!("{number}\n{start} --> {end}\n{voice}{text}\n\n"));
    }
    Some(out)
}

/// SubRip, speakers written into the text, a line for each turn; `None` if no turn has a time.
pub fn srt(transcript: &Transcript) -> Option<String> {
    let cues = Cues::of(transcript)?;
    let blocks = (1..).zip(&cues.cues).map(|(number, cue): (usize, &Cue)| {
        let (start, end) = (stamp(cue.start, ','), stamp(cue.end, ','));
        let voice = cue.voice.as_deref().map(|name| format!("{name}: ")).unwrap_or_default();
        format!("{number}\n{start} --> {end}\n{}\n\n", unmarked(&format!("{voice}{}", cue.lines.join(" "))))
    });
    Some(blocks.collect())
}

/// The tag of a voice. A name that ends with a dash must not make an arrow with the end of its tag.
fn voice(name: &str) -> String {
    let gap = if name.ends_with('-') { " " } else { "" };
    format!("<v {}{gap}>", escaped(&unmarked(name)))
}

/// Where the words come from, and what about the times is not the source's.
fn notes(transcript: &Transcript, cues: &Cues) -> Vec<String> {
    let mut notes = Vec::new();
    let format = transcript.format.as_deref().map(|format| escaped(&clipped(&one_line(format), 80)));
    notes.push(match format.filter(|format| !format.is_empty()) {
        Some(format) => format!("Written by Turnstone from a transcript of the format {format}."),
        None => "Written by Turnstone.".to_owned(),
    });
    let ends = numbers(cues, |cue| cue.end_estimated);
    if !ends.is_empty() {
        notes.push(format!("Estimated: no end was given for these captions; they last until the next one: {ends}."));
    }
    let guessed = numbers(cues, |cue| cue.guessed);
    if !guessed.is_empty() {
        notes.push(format!("Estimated: the times of these captions are a guess: {guessed}."));
    }
    if cues.left_out > 0 {
        notes.push(format!("Left out, because no usable time is known: {} turns.", cues.left_out));
    }
    notes
}

/// The numbers of some captions as `1, 3-7`.
fn numbers(cues: &Cues, is_meant: impl Fn(&Cue) -> bool) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (number, _) in (1..).zip(&cues.cues).filter(|(_, cue)| is_meant(cue)) {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let told = runs.iter().map(|(a, b)| if a == b { a.to_string() } else { format!("{a}-{b}") });
    told.collect::<Vec<_>>().join(", ")
}

/// `hh:mm:ss.mmm`.
fn stamp(ms: Ms, point: char) -> String {
    let (seconds, millis) = (ms / 1000, ms % 1000);
    format!("{:02}:{:02}:{:02}{point}{millis:03}", seconds / 3600, seconds % 3600 / 60, seconds % 60)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Without what SubRip players take for tags, styles or times.
fn unmarked(text: &str) -> String {
    text.replace('<', "‹").replace('>', "›").replace("{\\", "｛\\")
}

/// Whether it looks like a language tag, such as `en-US`.
fn is_tag(text: &str) -> bool {
    (2..=35).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}
