//! What is put into the library comes out of it.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use library::{CacheEntry, CachedFile, Filter, LibraryError, RecordingFacts, Standing};
use model::*;

#[test]
fn every_field_of_a_call_comes_back_as_it_was() {
    let record = full_call();
    let lib = Lib::with(vec![record.clone()]);
    let id = CallId::derive(lib.source, &record.remote_id);
    let stored = lib.reader().call(id).unwrap().expect("the call is there");
    assert_eq!(stored.record, record);
    let keys: Vec<&String> = stored.record.metadata.keys().collect();
    assert_eq!(keys, ["z", "a", ""], "metadata keeps the source's order");
    assert_eq!((stored.row.turns, stored.row.audio), (2, Some(AudioState::Available)));
    assert_eq!(stored.digest, [7; 32]);
    lib.assert_whole();
}

#[test]
fn a_call_that_says_nothing_comes_back_saying_nothing() {
    let mut empty_parts = a_call("empty", None);
    empty_parts.transcript = Some(Transcript::default());
    empty_parts.insights = Some(Insights { sentiment: Some(Sentiment::default()), ..Insights::default() });
    let lib = Lib::with(vec![a_call("bare", None), empty_parts.clone()]);
    for record in [a_call("bare", None), empty_parts] {
        let id = CallId::derive(lib.source, &record.remote_id);
        assert_eq!(lib.reader().call(id).unwrap().unwrap().record, record, "an empty part is not an absent one");
    }
}

#[test]
fn what_is_not_a_number_does_no_harm() {
    let mut record = a_call("nan", Some(i64::MAX));
    record.metrics.push(Metric { at: None, name: "ratio".into(), value: f64::NAN });
    record.transcript = Some(Transcript {
        turns: vec![Turn { confidence: Some(f64::NAN), ..Turn::default() }],
        ..Transcript::default()
    });
    let lib = Lib::with(vec![record]);
    let stored = lib.reader().call(CallId::derive(lib.source, "nan")).unwrap().unwrap();
    assert!(stored.record.metrics[0].value.is_nan());
    assert_eq!(stored.record.transcript.unwrap().turns[0].confidence, None);
    assert_eq!(stored.row.started_ms, Some(i64::MAX), "an absurd start is kept too");
    lib.assert_whole();
}

#[test]
fn an_update_replaces_what_the_source_says_and_moves_the_call_in_the_list() {
    let lib = Lib::with(vec![full_call(), saying("other", NOON + 50, &["hello"])]);
    let mut changed = full_call();
    changed.call.started_at = Some(Moment::from_utc_ms(NOON + 1_000_000));
    changed.transcript.as_mut().unwrap().turns[1].text = "walrus".into();
    changed.insights = None;
    changed.metrics.clear();
    let id = lib.put(vec![changed.clone()])[0];
    let reader = lib.reader();
    let stored = reader.call(id).unwrap().unwrap();
    assert_eq!(stored.record, changed);
    assert_eq!(stored.row.sentiment, None, "what the list showed of the insights is gone with them");
    let page = reader.calls(&Filter::default(), library::Sort::StartedAt, None, 10).unwrap();
    assert_eq!(page.rows.len(), 2, "an update adds no call");
    assert_eq!(page.rows[0].id, id, "the call is now the newest");
    let hits = |text: &str| {
        let query = library::Query::parse(text);
        reader.search(&query, &Filter::default(), library::SearchSort::Newest, None, 10).unwrap().hits.len()
    };
    assert_eq!((hits("walrus"), hits("zoe"), hits("hello")), (1, 1, 2), "the index follows the call to its new place");
    lib.assert_whole();
}

