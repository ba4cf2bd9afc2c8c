//! Vapi, and the recordings server in front of it in both its eras, against their sandboxes on loopback.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use model::{CallRecord, Cancel, Door, Outcome, RejectedItem, Role};
use testkit::sandbox::vapi::{self, PROMPT, Store, Vapi};
use testkit::sandbox::vapi_backend::{self, VapiBackend, is_collapsed, row_id};
use testkit::sandbox::{Dialect, Fault, Server, SharedTruth, Truth, TruthCall, When};
use turnstone_source::secret::{ForThisRun, Secret, Secrets};
use turnstone_source::{
    self as source, AudioError, AudioRequest, Change, Cursor, Kind, Memory, Settings, Source, World,
};

const BOTH: [Dialect; 2] = [Dialect::Documented, Dialect::Observed];

/// A month after the last call of a small truth.
fn later() -> i64 {
    1_761_987_600_000 + 60 * 24 * 3_600_000
}

/// Half an hour after the first call of a small truth.
fn soon() -> i64 {
    1_761_987_600_000 + 1_800_000
}

/// What the library would know, and the cursor of the last walk.
#[derive(Default)]
struct Library {
    calls: BTreeMap<String, CallRecord>,
    cursor: Option<Cursor>,
}

impl Memory for Library {
    fn revisions(&self, remote_ids: &[&str]) -> HashMap<String, String> {
        let known = |id: &&str| Some(((*id).to_owned(), self.calls.get(*id)?.revision.clone()?));
        remote_ids.iter().filter_map(known).collect()
    }
}

/// What a walk said besides calls.
#[derive(Default)]
struct Walked {
    changed: usize,
    same: usize,
    gone: usize,
    rejected: Vec<RejectedItem>,
    doubt: Option<String>,
}

impl Library {
    fn sync(&mut self, source: &dyn Source) -> Walked {
        let cancel = Cancel::new();
        let pages: Vec<_> = source.changes_since(self.cursor.as_ref(), self, &cancel).collect();
        let mut walked = Walked::default();
        for page in pages {
            let page = page.expect("the walk goes on");
            self.cursor = Some(page.cursor);
            walked.doubt = page.doubt.or(walked.doubt);
            for change in page.changes {
                match change {
                    Change::Call(record) => {
                        walked.changed += 1;
                        self.calls.insert(record.remote_id.clone(), *record);
                    }
                    Change::Same { .. } => walked.same += 1,
                    Change::Unchanged(_) => {}
                    Change::Gone { .. } => walked.gone += 1,
                    Change::Rejected(item) => walked.rejected.push(item),
                }
            }
        }
        walked
    }
}

/// A server, the storage its recordings are in, and a source for it.
struct Place<S> {
    truth: SharedTruth,
    site: Arc<S>,
    server: Server,
    store: Arc<Store>,
    storage: Server,
}

impl Place<VapiBackend> {
    fn backend(calls: usize, dialect: Dialect) -> Self {
        let truth = SharedTruth::from(Truth::small(calls));
        let site = Arc::new(VapiBackend::new(truth.clone(), dialect));
        let place = Self::with(truth, site);
        place.site.keep_recordings_at(place.storage.origin());
        place
    }

    fn source(&self) -> Box<dyn Source> {
        self.source_with(&[], later)
    }

    fn source_with(&self, set: &[(&str, &str)], clock: fn() -> i64) -> Box<dyn Source> {
        open(Kind::VapiBackend, &format!("{}/api/", self.server.origin()), set, clock)
    }
}

impl Place<Vapi> {
    fn vapi(truth: Truth, dialect: Dialect) -> Self {
        let truth = SharedTruth::from(truth);
        let site = Arc::new(Vapi::new(truth.clone(), dialect));
        let place = Self::with(truth, site);
        place.site.keep_recordings_at(place.storage.origin());
        place
    }

    fn source(&self, set: &[(&str, &str)]) -> Box<dyn Source> {
        open(Kind::Vapi, self.server.origin(), set, later)
    }
}

impl<S: testkit::sandbox::Site + 'static> Place<S> {
    fn with(truth: SharedTruth, site: Arc<S>) -> Self {
        let store = Arc::new(Store::new(truth.clone()));
        let (server, storage) = (Server::start(site.clone()), Server::start(store.clone()));
        Self { truth, site, server, store, storage }
    }

    fn call(&self, index: usize) -> TruthCall {
        self.truth.now().calls[index].clone()
    }

    /// How many requests to paths that contain this.
    fn asked(&self, path: &str) -> usize {
        self.server.seen().iter().filter(|seen| seen.asked.path.contains(path)).count()
    }
}

