//! Cases: what is in them, how complete it is, and that it stays.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use library::{CachedFile, Filter, LibraryError, Query, RecordingFacts, SearchSort, Sort};
use model::*;
use uuid::Uuid;

#[test]
fn a_case_has_a_name_of_its_own_and_goes_by_id_name_or_number() {
    let lib = Lib::new();
    let smith = add(&lib, 1, "Smith v. Jones", "2026-17").unwrap();
    let other = add(&lib, 2, "Other", "2026-17").unwrap();
    assert!(matches!(add(&lib, 3, "Other", ""), Err(LibraryError::CaseNameTaken(name)) if name == "Other"));
    assert!(matches!(add(&lib, 3, "  ", ""), Err(LibraryError::NamelessCase)));
    let names = || lib.reader().cases().unwrap().into_iter().map(|row| row.case.name).collect::<Vec<_>>();
    assert_eq!(names(), ["Other", "Smith v. Jones"], "newest first, and nothing of what was refused");

    let named = |text: &str| lib.reader().case_named(text).map(|row| row.case.id);
    assert_eq!(named(" Smith v. Jones ").unwrap(), smith);
    assert_eq!(named(&other.to_string()).unwrap(), other);
    assert!(matches!(named("2026-17"), Err(LibraryError::AmbiguousCase(_))), "two have this number");
    assert!(matches!(named("2026"), Err(LibraryError::UnknownCase(_))));
    assert!(matches!(named(""), Err(LibraryError::UnknownCase(_))), "having no number is no number");

    let taken = lib.library.write(move |writer| writer.change_case(&a_case(2, "Smith v. Jones", "")));
    assert!(matches!(taken, Err(LibraryError::CaseNameTaken(_))));
    lib.library.write(move |writer| writer.change_case(&a_case(2, "Other", "2026-18"))).unwrap();
    assert_eq!(named("2026-17").unwrap(), smith);
    let gone = lib.library.write(move |writer| writer.change_case(&a_case(9, "New", "")));
    assert!(matches!(gone, Err(LibraryError::NoSuchCase)));
}

#[test]
fn calls_are_in_a_case_once_and_the_list_the_counts_and_the_search_know_it_at_once() {
    let lib = Lib::new();
    let calls = lib.put((0..5).map(|at| saying(&format!("c{at}"), NOON + at * 1_000, &["crown"])).collect());
    let case = add(&lib, 1, "A", "").unwrap();
    let within = Filter { case: Some(case), ..Filter::default() };
    let seen = || {
        let reader = lib.reader();
        let paged: Vec<CallId> =
            reader.calls(&within, Sort::StartedAt, None, 9).unwrap().rows.into_iter().map(|row| row.id).collect();
        let placed = reader.calls_at(&within, Sort::StartedAt, 0, 9).unwrap();
        assert_eq!(placed.into_iter().map(|row| row.id).collect::<Vec<_>>(), paged, "by position as by page");
        assert_eq!(reader.count(&within).unwrap(), paged.len() as u64);
        assert_eq!(reader.call_ids(&within).unwrap(), paged);
        let hits = reader.search(&Query::parse("crown"), &within, SearchSort::Newest, None, 9).unwrap().hits;
        assert_eq!(hits.into_iter().map(|hit| hit.call.id).collect::<Vec<_>>(), paged, "and in what is found");
        assert_eq!(reader.case(case).unwrap().unwrap().calls, paged.len() as u64);
        paged
    };
    assert_eq!(seen(), []);
    assert_eq!(put(&lib, case, &calls[1..3]), 2);
    assert_eq!(put(&lib, case, &calls[..2]), 1, "one of them was in it");
    assert_eq!(put(&lib, case, &[CallId(Uuid::from_u128(7))]), 0, "there is no such call");
    assert_eq!(seen(), [calls[2], calls[1], calls[0]]);
    let marked = lib.reader().calls_at(&Filter::default(), Sort::StartedAt, 0, 9).unwrap();
    assert_eq!(marked.iter().map(|row| row.in_case).collect::<Vec<_>>(), [false, false, true, true, true]);

    let taken = calls[1..4].to_vec();
    assert_eq!(lib.library.write(move |writer| writer.take_from_case(case, &taken)).unwrap(), 2);
    assert_eq!(seen(), [calls[0]]);
    let of = |call| lib.reader().cases_of(call).unwrap().into_iter().map(|row| row.case.id).collect::<Vec<_>>();
    assert_eq!((of(calls[0]), of(calls[1])), (vec![case], vec![]));
    assert_eq!(lib.library.write(move |writer| writer.remove_case(case)).unwrap(), 1);
    assert_eq!(of(calls[0]), []);
    assert_eq!(lib.reader().count(&Filter::default()).unwrap(), 5, "the calls stay");
    let marked = lib.reader().calls_at(&Filter::default(), Sort::StartedAt, 0, 9).unwrap();
    assert!(marked.iter().all(|row| !row.in_case), "and are not marked any more");
    lib.assert_whole();
}

