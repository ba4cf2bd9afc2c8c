use std::fs;
use std::path::Path;

use super::specimen::{CALL, Specimen};
use super::{assert_names, report_of, told};
use crate::SigningKey;
use crate::bag::{Digests, Form, hex};

/// What is done, to the folder of a bag, and which file must be named.
type Tampering = (&'static str, fn(&Path), &'static str);

const AUDIO: &str = "data/calls/20251112T160200Z-1a2b3c4d5e6f/audio-1.mp3";
const OTHER: &str = "data/calls/20251112T160200Z-1a2b3c4d5e6f/audio-2.mp3";
const VCON: &str = "data/calls/20251112T160200Z-1a2b3c4d5e6f/call.vcon.json";
const ADDED: &str = "data/calls/20251112T160200Z-1a2b3c4d5e6f/audio-3.mp3";
const SHA256: &str = "manifest-sha256.txt";
const SHA512: &str = "manifest-sha512.txt";
const TAGS256: &str = "tagmanifest-sha256.txt";
const TAGS512: &str = "tagmanifest-sha512.txt";
const MINISIG: &str = "tagmanifest-sha512.txt.minisig";

const TAMPERINGS: &[Tampering] = &[
    ("a payload byte is flipped", |bag| edit(bag, AUDIO, |b| b[3] ^= 1), AUDIO),
    ("a payload file is cut", |bag| edit(bag, AUDIO, |b| b.truncate(5)), AUDIO),
    ("a payload file is longer", |bag| edit(bag, AUDIO, |b| b.push(0)), AUDIO),
    ("a payload file is emptied", |bag| edit(bag, AUDIO, Vec::clear), AUDIO),
    ("a payload file is deleted", |bag| fs::remove_file(bag.join(AUDIO)).unwrap(), AUDIO),
    ("a payload file is added", |bag| fs::write(bag.join(ADDED), "new").unwrap(), ADDED),
    ("an empty payload file is added", |bag| fs::write(bag.join(ADDED), "").unwrap(), ADDED),
    ("a payload file is renamed: the old name", |bag| fs::rename(bag.join(AUDIO), bag.join(ADDED)).unwrap(), AUDIO),
    ("a payload file is renamed: the new name", |bag| fs::rename(bag.join(AUDIO), bag.join(ADDED)).unwrap(), ADDED),
    ("two payload files are swapped: the first", swap, AUDIO),
    ("two payload files are swapped: the second", swap, OTHER),
    ("a line of a manifest is changed", |bag| replace(bag, SHA512, "audio-1", "audio-9"), SHA512),
    ("a line of a manifest is changed: what it named", |bag| replace(bag, SHA512, "audio-1", "audio-9"), AUDIO),
    ("a line of a manifest is removed", |bag| drop_line(bag, SHA256, AUDIO), AUDIO),
    ("a line of both manifests is removed", |bag| for_both(bag, AUDIO, drop_line), AUDIO),
    ("a file and its lines are removed: the index still counts it", remove_wholly, "bag-info.txt"),
    ("a file and its lines are removed", remove_wholly, SHA256),
    ("a line of a manifest is there twice", |bag| double_line(bag, SHA256, AUDIO), AUDIO),
    ("a line is added to a manifest", |bag| append(bag, SHA256, &format!("{}  {ADDED}\n", "0".repeat(64))), ADDED),
    ("a line of a manifest leads out", |bag| append(bag, SHA256, &format!("{}  ../../x\n", "0".repeat(64))), "../../x"),
    ("a manifest has no hash in a line", |bag| append(bag, SHA256, "words  data/x\n"), "data/x"),
    ("a manifest has a blank line more", |bag| append(bag, SHA512, "\n"), SHA512),
    (
        "a manifest begins with a byte order mark",
        |bag| edit(bag, SHA512, |b| drop(b.splice(0..0, *b"\xef\xbb\xbf"))),
        SHA512,
    ),
    ("a manifest is not text", |bag| edit(bag, SHA512, |b| b[0] = 0xff), SHA512),
    ("the SHA-256 manifest is deleted", |bag| fs::remove_file(bag.join(SHA256)).unwrap(), SHA256),
    ("the SHA-512 manifest is deleted", |bag| fs::remove_file(bag.join(SHA512)).unwrap(), SHA512),
    ("a file and one manifest are changed: the file", |bag| forge(bag, &[SHA256]), AUDIO),
    ("a file and one manifest are changed: the manifest", |bag| forge(bag, &[SHA256]), SHA256),
    ("a file and both manifests are changed", |bag| forge(bag, &[SHA256, SHA512]), SHA512),
    ("a file, both manifests and a tag manifest", |bag| forge(bag, &[SHA256, SHA512, TAGS256]), SHA512),
    ("everything but the signature", |bag| forge(bag, &[SHA256, SHA512, TAGS256, TAGS512]), MINISIG),
    (
        "the vCon's audio with everything but the signature",
        |bag| forge(bag, &[SHA256, SHA512, TAGS256, TAGS512]),
        AUDIO,
    ),
    ("Payload-Oxum is wrong", |bag| replace(bag, "bag-info.txt", "Payload-Oxum: ", "Payload-Oxum: 1"), "bag-info.txt"),
    ("words are put above the signature", |bag| replace(bag, MINISIG, "by Turnstone", "by a judge"), MINISIG),
    ("bag-info.txt is changed", |bag| replace(bag, "bag-info.txt", "2026", "2025"), "bag-info.txt"),
    ("bag-info.txt demands no signature any more", |bag| drop_line(bag, "bag-info.txt", "Signing-Key"), "bag-info.txt"),
    ("bag-info.txt names no Turnstone any more", |bag| drop_line(bag, "bag-info.txt", "Turnstone-"), "bag-info.txt"),
    ("bag-info.txt is deleted", |bag| fs::remove_file(bag.join("bag-info.txt")).unwrap(), "bag-info.txt"),
    ("bagit.txt is deleted", |bag| fs::remove_file(bag.join("bagit.txt")).unwrap(), "bagit.txt"),
    ("bagit.txt has another version", |bag| replace(bag, "bagit.txt", "1.0", "7.0"), "bagit.txt"),
    ("bagit.txt has an older version", |bag| replace(bag, "bagit.txt", "1.0", "0.97"), "bagit.txt"),
    ("bagit.txt has another encoding", |bag| replace(bag, "bagit.txt", "UTF-8", "UTF-16"), "bagit.txt"),
    (
        "bagit.txt has a byte order mark",
        |bag| edit(bag, "bagit.txt", |b| drop(b.splice(0..0, *b"\xef\xbb\xbf"))),
        "bagit.txt",
    ),
    ("bagit.txt has a line more", |bag| append(bag, "bagit.txt", "x\n"), "bagit.txt"),
    ("bagit.txt is empty", |bag| edit(bag, "bagit.txt", Vec::clear), "bagit.txt"),
    ("the README is changed", |bag| append(bag, "README.txt", "x"), "README.txt"),
    ("the README is deleted", |bag| fs::remove_file(bag.join("README.txt")).unwrap(), "README.txt"),
    ("a tag manifest is changed", |bag| append(bag, TAGS512, "\n"), TAGS512),
    ("a tag manifest is changed: the signature", |bag| append(bag, TAGS512, "\n"), MINISIG),
    ("a line of a tag manifest is removed", |bag| drop_line(bag, TAGS256, "README"), "README.txt"),
    ("the SHA-256 tag manifest is deleted", |bag| fs::remove_file(bag.join(TAGS256)).unwrap(), TAGS256),
    ("the SHA-512 tag manifest is deleted", |bag| fs::remove_file(bag.join(TAGS512)).unwrap(), TAGS512),
    ("the signature is deleted", |bag| fs::remove_file(bag.join(MINISIG)).unwrap(), MINISIG),
    ("the signature is damaged", |bag| edit(bag, MINISIG, |b| b[60] ^= 1), MINISIG),
    ("the signature's comment is changed", |bag| replace(bag, MINISIG, "bagged:2026", "bagged:2025"), MINISIG),
    ("the signature is empty", |bag| edit(bag, MINISIG, Vec::clear), MINISIG),
    ("the signature is another key's", sign_again, MINISIG),
    (
        "the key is another",
        |bag| fs::write(bag.join("signing-key.pub"), another().public().text()).unwrap(),
        "signing-key.pub",
    ),
    ("the key is no key", |bag| edit(bag, "signing-key.pub", Vec::clear), "signing-key.pub"),
    ("the key is deleted", |bag| fs::remove_file(bag.join("signing-key.pub")).unwrap(), "signing-key.pub"),
    (
        "an entry of the log is changed",
        |bag| replace(bag, "log/entries.jsonl", "auditor", "nobody!"),
        "log/entries.jsonl",
    ),
    ("an entry of the log, well hidden", |bag| forge_log(bag, "auditor", "nobody!"), "log/entries.jsonl"),
    (
        "a proof of the log is changed",
        |bag| replace(bag, "log/proofs.jsonl", "\"index\":2", "\"index\":3"),
        "log/proofs.jsonl",
    ),
    ("the checkpoint is changed", |bag| replace(bag, "log/checkpoint", "turnstone/", "turnstone/0"), "log/checkpoint"),
    ("the checkpoint is deleted", |bag| fs::remove_file(bag.join("log/checkpoint")).unwrap(), "log/checkpoint"),
    ("the access log for people is changed", |bag| append(bag, "log/access.csv", "9\r\n"), "log/access.csv"),
    ("a file is put beside the payload", |bag| fs::write(bag.join("notes.txt"), "x").unwrap(), "notes.txt"),
    ("a file is put into the log", |bag| fs::write(bag.join("log/more.jsonl"), "x").unwrap(), "log/more.jsonl"),
    (
        "a manifest of another kind is added",
        |bag| fs::write(bag.join("manifest-md5.txt"), "").unwrap(),
        "manifest-md5.txt",
    ),
    ("a list of files to fetch is added", |bag| fs::write(bag.join("fetch.txt"), "").unwrap(), "fetch.txt"),
    ("the vCon is changed", |bag| replace(bag, VCON, "0.4.0", "0.3.0"), VCON),
];

