//! Tells when something below a folder may have changed, after it has been quiet for a moment.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use notify::{Config, Event, RecommendedWatcher, RecursiveMode, Watcher};

use crate::Watch;

/// How long it must be quiet before a change is told.
const QUIET: Duration = Duration::from_millis(400);
/// How long a change is held back at most while more keep coming.
const LONGEST: Duration = Duration::from_secs(5);

/// Watches a folder and everything below it; links are not followed. `None` where the system cannot: network drives, too
/// many folders, no such folder. Dropping the watch ends its thread.
pub fn watch(folder: &Path, hint: Box<dyn Fn() + Send>) -> Option<Watch> {
    // One waiting signal stands for any number of changes, so a full channel loses nothing.
    let (signal, signals) = sync_channel(1);
    let on_event = move |event: notify::Result<Event>| {
        // What the system could not tell may be a change; reading a file is none.
        if event.map_or(true, |event| !event.kind.is_access()) {
            let _ = signal.try_send(());
        }
    };
    let mut watcher = RecommendedWatcher::new(on_event, Config::default().with_follow_symlinks(false)).ok()?;
    watcher.watch(folder, RecursiveMode::Recursive).ok()?;
    std::thread::Builder::new().name("folder-watch".into()).spawn(move || tell(&signals, &*hint)).ok()?;
    Some(Watch(Box::new(watcher)))
}

/// Ends when the watcher, which holds the other end of the channel, is dropped.
fn tell(signals: &Receiver<()>, hint: &dyn Fn()) {
    while signals.recv().is_ok() {
        let first = Instant::now();
        loop {
            match signals.recv_timeout(QUIET) {
                Ok(()) if first.elapsed() < LONGEST => {}
                Ok(()) | Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        hint();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn a_new_file_is_told_and_reading_is_not() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("below")).unwrap();
        std::fs::write(folder.path().join("old.wav"), b"old").unwrap();
        let (told, hints) = channel();
        let watch = watch(folder.path(), Box::new(move || told.send(()).unwrap())).expect("this system can watch");
        std::fs::read(folder.path().join("old.wav")).unwrap();
        assert_eq!(hints.recv_timeout(QUIET * 3), Err(RecvTimeoutError::Timeout), "reading changes nothing");
        std::fs::write(folder.path().join("below/new.wav"), b"new").unwrap();
        hints.recv_timeout(LONG).expect("a new file below the folder is told");
        drop(watch);
        assert_eq!(hints.recv_timeout(LONG), Err(RecvTimeoutError::Disconnected), "the thread ends with its watch");
    }

    #[test]
    fn many_changes_in_a_row_are_told_together() {
        let folder = tempfile::tempdir().unwrap();
        let (told, hints) = channel();
        let _watch = watch(folder.path(), Box::new(move || told.send(()).unwrap())).expect("this system can watch");
        for index in 0..200 {
            std::fs::write(folder.path().join(format!("{index}.wav")), b"x").unwrap();
        }
        hints.recv_timeout(LONG).expect("the changes are told");
        let more = std::iter::from_fn(|| hints.recv_timeout(QUIET * 2).ok()).count();
        assert!(more <= 2, "200 files must not be told one by one, but there were {more} more hints");
    }

    #[test]
    fn what_cannot_be_watched_gives_no_watch() {
        assert!(watch(Path::new("/nowhere/at/all"), Box::new(|| ())).is_none());
    }
}