fn open(kind: Kind, url: &str, set: &[(&str, &str)], clock: fn() -> i64) -> Box<dyn Source> {
    let secrets = ForThisRun::default();
    secrets
        .set("a", &Secret::new(if kind == Kind::Vapi { vapi::KEY } else { vapi_backend::TOKEN }))
        .expect("secrets of this run are kept");
    secrets.set("vapi-key", &Secret::new(vapi::KEY)).expect("secrets of this run are kept");
    let world = World { secrets: Arc::new(secrets), ..World::plain("a", clock) };
    let set = set.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    source::open(kind, &Settings { url: Some(url.to_owned()), set, ..Settings::default() }, &world)
        .expect("the settings make sense")
}

fn bytes(source: &dyn Source, record: &CallRecord, door: Door) -> Result<Vec<u8>, AudioError> {
    let cancel = Cancel::new();
    let (remote_id, recording) = (record.remote_id.as_str(), &record.recordings[0]);
    let mut audio = source.audio(&AudioRequest { remote_id, recording, door, resume: None, cancel: &cancel })?;
    let mut bytes = Vec::new();
    audio.bytes.read_to_end(&mut bytes).expect("the whole body");
    Ok(bytes)
}

/// Who said what from when on, without tools.
fn spoken(record: &CallRecord) -> Vec<(bool, String, Option<i64>)> {
    let turns = record.transcript.iter().flat_map(|said| &said.turns).filter(|turn| turn.role != Some(Role::Tool));
    turns.map(|turn| (turn.role == Some(Role::Agent), turn.text.clone(), turn.start_ms)).collect()
}

fn assert_is_told(record: &CallRecord, call: &TruthCall, timed: bool) {
    let said = call.turns.iter().map(|said| (said.agent, said.text.clone(), timed.then_some(said.start_ms)));
    assert_eq!(spoken(record), said.collect::<Vec<_>>());
    assert_eq!(record.call.started_at.as_ref().map(|at| at.utc_ms), Some(call.started_ms));
    assert_eq!(record.call.duration_ms, Some(call.duration_ms));
    let customer = if call.inbound { &record.call.from } else { &record.call.to };
    assert_eq!(customer.as_ref().and_then(|party| party.number.as_deref()), Some(call.customer.as_str()));
    assert_eq!(record.insights.as_ref().and_then(|insights| insights.summary.as_deref()), Some(call.summary.as_str()));
    let text = serde_json::to_string(record).expect("a record is JSON");
    for secret in [PROMPT, "X-Amz", "token=", "presigned"] {
        assert!(!text.contains(secret), "{secret} is not kept");
    }
}

fn id_of(call: &TruthCall, dialect: Dialect) -> String {
    if dialect == Dialect::Documented { call.id.clone() } else { row_id(call) }
}

#[test]
fn a_whole_sync_of_the_server_tells_the_truth_and_asks_for_no_recording() {
    for dialect in BOTH {
        let place = Place::backend(130, dialect);
        let (source, mut library) = (place.source(), Library::default());
        let walked = library.sync(&*source);
        assert_eq!((library.calls.len(), walked.rejected.len(), walked.doubt), (130, 0, None), "{dialect:?}");
        for call in &place.truth.now().calls {
            let timed = dialect == Dialect::Documented || !is_collapsed(call);
            let record = &library.calls[&id_of(call, dialect)];
            assert_is_told(record, call, timed);
            assert_eq!(record.call.external_ids["vapi_call_id"], call.id);
        }
        assert_eq!(place.asked("recording"), 0, "each question for an address would be logged as a download");
        assert_eq!(place.storage.requests(), 0);
    }
}

#[test]
fn a_second_sync_of_the_server_asks_only_for_what_is_new() {
    for dialect in BOTH {
        let place = Place::backend(130, dialect);
        let (source, mut library) = (place.source(), Library::default());
        library.sync(&*source);
        place.server.forget();
        let walked = library.sync(&*source);
        assert_eq!((walked.changed, walked.rejected.len()), (0, 0), "{dialect:?}: nothing is new");
        assert!(place.server.requests() <= 2, "{dialect:?}: a page or two of the list and no call");
        let newest = Truth::small(131).calls.pop().unwrap();
        place.truth.change(|truth| truth.calls.push(newest.clone()));
        place.server.forget();
        assert_eq!(library.sync(&*source).changed, 1);
        assert!(library.calls.contains_key(&id_of(&newest, dialect)));
        assert!(place.server.requests() <= 3);
    }
}

