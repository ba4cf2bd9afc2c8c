//! Looking after the library: what is in it, whether it is whole, copies of it.

use std::path::{Path, PathBuf};

use library::{Library, Status};
use model::{Action, RecordingId};
use serde_json::json;

use crate::fault::{Fault, FaultCode};
use crate::open::{App, Options};
use crate::settings::Settings;
use crate::trail::{Deed, last_checkpoint};

/// What is in the audio cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheStatus {
    /// Where it is.
    pub dir: PathBuf,
    /// How many recordings are in it.
    pub files: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// How many bytes there may be; `None`: as many as there are.
    pub limit: Option<u64>,
    /// How many of the recordings are pinned.
    pub pinned: u64,
    /// How many of the recordings are held, because their call is in a case.
    pub held: u64,
    /// Beginnings of files that can be gone on with, and bytes of files that are being fetched.
    pub partials: u64,
    /// How many bytes those have.
    pub partial_bytes: u64,
    /// Recordings whose file is missing or has another length than it should; they will be fetched again when wanted.
    pub missing: Vec<RecordingId>,
}

/// What a restore did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreOutcome {
    /// Where what was there before is kept.
    pub kept: Option<PathBuf>,
}

/// What an About box and a bug report need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The product's version.
    pub version: &'static str,
    /// The library's directory.
    pub library: PathBuf,
    /// SQLite's version.
    pub sqlite: String,
    /// The user's time zone, such as `America/Chicago`.
    pub time_zone: String,
    /// The sound output, in words.
    pub sound: String,
}

impl App {
    /// What an About box and a bug report need.
    pub fn about(&self) -> Result<About, Fault> {
        Ok(About {
            version: env!("CARGO_PKG_VERSION"),
            library: self.library_dir().to_owned(),
            sqlite: self.library_status()?.sqlite,
            time_zone: jiff::tz::TimeZone::system().iana_name().unwrap_or("unknown").to_owned(),
            sound: self.sound_in_words(),
        })
    }

    /// Where the library is and how much is in it.
    pub fn library_status(&self) -> Result<Status, Fault> {
        Ok(self.inner.library.reader()?.status()?)
    }

    /// The library's directory.
    pub fn library_dir(&self) -> &Path {
        self.inner.library.dir()
    }

    /// What is damaged in the library, one line each; nothing if it is whole.
    pub fn check_library(&self) -> Result<Vec<String>, Fault> {
        let mut problems = self.inner.library.reader()?.check()?;
        problems.extend(self.audit_damage()?);
        for recording in self.cache_status()?.missing {
            problems.push(format!("the cached audio of recording {recording} is missing or has the wrong length"));
        }
        Ok(problems)
    }

    /// Writes a verified copy of the database. The cached audio is not part of it: it can be fetched again.
    pub fn back_up(&self, file: &Path) -> Result<(), Fault> {
        if file.exists() {
            return Err(Fault::new(
                FaultCode::Invalid,
                format!("{} exists already: choose another name", file.display()),
            ));
        }
        Ok(self.inner.library.backup(file)?)
    }

    /// Puts a backup in the place of the library in `dir`, which nobody may have open. What was there is kept beside it. The
    /// audit log is the backup's from then on; its next entry says how far the log had come that was there before.
    pub fn restore(dir: &Path, file: &Path) -> Result<RestoreOutcome, Fault> {
        let before = last_checkpoint(dir);
        let kept = Library::restore(dir, file, None)?;
        let facts = json!({
            "from": file.display().to_string(),
            "kept": kept.as_ref().map(|kept| kept.display().to_string()),
            "before": before,
        });
        let app = Self::open(Options::to_change(dir.to_owned()).without_keychain())?;
        app.record(Action::Restore, None, facts).map_err(|fault| {
            let words = format!("the backup is in place, but that could not be recorded: {}", fault.message);
            Fault::new(fault.code, words)
        })?;
        Ok(RestoreOutcome { kept })
    }

    /// What is in the audio cache.
    pub fn cache_status(&self) -> Result<CacheStatus, Fault> {
        let parts = self.inner.store.list()?.parts;
        let begun: Vec<_> = parts.iter().filter(|part| part.path.ends_with(".part")).collect();
        let mut status = CacheStatus {
            dir: self.inner.store.root().to_owned(),
            files: 0,
            bytes: 0,
            limit: self.cache_limit()?,
            pinned: 0,
            held: 0,
            partials: begun.len() as u64,
            partial_bytes: begun.iter().map(|part| part.bytes).sum(),
            missing: Vec::new(),
        };
        for file in self.inner.library.reader()?.held_files()? {
            if self.inner.store.holds(&file.path, file.bytes) {
                status.files += 1;
                status.bytes += file.bytes;
                status.pinned += u64::from(file.pinned);
                status.held += u64::from(file.held);
            } else {
                status.missing.push(file.recording);
            }
        }
        Ok(status)
    }

    /// The settings of this library.
    pub fn settings(&self) -> Result<Settings, Fault> {
        let reader = self.inner.library.reader()?;
        Ok(Settings::from_pairs(|name| reader.setting(name).ok().flatten()))
    }

    /// Changes the settings; what is out of bounds is put within them.
    pub fn change_settings(&self, settings: Settings) -> Result<Settings, Fault> {
        let (former, settings) = (self.settings()?, settings.within_bounds());
        let pairs = settings.pairs();
        let keep = move |writer: &mut library::Writer<'_>| {
            pairs.iter().try_for_each(|(name, value)| writer.set_setting(name, Some(value)))
        };
        match settings.changed_since(&former) {
            changes if changes.is_empty() => self.inner.library.write(keep)?,
            changes => self.write_recorded(vec![Deed::new(Action::Settings, None, changes.into())], keep)?,
        }
        if let Some(listening) = self.inner.listening.get() {
            listening.apply(&settings);
        }
        Ok(settings)
    }
}
