use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::SigningKey;
use crate::verify::verify;

const FORMS: [Form; 2] = [Form::Folder, Form::Zip];

/// Some files with lengths around the buffers.
fn files() -> Vec<(String, Vec<u8>)> {
    [0, 1, 15, 40_000, BUFFER - 1, BUFFER, BUFFER + 1, 3 * BUFFER + 5]
        .iter()
        .enumerate()
        .map(|(n, length)| (format!("calls/{n}/audio-1.mp3"), (0..*length).map(|i| (i * (n + 3)) as u8).collect()))
        .collect()
}

fn info() -> BagInfo {
    let mut info = BagInfo::new();
    info.add("Bagging-Date", "2026-11-21");
    info.add("Turnstone-Export-Version", "1");
    info
}

fn fill(bag: &mut Bag) {
    for (path, bytes) in files() {
        bag.add(&path, &mut bytes.as_slice(), &Cancel::new()).unwrap();
    }
    bag.add_tag("README.txt", b"Read me.\n").unwrap();
}

fn publish(parent: &Path, name: &str, form: Form, key: Option<&SigningKey>) -> PathBuf {
    let mut bag = Bag::begin(parent, name, form, 1).unwrap();
    fill(&mut bag);
    let sealed = bag.seal(&info(), key).unwrap();
    sealed.verify(&Cancel::new(), &|_, _| {}).unwrap().publish().unwrap()
}

