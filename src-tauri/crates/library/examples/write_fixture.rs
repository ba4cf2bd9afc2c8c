//! Writes the fixture of the present schema: `cargo run -p turnstone-library --example write_fixture -- FILE`.
//! A fixture of a shipped schema is never written again; a new schema gets a new one.
#![allow(clippy::unwrap_used)]

#[path = "../tests/common/mod.rs"]
mod common;

use common::*;
use library::{AuditRow, CachedFile, Filter, PinnedSearch, Standing, SyncRun};
use model::*;

fn main() {
    let file = std::env::args().nth(1).expect("the file to write");
    let lib = Lib::with(vec![full_call(), a_call("bare", None)]);
    lib.put(vec![saying("phone", NOON, &["call me at (512) 555-0143", "谢谢，订单号码"])]);
    let source = lib.source;
    let main = RecordingId::derive(CallId::derive(source, &full_call().remote_id), "main");
    let cached = CachedFile {
        path: "ab/main.wav".into(),
        facts: AudioFacts { bytes: Some(960), sha256: Some("cd".repeat(32)), ..AudioFacts::default() },
        tier: Tier::Provider,
        fetched_at_ms: NOON,
    };
    let tried = Attempt { at_ms: NOON, tier: Tier::Legacy, outcome: Outcome::Network, detail: Some("no route".into()) };
    let second = RecordingId::derive(CallId::derive(source, &full_call().remote_id), "second");
    let call = CallId::derive(source, &full_call().remote_id);
    let waits = vec![(Door::Source, NOON + 30_000)];
    let standing = Standing { state: AudioState::Failed, next_try_ms: Some(NOON + 60_000), tries: 1, waits };
    let filter = Filter { source: Some(source), ..Filter::default() };
    let search = PinnedSearch { name: "Crowns".into(), query: "crown".into(), filter };
    let run = SyncRun {
        at_ms: NOON,
        seen: 3,
        added: 3,
        complete: true,
        problems: vec![RejectedItem { item: "x.json".into(), reason: "not JSON".into() }],
        ..SyncRun::default()
    };
    let case = Case {
        id: CaseId(uuid::Uuid::from_u128(0xca5e)),
        name: "Smith v. Jones".into(),
        number: "2026-17".into(),
        purpose: "Request of the court".into(),
        person: "A. Auditor".into(),
        made_ms: NOON,
    };
    let entry = AuditEntry {
        seq: 1,
        at_ms: NOON,
        user: "kim".into(),
        person: Some("A. Auditor".into()),
        action: "open".into(),
        object: Some(call.to_string()),
        detail: r#"{"reason":"complaint"}"#.into(),
    };
    let row = AuditRow { entry, edge: vec![0xED; 32], signature: Some(vec![0x51; 72]) };
    lib.library
        .write(move |writer| {
            writer.add_case(&case)?;
            writer.put_in_case(case.id, &[call], NOON)?;
            writer.append_audit(|_| Ok(vec![row]))?;
            writer.set_cached(main, &cached)?;
            writer.set_played(main, NOON + 5)?;
            writer.record_attempts(second, &[tried], Some(&standing))?;
            writer.queue_downloads(&[call])?;
            writer.pin_search(&search, NOON)?;
            writer.pin(call, NOON)?;
            writer.pin_found(&search.name, &[call], NOON)?;
            writer.set_cursor(source, Some("1"))?;
            writer.set_setting("theme", Some("dark"))?;
            writer.add_sync_run(source, &run)
        })
        .unwrap();
    lib.library.backup(std::path::Path::new(&file)).unwrap();
}
