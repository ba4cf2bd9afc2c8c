//! What a file's name says about what it is and which call it belongs to. Pure.

use std::collections::HashSet;
use std::sync::LazyLock;

/// What a file can be, by its name alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// A recording.
    Audio,
    /// A vCon container.
    VCon,
    /// A transcript or facts about a call; which of them its content says.
    Sidecar,
}

const AUDIO: [&str; 30] = [
    "wav", "wave", "mp3", "m4a", "m4b", "mp4", "aac", "adts", "flac", "ogg", "oga", "opus", "webm", "mka", "aif",
    "aiff", "aifc", "caf", "amr", "awb", "gsm", "wma", "au", "snd", "3gp", "3ga", "mp2", "ac3", "wv", "vox",
];
const SIDECAR: [&str; 4] = ["json", "vtt", "srt", "txt"];

/// Words that a name may end in when the file says something about the call that the rest of the name names.
const TRANSCRIPT_WORDS: [&str; 12] = [
    "transcript",
    "transcripts",
    "transcription",
    "captions",
    "subtitles",
    "subs",
    "words",
    "diarized",
    "diarised",
    "utterances",
    "turns",
    "conversation",
];
const FACT_WORDS: [&str; 9] =
    ["meta", "metadata", "info", "analysis", "summary", "insights", "call", "details", "data"];
const LANGUAGES: &str = "ar bg bn ca cs da de el en es et fa fi fr gu he hi hr hu id is it ja ka kk kn ko lt lv mk ml mr ms \
                         nb nl nn no pa pl pt ro ru sk sl sq sr sv sw ta te th tl tr uk ur vi zh";

/// Folders beside one another in which recordings and what belongs to them are kept apart.
const TRANSCRIPT_FOLDERS: [&str; 10] = [
    "transcripts",
    "transcript",
    "transcriptions",
    "captions",
    "subtitles",
    "text",
    "json",
    "metadata",
    "meta",
    "sidecars",
];
const AUDIO_FOLDERS: [&str; 8] = ["recordings", "recording", "audio", "audios", "calls", "wav", "mp3", "media"];

static LANGUAGE_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| LANGUAGES.split_whitespace().collect());

/// What a file of this name can be; `None` if it is nothing of ours.
pub fn part(name: &str) -> Option<Part> {
    let ending = ending(name)?;
    if AUDIO.contains(&ending.as_str()) {
        return Some(Part::Audio);
    }
    if is_vcon(name) {
        return Some(Part::VCon);
    }
    SIDECAR.contains(&ending.as_str()).then_some(Part::Sidecar)
}

/// Whether the name promises a transcript, so that a file that holds none is worth a word.
pub fn promises_transcript(path: &str) -> bool {
    let (folder, name) = split(path);
    let in_transcript_folder = folder.rsplit('/').next().is_some_and(|last| is_one_of(&TRANSCRIPT_FOLDERS[..5], last));
    let lower = name.to_lowercase();
    let named = TRANSCRIPT_WORDS.iter().take(6).any(|word| lower.contains(word));
    matches!(ending(name).as_deref(), Some("vtt" | "srt")) || named || in_transcript_folder
}

/// Whether the name says that the file holds facts about a call rather than what was said.
pub fn promises_facts(path: &str) -> bool {
    let stem = without_ending(split(path).1);
    last_word(stem).is_some_and(|(_, word)| FACT_WORDS[..3].contains(&word.as_str()))
}

/// A path's folder (without the final `/`) and name.
pub fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Puts a folder and a name together.
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The name before its last ending; for `x.vcon.json` before both.
pub fn stem(name: &str) -> &str {
    let stem = without_ending(name);
    if is_vcon(name) && ending(stem).as_deref() == Some("vcon") { without_ending(stem) } else { stem }
}

/// A name's ending in lower case, without its dot.
pub fn ending(name: &str) -> Option<String> {
    let (stem, ending) = name.rsplit_once('.')?;
    (!stem.is_empty()).then(|| ending.to_ascii_lowercase())
}

