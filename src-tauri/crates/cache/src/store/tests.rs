use std::cell::RefCell;
use std::io::Cursor;

use proptest::prelude::*;

use super::*;

const LIMIT: u64 = 1 << 20;
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[test]
fn what_was_put_is_there_whole_with_its_hash() {
    let dir = tempfile::tempdir().unwrap();
    let stored = put(&store(&dir), b"abc", None).unwrap();
    assert_eq!(fs::read(dir.path().join(&stored.path)).unwrap(), b"abc");
    assert_eq!(stored.facts.sha256.as_deref(), Some(ABC), "SHA-256 of abc");
    assert_eq!(stored.facts.bytes, Some(3));
    assert!(stored.path.ends_with(".wav"), "the name carries the format found, not the one claimed");
    assert!(store(&dir).holds(&stored.path, 3));
    assert!(!store(&dir).holds(&stored.path, 4), "a file of another length is not the one that was stored");
}

#[test]
fn whoever_is_told_how_far_a_file_has_come_can_read_so_much_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let (store, seen) = (store(&dir), RefCell::new(Vec::new()));
    let place = RefCell::new(PathBuf::new());
    let told = |told: Told<'_>| match told {
        Told::Begins { path, length } => {
            assert_eq!(length, Some(6));
            *place.borrow_mut() = path.to_owned();
        }
        Told::Here(bytes) => {
            let there = fs::read(place.borrow().as_path()).unwrap();
            assert_eq!(there.len() as u64, bytes);
            seen.borrow_mut().push(String::from_utf8(there).unwrap());
        }
    };
    let mut broken = Cursor::new(b"ab").chain(&b"c"[..]).chain(Broken);
    let incoming = Incoming { told: &told, ..version_1(&mut broken, 0) };
    store.put(recording(), incoming, &wav, &Cancel::new()).unwrap_err();
    assert_eq!(seen.take(), ["", "ab", "abc"]);
    let mut rest = &b"def"[..];
    let incoming = Incoming { told: &told, ..version_1(&mut rest, 3) };
    store.put(recording(), incoming, &wav, &Cancel::new()).unwrap();
    assert_eq!(seen.take(), ["abc", "abcdef"], "what an earlier transfer left can be read at once");
}

#[test]
fn in_the_place_of_what_is_held_only_the_same_bytes_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let stored = put(&store(&dir), b"abc", None).unwrap();
    let only = stored.facts.sha256.as_deref();
    let again =
        |mut bytes: &[u8]| store(&dir).put(recording(), Incoming { only, ..whole(&mut bytes) }, &wav, &Cancel::new());
    assert!(matches!(again(b"abd"), Err(StoreError::Other)));
    assert_eq!(fs::read(store(&dir).resolve(&stored.path)).unwrap(), b"abc");
    assert_eq!(files(&dir), 1, "and nothing else is left");
    assert_eq!(again(b"abc").unwrap(), stored);
}

#[test]
fn a_wrong_length_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    for announced in [2, 4] {
        let error = put(&store(&dir), b"abc", Some(announced)).unwrap_err();
        assert!(matches!(error, StoreError::Length { got: 3, .. }), "{error}");
    }
    assert_eq!(files(&dir), 0, "a refused body leaves no file");
}

#[test]
fn a_broken_stream_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let mut broken = Cursor::new(b"abc").chain(Broken);
    let error = store(&dir).put(recording(), whole(&mut broken), &wav, &Cancel::new()).unwrap_err();
    assert!(matches!(error, StoreError::Source { after: 3, .. }), "{error}");
    assert_eq!(files(&dir), 0);
}

#[test]
fn bytes_over_the_limit_are_refused_before_they_fill_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    let mut endless = io::repeat(0);
    let error = store(&dir).put(recording(), whole(&mut endless), &wav, &Cancel::new()).unwrap_err();
    assert!(matches!(error, StoreError::TooLarge { .. }), "{error}");
    assert_eq!(files(&dir), 0);
}

#[test]
fn bytes_that_do_not_verify_never_get_a_name() {
    let dir = tempfile::tempdir().unwrap();
    let refuse = |_: &Path| Err("not audio".to_owned());
    let error = store(&dir).put(recording(), whole(&mut &b"<html>"[..]), &refuse, &Cancel::new()).unwrap_err();
    assert_eq!(error.to_string(), "not audio");
    assert_eq!(files(&dir), 0);
}

#[test]
fn a_cancelled_put_stops_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let cancel = Cancel::new();
    cancel.cancel();
    let error = store(&dir).put(recording(), whole(&mut io::repeat(0)), &wav, &cancel).unwrap_err();
    assert!(matches!(error, StoreError::Cancelled(_)), "{error}");
    assert_eq!(files(&dir), 0);
}

