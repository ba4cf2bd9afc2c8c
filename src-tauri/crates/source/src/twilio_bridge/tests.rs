use std::time::Duration;

use model::{CallRecord, Door, RejectedItem, Role as Speaker, Timing};
use rusqlite::{Connection, params};

use super::*;
use crate::{AudioRequest, Change, NoMemory};

const STREAM: &str = "MZ5d1c0f7a";
const AUDIO: &str = "recordings/MZ5d1c0f7a_1794495772312.wav";
const TEXT: &str = "recordings/MZ5d1c0f7a_1794495772359_transcript.txt";
const FACTS: &str = "recordings/MZ5d1c0f7a_1794495772424_metadata.json";

/// Like what `prisma migrate` makes of the bridge's schema.
const SCHEMA: &str = r#"
CREATE TABLE "Call" ("id" TEXT NOT NULL PRIMARY KEY, "streamSid" TEXT NOT NULL, "callSid" TEXT, "caller" TEXT NOT NULL, "agent" TEXT,
  "startTime" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, "endTime" DATETIME, "duration" INTEGER, "status" TEXT NOT NULL DEFAULT 'active',
  "notes" TEXT, "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" DATETIME NOT NULL);
CREATE UNIQUE INDEX "Call_streamSid_key" ON "Call"("streamSid");
CREATE TABLE "Recording" ("id" TEXT NOT NULL PRIMARY KEY, "callId" TEXT NOT NULL REFERENCES "Call"("id") ON DELETE CASCADE,
  "filePath" TEXT NOT NULL, "fileUrl" TEXT, "format" TEXT NOT NULL, "codec" TEXT, "sampleRate" INTEGER NOT NULL DEFAULT 8000,
  "channels" INTEGER NOT NULL DEFAULT 1, "duration" REAL, "sizeBytes" INTEGER,
  "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" DATETIME NOT NULL);
CREATE TABLE "Transcript" ("id" TEXT NOT NULL PRIMARY KEY, "callId" TEXT NOT NULL REFERENCES "Call"("id") ON DELETE CASCADE,
  "speaker" TEXT NOT NULL, "text" TEXT NOT NULL, "confidence" REAL, "startTime" REAL, "endTime" REAL,
  "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" DATETIME NOT NULL);
