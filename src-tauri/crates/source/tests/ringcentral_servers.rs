//! RingCentral, and the recordings server in front of it, over real connections: what is read, what is asked for, and where
//! credentials go.

use std::collections::HashMap;
use std::io::Read;
use std::sync::Arc;

use model::{CallRecord, Cancel, Direction, Door, Outcome};
use testkit::sandbox::ringcentral::{self, RingCentral};
use testkit::sandbox::ringcentral_backend::{self, RingCentralBackend};
use testkit::sandbox::{Answer, Asked, Dialect, Fault, Server, SharedTruth, Site, Truth, When};
use turnstone_source::secret::Secret;
use turnstone_source::{
    Audio, AudioError, AudioRequest, Change, Cursor, Kind, Memory, NoMemory, Resume, Settings, Source, SourceError,
    World,
};

const DIALECTS: [Dialect; 2] = [Dialect::Documented, Dialect::Observed];
const DAY: i64 = 24 * 3_600_000;

/// A few days after the sandbox's calls.
fn days_later() -> i64 {
    1_761_987_600_000 + 20 * DAY
}

/// Shortly after the first of the sandbox's calls.
fn shortly_after() -> i64 {
    1_761_987_600_000 + 3_600_000
}

/// Long after RingCentral has deleted the recordings.
fn long_after() -> i64 {
    1_761_987_600_000 + 120 * DAY
}

/// What a library would have kept.
#[derive(Default)]
struct Library {
    calls: HashMap<String, CallRecord>,
    rejected: Vec<String>,
    cursor: Option<Cursor>,
}

impl Memory for Library {
    fn revisions(&self, remote_ids: &[&str]) -> HashMap<String, String> {
        let known = |id: &&str| Some(((*id).to_owned(), self.calls.get(*id)?.revision.clone()?));
        remote_ids.iter().filter_map(known).collect()
    }
}

impl Library {
    /// Brings everything in that a walk shows.
    fn sync(&mut self, source: &dyn Source) -> Result<(), SourceError> {
        let (cancel, cursor) = (Cancel::new(), self.cursor.clone());
        let pages: Vec<_> = source.changes_since(cursor.as_ref(), self, &cancel).collect::<Result<_, _>>()?;
        for page in pages {
            for change in page.changes {
                match change {
                    Change::Call(record) => drop(self.calls.insert(record.remote_id.clone(), *record)),
                    Change::Gone { remote_id } => drop(self.calls.remove(&remote_id)),
                    Change::Rejected(item) => self.rejected.push(item.reason),
                    Change::Same { .. } | Change::Unchanged(_) => {}
                }
            }
            self.cursor = Some(page.cursor);
        }
        Ok(())
    }
}

/// A RingCentral of its own, and a source that reads it.
struct Provider {
    truth: SharedTruth,
    site: Arc<RingCentral>,
    server: Server,
}

impl Provider {
    fn start(calls: usize, dialect: Dialect) -> Self {
        let truth = SharedTruth::from(Truth::small(calls));
        let site = Arc::new(RingCentral::new(truth.clone(), dialect));
        let server = Server::start(site.clone());
        Self { truth, site, server }
    }

    fn source(&self, clock: fn() -> i64, set: &[(&str, &str)]) -> Box<dyn Source> {
        open(Kind::Ringcentral, self.server.origin(), ringcentral::SECRET, clock, set)
    }

    fn asked(&self, path: &str) -> usize {
        asked(&self.server, path)
    }
}

/// The server in front of it, with RingCentral behind.
struct Backend {
    truth: SharedTruth,
    site: Arc<RingCentralBackend>,
    server: Server,
    behind: Provider,
}

impl Backend {
    fn start(calls: usize, dialect: Dialect) -> Self {
        let behind = Provider::start(calls, dialect);
        let truth = behind.truth.clone();
        let site = Arc::new(RingCentralBackend::before(truth.clone(), dialect, behind.server.origin()));
        let server = Server::start(site.clone());
        Self { truth, site, server, behind }
    }

