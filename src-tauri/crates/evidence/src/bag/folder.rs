use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use super::staging::sync_folder;
use super::{BagError, DATA, Names};

/// Threads that wait for the disk while the next files are written: the more wait together, the fewer times a file system
/// writes its journal.
const SYNCERS: usize = 16;
/// Files that may wait for them: open files are few on some systems.
const WAITING: usize = 64;

/// Files below a folder; each goes to disk while the next ones are written.
pub(super) struct Folder {
    root: PathBuf,
    under_way: Option<(String, File)>,
    syncers: Syncers,
}

impl Folder {
    pub(super) fn begin(root: PathBuf) -> io::Result<Self> {
        fs::create_dir(&root)?;
        Ok(Self { root, under_way: None, syncers: Syncers::start() })
    }

    /// Makes the folder of the payload where no file of it has.
    pub(super) fn make_data(&self) -> io::Result<()> {
        fs::create_dir_all(self.root.join(DATA))
    }

    pub(super) fn open(&mut self, path: &str) -> io::Result<()> {
        let place = self.root.join(path);
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder)?;
        }
        self.under_way = Some((path.to_owned(), File::create_new(&place)?));
        Ok(())
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.under_way.as_mut().map_or(Ok(()), |(_, file)| file.write_all(bytes))
    }

    pub(super) fn close(&mut self) -> io::Result<()> {
        self.under_way.take().map_or(Ok(()), |(path, file)| self.syncers.take(path, file))
    }

    pub(super) fn discard(&mut self) -> io::Result<()> {
        match self.under_way.take() {
            Some((path, file)) => {
                drop(file);
                let place = self.root.join(path);
                fs::remove_file(&place)?;
                // Folders that were made for it alone go too: an export has no empty ones.
                let data = self.root.join(DATA);
                let above = place.ancestors().skip(1).take_while(|folder| *folder != self.root && *folder != data);
                above.map(fs::remove_dir).take_while(Result::is_ok).for_each(drop);
                Ok(())
            }
            None => Ok(()),
        }
    }

    pub(super) fn finish(mut self, names: &Names) -> Result<(), BagError> {
        if let Some((path, source)) = self.syncers.end() {
            return Err(BagError::writing(path, source));
        }
        for folder in names.folders().map(|folder| self.root.join(folder)).chain([self.root.clone()]) {
            match sync_folder(&folder) {
                // It was taken back with its only file.
                Err(error) if error.kind() == io::ErrorKind::NotFound && folder != self.root => {}
                synced => synced.map_err(|source| BagError::writing(folder.display().to_string(), source))?,
            }
        }
        Ok(())
    }
}

type Failure = Arc<Mutex<Option<(String, io::Error)>>>;

struct Syncers {
    queue: Option<SyncSender<(String, File)>>,
    threads: Vec<JoinHandle<()>>,
    failure: Failure,
}

impl Syncers {
    fn start() -> Self {
        let (queue, waiting) = sync_channel(WAITING);
        let waiting = Arc::new(Mutex::new(waiting));
        let failure = Failure::default();
        let threads = (0..SYNCERS)
            .map(|_| {
                let (waiting, failure) = (Arc::clone(&waiting), Arc::clone(&failure));
                thread::spawn(move || sync_all(&waiting, &failure))
            })
            .collect();
        Self { queue: Some(queue), threads, failure }
    }

    fn take(&self, path: String, file: File) -> io::Result<()> {
        let failed =
            self.failure.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|(_, error)| error.kind());
        if let Some(kind) = failed {
            return Err(kind.into());
        }
        let gone = || io::Error::other("the threads that wait for the disk have ended");
        self.queue.as_ref().ok_or_else(gone)?.send((path, file)).map_err(|_| gone())
    }

    /// Waits for all files; the first that did not reach the disk.
    fn end(&mut self) -> Option<(String, io::Error)> {
        self.queue = None;
        for thread in self.threads.drain(..) {
            // A thread that died has noted nothing: its file is not on disk for sure.
            if thread.join().is_err() {
                return Some(("a file".to_owned(), io::Error::other("waiting for the disk was interrupted")));
            }
        }
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Drop for Syncers {
    fn drop(&mut self) {
        // Every file is closed before the staging place is removed.
        let _ = self.end();
    }
}

fn sync_all(waiting: &Mutex<Receiver<(String, File)>>, failure: &Failure) {
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((path, file)) = next else { return };
        let mut first = None;
        if let Err(error) = file.sync_all() {
            first = Some((path, error));
        }
        if let Some(failed) = first {
            failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(failed);
        }
    }
}
