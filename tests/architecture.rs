//! The house rules of ARCHITECTURE.md, checked on the crates and the sources as they are.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Which of our own crates each crate may use, in its program; tests may use `testkit` besides.
const MATRIX: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("source", &["model"]),
    ("library", &["model"]),
    ("cache", &["model"]),
    ("audio", &["model"]),
    ("evidence", &["model"]),
    ("sync", &["model", "source", "library"]),
    ("app", &["model", "source", "library", "sync", "cache", "audio", "evidence"]),
    ("bridge", &["app", "model"]),
    ("cli", &["app", "model"]),
    ("desktop", &["app", "bridge"]),
    ("testkit", &["app", "audio", "library", "model", "source"]),
    ("bench", &["app", "audio", "library", "model", "source", "sync", "testkit"]),
    ("xtask", &[]),
    ("acceptance", &[]),
];

/// Names what the others must not.
const THIS_FILE: &str = "tests/architecture.rs";

#[test]
fn crates_depend_on_each_other_only_as_the_flow_allows() {
    let found = own_dependencies("normal");
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        MATRIX.iter().map(|(name, uses)| (*name, uses.iter().copied().collect())).collect();
    for (name, uses) in &found {
        let may =
            allowed.get(name.as_str()).unwrap_or_else(|| panic!("{name} is not in the matrix: add it on purpose"));
        for used in uses {
            assert!(may.contains(used.as_str()), "{name} must not depend on {used}");
        }
    }
    assert_eq!(found.len(), allowed.len(), "the matrix names a crate that does not exist");
}

#[test]
fn only_the_shell_sees_tauri() {
    for (name, dependencies) in all_dependencies() {
        let tauri: Vec<_> = dependencies.iter().filter(|d| d.starts_with("tauri")).collect();
        assert!(name == "desktop" || tauri.is_empty(), "{name} depends on {tauri:?}");
    }
}

#[test]
fn only_the_library_and_the_foreign_database_know_sql() {
    for file in rust_files() {
        let path = relative(&file);
        let may = path.starts_with("src-tauri/crates/library/")
            || path.starts_with("src-tauri/crates/source/src/twilio_bridge/database")
            || path.starts_with("src-tauri/crates/source/src/twilio_bridge/tests")
            || path.starts_with("src-tauri/crates/bench/")
            || path.starts_with("src-tauri/crates/testkit/")
            || path == THIS_FILE;
        assert!(may || !code(&file).contains("rusqlite"), "{path} uses rusqlite");
    }
}

#[test]
fn only_the_bridge_describes_types_to_the_window() {
    for file in rust_files() {
        let path = relative(&file);
        let may = path.starts_with("src-tauri/crates/bridge/") || path == THIS_FILE;
        assert!(may || !code(&file).contains("ts_rs"), "{path} uses ts_rs");
    }
}

#[test]
fn nothing_but_source_http_opens_a_socket() {
    let doors = ["TcpStream", "TcpListener", "UdpSocket", "reqwest", "ureq"];
    for file in rust_files() {
        let path = relative(&file);
        let may = path.starts_with("src-tauri/crates/source/src/http")
            || path.starts_with("src-tauri/crates/testkit/")
            || path == THIS_FILE;
        let text = code(&file);
        for door in doors {
            assert!(may || !text.contains(door), "{path} uses {door}");
        }
    }
}

#[test]
fn libraries_neither_print_nor_sleep_nor_read_the_clock_in_passing() {
    let programs = [
        "src-tauri/crates/cli/",
        "src-tauri/crates/xtask/",
        "src-tauri/crates/bench/",
        "src-tauri/src/window.rs",
        "src-tauri/build.rs",
    ];
    for file in rust_files() {
        let path = relative(&file);
        if programs.iter().any(|program| path.starts_with(program)) || is_test(&path) {
            continue;
        }
        let text = program_part(&code(&file));
        for print in ["println!", "eprintln!", "print!(", "dbg!"] {
            assert!(!text.contains(print), "{path} prints with {print}");
        }
        assert!(!text.contains("SystemTime::now()") || path.ends_with("/clock.rs"), "{path} reads the clock itself");
    }
}

#[test]
fn tests_never_sleep_and_are_never_ignored() {
    for file in rust_files() {
        let path = relative(&file);
        if path == THIS_FILE {
            continue;
        }
        let text = code(&file);
        let tests = if is_test(&path) { text.as_str() } else { text.split("#[cfg(test)]").nth(1).unwrap_or("") };
        assert!(!tests.contains("thread::sleep"), "{path} sleeps in a test");
        assert!(!text.contains("#[ignore"), "{path} ignores a test");
    }
}

#[test]
fn files_stay_small_and_are_named_after_the_domain() {
    let patterns = ["manager", "service", "helper", "util", "utils", "misc", "common"];
    for file in rust_files().into_iter().chain(ui_files()) {
        let path = relative(&file);
        if path.ends_with("generated.ts") {
            continue;
        }
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= 500, "{path} has {lines} lines: split it by meaning");
        let stem = file.file_stem().unwrap().to_string_lossy().to_lowercase();
        let words: Vec<&str> = stem.split(['_', '-', '.']).collect();
        assert!(!words.iter().any(|word| patterns.contains(word)), "{path} is named after a pattern, not the domain");
    }
}

#[test]
fn only_one_file_of_the_window_knows_tauri_and_none_injects_html() {
    for file in ui_files() {
        let path = relative(&file);
        let text = fs::read_to_string(&file).unwrap();
        assert!(path == "ui/src/bridge/tauri.ts" || !text.contains("@tauri-apps"), "{path} imports @tauri-apps");
        for danger in ["{@html", "innerHTML", "insertAdjacentHTML", "eval(", "new Function("] {
            assert!(!text.contains(danger), "{path} uses {danger}: text from sources must stay text");
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn relative(file: &Path) -> String {
    file.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/")
}

fn rust_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for top in ["src-tauri", "tests"] {
        walk(&root().join(top), &["rs"], &mut found);
    }
    assert!(found.len() > 50, "the walk must find the sources");
    found
}

fn ui_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(&root().join("ui/src"), &["ts", "svelte"], &mut found);
    assert!(found.len() > 20, "the walk must find the window's sources");
    found
}

fn walk(dir: &Path, extensions: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() && entry.file_name() != "node_modules" {
            walk(&path, extensions, found);
        } else if path.extension().is_some_and(|e| extensions.iter().any(|x| e == *x)) {
            found.push(path);
        }
    }
}

/// A file without its comments, so that a rule may be spoken about.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn program_part(text: &str) -> String {
    text.split("#[cfg(test)]\nmod ").next().unwrap_or("").to_owned()
}

fn is_test(path: &str) -> bool {
    path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("/tests.rs") || path.contains("/testkit/")
}

fn own_dependencies(kind: &str) -> BTreeMap<String, BTreeSet<String>> {
    dependencies(|dependency| dependency["kind"].as_str().unwrap_or("normal") == kind)
        .into_iter()
        .map(|(name, uses)| {
            (name, uses.into_iter().filter_map(|d| d.strip_prefix("turnstone-").map(String::from)).collect())
        })
        .collect()
}

fn all_dependencies() -> BTreeMap<String, BTreeSet<String>> {
    dependencies(|_| true)
}

fn dependencies(keep: impl Fn(&Value) -> bool) -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| {
            let name = package["name"].as_str().unwrap().trim_start_matches("turnstone-").to_owned();
            let uses = package["dependencies"].as_array().unwrap().iter().filter(|d| keep(d));
            (name, uses.map(|d| d["name"].as_str().unwrap().to_owned()).collect())
        })
        .collect()
}
