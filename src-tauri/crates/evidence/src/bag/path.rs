use std::collections::{BTreeMap, BTreeSet};

use super::{BAG_INFO, BAGIT, BagError, DATA, SIGNING_KEY};

/// Longer paths fail on some systems.
const LONGEST: usize = 200;

/// The paths of a bag, so that none is taken twice, not even where case does not count.
#[derive(Default)]
pub(super) struct Names {
    files: BTreeSet<String>,
    folders: BTreeMap<String, String>,
}

impl Names {
    pub(super) fn claim(&mut self, path: &str) -> Result<(), BagError> {
        check(path)?;
        let refuse = |why| Err(BagError::Path { path: path.to_owned(), why });
        let key = folded(path);
        if self.files.contains(&key) || self.folders.contains_key(&key) {
            return refuse("it is in the export already");
        }
        for (at, _) in path.match_indices('/') {
            let folder = &path[..at];
            let taken = self.folders.get(&folded(folder)).is_some_and(|known| known != folder);
            if taken || self.files.contains(&folded(folder)) {
                return refuse("its folder has the name of another file or folder");
            }
        }
        for (at, _) in path.match_indices('/') {
            self.folders.insert(folded(&path[..at]), path[..at].to_owned());
        }
        self.files.insert(key);
        Ok(())
    }

    pub(super) fn release(&mut self, path: &str) {
        self.files.remove(&folded(path));
    }

    /// Every folder of the bag, those below after those above.
    pub(super) fn folders(&self) -> impl Iterator<Item = &str> {
        self.folders.values().map(String::as_str)
    }
}

/// A path where case does not count.
pub(crate) fn folded(path: &str) -> String {
    path.to_lowercase()
}

/// Whether Windows takes this name for a device.
pub(crate) fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_ascii_lowercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul" | "conin$" | "conout$") || numbered("com") || numbered("lpt")
}

/// The name of an export.
pub(super) fn check_name(name: &str) -> Result<(), BagError> {
    if name.contains('/') || name.starts_with('.') {
        return Err(BagError::Path { path: name.to_owned(), why: "a name has no slash and no dot in front" });
    }
    check(name)
}

/// A path of a tag file that is not the bag's own.
pub(super) fn check_tag(path: &str) -> Result<(), BagError> {
    let key = folded(path);
    let own = [BAGIT, BAG_INFO, SIGNING_KEY].contains(&key.as_str())
        || key.starts_with("manifest-")
        || key.starts_with("tagmanifest-")
        || key.starts_with(DATA)
        || key == DATA.trim_end_matches('/');
    if own {
        return Err(BagError::Path { path: path.to_owned(), why: "that name belongs to the bag itself" });
    }
    Ok(())
}

fn check(path: &str) -> Result<(), BagError> {
    let refuse = |why| Err(BagError::Path { path: path.to_owned(), why });
    if path.len() > LONGEST {
        return refuse("it is too long");
    }
    for part in path.split('/') {
        if part.is_empty() || part == "." || part == ".." {
            return refuse("its parts are names");
        }
        if !part.bytes().all(|b| b.is_ascii_alphanumeric() || b" ._-+=@,()".contains(&b)) {
            return refuse("only letters, digits and ._-+=@,() and spaces go everywhere");
        }
        if part.ends_with(['.', ' ']) || part.starts_with(' ') || is_device(part) {
            return refuse("Windows has no such name");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_that_exist_everywhere_are_taken_and_each_once() {
        let mut names = Names::default();
        names.claim("data/calls/20251112T160200Z-1a2b3c4d5e6f/audio-1.mp3").unwrap();
        names.claim("data/a.b").unwrap();
        for wrong in [
            "",
            "/a",
            "data//a",
            "data/../a",
            "data/.",
            "data/a\\b",
            "data/ä",
            "data/a\nb",
            "data/C:",
            "data/a%0Ab",
            "data/nul",
            "data/COM1.txt",
            "data/a.",
            "data/a ",
            "data/A.B",
            "data/a.b/c",
            "data/Calls/x",
            "data/calls",
        ] {
            assert!(names.claim(wrong).is_err(), "{wrong:?}");
        }
        assert!(names.claim(&"a/".repeat(120)).is_err());
        names.release("data/a.b");
        names.claim("data/A.B").unwrap();
        for own in
            ["bagit.txt", "Bag-Info.txt", "manifest-md5.txt", "tagmanifest-x", "data/x", "data", "signing-key.pub"]
        {
            assert!(check_tag(own).is_err(), "{own}");
        }
        check_tag("log/checkpoint").unwrap();
    }
}