/// The stems of a recording that this file may belong to, the likeliest first: `call.en.vtt` may belong to `call.en` or
/// to `call`, `call.mp3.meta.json` to `call.mp3.meta`, `call.mp3` or `call`. The last is what the call is called if there
/// is no recording at all.
pub fn stems_served(name: &str) -> Vec<&str> {
    const MOST: usize = 4;
    let mut stems = vec![stem(name)];
    while stems.len() <= MOST {
        match stems.last().and_then(|last| shorter(last)) {
            Some(next) => stems.push(next),
            None => break,
        }
    }
    stems
}

/// The folders in which the recording of a file in `folder` may lie, beginning with `folder` itself.
pub fn folders_served(folder: &str) -> Vec<String> {
    let mut folders = vec![folder.to_owned()];
    let names: Vec<&str> = folder.split('/').collect();
    for (index, name) in names.iter().enumerate().rev() {
        if !is_one_of(&TRANSCRIPT_FOLDERS, name) {
            continue;
        }
        let with = |replacement: Option<&str>| {
            let names = names[..index].iter().copied().chain(replacement).chain(names[index + 1..].iter().copied());
            names.collect::<Vec<_>>().join("/")
        };
        folders.extend(AUDIO_FOLDERS.iter().map(|audio| with(Some(audio))));
        folders.push(with(None));
    }
    folders
}

/// The key by which folders are compared: their case does not matter for the words this module knows.
pub fn folder_key(folder: &str) -> String {
    let plain = |name: &str| {
        let lower = name.to_ascii_lowercase();
        if AUDIO_FOLDERS.contains(&lower.as_str()) { lower } else { name.to_owned() }
    };
    folder.split('/').map(plain).collect::<Vec<_>>().join("/")
}

/// `stem` without one more ending, language or descriptive word.
fn shorter(stem: &str) -> Option<&str> {
    if let Some(ending) = ending(stem)
        && (AUDIO.contains(&ending.as_str()) || is_language(&stem[stem.len() - ending.len()..]))
    {
        return Some(without_ending(stem));
    }
    let (rest, word) = last_word(stem)?;
    let known = TRANSCRIPT_WORDS.contains(&word.as_str()) || FACT_WORDS.contains(&word.as_str());
    (known && !rest.is_empty()).then_some(rest)
}

fn last_word(stem: &str) -> Option<(&str, String)> {
    let at = stem.rfind(['.', '_', '-', ' '])?;
    Some((&stem[..at], stem[at + 1..].to_lowercase()))
}

fn is_language(tag: &str) -> bool {
    let mut parts = tag.split(['-', '_']);
    let language = parts.next().is_some_and(|language| LANGUAGE_SET.contains(language.to_ascii_lowercase().as_str()));
    language && parts.all(|part| (2..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn is_vcon(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.ends_with(".vcon") || lower.ends_with(".vcon.json")
}

fn without_ending(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

fn is_one_of(words: &[&str], name: &str) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_a_file_can_be() {
        for (name, expected) in [
            ("call.WAV", Some(Part::Audio)),
            ("call.mp3", Some(Part::Audio)),
            ("call.vcon", Some(Part::VCon)),
            ("call.vcon.JSON", Some(Part::VCon)),
            ("call.wav.json", Some(Part::Sidecar)),
            ("README.md", None),
            ("wav", None),
            (".wav", None),
        ] {
            assert_eq!(part(name), expected, "{name}");
        }
    }

    #[test]
    fn every_usual_way_to_name_a_sidecar_leads_to_the_recording() {
        for name in [
            "call.json",
            "call.wav.json",
            "call_transcript.txt",
            "call-transcript.json",
            "call.en.vtt",
            "call.en-US.srt",
            "call.mp3.meta.json",
            "call.wav.en.vtt",
            "call_metadata.json",
            "call.transcript.en.json",
        ] {
            assert!(stems_served(name).contains(&"call"), "{name} serves {:?}", stems_served(name));
        }
        assert_eq!(stems_served("call.may.json"), ["call.may"], "a word that is no language stays");
        assert_eq!(stems_served("transcript.txt"), ["transcript"], "a name is never used up");
    }

    #[test]
    fn a_transcripts_folder_serves_the_recordings_beside_it() {
        let served = folders_served("2025/transcripts/november");
        for folder in ["2025/transcripts/november", "2025/recordings/november", "2025/audio/november", "2025/november"]
        {
            assert!(served.iter().any(|f| f == folder), "{folder} in {served:?}");
        }
        assert_eq!(folders_served("2025"), ["2025"]);
    }
}
