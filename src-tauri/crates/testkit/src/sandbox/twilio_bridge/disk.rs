//! The same bridge as its server's folder and database.

use std::path::Path;

use rusqlite::types::Value as Cell;
use rusqlite::{Connection, params_from_iter};
use serde_json::Value;

use super::{TwilioBridge, file_path};

/// Like what the server's migrations make.
const SCHEMA: &str = r#"
CREATE TABLE "Call" ("id" TEXT PRIMARY KEY, "streamSid" TEXT, "callSid" TEXT, "caller" TEXT, "agent" TEXT, "startTime" DATETIME,
  "endTime" DATETIME, "duration" INTEGER, "status" TEXT, "notes" TEXT, "createdAt" DATETIME, "updatedAt" DATETIME);
CREATE TABLE "Recording" ("id" TEXT PRIMARY KEY, "callId" TEXT, "filePath" TEXT, "fileUrl" TEXT, "format" TEXT, "codec" TEXT,
  "sampleRate" INTEGER, "channels" INTEGER, "duration" REAL, "sizeBytes" INTEGER, "createdAt" DATETIME, "updatedAt" DATETIME);
CREATE TABLE "Transcript" ("id" TEXT PRIMARY KEY, "callId" TEXT, "speaker" TEXT, "text" TEXT, "confidence" REAL, "startTime" REAL,
  "endTime" REAL, "createdAt" DATETIME, "updatedAt" DATETIME);
CREATE TABLE "Analytics" ("id" TEXT PRIMARY KEY, "callId" TEXT, "sentiment" TEXT, "sentimentScore" REAL, "talkTime" INTEGER,
  "silenceTime" INTEGER, "interruptions" INTEGER, "averageLatency" REAL, "metrics" TEXT, "snapshotTime" DATETIME,
  "createdAt" DATETIME, "updatedAt" DATETIME);
CREATE TABLE "CallMetadata" ("id" TEXT PRIMARY KEY, "callId" TEXT, "language" TEXT, "region" TEXT, "deviceType" TEXT,
  "networkQuality" TEXT, "customData" TEXT, "createdAt" DATETIME, "updatedAt" DATETIME);
"#;

impl TwilioBridge {
    /// Writes the recordings and the database below a folder, as they are now.
    pub fn write_to(&self, folder: &Path) {
        std::fs::create_dir_all(folder.join("recordings")).expect("a folder is made");
        std::fs::create_dir_all(folder.join("prisma")).expect("a folder is made");
        let database = Connection::open(folder.join("prisma/dev.db")).expect("a database is made");
        database.execute_batch(SCHEMA).expect("a schema is made");
        for call in &self.truth.now().calls {
            let rows = self.rows(call);
            insert(&database, "Call", &self.row(call));
            for (table, part) in
                [("Recording", "recordings"), ("Transcript", "transcripts"), ("Analytics", "analytics")]
            {
                rows[part].as_array().into_iter().flatten().for_each(|row| insert(&database, table, row));
            }
            insert(&database, "CallMetadata", &rows["metadata"]);
            if !call.audio.is_empty() {
                std::fs::write(folder.join(file_path(call)), &call.audio).expect("a recording is written");
            }
        }
    }
}

fn insert(database: &Connection, table: &str, row: &Value) {
    let columns = row.as_object().expect("a row is an object");
    let names: Vec<String> = columns.keys().map(|name| format!("\"{name}\"")).collect();
    let places = vec!["?"; names.len()].join(", ");
    let cell = |value: &Value| match value {
        Value::Number(number) if number.is_f64() => Cell::Real(number.as_f64().unwrap_or_default()),
        Value::Number(number) => Cell::Integer(number.as_i64().unwrap_or_default()),
        Value::String(text) => Cell::Text(text.clone()),
        _ => Cell::Null,
    };
    let sql = format!("INSERT INTO \"{table}\" ({}) VALUES ({places})", names.join(", "));
    database.execute(&sql, params_from_iter(columns.values().map(cell))).expect("a row is inserted");
}
