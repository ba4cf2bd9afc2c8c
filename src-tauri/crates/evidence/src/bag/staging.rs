use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{BagError, Form};

/// The file in a staging place that its export holds a lock on; its presence also says that the place is ours to remove.
const LOCK: &str = "turnstone-export.lock";
/// What is written, within the staging place: no name that looks like an export.
const INNER: &str = "writing";
/// How often a place is made again that another export swept away between making and locking it.
const ATTEMPTS: usize = 16;

/// Tells the exports of one process apart.
static COUNT: AtomicU64 = AtomicU64::new(0);

/// A folder `.NAME.part` beside the target, locked while the export lives and removed with it.
pub(super) struct Staging {
    place: PathBuf,
    parent: PathBuf,
    target: PathBuf,
    /// Folders that were made to hold the target, and the one above them.
    above: Vec<PathBuf>,
    /// Held until the place is gone.
    _lock: File,
}

impl Staging {
    pub(super) fn begin(parent: &Path, name: &str, form: Form, expected: u64) -> Result<Self, BagError> {
        let target = parent.join(match form {
            Form::Folder => name.to_owned(),
            Form::Zip => format!("{name}.zip"),
        });
        let above: Vec<PathBuf> =
            parent.ancestors().skip(1).take_while(|folder| !folder.join("").exists()).map(Path::to_owned).collect();
        fs::create_dir_all(parent).map_err(|source| BagError::writing(parent.display().to_string(), source))?;
        if fs::symlink_metadata(&target).is_ok() {
            return Err(BagError::Exists(target));
        }
        let place = parent.join(format!(".{name}.part"));
        sweep(parent);
        check_space(parent, expected)?;
        let lock = claim(&place, &target)?;
        Ok(Self { place, parent: parent.to_owned(), target, above, _lock: lock })
    }

    /// Where the folder or the zip is written.
    pub(super) fn inner(&self) -> PathBuf {
        self.place.join(INNER)
    }

    /// Gives what was written its name, which nothing must have taken meanwhile.
    pub(super) fn publish(self) -> Result<PathBuf, BagError> {
        let inner = self.inner();
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotADirectory => {
                BagError::Exists(self.target.clone())
            }
            _ => BagError::writing(self.target.display().to_string(), source),
        };
        rename_new(&inner, &self.target).map_err(failed)?;
        let synced = std::iter::once(&self.parent).chain(&self.above).try_for_each(|folder| sync_folder(folder));
        if let Err(source) = synced {
            // Not surely there, so not there: what has its name back is removed with the staging place.
            let _ = fs::rename(&self.target, &inner);
            return Err(BagError::writing(self.target.display().to_string(), source));
        }
        Ok(self.target.clone())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What cannot be removed now is by the next export.
        let _ = remove(&self.place);
    }
}

/// Waits until what is in a folder, not in its files, is on disk.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    match File::open(folder)?.sync_all() {
        // Some network file systems know no such thing.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        synced => synced,
    }
}

/// Windows writes its folders down by itself.
#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// How many bytes are free where a folder is.
///
/// # Errors
///
/// The system does not tell.
pub fn free_space(folder: &Path) -> io::Result<u64> {
    fs4::available_space(folder)
}

fn check_space(folder: &Path, expected: u64) -> Result<(), BagError> {
    // Manifests and half-filled blocks besides.
    let needed = expected.saturating_add(expected / 16);
    let free = free_space(folder).map_err(|source| BagError::writing(folder.display().to_string(), source))?;
    if free < needed {
        return Err(BagError::NoSpace { folder: folder.to_owned(), needed, free });
    }
    Ok(())
}

/// Makes the place and locks it.
fn claim(place: &Path, target: &Path) -> Result<File, BagError> {
    let failed = |source| BagError::writing(place.display().to_string(), source);
    let mark = format!("turnstone export {} {}\n", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    for _ in 0..ATTEMPTS {
        match fs::create_dir(place) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(error)),
            _ => {}
        }
        let path = place.join(LOCK);
        let mut lock = match File::options().create(true).truncate(false).read(true).write(true).open(&path) {
            // Swept away just now.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            opened => opened.map_err(failed)?,
        };
        if let Err(TryLockError::WouldBlock) = lock.try_lock() {
            return Err(BagError::Busy(target.to_owned()));
        }
        // Without locks, as on some network places, nobody sweeps there either.
        if lock.write_all(mark.as_bytes()).is_ok() && is_held_at(&path, &mark) {
            return Ok(lock);
        }
        // A place without room for a line.
        drop(lock);
        let swept = !path.exists();
        let _ = remove(place);
        if !swept {
            return Err(failed(io::ErrorKind::StorageFull.into()));
        }
    }
    Err(BagError::Busy(target.to_owned()))
}

/// Whether the file that is locked is still the one of this name.
#[cfg(unix)]
fn is_held_at(path: &Path, mark: &str) -> bool {
    fs::read(path).is_ok_and(|held| held == mark.as_bytes())
}

/// Whether the file that is locked is still the one of this name. What is locked cannot be read here through another handle;
/// its length can be seen.
#[cfg(not(unix))]
fn is_held_at(path: &Path, mark: &str) -> bool {
    fs::metadata(path).is_ok_and(|held| held.len() == mark.len() as u64)
}

/// Removes what killed exports left in a folder; what somebody holds, or is not ours, stays.
fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let ours =
            name.starts_with('.') && name.ends_with(".part") && entry.file_type().is_ok_and(|kind| kind.is_dir());
        if !ours {
            continue;
        }
        let place = entry.path();
        // Killed before its lock was made; anything in it would keep it.
        if fs::remove_dir(&place).is_ok() {
            continue;
        }
        let Ok(lock) = File::options().read(true).write(true).open(place.join(LOCK)) else { continue };
        if lock.try_lock().is_ok() {
            let _ = remove(&place);
        }
    }
}

/// The lock goes last, so that a removal that is killed can be taken up again.
fn remove(place: &Path) -> io::Result<()> {
    let inner = place.join(INNER);
    match fs::symlink_metadata(&inner) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(&inner)?,
        Ok(_) => fs::remove_file(&inner)?,
        Err(_) => {}
    }
    fs::remove_file(place.join(LOCK))?;
    fs::remove_dir(place)
}

/// Renames; never onto something.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // The file system cannot promise it.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => rename_checked(from, to),
        renamed => renamed.map_err(io::Error::from),
    }
}

/// Renames; never onto something.
#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    rename_checked(from, to)
}

/// For file systems without a rename that refuses by itself: a folder is never renamed onto a file or a full folder anyway,
/// and a second name for a file is refused where the name is taken.
fn rename_checked(from: &Path, to: &Path) -> io::Result<()> {
    if fs::symlink_metadata(to).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    if from.is_dir() {
        return fs::rename(from, to);
    }
    match fs::hard_link(from, to) {
        Ok(()) => fs::remove_file(from),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        Err(_) => fs::rename(from, to),
    }
}
