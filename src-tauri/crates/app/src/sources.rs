//! The places calls come from: adding, listing, testing and removing them.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use library::{NewSource as NewRow, SourceRow, SyncRun};
use model::{Action, Cancel, SourceId};
use serde_json::{Map, Value, json};
use source::secret::{Keychain, Secret};
use source::{Check, Kind, NoMemory, Settings as SourceSettings, Source, Waiting, World};

use crate::event::AppEvent;
use crate::fault::{Fault, FaultCode};
use crate::kinds;
use crate::open::App;
use crate::signing;
use crate::trail::Deed;

/// A source to add.
#[derive(Clone, Debug, Default)]
pub struct NewSource {
    /// Its kind's name.
    pub kind: String,
    /// The user's name for it; made from the folder's name if empty.
    pub name: String,
    /// A folder on this machine.
    pub path: Option<PathBuf>,
    /// A server's address.
    pub url: Option<String>,
    /// Further settings.
    pub set: BTreeMap<String, String>,
    /// What it is signed in to with.
    pub secret: Option<NewSecret>,
}

/// A secret, and what to do with it.
#[derive(Clone, Debug)]
pub struct NewSecret {
    /// The secret: a token, or a JSON object where the kind needs more.
    pub secret: Secret,
    /// Where there is no keychain, keep it until the program ends instead of failing.
    pub or_for_this_run: bool,
}

/// A configured source and what is known of it.
#[derive(Clone, Debug)]
pub struct SourceInfo {
    /// Its id on this machine.
    pub id: SourceId,
    /// Its kind's name.
    pub kind: String,
    /// The user's name for it.
    pub name: String,
    /// The folder or address it reads.
    pub place: String,
    /// Whether it reads this machine's disks only.
    pub local: bool,
    /// What it was configured with besides its place.
    pub set: BTreeMap<String, String>,
    /// How many of its calls are in the library.
    pub calls: u64,
    /// Whether a sync runs now.
    pub syncing: bool,
    /// Whether new calls are noticed as they appear.
    pub watching: bool,
    /// The last run.
    pub last_run: Option<SyncRun>,
}

impl App {
    /// Adds a source. Its settings are checked; whether its place can be reached is not, for that `test_source` is there.
    pub fn add_source(&self, new: NewSource) -> Result<SourceInfo, Fault> {
        let kind = Kind::parse(&new.kind).ok_or_else(|| {
            let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
            Fault::new(
                FaultCode::Invalid,
                format!("there is no kind of source {:?}: use one of {}", new.kind, known.join(", ")),
            )
        })?;
        let path = new.path.map(absolute).transpose()?;
        let settings = SourceSettings { path, url: new.url, set: new.set };
        source::open(kind, &settings, &World::plain(&new.name, self.inner.clock))?;
        let id = SourceId(uuid::Uuid::new_v4());
        let name = match new.name.trim() {
            "" => self.free_name(&default_name(&settings))?,
            name => name.to_owned(),
        };
        if Keychain::variable(&name) == Keychain::variable(signing::NAME) {
            let words = format!("{name:?} is what the library's own key is called: choose another name");
            return Err(Fault::new(FaultCode::Invalid, words));
        }
        let mut deeds = vec![added(kind, &name, &settings)];
        if let Some(secret) = &new.secret {
            self.keep_secret(&name, secret)?;
            deeds.push(Deed::new(Action::SignIn, Some(name.clone()), Value::Null));
        }
        let row =
            NewRow { id, kind: kind.as_str().into(), name, settings: as_json(&settings), added_ms: self.now_ms() };
        let id = self.write_recorded(deeds, move |writer| writer.add_source(&row))?;
        self.watch(id);
        self.tell(&AppEvent::SourcesChanged);
        self.source(id)
    }

    /// Changes what a source was configured with; what is not named in `set` stays, an empty value removes a setting.
    pub fn change_source(&self, id: SourceId, set: BTreeMap<String, String>) -> Result<SourceInfo, Fault> {
        let row = self.source_row(id)?;
        let mut settings = settings_of(&row.settings);
        let deed = changed(&row.name, &settings.set, &set);
        for (key, value) in set {
            if value.is_empty() {
                settings.set.remove(&key)
            } else {
                settings.set.insert(key, value)
            };
        }
        source::open(kind_of(&row)?, &settings, &World::plain(&row.name, self.inner.clock))?;
        let json = as_json(&settings);
        self.write_recorded(deed.into_iter().collect(), move |writer| writer.set_source_settings(id, &json))?;
        self.begin_anew(id);
        self.source(id)
    }