    fn source(&self, set: &[(&str, &str)]) -> Box<dyn Source> {
        open(Kind::RingcentralBackend, self.server.origin(), ringcentral_backend::TOKEN, days_later, set)
    }

    /// A source that has RingCentral's credential too.
    fn source_with_provider(&self) -> Box<dyn Source> {
        self.source(&[("provider_url", self.behind.server.origin()), ("provider_key_secret", "rc")])
    }
}

fn open(kind: Kind, url: &str, secret: &str, clock: fn() -> i64, set: &[(&str, &str)]) -> Box<dyn Source> {
    let world = World::plain("here", clock);
    world.secrets.set("here", &Secret::new(secret)).expect("kept for this run");
    world.secrets.set("rc", &Secret::new(ringcentral::SECRET)).expect("kept for this run");
    let set = set.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let settings = Settings { url: Some(url.to_owned()), set, ..Settings::default() };
    turnstone_source::open(kind, &settings, &world).expect("good settings")
}

fn asked(server: &Server, path: &str) -> usize {
    server.seen().iter().filter(|seen| seen.asked.path.contains(path)).count()
}

fn fetch(
    source: &dyn Source,
    call: &CallRecord,
    door: Door,
    resume: Option<&Resume>,
) -> Result<(u64, Vec<u8>), AudioError> {
    let cancel = Cancel::new();
    let ask =
        AudioRequest { remote_id: &call.remote_id, recording: &call.recordings[0], door, resume, cancel: &cancel };
    let Audio { mut bytes, from, .. } = source.audio(&ask)?;
    let mut all = Vec::new();
    bytes.read_to_end(&mut all).expect("the body arrives");
    Ok((from, all))
}

#[test]
fn everything_ringcentral_has_comes_in_over_several_pages_in_both_dialects() {
    for dialect in DIALECTS {
        let provider = Provider::start(320, dialect);
        let mut library = Library::default();
        library.sync(&*provider.source(days_later, &[("page_size", "100")])).expect("a whole walk");
        let truth = provider.truth.now();
        assert_eq!(library.calls.len(), 320, "{dialect:?}");
        for told in &truth.calls {
            let call = &library.calls[&ringcentral::session_id(told)];
            let start = call.call.started_at.as_ref().map(|at| at.utc_ms);
            assert_eq!((start, call.call.duration_ms), (Some(told.started_ms), Some(told.duration_ms)));
            assert_eq!(call.call.direction == Some(Direction::Inbound), told.inbound);
            assert_eq!(call.call.agent.as_deref(), Some(told.agent.as_str()));
            assert_eq!(call.recordings[0].remote_id, ringcentral::recording_id(told), "{dialect:?}");
            assert_eq!(call.recordings[0].expires_at.as_ref().map(|at| at.utc_ms), Some(told.started_ms + 90 * DAY));
            let turns = &call.transcript.as_ref().expect("RingSense has it").turns;
            let said: Vec<_> = turns.iter().map(|turn| (turn.text.as_str(), turn.start_ms)).collect();
            let told_turns: Vec<_> = told.turns.iter().map(|said| (said.text.as_str(), Some(said.start_ms))).collect();
            assert_eq!(said, told_turns);
            assert_eq!(call.insights.as_ref().and_then(|found| found.summary.as_deref()), Some(told.summary.as_str()));
        }
        let elsewhere = provider.server.seen().iter().any(|seen| seen.status >= 400);
        assert!(!elsewhere, "nothing was asked for in vain");
    }
}

/// A RingCentral whose full synchronisation shows the newest record and says that this is all.
struct Short(Arc<RingCentral>);