#[test]
fn a_broken_transfer_goes_on_where_it_ended_and_the_whole_is_hashed() {
    let dir = tempfile::tempdir().unwrap();
    let store = broken_off(&dir);
    let begun = store.begun(recording(), Door::Source).expect("the beginning is kept");
    assert_eq!((begun.bytes, begun.validator.as_str(), begun.length), (3, "v1", Some(6)));
    assert_eq!(store.begun(recording(), Door::Legacy), None, "another door may have another file");

    let stored = store.put(recording(), version_1(&mut &b"def"[..], 3), &wav, &Cancel::new()).unwrap();
    assert_eq!(fs::read(store.resolve(&stored.path)).unwrap(), b"abcdef");
    let again = tempfile::tempdir().unwrap();
    let at_once = put(&self::store(&again), b"abcdef", None).unwrap();
    assert_eq!(stored, at_once, "it is the same file as if nothing had happened");
    assert_eq!(files(&dir), 1, "and nothing is left of the way there");
}

#[test]
fn a_stopped_and_a_truncated_transfer_can_be_gone_on_with_too() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(&dir);
    let error = store.put(recording(), version_1(&mut &b"ab"[..], 0), &wav, &Cancel::new()).unwrap_err();
    assert!(matches!(error, StoreError::Length { expected: 6, got: 2 }), "{error}");
    let cancel = Cancel::new();
    let mut stopped = Stopping(cancel.clone(), &b"cd"[..]);
    let error = store.put(recording(), version_1(&mut stopped, 2), &wav, &cancel).unwrap_err();
    assert!(matches!(error, StoreError::Cancelled(_)), "{error}");
    assert_eq!(store.begun(recording(), Door::Source).map(|begun| begun.bytes), Some(4));
    let stored = store.put(recording(), version_1(&mut &b"ef"[..], 4), &wav, &Cancel::new()).unwrap();
    assert_eq!(fs::read(store.resolve(&stored.path)).unwrap(), b"abcdef");
}

#[test]
fn a_source_that_begins_anew_is_believed() {
    let dir = tempfile::tempdir().unwrap();
    let store = broken_off(&dir);
    let stored = store.put(recording(), version_1(&mut &b"uvwxyz"[..], 0), &wav, &Cancel::new()).unwrap();
    assert_eq!(fs::read(store.resolve(&stored.path)).unwrap(), b"uvwxyz", "nothing of what was here before");
}

#[test]
fn bytes_that_do_not_go_on_where_the_others_end_are_refused_and_the_others_go() {
    for (from, validator) in [(2, "v1"), (3, "v2")] {
        let dir = tempfile::tempdir().unwrap();
        let store = broken_off(&dir);
        let mut bytes = &b"def"[..];
        let error = store
            .put(
                recording(),
                Incoming { validator: Some(validator), ..version_1(&mut bytes, from) },
                &wav,
                &Cancel::new(),
            )
            .unwrap_err();
        assert!(matches!(error, StoreError::Elsewhere { .. }), "{error}");
        assert_eq!(files(&dir), 0);
    }
}

#[test]
fn a_beginning_that_was_damaged_meanwhile_is_not_gone_on_with() {
    let dir = tempfile::tempdir().unwrap();
    let store = broken_off(&dir);
    let part = store.part_of(recording());
    fs::write(&part, b"aXc").unwrap();
    let error = store.put(recording(), version_1(&mut &b"def"[..], 3), &wav, &Cancel::new()).unwrap_err();
    assert!(matches!(error, StoreError::Elsewhere { from: 3, here: 0 }), "{error}");

    let store = broken_off(&dir);
    fs::write(&part, b"ab").unwrap();
    assert_eq!(store.begun(recording(), Door::Source), None, "nor one of which something is missing");
    fs::write(&part, b"abc and what came before the power went").unwrap();
    let stored = store.put(recording(), version_1(&mut &b"def"[..], 3), &wav, &Cancel::new()).unwrap();
    assert_eq!(fs::read(store.resolve(&stored.path)).unwrap(), b"abcdef", "what is not certain does not count");
}

#[test]
fn a_file_that_changed_on_the_disk_is_noticed_also_at_the_same_length() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(&dir);
    let path = put(&store, b"abc", None).unwrap().path;
    let health = || store.verify(&path, 3, ABC, &Cancel::new()).unwrap();
    assert_eq!(health(), Health::Sound);
    fs::write(store.resolve(&path), b"abX").unwrap();
    assert!(matches!(health(), Health::Damaged(_)));
    fs::write(store.resolve(&path), b"abcd").unwrap();
    assert!(matches!(health(), Health::Damaged(why) if why.contains("4 bytes instead of 3")));
    store.remove(&path).unwrap();
    assert_eq!(health(), Health::Missing);
}

