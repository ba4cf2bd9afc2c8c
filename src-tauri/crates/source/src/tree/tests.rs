use super::*;

fn paths(root: &Path) -> (Vec<String>, Vec<String>, Vec<String>) {
    let tree = list(root, &|name| name.ends_with(".wav") || name.ends_with(".json"), &Cancel::new()).unwrap();
    (
        tree.files.into_iter().map(|file| file.path).collect(),
        tree.rejected.into_iter().map(|item| format!("{}: {}", item.item, item.reason)).collect(),
        tree.hidden,
    )
}

fn write(root: &Path, path: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, b"x").unwrap();
}

#[test]
fn a_tree_is_listed_without_hidden_and_unfinished_files() {
    let root = tempfile::tempdir().unwrap();
    for path in
        ["b/x.wav", "a/deep/y.wav", "a/.z.wav", ".git/w.wav", "a/v.wav.part", "a/~$u.wav", "a/t.md", "__MACOSX/s.wav"]
    {
        write(root.path(), path);
    }
    assert_eq!(paths(root.path()), (vec!["a/deep/y.wav".into(), "b/x.wav".into()], vec![], vec![]));
}

#[test]
fn a_folder_that_is_not_there_is_said_to_be_unreachable() {
    let error = list(Path::new("/nowhere/at/all"), &|_| true, &Cancel::new()).unwrap_err();
    assert!(matches!(&error, SourceError::Unreachable(words) if words.contains("/nowhere/at/all")), "{error}");
}

#[test]
fn a_cancelled_listing_stops() {
    let root = tempfile::tempdir().unwrap();
    let cancel = Cancel::new();
    cancel.cancel();
    assert!(matches!(list(root.path(), &|_| true, &cancel), Err(SourceError::Cancelled(_))));
}

#[test]
fn folders_too_deep_are_named_and_the_rest_goes_on() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "x.wav");
    write(root.path(), &format!("{}y.wav", "d/".repeat(DEEPEST + 3)));
    let (files, rejected, hidden) = paths(root.path());
    assert_eq!(files, ["x.wav"]);
    assert!(rejected.len() == 1 && rejected[0].contains("deep"), "{rejected:?}");
    assert_eq!(hidden.len(), 1);
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_never_leave_the_root_list_nothing_twice_and_loop_nowhere() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("root");
        write(outer.path(), "outside/secret.wav");
        write(&root, "a/x.wav");
        write(&root, "a/.annex/object");
        symlink(&root, root.join("a/loop")).unwrap();
        symlink("../a", root.join("a/again")).unwrap();
        symlink("x.wav", root.join("a/same.wav")).unwrap();
        symlink(".annex/object", root.join("a/annexed.wav")).unwrap();
        symlink("self.wav", root.join("self.wav")).unwrap();
        symlink("../outside", root.join("out")).unwrap();
        symlink("../outside/secret.wav", root.join("secret.wav")).unwrap();
        let (files, rejected, _) = paths(&root);
        assert_eq!(files, ["a/annexed.wav", "a/x.wav"]);
        let mut items: Vec<&str> = rejected.iter().filter_map(|line| line.split(':').next()).collect();
        items.sort_unstable();
        assert_eq!(items, ["out", "secret.wav", "self.wav"], "{rejected:?}");
    }

    #[test]
    fn pipes_and_sockets_are_not_listed() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "x.wav");
        let pipe = root.path().join("pipe.wav");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let _socket = std::os::unix::net::UnixListener::bind(root.path().join("socket.wav")).unwrap();
        symlink("pipe.wav", root.path().join("link.wav")).unwrap();
        assert_eq!(paths(root.path()).0, ["x.wav"]);
    }

    #[test]
    fn names_of_every_kind_are_listed_and_found_again() {
        let root = tempfile::tempdir().unwrap();
        let long = format!("{}.wav", "n".repeat(240));
        let names: [&[u8]; 6] = [
            b"caf\xe9.wav",
            b"two\nlines.wav",
            "re\u{202e}vaw.wav".as_bytes(),
            b"50%.wav",
            b"back\\slash.wav",
            long.as_bytes(),
        ];
        for name in names {
            std::fs::write(root.path().join(OsStr::from_bytes(name)), b"x").unwrap();
        }
        let (files, rejected, _) = paths(root.path());
        assert_eq!((files.len(), rejected.len()), (names.len(), 0), "{files:?} {rejected:?}");
        for path in files {
            assert!(crate::confine::listed(root.path(), &path).is_file(), "{path:?}");
            assert!(crate::confine::Root::new(root.path()).resolve(&path).is_ok(), "{path:?}");
        }
    }
}
