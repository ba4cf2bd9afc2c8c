//! What happens from one walk to the next.

use super::*;

#[test]
fn an_unchanged_folder_is_only_counted_and_its_cursor_is_the_same_text() {
    let place = Place::of(&[
        ("a/x.wav", &wav(1)),
        ("a/x.vtt", VTT),
        ("b/y.txt", TXT),
        ("b/notes.txt", b"nothing"),
        ("z.json", b"{"),
    ]);
    let first = place.walk(None);
    let second = place.walk(first.cursor.as_ref());
    assert_eq!((first.calls.len(), second.calls.len()), (2, 0));
    assert_eq!((second.unchanged, second.pages), (2, 1));
    assert_eq!((second.gone, second.rejected), (vec![], vec![]));
    assert_eq!(second.cursor, first.cursor);
}

#[test]
fn a_renamed_or_moved_recording_keeps_its_call() {
    let place = Place::of(&[("a/x.wav", &wav(1)), ("a/x.vtt", VTT), ("a/y.wav", &wav(2))]);
    let first = place.walk(None);
    place.rename("a/x.wav", "archive/2025/renamed.wav");
    place.rename("a/x.vtt", "archive/2025/renamed.vtt");
    let second = place.walk(first.cursor.as_ref());
    assert_eq!((second.ids(), second.gone.len(), second.unchanged), (vec!["a/x"], 0, 1));
    let call = second.call("a/x");
    assert_eq!(call.recordings[0].storage_path.as_deref(), Some("archive/2025/renamed.wav"));
    assert_eq!(call.recordings[0].remote_id, first.call("a/x").recordings[0].remote_id, "it is the same recording");
    assert_eq!(place.walk(second.cursor.as_ref()).unchanged, 2);
    place.write("a/x.wav", &wav(3));
    let third = place.walk(second.cursor.as_ref());
    assert_eq!(third.ids(), ["a/x~2"], "another recording under the old name is another call");
}

#[test]
fn looking_at_everything_again_keeps_the_names_of_moved_calls() {
    let place = Place::of(&[("a/x.wav", &wav(1))]);
    let first = place.walk(None);
    place.rename("a/x.wav", "b/y.wav");
    let second = place.walk(first.cursor.as_ref());
    let afresh = place.source().afresh(second.cursor.as_ref().unwrap()).unwrap();
    let third = place.walk(Some(&afresh));
    assert_eq!((third.ids(), third.unchanged), (vec!["a/x"], 0));
    assert_eq!(third.cursor, second.cursor);
}

#[test]
fn a_deleted_recording_is_gone_and_comes_back_as_itself() {
    let place = Place::of(&[("a/x.wav", &wav(1)), ("a/y.wav", &wav(2))]);
    let first = place.walk(None);
    std::fs::remove_file(place.path("a/x.wav")).unwrap();
    let second = place.walk(first.cursor.as_ref());
    assert_eq!((second.gone.as_slice(), second.unchanged), (["a/x".to_owned()].as_slice(), 1));
    place.write("a/x.wav", &wav(1));
    assert_eq!(place.walk(second.cursor.as_ref()).ids(), ["a/x"]);
}

#[test]
fn a_moved_call_that_went_away_comes_back_as_itself() {
    let place = Place::of(&[("a/x.wav", &wav(1))]);
    let first = place.walk(None);
    place.rename("a/x.wav", "b/x.wav");
    let moved = place.walk(first.cursor.as_ref());
    place.rename("b", "elsewhere");
    std::fs::remove_dir_all(place.path("elsewhere")).unwrap();
    let away = place.walk(moved.cursor.as_ref());
    assert_eq!(away.gone, ["a/x"]);
    place.write("a/x.wav", &wav(3));
    let other = place.walk(away.cursor.as_ref());
    assert_eq!(other.ids(), ["a/x~2"], "the name is still that of the call that is away");
    let afresh = place.source().afresh(other.cursor.as_ref().unwrap()).unwrap();
    place.write("b/x.wav", &wav(1));
    let back = place.walk(Some(&afresh));
    assert_eq!(back.ids(), ["a/x~2", "a/x"], "as when a disk is connected again: no call is doubled");
    assert_eq!(place.walk(back.cursor.as_ref()).unchanged, 2);
}

