//! The recordings folder and the Prisma database of a Twilio/OpenAI bridge server; either alone works. Where neither can
//! be reached, the server itself is asked ([`over_http`]).
//!
//! A walk lists the folder ([`files`]), reads what the database says about each call in a few numbers ([`database`]),
//! joins the two ([`plan`]) and reads only calls of which something changed ([`record`]). Both are only read.
//!
//! A call's name is its `streamSid`: the files carry it and so does the database, so a call is the same whichever of the
//! two is seen first. Where one `streamSid` has recordings far apart in time, the earliest (or the one that the database
//! names) is that call, and the others are `streamSid_time`. Files without a `streamSid` go by their stem, rows without
//! one by their id. A call that was known by another name before the database was seen keeps that name: the cursor
//! remembers it.

mod database;
mod files;
mod inventory;
pub(crate) mod over_http;
mod pages;
mod plan;
mod record;
mod values;

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use model::{Cancel, Outcome, Recording};

use crate::confine::Root;
use crate::tree::{self, Tree};
use crate::{
    Audio, AudioError, AudioRequest, Check, Cursor, Memory, Pages, Settings, Source, SourceError, Watch, file_audio,
    watch,
};
use database::Database;
use inventory::Inventory;
use pages::Walk;

const SETTINGS: [&str; 2] = ["database", "rescan"];
/// Where the database is in a server's folder.
const USUAL_DATABASES: [&str; 3] = ["prisma/dev.db", "prisma/prisma/dev.db", "dev.db"];

/// A bridge server's files on this machine.
pub struct TwilioBridge {
    root: Option<Root>,
    database: Option<PathBuf>,
    now: Box<dyn Fn() -> SystemTime + Send + Sync>,
}

impl TwilioBridge {
    /// A bridge with these settings; its places need not be there at the moment.
    pub fn open(settings: &Settings) -> Result<Self, SourceError> {
        settings.expect_only(&SETTINGS)?;
        if settings.url.is_some() {
            return Err(SourceError::Settings("this bridge has an address (url): it is read over the network".into()));
        }
        let path = settings.path.clone().filter(|path| !path.as_os_str().is_empty());
        let database = settings.set.get("database").filter(|file| !file.is_empty()).map(PathBuf::from);
        if path.is_none() && database.is_none() {
            return Err(SourceError::Settings(
                "choose the recordings folder (path) or the database file (database)".into(),
            ));
        }
        Ok(Self::new(path, database, SystemTime::now))
    }

    /// A bridge with a folder, a database file (absolute or relative to the folder) or both, and a clock by which files
    /// that are still being written are told.
    pub fn new(
        path: Option<PathBuf>,
        database: Option<PathBuf>,
        now: impl Fn() -> SystemTime + Send + Sync + 'static,
    ) -> Self {
        Self { root: path.map(Root::new), database, now: Box::new(now) }
    }

    fn now_ns(&self) -> i64 {
        let since = (self.now)().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
    }

    /// What is in the folder; nothing if there is none.
    fn list(&self, cancel: &Cancel) -> Result<Tree, SourceError> {
        match &self.root {
            Some(root) => tree::list(root.path(), &|name| files::is_wanted(name), cancel),
            None => Ok(Tree::default()),
        }
    }

    /// The database file: the one that was chosen, or the usual one in the folder if it is there.
    fn database_file(&self) -> Option<PathBuf> {
        let root = self.root.as_ref().map(Root::path);
        match (&self.database, root) {
            (Some(file), Some(root)) if file.is_relative() => Some(root.join(file)),
            (Some(file), _) => Some(file.clone()),
            (None, Some(_)) => {
                let root = self.root.as_ref()?;
                USUAL_DATABASES.iter().find_map(|file| file_audio::place(root, file))
            }
            (None, None) => None,
        }
    }

    fn test_database(file: &Path) -> Check {
        let counted = Database::open(file, &Cancel::new()).and_then(|database| database.heads());
        match counted {
            Ok(heads) => Check {
                ok: true,
                words: format!("The database {} can be read: {} calls.", file.display(), heads.len()),
            },
            Err(error) => Check { ok: false, words: error.to_string() },
        }
    }
}

impl Source for TwilioBridge {
    fn test(&self) -> Vec<Check> {
        let mut checks = Vec::new();
        if let Some(root) = &self.root {
            match self.list(&Cancel::new()) {
                Ok(tree) => {
                    let calls = files::group(tree.files).len();
                    let ok = calls > 0 || self.database_file().is_some();
                    let words = format!("The folder {} can be read: files of {calls} calls.", root.path().display());
                    checks.push(Check { ok, words });
                    let problem = |item: &model::RejectedItem| Check {
                        ok: false,
                        words: format!("{}: {}", item.item, item.reason),
                    };
                    checks.extend(tree.rejected.iter().take(10).map(problem));
                }
                Err(error) => checks.push(Check { ok: false, words: error.to_string() }),
            }
        }
        match self.database_file() {
            Some(file) => checks.push(Self::test_database(&file)),
            None => checks.push(Check { ok: true, words: "No database; the files alone are read.".into() }),
        }
        checks
    }

    fn changes_since<'a>(&'a self, cursor: Option<&Cursor>, _memory: &'a dyn Memory, cancel: &'a Cancel) -> Pages<'a> {
        Box::new(Walk::new(self, cursor.map(Inventory::read).unwrap_or_default(), cancel))
    }

    fn audio(&self, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        let missing = |detail: &str| AudioError::new(Outcome::NotFound, detail.to_owned());
        let root = self
            .root
            .as_ref()
            .ok_or_else(|| missing("only the database is known; choose the recordings folder too"))?;
        let path =
            ask.recording.storage_path.as_ref().ok_or_else(|| missing("the recording is in no file of the folder"))?;
        file_audio::open(root, path)
    }

    fn local_file(&self, recording: &Recording) -> Option<PathBuf> {
        file_audio::place(self.root.as_ref()?, recording.storage_path.as_ref()?)
    }

    fn watch(&self, hint: Box<dyn Fn() + Send>) -> Option<Watch> {
        let beside_database = self.database.as_deref().and_then(Path::parent);
        watch::watch(self.root.as_ref().map(Root::path).or(beside_database)?, hint)
    }

    fn afresh(&self, cursor: &Cursor) -> Option<Cursor> {
        Some(Inventory::read(cursor).afresh().cursor())
    }
}

#[cfg(test)]
mod tests;
