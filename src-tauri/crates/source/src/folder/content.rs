//! Looks into files just far enough: whether they are still being written, and what tells them apart.

use std::io::Read;

use model::Cancel;
use sha2::{Digest, Sha256};

use crate::shelf::Files;
use crate::tree::Found;

/// A file changed this recently may change again at any moment.
const YOUNG_NS: i64 = 2_000_000_000;
/// A file that is visibly incomplete is waited for this long; then it is taken as it is.
const INCOMPLETE_NS: i64 = 60_000_000_000;
/// How much of each end of a file tells it apart.
const END: u64 = 64 * 1024;

/// Whether a file is still being written: it changed a moment ago, or not long ago and is empty or shorter than its RIFF
/// header says. What is in a zip is written already, or the zip could not be read.
pub fn is_settling(files: &Files, found: &Found, now_ns: i64) -> bool {
    if matches!(files, Files::Zip(_)) {
        return false;
    }
    // A clock that is behind the file's, as on network drives, makes an age negative; only a small difference is young.
    let age = now_ns.saturating_sub(found.modified_ns).saturating_abs();
    if age < YOUNG_NS {
        return true;
    }
    age < INCOMPLETE_NS && (found.size == 0 || riff_size(files, &found.path).is_some_and(|size| size > found.size))
}

/// The size a RIFF header gives to its file.
fn riff_size(files: &Files, path: &str) -> Option<u64> {
    let mut head = [0; 8];
    files.open(path).ok()?.0.read_exact(&mut head).ok()?;
    let [b'R', b'I', b'F', b'F', size @ ..] = head else { return None };
    let size = u32::from_le_bytes(size);
    // Programs that stream write all ones or nothing, for they do not know yet: that says nothing about completeness.
    (size != u32::MAX && size != 0).then_some(u64::from(size) + 8)
}

/// Sums up a file by its length and both its ends: the first 128 bits of their SHA-256. Two files of a library are the
/// same exactly if this is, for all purposes but proof.
pub fn fingerprint(files: &Files, path: &str) -> std::io::Result<String> {
    let (length, ends) = files.ends(path, END)?;
    let mut hash = Sha256::new();
    hash.update(length.to_le_bytes());
    hash.update(&ends);
    Ok(hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What a file says of its length is not believed beyond this before its bytes are there.
const LIKELY: u64 = 1 << 20;

/// Reads a whole listed file of at most `limit` bytes.
pub fn read_whole(files: &Files, path: &str, limit: u64, cancel: &Cancel) -> Result<Vec<u8>, ReadError> {
    let (file, length) = files.open(path)?;
    if length > limit {
        return Err(ReadError::TooLarge(limit));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length.min(LIKELY)).unwrap_or(0));
    let mut limited = file.take(limit + 1);
    loop {
        cancel.check()?;
        if (&mut limited).take(1 << 20).read_to_end(&mut bytes)? == 0 {
            break;
        }
    }
    if bytes.len() as u64 > limit { Err(ReadError::TooLarge(limit)) } else { Ok(bytes) }
}

/// Why a file could not be read whole.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is larger than anything that makes sense there.
    #[error("it is larger than {} MiB", .0 >> 20)]
    TooLarge(u64),
    /// The system refused.
    #[error("{}", crate::words::why(.0))]
    Io(#[from] std::io::Error),
    /// The walk was asked to stop.
    #[error(transparent)]
    Cancelled(#[from] model::Cancelled),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shelf::Shelf;

    fn found(size: u64, modified_ns: i64) -> Found {
        Found { path: "a.wav".into(), size, modified_ns }
    }

    #[test]
    fn a_file_waits_while_it_is_young_and_longer_while_it_is_visibly_incomplete() {
        const S: i64 = 1_000_000_000;
        let folder = tempfile::tempdir().unwrap();
        let files = Shelf::new(folder.path()).open(&Cancel::new()).unwrap();
        let settling = |size, age| is_settling(&files, &found(size, 100 * S), 100 * S + age);
        std::fs::write(folder.path().join("a.wav"), b"RIFF\xe8\x03\0\0WAVE").unwrap();
        assert!(settling(1_008, S), "changed a second ago");
        assert!(!settling(1_008, 3 * S), "as long as its header says");
        assert!(settling(500, 3 * S), "shorter than its header says");
        assert!(!settling(500, 61 * S), "it will not get longer any more");
        assert!(settling(0, 3 * S), "an empty file is about to be filled");
        assert!(!settling(0, 61 * S));
        assert!(!settling(1_008, -3_600 * S), "a clock that differs by an hour must not hide a file for ever");
    }

    #[test]
    fn a_fingerprint_depends_on_the_length_and_both_ends() {
        let folder = tempfile::tempdir().unwrap();
        let print = |bytes: &[u8]| {
            std::fs::write(folder.path().join("f"), bytes).unwrap();
            fingerprint(&Shelf::new(folder.path()).open(&Cancel::new()).unwrap(), "f").unwrap()
        };
        let long = vec![7; 300_000];
        let (mut head, mut tail) = (long.clone(), long.clone());
        head[0] = 8;
        tail[299_999] = 8;
        let prints = [print(&long), print(&head), print(&tail), print(&long[..299_999]), print(b""), print(b"x")];
        let different: std::collections::HashSet<_> = prints.iter().collect();
        assert_eq!(different.len(), prints.len(), "{prints:?}");
        assert_eq!(print(&long), prints[0]);
    }
}
