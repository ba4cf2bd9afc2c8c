//! Runs the program on a library of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A library on the demo calls, in a directory of its own.
pub struct Demo {
    dir: tempfile::TempDir,
}

/// What a run of the program gave.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Demo {
    /// With the demo calls as sources, not yet synchronised.
    pub fn new() -> Self {
        let demo = Self { dir: tempfile::tempdir().unwrap() };
        demo.add("folder", "Calls", &fixtures().join("calls"));
        demo.add("twilio-bridge", "Bridge", &fixtures().join("twilio-bridge"));
        demo
    }

    /// The same, synchronised.
    pub fn synced() -> Self {
        let demo = Self::new();
        assert_eq!(demo.run(&["sync"]).code, 0);
        demo
    }

    /// With a copy of the demo folder, `copy`, that a test may change.
    pub fn copied() -> Self {
        let demo = Self { dir: tempfile::tempdir().unwrap() };
        copy(&fixtures().join("calls"), &demo.path("copy"));
        demo.add("folder", "Copy", &demo.path("copy"));
        demo
    }

    /// A copy of this one's library, which nobody may have open.
    pub fn another(&self) -> Self {
        let other = Self { dir: tempfile::tempdir().unwrap() };
        copy(&self.path("library"), &other.path("library"));
        other
    }

    /// A path beside the library.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs the program to its end.
    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_with(&[], args)
    }

    /// The same with more in its environment.
    pub fn run_with(&self, environment: &[(&str, &str)], args: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_turnstone"))
            .args(args)
            .env("TURNSTONE_LIBRARY", self.path("library"))
            .env("TZ", "America/Chicago")
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        Ran {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn add(&self, kind: &str, name: &str, path: &Path) {
        let added = self.run(&["source", "add", kind, name, "--path", path.to_str().unwrap()]);
        assert_eq!(added.code, 0, "{}", added.stderr);
    }
}

impl Ran {
    /// Standard output as one JSON value per line.
    pub fn lines(&self) -> Vec<Value> {
        let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"));
        self.stdout.lines().map(parse).collect()
    }
}

/// An object's fields in alphabetical order.
pub fn keys(object: &Value) -> String {
    let mut keys: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys.join(" ")
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/demo")
}

/// Copies a tree, with the times of writing well in the past, so that no file seems to be still being written.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
            let settled = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
            fs::File::options().write(true).open(&target).unwrap().set_modified(settled).unwrap();
        }
    }
}
