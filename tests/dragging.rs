//! A recording is dragged out of the window as a file with its original bytes, and the audit log knows of it first.

use std::fs;
use std::path::{Path, PathBuf};

use app::{App, AuditFilter, DragEnd, FaultCode};
use serde_json::Value;
use testkit::sandbox::Truth;

use crate::desk::{Desk, files_below};
use crate::served::Served;

#[test]
fn what_is_dropped_has_the_original_bytes_and_a_safe_name_and_stays() {
    let desk = Desk::new();
    let name = "$(rm)   \u{202e}gpj +15125550143.wav";
    desk.folder.recording(name, 1, 300);
    desk.sync();
    let call = desk.call(&desk.remote_ids()[0]);
    desk.fetch(call.row.id);
    let mut seen = None;
    let carry = |file: &Path| {
        assert_eq!(entries(&desk.app).len(), 1, "it is recorded before the pointer has it");
        seen = Some(file.to_owned());
        Ok(DragEnd::Dropped)
    };
    assert_eq!(desk.app.drag_out(call.row.id, call.recordings[0].id, carry).unwrap(), DragEnd::Dropped);
    let file = seen.unwrap();
    assert!(
        fs::read(&file).unwrap() == fs::read(desk.folder.place(name)).unwrap(),
        "it stays for whoever reads it later"
    );

    let dropped = file.file_name().unwrap().to_str().unwrap();
    assert!(dropped.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c)), "{dropped}");
    assert!(
        !dropped.contains("5125550143") && !dropped.contains("gpj"),
        "nothing of the source's own words: {dropped}"
    );
    let id = call.row.id.0.simple().to_string();
    assert!(dropped.ends_with(&format!("_{}.wav", &id[..8])), "{dropped}");

    let [(object, detail)] = &entries(&desk.app)[..] else { panic!("one entry") };
    assert_eq!(object.as_deref(), Some(call.row.id.to_string().as_str()));
    assert_eq!((detail["audio"].as_str(), detail["dragged_out"].as_bool()), (Some("original"), Some(true)));
    assert_eq!(detail["recording"], call.recordings[0].id.to_string());
}

#[cfg(unix)]
#[test]
fn only_this_user_can_read_what_is_dragged() {
    use std::os::unix::fs::PermissionsExt;
    let desk = here();
    drag(&desk, Ok(DragEnd::Dropped)).unwrap();
    let folder = desk.app.library_dir().join("dragged");
    assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn what_is_dropped_nowhere_goes_at_once_and_is_taken_back_in_the_log() {
    let desk = here();
    assert_eq!(drag(&desk, Ok(DragEnd::Nowhere)), Ok(DragEnd::Nowhere));
    assert_eq!(drag(&desk, Err("no pointer".into())).unwrap_err(), FaultCode::Invalid);
    assert_eq!(copies(&desk), [] as [PathBuf; 0]);
    let log = entries(&desk.app);
    let failed: Vec<&str> = log.iter().filter_map(|(_, detail)| detail["failed"].as_str()).collect();
    assert_eq!(failed, ["no pointer", "dropped nowhere"]);
    assert_eq!(log[0].1["export"], log[1].1["export"], "the entry says which one it takes back");
}

#[test]
fn a_file_that_is_not_what_was_fetched_is_not_handed_over() {
    let desk = here();
    let file = desk.cached_files().remove(0);
    let mut bytes = fs::read(&file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&file, bytes).unwrap();
    assert_eq!(drag_with(&desk, |_| panic!("nothing is dragged")), Err(FaultCode::Unreadable));
    fs::remove_file(&file).unwrap();
    assert_eq!(drag_with(&desk, |_| panic!("nothing is dragged")), Err(FaultCode::NoAudio));
    assert_eq!(copies(&desk), [] as [PathBuf; 0], "nothing is left of it");
    assert_eq!(entries(&desk.app), [], "and nothing was exported");
}

#[test]
fn a_server_that_keeps_a_trail_of_downloads_hears_of_what_was_dropped_and_of_nothing_else() {
    let served = Served::new("vapi-backend", Truth::small(1));
    served.sync();
    served.fetch_all();
    let asked = || served.server().seen().iter().filter(|seen| seen.asked.path.contains("recording")).count();
    let before = asked();
    let call = served.app.call(served.app.newest_call().unwrap().unwrap()).unwrap();
    let drag = |end| served.app.drag_out(call.row.id, call.recordings[0].id, |_| Ok(end)).unwrap();
    drag(DragEnd::Nowhere);
    served.sync();
    assert_eq!(asked() - before, 0, "nothing was handed on");
    drag(DragEnd::Dropped);
    assert_eq!(asked() - before, 1, "told at once");
    served.sync();
    assert_eq!(asked() - before, 1, "and once");
}

/// With one recording, `call.wav`, in the cache.
fn here() -> Desk {
    let desk = Desk::with_one_call();
    desk.fetch(desk.id("call"));
    desk
}

fn drag(desk: &Desk, end: Result<DragEnd, String>) -> Result<DragEnd, FaultCode> {
    drag_with(desk, |file| {
        assert!(file.is_file());
        end
    })
}

fn drag_with(desk: &Desk, carry: impl FnOnce(&Path) -> Result<DragEnd, String>) -> Result<DragEnd, FaultCode> {
    let call = desk.call("call");
    desk.app.drag_out(call.row.id, call.recordings[0].id, carry).map_err(|fault| fault.code)
}

fn copies(desk: &Desk) -> Vec<PathBuf> {
    files_below(desk.app.library_dir().join("dragged"))
}

/// The exports in the audit log, newest first: of what, and the detail.
fn entries(app: &App) -> Vec<(Option<String>, Value)> {
    let filter = AuditFilter { action: Some("export".into()), ..AuditFilter::default() };
    let lines = app.audit_log(&filter, None, 1_000).unwrap().0.into_iter();
    lines.map(|line| (line.entry.object, serde_json::from_str(&line.entry.detail).unwrap())).collect()
}
