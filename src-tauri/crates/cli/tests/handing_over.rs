//! `export` and `verify` from outside: their contract, and what is left when they are killed or run out of room.
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
mod program;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use program::{Demo, keys};
use serde_json::Value;

/// How often it is killed; set to 100 for a full campaign.
const KILLS: &str = "TURNSTONE_TEST_KILLS";
const USUAL_KILLS: usize = 20;

#[test]
fn an_export_tells_where_it_is_what_it_holds_and_what_is_missing() {
    let demo = Demo::synced();
    for form in ["bag", "zip", "folder"] {
        let exported = export(&demo, &["--all", "--form", form]);
        let fields = "algorithm bytes calls files missing path public_key signed_by tagmanifest unsigned_because";
        assert_eq!(keys(&exported), fields);
        assert_eq!(exported["algorithm"], "sha512");
        assert_eq!(exported["tagmanifest"].is_null(), form == "folder");
        assert!(Path::new(exported["path"].as_str().unwrap()).exists());
        assert!(exported["missing"].as_array().unwrap().iter().all(|one| keys(one) == "call reason"));
    }
}

#[test]
fn verifying_needs_no_library_and_its_exit_code_tells() {
    let demo = Demo::synced();
    let bag = path(&export(&demo, &["--all"]));
    let elsewhere = tempfile::tempdir().unwrap();
    let verify = |path: &Path| {
        let output = Command::new(env!("CARGO_BIN_EXE_turnstone"))
            .args(["--json", "verify"])
            .arg(path)
            .env("HOME", elsewhere.path())
            .env_remove("TURNSTONE_LIBRARY")
            .output()
            .unwrap();
        let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output.status.code().unwrap(), told)
    };
    let (code, told) = verify(&bag);
    assert_eq!((code, &told["valid"], told["problems"].as_array().unwrap().len()), (0, &Value::Bool(true), 0));
    fs::write(bag.join("data/index.csv"), "altered").unwrap();
    let (code, told) = verify(&bag);
    assert_eq!((code, &told["valid"]), (4, &Value::Bool(false)));
    let named = told["problems"].as_array().unwrap().iter().any(|one| one["path"] == "data/index.csv");
    assert!(named, "{told}");
    assert_eq!(verify(&elsewhere.path().join("nothing")).0, 1);
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0, "no library was made for that");
}

#[test]
fn a_date_and_a_state_of_audio_may_stand_beside_the_folder_and_the_copies() {
    let demo = Demo::synced();
    let all = export(&demo, &["--all"])["calls"].as_u64().unwrap();
    let some = export(&demo, &["--to", "2026-11-14", "--audio", "original", "--utc"])["calls"].as_u64().unwrap();
    assert!(some > 0 && some < all, "{some} of {all}");
    let here = export(&demo, &["--audio", "cached", "--audio", "none"]);
    assert!(here["calls"].as_u64().unwrap() > 0, "the first export fetched what lies on this machine");
    assert_eq!(here["missing"], Value::Array(Vec::new()), "and no audio was wanted");
}

#[test]
fn an_export_of_everything_must_be_meant() {
    let demo = Demo::synced();
    let out = demo.path("out");
    let ran = demo.run(&["export", "--to", out.to_str().unwrap()]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("--all"), "{}", ran.stderr);
    assert!(!out.exists());
}

#[test]
fn calls_of_a_case_are_exported_for_it_and_a_number_kept_elsewhere_is_noted() {
    let demo = Demo::synced();
    let call = demo.run(&["--json", "list", "--limit", "1"]).lines()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(demo.run(&["case", "add", "Smith", "--number", "2026-17"]).code, 0);
    assert_eq!(demo.run(&["case", "put", "Smith", &call]).code, 0);
    let exported = export(&demo, &["--case", "2026-17"]);
    assert_eq!(exported["calls"], 1);
    let info = fs::read_to_string(path(&exported).join("bag-info.txt")).unwrap();
    assert!(info.contains("External-Identifier: 2026-17\n") && info.contains("Smith"), "{info}");
    let noted = export(&demo, &[&call, "--case", "B/99"]);
    let info = fs::read_to_string(path(&noted).join("bag-info.txt")).unwrap();
    assert!(info.contains("External-Identifier: B/99\n"), "{info}");
}

#[test]
fn an_export_that_is_killed_at_any_moment_leaves_nothing_that_looks_whole_and_the_next_one_tidies_up() {
    let kills = std::env::var(KILLS).map_or(USUAL_KILLS, |text| text.parse().unwrap());
    let demo = Demo::synced();
    let out = demo.path("out");
    let begun = Instant::now();
    export(&demo, &["--all", "--audio", "wav"]);
    let whole = begun.elapsed().as_micros() as u64;
    let mut dice = fastrand::Rng::with_seed(0x0bad_ba61);
    let mut midway = 0;
    for _ in 0..kills {
        let form = if dice.bool() { "bag" } else { "zip" };
        let mut export = Command::new(env!("CARGO_BIN_EXE_turnstone"))
            .args(["export", "--all", "--audio", "wav", "--form", form, "--to"])
            .arg(&out)
            .env("TURNSTONE_LIBRARY", demo.path("library"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let moment = Duration::from_micros(dice.u64(0..whole));
        // Time is what this test is about: there is no other condition to wait for.
        let (_never, waiting) = std::sync::mpsc::channel::<()>();
        let _ = waiting.recv_timeout(moment);
        export.kill().unwrap();
        midway += usize::from(!export.wait().unwrap().success());
        for shown in shown_in(&out) {
            assert_eq!(demo.run(&["verify", shown.to_str().unwrap()]).code, 0, "{} looks whole", shown.display());
        }
    }
    println!("{midway} of {kills} exports were killed at their work");
    assert!(midway > 0, "the exports were killed at their work");
    assert_eq!(demo.run(&["audit", "verify"]).code, 0, "the log is whole");
    export(&demo, &["--all"]);
    let hidden = fs::read_dir(&out).unwrap().flatten().filter(|entry| is_hidden(&entry.path())).count();
    assert_eq!(hidden, 0, "nothing of the killed exports lies about");
}

/// Exports into `out` and answers with what was told.
fn export(demo: &Demo, options: &[&str]) -> Value {
    let out = demo.path("out");
    let ran = demo.run(&[&["--json", "export", "--to", out.to_str().unwrap()], options].concat());
    assert!(ran.code == 0, "{} {}", ran.code, ran.stderr);
    ran.lines().remove(0)
}

fn path(exported: &Value) -> PathBuf {
    PathBuf::from(exported["path"].as_str().unwrap())
}

/// What somebody who looks into the folder takes for an export.
fn shown_in(out: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(out).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| !is_hidden(path)).collect()
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}
