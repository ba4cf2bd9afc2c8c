//! The audit log from outside: the real program, every kind of action, every kind of alteration.
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
mod program;

use std::fs;
use std::thread;

use program::{Demo, Ran, keys};
use serde_json::Value;

/// The entries, oldest first.
fn entries(demo: &Demo) -> Vec<Value> {
    let mut entries = demo.run(&["audit", "--json", "--limit", "10000"]).lines();
    entries.reverse();
    entries
}

/// The entries after the first `from`, as action and object.
fn told(demo: &Demo, from: usize) -> Vec<(String, String)> {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    entries(demo).iter().skip(from).map(|entry| (word(&entry["action"]), word(&entry["object"]))).collect()
}

fn first_call(demo: &Demo) -> String {
    demo.run(&["list", "--json", "--limit", "1"]).lines()[0]["id"].as_str().unwrap().to_owned()
}

fn verify(demo: &Demo, kept: Option<&str>) -> (i32, Value) {
    let mut args = vec!["audit", "verify", "--json"];
    args.extend(kept.iter().flat_map(|file| ["--checkpoint", file]));
    let Ran { code, stdout, stderr } = demo.run(&args);
    (code, serde_json::from_str(&stdout).unwrap_or_else(|_| panic!("{stderr}")))
}

#[test]
fn every_action_has_its_entry_and_looking_at_the_list_has_none() {
    let demo = Demo::synced();
    let begun = entries(&demo);
    assert_eq!(keys(&begun[0]), "action actor at detail hash object seq", "the fields are a contract");
    let actions: Vec<&str> = begun.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["begin", "source", "source", "sync", "sync"]);
    assert_eq!(begun[3]["detail"]["added"], 8);
    let call = first_call(&demo);
    let wav = demo.path("out.wav");
    for args in [
        &["list"] as &[&str],
        &["show", &call],
        &["search", "moving"],
        &["search", "crown", "--count"],
        &["fetch", &call],
        &["render", &call, "--out", wav.to_str().unwrap(), "--at", "1000", "--for", "500"],
        &["cache", "limit", "1MB"],
        &["cache", "limit", "1MB"],
        &["cache", "limit", "1"],
        &["library", "status"],
        &["library", "check"],
        &["source", "remove", "Bridge", "--forget-calls"],
    ] {
        let ran = demo.run(args);
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
    }
    let expected: Vec<(String, String)> = [
        ("open", call.as_str()),
        ("search", "moving"),
        ("search", "crown"),
        ("render", &call),
        ("settings", ""),
        ("settings", ""),
        ("delete", ""),
        ("delete", "Bridge"),
    ]
    .map(|(action, object)| (action.to_owned(), object.to_owned()))
    .into();
    assert_eq!(told(&demo, begun.len()), expected);
    let all = entries(&demo);
    let rendered = &all[begun.len() + 3]["detail"];
    assert_eq!((&rendered["from_ms"], &rendered["to_ms"]), (&1_000.into(), &1_500.into()));
    assert_eq!(all[all.len() - 2]["detail"]["because"], "limit", "what was fetched left again");
    assert_eq!(all.last().unwrap()["detail"]["calls"], 2);
    let only = demo.run(&["audit", "--json", "--call", &call, "--action", "open"]).lines();
    assert_eq!(only.len(), 1);
    let page = demo.run(&["audit", "--json", "--limit", "2"]).lines();
    assert_eq!(page.len(), 2);
    let rest = demo.run(&["audit", "--json", "--after", &page[1]["seq"].to_string()]).lines();
    assert_eq!(rest.len(), all.len() - 2);
}

#[test]
fn no_secret_gets_into_the_log() {
    let demo = Demo::new();
    let environment = [("TURNSTONE_SECRET_DESK", "hunter2-very-secret")];
    let settings = ["--url", "http://127.0.0.1:9", "--set", "anon_key=eyJ-published", "--set", "bucket=calls"];
    let mut args = vec!["source", "add", "supabase", "Desk"];
    args.extend(settings);
    let added = demo.run_with(&environment, &args);
    assert_eq!(added.code, 0, "{}", added.stderr);
    let log = demo.run(&["audit", "--json"]).stdout;
    assert!(log.contains("bucket") && !log.contains("hunter2") && !log.contains("eyJ-published"), "{log}");
}

#[test]
fn a_refused_entry_refuses_what_it_would_tell_of() {
    let demo = Demo::synced();
    let call = first_call(&demo);
    let full = "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT raise(ABORT, 'no room'); END";
    testkit::tamper(&demo.path("library"), full);
    for args in [&["show", &call] as &[&str], &["search", "moving"]] {
        let ran = demo.run(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "nothing is shown that is not recorded");
        assert!(ran.stderr.contains("audit log") && ran.stderr.lines().count() == 1, "{}", ran.stderr);
    }
    assert_eq!(demo.run(&["show", &call, "--json"]).code, 1);
    assert_eq!(demo.run(&["source", "remove", "Calls"]).code, 1);
    assert_eq!(demo.run(&["source", "list", "--json"]).lines().len(), 2, "what is not recorded is not done");
    let wav = demo.path("out.wav");
    assert_eq!(demo.run(&["render", &call, "--out", wav.to_str().unwrap()]).code, 1);
    assert!(!wav.exists());
}

