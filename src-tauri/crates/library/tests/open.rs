//! Opening, locking, keys, damage, backup: what must never lose anything.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::Path;

use common::*;
use library::{Access, Filter, Key, Library, LibraryError, RecordingFacts, Sort};

fn bytes(dir: &Path) -> Vec<u8> {
    fs::read(dir.join("library.db")).unwrap()
}

#[test]
fn a_directory_that_does_not_exist_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let library = Library::open(&dir.path().join("a/b"), None).unwrap();
    assert_eq!(library.access(), Access::Owner);
    assert!(dir.path().join("a/b/library.db").exists());
}

#[test]
fn one_process_writes_and_others_may_read() {
    let lib = Lib::with(vec![saying("x", NOON, &["hello"])]);
    assert!(matches!(Library::open(lib.dir.path(), None), Err(LibraryError::Locked(_))), "the owner holds the lock");
    let beside = Library::open_shared(lib.dir.path(), None).unwrap();
    assert_eq!(beside.access(), Access::Reader);
    let reader = beside.reader().unwrap();
    assert_eq!(reader.count(&Filter::default()).unwrap(), 1);
    assert!(matches!(beside.write(|_| Ok(())), Err(LibraryError::ReadOnly)));
    lib.put(vec![saying("y", NOON, &["hello"])]);
    assert_eq!(reader.count(&Filter::default()).unwrap(), 2, "what the owner writes is seen");
    assert_eq!(reader.calls_at(&Filter::default(), Sort::StartedAt, 1, 9).unwrap().len(), 1);
    let Lib { library, dir, .. } = lib;
    drop(library);
    Library::open(dir.path(), None).expect("the lock goes with its owner");
}

#[test]
fn reading_beside_needs_a_finished_library() {
    let dir = tempfile::tempdir().unwrap();
    assert!(Library::open_shared(dir.path(), None).is_err());
    assert!(!dir.path().join("library.db").exists(), "nothing is made");
}

#[test]
fn a_newer_schema_is_refused_untouched() {
    let Lib { library, dir, .. } = Lib::with(vec![a_call("x", None)]);
    drop(library);
    let conn = rusqlite::Connection::open(dir.path().join("library.db")).unwrap();
    conn.execute_batch("PRAGMA user_version = 99").unwrap();
    drop(conn);
    let before = bytes(dir.path());
    for _ in 0..2 {
        let refused = Library::open(dir.path(), None);
        assert!(matches!(refused, Err(LibraryError::NewerSchema { found: 99, known: library::SCHEMA })), "{refused:?}");
    }
    assert_eq!(bytes(dir.path()), before);
}

#[test]
fn a_damaged_library_is_refused_untouched() {
    for junk in [
        &b"This is not a database, but somebody's notes. "[..],
        &b"SQLite format 3\0 and then something else"[..],
        &[0; 64],
    ] {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("library.db");
        fs::write(&file, junk.repeat(300)).unwrap();
        let refused = Library::open(dir.path(), None);
        assert!(matches!(refused, Err(LibraryError::Corrupt(_))), "{refused:?}");
        assert_eq!(fs::read(&file).unwrap(), junk.repeat(300), "nothing is deleted to recover");
    }
}

#[test]
fn damage_in_the_middle_is_found_by_the_check() {
    let Lib { library, dir, .. } =
        Lib::with((0..400).map(|at| saying(&format!("{at}"), NOON + at, &["a b c"; 9])).collect());
    drop(library);
    let file = dir.path().join("library.db");
    let mut content = fs::read(&file).unwrap();
    let middle = content.len() / 2;
    content[middle..middle + 20_000].fill(0xA5);
    fs::write(&file, &content).unwrap();
    match Library::open(dir.path(), None) {
        Ok(library) => {
            let found = library.reader().unwrap().check();
            assert!(!matches!(&found, Ok(problems) if problems.is_empty()), "the damage is found: {found:?}");
        }
        Err(error) => assert!(matches!(error, LibraryError::Corrupt(_)), "{error:?}"),
    }
}