impl Site for Short {
    fn answer(&self, asked: &Asked) -> Answer {
        let answer = self.0.answer(asked);
        if asked.param("syncType") != Some("FSync") {
            return answer;
        }
        let mut body: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
        body["records"].as_array_mut().expect("records").truncate(1);
        body["syncInfo"]["olderRecordsExist"] = false.into();
        Answer { body: body.to_string().into_bytes(), ..answer }
    }
}

#[test]
fn a_full_synchronisation_is_not_taken_for_the_whole_log() {
    let provider = Provider::start(12, Dialect::Documented);
    let server = Server::start(Arc::new(Short(provider.site.clone())));
    let mut library = Library::default();
    let source = open(Kind::Ringcentral, server.origin(), ringcentral::SECRET, days_later, &[]);
    library.sync(&*source).expect("a whole walk");
    assert_eq!(library.calls.len(), 12, "the log itself is read");
}

#[test]
fn the_next_walk_asks_what_changed_and_only_that() {
    for dialect in DIALECTS {
        let provider = Provider::start(30, dialect);
        let source = provider.source(days_later, &[]);
        let mut library = Library::default();
        library.sync(&*source).expect("a whole walk");
        provider.server.forget();
        library.sync(&*source).expect("nothing new");
        assert_eq!(provider.server.requests(), 1, "one question, and its answer is that nothing changed");
        let gone = provider.truth.now().calls[3].clone();
        provider.truth.change(|truth| {
            let mut new = Truth::small(31).calls;
            truth.calls.remove(3);
            truth.calls.push(new.remove(30));
        });
        provider.server.forget();
        library.sync(&*source).expect("a change");
        assert_eq!(library.calls.len(), 30);
        assert!(!library.calls.contains_key(&ringcentral::session_id(&gone)), "a deleted call is told as such");
        assert_eq!(provider.server.requests(), 2, "the changes, and the new call's insights");
    }
}

#[test]
fn a_synchronisation_token_that_is_refused_is_replaced() {
    let provider = Provider::start(5, Dialect::Documented);
    let source = provider.source(days_later, &[]);
    let mut library = Library::default();
    library.sync(&*source).expect("a whole walk");
    provider.site.forget_tokens();
    provider.truth.change(|truth| truth.calls.push(Truth::small(6).calls.remove(5)));
    library.sync(&*source).expect("a full synchronisation instead");
    assert_eq!(library.calls.len(), 6);
    provider.server.forget();
    library.sync(&*source).expect("with the new token");
    assert_eq!(provider.server.requests(), 1);
}

#[test]
fn late_insights_are_asked_for_again_while_a_call_is_young() {
    for calls in [1, 30] {
        let provider = Provider::start(calls, Dialect::Documented);
        let told = provider.truth.now().calls[0].clone();
        provider.truth.change(|truth| truth.calls.iter_mut().for_each(|call| call.turns.clear()));
        let source = provider.source(shortly_after, &[]);
        let mut library = Library::default();
        library.sync(&*source).expect("the calls are in");
        let id = ringcentral::session_id(&told);
        assert_eq!((library.calls[&id].transcript.is_none(), library.calls[&id].revision.is_none()), (true, true));
        provider.truth.change(|truth| truth.calls[0].turns.clone_from(&told.turns));
        provider.server.forget();
        library.sync(&*source).expect("asked again");
        assert!(provider.asked("/call-log/") <= 2, "of many, the log is read once");
        assert_eq!(library.calls[&id].transcript.as_ref().map(|found| found.turns.len()), Some(told.turns.len()));
        provider.server.forget();
        library.sync(&*source).expect("settled");
        assert_eq!(provider.asked("/insights"), calls - 1, "what is there is not asked for again");
    }
}

#[test]
fn an_account_without_ringsense_is_not_asked_for_ever() {
    let provider = Provider::start(40, Dialect::Documented);
    provider.site.without_ringsense(true);
    let mut library = Library::default();
    library.sync(&*provider.source(shortly_after, &[("jobs", "1")])).expect("calls without insights");
    assert_eq!((library.calls.len(), provider.asked("/insights")), (40, 3));
    assert!(library.calls.values().all(|call| call.revision.is_some()), "nothing more is expected of them");
}

