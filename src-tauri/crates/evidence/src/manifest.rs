//! Manifests: which files a bag has, and their hashes.

use std::collections::BTreeMap;

/// A longer manifest is not read: a million and more files.
pub(crate) const LONGEST: u64 = 512 * 1024 * 1024;
/// A longer line is not one of a manifest.
const LONGEST_LINE: usize = 16 * 1024;

/// What a manifest says.
#[derive(Debug, Default)]
pub(crate) struct Manifest {
    /// The hash of each file, in lower-case hex, by its path.
    pub(crate) files: BTreeMap<String, String>,
    /// What is wrong with it: the path or, where there is none, `None`; and words.
    pub(crate) faults: Vec<(Option<String>, String)>,
}

/// The text of a manifest; paths as RFC 8493 wants them.
pub(crate) fn text<'a>(files: impl Iterator<Item = (&'a str, String)>) -> String {
    files.map(|(path, digest)| format!("{digest}  {}\n", encoded(path))).collect()
}

/// Reads a manifest whose hashes have this many hex digits.
pub(crate) fn parse(bytes: &[u8], digits: usize) -> Manifest {
    let mut manifest = Manifest::default();
    let Ok(text) = std::str::from_utf8(bytes) else {
        manifest.fault(None, "is not UTF-8");
        return manifest;
    };
    if text.starts_with('\u{feff}') {
        manifest.fault(None, "begins with a byte order mark");
    }
    for line in text.trim_start_matches('\u{feff}').split(['\n', '\r']).filter(|line| !line.trim().is_empty()) {
        match parse_line(line, digits) {
            Ok((path, digest)) => {
                if manifest.files.insert(path.clone(), digest).is_some() {
                    manifest.fault(Some(path), "is listed twice");
                }
            }
            Err((path, words)) => manifest.fault(path, words),
        }
    }
    manifest
}

impl Manifest {
    fn fault(&mut self, path: Option<String>, words: &str) {
        self.faults.push((path, words.to_owned()));
    }

    /// The text that a manifest with these files has if we write it.
    pub(crate) fn text(&self) -> String {
        text(self.files.iter().map(|(path, digest)| (path.as_str(), digest.clone())))
    }
}

/// Whether a path stays within the bag on every system.
pub(crate) fn is_safe(path: &str) -> bool {
    let drive = path.as_bytes().get(1) == Some(&b':');
    !drive
        && !path.starts_with('~')
        && !path.contains(['\\', '\0'])
        && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

fn parse_line(line: &str, digits: usize) -> Result<(String, String), (Option<String>, &'static str)> {
    if line.len() > LONGEST_LINE {
        return Err((None, "has a line that is too long"));
    }
    let (digest, rest) = line.split_once([' ', '\t']).ok_or((None, "has a line that is not a hash and a path"))?;
    let name = rest.trim_start_matches([' ', '\t']);
    let name = name.strip_prefix('*').unwrap_or(name);
    let path = decoded(name.strip_prefix("./").unwrap_or(name));
    if !is_safe(&path) {
        return Err((Some(path), "leads out of the bag"));
    }
    if digest.len() != digits || !digest.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err((Some(path), "has something that is no hash"));
    }
    Ok((path, digest.to_ascii_lowercase()))
}

/// A path with what would end or change its line percent-encoded.
fn encoded(path: &str) -> String {
    path.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Undoes [`encoded`]; any other percent sign stays one.
fn decoded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let code = after.get(..2).map(str::to_ascii_uppercase);
        let plain = match code.as_deref() {
            Some("25") => Some('%'),
            Some("0A") => Some('\n'),
            Some("0D") => Some('\r'),
            _ => None,
        };
        out.push(plain.unwrap_or('%'));
        rest = if plain.is_some() { &after[2..] } else { after };
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_of_other_programs_are_understood() {
        let text = b"AB  data/a\r\ncd *data/b c\r\n12\t\t./data/50%25%0Aoff%0d%zz\n\n";
        let manifest = parse(text, 2);
        let files: Vec<_> = manifest.files.iter().map(|(path, digest)| (path.as_str(), digest.as_str())).collect();
        assert_eq!(files, [("data/50%\noff\r%zz", "12"), ("data/a", "ab"), ("data/b c", "cd")]);
        assert!(manifest.faults.is_empty());
        assert_eq!(parse(manifest.text().as_bytes(), 2).files, manifest.files);
    }

    #[test]
    fn what_leads_out_of_the_bag_or_is_no_line_is_named() {
        let text = "ab  ../x\nab  /etc/passwd\nab  data\\..\\x\nab  C:x\nxy  data/a\nab\nab  data/b\nab  data/b\n";
        let faults = parse(text.as_bytes(), 2).faults;
        assert_eq!(faults.len(), 7);
        assert_eq!(faults[0], (Some("../x".to_owned()), "leads out of the bag".to_owned()));
        assert_eq!(faults[6], (Some("data/b".to_owned()), "is listed twice".to_owned()));
        assert_eq!(parse(b"\xff", 2).faults.len(), 1);
        assert_eq!(parse(b"\xef\xbb\xbfab  data/a\n", 2).faults.len(), 1);
    }
}