#[test]
fn a_transcript_that_arrives_later_updates_its_call() {
    let place = Place::of(&[("x.wav", &wav(1))]);
    let first = place.walk(None);
    place.write("x.vtt", VTT);
    let second = place.walk(first.cursor.as_ref());
    assert!(second.call("x").transcript.is_some());
}

#[test]
fn a_call_whose_transcript_breaks_stays_a_call() {
    let place = Place::of(&[("x.vtt", VTT)]);
    let first = place.walk(None);
    place.write("x.vtt", b"");
    let second = place.walk(first.cursor.as_ref());
    assert_eq!((second.gone.len(), second.rejected.len()), (0, 1), "{:?}", second.rejected);
    place.write("x.vtt", VTT);
    assert_eq!(place.walk(second.cursor.as_ref()).ids(), ["x"]);
}

#[test]
fn a_file_that_is_still_being_written_waits_for_a_later_walk() {
    let place = Place::of(&[("done.wav", &wav(1)), ("growing.wav", &wav(2)[..400])]);
    let young = Folder::new(place.folder.path(), SystemTime::now);
    let at_once = walk(&young, None);
    assert_eq!(
        (at_once.calls.len(), at_once.rejected.len(), at_once.waiting),
        (0, 0, 2),
        "everything changed just now"
    );
    let soon = Folder::new(place.folder.path(), || SystemTime::now() + Duration::from_secs(10));
    let seen = walk(&soon, at_once.cursor.as_ref());
    assert_eq!((seen.ids(), seen.waiting), (vec!["done"], 1), "a file shorter than its header says is still growing");
    place.write("growing.wav", &wav(2));
    let later = walk(&soon, seen.cursor.as_ref());
    assert_eq!((later.ids(), later.waiting, later.unchanged), (vec!["growing"], 0, 1));
}

#[test]
fn a_walk_that_is_stopped_goes_on_from_its_last_page() {
    let place = Place::new();
    for index in 0..450 {
        place.write(&format!("{index:03}.txt"), TXT);
    }
    let source = place.source();
    let cancel = Cancel::new();
    let mut pages = source.changes_since(None, &NoMemory, &cancel);
    let first = pages.next().unwrap().unwrap();
    assert_eq!((first.changes.len(), first.total), (200, Some(450)));
    cancel.cancel();
    assert!(matches!(pages.next(), Some(Err(SourceError::Cancelled(_)))));
    assert!(pages.next().is_none(), "a stopped walk is over");
    let rest = place.walk(Some(&first.cursor));
    assert_eq!((rest.calls.len(), rest.unchanged, rest.pages), (250, 200, 2));
    let whole = place.walk(None);
    assert_eq!(rest.cursor, whole.cursor, "in the end the same is known as after one walk");
}

#[test]
fn a_folder_that_is_unplugged_loses_nothing() {
    let place = Place::of(&[("x.wav", &wav(1))]);
    let first = place.walk(None);
    let source = Folder::new(place.path("unplugged"), SystemTime::now);
    let cancel = Cancel::new();
    let mut pages = source.changes_since(first.cursor.as_ref(), &NoMemory, &cancel);
    assert!(matches!(pages.next(), Some(Err(SourceError::Unreachable(_)))));
    assert!(pages.next().is_none());
}

#[test]
fn settings_are_checked_by_name() {
    let set = |key: &str, value: &str| Settings {
        path: Some("/somewhere".into()),
        set: [(key.to_owned(), value.to_owned())].into(),
        ..Settings::default()
    };
    let words = |settings: &Settings| Folder::open(settings).err().map(|error| error.to_string()).unwrap_or_default();
    assert_eq!(words(&set("rescan", "300")), "");
    assert!(words(&set("rescan", "often")).contains("rescan"));
    assert!(words(&set("colour", "red")).contains("colour"));
    assert!(words(&Settings::default()).contains("path"));
}

#[test]
fn the_self_test_says_what_is_there() {
    let place = Place::of(&[("x.wav", &wav(1)), ("x.vtt", VTT)]);
    let checks = place.source().test();
    assert!(checks.iter().all(|check| check.ok), "{checks:?}");
    assert!(checks[1].words.contains("1 recordings"), "{checks:?}");
    let missing = Folder::new(place.path("missing"), SystemTime::now).test();
    assert!(!missing[0].ok && missing[0].words.contains("missing"), "{missing:?}");
    assert!(!Place::new().source().test()[1].ok, "an empty folder is worth a word");
}