#[test]
fn programs_side_by_side_lose_no_entry() {
    const EACH: usize = 25;
    let demo = Demo::synced();
    let before = entries(&demo).len();
    let call = first_call(&demo);
    thread::scope(|scope| {
        for number in 0..4 {
            let (demo, call) = (&demo, &call);
            scope.spawn(move || {
                for _ in 0..EACH {
                    let args: &[&str] = if number % 2 == 0 { &["show", call] } else { &["search", "moving"] };
                    assert_eq!(demo.run(args).code, 0);
                }
            });
        }
    });
    let all = entries(&demo);
    assert_eq!(all.len(), before + 4 * EACH);
    assert!(all.iter().zip(1..).all(|(entry, seq)| entry["seq"] == seq));
    assert_eq!(verify(&demo, None).0, 0);
}

#[test]
fn looking_beside_whoever_has_the_library_open_is_recorded_too() {
    let demo = Demo::synced();
    let call = first_call(&demo);
    let owner = app::App::open(app::Options::to_change(demo.path("library")).without_keychain()).unwrap();
    let before = entries(&demo).len();
    assert_eq!(demo.run(&["show", &call]).code, 0);
    owner.open_call(call.parse().unwrap()).unwrap();
    assert_eq!(demo.run(&["search", "moving"]).code, 0);
    let actions: Vec<String> = told(&demo, before).into_iter().map(|(action, _)| action).collect();
    assert_eq!(actions, ["open", "open", "search"]);
    drop(owner);
    assert_eq!(verify(&demo, None).0, 0);
}

/// A log of a dozen entries, and a checkpoint of it that was kept elsewhere.
fn with_log() -> (Demo, String) {
    let demo = Demo::synced();
    let call = first_call(&demo);
    for words in ["moving", "crown", "bridge", "price"] {
        assert_eq!(demo.run(&["search", words]).code, 0);
        assert_eq!(demo.run(&["show", &call]).code, 0);
    }
    let kept = demo.path("kept.txt");
    let checkpoint = demo.run(&["audit", "checkpoint"]);
    assert!(checkpoint.stderr.contains("not signed"));
    fs::write(&kept, &checkpoint.stdout).unwrap();
    (demo, kept.to_str().unwrap().to_owned())
}

const WITHOUT_TRIGGERS: &str =
    "DROP TRIGGER audit_is_appended; DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_deleted; ";

/// A table that takes every kind of value in the log's place.
const LOOSE: &str =
    "CREATE TABLE loose (seq INTEGER PRIMARY KEY, at_ms, user, person, action, object, detail, edge, signature);
     INSERT INTO loose SELECT * FROM audit; DROP TABLE audit; ALTER TABLE loose RENAME TO audit; ";

#[test]
fn every_alteration_is_found_and_named() {
    let (whole, kept) = with_log();
    let (code, verdict) = verify(&whole, Some(&kept));
    assert_eq!((code, &verdict["valid"], &verdict["problems"]), (0, &true.into(), &Value::Array(vec![])));
    let entries = verdict["entries"].as_u64().unwrap();
    assert_eq!(entries, 13);
    assert_eq!(keys(&verdict), "checkpoint entries problems remarks signed_by valid", "the fields are a contract");
    let alterations = [
        ("UPDATE audit SET at_ms = at_ms + 1 WHERE seq = 7", Some(7)),
        ("UPDATE audit SET user = 'eve' WHERE seq = 7", Some(7)),
        ("UPDATE audit SET person = 'Eve' WHERE seq = 7", Some(7)),
        ("UPDATE audit SET action = 'list' WHERE seq = 7", Some(7)),
        ("UPDATE audit SET object = NULL WHERE seq = 7", Some(7)),
        ("UPDATE audit SET detail = '{ }' WHERE seq = 7", Some(7)),
        ("UPDATE audit SET edge = zeroblob(length(edge)) WHERE seq = 7", Some(7)),
        ("UPDATE audit SET user = 'eve' WHERE seq = 1", Some(1)),
        ("UPDATE audit SET user = 'eve' WHERE seq = 13", Some(13)),
        ("DELETE FROM audit WHERE seq = 7", Some(7)),
        ("DELETE FROM audit WHERE seq = 1", Some(1)),
        (
            "DELETE FROM audit WHERE seq = 7; UPDATE audit SET seq = -seq WHERE seq > 7; UPDATE audit SET seq = -seq - 1 WHERE seq < 0",
            Some(7),
        ),
        (
            "UPDATE audit SET seq = 99 WHERE seq = 7; UPDATE audit SET seq = 7 WHERE seq = 8; UPDATE audit SET seq = 8 WHERE seq = 99",
            Some(7),
        ),
        (
            "INSERT INTO audit SELECT 14, at_ms, user, person, action, object, detail, edge, NULL FROM audit WHERE seq = 13",
            Some(14),
        ),
        (
            "INSERT INTO audit SELECT -3, at_ms, user, person, action, object, detail, edge, NULL FROM audit WHERE seq = 13",
            None,
        ),
        ("UPDATE audit SET at_ms = 'noon' WHERE seq = 7", Some(7)),
        ("UPDATE audit SET user = CAST(user AS BLOB) WHERE seq = 7", Some(7)),
        ("UPDATE audit SET person = 3.5 WHERE seq = 7", Some(7)),
        ("UPDATE audit SET action = NULL WHERE seq = 7", Some(7)),
        ("UPDATE audit SET object = CAST(object AS BLOB) WHERE seq = 7", Some(7)),
        ("UPDATE audit SET edge = NULL WHERE seq = 7", Some(7)),
        ("UPDATE audit SET edge = 'none' WHERE seq = 13", Some(13)),
        ("DELETE FROM audit WHERE seq > 10", None),
        ("DELETE FROM audit", None),
    ];
    for (sql, seq) in alterations {
        let demo = whole.another();
        testkit::tamper(&demo.path("library"), &format!("{WITHOUT_TRIGGERS}{LOOSE}{sql}"));
        let (code, verdict) = verify(&demo, Some(&kept));
        assert_eq!((code, &verdict["valid"]), (4, &false.into()), "{sql}");
        let named = |problem: &Value| seq.is_none() || problem["seq"].as_u64() == seq;
        assert!(verdict["problems"].as_array().unwrap().iter().any(named), "{sql}: {verdict}");
        let is_end = sql.starts_with("DELETE FROM audit WHERE seq > 10") || sql == "DELETE FROM audit";
        assert_eq!(demo.run(&["library", "check"]).code, if is_end { 0 } else { 4 }, "{sql}");
    }
}