#[test]
fn a_call_that_began_at_another_time_than_was_thought_stays_in_its_case() {
    let lib = Lib::new();
    let (case, call) = (add(&lib, 1, "A", "").unwrap(), lib.put(vec![saying("x", NOON, &["crown"])])[0]);
    put(&lib, case, &[call]);
    lib.put(vec![saying("x", NOON - 9_999_999, &["crown"])]);
    let within = Filter { case: Some(case), ..Filter::default() };
    assert_eq!(lib.reader().call_ids(&within).unwrap(), [call]);
    lib.assert_whole();
}

#[test]
fn every_call_counts_once_for_how_much_is_here() {
    let lib = Lib::new();
    let removed = add_source(&lib.library, "Removed", 2);
    let names = ["here", "half", "to come", "gone", "vanished", "vanished but here"];
    let mut records: Vec<CallRecord> = names.iter().map(|name| recorded(name, 2)).collect();
    records.push(a_call("never recorded", Some(NOON)));
    let calls = lib.put(records);
    let source = lib.source;
    let unavailable = library::Standing { state: AudioState::Unavailable, next_try_ms: None, tries: 1, waits: vec![] };
    let ids = calls.clone();
    lib.library
        .write(move |writer| {
            for (call, names) in [(ids[0], &["0", "1"][..]), (ids[1], &["0"]), (ids[5], &["0", "1"])] {
                for name in names {
                    let path = format!("{call}/{name}");
                    writer.set_cached(RecordingId::derive(call, name), &file(&path))?;
                }
            }
            for name in ["0", "1"] {
                writer.record_attempts(RecordingId::derive(ids[3], name), &[], Some(&unavailable))?;
            }
            writer.mark_vanished(source, "vanished", NOON)?;
            writer.mark_vanished(source, "vanished but here", NOON)?;
            writer.put_call(removed, &recorded("of a removed source", 1), &[0; 32], &[])?;
            writer.remove_source(removed, false)
        })
        .unwrap();
    let sum = Completeness { calls: 8, here: 2, to_fetch: 2, gone: 3, never_recorded: 1 };
    assert_eq!(lib.reader().completeness(&Filter::default()).unwrap(), sum);
    let two = [calls[0], calls[6], calls[6], CallId(Uuid::from_u128(7))];
    let sum = Completeness { calls: 2, here: 1, never_recorded: 1, ..Completeness::default() };
    assert_eq!(lib.reader().completeness_of(&two).unwrap(), sum);
    assert_eq!(lib.reader().completeness_of(&[]).unwrap(), Completeness::default());
}

#[test]
fn what_is_held_leaves_neither_with_its_source_nor_from_the_cache() {
    let lib = Lib::new();
    let calls = lib.put(
        ["held", "free"]
            .map(|name| CallRecord { recordings: recorded(name, 1).recordings, ..saying(name, NOON, &["crown"]) })
            .to_vec(),
    );
    let (case, source) = (add(&lib, 1, "A", "").unwrap(), lib.source);
    let recordings = [0, 1].map(|at| RecordingId::derive(calls[at], "0"));
    lib.library
        .write(move |writer| {
            writer.set_cached(recordings[0], &file("held"))?;
            writer.set_cached(recordings[1], &file("free"))?;
            writer.set_cursor(source, Some("far"))
        })
        .unwrap();
    put(&lib, case, &calls[..1]);
    let held = lib.reader().held_files().unwrap();
    assert_eq!(
        held.iter().map(|one| (one.path.as_str(), one.held)).collect::<Vec<_>>(),
        [("free", false), ("held", true)]
    );

    let why = Attempt { at_ms: NOON, tier: Tier::Local, outcome: Outcome::Invalid, detail: None };
    assert!(!lib.library.write(move |writer| writer.lose_cached(recordings[0], &why)).unwrap());
    assert!(!lib.library.write(move |writer| writer.clear_cached(recordings[0])).unwrap());
    assert!(lib.library.write(move |writer| writer.clear_cached(recordings[1])).unwrap());
    assert_eq!(lib.library.write(move |writer| writer.remove_source(source, true)).unwrap(), 1, "one stays");
    assert_eq!(lib.reader().call_ids(&Filter::default()).unwrap(), [calls[0]]);
    assert_eq!(lib.reader().cache_entries().unwrap().len(), 1);
    let hits = lib.reader().search(&Query::parse("crown"), &Filter::default(), SearchSort::Newest, None, 9).unwrap();
    assert_eq!(hits.hits.len(), 1, "what was said in it can still be found");
    lib.assert_whole();

    assert_eq!(add_source(&lib.library, "Dental", 9), source, "added again it is the same");
    assert_eq!(lib.reader().source(source).unwrap().unwrap().cursor, None, "and what was forgotten comes again");
    lib.library.write(move |writer| writer.remove_case(case)).unwrap();
    assert_eq!(lib.library.write(move |writer| writer.remove_source(source, true)).unwrap(), 0);
    assert_eq!(lib.reader().source(source).unwrap(), None);
}

