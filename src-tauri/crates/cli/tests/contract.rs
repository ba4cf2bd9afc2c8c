//! The command line's contract, from outside: the real program, real files, real exit codes.
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
mod program;

use std::fs;

use program::{Demo, Ran, keys};

#[test]
fn the_demo_folders_become_a_library_that_can_be_listed_and_shown() {
    let demo = Demo::new();
    let synced = demo.run(&["sync", "--json"]).lines();
    let report = |name: &str| synced.iter().find(|line| line["source"] == name && line.get("seen").is_some()).unwrap();
    assert_eq!(report("Calls")["added"], 8, "every call of the folder is new");
    assert_eq!(report("Bridge")["added"], 2);
    assert_eq!(report("Calls")["complete"], true);
    let rows = demo.run(&["list", "--json"]).lines();
    assert_eq!(rows.len(), 10);
    let expected =
        "agent audio direction duration_ms from has_transcript id remote_id source started_at status title to turns";
    assert_eq!(keys(&rows[0]), expected, "the list's fields are a contract");
    assert!(rows.windows(2).all(|two| two[0]["started_at"].as_str() >= two[1]["started_at"].as_str()), "newest first");
    assert!(rows.iter().all(|row| row["duration_ms"].as_i64() > Some(20_000)), "lengths come from the audio");
    let call = demo.run(&["show", rows[0]["id"].as_str().unwrap(), "--json"]).lines().remove(0);
    assert_eq!(call["transcript"]["turns"][0]["timing"], "source");
    assert_eq!(call["recordings"][0]["codec"], "MP3");
    assert_eq!(call["recordings"][0]["channels"], 2);
}

#[test]
fn a_second_sync_finds_nothing_new_and_touches_no_row() {
    let demo = Demo::synced();
    let before = demo.run(&["list", "--json"]).stdout;
    let database = || fs::read(demo.path("library/library.db")).unwrap();
    let bytes = database();
    let again = demo.run(&["sync", "Calls", "--json"]).lines();
    assert_eq!(again.len(), 1, "an unchanged call is not reported: {again:?}");
    assert_eq!(again[0]["unchanged"], 8);
    assert_eq!((&again[0]["added"], &again[0]["updated"]), (&0.into(), &0.into()));
    assert_eq!(demo.run(&["list", "--json"]).stdout, before);
    assert!(database() == bytes, "not a byte of the database differs");
}

#[test]
fn pages_reach_every_call_once() {
    let demo = Demo::synced();
    let (mut seen, mut after) = (Vec::new(), None::<String>);
    loop {
        let mut args = vec!["list", "--json", "--limit", "3", "--sort", "duration"];
        args.extend(after.iter().flat_map(|cursor| ["--after", cursor.as_str()]));
        let lines = demo.run(&args).lines();
        after = lines.last().and_then(|line| line["next"].as_str().map(str::to_owned));
        seen.extend(lines.iter().filter_map(|line| line["id"].as_str().map(str::to_owned)));
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 10);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 10, "no call comes twice");
}

#[test]
fn search_finds_turns_and_marks_what_matched() {
    let demo = Demo::synced();
    let hits = demo.run(&["search", "moving", "--json"]).lines();
    assert!(!hits.is_empty());
    let fields = "call end_ms match role score snippet source speaker start_ms started_at turn";
    assert_eq!(keys(&hits[0]), fields, "the hits' fields are a contract");
    let (from, to) = (hits[0]["match"][0][0].as_u64().unwrap(), hits[0]["match"][0][1].as_u64().unwrap());
    let marked: String =
        hits[0]["snippet"].as_str().unwrap().chars().skip(from as usize).take((to - from) as usize).collect();
    assert_eq!(marked.to_lowercase(), "moving");
    let count = demo.run(&["search", "moving", "--count", "--json"]).lines().remove(0);
    assert_eq!(count["turns"].as_u64(), Some(hits.len() as u64));
    assert!(demo.run(&["search", "xylophone", "--json"]).lines().is_empty());
    let odd = demo.run(&["search", "\"moving", "--json"]);
    assert_eq!(odd.code, 0, "a query that cannot be parsed is searched as plain words");
    assert!(odd.stderr.contains("plain words"), "and a note says so: {}", odd.stderr);
}

#[test]
fn filters_narrow_and_a_day_includes_its_end() {
    let demo = Demo::synced();
    let list = |filters: &[&str]| demo.run(&[&["list", "--json", "--utc"], filters].concat()).lines().len();
    assert_eq!(list(&["--source", "Bridge"]), 2);
    assert_eq!(list(&["--from", "2026-11-18", "--to", "2026-11-18", "--source", "Calls"]), 1);
    assert_eq!(list(&["--number", "(718) 555-0166"]), 1, "a number is found however it is written");
    assert_eq!(list(&["--min-duration", "120000"]), 1);
    assert_eq!(list(&["--has-transcript", "no", "--source", "Calls"]), 1);
    assert_eq!(list(&["--audio", "available"]), 10);
    assert_eq!(list(&["--direction", "outbound"]), 1);
}

