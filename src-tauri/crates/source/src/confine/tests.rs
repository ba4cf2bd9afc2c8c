use proptest::prelude::*;

use super::*;

struct Place {
    _outer: tempfile::TempDir,
    root: PathBuf,
}

fn place() -> Place {
    let outer = tempfile::tempdir().unwrap();
    let root = outer.path().join("root");
    std::fs::create_dir_all(root.join("a/b")).unwrap();
    std::fs::write(root.join("a/b/call.wav"), b"inside").unwrap();
    std::fs::write(outer.path().join("secret.txt"), b"outside").unwrap();
    Place { root, _outer: outer }
}

#[test]
fn a_file_below_the_root_is_found_whatever_the_separator() {
    let place = place();
    let root = Root::new(&place.root);
    let expected = place.root.canonicalize().unwrap().join("a").join("b").join("call.wav");
    for path in ["a/b/call.wav", "a\\b\\call.wav", "./a//b/./call.wav"] {
        assert_eq!(root.resolve(path).unwrap(), expected, "{path:?}");
    }
}

#[test]
fn no_wording_leads_out() {
    let place = place();
    let root = Root::new(&place.root);
    let absolute = place.root.join("../secret.txt").display().to_string();
    for path in [
        "",
        ".",
        "..",
        "../secret.txt",
        "a/../../secret.txt",
        "..\\secret.txt",
        "a\\..\\..\\secret.txt",
        "/etc/passwd",
        "\\\\server\\share\\x",
        "C:\\x",
        "c:/x",
        "C:x",
        "a/C:\\x",
        "a\0b",
        "%2e%2e/secret.txt",
        "..%2fsecret.txt",
        "a/%2e%2e/%2e%2e/secret.txt",
        absolute.as_str(),
    ] {
        assert!(root.resolve(path).is_err(), "{path:?} must not be followed");
    }
}

#[cfg(unix)]
#[test]
fn a_link_may_point_inside_and_never_outside() {
    let place = place();
    let root = Root::new(&place.root);
    std::os::unix::fs::symlink("../secret.txt", place.root.join("out.txt")).unwrap();
    std::os::unix::fs::symlink("..", place.root.join("up")).unwrap();
    std::os::unix::fs::symlink("a/b", place.root.join("in")).unwrap();
    assert!(matches!(root.resolve("out.txt"), Err(ConfineError::Outside)));
    assert!(matches!(root.resolve("up/secret.txt"), Err(ConfineError::Outside)));
    assert!(root.resolve("in/call.wav").is_ok(), "a link that stays inside is followed");
}

#[cfg(unix)]
#[test]
fn odd_names_are_written_so_that_they_are_found_again() {
    use std::os::unix::ffi::OsStrExt;
    let place = place();
    let root = Root::new(&place.root);
    for name in
        [&b"caf\xe9.wav"[..], b"50% off.wav", b"back\\slash.wav", b"C:odd.wav", "tele\u{202e}fon\n.wav".as_bytes()]
    {
        let name = std::ffi::OsStr::from_bytes(name);
        std::fs::write(place.root.join(name), b"x").unwrap();
        let found = root.resolve(&encode_name(name)).unwrap();
        assert_eq!(found.file_name(), Some(name), "{name:?} was written as {}", encode_name(name));
    }
}

#[test]
fn a_root_that_is_missing_is_said_to_be_missing() {
    let place = place();
    let root = Root::new(place.root.join("unplugged"));
    assert!(matches!(root.resolve("a"), Err(ConfineError::Root(..))));
}

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "..",
        ".",
        "a",
        "b",
        "call.wav",
        "up",
        "up",
        "secret.txt",
        "",
        "%2e%2e",
        "%2f",
        "%00",
        "C:",
        "\u{2025}",
        "...",
        "\0",
        "~",
        "%",
        "é",
    ]);
    let separator = prop::sample::select(vec!["/", "\\", "//", "\\/", "%5c"]);
    prop::collection::vec((piece, separator), 1..5)
        .prop_map(|parts| parts.into_iter().map(|(piece, separator)| format!("{piece}{separator}")).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_found_lies_below_the_root(path in prop_oneof![hostile(), ".*"]) {
        let place = place();
        #[cfg(unix)]
        std::os::unix::fs::symlink("..", place.root.join("up")).unwrap();
        if let Ok(found) = Root::new(&place.root).resolve(&path) {
            prop_assert!(found.starts_with(place.root.canonicalize().unwrap()), "{path:?} led to {}", found.display());
        }
    }
}