#[test]
fn what_comes_late_is_fetched_when_it_is_there() {
    for dialect in BOTH {
        let place = Place::backend(1, dialect);
        let turns = place.call(0).turns;
        place.truth.change(|truth| truth.calls[0].turns.clear());
        let mut library = Library::default();
        library.sync(&*place.source_with(&[], soon));
        let id = id_of(&place.call(0), dialect);
        assert_eq!(library.calls[&id].transcript, None, "{dialect:?}");
        assert_eq!(library.calls[&id].revision, None, "the call is not settled");
        place.truth.change(|truth| truth.calls[0].turns = turns);
        library.sync(&*place.source_with(&[], soon));
        assert_eq!(spoken(&library.calls[&id]).len(), 2, "{dialect:?}");
    }
}

#[test]
fn a_recording_that_is_being_stored_is_not_yet_there() {
    let place = Place::backend(1, Dialect::Observed);
    let call = place.call(0);
    place.site.hold_back(&call, true);
    let (source, mut library) = (place.source(), Library::default());
    library.sync(&*source);
    let record = library.calls[&row_id(&call)].clone();
    assert_eq!((&record.revision, &record.recordings[0].storage_path), (&None, &None), "the sentinel is no path");
    assert_eq!(bytes(&*source, &record, Door::Source).err().unwrap().outcome, Outcome::NotYet);
    place.site.hold_back(&call, false);
    library.sync(&*source);
    let record = &library.calls[&row_id(&call)];
    assert!(record.recordings[0].storage_path.as_deref().is_some_and(|path| path.ends_with(".wav")));
    assert_eq!(bytes(&*source, record, Door::Source).unwrap(), call.audio);
}

#[test]
fn audio_comes_from_a_signed_address_that_sees_no_credential() {
    for dialect in BOTH {
        let place = Place::backend(2, dialect);
        let (source, mut library) = (place.source(), Library::default());
        library.sync(&*source);
        let call = place.call(1);
        let record = &library.calls[&id_of(&call, dialect)];
        assert_eq!(bytes(&*source, record, Door::Source).unwrap(), call.audio, "{dialect:?}");
        assert_eq!(place.storage.requests(), 1);
        for seen in place.storage.seen() {
            assert_eq!(seen.asked.header("authorization"), None, "the token is the server's alone");
        }
    }
}

#[test]
fn a_copy_that_is_handed_on_is_noted_in_the_servers_trail_without_a_byte_being_fetched() {
    for dialect in BOTH {
        let place = Place::backend(1, dialect);
        let (source, mut library) = (place.source(), Library::default());
        library.sync(&*source);
        let record = &library.calls[&id_of(&place.call(0), dialect)];
        let (cancel, remote_id, recording) = (Cancel::new(), record.remote_id.as_str(), &record.recordings[0]);
        let ask = AudioRequest { remote_id, recording, door: Door::Source, resume: None, cancel: &cancel };
        assert!(source.keeps_download_trail());
        source.note_download(&ask).unwrap();
        assert_eq!((place.asked("recording"), place.storage.requests()), (1, 0), "{dialect:?}");
    }
}

#[test]
fn an_address_that_has_run_out_is_asked_for_anew_once() {
    for dialect in BOTH {
        let place = Place::backend(1, dialect);
        let (source, mut library) = (place.source(), Library::default());
        library.sync(&*source);
        let record = &library.calls[&id_of(&place.call(0), dialect)];
        place.store.run_out(1);
        assert_eq!(bytes(&*source, record, Door::Source).unwrap(), place.call(0).audio, "{dialect:?}");
        place.store.run_out(9);
        assert_eq!(bytes(&*source, record, Door::Source).err().unwrap().outcome, Outcome::Expired, "{dialect:?}");
        assert_eq!(place.storage.requests(), 4, "twice each time");
    }
}

#[test]
fn an_address_that_says_it_has_run_out_is_not_even_tried() {
    let place = Place::backend(1, Dialect::Documented);
    place.site.give_stale_addresses();
    let (source, mut library) = (place.source(), Library::default());
    library.sync(&*source);
    let record = &library.calls[&place.call(0).id];
    assert_eq!(bytes(&*source, record, Door::Source).unwrap(), place.call(0).audio);
    assert_eq!((place.asked("recording/refresh"), place.storage.requests()), (1, 1));
}