    /// Gives a source a new secret and has it looked at again.
    pub fn sign_in(&self, id: SourceId, secret: &NewSecret) -> Result<SourceInfo, Fault> {
        let name = self.source_row(id)?.name;
        self.record(Action::SignIn, Some(name.clone()), Value::Null)?;
        self.keep_secret(&name, secret)?;
        self.begin_anew(id);
        self.source(id)
    }

    /// Has a server send a code to this address, for kinds that are signed in to that way.
    pub fn request_code(&self, id: SourceId, email: &str) -> Result<(), Fault> {
        let row = self.source_row(id)?;
        let settings = settings_of(&row.settings);
        Ok(source::sign_in::request_code(&settings, &self.world(&row), email.trim(), &Cancel::new())?)
    }

    /// Signs in with a code that was sent.
    pub fn verify_code(&self, id: SourceId, email: &str, code: &str) -> Result<SourceInfo, Fault> {
        let row = self.source_row(id)?;
        let (settings, world, code) = (settings_of(&row.settings), self.world(&row), Secret::new(code));
        let secret = source::sign_in::verify_code(&settings, &world, email.trim(), &code, &Cancel::new())?;
        self.sign_in(id, &NewSecret { secret, or_for_this_run: true })
    }

    /// The configured sources, in the order they were added.
    pub fn sources(&self) -> Result<Vec<SourceInfo>, Fault> {
        let rows = self.inner.library.reader()?.sources()?;
        rows.into_iter().map(|row| self.describe(row)).collect()
    }

    /// One configured source.
    pub fn source(&self, id: SourceId) -> Result<SourceInfo, Fault> {
        self.describe(self.source_row(id)?)
    }

    /// What works at a source and what is missing.
    pub fn test_source(&self, id: SourceId) -> Result<Vec<Check>, Fault> {
        let row = self.source_row(id)?;
        let source = self.open_source(&row)?;
        self.want_secret(&row)?;
        Ok(source.test())
    }

    /// Why a source cannot be read at all, if it cannot: what the first page of its list says.
    pub fn why_unreadable(&self, id: SourceId) -> Result<Option<Fault>, Fault> {
        let source = self.open_source(&self.source_row(id)?)?;
        let first = source.changes_since(None, &NoMemory, &Cancel::new()).next();
        Ok(first.and_then(Result::err).map(Fault::from))
    }

    /// Removes a source. Its calls stay in the library unless they are to be forgotten; then their cached audio goes too.
    /// Calls in a case stay with their audio all the same. Answers how many stay.
    pub fn remove_source(&self, id: SourceId, forget_calls: bool) -> Result<u64, Fault> {
        let SourceRow { name, calls, .. } = self.source_row(id)?;
        self.inner.jobs.cancel_for(id);
        self.unwatch(id);
        self.close_source(id);
        let facts = json!({ "what": "source", "calls": calls, "forgotten": forget_calls });
        let deed = Deed::new(Action::Delete, Some(name.clone()), facts);
        let before = self.inner.library.reader()?.cache_entries()?;
        let calls_left = self.write_recorded(vec![deed], move |writer| writer.remove_source(id, forget_calls))?;
        let left = self.inner.library.reader()?.cache_entries()?;
        let left: HashSet<&str> = left.iter().map(|entry| entry.path.as_str()).collect();
        for entry in before.iter().filter(|entry| !left.contains(entry.path.as_str())) {
            self.inner.store.remove(&entry.path)?;
        }
        // A secret that cannot be reached now cannot be used either; the source is gone all the same.
        drop(self.inner.secrets.forget(&name));
        self.tell(&AppEvent::SourcesChanged);
        self.tell(&AppEvent::LibraryChanged);
        Ok(calls_left)
    }

    /// The last runs of a source, newest first.
    pub fn sync_history(&self, id: SourceId, limit: u32) -> Result<Vec<SyncRun>, Fault> {
        Ok(self.inner.library.reader()?.sync_runs(id, limit)?)
    }