CREATE TABLE "Analytics" ("id" TEXT NOT NULL PRIMARY KEY, "callId" TEXT NOT NULL REFERENCES "Call"("id") ON DELETE CASCADE,
  "sentiment" TEXT, "sentimentScore" REAL, "talkTime" INTEGER, "silenceTime" INTEGER, "interruptions" INTEGER, "averageLatency" REAL,
  "metrics" TEXT, "snapshotTime" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" DATETIME NOT NULL);
CREATE TABLE "CallMetadata" ("id" TEXT NOT NULL PRIMARY KEY, "callId" TEXT NOT NULL REFERENCES "Call"("id") ON DELETE CASCADE,
  "language" TEXT, "region" TEXT, "deviceType" TEXT, "networkQuality" TEXT, "customData" TEXT,
  "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" DATETIME NOT NULL);
CREATE TABLE "_prisma_migrations" ("id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL);
"#;

/// A server's folder, seen an hour from now.
struct Server {
    folder: tempfile::TempDir,
}

#[derive(Debug, Default)]
struct Seen {
    calls: Vec<CallRecord>,
    unchanged: u64,
    gone: Vec<String>,
    rejected: Vec<RejectedItem>,
    waiting: usize,
    cursor: Option<Cursor>,
}

impl Server {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("recordings")).unwrap();
        Self { folder }
    }

    fn with_files() -> Self {
        let server = Self::new();
        server.write(AUDIO, &wav());
        server.write(TEXT, b"Agent: Good morning.\nCaller: Hello.\n");
        server.write(FACTS, br#"{"streamSid":"MZ5d1c0f7a","caller":"+15125550143","startTime":"2026-11-12T15:02:11.000Z","customData":{"queue":"front"}}"#);
        server
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        std::fs::write(self.path(path), bytes).unwrap();
    }

    fn database(&self) -> Connection {
        std::fs::create_dir_all(self.path("prisma")).unwrap();
        let file = self.path("prisma/dev.db");
        let is_new = !file.exists();
        let connection = Connection::open(file).unwrap();
        if is_new {
            connection.pragma_update(None, "journal_mode", "wal").unwrap();
            connection.execute_batch(SCHEMA).unwrap();
        }
        connection
    }

    fn source(&self) -> TwilioBridge {
        TwilioBridge::new(Some(self.folder.path().into()), None, || SystemTime::now() + Duration::from_secs(3_600))
    }

    fn walk(&self, cursor: Option<&Cursor>) -> Seen {
        walk(&self.source(), cursor)
    }
}

fn audio(source: &TwilioBridge, remote_id: &str, recording: &Recording) -> Result<Audio, AudioError> {
    source.audio(&AudioRequest { remote_id, recording, door: Door::Source, resume: None, cancel: &Cancel::new() })
}

fn walk(source: &TwilioBridge, cursor: Option<&Cursor>) -> Seen {
    let mut seen = Seen::default();
    for page in source.changes_since(cursor, &NoMemory, &Cancel::new()) {
        let page = page.unwrap();
        seen.cursor = Some(page.cursor);
        seen.waiting = page.waiting.len();
        for change in page.changes {
            match change {
                Change::Call(record) => seen.calls.push(*record),
                Change::Unchanged(count) => seen.unchanged += count,
                Change::Same { .. } => seen.unchanged += 1,
                Change::Gone { remote_id } => seen.gone.push(remote_id),
                Change::Rejected(item) => seen.rejected.push(item),
            }
        }
    }
    seen
}

fn wav() -> Vec<u8> {
    let mut bytes =
        b"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data\x08\0\0\0".to_vec();
    bytes.extend([1; 8]);
    bytes
}

fn add_call(database: &Connection, id: &str, stream: &str, start: impl rusqlite::ToSql, updated: impl rusqlite::ToSql) {
    let sql = "INSERT INTO Call (id, streamSid, callSid, caller, agent, startTime, duration, status, updatedAt)
               VALUES (?1, ?2, 'CA' || ?1, '+15125550143', 'Front desk', ?3, 29, 'completed', ?4)";
    database.execute(sql, params![id, stream, start, updated]).unwrap();
}

fn say(database: &Connection, call: &str, speaker: &str, text: &str, start: Option<f64>, at: i64) {
    let sql = "INSERT INTO Transcript (id, callId, speaker, text, confidence, startTime, endTime, createdAt, updatedAt)
               VALUES (hex(randomblob(8)), ?1, ?2, ?3, 0.9, ?4, ?4 + 1.5, ?5, ?5)";
    database.execute(sql, params![call, speaker, text, start, at]).unwrap();
}

const START: i64 = 1_794_495_731_000;

fn filled(server: &Server) -> Connection {
    let database = server.database();
    add_call(&database, "cm1", STREAM, START, START);
    say(&database, "cm1", "user", "Hello.", Some(2.5), START + 2);
    say(&database, "cm1", "assistant", "Good morning.", Some(0.5), START + 3);
    let recording = "INSERT INTO Recording (id, callId, filePath, format, codec, duration, updatedAt)
                     VALUES ('rec1', 'cm1', '.\\recordings\\MZ5d1c0f7a_1794495772312.wav', 'wav', 'pcm16', 0.00025, ?1)";
    database.execute(recording, [START]).unwrap();
    let analytics = "INSERT INTO Analytics (id, callId, sentiment, sentimentScore, talkTime, silenceTime, interruptions, averageLatency, metrics, snapshotTime, updatedAt)
                     VALUES (?1, 'cm1', ?2, ?3, 21000, 4000, 1, 412.5, '{\"turnCount\": 7, \"note\": \"fine\"}', ?4, ?4)";
    database.execute(analytics, params!["an2", "positive", 0.8, START + 20_000]).unwrap();
    database.execute(analytics, params!["an1", "neutral", 0.1, START + 10_000]).unwrap();
    let metadata = "INSERT INTO CallMetadata (id, callId, language, region, customData, updatedAt)
                    VALUES ('md1', 'cm1', 'en-US', 'us-central', '{\"queue\": \"front desk\"}', ?1)";
    database.execute(metadata, [START]).unwrap();
    database
}

#[test]
fn files_alone_make_a_call_and_their_three_times_do_not_part_them() {
    let server = Server::with_files();
    let seen = server.walk(None);
    assert_eq!((seen.calls.len(), seen.rejected.len()), (1, 0), "{seen:?}");
    let call = &seen.calls[0];
    assert_eq!(call.remote_id, STREAM);
    assert_eq!(call.recordings[0].storage_path.as_deref(), Some(AUDIO));
    assert_eq!(call.call.started_at.as_ref().unwrap().to_rfc3339(), "2026-11-12T15:02:11.000Z");
    assert_eq!(call.call.from.as_ref().unwrap().number.as_deref(), Some("+15125550143"));
    assert_eq!(call.metadata["customData"]["queue"], "front");
    assert_eq!(call.call.title, None, "a stream's id is no title where the caller is known");
    assert_eq!(call.transcript.as_ref().unwrap().turns.len(), 2);
    let again = server.walk(seen.cursor.as_ref());
    assert_eq!((again.calls.len(), again.unchanged), (0, 1));
    assert_eq!(again.cursor, seen.cursor, "an unchanged folder leaves its cursor as it was");
}

#[test]
fn rows_and_files_of_one_call_are_one_call() {
    let server = Server::with_files();
    let _open = filled(&server);
    let seen = server.walk(None);
    assert_eq!((seen.calls.len(), seen.rejected.len()), (1, 0), "{seen:?}");
    let call = &seen.calls[0];
    assert_eq!(call.remote_id, STREAM);
    assert_eq!(call.call.started_at.as_ref().unwrap().utc_ms, START);
    assert_eq!(call.call.duration_ms, Some(29_000));
    assert_eq!((call.call.status.as_deref(), call.call.agent.as_deref()), (Some("completed"), Some("Front desk")));
    assert_eq!(call.call.external_ids["callSid"], "CAcm1");
    assert_eq!(call.recordings.len(), 1, "the row and the file are the same recording");
    assert_eq!(call.recordings[0].storage_path.as_deref(), Some(AUDIO));
    assert_eq!(call.recordings[0].claimed.sample_rate, Some(8_000), "a claim, kept as one");
    let transcript = call.transcript.as_ref().unwrap();
    let turns: Vec<_> =
        transcript.turns.iter().map(|t| (t.role, t.text.as_str(), t.start_ms, t.end_ms, t.timing)).collect();
    assert_eq!(
        turns,
        [
            (Some(Speaker::Agent), "Good morning.", Some(500), Some(2_000), Timing::Source),
            (Some(Speaker::Customer), "Hello.", Some(2_500), Some(4_000), Timing::Source),
        ],
        "rows with times are worth more than the text file without"
    );
    assert_eq!(transcript.language.as_deref(), Some("en-US"));
    let sentiment = call.insights.as_ref().unwrap().sentiment.as_ref().unwrap();
    assert_eq!(
        (sentiment.overall.as_deref(), sentiment.score),
        (Some("positive"), Some(0.8)),
        "the latest snapshot counts"
    );
    let values: Vec<(&str, f64)> =
        call.metrics.iter().take(6).map(|metric| (metric.name.as_str(), metric.value)).collect();
    assert_eq!(
        values,
        [
            ("sentiment_score", 0.1),
            ("talk_time_ms", 21_000.0),
            ("silence_time_ms", 4_000.0),
            ("interruptions", 1.0),
            ("average_latency_ms", 412.5),
            ("turn_count", 7.0),
        ]
    );
    assert_eq!(call.metadata["customData"]["queue"], "front desk");
    assert_eq!(call.metadata["region"], "us-central");
    let kept = &call.metadata["analytics"];
    assert_eq!(kept.as_array().map(Vec::len), Some(2), "what is no number in a snapshot is kept as it came: {kept}");
    assert_eq!(kept[0]["metrics"], serde_json::json!({"note": "fine"}));
    let audio = audio(&server.source(), STREAM, &call.recordings[0]).unwrap();
    assert_eq!(audio.length, Some(52));
}

#[test]
fn a_row_whose_file_is_not_there_stands_behind_the_file_that_is() {
    let server = Server::with_files();
    let database = filled(&server);
    database.execute("UPDATE Recording SET filePath = 'old/server/elsewhere.wav'", []).unwrap();
    let call = server.walk(None).calls.pop().unwrap();
    let names: Vec<&str> = call.recordings.iter().map(|recording| recording.remote_id.as_str()).collect();
    assert_eq!(names, ["MZ5d1c0f7a_1794495772312.wav", "elsewhere.wav"], "the first is the one that is heard");
}

#[test]
fn a_call_keeps_its_name_when_the_database_is_seen_later() {
    let server = Server::with_files();
    server.write("recordings/call_cm9.wav", &[0; 1_024]);
    let first = server.walk(None);
    let mut names: Vec<&str> = first.calls.iter().map(|call| call.remote_id.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, [STREAM, "call_cm9"]);
    let database = filled(&server);
    add_call(&database, "cm9", "stream_9", START, START);
    let sql = "INSERT INTO Recording (id, callId, filePath, format, updatedAt) VALUES ('r9', 'cm9', 'recordings/call_cm9.wav', 'wav', 1)";
    database.execute(sql, []).unwrap();
    let second = server.walk(first.cursor.as_ref());
    let mut names: Vec<&str> = second.calls.iter().map(|call| call.remote_id.as_str()).collect();
    names.sort_unstable();
    assert_eq!((names, second.gone), (vec![STREAM, "call_cm9"], vec![]), "no call is doubled and none is lost");
    assert_eq!(server.walk(second.cursor.as_ref()).unchanged, 2);
    database.execute("DELETE FROM Call WHERE id = 'cm9'", []).unwrap();
    std::fs::remove_file(server.folder.path().join("recordings/call_cm9.wav")).unwrap();
    let away = server.walk(second.cursor.as_ref());
    assert_eq!(away.gone, ["call_cm9"]);
    add_call(&database, "cm9", "stream_9", START, START);
    let back = server.walk(away.cursor.as_ref());
    assert_eq!(back.calls[0].remote_id, "call_cm9", "a call that comes back is the same call");
}

#[test]
fn the_database_alone_is_enough() {
    let server = Server::new();
    let _open = filled(&server);
    let source = TwilioBridge::new(None, Some(server.path("prisma/dev.db")), SystemTime::now);
    let seen = walk(&source, None);
    assert_eq!(seen.calls[0].remote_id, STREAM, "the same name as with the files");
    assert_eq!(seen.calls[0].recordings.len(), 1);
    let error = audio(&source, STREAM, &seen.calls[0].recordings[0]).err().unwrap();
    assert_eq!(error.outcome, Outcome::NotFound);
    assert!(error.detail.contains("recordings folder"), "{}", error.detail);
    assert!(source.test().iter().all(|check| check.ok), "{:?}", source.test());
}

#[test]
fn every_encoding_of_a_time_is_read_row_by_row() {
    let server = Server::new();
    let database = server.database();
    add_call(&database, "a", "s1", START, START);
    add_call(&database, "b", "s2", "2026-11-12T15:02:11.000Z", "2026-11-12T15:02:11.000Z");
    add_call(&database, "c", "s3", "2026-11-12 15:02:11", "2026-11-12 15:02:11");
    add_call(&database, "d", "s4", "soon", "never");
    let seen = server.walk(None);
    let times: Vec<Option<i64>> =
        seen.calls.iter().map(|call| call.call.started_at.as_ref().map(|at| at.utc_ms)).collect();
    assert_eq!(times, [Some(START), Some(START), Some(START), None]);
    assert_eq!(server.walk(seen.cursor.as_ref()).unchanged, 4);
}

#[test]
fn what_changes_in_any_table_while_the_server_writes_is_seen_in_the_next_walk() {
    let server = Server::with_files();
    let database = filled(&server);
    add_call(&database, "cm2", "other", START, START);
    let mut cursor = server.walk(None).cursor;
    let changes: [(&str, &str); 6] = [
        ("a call's own row", "UPDATE Call SET status = 'failed', updatedAt = 1794499999000 WHERE id = 'cm1'"),
        (
            "a new transcript",
            "INSERT INTO Transcript (id, callId, speaker, text, updatedAt) VALUES ('t9', 'cm1', 'user', 'Bye.', 5)",
        ),
        (
            "an older row changed",
            "UPDATE Transcript SET text = 'Bye!', updatedAt = '2027-01-01T00:00:00.000Z' WHERE id = 't9'",
        ),
        ("a deleted transcript", "DELETE FROM Transcript WHERE id = 't9'"),
        (
            "new analytics",
            "INSERT INTO Analytics (id, callId, sentiment, updatedAt) VALUES ('an9', 'cm1', 'negative', 1894499999000)",
        ),
        ("metadata", "UPDATE CallMetadata SET region = 'eu', updatedAt = 1994499999000"),
    ];
    for (what, sql) in changes {
        database.execute(sql, []).unwrap();
        let seen = server.walk(cursor.as_ref());
        let ids: Vec<&str> = seen.calls.iter().map(|call| call.remote_id.as_str()).collect();
        assert_eq!((ids, seen.unchanged), (vec![STREAM], 1), "{what}");
        cursor = seen.cursor;
    }
    database.execute("DELETE FROM Call WHERE id = 'cm2'", []).unwrap();
    let seen = server.walk(cursor.as_ref());
    assert_eq!((seen.gone, seen.unchanged), (vec!["other".to_owned()], 1));
}

#[test]
fn an_older_schema_lacks_columns_and_a_newer_one_has_more() {
    let server = Server::new();
    let database = filled(&server);
    database.execute_batch("ALTER TABLE Call DROP COLUMN notes; DROP TABLE Analytics;").unwrap();
    database.execute_batch("ALTER TABLE Call ADD COLUMN priority TEXT; UPDATE Call SET priority = 'high';").unwrap();
    database.execute_batch("ALTER TABLE Call ADD COLUMN \"odd \"\"name\" BLOB;").unwrap();
    let seen = server.walk(None);
    assert_eq!((seen.calls.len(), seen.rejected.len()), (1, 0), "{seen:?}");
    assert_eq!(seen.calls[0].metadata["priority"], "high", "what has no field of its own is kept");
}

#[test]
fn a_locked_database_is_waited_for_and_then_named_and_the_files_go_in() {
    let server = Server::with_files();
    let database = filled(&server);
    let known = server.walk(None);
    database.pragma_update(None, "journal_mode", "delete").unwrap();
    database.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let seen = server.walk(known.cursor.as_ref());
    assert_eq!((seen.unchanged, seen.gone.len(), seen.calls.len()), (1, 0, 0), "what is known from it stays");
    assert!(seen.rejected[0].reason.contains("locked"), "{:?}", seen.rejected);
    database.execute_batch("ROLLBACK").unwrap();
    assert_eq!(server.walk(seen.cursor.as_ref()).rejected, []);
}

#[test]
fn what_is_no_bridge_database_is_said_to_be_none() {
    let server = Server::with_files();
    std::fs::create_dir_all(server.path("prisma")).unwrap();
    server.write("prisma/dev.db", &[7; 4_096]);
    let seen = server.walk(None);
    assert_eq!(seen.calls.len(), 1, "the files are read all the same");
    assert!(seen.rejected[0].reason.contains("no SQLite database"), "{:?}", seen.rejected);
    let alone = |path: &str| {
        let source = TwilioBridge::new(None, Some(server.path(path)), SystemTime::now);
        let cancel = Cancel::new();
        let error = source.changes_since(None, &NoMemory, &cancel).next().unwrap().unwrap_err();
        assert!(!source.test()[0].ok);
        error.to_string()
    };
    assert!(alone("prisma/missing.db").contains("missing.db"));
    assert!(alone("prisma").contains("no file"));
    std::fs::remove_file(server.path("prisma/dev.db")).unwrap();
    Connection::open(server.path("prisma/dev.db")).unwrap().execute_batch("CREATE TABLE User (id TEXT)").unwrap();
    assert!(alone("prisma/dev.db").contains("`Call`"));
}

#[test]
fn a_damaged_database_costs_what_is_damaged_and_never_the_walk() {
    let server = Server::with_files();
    drop(filled(&server));
    let database = server.database();
    database.pragma_update(None, "journal_mode", "delete").unwrap();
    drop(database);
    let whole = std::fs::read(server.path("prisma/dev.db")).unwrap();
    for cut in [100, 512, 4_096, 5_000, whole.len() / 2, whole.len() - 1] {
        server.write("prisma/dev.db", &whole[..cut]);
        let seen = server.walk(None);
        assert!(seen.calls.len() + seen.rejected.len() >= 1, "cut at {cut}: {seen:?}");
    }
    for at in (0..whole.len()).step_by(977) {
        let mut bytes = whole.clone();
        bytes[at..(at + 40).min(whole.len())].fill(0xff);
        server.write("prisma/dev.db", &bytes);
        server.walk(None);
    }
}

#[test]
fn a_recording_still_being_written_waits_and_its_row_does_not() {
    let server = Server::with_files();
    let _open = filled(&server);
    let now = TwilioBridge::new(Some(server.folder.path().into()), None, SystemTime::now);
    let seen = walk(&now, None);
    assert_eq!((seen.calls.len(), seen.waiting), (1, 1), "{seen:?}");
    let later = server.walk(seen.cursor.as_ref());
    assert_eq!((later.calls.len(), later.waiting), (1, 0));
    assert_eq!(later.calls[0].recordings[0].storage_path.as_deref(), Some(AUDIO));
}

#[test]
fn no_path_in_the_database_leads_out_of_the_folder() {
    let server = Server::new();
    let database = server.database();
    server.write("outside.wav", b"secret");
    add_call(&database, "cm1", STREAM, START, START);
    for (index, path) in
        ["../outside.wav", "/etc/passwd", "..\\..\\outside.wav", "C:\\x\\..", "..", ""].iter().enumerate()
    {
        let sql = "INSERT INTO Recording (id, callId, filePath, format, updatedAt) VALUES (?1, 'cm1', ?2, 'wav', 1)";
        database.execute(sql, params![format!("r{index}"), path]).unwrap();
    }
    // The folder that was chosen is the one below: what lies beside it is outside.
    let source =
        TwilioBridge::new(Some(server.path("recordings")), Some(server.path("prisma/dev.db")), SystemTime::now);
    let call = walk(&source, None).calls.pop().unwrap();
    assert_eq!(call.recordings.len(), 5, "two rows of one file are one recording");
    for recording in &call.recordings {
        let error = audio(&source, STREAM, recording).err().expect("nothing outside may be opened");
        assert_eq!(error.outcome, Outcome::NotFound, "{recording:?}");
        assert_eq!(source.local_file(recording), None);
    }
}

#[test]
fn nothing_in_the_source_is_changed() {
    let server = Server::with_files();
    drop(filled(&server));
    let before = std::fs::read(server.path("prisma/dev.db")).unwrap();
    server.walk(None);
    assert_eq!(std::fs::read(server.path("prisma/dev.db")).unwrap(), before);
}

#[test]
fn settings_are_checked() {
    let words =
        |settings: Settings| TwilioBridge::open(&settings).err().map(|error| error.to_string()).unwrap_or_default();
    let set = |key: &str, value: &str| [(key.to_owned(), value.to_owned())].into();
    assert!(words(Settings::default()).contains("recordings folder"));
    assert!(
        words(Settings { url: Some("http://localhost".into()), ..Settings::default() }).contains("over the network")
    );
    assert_eq!(words(Settings { set: set("database", "/x/dev.db"), ..Settings::default() }), "");
    assert!(
        words(Settings { path: Some("/x".into()), set: set("databse", "x"), ..Settings::default() })
            .contains("databse")
    );
}