#[test]
fn what_the_server_lacks_comes_from_vapi_with_the_users_own_key() {
    for dialect in BOTH {
        let place = Place::backend(1, dialect);
        let behind = Place::vapi(Truth::small(1), dialect);
        let key = [("provider_url", behind.server.origin()), ("provider_key_secret", "vapi-key")];
        let (source, mut library) = (place.source_with(&key, later), Library::default());
        library.sync(&*source);
        let record = &library.calls[&id_of(&place.call(0), dialect)];
        let doors = source.doors(&record.recordings[0]);
        assert_eq!(doors[..2], [Door::Source, Door::Provider]);
        assert_eq!(bytes(&*source, record, Door::Provider).unwrap(), place.call(0).audio, "{dialect:?}");
        if doors.contains(&Door::Legacy) {
            let audio = bytes(&*source, record, Door::Legacy).unwrap();
            assert_eq!(audio, place.call(0).audio, "Vapi's old address leads to Vapi itself");
        }
        let never_saw = |server: &Server, secret: &str| {
            server.seen().iter().all(|seen| seen.asked.headers.values().all(|value| !value.contains(secret)))
        };
        assert!(never_saw(&place.server, vapi::KEY), "Vapi's key is for Vapi");
        assert!(never_saw(&behind.server, vapi_backend::TOKEN), "the server's token is for the server");
        assert!(behind.storage.seen().iter().all(|seen| seen.asked.header("authorization").is_none()));
    }
}

#[test]
fn a_call_that_is_gone_says_so_and_so_does_one_without_a_recording() {
    for dialect in BOTH {
        let place = Place::backend(2, dialect);
        let (source, mut library) = (place.source(), Library::default());
        library.sync(&*source);
        let records: Vec<CallRecord> =
            [0, 1].map(|index| library.calls[&id_of(&place.call(index), dialect)].clone()).into();
        place.truth.change(|truth| {
            truth.calls.remove(0);
            truth.calls[0].audio.clear();
        });
        let outcome = |record| bytes(&*source, record, Door::Source).err().unwrap().outcome;
        assert_eq!(outcome(&records[0]), Outcome::Gone, "{dialect:?}");
        assert_eq!(outcome(&records[1]), Outcome::NotFound, "{dialect:?}");
    }
}

#[test]
fn an_item_that_cannot_be_read_is_rejected_and_its_siblings_come_in() {
    for dialect in BOTH {
        let place = Place::backend(5, dialect);
        place.site.spoil(&place.call(2));
        let (source, mut library) = (place.source(), Library::default());
        let walked = library.sync(&*source);
        assert_eq!((library.calls.len(), walked.rejected.len()), (4, 1), "{dialect:?}");
        assert!(walked.rejected[0].reason.contains("no id"), "{}", walked.rejected[0].reason);
    }
}

#[test]
fn a_list_that_breaks_off_midway_is_gone_on_with_where_it_broke() {
    let place = Place::backend(250, Dialect::Observed);
    let source = place.source();
    let library = Library::default();
    place.server.misbehave(Fault::Html, When { path: "calls-dashboard".into(), after: 101, times: Some(1) });
    let cancel = Cancel::new();
    let mut pages: Vec<_> = source.changes_since(None, &library, &cancel).collect();
    assert!(pages.pop().expect("a last page").is_err(), "a page for people is no list");
    let kept = pages.pop().expect("the first page").expect("it was whole");
    let mut library = Library { cursor: Some(kept.cursor), ..Library::default() };
    place.server.forget();
    library.sync(&*place.source());
    assert_eq!(library.calls.len(), 150, "the calls of the other two pages, also with a source that was opened anew");
}

#[test]
fn a_bare_list_that_is_longer_than_the_server_shows_is_doubted() {
    let place = Place::backend(1, Dialect::Documented);
    place.truth.change(|truth| *truth = Truth::many(1_100));
    let (source, mut library) = (place.source(), Library::default());
    let walked = library.sync(&*source);
    assert_eq!(library.calls.len(), 1_000);
    let doubt = walked.doubt.expect("what is not listed is not taken for gone");
    assert!(doubt.contains("may not be listed"), "and people are told: {doubt}");
    assert!(place.server.requests() < 10);
}

#[test]
fn a_ready_recording_is_a_hint_to_look() {
    let place = Place::backend(1, Dialect::Observed);
    let source = place.source();
    let (told, hints) = channel();
    let watch = source.watch(Box::new(move || {
        let _ = told.send(());
    }));
    assert!(watch.is_some());
    while place.site.tell_recording_ready(&place.call(0)) == 0 {
        std::thread::yield_now();
    }
    hints.recv_timeout(Duration::from_secs(20)).expect("the event arrives");
    let opening = place.server.seen().into_iter().find(|seen| seen.asked.path == "/ws/live-calls").expect("a socket");
    assert!(
        !opening.asked.query.iter().any(|(_, value)| value.contains(vapi_backend::TOKEN)),
        "no token in an address"
    );
}