#[test]
fn what_is_held_stays_when_its_source_has_other_audio_or_names_it_no_more() {
    for is_held in [true, false] {
        let lib = Lib::new();
        let call = lib.put(vec![recorded("x", 2)])[0];
        let [here, not_here] = ["0", "1"].map(|name| RecordingId::derive(call, name));
        lib.library.write(move |writer| writer.set_cached(here, &file("x"))).unwrap();
        if is_held {
            let case = add(&lib, 1, "A", "").unwrap();
            put(&lib, case, &[call]);
        }
        let source = lib.source;
        let other = AudioFacts { bytes: Some(5), ..AudioFacts::default() };
        let told = RecordingFacts { remote_id: "0".into(), facts: other, problem: None };
        let again = |record: CallRecord, told: Vec<RecordingFacts>| {
            lib.library.write(move |writer| writer.put_call(source, &record, &[1; 32], &told)).unwrap();
            lib.reader().call(call).unwrap().unwrap()
        };
        let now = again(recorded("x", 2), vec![told]);
        assert_eq!(now.recordings[0].file, is_held.then(|| file("x")), "the held bytes stay, others are replaced");
        let now = again(recorded("x", 0), Vec::new());
        let states: Vec<_> = now.recordings.iter().map(|one| (one.id, one.state, one.gone)).collect();
        let kept = [(here, AudioState::Cached, true), (not_here, AudioState::Unavailable, true)];
        assert_eq!(states, if is_held { kept.to_vec() } else { Vec::new() }, "that there was one is still told");
        assert_eq!(now.row.audio, is_held.then_some(AudioState::Unavailable));
        let now = again(recorded("x", 2), Vec::new());
        let states: Vec<_> = now.recordings.iter().map(|one| (one.state, one.gone)).collect();
        let first = if is_held { AudioState::Cached } else { AudioState::Available };
        assert_eq!(states, [(first, false), (AudioState::Available, false)], "what is named again can be had again");
        lib.assert_whole();
    }
}

fn a_case(id: u128, name: &str, number: &str) -> Case {
    let (id, made_ms) = (CaseId(Uuid::from_u128(id)), NOON + i64::try_from(id).unwrap());
    Case { id, name: name.into(), number: number.into(), purpose: String::new(), person: String::new(), made_ms }
}

fn add(lib: &Lib, id: u128, name: &str, number: &str) -> Result<CaseId, LibraryError> {
    let case = a_case(id, name, number);
    lib.library.write(move |writer| writer.add_case(&case).map(|()| case.id))
}

fn put(lib: &Lib, case: CaseId, calls: &[CallId]) -> u64 {
    let calls = calls.to_vec();
    lib.library.write(move |writer| writer.put_in_case(case, &calls, NOON)).unwrap()
}

fn recorded(remote_id: &str, recordings: usize) -> CallRecord {
    let recording = |at: usize| Recording { remote_id: at.to_string(), ..Recording::default() };
    CallRecord { recordings: (0..recordings).map(recording).collect(), ..a_call(remote_id, Some(NOON)) }
}

fn file(path: &str) -> CachedFile {
    let facts = AudioFacts { bytes: Some(960), ..AudioFacts::default() };
    CachedFile { path: path.into(), facts, tier: Tier::Provider, fetched_at_ms: NOON }
}
