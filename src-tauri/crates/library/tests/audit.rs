//! The audit log's table: appended to by everybody, changed by nobody.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use common::*;
use library::{AuditFilter, AuditRow, AuditTail, Library, LibraryError};
use model::AuditEntry;
use rusqlite::Connection;

/// An entry after the last one.
fn next(last: Option<AuditTail>, action: &str, object: Option<&str>) -> AuditRow {
    let seq = last.map_or(0, |last| last.seq) + 1;
    let entry = AuditEntry {
        seq,
        at_ms: NOON + i64::try_from(seq).unwrap(),
        user: "ann".into(),
        person: Some("Ann Ames".into()),
        action: action.into(),
        object: object.map(str::to_owned),
        detail: format!(r#"{{"n":{seq},"é":"Ü"}}"#),
    };
    AuditRow { entry, edge: seq.to_be_bytes().to_vec(), signature: None }
}

fn append(library: &Library, action: &'static str, object: Option<&'static str>) -> Result<(), LibraryError> {
    library.append_audit(move |last| Ok(vec![next(last, action, object)]))
}

fn all(library: &Library) -> Vec<AuditRow> {
    let mut rows = Vec::new();
    let keep = |row| {
        rows.push(row);
        Ok::<_, LibraryError>(())
    };
    library.reader().unwrap().audit_rows(1..=u64::MAX, keep).unwrap();
    rows
}

/// The seqs of a page.
fn page(library: &Library, filter: AuditFilter, before: Option<u64>, limit: u32) -> Vec<u64> {
    let page = library.reader().unwrap().audit_page(&filter, before, limit).unwrap();
    page.iter().map(|row| row.entry.seq).collect()
}

#[test]
fn entries_follow_one_another_and_read_as_they_were_written() {
    let lib = Lib::new();
    assert_eq!(lib.reader().audit_tail().unwrap(), None);
    append(&lib.library, "begin", None).unwrap();
    let three = |last: Option<AuditTail>| {
        assert_eq!(last, Some(AuditTail { seq: 1, edge: 1_u64.to_be_bytes().to_vec() }));
        let mut last = last;
        let row = |_| {
            let mut row = next(last.clone(), "open", Some("call"));
            row.signature = Some(vec![9; 64]);
            last = Some(AuditTail { seq: row.entry.seq, edge: row.edge.clone() });
            row
        };
        Ok((0..3).map(row).collect())
    };
    lib.library.append_audit(three).unwrap();
    let rows = all(&lib.library);
    assert_eq!(rows.iter().map(|row| row.entry.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(rows[0], next(None, "begin", None));
    assert_eq!(rows[3].signature, Some(vec![9; 64]));
    assert_eq!(lib.reader().audit_tail().unwrap().unwrap().seq, 4);
    lib.assert_whole();
}

#[test]
fn all_entries_of_one_step_are_kept_or_none() {
    let lib = Lib::new();
    let gap = |_| Ok(vec![next(None, "begin", None), next(Some(AuditTail { seq: 6, edge: vec![] }), "open", None)]);
    assert!(lib.library.append_audit(gap).is_err(), "an entry that does not follow is refused");
    assert!(lib.library.append_audit(|_| Err(LibraryError::Cancelled)).is_err());
    assert_eq!(all(&lib.library), []);
    let both = |writer: &mut library::Writer<'_>| {
        writer.set_setting("theme", Some("dark"))?;
        writer.append_audit(|_| Err(LibraryError::Cancelled))
    };
    assert!(lib.library.write_durably(both).is_err());
    assert_eq!(lib.reader().setting("theme").unwrap(), None, "what is not recorded is not done");
}

#[test]
fn whoever_only_reads_can_append_and_nothing_else() {
    let lib = Lib::with(vec![saying("x", NOON, &["hello"])]);
    let beside = Library::open_shared(lib.dir.path(), None).unwrap();
    append(&beside, "begin", None).unwrap();
    append(&lib.library, "open", None).unwrap();
    append(&beside, "search", None).unwrap();
    assert_eq!(all(&lib.library).len(), 3);
    assert_eq!(all(&beside), all(&lib.library));
    assert!(matches!(beside.write(|_| Ok(())), Err(LibraryError::ReadOnly)));
    assert!(matches!(beside.write_durably(|_| Ok(())), Err(LibraryError::ReadOnly)));
}

#[test]
fn many_who_append_at_once_lose_nothing_while_the_owner_is_busy() {
    let lib = Lib::new();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let importing = scope.spawn(|| {
            let mut pages = 0;
            while !done.load(Ordering::Relaxed) {
                let names: Vec<String> = (0..50).map(|at| format!("{pages}-{at}")).collect();
                lib.put(names.iter().map(|name| saying(name, NOON, &["hello", "there"])).collect());
                pages += 1;
            }
        });
        let appending: Vec<_> = (0..4)
            .map(|at| {
                let library = match at {
                    0 => lib.library.clone(),
                    _ => Library::open_shared(lib.dir.path(), None).unwrap(),
                };
                scope.spawn(move || (0..40).for_each(|_| append(&library, "open", Some("call")).unwrap()))
            })
            .collect();
        appending.into_iter().for_each(|thread| thread.join().unwrap());
        done.store(true, Ordering::Relaxed);
        importing.join().unwrap();
    });
    assert_eq!(all(&lib.library).iter().map(|row| row.entry.seq).collect::<Vec<_>>(), (1..=160).collect::<Vec<_>>());
    lib.assert_whole();
}

