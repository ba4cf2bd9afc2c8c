//! A Supabase project itself: the recordings server's tables through PostgREST, its files in Storage, and Realtime as a
//! hint.
//!
//! Rows are read in the order in which they changed, each page from where the last one ended, until a page is empty: a
//! project cuts answers short without saying so, and its counts may be estimates. What hangs on a call is asked for by
//! many calls at once. It does not change the call's own row, so that an incremental walk also asks what was added to it.

mod account;
mod hints;
mod listing;
mod look;
pub(crate) mod rows;
pub(crate) mod storage;
mod tables;

use std::collections::HashSet;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};

use model::{Cancel, Door, Outcome, Recording};
use serde_json::{Value, json};

use self::account::Account;
use self::storage::{fetch, resumed, with};
use crate::http::{Allowed, Http};
use crate::remote::stream::audio;
use crate::remote::{Found, Item, ItemError, Listed, Remote, Server, Since};
use crate::secret::Secret;
use crate::session::Session;
use crate::transcript_format::json::{list, text};
use crate::{Audio, AudioError, AudioRequest, Check, Settings, Source, SourceError, Watch, World};

/// What the settings of this kind are called.
const SETTINGS: [&str; 3] = ["anon_key", "bucket", "table"];

/// A source of this kind with these settings.
pub(crate) fn open(settings: &Settings, world: &World) -> Result<Box<dyn Source>, SourceError> {
    Ok(Box::new(Remote::new(Supabase(Arc::new(Project::new(settings, world)?)), settings, world)?))
}

/// A project as a server.
struct Supabase(Arc<Project>);

/// The project with a session.
struct Project {
    http: Http,
    session: Session<Account>,
    /// Where relative addresses in records lead, if not to the project itself.
    legacy: Option<Http>,
    table: String,
    bucket: String,
    page_size: u32,
    clock: fn() -> i64,
    /// Which of [`listing::ORDERS`] the table has.
    order: AtomicUsize,
    /// Tables that are not there.
    missing: Mutex<HashSet<String>>,
    /// The calls that this walk has listed.
    listed: Mutex<HashSet<String>>,
}

impl Project {
    fn new(settings: &Settings, world: &World) -> Result<Self, SourceError> {
        settings.expect_server(&SETTINGS)?;
        let Some(key) = settings.get("anon_key").map(Secret::new) else {
            let words = "give the project's anon key (anon_key), from its settings under API keys";
            return Err(SourceError::Settings(words.into()));
        };
        let http = Http::new(settings.address(None)?, Allowed::default(), settings, world)?;
        let legacy = settings.get("legacy_url").map(|url| Http::new(url, Allowed::default(), settings, world));
        let named = |name: &str, usual: &str| settings.get(name).unwrap_or(usual).to_owned();
        Ok(Self {
            session: Session::new(Account::new(&http, key, world)),
            http,
            legacy: legacy.transpose()?,
            table: named("table", "calls"),
            bucket: named("bucket", "call-recordings"),
            page_size: settings.number("page_size", 1..=100)?.unwrap_or(100),
            clock: world.clock,
            order: AtomicUsize::new(0),
            missing: Mutex::default(),
            listed: Mutex::default(),
        })
    }

    fn call(&self, item: &Item, cancel: &Cancel) -> Result<Found, ItemError> {
        let asked;
        let all = if item.listed.is_null() {
            let row = self.rows(&self.table, &[("select", "*"), ("id", &format!("eq.{}", item.remote_id))], cancel)?;
            let row = row.and_then(|rows| rows.into_iter().next()).ok_or(ItemError::Gone)?;
            asked = self.with_parts(vec![row], cancel)?.pop().ok_or(ItemError::Gone)?;
            &asked
        } else {
            &item.listed
        };
        let Some(row) = all["call"].as_object() else {
            return Err(ItemError::Bad("its row is not the JSON object it should be".into()));
        };
        let now_ms = (self.clock)();
        let mut record = rows::call_of(&item.remote_id, row);
        record.recordings = list(&all["recordings"]).iter().filter_map(|row| rows::recording_of(row, now_ms)).collect();
        rows::add_own(&mut record, &all["call"]);
        rows::add_address(&mut record, &all["call"]["recording_url"]);
        let written = list(&all["transcripts"]).iter().map(|row| {
            json!({"turns": unpacked(&row["turns"]), "transcript": row["full_text"], "word_count": row["word_count"]})
        });
        let in_call = ["transcript_json", "transcript"].into_iter().map(|name| all["call"][name].clone());
        for said in written.chain(in_call) {
            if rows::add_transcript(&mut record, &said) {
                break;
            }
        }
        let is_coming = list(&all["recordings"]).iter().any(|row| row["status"] == "uploading");
        let settled = rows::is_settled(&record, now_ms) && !is_coming;
        Ok(Found { record, settled })
    }
}

impl Server for Supabase {
    fn test(&self, cancel: &Cancel) -> Vec<Check> {
        look::test(&self.0, cancel)
    }

    fn list(&self, since: Option<&Since>, at: Option<&str>, cancel: &Cancel) -> Result<Listed, SourceError> {
        if at.is_none() {
            self.0.listed.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        self.0.list(since, at, cancel)
    }

    fn call(&self, item: &Item, cancel: &Cancel) -> Result<Found, ItemError> {
        self.0.call(item, cancel)
    }

    fn doors(&self, recording: &Recording) -> Vec<Door> {
        let own = recording.storage_path.is_some().then_some(Door::Source);
        own.into_iter().chain(recording.legacy_url.is_some().then_some(Door::Legacy)).collect()
    }

    fn audio(&self, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        let project = &self.0;
        let missing = |words: &str| AudioError::new(Outcome::NotFound, words);
        match (ask.door, &ask.recording.storage_path, &ask.recording.legacy_url) {
            (Door::Source, Some(path), _) => {
                fetch(&project.http, &project.session, rows::place_of(path, &project.bucket), ask)
            }
            (Door::Source, None, _) => Err(missing("the record does not say where in the storage the audio is")),
            (Door::Legacy, _, Some(address)) => {
                let answer = match &project.legacy {
                    Some(http) if !address.contains("://") => resumed(http.found(address)?, ask).send(ask.cancel)?,
                    _ => project.session.with(ask.cancel, |credentials| {
                        with(resumed(project.http.found(address)?, ask), credentials).send(ask.cancel)
                    })?,
                };
                audio(answer)
            }
            _ => Err(missing("the record carries no other address")),
        }
    }

    fn watch(&self, hint: Box<dyn Fn() + Send>) -> Option<Watch> {
        Some(hints::watch(&self.0, hint))
    }

    fn requests(&self) -> u64 {
        self.0.http.requests() + self.0.legacy.as_ref().map_or(0, Http::requests)
    }
}

/// JSON that was written into a text column.
fn unpacked(value: &Value) -> Value {
    text(value).and_then(|written| serde_json::from_str(written).ok()).unwrap_or_else(|| value.clone())
}
