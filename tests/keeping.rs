//! What is in the cache stays as it was fetched, as long as it is wanted, and no longer.

use std::collections::BTreeSet;
use std::fs;

use app::{App, Filter, Options};
use model::{AudioState, CallId, Cancel, Outcome, Tier};
use testkit::wav;

use crate::desk::Desk;

/// A second of the recordings of these tests, with its header.
const SECOND: u64 = 16_044;

#[test]
fn a_cached_file_of_which_a_bit_fell_over_is_found_and_fetched_again() {
    let desk = Desk::with_one_call();
    let file = desk.fetch(desk.id("call")).file.unwrap();
    let mut bytes = fs::read(&file).unwrap();
    bytes[9_000] ^= 1;
    fs::write(&file, bytes).unwrap();
    assert_eq!(desk.app.check_library().unwrap(), [] as [&str; 0], "its length is right");

    let rehearsal = desk.app.sweep(true, &Cancel::new()).unwrap();
    assert_eq!((rehearsal.damaged.len(), rehearsal.verified), (1, 0));
    assert!(file.exists(), "a rehearsal changes nothing");

    assert_eq!(desk.app.sweep(false, &Cancel::new()).unwrap(), rehearsal);
    let recording = desk.call("call").recordings.remove(0);
    assert_eq!(recording.state, AudioState::Available);
    let last = recording.attempts.last().unwrap();
    assert_eq!((last.tier, last.outcome), (Tier::Local, Outcome::Invalid), "why is kept");
    assert!(!file.exists());
    let again = desk.fetch(desk.id("call"));
    assert_eq!(fs::read(again.file.unwrap()).unwrap(), wav(1, 1_000));
    assert_eq!(desk.app.sweep(false, &Cancel::new()).unwrap().verified, 1);
}

#[test]
fn a_damaged_file_that_cannot_be_fetched_again_is_left_as_it_is() {
    let desk = Desk::with_one_call();
    let file = desk.fetch(desk.id("call")).file.unwrap();
    desk.folder.remove("call.wav");
    desk.sync();
    let mut bytes = fs::read(&file).unwrap();
    bytes[9_000] ^= 1;
    fs::write(&file, bytes).unwrap();
    let swept = desk.app.sweep(false, &Cancel::new()).unwrap();
    assert_eq!((swept.damaged_but_kept.len(), swept.damaged.len()), (1, 0));
    assert!(file.exists(), "nearly all of it is better than nothing");
}

#[test]
fn a_sweep_removes_what_nobody_speaks_of_and_nothing_else() {
    let desk = Desk::with_one_call();
    let file = desk.fetch(desk.id("call")).file.unwrap();
    let folder = file.parent().unwrap();
    let prefix = folder.file_name().unwrap().to_str().unwrap();
    let orphan = folder.join(format!("{prefix}{}.mp3", "0".repeat(30)));
    let (fresh, notes) = (folder.join(format!("{prefix}{}.part", "1".repeat(30))), folder.join("notes.txt"));
    [&orphan, &fresh, &notes].into_iter().for_each(|path| fs::write(path, "x").unwrap());
    assert_eq!(desk.app.cache_status().unwrap().partials, 1);

    let swept = desk.app.sweep(false, &Cancel::new()).unwrap();
    assert_eq!((swept.orphans.len(), swept.partials, swept.verified), (1, 0, 1));
    assert!(!orphan.exists());
    assert!(file.exists() && fresh.exists() && notes.exists(), "a beginning has a week; what is not ours stays");
}

#[test]
fn deleting_only_the_audio_at_its_source_keeps_what_is_here() {
    let desk = Desk::new();
    desk.folder.recording("call.wav", 1, 1_000);
    desk.folder.transcript("call.vtt", 2);
    desk.sync();
    desk.fetch(desk.id("call"));
    desk.folder.remove("call.wav");
    assert_eq!(desk.sync().run.updated, 1);
    let call = desk.call("call");
    assert_eq!(call.row.audio, Some(AudioState::Cached));
    assert!(call.recordings[0].gone, "gone at the source, kept here");
    assert_eq!(desk.fetch(call.row.id).tier, Some(Tier::Local));
    assert_eq!(desk.app.sweep(false, &Cancel::new()).unwrap().orphans, [] as [&str; 0]);
}

#[test]
fn over_its_limit_the_cache_lets_go_of_what_was_not_heard_for_longest_but_not_of_what_is_pinned() {
    let desk = Desk::new();
    let calls = with_calls(&desk, 4);
    calls.iter().for_each(|call| drop(desk.fetch(*call)));
    desk.app.pin(&calls[..1]).unwrap();
    desk.render(calls[1], crate::desk::ALL_OF_IT).unwrap();
    let left = desk.app.set_cache_limit(Some(2 * SECOND)).unwrap();
    // Two that came within one millisecond go in either order.
    let gone: BTreeSet<CallId> = left.iter().map(|one| one.call).collect();
    assert_eq!(gone, BTreeSet::from([calls[2], calls[3]]), "one is pinned, one was just heard");
    let status = desk.app.cache_status().unwrap();
    assert_eq!((status.files, status.pinned, status.limit), (2, 1, Some(2 * SECOND)));

    desk.fetch(calls[3]);
    assert_eq!(cached(&desk), [calls[0], calls[3]], "what comes takes the place of what was not heard for longest");
    desk.app.unpin(&calls[..1]).unwrap();
    desk.fetch(calls[2]);
    assert!(!cached(&desk).contains(&calls[0]), "nothing holds it any more");
    assert_eq!(desk.cached_files().len(), 2, "and its file went too");
}