#[test]
fn fetched_audio_is_the_sources_bytes_with_their_hash() {
    let demo = Demo::synced();
    let lines = demo.run(&["fetch", "--all", "--json"]).lines();
    let totals = lines.last().unwrap();
    assert_eq!((&totals["total"], &totals["cached"]), (&10.into(), &10.into()));
    assert!(lines[..10].iter().all(|line| line["tier"] == "provider" && line["sha256"].as_str().unwrap().len() == 64));
    let again = demo.run(&["fetch", "--all", "--json"]).lines();
    assert!(again[..10].iter().all(|line| line["tier"] == "local"), "a second fetch asks nobody");
    let status = demo.run(&["cache", "status", "--json"]).lines().remove(0);
    assert_eq!(status["files"], 10);
    assert_eq!(demo.run(&["list", "--audio", "cached", "--json"]).lines().len(), 10);
    assert_eq!(demo.run(&["library", "check", "--json"]).code, 0);
}

#[test]
fn what_is_rendered_is_as_long_as_was_asked() {
    let demo = Demo::synced();
    for row in demo.run(&["list", "--json"]).lines() {
        let id = row["id"].as_str().unwrap();
        let out = demo.path("out.wav");
        let part = ["render", id, "--out", out.to_str().unwrap(), "--at", "5000", "--for", "4000", "--speed", "2"];
        assert_eq!(demo.run(&part).code, 0, "{row}");
        let wav = hound::WavReader::open(&out).unwrap();
        let ms = u64::from(wav.duration()) * 1000 / u64::from(wav.spec().sample_rate);
        assert!((1_950..=2_050).contains(&ms), "four seconds at double speed are two, not {ms} ms: {row}");
        assert_eq!(wav.spec().bits_per_sample, 16);
    }
}

#[test]
fn each_party_can_be_heard_alone() {
    let demo = Demo::synced();
    let stereo = demo.run(&["list", "--json", "--min-duration", "120000"]).lines().remove(0);
    let energy = |channel: &str| {
        let out = demo.path(channel);
        let id = stereo["id"].as_str().unwrap();
        let args = ["render", id, "--out", out.to_str().unwrap(), "--for", "4000", "--channel", channel];
        assert_eq!(demo.run(&args).code, 0);
        let mut wav = hound::WavReader::open(&out).unwrap();
        assert_eq!(wav.spec().channels, 1);
        wav.samples::<i16>().map(|s| f64::from(s.unwrap()).powi(2)).sum::<f64>()
    };
    assert!(energy("left") > 20.0 * energy("right"), "the agent speaks first, on the left");
}

#[test]
fn a_renamed_file_keeps_its_call() {
    let demo = Demo::copied();
    demo.run(&["sync"]);
    let id = |demo: &Demo| demo.run(&["list", "--json", "--number", "7185550166"]).lines()[0]["id"].to_string();
    let before = id(&demo);
    let billing = demo.path("copy/billing");
    for extension in ["wav", "json"] {
        let old = billing.join(format!("2026-11-10_16-33-00_inbound_+17185550166.{extension}"));
        fs::rename(old, billing.join(format!("2026-11-10_16-33-00_moved_+17185550166.{extension}"))).unwrap();
    }
    let synced = demo.run(&["sync", "--json"]).lines();
    assert_eq!(synced.last().unwrap()["added"], 0, "{synced:?}");
    assert_eq!(synced.last().unwrap()["vanished"], 0);
    assert_eq!(id(&demo), before);
    assert_eq!(demo.run(&["fetch", "--all"]).code, 0, "its audio is found under the new name");
}

#[test]
fn a_removed_file_marks_its_call_and_loses_nothing() {
    let demo = Demo::copied();
    demo.run(&["sync"]);
    demo.run(&["fetch", "--all"]);
    fs::remove_dir_all(demo.path("copy/support")).unwrap();
    let report = demo.run(&["sync", "--json"]).lines().pop().unwrap();
    assert_eq!(report["vanished"], 2);
    assert_eq!(demo.run(&["list", "--json"]).lines().len(), 8, "the calls stay");
    let out = demo.path("kept.wav");
    let gone = demo.run(&["list", "--json", "--number", "4155550132"]).lines().remove(0);
    let args = ["render", gone["id"].as_str().unwrap(), "--out", out.to_str().unwrap()];
    assert_eq!(demo.run(&args).code, 0, "what was fetched can still be heard");
}

