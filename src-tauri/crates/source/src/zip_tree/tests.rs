use std::collections::BTreeMap;

use super::written::{Item, deflated, stored, zip};
use super::*;

/// A zip on disk.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn of(items: &[Item]) -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        place.write(&zip(items));
        place
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("calls.zip")
    }

    fn write(&self, bytes: &[u8]) {
        std::fs::write(self.path(), bytes).unwrap();
    }

    fn tree(&self) -> ZipTree {
        ZipTree::read(&self.path(), &Cancel::new()).unwrap()
    }
}

fn content(tree: &ZipTree, path: &str) -> io::Result<Vec<u8>> {
    let (mut reader, length) = tree.open(path)?;
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    assert_eq!(bytes.len() as u64, length);
    Ok(bytes)
}

fn reasons(tree: &ZipTree) -> BTreeMap<String, String> {
    tree.list(&|_| true).rejected.into_iter().map(|item| (item.item, item.reason)).collect()
}

#[test]
fn stored_and_packed_files_are_listed_and_read() {
    let long = b"one and the same line\n".repeat(10_000);
    let place = Place::of(&[stored("a/one.wav", b"abc"), deflated("a/b/two.json", &long), stored("a/.hidden", b"x")]);
    let tree = place.tree();
    let listed: Vec<(String, u64)> =
        tree.list(&|_| true).files.into_iter().map(|found| (found.path, found.size)).collect();
    assert_eq!(listed, [("a/b/two.json".into(), long.len() as u64), ("a/one.wav".into(), 3)]);
    assert_eq!(tree.list(&|name| name.ends_with("wav")).files.len(), 1);
    assert_eq!(content(&tree, "a/b/two.json").unwrap(), long);
    assert_eq!(content(&tree, "a/one.wav").unwrap(), b"abc");
    assert_eq!(content(&tree, "a/../a/one.wav").unwrap_err().kind(), io::ErrorKind::NotFound);
}

#[test]
fn what_leads_elsewhere_or_is_locked_is_refused_and_the_rest_goes_on() {
    let link = Item { mode: 0o120_777, ..stored("link.wav", b"/etc/passwd") };
    let locked = Item { flags: 1, ..stored("locked.wav", b"secret") };
    let odd = Item { method: 14, ..stored("odd.wav", b"lzma") };
    let names = ["../up.wav", "/etc/abs.wav", "C:/drive.wav", "a\\b.wav", "a//b.wav", "./c.wav"];
    let mut items = vec![stored("good.wav", b"good"), link, locked, odd];
    items.extend(names.iter().map(|name| stored(name, b"x")));
    let place = Place::of(&items);
    let tree = place.tree();
    assert_eq!(tree.list(&|_| true).files.len(), 1);
    assert_eq!(content(&tree, "good.wav").unwrap(), b"good");
    let reasons = reasons(&tree);
    assert_eq!(reasons.len(), 9, "{reasons:?}");
    assert!(reasons["link.wav"].contains("links"));
    assert!(reasons["locked.wav"].contains("password"));
    assert!(reasons["odd.wav"].contains("packed in a way"));
}

#[test]
fn bombs_are_refused_before_they_are_opened() {
    let lie = Item { size: 1 << 31, ..deflated("lie.json", b"{}") };
    let zeros = deflated("zeros.json", &vec![b' '; 20 << 20]);
    let again = Item { at: Some(0), ..stored("again.json", b"abc") };
    let place = Place::of(&[stored("first.json", b"abc"), lie, zeros, again]);
    let tree = place.tree();
    let reasons = reasons(&tree);
    assert_eq!(reasons.len(), 3, "{reasons:?}");
    assert!(reasons["lie.json"].contains("unpack to far more") && reasons["zeros.json"].contains("unpack to far more"));
    assert_eq!(reasons.values().filter(|reason| reason.contains("shares its bytes")).count(), 1, "{reasons:?}");
}

#[test]
fn a_file_that_does_not_fit_its_checksum_or_its_length_ends_in_an_error() {
    let flipped = Item { packed: b"abd".to_vec(), ..stored("flipped.wav", b"abc") };
    let short = Item { size: 30, ..deflated("short.wav", b"twelve bytes") };
    let garbage = Item { packed: vec![0xff; 20], ..deflated("garbage.wav", b"twelve bytes") };
    let place = Place::of(&[flipped, short, garbage]);
    let tree = place.tree();
    for name in ["flipped.wav", "short.wav", "garbage.wav"] {
        let kind = content(&tree, name).unwrap_err().kind();
        assert!(matches!(kind, io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput), "{name}: {kind:?}");
    }
}

#[test]
fn a_zip_cut_short_anywhere_is_an_error_and_no_panic() {
    let whole = zip(&[stored("a.wav", b"abc"), deflated("b.json", b"{\"a\": 1}")]);
    let place = Place::of(&[]);
    for length in 0..whole.len() {
        place.write(&whole[..length]);
        let error = ZipTree::read(&place.path(), &Cancel::new()).unwrap_err();
        assert!(matches!(&error, SourceError::Unreachable(why) if why.contains("no whole zip")), "{length}: {error}");
    }
}

#[test]
fn no_flipped_byte_makes_reading_panic_or_give_more_than_the_entry_says() {
    let whole = zip(&[stored("a.wav", b"abc"), deflated("b.json", b"{\"a\": 1}")]);
    let place = Place::of(&[]);
    for at in 0..whole.len() {
        for flip in [0xff, 0x01, 0x80] {
            let mut bytes = whole.clone();
            bytes[at] ^= flip;
            place.write(&bytes);
            let Ok(tree) = ZipTree::read(&place.path(), &Cancel::new()) else { continue };
            for found in tree.list(&|_| true).files {
                if let Ok(bytes) = content(&tree, &found.path) {
                    assert_eq!(bytes.len() as u64, found.size);
                }
            }
        }
    }
}

#[test]
fn a_zip_that_was_replaced_is_not_read_by_its_old_directory() {
    let place = Place::of(&[stored("a.wav", b"abc")]);
    let tree = place.tree();
    place.write(&zip(&[stored("other.wav", b"something longer"), stored("a.wav", b"abc")]));
    assert!(content(&tree, "a.wav").unwrap_err().to_string().contains("changed"));
    assert_eq!(content(&place.tree(), "a.wav").unwrap(), b"abc");
}

#[test]
fn files_of_one_moment_differ_by_their_content() {
    let place = Place::of(&[stored("a.wav", b"abc"), stored("b.wav", b"abd")]);
    let tree = place.tree();
    let files = tree.list(&|_| true).files;
    assert_ne!(files[0].modified_ns, files[1].modified_ns);
    assert_eq!(files[0].modified_ns / 1_000_000_000, 1_762_963_200, "the moment that the zip gives, to the second");
    assert_ne!(tree.sum("a.wav").unwrap(), tree.sum("b.wav").unwrap());
}