#[test]
fn what_its_source_no_longer_has_does_not_go_for_want_of_room() {
    let desk = Desk::new();
    let calls = with_calls(&desk, 2);
    calls.iter().for_each(|call| drop(desk.fetch(*call)));
    desk.folder.remove("call-0.wav");
    desk.sync();
    desk.app.set_cache_limit(Some(1)).unwrap();
    assert_eq!(cached(&desk), [calls[0]]);
}

#[test]
fn a_pinned_search_finds_what_comes_later() {
    let desk = Desk::new();
    let calls = with_calls(&desk, 2);
    assert_eq!(desk.app.pin_search("All", "", &Filter::default()).unwrap(), 2);
    desk.folder.recording("call-9.wav", 9, 1_000);
    desk.sync();
    desk.app.after_sync(desk.source).unwrap();
    assert_eq!(desk.app.pinned_calls().unwrap().len(), 3);
    assert_eq!(desk.app.download_status().unwrap().queued, 3, "and asks for their audio");
    desk.app.unpin_search("All").unwrap();
    assert_eq!(desk.app.pinned_calls().unwrap(), []);
    assert!(desk.app.unpin_search("All").is_err());
    drop(calls);
}

#[test]
fn audio_stays_as_long_as_its_source_is_set_to_and_a_rehearsal_says_what_would_go() {
    let home = tempfile::tempdir().unwrap();
    let app = App::open(Options::to_change(home.path().join("library"))).unwrap();
    let folder = testkit::CallFolder::new();
    folder.recording("2025-11-12_10-00-00.wav", 1, 1_000);
    folder.recording("2025-11-12_10-00-01.wav", 2, 1_000);
    let mut new = crate::desk::folder_source(&folder, "Calls");
    new.set.insert("retention".into(), "30".into());
    let source = app.add_source(new).unwrap().id;
    app.sync(source, false, &Cancel::new(), &mut |_| {}).unwrap();
    let calls = app.calls_with_audio(&Filter::default()).unwrap();
    app.fetch(&calls, 1, &Cancel::new(), &mut |_| {}).unwrap();
    app.pin(&calls[..1]).unwrap();

    let rehearsal = app.retain(true).unwrap();
    assert_eq!(rehearsal.iter().map(|one| one.call).collect::<Vec<_>>(), [calls[1]], "long over; the other is pinned");
    assert_eq!(app.cache_status().unwrap().files, 2);
    assert_eq!(app.retain(false).unwrap(), rehearsal);
    assert_eq!(app.cache_status().unwrap().files, 1);
    assert_eq!(app.call(calls[1]).unwrap().row.audio, Some(AudioState::Available), "the call stays");
}

#[test]
fn the_stored_audio_of_a_backend_is_taken_over() {
    let desk = Desk::new();
    let calls = with_calls(&desk, 2);
    desk.folder.remove("call-0.wav");
    let storage = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(storage.path().join(name), bytes).unwrap();
    put("call-0_100.mp3", &wav(7, 500));
    put("call-0_200.mp3", &wav(8, 500));
    put("call-0_200.mp3.meta.json", format!("{{\"fileSize\":{}}}", wav(8, 500).len()).as_bytes());
    put("call-1_100.mp3", &wav(9, 500));
    put("call-1_100.mp3.meta.json", b"{\"fileSize\":7}");
    put("unknown_100.mp3", &wav(9, 500));
    put("readme.txt", b"x");
    let mut told = Vec::new();
    desk.app
        .import_audio_storage(storage.path(), desk.source, &Cancel::new(), &mut |file| told.push(file.clone()))
        .unwrap();
    let imported: Vec<(&str, bool)> = told.iter().map(|file| (file.file.as_str(), file.imported)).collect();
    assert_eq!(
        imported,
        [("call-0_200.mp3", true), ("call-0_100.mp3", false), ("call-1_100.mp3", false), ("unknown_100.mp3", false)]
    );
    let fetched = desk.fetch(calls[0]);
    assert_eq!(fetched.tier, Some(Tier::Local));
    assert_eq!(fs::read(fetched.file.unwrap()).unwrap(), wav(8, 500), "the newest, whatever its name says it is");
    assert!(storage.path().join("call-0_200.mp3").exists(), "copied, not moved");
}

/// So many calls of a second each, `call-0` and on, in the library.
fn with_calls(desk: &Desk, count: u16) -> Vec<CallId> {
    (0..count).for_each(|n| desk.folder.recording(&format!("call-{n}.wav"), n, 1_000));
    desk.sync();
    (0..count).map(|n| desk.id(&format!("call-{n}"))).collect()
}

/// The calls whose audio is here, in order of their names.
fn cached(desk: &Desk) -> Vec<CallId> {
    let names = desk.remote_ids().into_iter();
    names
        .map(|name| desk.call(&name))
        .filter(|call| call.row.audio == Some(AudioState::Cached))
        .map(|call| call.row.id)
        .collect()
}