    pub(crate) fn source_row(&self, id: SourceId) -> Result<SourceRow, Fault> {
        let row = self.inner.library.reader()?.source(id)?.filter(|row| !row.removed);
        row.ok_or_else(|| Fault::new(FaultCode::NotFound, "that source is not configured any more"))
    }

    /// The source of a row; the same one for everybody, so that all share its gate and its session.
    pub(crate) fn open_source(&self, row: &SourceRow) -> Result<Arc<dyn Source>, Fault> {
        let mut open = self.inner.open_sources.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(source) = open.get(&row.id) {
            return Ok(source.clone());
        }
        let source: Arc<dyn Source> =
            source::open(kind_of(row)?, &settings_of(&row.settings), &self.world(row))?.into();
        open.insert(row.id, source.clone());
        Ok(source)
    }

    /// Whether a source that is no folder cannot be asked at the moment.
    pub(crate) fn is_out_of_reach(&self, id: SourceId) -> Result<bool, Fault> {
        Ok(self.world(&self.source_row(id)?).network.is_off())
    }

    /// The environment variables whose sign-in was renewed in this run: what they hold counts no more.
    pub fn outdated_sign_ins(&self) -> Vec<String> {
        self.inner.secrets.outdated()
    }

    /// That a source which must be signed in to has a secret here; the fault says where to put one.
    pub(crate) fn want_secret(&self, row: &SourceRow) -> Result<(), Fault> {
        let must = kinds::describe(kind_of(row)?).secret.is_some_and(|secret| !secret.optional);
        if !must || self.inner.secrets.get(&row.name).ok().flatten().is_some() {
            return Ok(());
        }
        let words = format!(
            "{:?} has no secret here: sign in in the window, or give it for this run in {}",
            row.name,
            Keychain::variable(&row.name)
        );
        Err(Fault::new(FaultCode::NeedsCredentials, words))
    }

