use std::fs;
use std::path::{Path, PathBuf};

use super::specimen::{CALL, Specimen};
use super::{assert_names, report_of, told};
use crate::bag::Form;
use crate::verify::{VerifyError, verify};

const AUDIO: &str = "data/calls/20251112T160200Z-1a2b3c4d5e6f/audio-1.mp3";

fn changed(specimen: &Specimen, change: impl FnOnce(&mut Vec<u8>)) -> PathBuf {
    let mut bytes = fs::read(&specimen.path).unwrap();
    change(&mut bytes);
    let path = specimen.place.path().join("changed.zip");
    fs::write(&path, bytes).unwrap();
    path
}

fn find(bytes: &[u8], what: &[u8]) -> usize {
    bytes.windows(what.len()).position(|window| window == what).unwrap()
}

fn find_last(bytes: &[u8], what: &[u8]) -> usize {
    bytes.windows(what.len()).rposition(|window| window == what).unwrap()
}

fn is_refused(path: &Path) -> bool {
    match verify(path, &model::Cancel::new(), &|_, _| {}) {
        Ok(report) => !report.problems.is_empty(),
        Err(VerifyError::NoBag(_)) => true,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn every_single_flipped_byte_is_caught() {
    let specimen = Specimen::new(Form::Zip);
    // All of the directory, and a part of what lies in front of it.
    let bytes = fs::read(&specimen.path).unwrap();
    let length = bytes.len();
    let directory = find(&bytes, b"PK\x01\x02");
    for at in (0..directory).step_by(13).chain(directory..length) {
        let path = changed(&specimen, |bytes| bytes[at] ^= 0x10);
        assert!(is_refused(&path), "byte {at} of {length}");
    }
}

#[test]
fn a_zip_file_cut_anywhere_is_refused() {
    let specimen = Specimen::new(Form::Zip);
    let length = fs::read(&specimen.path).unwrap().len();
    for keep in (0..length).step_by(97).chain(length - 30..length) {
        assert!(is_refused(&changed(&specimen, |bytes| bytes.truncate(keep))), "{keep} of {length}");
    }
    let cut = changed(&specimen, |bytes| bytes.truncate(length / 2));
    assert_names(&cut, "changed.zip", "a zip file cut in half");
}

#[test]
fn bytes_outside_the_entries_name_the_zip_file() {
    let specimen = Specimen::new(Form::Zip);
    let behind = changed(&specimen, |bytes| bytes.extend_from_slice(b"more"));
    assert_names(&behind, "changed.zip", "bytes behind the end");
    let before = changed(&specimen, |bytes| drop(bytes.splice(0..0, *b"MZ..")));
    assert!(is_refused(&before));
    let comment = changed(&specimen, |bytes| {
        let length = bytes.len();
        bytes[length - 2] = 4;
        bytes.extend_from_slice(b"note");
    });
    assert_names(&comment, "changed.zip", "a comment");
    // A gap in front of the directory, whose place is told right.
    let gap = changed(&specimen, |bytes| {
        let directory = find(bytes, b"PK\x01\x02");
        bytes.splice(directory..directory, *b"gap!");
        let at = bytes.len() - 6;
        let moved = u32::try_from(directory + 4).unwrap().to_le_bytes();
        bytes[at..at + 4].copy_from_slice(&moved);
    });
    assert_names(&gap, "changed.zip", "a gap in front of the directory");
}

#[test]
fn headers_that_disagree_name_the_entry() {
    let specimen = Specimen::new(Form::Zip);
    let name = format!("export/{AUDIO}");
    let other = changed(&specimen, |bytes| {
        let at = find(bytes, name.as_bytes());
        bytes[at + name.len() - 5] = b'9';
    });
    assert_names(&other, AUDIO, "another name in the local header");
    let doubled = changed(&specimen, |bytes| {
        let at = find_last(bytes, format!("export/data/{CALL}/audio-2.mp3").as_bytes());
        bytes[at + name.len() - 5] = b'1';
    });
    assert_names(&doubled, AUDIO, "an entry twice");
    for (what, offset, value) in [("encrypted", 8, 1), ("compressed", 10, 8), ("without length", 8, 8)] {
        let path = changed(&specimen, |bytes| {
            let at = find_last(bytes, name.as_bytes()) - 46;
            bytes[at + offset] = value;
            let at = find(bytes, name.as_bytes()) - 30;
            bytes[at + offset - 2] = value;
        });
        assert_names(&path, AUDIO, what);
    }
    let link = changed(&specimen, |bytes| {
        let at = find_last(bytes, name.as_bytes()) - 46;
        bytes[at + 40..at + 42].copy_from_slice(&0o120_777_u16.to_le_bytes());
    });
    assert_names(&link, AUDIO, "a link");
    let shared = changed(&specimen, |bytes| {
        let second = find_last(bytes, format!("export/data/{CALL}/audio-2.mp3").as_bytes()) - 46;
        let first = find_last(bytes, name.as_bytes()) - 46;
        let offset: [u8; 4] = bytes[first + 42..first + 46].try_into().unwrap();
        bytes[second + 42..second + 46].copy_from_slice(&offset);
    });
    assert!(is_refused(&shared));
}

#[test]
fn a_zip_file_that_was_packed_again_with_compression_is_still_taken_for_a_bag() {
    let specimen = Specimen::new(Form::Zip);
    let path = changed(&specimen, |bytes| {
        for at in 0..bytes.len() - 12 {
            match &bytes[at..at + 4] {
                b"PK\x01\x02" => bytes[at + 10] = 8,
                b"PK\x03\x04" => bytes[at + 8] = 8,
                _ => {}
            }
        }
    });
    let problems = report_of(&path).problems;
    assert!(problems.iter().any(|one| one.problem.contains("unpack it")), "{problems:?}");
}

#[test]
fn two_folders_in_one_zip_file_are_refused() {
    let specimen = Specimen::new(Form::Zip);
    let path = changed(&specimen, |bytes| {
        for name in [b"export/README.txt".as_slice(), b"export/data/index.csv"] {
            for at in [find(bytes, name), find_last(bytes, name)] {
                bytes[at..at + 6].copy_from_slice(b"trophy");
            }
        }
    });
    assert_names(&path, "trophy/README.txt", "a second folder");
    assert_names(&path, "README.txt", "what moved into it");
    assert!(told(&report_of(&path)).iter().any(|problem| problem.starts_with("data/index.csv: is missing")));
}