#[test]
fn another_programs_database_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let conn = rusqlite::Connection::open(dir.path().join("library.db")).unwrap();
    conn.execute_batch("CREATE TABLE theirs (x)").unwrap();
    drop(conn);
    let before = bytes(dir.path());
    assert!(matches!(Library::open(dir.path(), None), Err(LibraryError::NotALibrary(_))));
    assert_eq!(bytes(dir.path()), before);
}

#[test]
fn an_encrypted_library_opens_with_its_key_only() {
    let dir = tempfile::tempdir().unwrap();
    let key = Key::new([0x5A; 32]);
    let library = Library::open(dir.path(), Some(&key)).unwrap();
    let source = add_source(&library, "Canary-Source", 9);
    let call = saying("x", NOON, &["canary-words"]);
    library.write(move |writer| writer.put_call(source, &call, &[0; 32], &[])).unwrap();
    assert!(library.reader().unwrap().status().unwrap().encrypted);
    let copy = dir.path().join("copy.db");
    library.backup(&copy).unwrap();
    drop(library);
    for file in [dir.path().join("library.db"), copy] {
        let content = fs::read(file).unwrap();
        assert!(!content.windows(6).any(|bytes| bytes.eq_ignore_ascii_case(b"canary")), "nothing is readable at rest");
    }
    let before = bytes(dir.path());
    assert!(matches!(Library::open(dir.path(), None), Err(LibraryError::KeyNeeded(_))));
    assert!(matches!(Library::open(dir.path(), Some(&Key::new([1; 32]))), Err(LibraryError::WrongKey(_))));
    assert_eq!(bytes(dir.path()), before, "a wrong key changes nothing");
    let again = Library::open(dir.path(), Some(&key)).unwrap();
    assert_eq!(again.reader().unwrap().count(&Filter::default()).unwrap(), 1);
    assert_eq!(format!("{key:?}"), "Key(…)", "a key is never shown");
}

#[test]
fn a_key_for_a_plain_library_is_an_error() {
    let Lib { library, dir, .. } = Lib::with(vec![a_call("x", None)]);
    drop(library);
    assert!(matches!(Library::open(dir.path(), Some(&Key::new([1; 32]))), Err(LibraryError::NotEncrypted(_))));
}

#[test]
fn a_backup_is_a_library_and_restoring_keeps_what_was_there() {
    let lib = Lib::with(vec![full_call(), saying("old", NOON, &["hello"])]);
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("backup.db");
    fs::write(&file, "an older backup").unwrap();
    lib.library.backup(&file).unwrap();
    lib.put(vec![saying("new", NOON, &["hello"])]);
    let refused = Library::restore(lib.dir.path(), &file, None);
    assert!(matches!(refused, Err(LibraryError::Locked(_))), "not while it is open");
    let Lib { library, dir, source } = lib;
    drop(library);

    let kept = Library::restore(dir.path(), &file, None).unwrap().expect("there was a library");
    let library = Library::open(dir.path(), None).unwrap();
    assert_eq!(library.reader().unwrap().count(&Filter::default()).unwrap(), 2, "the backup is back");
    assert_eq!(library.reader().unwrap().check().unwrap(), Vec::<String>::new());
    drop(library);

    fs::write(&file, "junk".repeat(2_000)).unwrap();
    assert!(Library::restore(dir.path(), &file, None).is_err(), "a damaged backup is refused");
    let library = Library::open(dir.path(), None).unwrap();
    let stored = library.reader().unwrap().known(source, &["old"]).unwrap();
    assert_eq!(stored.len(), 1, "and what was there stays");
    drop(library);

    Library::restore(dir.path(), &kept, None).unwrap();
    let library = Library::open(dir.path(), None).unwrap();
    assert_eq!(library.reader().unwrap().count(&Filter::default()).unwrap(), 3, "what was put aside is whole");
}

