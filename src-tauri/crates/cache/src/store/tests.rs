use std::io::Cursor;

use proptest::prelude::*;

use super::*;

const ANY: Expected = Expected { length: None, limit: 1 << 20 };

#[test]
fn what_was_put_is_there_whole_with_its_hash() {
    let dir = tempfile::tempdir().unwrap();
    let stored = put(&store(&dir), b"abc", ANY).unwrap();
    assert_eq!(fs::read(dir.path().join(&stored.path)).unwrap(), b"abc");
    assert_eq!(
        stored.facts.sha256.as_deref(),
        Some("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        "SHA-256 of abc"
    );
    assert_eq!(stored.facts.bytes, Some(3));
    assert!(stored.path.ends_with(".wav"), "the name carries the format found, not the one claimed");
    assert!(store(&dir).holds(&stored.path, 3));
    assert!(!store(&dir).holds(&stored.path, 4), "a file of another length is not the one that was stored");
}

#[test]
fn a_wrong_length_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    for announced in [2, 4] {
        let error = put(&store(&dir), b"abc", Expected { length: Some(announced), ..ANY }).unwrap_err();
        assert!(matches!(error, StoreError::Length { got: 3, .. }), "{error}");
    }
    assert_eq!(files(&dir), 0, "a refused body leaves no file");
}

#[test]
fn a_broken_stream_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let mut broken = Cursor::new(b"abc").chain(Broken);
    let error = store(&dir).put(recording(), &mut broken, ANY, &wav, &Cancel::new()).unwrap_err();
    assert!(matches!(error, StoreError::Source { after: 3, .. }), "{error}");
    assert_eq!(files(&dir), 0);
}

#[test]
fn bytes_over_the_limit_are_refused_before_they_fill_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    let mut endless = io::repeat(0);
    let error = store(&dir).put(recording(), &mut endless, ANY, &wav, &Cancel::new()).unwrap_err();
    assert!(matches!(error, StoreError::TooLarge { .. }), "{error}");
    assert_eq!(files(&dir), 0);
}

#[test]
fn bytes_that_do_not_verify_never_get_a_name() {
    let dir = tempfile::tempdir().unwrap();
    let refuse = |_: &Path| Err("not audio".to_owned());
    let error = store(&dir).put(recording(), &mut &b"<html>"[..], ANY, &refuse, &Cancel::new()).unwrap_err();
    assert_eq!(error.to_string(), "not audio");
    assert_eq!(files(&dir), 0);
}

#[test]
fn a_cancelled_put_stops_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let cancel = Cancel::new();
    cancel.cancel();
    let error = store(&dir).put(recording(), &mut io::repeat(0), ANY, &wav, &cancel).unwrap_err();
    assert!(matches!(error, StoreError::Cancelled(_)), "{error}");
    assert_eq!(files(&dir), 0);
}

proptest! {
    #[test]
    fn no_format_name_leads_out_of_the_store(format in ".{0,12}") {
        let dir = tempfile::tempdir().unwrap();
        let named = |_: &Path| Ok(AudioFacts { format: Some(format.clone()), ..AudioFacts::default() });
        let stored = store(&dir).put(recording(), &mut &b"x"[..], ANY, &named, &Cancel::new()).unwrap();
        let file = fs::canonicalize(dir.path().join(&stored.path)).unwrap();
        prop_assert!(file.starts_with(fs::canonicalize(dir.path()).unwrap()));
    }
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the cable was pulled"))
    }
}

fn store(dir: &tempfile::TempDir) -> Store {
    Store::new(dir.path().to_owned())
}

fn put(store: &Store, bytes: &[u8], expected: Expected) -> Result<Stored, StoreError> {
    store.put(recording(), &mut &bytes[..], expected, &wav, &Cancel::new())
}

fn wav(_: &Path) -> Result<AudioFacts, String> {
    Ok(AudioFacts { format: Some("wav".into()), ..AudioFacts::default() })
}

fn recording() -> RecordingId {
    "7d9f1b9e-6a33-5a3f-9a0b-1f2f3c4d5e6f".parse().unwrap()
}

fn files(dir: &tempfile::TempDir) -> usize {
    fs::read_dir(dir.path()).unwrap().flatten().map(|sub| fs::read_dir(sub.path()).unwrap().count()).sum()
}
