//! Sources, their runs, settings.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use library::{Filter, LibraryError, Query, SearchSort, Sort, SyncError, SyncRun};
use model::{RejectedItem, SourceId};

#[test]
fn a_name_belongs_to_one_source() {
    let lib = Lib::new();
    let again = library::NewSource {
        id: SourceId(uuid::Uuid::from_u128(77)),
        kind: "folder".into(),
        name: "Dental".into(),
        settings: serde_json::json!({}),
        added_ms: 0,
    };
    let taken = lib.library.write(move |writer| writer.add_source(&again));
    assert!(matches!(taken, Err(LibraryError::NameTaken(name)) if name == "Dental"));
}

#[test]
fn a_removed_source_leaves_its_calls_with_its_name_or_takes_them_along() {
    let lib = Lib::with(vec![saying("x", NOON, &["hello"])]);
    let (source, other) = (lib.source, add_source(&lib.library, "Other", 2));
    lib.library.write(move |writer| writer.put_call(other, &saying("y", NOON, &["hello"]), &[0; 32], &[])).unwrap();
    lib.library
        .write(move |writer| {
            writer.set_cursor(source, Some("up to here"))?;
            writer.remove_source(source, false)
        })
        .unwrap();
    let reader = lib.reader();
    let names: Vec<String> = reader.sources().unwrap().into_iter().map(|source| source.name).collect();
    assert_eq!(names, ["Other"]);
    let removed = reader.source_by_name("Dental").unwrap().unwrap();
    assert!(removed.removed && removed.calls == 1);
    let rows = reader.calls(&Filter::default(), Sort::StartedAt, None, 9).unwrap().rows;
    assert!(rows.iter().any(|row| row.source_name == "Dental"), "the call stays under its source's name");
    let refused = lib.library.write(move |writer| writer.put_call(source, &a_call("z", None), &[0; 32], &[]));
    assert!(matches!(refused, Err(LibraryError::NoSuchSource(_))), "and is never synchronised again");

    assert_eq!(add_source(&lib.library, "Dental", 99), source, "the same source added again is the same source");
    let again = lib.reader().source(source).unwrap().unwrap();
    assert_eq!(again.cursor.as_deref(), Some("up to here"), "and still knows which files were which calls");
    lib.put(vec![saying("x", NOON, &["hello again"])]);
    assert_eq!(lib.reader().count(&Filter::default()).unwrap(), 2, "so its calls are not doubled");

    lib.library.write(move |writer| writer.remove_source(source, true)).unwrap();
    let reader = lib.reader();
    assert_eq!(reader.count(&Filter::default()).unwrap(), 1);
    let hits = reader.search(&Query::parse("hello"), &Filter::default(), SearchSort::Newest, None, 9).unwrap().hits;
    assert_eq!(hits.len(), 1, "what was said in them is forgotten too");
    assert_eq!(reader.source_by_name("Dental").unwrap(), None);
    lib.assert_whole();
}

#[test]
fn runs_are_kept_newest_first_with_their_first_problems() {
    let lib = Lib::new();
    let source = lib.source;
    let problem = |at: i32| RejectedItem { item: format!("file {at}"), reason: "unreadable".into() };
    let run = SyncRun {
        at_ms: NOON,
        elapsed_ms: 5,
        seen: 9,
        added: 1,
        updated: 2,
        unchanged: 3,
        vanished: 4,
        rejected: 150,
        pages: 6,
        requests: 7,
        complete: false,
        error: Some(SyncError { code: "unreachable".into(), message: "the disk is away".into() }),
        problems: (0..150).map(problem).collect(),
    };
    let mut kept = run.clone();
    kept.problems.truncate(100);
    lib.library
        .write(move |writer| {
            for at_ms in 0..250 {
                writer.add_sync_run(source, &SyncRun { at_ms, ..SyncRun::default() })?;
            }
            writer.add_sync_run(source, &run)
        })
        .unwrap();
    let runs = lib.reader().sync_runs(source, 1_000).unwrap();
    assert_eq!(runs[0], kept);
    assert_eq!((runs.len(), runs[1].at_ms), (200, 249), "old runs go");
}

#[test]
fn cursors_and_settings_are_kept() {
    let lib = Lib::new();
    let source = lib.source;
    lib.library
        .write(move |writer| {
            writer.set_cursor(source, Some("page 7"))?;
            writer.set_source_settings(source, &serde_json::json!({"path": "/elsewhere"}))?;
            writer.set_setting("theme", Some("dark"))?;
            writer.set_setting("speed", Some("2"))?;
            writer.set_setting("speed", None)
        })
        .unwrap();
    let reader = lib.reader();
    let row = reader.source(source).unwrap().unwrap();
    assert_eq!((row.cursor.as_deref(), &row.settings["path"]), (Some("page 7"), &"/elsewhere".into()));
    assert_eq!((reader.setting("theme").unwrap().as_deref(), reader.setting("speed").unwrap()), (Some("dark"), None));
}