#[test]
fn no_sql_changes_or_removes_an_entry_while_the_triggers_stand() {
    let lib = Lib::new();
    for _ in 0..3 {
        append(&lib.library, "open", Some("call")).unwrap();
    }
    let before = all(&lib.library);
    let new = |seq: &str| format!("INTO audit VALUES ({seq}, 0, 'x', NULL, 'x', NULL, '{{}}', x'', NULL)");
    let conn = Connection::open(lib.dir.path().join("library.db")).unwrap();
    for recursive in ["off", "on"] {
        conn.execute_batch(&format!("PRAGMA recursive_triggers = {recursive}")).unwrap();
        let attempts = [
            "UPDATE audit SET user = 'x' WHERE seq = 2".to_owned(),
            "UPDATE audit SET seq = 9 WHERE seq = 3".to_owned(),
            "UPDATE OR REPLACE audit SET seq = 2 WHERE seq = 3".to_owned(),
            "UPDATE audit SET rowid = 7 WHERE seq = 3".to_owned(),
            "DELETE FROM audit".to_owned(),
            "DELETE FROM audit WHERE seq = 3".to_owned(),
            format!("INSERT OR REPLACE {}", new("2")),
            format!("REPLACE {}", new("3")),
            format!("INSERT {} ON CONFLICT (seq) DO UPDATE SET user = 'x'", new("3")),
            format!("INSERT {}", new("5")),
            format!("INSERT {}", new("0")),
            format!("INSERT {}", new("-1")),
            format!("INSERT {}", new("NULL")),
            format!("INSERT OR IGNORE {}", new("9")),
        ];
        for sql in attempts {
            let refused = conn.execute_batch(&sql).unwrap_err().to_string();
            assert!(refused.contains("only appended to"), "{sql}: {refused}");
        }
    }
    assert_eq!(all(&lib.library), before);
}

#[test]
fn a_page_is_narrowed_and_goes_on_where_the_last_ended() {
    let lib = Lib::new();
    for (action, object) in [("begin", None), ("open", Some("a")), ("play", Some("a")), ("open", Some("b"))] {
        append(&lib.library, action, object).unwrap();
    }
    let whole = AuditFilter::default;
    assert_eq!(page(&lib.library, whole(), None, 3), [4, 3, 2], "newest first");
    assert_eq!(page(&lib.library, whole(), Some(2), 3), [1]);
    assert_eq!(page(&lib.library, AuditFilter { action: Some("open".into()), ..whole() }, None, 9), [4, 2]);
    assert_eq!(page(&lib.library, AuditFilter { object: Some("a".into()), ..whole() }, Some(3), 9), [2]);
    assert_eq!(page(&lib.library, AuditFilter { from_ms: Some(NOON + 3), ..whole() }, None, 9), [4, 3]);
    assert_eq!(page(&lib.library, AuditFilter { to_ms: Some(NOON + 3), ..whole() }, None, 9), [2, 1]);
    assert_eq!(page(&lib.library, AuditFilter { text: Some("É\":\"ü".into()), ..whole() }, None, 1), [4]);
    assert_eq!(page(&lib.library, AuditFilter { text: Some("PLAY".into()), ..whole() }, None, 9), [3]);
    assert!(page(&lib.library, AuditFilter { text: Some("nowhere".into()), ..whole() }, None, 9).is_empty());
}