#[test]
fn an_untouched_export_is_valid_in_both_forms() {
    for signed in [true, false] {
        let specimen = Specimen::with(Form::Folder, signed);
        for path in [specimen.path.clone(), specimen.zipped()] {
            let report = report_of(&path);
            assert_eq!(told(&report), Vec::<String>::new());
            assert_eq!(report.signed_by.is_some(), signed);
            assert!(report.turnstone && report.tagmanifest_sha512.is_some_and(|hash| hash.len() == 128));
        }
    }
}

#[test]
fn every_tampering_is_caught_and_names_the_file_in_both_forms() {
    for (what, tamper, expected) in TAMPERINGS {
        let specimen = Specimen::new(Form::Folder);
        tamper(&specimen.path);
        assert_names(&specimen.path, expected, what);
        assert_names(&specimen.zipped(), expected, &format!("{what}, zipped"));
    }
}

#[test]
fn a_file_that_became_a_folder_or_a_link_is_named_and_not_followed() {
    let specimen = Specimen::new(Form::Folder);
    fs::remove_file(specimen.path.join(AUDIO)).unwrap();
    fs::create_dir(specimen.path.join(AUDIO)).unwrap();
    assert_names(&specimen.path, AUDIO, "a folder in place of a file");
    #[cfg(unix)]
    {
        let specimen = Specimen::new(Form::Folder);
        let moved = specimen.place.path().join("elsewhere");
        fs::rename(specimen.path.join(AUDIO), &moved).unwrap();
        std::os::unix::fs::symlink(&moved, specimen.path.join(AUDIO)).unwrap();
        assert_names(&specimen.path, AUDIO, "a link to the very bytes");
        let specimen = Specimen::new(Form::Folder);
        let calls = specimen.path.join("data").join(CALL);
        let moved = specimen.place.path().join("elsewhere");
        fs::rename(&calls, &moved).unwrap();
        std::os::unix::fs::symlink(&moved, &calls).unwrap();
        assert_names(&specimen.path, AUDIO, "a folder that became a link");
    }
}

