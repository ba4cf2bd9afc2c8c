use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;

use super::inspection::Seen;
use super::{Inspection, VerifyError};
use crate::bag::{DATA, hex};
use crate::manifest::{self, Manifest};

/// A hash that manifests are checked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Sha256,
    Sha512,
}

/// A manifest with its name.
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) algorithm: Algorithm,
    pub(super) content: Manifest,
    /// Whether it is byte for byte as Turnstone writes it.
    pub(super) exact: bool,
}

impl Algorithm {
    fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().replace('-', "").as_str() {
            "sha256" => Some(Self::Sha256),
            "sha512" => Some(Self::Sha512),
            _ => None,
        }
    }

    fn digits(self) -> usize {
        match self {
            Self::Sha256 => 64,
            Self::Sha512 => 128,
        }
    }

    /// This hash of a file in hex; `None` if it was left out.
    pub(super) fn of(self, seen: &Seen) -> Option<String> {
        match self {
            Self::Sha256 => Some(hex(&seen.sha256)),
            Self::Sha512 => seen.sha512.map(|hash| hex(&hash)),
        }
    }
}

/// Reads the manifests whose names begin so, with what is wrong in them.
pub(super) fn read_manifests(inspection: &mut Inspection<'_>, prefix: &str) -> Result<Vec<Listed>, VerifyError> {
    let mut manifests = Vec::new();
    for name in inspection.bag.files.keys() {
        let algorithm = name.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(".txt")).and_then(Algorithm::named);
        let Some(algorithm) = algorithm else { continue };
        let Some(bytes) = inspection.bytes(name, manifest::LONGEST)? else { continue };
        let content = manifest::parse(&bytes, algorithm.digits());
        for (path, words) in &content.faults {
            match path {
                Some(path) => inspection.problem(path, format!("{words} in {name}")),
                None => inspection.problem(name, words.as_str()),
            }
        }
        let exact = content.text().as_bytes() == bytes;
        manifests.push(Listed { name: name.clone(), algorithm, content, exact });
    }
    Ok(manifests)
}

/// Checks the payload against every manifest that can be.
pub(super) fn check(inspection: &mut Inspection<'_>) -> Result<Vec<Listed>, VerifyError> {
    let manifests = read_manifests(inspection, "manifest-")?;
    if manifests.is_empty() {
        say_none(inspection);
    }
    let found = Found::of(inspection);
    if found.files.is_empty() && !inspection.bag.folders.contains(DATA.trim_end_matches('/')) {
        inspection.problem("data", "is missing, and every bag has it");
    }
    let mut changed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for manifest in &manifests {
        let mut listed = BTreeSet::new();
        for (path, digest) in &manifest.content.files {
            if !path.starts_with(DATA) {
                inspection.problem(path, format!("is in {} and not part of the payload", manifest.name));
                continue;
            }
            let Some(place) = found.place(path) else {
                say_missing(inspection, path, &manifest.name);
                continue;
            };
            listed.insert(place);
            if let Some(seen) = inspection.see(place)?
                && manifest.algorithm.of(&seen).is_some_and(|found| found != *digest)
            {
                changed.entry(place).or_default().push(&manifest.name);
            }
            if place != path && manifest.name == manifests[0].name {
                inspection.note(place, "has the same name as in the manifest, written in another Unicode form");
            }
        }
        for place in found.payload().filter(|place| !listed.contains(place)) {
            inspection.problem(place, format!("is not in {}: it was added, or its line was removed", manifest.name));
        }
    }
    for (path, names) in changed {
        inspection.problem(path, format!("was changed: it does not have the hash in {}", names.join(" and ")));
    }
    Ok(manifests)
}

fn say_none(inspection: &mut Inspection<'_>) {
    let others: Vec<&String> = inspection.bag.files.keys().filter(|name| name.starts_with("manifest-")).collect();
    match others.first() {
        Some(name) => {
            inspection.problem(name, "is the only kind of manifest, and only SHA-256 and SHA-512 can be checked");
        }
        None => inspection.problem("manifest-sha512.txt", "is missing, and so is any other manifest"),
    }
}

fn say_missing(inspection: &mut Inspection<'_>, path: &str, manifest: &str) {
    if inspection.bag.folders.contains(path) {
        inspection.problem(path, format!("is a folder, though {manifest} lists it as a file"));
    } else {
        inspection.problem(path, format!("is missing, though {manifest} lists it"));
    }
}

/// The payload files that are there, also by the composed form of their names.
struct Found<'a> {
    files: BTreeSet<&'a str>,
    composed: BTreeMap<String, &'a str>,
}

impl<'a> Found<'a> {
    fn of(inspection: &Inspection<'a>) -> Self {
        let files: BTreeSet<&str> =
            inspection.bag.files.keys().map(String::as_str).filter(|path| path.starts_with(DATA)).collect();
        let odd = files.iter().filter(|path| !path.is_ascii());
        let composed = odd.map(|path| (path.nfc().collect(), *path)).collect();
        Self { files, composed }
    }

    fn payload(&self) -> impl Iterator<Item = &'a str> {
        self.files.iter().copied()
    }

    /// The file that a manifest means by a path.
    fn place(&self, path: &str) -> Option<&'a str> {
        let exact = self.files.get(path).copied();
        exact.or_else(|| self.composed.get(&path.nfc().collect::<String>()).copied())
    }
}