#[test]
fn rows_that_somebody_changed_are_still_read() {
    let lib = Lib::new();
    for _ in 0..3 {
        append(&lib.library, "open", Some("call")).unwrap();
    }
    let conn = Connection::open(lib.dir.path().join("library.db")).unwrap();
    conn.execute_batch(
        "DROP TRIGGER audit_is_not_changed; UPDATE audit SET detail = CAST(x'FF00' AS TEXT), edge = x'' WHERE seq = 2",
    )
    .unwrap();
    let rows = all(&lib.library);
    assert_eq!((rows.len(), rows[1].entry.detail.as_str()), (3, "\u{FFFD}\u{FFFD}\0"));
}

#[test]
fn what_is_of_another_kind_than_was_written_is_read_and_never_like_what_was_written() {
    let lib = Lib::new();
    append(&lib.library, "open", Some("call")).unwrap();
    append(&lib.library, "7", Some("call")).unwrap();
    let written = all(&lib.library);
    let conn = Connection::open(lib.dir.path().join("library.db")).unwrap();
    // A table that takes every kind of value, as somebody might put in the place of ours.
    conn.execute_batch(
        "CREATE TABLE loose (seq INTEGER PRIMARY KEY, at_ms, user, person, action, object, detail, edge, signature);
         INSERT INTO loose SELECT * FROM audit; DROP TABLE audit; ALTER TABLE loose RENAME TO audit",
    )
    .unwrap();
    assert_eq!(all(&lib.library), written);
    let foreign =
        ["NULL", "3.5", "8", "'text'", "x'FFFE00'", "CAST({} AS BLOB)", "CAST(CAST({} AS BLOB) || x'FF' AS TEXT)"];
    for column in ["at_ms", "user", "person", "action", "object", "detail", "edge", "signature"] {
        for value in foreign.map(|value| value.replace("{}", column)) {
            let stays = match column {
                "edge" => value.starts_with("CAST(edge"),
                "signature" => value == "NULL" || value.starts_with("CAST("),
                _ => false,
            };
            let of_two = |set: &str| conn.execute(&format!("UPDATE audit SET {column} = {set} WHERE seq = 2"), []);
            conn.execute("CREATE TEMP TABLE kept AS SELECT * FROM audit WHERE seq = 2", []).unwrap();
            of_two(&value).unwrap();
            let rows = all(&lib.library);
            assert_eq!(rows[0], written[0]);
            assert_eq!(rows[1] == written[1], stays, "{column} = {value}: {:?}", rows[1]);
            of_two(&format!("(SELECT {column} FROM kept)")).unwrap();
            conn.execute("DROP TABLE kept", []).unwrap();
        }
    }
}

#[test]
fn a_walk_ends_where_its_reader_wants() {
    #[derive(Debug, PartialEq)]
    struct Enough(u64);
    impl From<LibraryError> for Enough {
        fn from(error: LibraryError) -> Self {
            panic!("{error}")
        }
    }
    let lib = Lib::new();
    for _ in 0..5 {
        append(&lib.library, "open", None).unwrap();
    }
    let until_three = |row: AuditRow| if row.entry.seq == 3 { Err(Enough(3)) } else { Ok(()) };
    assert_eq!(lib.reader().audit_rows(2..=5, until_three), Err(Enough(3)));
    let mut seen = Vec::new();
    let keep = |row: AuditRow| {
        seen.push(row.entry.seq);
        Ok::<_, LibraryError>(())
    };
    lib.reader().audit_rows(2..=4, keep).unwrap();
    assert_eq!(seen, [2, 3, 4]);
}

#[test]
fn a_library_of_the_second_schema_gets_its_log_when_it_is_opened() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/library-v2.db");
    fs::copy(fixture, dir.path().join("library.db")).unwrap();
    let beside = Library::open_shared(dir.path(), None);
    assert!(matches!(beside, Err(LibraryError::Locked(_))), "only its owner can bring it up to date");
    let library = Library::open(dir.path(), None).unwrap();
    append(&library, "begin", None).unwrap();
    assert_eq!(all(&library).len(), 1);
    assert_eq!(library.reader().unwrap().check().unwrap(), Vec::<String>::new());
}