#[test]
fn a_killed_seal_is_no_valid_bag() {
    let specimen = Specimen::with(Form::Folder, false);
    fs::remove_file(specimen.path.join("bagit.txt")).unwrap();
    assert!(!report_of(&specimen.path).problems.is_empty());
}

fn edit(bag: &Path, file: &str, change: fn(&mut Vec<u8>)) {
    let mut bytes = fs::read(bag.join(file)).unwrap();
    change(&mut bytes);
    fs::write(bag.join(file), bytes).unwrap();
}

fn rewrite(bag: &Path, file: &str, change: impl Fn(&str) -> String) {
    let before = fs::read_to_string(bag.join(file)).unwrap();
    let after = change(&before);
    assert_ne!(before, after, "the tampering must do something to {file}");
    fs::write(bag.join(file), after).unwrap();
}

fn replace(bag: &Path, file: &str, from: &str, to: &str) {
    rewrite(bag, file, |text| text.replace(from, to));
}

fn append(bag: &Path, file: &str, more: &str) {
    rewrite(bag, file, |text| format!("{text}{more}"));
}

fn drop_line(bag: &Path, file: &str, with: &str) {
    rewrite(bag, file, |text| {
        text.lines().filter(|line| !line.contains(with)).map(|line| format!("{line}\n")).collect()
    });
}