#[test]
fn an_update_keeps_the_cached_file_and_the_attempts_of_recordings_that_remain() {
    let lib = Lib::with(vec![full_call()]);
    let call = CallId::derive(lib.source, &full_call().remote_id);
    let (main, second) = (RecordingId::derive(call, "main"), RecordingId::derive(call, "second"));
    let file = CachedFile {
        path: "ab/main.wav".into(),
        facts: AudioFacts {
            duration_ms: Some(120),
            bytes: Some(960),
            sha256: Some("cd".repeat(32)),
            ..AudioFacts::default()
        },
        tier: Tier::Provider,
        fetched_at_ms: NOON,
    };
    let tried = Attempt { at_ms: NOON, tier: Tier::Provider, outcome: Outcome::NotYet, detail: Some("404".into()) };
    let (cached, attempt) = (file.clone(), tried.clone());
    let waits = vec![(Door::Provider, NOON + 90_000)];
    let pending = Standing { state: AudioState::Pending, next_try_ms: Some(NOON + 60_000), tries: 3, waits };
    let kept = pending.clone();
    lib.library
        .write(move |writer| {
            writer.set_cached(main, &cached)?;
            writer.record_attempts(second, &[attempt], Some(&pending))
        })
        .unwrap();

    let mut moved = full_call();
    moved.call.started_at = None;
    moved.call.duration_ms = None;
    moved.recordings.push(Recording { remote_id: "third".into(), ..Recording::default() });
    lib.put(vec![moved]);
    let stored = lib.reader().call(call).unwrap().unwrap();
    assert_eq!(stored.recordings[0].file, Some(file));
    assert_eq!(
        stored.recordings[0].facts().codec.as_deref(),
        Some("G.711 µ-law"),
        "what the file leaves open is filled in"
    );
    assert_eq!((&stored.recordings[1].attempts, stored.recordings[1].state), (&vec![tried], AudioState::Pending));
    let second = &stored.recordings[1];
    let standing = Standing {
        state: second.state,
        next_try_ms: second.next_try_ms,
        tries: second.tries,
        waits: second.waits.clone(),
    };
    assert_eq!(standing, kept, "and when it may be tried again");
    assert_eq!(
        stored.row.duration_ms,
        Some(120),
        "without a length of its own a call is as long as its longest recording"
    );
    assert_eq!(stored.row.audio, Some(AudioState::Available), "the third recording can be had");
    let entry = CacheEntry { recording: main, path: "ab/main.wav".into(), bytes: 960 };
    assert_eq!(lib.reader().cache_entries().unwrap(), [entry]);
    let wanted = lib.reader().recordings_wanting_audio(&Filter::default()).unwrap();
    let wanted: Vec<&str> = wanted.iter().map(|wanted| wanted.recording.record.remote_id.as_str()).collect();
    assert_eq!(wanted, ["second", "third"]);

    let mut fewer = full_call();
    fewer.recordings.remove(0);
    lib.put(vec![fewer]);
    let stored = lib.reader().call(call).unwrap().unwrap();
    assert_eq!(stored.record.recordings.len(), 1, "the record is as the source has it");
    let last = stored.recordings.last().unwrap();
    assert_eq!((last.id, last.gone, last.state), (main, true, AudioState::Cached), "what is here is kept");
    assert!(lib.reader().held_files().unwrap()[0].gone_at_source);

    lib.put(vec![full_call()]);
    let back = &lib.reader().call(call).unwrap().unwrap().recordings[0];
    assert_eq!((back.id, back.gone, back.state), (main, false, AudioState::Cached), "it is back as itself");
    lib.put(vec![CallRecord { recordings: Vec::new(), ..full_call() }]);
    lib.library.write(move |writer| writer.clear_cached(main)).unwrap();
    assert_eq!(lib.reader().call(call).unwrap().unwrap().recordings, [], "without its file nothing holds it");
    lib.library.write(move |writer| writer.set_cached(main, &CachedFile { path: "x".into(), ..lost() })).unwrap_err();
    lib.assert_whole();
}

fn lost() -> CachedFile {
    CachedFile { path: String::new(), facts: AudioFacts::default(), tier: Tier::Local, fetched_at_ms: 0 }
}

#[test]
fn the_cached_file_may_come_and_go() {
    let lib = Lib::with(vec![full_call()]);
    let call = CallId::derive(lib.source, &full_call().remote_id);
    let main = RecordingId::derive(call, "main");
    let state = || lib.reader().call(call).unwrap().unwrap().recordings[0].state;
    lib.library.write(move |writer| writer.set_cached(main, &CachedFile { path: "x".into(), ..lost() })).unwrap();
    assert_eq!(state(), AudioState::Cached);
    let hopeless = Standing { state: AudioState::Failed, next_try_ms: None, tries: 1, waits: Vec::new() };
    let failed = Attempt { at_ms: 1, tier: Tier::Legacy, outcome: Outcome::Network, detail: None };
    lib.library.write(move |writer| writer.record_attempts(main, &[failed], Some(&hopeless))).unwrap();
    assert_eq!(state(), AudioState::Cached, "what is here does not become failed");
    lib.library.write(move |writer| writer.clear_cached(main)).unwrap();
    assert_eq!(state(), AudioState::Available);
    lib.assert_whole();
}

#[test]
fn what_looking_at_the_bytes_told_decides_whether_they_can_be_had() {
    let lib = Lib::new();
    let (source, record) = (lib.source, full_call());
    let told = |problem: Option<Outcome>| RecordingFacts {
        remote_id: "main".into(),
        facts: AudioFacts { duration_ms: Some(777), ..AudioFacts::default() },
        problem: problem.map(|outcome| Attempt { at_ms: NOON, tier: Tier::Provider, outcome, detail: None }),
    };
    let mut states = Vec::new();
    for problem in [Some(Outcome::Invalid), Some(Outcome::Invalid), None, Some(Outcome::NotYet), Some(Outcome::Gone)] {
        let (record, told) = (record.clone(), told(problem));
        let id = lib.library.write(move |writer| writer.put_call(source, &record, &[1; 32], &[told])).unwrap();
        let main = lib.reader().call(id).unwrap().unwrap().recordings.remove(0);
        assert_eq!(main.facts().duration_ms, Some(777), "the bytes are believed over the source");
        states.push((main.state, main.attempts.len()));
    }
    use AudioState::*;
    assert_eq!(
        states,
        [(Failed, 1), (Failed, 1), (Available, 1), (Pending, 2), (Unavailable, 3)],
        "the same problem twice in a row is kept once"
    );
}

