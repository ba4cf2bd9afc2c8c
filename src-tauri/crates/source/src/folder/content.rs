//! Looks into files just far enough: whether they are still being written, and what tells them apart.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use model::Cancel;
use sha2::{Digest, Sha256};

use crate::tree::Found;

/// A file changed this recently may change again at any moment.
const YOUNG_NS: i64 = 2_000_000_000;
/// A file that is visibly incomplete is waited for this long; then it is taken as it is.
const INCOMPLETE_NS: i64 = 60_000_000_000;
/// How much of each end of a file tells it apart.
const END: u64 = 64 * 1024;

/// Whether a file is still being written: it changed a moment ago, or not long ago and is empty or shorter than its RIFF
/// header says.
pub fn is_settling(path: &Path, found: &Found, now_ns: i64) -> bool {
    // A clock that is behind the file's, as on network drives, makes an age negative; only a small difference is young.
    let age = now_ns.saturating_sub(found.modified_ns).saturating_abs();
    if age < YOUNG_NS {
        return true;
    }
    age < INCOMPLETE_NS && (found.size == 0 || riff_size(path).is_some_and(|size| size > found.size))
}

/// The size a RIFF header gives to its file.
fn riff_size(path: &Path) -> Option<u64> {
    let mut head = [0; 8];
    File::open(path).ok()?.read_exact(&mut head).ok()?;
    let [b'R', b'I', b'F', b'F', size @ ..] = head else { return None };
    let size = u32::from_le_bytes(size);
    // Programs that stream write all ones or nothing, for they do not know yet: that says nothing about completeness.
    (size != u32::MAX && size != 0).then_some(u64::from(size) + 8)
}

/// Sums up a file by its length and both its ends: the first 128 bits of their SHA-256. Two files of a library are the
/// same exactly if this is, for all purposes but proof.
pub fn fingerprint(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut hash = Sha256::new();
    hash.update(length.to_le_bytes());
    let mut end = Vec::with_capacity(END as usize);
    (&mut file).take(END).read_to_end(&mut end)?;
    hash.update(&end);
    if length > END {
        end.clear();
        file.seek(SeekFrom::Start(length.saturating_sub(END).max(END)))?;
        file.take(END).read_to_end(&mut end)?;
        hash.update(&end);
    }
    Ok(hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Reads a whole file of at most `limit` bytes.
pub fn read_whole(path: &Path, limit: u64, cancel: &Cancel) -> Result<Vec<u8>, ReadError> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    if length > limit {
        return Err(ReadError::TooLarge(limit));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
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

    fn found(size: u64, modified_ns: i64) -> Found {
        Found { path: "a.wav".into(), size, modified_ns }
    }

    #[test]
    fn a_file_waits_while_it_is_young_and_longer_while_it_is_visibly_incomplete() {
        const S: i64 = 1_000_000_000;
        let folder = tempfile::tempdir().unwrap();
        let settling = |size, age| is_settling(&folder.path().join("a.wav"), &found(size, 100 * S), 100 * S + age);
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
            let path = folder.path().join("f");
            std::fs::write(&path, bytes).unwrap();
            fingerprint(&path).unwrap()
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
