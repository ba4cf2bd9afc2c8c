//! `case` and `--case`, from outside.
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
mod program;

use program::{Demo, keys};
use serde_json::Value;

#[test]
fn a_case_is_made_filled_shown_emptied_and_removed() {
    let demo = Demo::synced();
    let add =
        ["case", "add", "Smith v. Jones", "--number", "2026-17", "--purpose", "A crown", "--person", "Kim", "--json"];
    let made = demo.run(&add).lines().remove(0);
    assert_eq!(keys(&made), "calls completeness id made_at name number person purpose", "the fields are a contract");
    assert_eq!(keys(&made["completeness"]), "calls gone here never_recorded to_fetch");
    assert_eq!((&made["number"], &made["calls"]), (&"2026-17".into(), &0.into()));

    let first = demo.run(&["list", "--source", "Bridge", "--json", "--limit", "1"]).lines()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let put = demo.run(&["case", "put", "2026-17", &first, &first, "--json"]).lines().remove(0);
    assert_eq!((&put["put"], &put["calls"]), (&1.into(), &1.into()), "by its number, and once");
    let put = demo.run(&["case", "put", "Smith v. Jones", "--source", "Calls", "--json"]).lines().remove(0);
    assert_eq!((&put["put"], &put["calls"]), (&8.into(), &9.into()));
    let within = |args: &[&str]| demo.run(&[args, &["--case", "2026-17", "--json"]].concat()).lines();
    let listed: Vec<Value> = within(&["list"]);
    assert_eq!((listed.len(), within(&["list", "--source", "Bridge"]).len()), (9, 1));
    let hits = within(&["search", "the"]);
    let is_listed = |hit: &Value| listed.iter().any(|row| row["id"] == hit["call"]);
    assert!(!hits.is_empty() && hits.iter().filter(|hit| hit.get("call").is_some()).all(is_listed));

    assert_eq!(demo.run(&["fetch", "--case", "2026-17", "--quiet"]).code, 0);
    let id = made["id"].as_str().unwrap();
    let shown = demo.run(&["case", "show", id, "--json"]).lines().remove(0);
    assert_eq!(shown["completeness"]["here"], put["calls"], "all of it is here now");
    assert_eq!(demo.run(&["case", "list", "--json"]).lines(), std::slice::from_ref(&shown));
    assert_eq!(demo.run(&["cache", "status", "--json"]).lines()[0]["held"], put["calls"]);
    let call = demo.run(&["show", &first, "--json"]).lines().remove(0);
    assert_eq!(call["cases"][0]["name"], "Smith v. Jones");

    let taken = demo.run(&["case", "take", id, &first, "--json"]).lines().remove(0);
    assert_eq!((&taken["taken"], demo.run(&["case", "take", id, &first]).code), (&1.into(), 0));
    let removed = demo.run(&["case", "remove", "2026-17", "--json"]).lines().remove(0);
    assert_eq!(removed["calls"], taken["calls"]);
    assert_eq!(demo.run(&["case", "list", "--json"]).stdout, "");
    assert_eq!(demo.run(&["list", "--json"]).lines().len(), 10, "the calls stay");
}

#[test]
fn what_makes_no_sense_is_said_in_one_line() {
    let demo = Demo::synced();
    assert_eq!(demo.run(&["case", "add", "A", "--number", "7"]).code, 0);
    assert_eq!(demo.run(&["case", "add", "B", "--number", "7"]).code, 0);
    let wrong = |args: &[&str], code: i32, word: &str| {
        let ran = demo.run(&[args, &["--json"]].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (code, ""), "{args:?}: {}", ran.stderr);
        let error: Value = serde_json::from_str(ran.stderr.trim()).unwrap();
        assert_eq!(error["error"]["code"], word, "{args:?}: {}", ran.stderr);
    };
    wrong(&["case", "put", "A"], 2, "invalid");
    wrong(&["case", "take", "A"], 2, "invalid");
    wrong(&["case", "show", "Lost"], 1, "not_found");
    wrong(&["list", "--case", "Lost"], 1, "not_found");
    wrong(&["case", "show", "7"], 1, "ambiguous");
    wrong(&["case", "add", "A"], 1, "invalid");
    wrong(&["case", "add", " "], 1, "invalid");
    wrong(&["case", "add", "a\u{1b}[2J"], 1, "invalid");
    wrong(&["case", "put", "A", "00000000-0000-0000-0000-000000000000"], 1, "not_found");
}

#[test]
fn forgetting_a_source_says_which_of_its_calls_stay_and_why() {
    let demo = Demo::synced();
    demo.run(&["case", "add", "A"]);
    assert_eq!(demo.run(&["case", "put", "A", "--source", "Bridge"]).code, 0);
    let removed = demo.run(&["source", "remove", "Bridge", "--forget-calls", "--json"]);
    assert_eq!((removed.code, &removed.lines()[0]["calls_left"]), (0, &2.into()));
    assert!(removed.stderr.contains("2 calls stay") && removed.stderr.contains("case"), "{}", removed.stderr);
    let removed = demo.run(&["source", "remove", "Calls", "--forget-calls"]);
    assert_eq!((removed.code, removed.stderr.as_str()), (0, ""), "nothing of it is held");
    assert_eq!(demo.run(&["list", "--json"]).lines().len(), 2);
}