#[test]
fn eight_requests_that_find_the_token_expired_renew_it_once() {
    let provider = Provider::start(60, Dialect::Documented);
    let source = provider.source(days_later, &[("jobs", "8")]);
    let mut library = Library::default();
    library.sync(&*source).expect("a whole walk");
    assert_eq!(provider.site.grants(), ["jwt"]);
    provider.site.expire();
    let calls: Vec<_> = library.calls.values().take(8).collect();
    std::thread::scope(|scope| {
        for call in &calls {
            scope.spawn(|| fetch(&*source, call, Door::Source, None).expect("audio"));
        }
    });
    assert_eq!(provider.site.grants(), ["jwt", "refresh"], "renewed once, with the refresh token");
    provider.site.expire();
    fetch(&*source, calls[0], Door::Source, None).expect("audio");
    assert_eq!(provider.site.grants(), ["jwt", "refresh", "refresh"], "with the token that the renewal brought");
}

#[test]
fn a_recording_is_fetched_and_taken_up_where_it_broke_off() {
    let provider = Provider::start(1, Dialect::Observed);
    let source = provider.source(days_later, &[]);
    let mut library = Library::default();
    library.sync(&*source).expect("a whole walk");
    let call = library.calls.values().next().expect("a call");
    let told = provider.truth.now().calls[0].audio.clone();
    let cancel = Cancel::new();
    let ask = AudioRequest {
        remote_id: &call.remote_id,
        recording: &call.recordings[0],
        door: Door::Source,
        resume: None,
        cancel: &cancel,
    };
    let whole = source.audio(&ask).expect("audio");
    assert_eq!(whole.length, Some(told.len() as u64));
    let resume = Resume { from: 100, validator: whole.validator.expect("an ETag") };
    let (from, rest) = fetch(&*source, call, Door::Source, Some(&resume)).expect("the rest");
    assert_eq!((from, rest.as_slice()), (100, &told[100..]));
}

#[test]
fn a_recording_that_is_not_there_is_late_missing_or_gone_by_its_age() {
    let expected =
        [(shortly_after as fn() -> i64, Outcome::NotYet), (days_later, Outcome::NotFound), (long_after, Outcome::Gone)];
    for (clock, outcome) in expected {
        let provider = Provider::start(1, Dialect::Documented);
        let source = provider.source(clock, &[]);
        let mut library = Library::default();
        library.sync(&*source).expect("a whole walk");
        provider.site.delete_audio(&provider.truth.now().calls[0]);
        let call = library.calls.values().next().expect("a call");
        let error = fetch(&*source, call, Door::Source, None).expect_err("no audio");
        assert_eq!(error.outcome, outcome);
    }
}