fn double_line(bag: &Path, file: &str, with: &str) {
    let text = fs::read_to_string(bag.join(file)).unwrap();
    let line = text.lines().find(|line| line.contains(with)).unwrap().to_owned();
    append(bag, file, &format!("{line}\n"));
}

fn for_both(bag: &Path, with: &str, change: fn(&Path, &str, &str)) {
    change(bag, SHA256, with);
    change(bag, SHA512, with);
}

fn swap(bag: &Path) {
    let [first, other] = [AUDIO, OTHER].map(|file| fs::read(bag.join(file)).unwrap());
    fs::write(bag.join(AUDIO), other).unwrap();
    fs::write(bag.join(OTHER), first).unwrap();
}

fn remove_wholly(bag: &Path) {
    fs::remove_file(bag.join(AUDIO)).unwrap();
    for_both(bag, AUDIO, drop_line);
}

/// Changes the audio and makes these manifests, in this order, fit again.
fn forge(bag: &Path, manifests: &[&str]) {
    edit(bag, AUDIO, |bytes| bytes[0] ^= 1);
    for manifest in manifests {
        fit(bag, manifest);
    }
}

fn forge_log(bag: &Path, from: &str, to: &str) {
    replace(bag, "log/entries.jsonl", from, to);
    fit(bag, TAGS256);
    fit(bag, TAGS512);
}

/// Makes every line of a manifest fit the files as they are.
fn fit(bag: &Path, manifest: &str) {
    let line = |line: &str| {
        let (_, path) = line.split_once("  ").unwrap();
        let bytes = fs::read(bag.join(path)).unwrap();
        let digest =
            if manifest.contains("256") { hex(&Digests::of(&bytes).sha256) } else { hex(&Digests::of(&bytes).sha512) };
        format!("{digest}  {path}\n")
    };
    rewrite(bag, manifest, |text| text.lines().map(line).collect());
}

fn another() -> SigningKey {
    SigningKey::generate().unwrap()
}

fn sign_again(bag: &Path) {
    let signature = another().sign_file(&fs::read(bag.join(TAGS512)).unwrap(), "x").unwrap();
    fs::write(bag.join(MINISIG), signature).unwrap();
}