#[test]
fn the_listing_tells_whole_files_from_beginnings_and_leaves_out_what_is_not_ours() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(store(&dir).list().unwrap(), Listing::default(), "before anything came");
    let store = broken_off(&dir);
    let other: RecordingId = "7d9f1b9e-6a33-5a3f-9a0b-000000000000".parse().unwrap();
    let stored = store.put(other, whole(&mut &b"abc"[..]), &wav, &Cancel::new()).unwrap();
    fs::write(dir.path().join("notes.txt"), "mine").unwrap();
    fs::write(dir.path().join("7d/notes.txt"), "mine").unwrap();
    let listing = store.list().unwrap();
    let names: Vec<(RecordingId, &str, u64)> =
        listing.files.iter().map(|file| (file.recording, file.path.as_str(), file.bytes)).collect();
    assert_eq!(names, [(other, stored.path.as_str(), 3)]);
    assert!(listing.parts.iter().all(|part| part.recording == recording()) && listing.parts.len() == 2);
    store.remove_part(recording()).unwrap();
    assert_eq!(store.list().unwrap().parts, []);
}

proptest! {
    #[test]
    fn a_transfer_that_breaks_anywhere_any_number_of_times_ends_as_the_same_file(
        content in proptest::collection::vec(any::<u8>(), 1..400),
        breaks in proptest::collection::vec(0..400_usize, 0..6),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let store = store(&dir);
        let length = content.len() as u64;
        let mut ends: Vec<usize> = breaks.iter().map(|at| at % content.len()).collect();
        ends.push(content.len());
        let mut stored = None;
        for end in ends {
            let from = store.begun(recording(), Door::Source).map_or(0, |begun| begun.bytes);
            let rest = &content[from as usize..end.max(from as usize)];
            let mut bytes: Box<dyn Read> = if end == content.len() { Box::new(rest) } else { Box::new(rest.chain(Broken)) };
            let incoming = Incoming { length: Some(length), ..version_1(&mut *bytes, from) };
            stored = store.put(recording(), incoming, &wav, &Cancel::new()).ok();
        }
        let stored = stored.expect("the last transfer does not break");
        prop_assert_eq!(&fs::read(store.resolve(&stored.path)).unwrap(), &content);
        let sha256 = stored.facts.sha256.unwrap();
        prop_assert_eq!(store.verify(&stored.path, length, &sha256, &Cancel::new()).unwrap(), Health::Sound);
        prop_assert_eq!(files(&dir), 1);
    }

    #[test]
    fn no_format_name_leads_out_of_the_store(format in ".{0,12}") {
        let dir = tempfile::tempdir().unwrap();
        let named = |_: &Path| Ok(AudioFacts { format: Some(format.clone()), ..AudioFacts::default() });
        let stored = store(&dir).put(recording(), whole(&mut &b"x"[..]), &named, &Cancel::new()).unwrap();
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

/// Gives its bytes; whoever reads on has been stopped.
struct Stopping(Cancel, &'static [u8]);

impl Read for Stopping {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.1.is_empty() {
            self.0.cancel();
            return Err(io::Error::other("stopped"));
        }
        self.1.read(to)
    }
}

fn store(dir: &tempfile::TempDir) -> Store {
    Store::new(dir.path().to_owned())
}

fn put(store: &Store, bytes: &[u8], length: Option<u64>) -> Result<Stored, StoreError> {
    store.put(recording(), Incoming { length, ..whole(&mut &bytes[..]) }, &wav, &Cancel::new())
}

/// Bytes from the beginning that could not be gone on with.
fn whole(bytes: &mut dyn Read) -> Incoming<'_> {
    Incoming {
        bytes,
        from: 0,
        length: None,
        validator: None,
        door: Door::Source,
        limit: LIMIT,
        only: None,
        told: &|_| {},
    }
}

/// The bytes of version `v1` from here on; 6 in all.
fn version_1(bytes: &mut dyn Read, from: u64) -> Incoming<'_> {
    Incoming {
        bytes,
        from,
        length: Some(6),
        validator: Some("v1"),
        door: Door::Source,
        limit: LIMIT,
        only: None,
        told: &|_| {},
    }
}

/// A store in which a transfer of `abcdef` broke after `abc`.
fn broken_off(dir: &tempfile::TempDir) -> Store {
    let store = store(dir);
    let mut broken = Cursor::new(b"abc").chain(Broken);
    let error = store.put(recording(), version_1(&mut broken, 0), &wav, &Cancel::new()).unwrap_err();
    assert!(matches!(error, StoreError::Source { after: 3, .. }), "{error}");
    store
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
