//! Trees that somebody broke on purpose.

use super::*;

#[test]
fn files_that_are_not_what_they_are_called_hurt_nothing() {
    let deep = "[".repeat(200_000);
    let place = Place::of(&[
        ("zero.wav", &[]),
        ("zeros.wav", &[0; 1_024]),
        ("text.mp3", b"<html>404</html>"),
        ("deep.wav", &wav(1)),
        ("deep.json", deep.as_bytes()),
        ("nul.wav", &wav(2)),
        ("nul.txt", &[0; 5_000]),
        ("good.wav", &wav(3)),
        ("good.vtt", VTT),
    ]);
    let seen = place.walk(None);
    assert_eq!(seen.calls.len(), 6, "every recording is a call; whether it can be played is found out elsewhere");
    assert!(seen.rejected.iter().any(|item| item.item == "deep.json"), "{:?}", seen.rejected);
    assert!(seen.call("good").transcript.is_some(), "the rest goes on");
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_reported_and_read_once_it_may() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::of(&[("a/x.wav", &wav(1)), ("b/y.wav", &wav(2)), ("b/y.vtt", VTT), ("locked/z.wav", &wav(3))]);
    let first = place.walk(None);
    let mode = |path: &str, mode| {
        std::fs::set_permissions(place.path(path), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode("locked", 0);
    let refused = std::fs::read_dir(place.path("locked")).is_err();
    let second = place.walk(first.cursor.as_ref());
    mode("locked", 0o755);
    // The superuser may read everything; then there is nothing to refuse.
    assert_eq!(second.rejected.len(), usize::from(refused), "{:?}", second.rejected);
    assert_eq!((second.gone.len(), second.unchanged), (0, 3), "what cannot be seen is not gone");
}

#[cfg(unix)]
#[test]
fn names_with_line_breaks_and_odd_bytes_are_read_and_shown_safely() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new();
    for name in [&b"caf\xe9.wav"[..], b"two\nlines.wav", "evil\u{202e}vaw.wav".as_bytes()] {
        std::fs::write(place.folder.path().join(std::ffi::OsStr::from_bytes(name)), wav(1)).unwrap();
    }
    let seen = place.walk(None);
    assert_eq!(seen.calls.len(), 3);
    for call in &seen.calls {
        let title = call.call.title.as_deref().unwrap();
        assert!(!title.contains(['\n', '\u{202e}']), "{title:?} must be one plain line");
        assert_eq!(read_all(&place.source(), call), wav(1), "{:?}", call.remote_id);
    }
}

#[test]
fn a_cursor_that_makes_no_sense_is_as_good_as_none() {
    let place = Place::of(&[("x.wav", &wav(1))]);
    for cursor in ["", "{}", "null", r#"{"version":99,"groups":{}}"#, r#"{"version":1,"groups":{"x":[]}}"#] {
        assert_eq!(place.walk(Some(&Cursor(cursor.into()))).ids(), ["x"], "{cursor}");
    }
}

#[test]
fn a_path_that_is_a_file_is_no_folder() {
    let place = Place::of(&[("x.wav", &wav(1))]);
    let source = Folder::new(place.path("x.wav"), SystemTime::now);
    assert!(matches!(
        source.changes_since(None, &NoMemory, &Cancel::new()).next(),
        Some(Err(SourceError::Unreachable(_)))
    ));
    assert!(!source.test()[0].ok);
    let _: &Path = source.shelf.path();
}
