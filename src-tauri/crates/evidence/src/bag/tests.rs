use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

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
