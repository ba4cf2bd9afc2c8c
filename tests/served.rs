//! A library with one of the sandbox's systems as its source.

use crate::desk::files_below;
use app::{App, FetchTotals, Filter, NewSecret, NewSource, Options, Secret, Sort, SyncOutcome};
use model::{Cancel, SourceId};
use testkit::sandbox::{Dialect, Running, Server, SharedTruth, System, Truth};

/// A library with a server as its source, which nothing was read of yet.
pub struct Served {
    pub app: App,
    pub running: Running,
    pub truth: SharedTruth,
    pub source: SourceId,
    _home: tempfile::TempDir,
}

impl Served {
    /// The system that this kind of source reads, telling this truth.
    pub fn new(kind: &str, truth: Truth) -> Self {
        Self::set(kind, truth, &[])
    }

    /// The same with further settings.
    pub fn set(kind: &str, truth: Truth, set: &[(&str, &str)]) -> Self {
        Self::start(kind, Dialect::Documented, truth, set)
    }

    /// The same in another dialect.
    pub fn speaking(kind: &str, dialect: Dialect, truth: Truth) -> Self {
        Self::start(kind, dialect, truth, &[])
    }

    fn start(kind: &str, dialect: Dialect, truth: Truth, set: &[(&str, &str)]) -> Self {
        let truth = SharedTruth::from(truth);
        let running = System::of(kind).unwrap().start(&truth, dialect, 0).unwrap();
        let home = tempfile::tempdir().unwrap();
        let app = App::open(Options::to_change(home.path().join("library")).without_keychain()).unwrap();
        let source = add(&app, &running, set);
        Self { app, running, truth, source, _home: home }
    }

    pub fn server(&self) -> &Server {
        &self.running.server
    }

    /// Reads what is new; whatever else happens, the library must be whole afterwards.
    pub fn sync(&self) -> SyncOutcome {
        self.sync_until(&Cancel::new())
    }

    pub fn sync_until(&self, cancel: &Cancel) -> SyncOutcome {
        let outcome = self.app.sync(self.source, false, cancel, &mut |_| {}).unwrap();
        assert_eq!(self.app.check_library().unwrap(), [] as [&str; 0]);
        outcome
    }

    /// Brings all audio into the cache that can be had.
    pub fn fetch_all(&self) -> FetchTotals {
        let all = self.app.calls_with_audio(&Filter::default()).unwrap();
        self.app.fetch(&all, 4, &Cancel::new(), &mut |_| {}).unwrap()
    }

    /// The bytes of everything in the cache, in order.
    pub fn cached(&self) -> Vec<Vec<u8>> {
        let files = files_below(self.app.cache_status().unwrap().dir);
        let mut contents: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
        contents.sort();
        contents
    }

    /// Every recording is in the cache, byte for byte.
    pub fn assert_all_audio(&self, words: &str) {
        let mut told: Vec<Vec<u8>> = self.truth.now().calls.iter().map(|call| call.audio.clone()).collect();
        told.sort();
        assert!(self.cached() == told, "{words}: every copy is exact");
    }

    /// Everything that the library says its source says.
    pub fn content(&self) -> Vec<String> {
        content(&self.app)
    }

    /// The library says what one says that reads the same server when nothing goes wrong.
    pub fn assert_truth(&self, words: &str) {
        assert_same(&self.content(), &self.content_without_faults(), words);
    }

    /// What a library says that reads the same server when nothing goes wrong.
    pub fn content_without_faults(&self) -> Vec<String> {
        self.server().behave();
        let home = tempfile::tempdir().unwrap();
        let app = App::open(Options::to_change(home.path().join("library")).without_keychain()).unwrap();
        let source = add(&app, &self.running, &[]);
        let outcome = app.sync(source, false, &Cancel::new(), &mut |_| {}).unwrap();
        assert!(outcome.run.complete, "{outcome:?}");
        content(&app)
    }
}

/// Two libraries say the same; else where they first differ.
pub fn assert_same(content: &[String], truth: &[String], words: &str) {
    assert_eq!(content.len(), truth.len(), "{words}");
    if let Some((line, told)) = content.iter().zip(truth).find(|(line, told)| line != told) {
        let same = line.bytes().zip(told.bytes()).take_while(|(a, b)| a == b).count().saturating_sub(60);
        let part = |text: &str| text.chars().skip(same).take(400).collect::<String>();
        panic!("{words}: the library says\n{}\nand the server\n{}", part(line), part(told));
    }
}

fn add(app: &App, running: &Running, set: &[(&str, &str)]) -> SourceId {
    let given = set.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let set = running.settings(&[]).into_iter().chain(given).collect();
    let secret = NewSecret { secret: Secret::new(running.system.secret), or_for_this_run: true };
    let (kind, url) = (running.system.kind.into(), Some(running.server.origin().to_owned()));
    let secret = (!running.system.secret.is_empty()).then_some(secret);
    app.add_source(NewSource { kind, name: running.name(), url, set, secret, ..NewSource::default() }).unwrap().id
}

/// A line per call in the order of the calls' names at their source: the record with its words, the recordings with what
/// is known of their bytes, and the row as lists show it; ids and moments that each library makes itself left out.
fn content(app: &App) -> Vec<String> {
    let (mut lines, mut after) = (Vec::new(), None);
    loop {
        let page = app.calls(&Filter::default(), Sort::default(), after.as_deref(), 1_000).unwrap();
        for row in page.rows {
            let mut call = app.call(row.id).unwrap();
            // What the list said when it was last read, if it was: not what the source says of the call.
            call.record.revision = None;
            let recordings: Vec<_> = call.recordings.iter().map(|recording| &recording.record).collect();
            lines.push(format!("{} {:?} {:?} {:?}", row.remote_id, call.record, recordings, row.vanished_ms.is_some()));
        }
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    lines.sort();
    lines
}