#[test]
fn a_test_says_what_works_and_causes_no_download() {
    for dialect in BOTH {
        let place = Place::backend(3, dialect);
        let checks = place.source().test();
        assert!(checks.len() == 4 && checks.iter().all(|check| check.ok), "{checks:?}");
        assert!(checks[3].words.contains("download"));
        assert_eq!(place.asked("recording"), 0);
        place.server.misbehave(Fault::Status(403), When::default());
        let checks = place.source().test();
        assert!(checks[0].ok && !checks[1].ok, "{checks:?}");
    }
}

#[test]
fn a_sync_of_vapi_tells_the_truth_and_asks_for_pages_only() {
    for dialect in BOTH {
        let place = Place::vapi(Truth::small(25), dialect);
        let (source, mut library) = (place.source(&[("page_size", "10")]), Library::default());
        let walked = library.sync(&*source);
        assert_eq!((library.calls.len(), walked.doubt), (25, None), "{dialect:?}");
        for call in &place.truth.now().calls {
            assert_is_told(&library.calls[&call.id], call, true);
        }
        assert!(place.server.requests() <= 4, "a page holds whole calls");
        place.server.forget();
        assert_eq!(library.sync(&*source).changed, 0);
        let seen = place.server.seen();
        assert!(seen.iter().all(|seen| seen.asked.param("updatedAtGe").is_some()), "only what changed is asked for");
    }
}

#[test]
fn an_old_call_of_vapi_that_changes_is_seen() {
    let place = Place::vapi(Truth::small(100), Dialect::Observed);
    let (source, mut library) = (place.source(&[("page_size", "10")]), Library::default());
    library.sync(&*source);
    place.truth.change(|truth| {
        truth.calls[3].summary = "Somebody was promised a call back.".into();
        truth.calls[3].changed_ms = later();
    });
    assert_eq!(library.sync(&*source).changed, 1);
    let summary = library.calls[&place.call(3).id].insights.as_ref().and_then(|insights| insights.summary.clone());
    assert_eq!(summary.as_deref(), Some("Somebody was promised a call back."));
}

#[test]
fn many_calls_of_one_instant_lose_none_across_pages() {
    let mut truth = Truth::small(60);
    for call in &mut truth.calls[5..40] {
        call.started_ms = 1_762_000_000_000;
    }
    let place = Place::vapi(truth, Dialect::Documented);
    let (source, mut library) = (place.source(&[("page_size", "10")]), Library::default());
    assert_eq!(library.sync(&*source).doubt, None);
    assert_eq!(library.calls.len(), 60);
}

#[test]
fn vapis_storage_gets_no_key_and_a_run_out_redirect_is_made_anew() {
    let place = Place::vapi(Truth::small(2), Dialect::Observed);
    let (source, mut library) = (place.source(&[]), Library::default());
    library.sync(&*source);
    let record = library.calls[&place.call(0).id].clone();
    place.store.run_out(1);
    assert_eq!(bytes(&*source, &record, Door::Source).unwrap(), place.call(0).audio);
    place.store.run_out(9);
    assert_eq!(bytes(&*source, &record, Door::Source).err().unwrap().outcome, Outcome::Expired);
    assert!(place.storage.seen().iter().all(|seen| seen.asked.header("authorization").is_none()));
    place.store.run_out(0);
    place.truth.change(|truth| truth.calls[0].audio.clear());
    assert_eq!(bytes(&*source, &record, Door::Source).err().unwrap().outcome, Outcome::NotFound);
    place.truth.change(|truth| drop(truth.calls.remove(0)));
    assert_eq!(bytes(&*source, &record, Door::Source).err().unwrap().outcome, Outcome::Gone);
}

#[test]
fn a_wrong_key_is_said_with_what_to_do() {
    let place = Place::vapi(Truth::small(1), Dialect::Documented);
    let secrets = ForThisRun::default();
    secrets.set("a", &Secret::new("public-key")).unwrap();
    let world = World { secrets: Arc::new(secrets), ..World::plain("a", later) };
    let settings = Settings { url: Some(place.server.origin().to_owned()), ..Settings::default() };
    let checks = source::open(Kind::Vapi, &settings, &world).unwrap().test();
    assert!(checks[0].ok && !checks[1].ok && checks[1].words.contains("private key"), "{checks:?}");
    assert!(!checks[1].words.contains("public-key"), "no secret is said");
}
