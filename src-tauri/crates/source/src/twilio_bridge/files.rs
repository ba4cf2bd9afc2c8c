//! Which files of a bridge's recordings folder belong to one call. Pure; only names are looked at.
//!
//! The server writes a recording, a transcript and its facts one after the other and puts the time of each writing into
//! its name, so the three stems of one call differ.

use std::collections::BTreeMap;

use crate::folder::naming::{Part, part, split, stem};
use crate::tree::Found;

/// Recordings of one stream this close in time are of one call.
const SAME_CALL_MS: i64 = 2 * 60_000;
/// A transcript this far from every recording of its stream is of a call whose recording is lost.
const FARTHEST_MS: i64 = 60 * 60_000;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A recording.
    Audio,
    /// What was said.
    Transcript,
    /// Facts as JSON.
    Facts,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub role: Role,
    /// The stream it names, if it names one.
    pub stream: Option<String>,
    /// When it was written, by its name.
    pub at_ms: Option<i64>,
    /// The file.
    pub file: Found,
}

/// The files of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// The stream they name.
    pub stream: Option<String>,
    /// What a call without a stream is called.
    pub stem: String,
    /// The earliest time in their names.
    pub at_ms: Option<i64>,
    /// Recordings, transcripts, facts, each by time.
    pub pieces: Vec<Piece>,
}

/// Whether a file of this name may belong to a call.
pub fn is_wanted(name: &str) -> bool {
    match part(name) {
        Some(Part::Audio) => true,
        Some(Part::Sidecar) => suffix(stem(name)).is_some(),
        Some(Part::VCon) | None => false,
    }
}

/// Groups files by call, the earliest first.
pub fn group(files: Vec<Found>) -> Vec<Set> {
    let mut streams: BTreeMap<(String, String), Vec<Piece>> = BTreeMap::new();
    let mut sets = Vec::new();
    for file in files {
        let Some((piece, stem)) = piece(file) else { continue };
        let folder = split(&piece.file.path).0.to_owned();
        let key = piece.stream.clone().unwrap_or(stem);
        streams.entry((key, folder)).or_default().push(piece);
    }
    for ((key, _), pieces) in streams {
        sets.extend(split_by_time(pieces).into_iter().map(|pieces| set(&key, pieces)));
    }
    sets.sort_by(|a, b| (a.at_ms, &a.stem, first_path(a)).cmp(&(b.at_ms, &b.stem, first_path(b))));
    sets
}

fn first_path(set: &Set) -> Option<&str> {
    set.pieces.first().map(|piece| piece.file.path.as_str())
}

/// Recordings close to one another, each with the transcripts and facts that lie nearest to them.
fn split_by_time(mut pieces: Vec<Piece>) -> Vec<Vec<Piece>> {
    pieces.sort_by(|a, b| (a.role, a.at_ms, &a.file.path).cmp(&(b.role, b.at_ms, &b.file.path)));
    let mut groups: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        let at = piece.at_ms.unwrap_or(0);
        let reach = if piece.role == Role::Audio { SAME_CALL_MS } else { FARTHEST_MS };
        let nearest = groups.iter_mut().map(|group| (distance(group, at), group)).min_by_key(|(distance, _)| *distance);
        match nearest {
            Some((distance, group)) if distance <= reach => group.push(piece),
            _ => groups.push(vec![piece]),
        }
    }
    groups
}

/// How far a time is from the recordings of a group, or from whatever it has instead.
fn distance(group: &[Piece], at: i64) -> i64 {
    let has_audio = group.iter().any(|piece| piece.role == Role::Audio);
    let counted = group.iter().filter(|piece| !has_audio || piece.role == Role::Audio);
    counted.map(|piece| (piece.at_ms.unwrap_or(0) - at).abs()).min().unwrap_or(i64::MAX)
}

fn set(key: &str, pieces: Vec<Piece>) -> Set {
    let stream = pieces.iter().find_map(|piece| piece.stream.clone());
    Set { stream, stem: key.to_owned(), at_ms: pieces.iter().filter_map(|piece| piece.at_ms).min(), pieces }
}

