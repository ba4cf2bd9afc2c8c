use std::fs;
use std::path::Path;

use model::Cancel;
use tempfile::TempDir;

use super::{report_of, told};
use crate::bag::{Digests, hex};
use crate::verify::{VerifyError, verify};

/// A bag as another program makes it: one manifest, names of all kinds, other line ends.
fn foreign(folder: &Path, name: &str, listed: &str) {
    fs::create_dir_all(folder.join("data/sub")).unwrap();
    fs::write(folder.join("bagit.txt"), "BagIt-Version: 0.97\r\nTag-File-Character-Encoding: utf-8\r\n").unwrap();
    fs::write(folder.join(format!("data/sub/{name}")), "bytes").unwrap();
    let line = format!("{} *data/sub/{listed}\r\n", hex(&Digests::of(b"bytes").sha256).to_uppercase());
    fs::write(folder.join("manifest-sha256.txt"), line).unwrap();
}

#[test]
fn a_plain_bag_of_another_program_is_checked_as_one() {
    let folder = TempDir::new().unwrap();
    foreign(folder.path(), "50%.txt", "50%25.txt");
    fs::write(folder.path().join("manifest-md5.txt"), "whatever\n").unwrap();
    fs::write(folder.path().join("notes.txt"), "not listed anywhere").unwrap();
    let report = report_of(folder.path());
    assert_eq!(told(&report), Vec::<String>::new());
    assert!(!report.turnstone && report.tagmanifest_sha512.is_none());
    fs::write(folder.path().join("data/sub/50%.txt"), "bytes!").unwrap();
    assert_eq!(report_of(folder.path()).problems[0].path, "data/sub/50%.txt");
}

#[test]
fn names_in_another_unicode_form_are_the_same_names_and_are_noted() {
    let folder = TempDir::new().unwrap();
    foreign(folder.path(), "Mu\u{308}ller.txt", "M\u{fc}ller.txt");
    let report = report_of(folder.path());
    assert_eq!(told(&report), Vec::<String>::new());
    assert_eq!(report.notes.len(), 1);
}

#[test]
fn a_bag_with_only_unknown_hashes_is_not_called_valid() {
    let folder = TempDir::new().unwrap();
    foreign(folder.path(), "a", "a");
    fs::rename(folder.path().join("manifest-sha256.txt"), folder.path().join("manifest-md5.txt")).unwrap();
    assert_eq!(report_of(folder.path()).problems[0].path, "manifest-md5.txt");
}

#[test]
fn what_is_no_bag_is_said_to_be_none_and_a_cancelled_check_ends() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("letter.txt"), "Dear all").unwrap();
    let check = |path: &Path| verify(path, &Cancel::new(), &|_, _| {}).unwrap_err();
    assert!(matches!(check(folder.path()), VerifyError::NoBag(_)));
    assert!(matches!(check(&folder.path().join("letter.txt")), VerifyError::NoBag(_)));
    assert!(matches!(check(&folder.path().join("nothing")), VerifyError::Missing(_)));
    let cancel = Cancel::new();
    cancel.cancel();
    assert!(matches!(verify(folder.path(), &cancel, &|_, _| {}), Err(VerifyError::Cancelled(_))));
}
