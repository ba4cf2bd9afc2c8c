//! Which files make one call: recordings and what lies beside them under the same name. Pure; only names are looked at.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::naming::{Part, folder_key, folders_served, join, part, split, stem, stems_served};
use crate::tree::Found;

/// The files of one call, or of what may be one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Recordings, then vCon containers, then sidecars; each in the order of their paths.
    pub files: Vec<Member>,
}

/// A file and what its name says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// What the name says.
    pub part: Part,
    /// The file.
    pub file: Found,
    /// It is still being written.
    pub settling: bool,
}

impl Group {
    /// The members that are of this kind.
    pub fn of(&self, part: Part) -> impl Iterator<Item = &Member> {
        self.files.iter().filter(move |member| member.part == part)
    }
}

/// Groups files by call. A group's key is its folder and stem: the path of its recording without the ending. `claims` says
/// which recordings a vCon names as its own (path of the recording → path of the vCon).
pub fn pair(files: &[Member], claims: &BTreeMap<String, String>) -> BTreeMap<String, Group> {
    let claimed_by: HashMap<&str, String> = claims.iter().map(|(audio, vcon)| (audio.as_str(), key_of(vcon))).collect();
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    let mut owners: HashMap<(String, &str), String> = HashMap::new();
    for member in files.iter().filter(|member| member.part != Part::Sidecar) {
        let path = &member.file.path;
        let key = claimed_by.get(path.as_str()).cloned().unwrap_or_else(|| key_of(path));
        let (folder, name) = split(path);
        owners.entry((folder_key(folder), stem(name))).or_insert_with(|| key.clone());
        groups.entry(key).or_default().files.push(member.clone());
    }
    let claiming: HashSet<&str> = claims.values().map(String::as_str).collect();
    for member in files.iter().filter(|member| member.part == Part::Sidecar) {
        let claimed_here = claiming.contains(member.file.path.as_str()).then(|| key_of(&member.file.path));
        let key =
            claimed_here.or_else(|| served(&member.file.path, &owners)).unwrap_or_else(|| orphan(&member.file.path));
        groups.entry(key).or_default().files.push(member.clone());
    }
    for group in groups.values_mut() {
        group.files.sort_by(|a, b| (a.part, &a.file.path).cmp(&(b.part, &b.file.path)));
    }
    groups
}

/// What kind of member a path is, for listing.
pub fn member(file: Found, settling: bool) -> Option<Member> {
    Some(Member { part: part(split(&file.path).1)?, file, settling })
}

fn key_of(path: &str) -> String {
    let (folder, name) = split(path);
    join(folder, stem(name))
}

/// The call of the recording that a sidecar lies beside.
fn served(path: &str, owners: &HashMap<(String, &str), String>) -> Option<String> {
    let (folder, name) = split(path);
    let stems = stems_served(name);
    folders_served(folder).iter().find_map(|folder| {
        let folder = folder_key(folder);
        stems.iter().find_map(|stem| owners.get(&(folder.clone(), stem)).cloned())
    })
}

/// The call of a sidecar that lies beside no recording.
fn orphan(path: &str) -> String {
    let (folder, name) = split(path);
    join(folder, stems_served(name).last().copied().unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_and_everything_named_after_it_are_one_call() {
        let groups = groups(&["a/call.wav", "a/call.json", "a/call.en.vtt", "a/call.wav.meta.json", "a/other.txt"]);
        assert_eq!(
            groups,
            [
                ("a/call", vec!["a/call.wav", "a/call.en.vtt", "a/call.json", "a/call.wav.meta.json"]),
                ("a/other", vec!["a/other.txt"]),
            ]
            .map(|(key, files)| (key.to_owned(), files.into_iter().map(str::to_owned).collect()))
        );
    }

    #[test]
    fn transcripts_kept_in_a_folder_beside_the_recordings_are_found() {
        let groups = groups(&["2025/Recordings/x.mp3", "2025/transcripts/x.json", "2025/transcripts/y.json"]);
        assert_eq!(groups[0].1, ["2025/Recordings/x.mp3", "2025/transcripts/x.json"]);
        assert_eq!(groups[1].0, "2025/transcripts/y", "a transcript without a recording is a call of its own");
    }

    #[test]
    fn the_same_name_in_two_folders_is_two_calls() {
        assert_eq!(groups(&["a/call.wav", "b/call.wav", "b/call.vtt"]).len(), 2);
    }

    #[test]
    fn a_recording_that_a_vcon_names_belongs_to_the_vcon() {
        let claims = BTreeMap::from([("audio/x.mp3".to_owned(), "c/conversation.vcon".to_owned())]);
        let files = members(&["audio/x.mp3", "c/conversation.vcon"]);
        let groups = pair(&files, &claims);
        assert_eq!(groups.len(), 1);
        assert_eq!(groups["c/conversation"].files.len(), 2);
    }

    fn groups(paths: &[&str]) -> Vec<(String, Vec<String>)> {
        let files = |group: Group| group.files.into_iter().map(|member| member.file.path).collect();
        pair(&members(paths), &BTreeMap::new()).into_iter().map(|(key, group)| (key, files(group))).collect()
    }

    fn members(paths: &[&str]) -> Vec<Member> {
        let found = |path: &&str| Found { path: (*path).to_owned(), size: 1, modified_ns: 1 };
        paths.iter().filter_map(|path| member(found(path), false)).collect()
    }
}