#[test]
fn a_cached_file_stays_until_the_source_has_whole_other_audio_in_its_place() {
    let lib = Lib::with(vec![full_call()]);
    let (source, call) = (lib.source, CallId::derive(lib.source, &full_call().remote_id));
    let main = RecordingId::derive(call, "main");
    let facts = |bytes| AudioFacts { bytes: Some(bytes), duration_ms: Some(100), ..AudioFacts::default() };
    let cached = CachedFile { path: "x".into(), facts: facts(960), ..lost() };
    lib.library.write(move |writer| writer.set_cached(main, &cached)).unwrap();
    let broken = Attempt { at_ms: 1, tier: Tier::Provider, outcome: Outcome::Invalid, detail: None };
    let mut states = Vec::new();
    for (bytes, problem) in [(960, None), (512, Some(broken)), (1_920, None)] {
        let told = RecordingFacts { remote_id: "main".into(), facts: facts(bytes), problem };
        lib.library.write(move |writer| writer.put_call(source, &full_call(), &[1; 32], &[told])).unwrap();
        let stored = lib.reader().call(call).unwrap().unwrap().recordings.remove(0);
        states.push((stored.state, stored.file.is_some(), stored.facts().bytes));
    }
    use AudioState::*;
    assert_eq!(
        states,
        [(Cached, true, Some(960)), (Cached, true, Some(960)), (Available, false, Some(1_920))],
        "what is heard is what the source has, and never something half-written"
    );
    lib.assert_whole();
}

#[test]
fn a_call_vanishes_once_and_may_return() {
    let lib = Lib::with(vec![a_call("x", Some(NOON))]);
    let source = lib.source;
    let vanish =
        move || lib.library.write(move |writer| writer.mark_vanished(source, "x", NOON + 5)).map(|news| (news, lib));
    let (news, lib) = vanish().unwrap();
    assert!(news);
    let known = lib.reader().known(source, &["x", "y"]).unwrap();
    assert!(known["x"].vanished && known.len() == 1);
    assert_eq!(lib.reader().remote_ids(source).unwrap(), Vec::<String>::new());
    assert_eq!(lib.reader().call(known["x"].id).unwrap().unwrap().row.vanished_ms, Some(NOON + 5), "it is kept here");
    assert!(!lib.library.write(move |writer| writer.mark_vanished(source, "x", NOON + 9)).unwrap(), "that is no news");
    lib.put(vec![a_call("x", Some(NOON))]);
    assert!(!lib.reader().known(source, &["x"]).unwrap()["x"].vanished, "a call that is back is back");
}

#[test]
fn two_recordings_of_the_same_name_are_one() {
    let mut record = full_call();
    record.recordings[1].remote_id = "main".into();
    let lib = Lib::with(vec![record]);
    let page = lib.reader().calls(&Filter::default(), library::Sort::StartedAt, None, 5).unwrap();
    assert_eq!(lib.reader().call(page.rows[0].id).unwrap().unwrap().recordings.len(), 1, "the first one is kept");
}

#[test]
fn a_failed_or_panicking_change_leaves_nothing_behind() {
    let lib = Lib::with(vec![saying("kept", NOON, &["hello"])]);
    let source = lib.source;
    let result = lib.library.write(move |writer| {
        for at in 0..50 {
            writer.put_call(source, &saying(&format!("{at}"), NOON + at, &["lost words"]), &[0; 32], &[])?;
        }
        writer.set_cursor(source, Some("past them"))?;
        Err::<(), _>(LibraryError::NoSuchRecording)
    });
    assert!(matches!(result, Err(LibraryError::NoSuchRecording)));
    let panicked = lib.library.write(move |writer| -> Result<(), LibraryError> {
        writer.put_call(source, &saying("p", NOON, &["lost words"]), &[0; 32], &[])?;
        panic!("a bug in the caller")
    });
    assert!(matches!(panicked, Err(LibraryError::WriterStopped)));
    let reader = lib.reader();
    assert_eq!(reader.count(&Filter::default()).unwrap(), 1, "none of the calls is there");
    assert_eq!(reader.sources().unwrap()[0].cursor, None, "and the cursor did not move past them");
    lib.put(vec![saying("after", NOON, &["hello"])]);
    assert_eq!(lib.reader().count(&Filter::default()).unwrap(), 2, "the writer goes on");
    lib.assert_whole();
}