    /// Forgets an open source, so that it is opened with what is configured now.
    fn close_source(&self, id: SourceId) {
        self.inner.open_sources.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// What was configured has changed: the source is opened and looked at anew.
    fn begin_anew(&self, id: SourceId) {
        self.inner.jobs.cancel_for(id);
        self.unwatch(id);
        self.close_source(id);
        self.watch(id);
        self.tell(&AppEvent::SourcesChanged);
    }

    fn keep_secret(&self, name: &str, new: &NewSecret) -> Result<(), Fault> {
        match self.inner.secrets.set(name, &new.secret) {
            Ok(()) => Ok(()),
            Err(_) if new.or_for_this_run => {
                self.inner.secrets.lend(name, &new.secret);
                Ok(())
            }
            Err(error) => {
                let variable = Keychain::variable(name);
                let words = format!("the secret cannot be kept: {error}; give it for each run in {variable} instead");
                Err(Fault::new(FaultCode::NoKeychain, words))
            }
        }
    }

    /// The world as one source sees it.
    pub(crate) fn world(&self, row: &SourceRow) -> World {
        let (id, inner) = (row.id, Arc::downgrade(&self.inner));
        let waiting = move |waiting: Option<Waiting>| {
            if let Some(inner) = inner.upgrade() {
                inner.jobs.wait(id, waiting.as_ref()).into_iter().for_each(|job| inner.tell(&AppEvent::Job(job)));
                inner.tell(&AppEvent::Waiting(id, waiting));
            }
        };
        let here = settings_of(&row.settings).is_on_this_machine();
        World {
            name: row.name.clone(),
            secrets: self.inner.secrets.clone(),
            network: if here { self.inner.network.on_this_machine() } else { self.inner.network.clone() },
            clock: self.inner.clock,
            waiting: Arc::new(waiting),
        }
    }

    fn describe(&self, row: SourceRow) -> Result<SourceInfo, Fault> {
        let (settings, local) = (settings_of(&row.settings), is_local(&row));
        let usual = || Kind::parse(&row.kind).and_then(|kind| kinds::describe(kind).address?.usual).map(str::to_owned);
        let place = settings.path.map(|path| path.display().to_string()).or(settings.url).or_else(usual);
        let last_run = self.sync_history(row.id, 1)?.pop();
        let syncing = self.inner.jobs.is_syncing(row.id);
        let watching = self.is_watching(row.id);
        Ok(SourceInfo {
            id: row.id,
            kind: row.kind,
            name: row.name,
            place: place.unwrap_or_default(),
            local,
            set: settings.set,
            calls: row.calls,
            syncing,
            watching,
            last_run,
        })
    }

    /// `name`, or `name 2`, `name 3`, … if it is taken.
    fn free_name(&self, name: &str) -> Result<String, Fault> {
        let rows = self.inner.library.reader()?.sources()?;
        let taken = |candidate: &str| rows.iter().any(|row| row.name == candidate);
        let numbered = (2..).map(|number| format!("{name} {number}"));
        Ok(std::iter::once(name.to_owned()).chain(numbered).find(|candidate| !taken(candidate)).unwrap_or_default())
    }
}

/// What the audit log tells of a new source.
fn added(kind: Kind, name: &str, settings: &SourceSettings) -> Deed {
    let set: Map<String, Value> = settings.set.iter().map(|(key, value)| (key.clone(), told(key, value))).collect();
    let facts = json!({
        "did": "added",
        "kind": kind.as_str(),
        "path": settings.path.as_ref().map(|path| path.display().to_string()),
        "url": settings.url,
        "set": set,
    });
    Deed::new(Action::Source, Some(name.to_owned()), facts)
}

/// What it tells of changed settings, if any does change.
fn changed(name: &str, former: &BTreeMap<String, String>, set: &BTreeMap<String, String>) -> Option<Deed> {
    let old = |key: &str| former.get(key).map_or("", String::as_str);
    let changes = set.iter().filter(|(key, value)| old(key) != value.as_str());
    let changes: Map<String, Value> = changes
        .map(|(key, value)| (key.clone(), json!({ "old": told(key, old(key)), "new": told(key, value) })))
        .collect();
    let is_change = !changes.is_empty();
    is_change.then(|| Deed::new(Action::Source, Some(name.to_owned()), json!({ "did": "changed", "set": changes })))
}

/// A setting's value for the audit log: a key is no secret, but has no place there either.
fn told(key: &str, value: &str) -> Value {
    if key.ends_with("key") && !value.is_empty() { json!("…") } else { json!(value) }
}

/// Whether a source reads this machine's disks only.
pub(crate) fn is_local(row: &SourceRow) -> bool {
    Kind::parse(&row.kind).is_some_and(|kind| kind.is_local(&settings_of(&row.settings)))
}

fn kind_of(row: &SourceRow) -> Result<Kind, Fault> {
    Kind::parse(&row.kind).ok_or_else(|| {
        Fault::new(
            FaultCode::Invalid,
            format!("the source {:?} has a kind this version does not know: {}", row.name, row.kind),
        )
    })
}

pub(crate) fn settings_of(value: &Value) -> SourceSettings {
    let string = |key: &str| value[key].as_str().map(str::to_owned);
    let set = value["set"].as_object().into_iter().flatten();
    SourceSettings {
        path: string("path").map(PathBuf::from),
        url: string("url"),
        set: set.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect(),
    }
}

fn as_json(settings: &SourceSettings) -> Value {
    let set: Map<String, Value> = settings.set.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    json!({ "path": settings.path.as_ref().and_then(|path| path.to_str()), "url": settings.url, "set": set })
}

fn default_name(settings: &SourceSettings) -> String {
    let folder =
        settings.path.as_deref().and_then(|path| path.file_name()).map(|name| name.to_string_lossy().into_owned());
    folder.or_else(|| settings.url.clone()).unwrap_or_else(|| "Source".to_owned())
}

/// The path from the root of the disk, so that it means the same wherever the program is started next time.
fn absolute(path: PathBuf) -> Result<PathBuf, Fault> {
    let invalid =
        |why: String| Fault::new(FaultCode::Invalid, format!("the folder {} cannot be used: {why}", path.display()));
    let absolute = std::path::absolute(&path).map_err(|cause| invalid(cause.to_string()))?;
    if absolute.to_str().is_none() { Err(invalid("its name is not Unicode; rename it".into())) } else { Ok(absolute) }
}