#[test]
fn a_process_that_ends_in_the_middle_of_a_change_leaves_whole_transactions() {
    // The files as another process sees them while a transaction is open: what a kill would leave behind.
    let lib = Lib::with(vec![saying("kept", NOON, &["hello"])]);
    let (source, from) = (lib.source, lib.dir.path().to_owned());
    let crashed = tempfile::tempdir().unwrap();
    let to = crashed.path().to_owned();
    let copied = to.clone();
    lib.library
        .write(move |writer| {
            for at in 0..3_000 {
                writer.put_call(
                    source,
                    &saying(&format!("{at}"), NOON + at, &["words"; 20]),
                    &[0; 32],
                    &Vec::<RecordingFacts>::new(),
                )?;
            }
            for name in ["library.db", "library.db-wal"] {
                fs::copy(from.join(name), copied.join(name)).unwrap();
            }
            Ok(())
        })
        .unwrap();
    let library = Library::open(&to, None).unwrap();
    let reader = library.reader().unwrap();
    assert_eq!(reader.count(&Filter::default()).unwrap(), 1, "all of a transaction or nothing");
    assert_eq!(reader.check().unwrap(), Vec::<String>::new());
}

#[test]
fn the_first_shipped_schema_opens_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/library-v1.db");
    fs::copy(fixture, dir.path().join("library.db")).unwrap();
    let library = Library::open(dir.path(), None).unwrap();
    let reader = library.reader().unwrap();
    assert_eq!(reader.check().unwrap(), Vec::<String>::new());
    assert_eq!(reader.sources().unwrap()[0].name, "Dental");
    let id = reader.find_call(&format!("Dental:{}", full_call().remote_id)).unwrap();
    let stored = reader.call(id).unwrap().unwrap();
    assert_eq!(stored.record, full_call(), "every field reads as it was written");
    let query = library::Query::parse("512 555 0143");
    let page = reader.search(&query, &Filter::default(), library::SearchSort::Newest, None, 5).unwrap();
    assert_eq!(page.hits.len(), 1, "and its index still answers");
    assert_eq!(reader.setting("theme").unwrap().as_deref(), Some("dark"));
    assert_eq!(reader.sync_runs(library_source(&reader), 5).unwrap()[0].problems.len(), 1);
}

#[test]
fn the_second_shipped_schema_opens_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/library-v2.db");
    fs::copy(fixture, dir.path().join("library.db")).unwrap();
    let library = Library::open(dir.path(), None).unwrap();
    let reader = library.reader().unwrap();
    assert_eq!(reader.check().unwrap(), Vec::<String>::new());
    let id = reader.find_call(&format!("Dental:{}", full_call().remote_id)).unwrap();
    let stored = reader.call(id).unwrap().unwrap();
    assert_eq!(stored.record, full_call());
    let second = &stored.recordings[1];
    assert_eq!((second.tries, second.next_try_ms), (1, Some(NOON + 60_000)));
    assert_eq!(second.waits, [(model::Door::Source, NOON + 30_000)]);
    assert_eq!(reader.downloads().unwrap()[0].recording, second.id);
    let held = reader.held_files().unwrap();
    assert!(held[0].pinned && held[0].played_ms == Some(NOON + 5));
    assert_eq!(reader.pinned_searches().unwrap()[0].query, "crown");
}

#[test]
fn the_third_shipped_schema_opens_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/library-v3.db");
    fs::copy(fixture, dir.path().join("library.db")).unwrap();
    let library = Library::open(dir.path(), None).unwrap();
    let reader = library.reader().unwrap();
    assert_eq!(reader.check().unwrap(), Vec::<String>::new());
    let id = reader.find_call(&format!("Dental:{}", full_call().remote_id)).unwrap();
    let case = reader.case_named("2026-17").unwrap();
    assert_eq!(
        (case.calls, case.case.name.as_str(), case.case.purpose.as_str()),
        (1, "Smith v. Jones", "Request of the court")
    );
    assert!(reader.call(id).unwrap().unwrap().row.in_case && reader.held_files().unwrap()[0].held);
    let mut rows = Vec::new();
    let keep = |row| {
        rows.push(row);
        Ok::<_, library::LibraryError>(())
    };
    reader.audit_rows(1..=9, keep).unwrap();
    assert_eq!((rows.len(), rows[0].entry.user.as_str(), rows[0].edge.len()), (1, "kim", 32));
    assert_eq!(rows[0].entry.object, Some(id.to_string()));
}

fn library_source(reader: &library::Reader) -> model::SourceId {
    reader.source_by_name("Dental").unwrap().unwrap().id
}