#[test]
fn broken_files_are_named_and_the_rest_goes_in() {
    let demo = Demo::copied();
    fs::write(demo.path("copy/call_7.wav"), [0u8; 1024]).unwrap();
    fs::write(demo.path("copy/page.mp3"), "<!doctype html><title>502</title>").unwrap();
    let synced = demo.run(&["sync", "--json"]);
    let report = synced.lines().pop().unwrap();
    assert_eq!(report["complete"], true);
    assert!(report["added"].as_i64() >= Some(8), "{report}");
    let failed = demo.run(&["list", "--json", "--audio", "failed"]).lines();
    assert_eq!(failed.len(), 2, "both are calls whose audio cannot be read");
    for row in &failed {
        let shown = demo.run(&["show", row["id"].as_str().unwrap(), "--json"]).lines().remove(0);
        let attempt = &shown["recordings"][0]["attempts"][0];
        assert_eq!(attempt["outcome"], "invalid");
        assert!(attempt["detail"].as_str().unwrap().contains("unreadable"), "{attempt}");
    }
    assert_eq!(demo.run(&["fetch", "--all"]).code, 3, "done in part");
}

#[test]
fn failures_say_what_and_exit_as_promised() {
    let demo = Demo::synced();
    let missing = demo.run(&["show", "00000000-dead", "--json"]);
    assert_eq!(missing.code, 1);
    let error: serde_json::Value = serde_json::from_str(missing.stderr.trim()).unwrap();
    assert_eq!(error["error"]["code"], "not_found");
    for usage in [&["list", "--from", "yesterday"][..], &["frobnicate"], &["source", "add", "gopher", "X"], &["fetch"]]
    {
        let refused = demo.run(usage);
        assert_eq!(refused.code, 2, "{usage:?}");
        assert_eq!(refused.stderr.lines().count(), 1, "an error is one line: {}", refused.stderr);
        let refused = demo.run(&[usage, &["--json"]].concat());
        let error: serde_json::Value = serde_json::from_str(refused.stderr.trim()).unwrap();
        assert_eq!((refused.code, &error["error"]["code"]), (2, &"invalid".into()));
    }
    assert_eq!(demo.run(&["render", "--help"]).code, 0);
    assert_eq!(demo.run(&["source", "add", "folder", "Calls", "--path", "/tmp"]).code, 1, "the name is taken");
    let nowhere = demo.run(&["source", "add", "folder", "Nowhere", "--path", "/no/such/folder"]);
    assert_eq!(nowhere.code, 0, "a disk may be unplugged when its source is added");
    let unreachable = demo.run(&["sync", "Nowhere", "--json"]);
    assert_eq!(unreachable.code, 1);
    assert_eq!(unreachable.lines().pop().unwrap()["error"]["code"], "unreachable");
    assert_eq!(demo.run(&["source", "test", "Nowhere"]).code, 1);
    assert_eq!(demo.run(&["sync"]).code, 3, "the other sources go in");
}

#[test]
fn of_several_recordings_the_first_that_can_be_heard_is_heard() {
    let demo = Demo::copied();
    let folder = demo.path("copy/deliveries");
    let whole = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let whole = whole.filter(|path| path.extension().is_some_and(|kind| kind == "wav")).min().unwrap();
    fs::copy(&whole, folder.join("twice.wav")).unwrap();
    fs::write(folder.join("twice.aiff"), [0; 512]).unwrap();
    demo.run(&["sync"]);
    let out = demo.path("heard.wav");
    let heard = demo.run(&["render", "Copy:deliveries/twice", "--out", out.to_str().unwrap()]);
    assert_eq!(heard.code, 0, "{}", heard.stderr);
}

#[test]
fn a_check_of_a_damaged_library_names_the_damage() {
    let demo = Demo::synced();
    let database = demo.path("library/library.db");
    let whole = fs::read(&database).unwrap();
    fs::write(&database, &whole[..whole.len() / 8192 * 4096]).unwrap();
    let checked = demo.run(&["library", "check", "--json"]);
    assert_eq!(checked.code, 4, "{}", checked.stderr);
    assert_eq!(checked.lines()[0]["valid"], false);
    assert_eq!(demo.run(&["list"]).code, 1);
}

#[test]
fn a_backup_brings_the_library_back() {
    let demo = Demo::synced();
    let backup = demo.path("backup.db");
    assert_eq!(demo.run(&["library", "backup", backup.to_str().unwrap()]).code, 0);
    assert_eq!(demo.run(&["source", "remove", "Calls", "--forget-calls"]).code, 0);
    assert_eq!(demo.run(&["list", "--json"]).lines().len(), 2);
    let restored = demo.run(&["library", "restore", backup.to_str().unwrap(), "--json"]);
    assert_eq!(restored.code, 0, "{}", restored.stderr);
    assert_eq!(demo.run(&["list", "--json"]).lines().len(), 10);
}

#[test]
fn a_removed_source_leaves_its_calls_unless_told_otherwise() {
    let demo = Demo::synced();
    let Ran { code, .. } = demo.run(&["source", "remove", "Bridge"]);
    assert_eq!(code, 0);
    assert_eq!(demo.run(&["list", "--json"]).lines().len(), 10);
    assert_eq!(demo.run(&["source", "list", "--json"]).lines().len(), 1);
}
