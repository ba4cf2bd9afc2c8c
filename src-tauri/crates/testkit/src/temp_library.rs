use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use library::{Library, NewSource, Reader};
use model::SourceId;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;

/// A library on disk that goes when it is dropped.
pub struct TempLibrary {
    /// The library.
    pub library: Library,
    dir: tempfile::TempDir,
}

/// Every row of every table, in words, by table.
pub type Contents = BTreeMap<String, Vec<String>>;

/// Sees whether anything was written to a library.
pub struct Witness {
    conn: Connection,
    version: i64,
}

impl TempLibrary {
    /// A new one, open for writing.
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let library = Library::open(dir.path(), None).expect("a new library");
        Self { library, dir }
    }

    /// A source of this name in it; equal names have equal ids, in every library.
    pub fn add_source(&self, name: &str) -> SourceId {
        let source = NewSource {
            id: SourceId(Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())),
            kind: "scripted".into(),
            name: name.into(),
            settings: serde_json::json!({}),
            added_ms: 0,
        };
        self.library.write(move |writer| writer.add_source(&source)).expect("a source is added")
    }

    /// A reader.
    pub fn reader(&self) -> Reader {
        self.library.reader().expect("a reader")
    }

    /// Every row there is, the index of search included.
    pub fn contents(&self) -> Contents {
        contents(self.dir.path())
    }

    /// Begins to look out for changes.
    pub fn witness(&self) -> Witness {
        let conn = connect(self.dir.path());
        let version = data_version(&conn);
        Witness { conn, version }
    }
}

impl Default for TempLibrary {
    fn default() -> Self {
        Self::new()
    }
}

impl Witness {
    /// Whether any transaction that wrote something has ended since the last look.
    pub fn saw_a_change(&mut self) -> bool {
        let version = data_version(&self.conn);
        std::mem::replace(&mut self.version, version) != version
    }
}

/// Every row of the library in `dir`, the index of search included.
pub fn contents(dir: &Path) -> Contents {
    let conn = connect(dir);
    let named = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name";
    let mut statement = conn.prepare(named).expect("SQL");
    let tables = statement.query_map([], |row| row.get::<_, String>(0)).expect("the tables");
    tables.map(|table| table.expect("a name")).map(|table| (table.clone(), rows(&conn, &table))).collect()
}

/// Makes the library in `dir`, which nobody has open, look as if a program with this schema had written it.
pub fn pretend_schema(dir: &Path, schema: u32) {
    /// Where SQLite's file format keeps `user_version`, big endian.
    const USER_VERSION: u64 = 60;
    let path = dir.join("library.db");
    let log = fs::metadata(dir.join("library.db-wal")).map_or(0, |file| file.len());
    assert_eq!(log, 0, "the library must be closed");
    let mut file = File::options().write(true).open(path).expect("a library");
    file.seek(SeekFrom::Start(USER_VERSION)).expect("seeking");
    file.write_all(&schema.to_be_bytes()).expect("writing");
}

/// Runs SQL on the database in `dir` behind everybody's back, as somebody with a tool might.
pub fn tamper(dir: &Path, sql: &str) {
    connect(dir).execute_batch(sql).expect("SQL");
}

fn connect(dir: &Path) -> Connection {
    Connection::open_with_flags(dir.join("library.db"), OpenFlags::SQLITE_OPEN_READ_WRITE).expect("a library")
}

fn data_version(conn: &Connection) -> i64 {
    conn.query_row("PRAGMA data_version", [], |row| row.get(0)).expect("a version")
}

fn rows(conn: &Connection, table: &str) -> Vec<String> {
    let mut statement = conn.prepare(&format!("SELECT * FROM \"{table}\"")).expect("SQL");
    let columns = statement.column_count();
    let row = |row: &rusqlite::Row<'_>| {
        (0..columns).map(|column| Ok(words(row.get_ref(column)?))).collect::<rusqlite::Result<Vec<_>>>()
    };
    let rows = statement.query_map([], row).expect("rows");
    rows.map(|row| row.expect("a row").join("|")).collect()
}

fn words(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".into(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}
