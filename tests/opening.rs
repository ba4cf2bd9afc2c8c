//! A library has one owner, is never opened by a program that does not understand it, and keeps its settings.

use std::path::{Path, PathBuf};

use app::{App, Fault, FaultCode, Filter, Options, Settings, Theme};
use testkit::{contents, pretend_schema};

use crate::desk::{Desk, folder_source};

#[test]
fn a_library_has_one_owner_at_a_time() {
    let desk = Desk::with_one_call();
    let second = App::open(Options::to_change(dir(&desk)));
    assert_eq!(code(second), FaultCode::Locked);
    let dir = dir(&desk);
    drop(desk.app);
    assert!(App::open(Options::to_change(dir)).is_ok(), "when the first one is closed the next one may come");
}

#[test]
fn looking_works_beside_the_owner_and_changes_nothing() {
    let desk = Desk::with_one_call();
    let looking = App::open(Options::to_look(dir(&desk))).unwrap();
    assert_eq!(looking.count_calls(&Filter::default()).unwrap(), 1);
    desk.folder.recording("another.wav", 2, 100);
    desk.sync();
    assert_eq!(looking.count_calls(&Filter::default()).unwrap(), 2, "what the owner writes is seen at once");
    let before = contents(desk.app.library_dir());
    for refused in [
        looking.add_source(folder_source(&desk.folder, "Mine")).map(drop),
        looking.remove_source(desk.source, true).map(drop),
        looking.change_settings(Settings::default()).map(drop),
    ] {
        assert_eq!(code(refused), FaultCode::Locked, "only the owner changes anything");
    }
    assert!(before == contents(desk.app.library_dir()));
}

#[test]
fn a_library_of_a_newer_program_is_refused_and_not_touched() {
    let dir = closed_library();
    let schema = App::open(Options::to_look(dir.1.clone())).unwrap().library_status().unwrap().schema;
    pretend_schema(&dir.1, 9_999);
    refused_untouched(&dir.1, FaultCode::NewerSchema);
    pretend_schema(&dir.1, schema.try_into().unwrap());
    let app = App::open(Options::to_change(dir.1)).unwrap();
    assert_eq!(app.count_calls(&Filter::default()).unwrap(), 1, "nothing of it was lost");
}

#[test]
fn a_damaged_library_is_refused_and_not_touched() {
    let dir = closed_library();
    let file = dir.1.join("library.db");
    let whole = std::fs::read(&file).unwrap();
    let zeros_at_the_head = [vec![0; 4_096], whole[4_096..].to_vec()].concat();
    for damaged in [zeros_at_the_head, vec![0; 8_192], b"not a database at all, but long enough to look at".repeat(99)]
    {
        std::fs::write(&file, &damaged).unwrap();
        refused_untouched(&dir.1, FaultCode::Corrupt);
    }
    std::fs::write(&file, whole).unwrap();
    assert!(App::open(Options::to_change(dir.1)).is_ok(), "with the backup in its place it opens again");
}

#[test]
fn settings_are_kept_and_stay_within_their_bounds() {
    let desk = Desk::new();
    let wild =
        Settings { resume_back_ms: -5, theme: Theme::Dark, speed: 99.0, volume: f64::NAN, person: String::new() };
    let tame = Settings { resume_back_ms: 0, theme: Theme::Dark, speed: 3.0, volume: 1.0, person: String::new() };
    assert_eq!(desk.app.change_settings(wild).unwrap(), tame);
    let (dir, home) = (dir(&desk), desk.home);
    drop(desk.app);
    let again = App::open(Options::to_change(dir)).unwrap();
    assert_eq!(again.settings().unwrap(), tame, "also after the program was closed");
    drop(home);
}

/// A library with one call that nobody has open, in a folder that goes when the first value is dropped.
fn closed_library() -> (tempfile::TempDir, PathBuf) {
    let desk = Desk::with_one_call();
    let dir = dir(&desk);
    drop(desk.app);
    (desk.home, dir)
}

fn refused_untouched(dir: &Path, expected: FaultCode) {
    let file = dir.join("library.db");
    let before = std::fs::read(&file).unwrap();
    for options in [Options::to_change(dir.to_owned()), Options::to_look(dir.to_owned())] {
        assert_eq!(code(App::open(options)), expected);
        assert!(std::fs::read(&file).unwrap() == before, "not a byte may change");
        let log = std::fs::metadata(dir.join("library.db-wal")).map_or(0, |file| file.len());
        assert_eq!(log, 0, "nor may a change of it be prepared beside it");
    }
}

fn dir(desk: &Desk) -> PathBuf {
    desk.app.library_dir().to_owned()
}

fn code<T>(result: Result<T, Fault>) -> FaultCode {
    result.err().expect("it is refused").code
}