/// Reads a file's name; also gives its stem without what says the role.
fn piece(file: Found) -> Option<(Piece, String)> {
    let name = split(&file.path).1;
    let full = stem(name);
    let (role, rest) = match part(name)? {
        Part::Audio => (Role::Audio, full),
        Part::Sidecar => suffix(full)?,
        Part::VCon => return None,
    };
    let (stream, at_ms) = match rest.rsplit_once('_').and_then(|(stream, digits)| Some((stream, written_at(digits)?))) {
        Some((stream, at_ms)) if !stream.is_empty() && stream != "call" => (Some(stream.to_owned()), Some(at_ms)),
        _ => (None, None),
    };
    let stem = rest.to_owned();
    Some((Piece { role, stream, at_ms, file }, stem))
}

fn suffix(stem: &str) -> Option<(Role, &str)> {
    let rest = |suffix| stem.strip_suffix(suffix).filter(|rest| !rest.is_empty());
    rest("_transcript")
        .map(|rest| (Role::Transcript, rest))
        .or_else(|| rest("_metadata").map(|rest| (Role::Facts, rest)))
}

fn written_at(digits: &str) -> Option<i64> {
    (digits.len() == 13 && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grouped(names: &[&str]) -> Vec<(Option<String>, Vec<String>)> {
        let found = |name: &&str| Found { path: (*name).to_owned(), size: 1, modified_ns: 1 };
        let sets = group(names.iter().map(found).collect());
        sets.into_iter()
            .map(|set| (set.stream, set.pieces.into_iter().map(|piece| piece.file.path).collect()))
            .collect()
    }

    #[test]
    fn three_files_with_three_times_are_one_call() {
        let names = ["MZ1_1794495772312.wav", "MZ1_1794495772359_transcript.txt", "MZ1_1794495772424_metadata.json"];
        let groups = grouped(&names);
        assert_eq!(groups, [(Some("MZ1".to_owned()), names.map(str::to_owned).to_vec())]);
    }

    #[test]
    fn a_stream_with_underscores_is_split_at_its_time() {
        assert_eq!(grouped(&["stream_1793_0_1794858046312.wav"])[0].0.as_deref(), Some("stream_1793_0"));
    }

    #[test]
    fn recordings_of_one_stream_far_apart_are_separate_calls_with_their_nearest_transcripts() {
        let groups = grouped(&[
            "MZ1_1794495772312.wav",
            "MZ1_1794595772312.wav",
            "MZ1_1794595772400_transcript.txt",
            "MZ1_1794495772400_transcript.txt",
            "MZ1_1794795772400_transcript.txt",
        ]);
        let files: Vec<Vec<String>> = groups.into_iter().map(|(_, files)| files).collect();
        assert_eq!(
            files,
            [
                vec!["MZ1_1794495772312.wav", "MZ1_1794495772400_transcript.txt"],
                vec!["MZ1_1794595772312.wav", "MZ1_1794595772400_transcript.txt"],
                vec!["MZ1_1794795772400_transcript.txt"],
            ],
            "a transcript days after every recording belongs to none of them"
        );
    }

    #[test]
    fn a_seeded_recording_goes_by_its_stem_and_other_files_are_not_looked_at() {
        assert_eq!(grouped(&["call_cm123.wav"]), [(None, vec!["call_cm123.wav".to_owned()])]);
        assert!(!is_wanted("package.json") && !is_wanted("notes.txt") && is_wanted("x_metadata.json"));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn every_wanted_file_is_in_exactly_one_call(
            names in proptest::collection::btree_set("[ab]{0,2}_179[0-9]{10}(\\.wav|_transcript\\.txt|_metadata\\.json)", 0..12),
        ) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let mut seen: Vec<String> = grouped(&names).into_iter().flat_map(|(_, files)| files).collect();
            seen.sort();
            let wanted: Vec<&str> = names.into_iter().filter(|name| is_wanted(name)).collect();
            proptest::prop_assert_eq!(seen, wanted);
        }
    }
}