#[test]
fn entries_that_went_at_the_end_are_missed_only_by_a_checkpoint_from_outside() {
    let (demo, kept) = with_log();
    testkit::tamper(&demo.path("library"), &format!("{WITHOUT_TRIGGERS}DELETE FROM audit WHERE seq > 10"));
    let (_, verdict) = verify(&demo, None);
    assert!(verdict["remarks"].to_string().contains("does not refuse changes"), "the guards are missed: {verdict}");
    assert_eq!(verify(&demo, None).0, 0, "what is left is a log; the limits of that are documented");
    let (code, verdict) = verify(&demo, Some(&kept));
    assert_eq!(code, 4);
    assert!(verdict["problems"][0]["problem"].as_str().unwrap().contains('3'), "{verdict}");
    let nothing = demo.path("nothing.txt");
    fs::write(&nothing, "no checkpoint").unwrap();
    let refused = demo.run(&["audit", "verify", "--checkpoint", nothing.to_str().unwrap()]);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
}

#[test]
fn with_a_key_the_checkpoint_is_signed_and_a_key_of_another_run_is_no_alteration() {
    let (demo, _) = with_log();
    let key = evidence::SigningKey::generate().unwrap();
    let other = evidence::SigningKey::generate().unwrap();
    let (text, other) = (key.text(), other.text());
    let with = |key: &str, args: &[&str]| demo.run_with(&[("TURNSTONE_SECRET_SIGNING_KEY", key)], args);
    let call = first_call(&demo);
    let to = demo.path("out");
    for key in [&text, &other] {
        let ran = with(key, &["export", &call, "--to", to.to_str().unwrap(), "--form", "zip"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    for key in [&text, &other] {
        let verdict = with(key, &["audit", "verify", "--json"]).lines().remove(0);
        assert_eq!(verdict["valid"], true, "{verdict}");
        let signed_by = evidence::SigningKey::parse(key).unwrap().public();
        assert_eq!(verdict["signed_by"], signed_by.fingerprint());
        let note = evidence::log::CheckpointNote::parse(verdict["checkpoint"].as_str().unwrap()).unwrap();
        assert_eq!(note.signed_by(&signed_by), evidence::log::Signed::Valid);
    }
    let export = fs::read_dir(&to).unwrap().next().unwrap().unwrap().path();
    assert_eq!(verify(&demo, export.to_str()).0, 0, "an export is a checkpoint that was kept");
    testkit::tamper(
        &demo.path("library"),
        &format!(
            "{WITHOUT_TRIGGERS}UPDATE audit SET signature = CAST(substr(signature, 1, 8) || zeroblob(64) AS BLOB)"
        ),
    );
    assert_eq!(with(&text, &["audit", "verify"]).code, 4);
}

#[test]
fn after_a_restore_the_log_says_how_far_the_other_one_had_come() {
    let demo = Demo::synced();
    let backup = demo.path("backup.db");
    assert_eq!(demo.run(&["library", "backup", backup.to_str().unwrap()]).code, 0);
    let call = first_call(&demo);
    assert_eq!(demo.run(&["show", &call]).code, 0);
    let last = demo.run(&["audit", "checkpoint"]).stdout;
    assert_eq!(demo.run(&["library", "restore", backup.to_str().unwrap()]).code, 0);
    let restored = entries(&demo).pop().unwrap();
    assert_eq!(restored["action"], "restore");
    assert_eq!(restored["detail"]["before"].as_str(), Some(last.as_str()));
    assert_eq!(verify(&demo, None).0, 0);
}