#[test]
fn a_wrong_credential_says_which_part_to_look_at() {
    let provider = Provider::start(1, Dialect::Documented);
    for (secret, words) in [
        (r#"{"client_id":"a","client_secret":"b","jwt":"c"}"#, "client secret"),
        (r#"{"client_id":"sandbox-client","client_secret":"sandbox-client-secret","jwt":"old"}"#, "new JWT"),
        (r#"{"client_id":"sandbox-client"}"#, "not whole"),
        ("pasted-token", "access token"),
    ] {
        let source = open(Kind::Ringcentral, provider.server.origin(), secret, days_later, &[]);
        let error = Library::default().sync(&*source).expect_err("refused");
        assert!(matches!(&error, SourceError::Credentials(said) if said.contains(words)), "{words}: {error}");
        let checks = source.test();
        assert!(checks.iter().any(|check| !check.ok && check.words.contains(words)), "{checks:?}");
    }
    assert!(provider.source(days_later, &[]).test().iter().all(|check| check.ok));
}

#[test]
fn everything_the_server_in_front_has_comes_in_whatever_it_counts() {
    for dialect in DIALECTS {
        let backend = Backend::start(231, dialect);
        backend.site.put_malformed(2);
        let mut library = Library::default();
        library.sync(&*backend.source(&[])).expect("a whole walk");
        assert_eq!(library.calls.len(), 231, "{dialect:?}: the malformed entries cost themselves only");
        assert_eq!(library.rejected.len(), 2);
        for told in &backend.truth.now().calls {
            let call = &library.calls[&told.id];
            assert_eq!(call.call.started_at.as_ref().map(|at| at.utc_ms), Some(told.started_ms), "{dialect:?}");
            let customer = if told.inbound { &call.call.from } else { &call.call.to };
            assert_eq!(customer.as_ref().and_then(|party| party.number.as_deref()), Some(told.customer.as_str()));
            assert_eq!(call.recordings[0].storage_path, Some(ringcentral::recording_id(told)));
            let turns = &call.transcript.as_ref().expect("the server has it").turns;
            assert_eq!((turns.len(), turns[0].start_ms), (1, None), "plain text has no times, and none are invented");
            let is_documented = dialect == Dialect::Documented;
            assert_eq!(call.insights.is_some(), is_documented, "the running server says nothing");
        }
        assert!(asked(&backend.server, "/api/v1/recordings/") > 0);
    }
}

#[test]
fn the_next_walk_over_the_server_asks_for_what_is_new() {
    for dialect in DIALECTS {
        let backend = Backend::start(231, dialect);
        let source = backend.source(&[]);
        let mut library = Library::default();
        library.sync(&*source).expect("a whole walk");
        backend.truth.change(|truth| truth.calls.push(Truth::small(232).calls.remove(231)));
        backend.server.forget();
        library.sync(&*source).expect("what is new");
        assert_eq!(library.calls.len(), 232);
        assert_eq!(backend.server.requests(), 2, "one page since the overlap, and the new call");
        assert!(backend.server.seen()[0].asked.param("start_date").is_some());
    }
}

#[test]
fn a_call_whose_recording_is_underway_is_asked_for_again() {
    let backend = Backend::start(3, Dialect::Documented);
    let call = backend.truth.now().calls[1].clone();
    backend.site.put(&call, "downloading");
    let source = backend.source(&[]);
    let mut library = Library::default();
    library.sync(&*source).expect("a whole walk");
    assert_eq!(library.calls[&call.id].revision, None);
    backend.site.put(&call, "available");
    library.sync(&*source).expect("asked again");
    assert_eq!(library.calls[&call.id].call.status.as_deref(), Some("available"));
}

#[test]
fn a_list_that_breaks_on_counting_is_told_as_the_servers_failure() {
    let backend = Backend::start(3, Dialect::Observed);
    backend.site.break_list(true);
    let error = Library::default().sync(&*backend.source(&[])).expect_err("broken");
    assert!(error.to_string().contains("whoever runs it"), "{error}");
    assert_eq!(backend.server.requests(), 2, "it is tried once more, asking for less, and then left alone");
    let once = When { path: "/recordings/".into(), after: 0, times: Some(1) };
    backend.site.break_list(false);
    backend.server.misbehave(Fault::Status(500), once);
    let mut library = Library::default();
    library.sync(&*backend.source(&[])).expect("a passing failure");
    assert_eq!(library.calls.len(), 3);
}

#[test]
fn audio_behind_a_redirect_never_gets_the_servers_token() {
    let backend = Backend::start(2, Dialect::Observed);
    let source = backend.source(&[]);
    let mut library = Library::default();
    library.sync(&*source).expect("a whole walk");
    let told = backend.truth.now().calls[0].clone();
    let call = &library.calls[&told.id];
    assert_eq!(source.doors(&call.recordings[0]), [Door::Source]);
    let error = fetch(&*source, call, Door::Source, None).expect_err("RingCentral wants its own credential");
    assert_eq!(error.outcome, Outcome::Denied);
    assert!(error.detail.contains("provider_key_secret"), "{}", error.detail);
    let behind = backend.behind.server.seen();
    assert_eq!(behind.len(), 1, "the redirect was followed");
    assert!(behind.iter().all(|seen| !seen.asked.headers.contains_key("authorization")), "and carried no credential");

    let source = backend.source_with_provider();
    assert_eq!(source.doors(&call.recordings[0]), [Door::Source, Door::Provider]);
    let (_, bytes) = fetch(&*source, call, Door::Provider, None).expect("with the user's own credential");
    assert_eq!(bytes, told.audio);
    let leaked = |server: &Server, token: &str| {
        server.seen().iter().any(|seen| seen.asked.header("authorization").is_some_and(|header| header.contains(token)))
    };
    assert!(!leaked(&backend.behind.server, ringcentral_backend::TOKEN), "RingCentral never sees the server's token");
    assert!(!leaked(&backend.server, "sandbox-access"), "the server never sees RingCentral's");
}

#[test]
fn audio_comes_by_a_redirect_that_carries_its_own_pass_and_from_a_server_that_sends_it_itself() {
    let backend = Backend::start(1, Dialect::Documented);
    let source = backend.source(&[]);
    let mut library = Library::default();
    library.sync(&*source).expect("a whole walk");
    let told = backend.truth.now().calls[0].clone();
    let (_, bytes) = fetch(&*source, &library.calls[&told.id], Door::Source, None).expect("behind the redirect");
    assert_eq!(bytes, told.audio);
    backend.site.serve_bytes(true);
    backend.behind.server.forget();
    let (_, bytes) = fetch(&*source, &library.calls[&told.id], Door::Source, None).expect("from the server");
    assert_eq!((bytes, backend.behind.server.requests()), (told.audio, 0));
}

#[test]
fn audio_that_the_server_deleted_is_gone_and_its_text_stays() {
    let backend = Backend::start(2, Dialect::Documented);
    let told = backend.truth.now().calls[0].clone();
    backend.site.put(&told, "deleted");
    let source = backend.source(&[]);
    let mut library = Library::default();
    library.sync(&*source).expect("a whole walk");
    let call = &library.calls[&told.id];
    assert!(call.transcript.is_some());
    assert_eq!(fetch(&*source, call, Door::Source, None).expect_err("deleted").outcome, Outcome::Gone);
}

#[test]
fn the_servers_test_says_what_is_missing() {
    let backend = Backend::start(2, Dialect::Observed);
    let words = |source: Box<dyn Source>, ok: bool| -> String {
        let checks = source.test();
        checks.into_iter().filter(|check| check.ok == ok).map(|check| check.words + "\n").collect()
    };
    let with = |token: &str| open(Kind::RingcentralBackend, backend.server.origin(), token, days_later, &[]);
    assert!(words(with("wrong"), false).contains("enter a new one"));
    assert!(words(with(ringcentral_backend::USER_TOKEN), false).contains("administrator"));
    assert!(words(backend.source(&[]), false).contains("provider_key_secret"));
    assert_eq!(words(backend.source_with_provider(), false), "", "nothing is missing");
    let forbidden = Library::default().sync(&*with(ringcentral_backend::USER_TOKEN)).expect_err("no administrator");
    assert!(matches!(forbidden, SourceError::Forbidden(_)), "{forbidden}");
}

#[test]
fn nothing_is_known_to_a_source_that_was_never_read() {
    let backend = Backend::start(1, Dialect::Documented);
    let cancel = Cancel::new();
    cancel.cancel();
    let source = backend.source(&[]);
    let first = source.changes_since(None, &NoMemory, &cancel).next().expect("an answer");
    assert!(matches!(first, Err(SourceError::Cancelled(_))));
    assert_eq!((backend.server.requests(), source.requests()), (0, 0), "a cancelled walk asks nothing");
}