/// Everything in a folder, hidden or not.
fn listed(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_published_bag_is_valid_and_is_all_that_is_left() {
    let key = SigningKey::generate().unwrap();
    for form in FORMS {
        for key in [None, Some(&key)] {
            let folder = TempDir::new().unwrap();
            let path = publish(folder.path(), "case 7", form, key);
            assert_eq!(listed(folder.path()), [path.file_name().unwrap().to_str().unwrap()]);
            let last = Cell::new((0, 1));
            let report = verify(&path, &Cancel::new(), &|done, total| last.set((done, total))).unwrap();
            assert_eq!(report.problems, [], "{form:?}");
            assert_eq!(last.get().0, last.get().1, "progress ends at the end");
            assert_eq!(report.signed_by.map(|key| key.fingerprint()), key.map(|key| key.public().fingerprint()));
        }
    }
}

#[test]
fn the_same_files_give_the_same_bytes() {
    for form in FORMS {
        let folder = TempDir::new().unwrap();
        let written = ["one", "two"].map(|parent| {
            let path = publish(&folder.path().join(parent), "bag", form, None);
            match form {
                Form::Zip => vec![fs::read(path).unwrap()],
                Form::Folder => ["tagmanifest-sha256.txt", "tagmanifest-sha512.txt"]
                    .map(|file| fs::read(path.join(file)).unwrap())
                    .to_vec(),
            }
        });
        assert!(written[0] == written[1], "{form:?}");
    }
}

#[test]
fn a_bag_without_payload_still_has_its_folder() {
    for form in FORMS {
        let folder = TempDir::new().unwrap();
        let bag = Bag::begin(folder.path(), "bag", form, 0).unwrap();
        let sealed = bag.seal(&info(), None).unwrap();
        let path = sealed.verify(&Cancel::new(), &|_, _| {}).unwrap().publish().unwrap();
        assert_eq!(verify(&path, &Cancel::new(), &|_, _| {}).unwrap().problems, [], "{form:?}");
        if form == Form::Folder {
            fs::remove_dir(path.join("data")).unwrap();
            assert_eq!(verify(&path, &Cancel::new(), &|_, _| {}).unwrap().problems[0].path, "data");
        }
    }
}

#[test]
fn what_was_added_is_told_by_its_hashes() {
    let folder = TempDir::new().unwrap();
    let mut bag = Bag::begin(folder.path(), "bag", Form::Zip, 0).unwrap();
    let added = bag.add("a", &mut b"abc".as_slice(), &Cancel::new()).unwrap();
    assert_eq!((added.bytes, &added.sha256[..8]), (3, "ba7816bf"));
    assert_eq!(hex(&added.sha512[..4]), "ddaf35a1");
}

#[test]
fn until_it_is_published_nothing_has_the_name_and_dropping_leaves_nothing() {
    for form in FORMS {
        let folder = TempDir::new().unwrap();
        let begun = || {
            let mut bag = Bag::begin(folder.path(), "bag", form, 1).unwrap();
            fill(&mut bag);
            bag
        };
        let bag = begun();
        assert_eq!(listed(folder.path()), [".bag.part"], "{form:?}");
        assert_eq!(listed(&folder.path().join(".bag.part")), ["turnstone-export.lock", "writing"]);
        drop(bag);
        assert_eq!(listed(folder.path()), Vec::<String>::new(), "{form:?}");
        let sealed = begun().seal(&info(), None).unwrap();
        assert_eq!(listed(folder.path()), [".bag.part"]);
        drop(sealed);
        assert_eq!(listed(folder.path()), Vec::<String>::new());
        drop(begun().seal(&info(), None).unwrap().verify(&Cancel::new(), &|_, _| {}).unwrap());
        assert_eq!(listed(folder.path()), Vec::<String>::new());
    }
}

#[test]
fn cancelling_ends_writing_and_reading_back_and_leaves_nothing() {
    for form in FORMS {
        let folder = TempDir::new().unwrap();
        let mut bag = Bag::begin(folder.path(), "bag", form, 1).unwrap();
        let cancel = Cancel::new();
        let mut endless = Endless { left: 5, cancel: cancel.clone() };
        assert!(matches!(bag.add("endless", &mut endless, &cancel), Err(BagError::Cancelled(_))), "{form:?}");
        let sealed = bag.seal(&info(), None).unwrap();
        assert!(matches!(sealed.verify(&cancel, &|_, _| {}), Err(BagError::Cancelled(_))));
        assert_eq!(listed(folder.path()), Vec::<String>::new());
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_the_bag_goes_on_without_it() {
    for form in FORMS {
        let folder = TempDir::new().unwrap();
        let mut bag = Bag::begin(folder.path(), "bag", form, 1).unwrap();
        for length in [10, BUFFER + 10] {
            let error = bag.add("audio-1.mp3", &mut Broken { left: length }, &Cancel::new()).unwrap_err();
            assert!(matches!(&error, BagError::Read { path, .. } if path == "data/audio-1.mp3"), "{error}");
        }
        fill(&mut bag);
        bag.add("audio-1.mp3", &mut b"found elsewhere".as_slice(), &Cancel::new()).unwrap();
        let sealed = bag.seal(&info(), None).unwrap();
        let path = sealed.verify(&Cancel::new(), &|_, _| {}).unwrap().publish().unwrap();
        assert_eq!(verify(&path, &Cancel::new(), &|_, _| {}).unwrap().problems, [], "{form:?}");
    }
}

#[test]
fn nothing_is_overwritten_not_even_what_came_meanwhile() {
    for form in FORMS {
        let folder = TempDir::new().unwrap();
        let target = folder.path().join(if form == Form::Zip { "bag.zip" } else { "bag" });
        let mut bag = Bag::begin(folder.path(), "bag", form, 1).unwrap();
        fill(&mut bag);
        let whole = bag.seal(&info(), None).unwrap().verify(&Cancel::new(), &|_, _| {}).unwrap();
        fs::write(&target, "mine").unwrap();
        assert!(matches!(whole.publish(), Err(BagError::Exists(_))), "{form:?}");
        assert!(matches!(Bag::begin(folder.path(), "bag", form, 1), Err(BagError::Exists(_))));
        assert_eq!(fs::read(&target).unwrap(), b"mine");
        assert_eq!(listed(folder.path()).len(), 1, "the staging place is gone");
    }
}

#[test]
fn a_folder_that_came_meanwhile_is_not_replaced_even_if_it_is_empty() {
    let folder = TempDir::new().unwrap();
    let bag = Bag::begin(folder.path(), "bag", Form::Folder, 1).unwrap();
    let whole = bag.seal(&info(), None).unwrap().verify(&Cancel::new(), &|_, _| {}).unwrap();
    fs::create_dir(folder.path().join("bag")).unwrap();
    assert!(matches!(whole.publish(), Err(BagError::Exists(_))));
    assert_eq!(listed(&folder.path().join("bag")), Vec::<String>::new());
}

#[test]
fn leftovers_of_killed_exports_go_and_what_is_held_or_not_ours_stays() {
    let folder = TempDir::new().unwrap();
    let left = folder.path().join(".killed.part");
    fs::create_dir_all(left.join("writing/data")).unwrap();
    fs::write(left.join("writing/data/audio"), "half").unwrap();
    fs::write(left.join("turnstone-export.lock"), "").unwrap();
    fs::create_dir(folder.path().join(".barely.part")).unwrap();
    fs::create_dir_all(folder.path().join(".theirs.part/things")).unwrap();
    fs::write(folder.path().join(".browser.part"), "a download").unwrap();
    let alive = Bag::begin(folder.path(), "alive", Form::Folder, 1).unwrap();
    let other = Bag::begin(folder.path(), "other", Form::Zip, 1).unwrap();
    assert_eq!(listed(folder.path()), [".alive.part", ".browser.part", ".other.part", ".theirs.part"]);
    assert!(matches!(Bag::begin(folder.path(), "alive", Form::Folder, 1), Err(BagError::Busy(_))));
    assert!(matches!(Bag::begin(folder.path(), "alive", Form::Zip, 1), Err(BagError::Busy(_))));
    drop((alive, other));
    assert_eq!(listed(folder.path()), [".browser.part", ".theirs.part"]);
}

#[test]
fn the_space_is_looked_at_first_and_a_missing_folder_is_made() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("a/b");
    match Bag::begin(&place, "bag", Form::Folder, u64::MAX / 2).map(|_| ()).unwrap_err() {
        error @ BagError::NoSpace { needed, .. } => {
            assert!(needed > u64::MAX / 2);
            assert!(error.to_string().contains("TB"), "{error}");
        }
        error => panic!("{error}"),
    }
    assert_eq!(listed(&place), Vec::<String>::new());
    for name in ["", ".", "..", ".hidden", "a/b", "nul", "a\nb", "\u{202e}gpj"] {
        assert!(matches!(Bag::begin(&place, name, Form::Zip, 0), Err(BagError::Path { .. })), "{name:?}");
    }
}

#[test]
fn the_bags_own_files_cannot_be_given() {
    let folder = TempDir::new().unwrap();
    let mut bag = Bag::begin(folder.path(), "bag", Form::Folder, 0).unwrap();
    for path in ["bagit.txt", "BAG-INFO.TXT", "manifest-md5.txt", "tagmanifest-sha512.txt.minisig", "data/x", "../x"] {
        assert!(matches!(bag.add_tag(path, b""), Err(BagError::Path { .. })), "{path}");
    }
    let cancel = Cancel::new();
    bag.add("a/b", &mut io::empty(), &cancel).unwrap();
    for path in ["a/B", "a", "A/c", "a/b/c", "../x", "/x", ""] {
        assert!(matches!(bag.add(path, &mut io::empty(), &cancel), Err(BagError::Path { .. })), "{path}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_put_into_a_bag_is_valid_and_any_changed_byte_is_named(
        files in prop::collection::btree_map("[a-z0-9]{1,8}(/[a-z0-9]{9,12}\\.[a-z]{1,4})?", 0..70_000_usize, 0..12),
        zipped: bool, signed: bool, which: prop::sample::Index, at: prop::sample::Index, value in "\\PC{0,90}",
    ) {
        let folder = TempDir::new().unwrap();
        let key = SigningKey::generate().unwrap();
        let form = if zipped { Form::Zip } else { Form::Folder };
        let mut bag = Bag::begin(folder.path(), "bag", form, 1).unwrap();
        let mut contents: BTreeMap<&String, Vec<u8>> = BTreeMap::new();
        for (path, length) in &files {
            let bytes: Vec<u8> = (0..*length).map(|i| (i * 31 + path.len()) as u8).collect();
            if bag.add(path, &mut bytes.as_slice(), &Cancel::new()).is_ok() {
                contents.insert(path, bytes);
            }
        }
        let mut info = info();
        info.add("External-Description", &value);
        let sealed = bag.seal(&info, signed.then_some(&key)).unwrap();
        let path = sealed.verify(&Cancel::new(), &|_, _| {}).unwrap().publish().unwrap();
        let report = verify(&path, &Cancel::new(), &|_, _| {}).unwrap();
        prop_assert!(report.problems.is_empty(), "{:?}", report.problems);
        let full: Vec<_> = contents.into_iter().filter(|(_, bytes)| !bytes.is_empty()).collect();
        if !zipped && !full.is_empty() {
            let (changed, mut bytes) = which.get(&full).clone();
            let at = at.index(bytes.len());
            bytes[at] ^= 1;
            fs::write(path.join("data").join(changed), bytes).unwrap();
            let named = format!("data/{changed}");
            let report = verify(&path, &Cancel::new(), &|_, _| {}).unwrap();
            prop_assert_eq!(report.problems.iter().map(|p| p.path.clone()).collect::<Vec<_>>(), [named]);
        }
    }
}

/// Goes on until somebody cancels, which it does itself after a while.
struct Endless {
    left: usize,
    cancel: Cancel,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.left -= 1;
        if self.left == 0 {
            self.cancel.cancel();
        }
        buffer.fill(7);
        Ok(buffer.len())
    }
}

/// Breaks after some bytes.
struct Broken {
    left: usize,
}

impl Read for Broken {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::other("the disk went away"));
        }
        let length = self.left.min(buffer.len());
        buffer[..length].fill(1);
        self.left -= length;
        Ok(length)
    }
}

#[test]
fn what_is_not_what_it_should_be_leaves_the_bag_as_it_was() {
    for form in FORMS {
        let folder = TempDir::new().unwrap();
        let mut bag = Bag::begin(folder.path(), "bag", form, 1).unwrap();
        let known = hex(&Digests::of(b"as it was").sha256);
        let mut add = |path: &str, bytes: &[u8]| bag.add_known(path, &mut &*bytes, Some(&known), &Cancel::new());
        assert!(matches!(add("calls/1/audio-1.mp3", b"as it is"), Err(BagError::Altered { .. })), "{form:?}");
        add("calls/2/audio-1.mp3", b"as it was").unwrap();
        assert!(add("calls/2/audio-2.mp3", &vec![7; 3 * BUFFER]).is_err(), "{form:?}");
        add("calls/2/audio-2.mp3", b"as it was").unwrap();
        let sealed = bag.seal(&info(), None).unwrap();
        let path = sealed.verify(&Cancel::new(), &|_, _| {}).unwrap().publish().unwrap();
        let report = verify(&path, &Cancel::new(), &|_, _| {}).unwrap();
        assert_eq!(report.problems, [], "{form:?}: neither a rest of it nor its folder is there");
    }
}
