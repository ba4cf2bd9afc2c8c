//! A library with a folder of calls as its source.

use std::path::PathBuf;

use app::{App, Fault, Fetched, Filter, NewSource, Options, RenderWhat, Sort, StoredCall, SyncOutcome};
use model::{CallId, Cancel, SourceId};
use testkit::{CallFolder, samples_of};

/// A library with a folder of calls as its source, which nothing was read of yet.
pub struct Desk {
    pub app: App,
    pub folder: CallFolder,
    pub source: SourceId,
    pub home: tempfile::TempDir,
}

/// The whole recording as the player would play it.
pub const ALL_OF_IT: RenderWhat = RenderWhat { at_ms: 0, for_ms: None, speed: 1.0, channels: app::Channels::Both };

impl Desk {
    pub fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let app = App::open(Options::to_change(home.path().join("library"))).unwrap();
        let folder = CallFolder::new();
        let source = app.add_source(folder_source(&folder, "Calls")).unwrap().id;
        Self { app, folder, source, home }
    }

    /// With one recording of a second, `call.wav`, in the library.
    pub fn with_one_call() -> Self {
        let desk = Self::new();
        desk.folder.recording("call.wav", 1, 1_000);
        assert_eq!(desk.sync().run.added, 1);
        desk
    }

    /// Reads what is new; whatever else happens, the library must be whole afterwards.
    pub fn sync(&self) -> SyncOutcome {
        let outcome = self.app.sync(self.source, false, &Cancel::new(), &mut |_| {}).unwrap();
        assert_eq!(self.app.check_library().unwrap(), [] as [&str; 0]);
        outcome
    }

    /// The names at the source of all calls, in order.
    pub fn remote_ids(&self) -> Vec<String> {
        let page = self.app.calls(&Filter::default(), Sort::default(), None, 1_000).unwrap();
        let mut ids: Vec<String> = page.rows.into_iter().map(|row| row.remote_id).collect();
        ids.sort();
        ids
    }

    pub fn id(&self, remote_id: &str) -> CallId {
        self.app.find_call(&format!("Calls:{remote_id}")).unwrap()
    }

    pub fn call(&self, remote_id: &str) -> StoredCall {
        self.app.call(self.id(remote_id)).unwrap()
    }

    /// Brings the only recording of a call into the cache, or learns why that does not work.
    pub fn fetch(&self, call: CallId) -> Fetched {
        let mut fetched = Vec::new();
        self.app.fetch(&[call], 2, &Cancel::new(), &mut |one| fetched.push(one.clone())).unwrap();
        assert_eq!(fetched.len(), 1, "a call of these has one recording");
        fetched.remove(0)
    }

    /// The samples that the player would play.
    pub fn render(&self, call: CallId, what: RenderWhat) -> Result<Vec<i16>, Fault> {
        let file = self.home.path().join("out.wav");
        self.app.render(call, what, &file, &Cancel::new())?;
        Ok(samples_of(&std::fs::read(file).unwrap()))
    }

    /// The files in the cache.
    pub fn cached_files(&self) -> Vec<PathBuf> {
        files_below(self.app.cache_status().unwrap().dir)
    }
}

/// A folder as a source of this name.
pub fn folder_source(folder: &CallFolder, name: &str) -> NewSource {
    let path = Some(folder.path().to_owned());
    NewSource { kind: "folder".into(), name: name.into(), path, ..NewSource::default() }
}

/// The files in a folder and below; none if there is no such folder.
pub fn files_below(dir: PathBuf) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files_below(path) } else { vec![path] }).collect()
}
