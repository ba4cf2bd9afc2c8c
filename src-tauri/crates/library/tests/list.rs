//! The list: orders, pages, positions, filters, and finding a call by name.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use library::{AudioFilter, CachedFile, CallRow, Filter, FindError, LibraryError, Reader, Sort};
use model::*;

const SORTS: [Sort; 2] = [Sort::StartedAt, Sort::Duration];

fn paged(reader: &Reader, filter: &Filter, sort: Sort, limit: u32) -> Vec<CallRow> {
    let (mut rows, mut after) = (Vec::new(), None::<String>);
    loop {
        let page = reader.calls(filter, sort, after.as_deref(), limit).unwrap();
        assert!(page.rows.len() <= limit as usize, "a page keeps to its limit");
        rows.extend(page.rows);
        assert!(rows.len() <= 20_000, "paging comes to an end");
        after = page.next;
        if after.is_none() {
            return rows;
        }
    }
}

/// Many equal starts and lengths, and some of neither.
fn crowd() -> Vec<CallRecord> {
    let call = |at: i64| {
        let mut call = a_call(&format!("c{at}"), (at % 7 != 0).then_some(NOON + at % 5));
        call.call.duration_ms = (at % 3 != 0).then_some(at % 4 * 1_000);
        call.call.agent = Some(if at % 2 == 0 { "Zoë" } else { "Bob" }.into());
        call
    };
    (0..333).map(call).collect()
}

#[test]
fn paging_reaches_every_call_once_in_every_order() {
    let lib = Lib::with(crowd());
    let reader = lib.reader();
    let of_zoe = Filter { agent: Some("ZOE".into()), ..Filter::default() };
    for filter in [Filter::default(), of_zoe] {
        for sort in SORTS {
            let all = paged(&reader, &filter, sort, 10_000);
            assert_eq!(reader.count(&filter).unwrap(), all.len() as u64);
            for limit in [1, 7, 64] {
                assert_eq!(paged(&reader, &filter, sort, limit), all, "{sort:?} by pages of {limit}");
            }
            let ids: std::collections::HashSet<CallId> = all.iter().map(|row| row.id).collect();
            assert_eq!(ids.len(), if filter.agent.is_some() { 167 } else { 333 }, "nobody is left out or shown twice");
            match sort {
                Sort::StartedAt => {
                    assert!(all.is_sorted_by_key(|row| std::cmp::Reverse(row.started_ms)), "unknown last")
                }
                Sort::Duration => {
                    assert!(all.is_sorted_by_key(|row| std::cmp::Reverse(row.duration_ms)), "unknown last")
                }
            }
        }
    }
}

#[test]
fn a_position_shows_what_paging_shows_there_and_follows_changes() {
    let lib = Lib::with(crowd());
    let reader = lib.reader();
    for round in 0..2 {
        for sort in SORTS {
            let all = paged(&reader, &Filter::default(), sort, 1_000);
            for (position, limit) in [(0, 5), (100, 60), (330, 10), (9_999, 3)] {
                let expected: Vec<CallRow> = all.iter().skip(position).take(limit).cloned().collect();
                let rows = reader.calls_at(&Filter::default(), sort, position as u64, limit as u32).unwrap();
                assert_eq!(rows, expected, "{sort:?} at {position}, round {round}");
            }
        }
        assert_eq!(reader.count(&Filter::default()).unwrap(), 333 + round, "the count is that of the state read");
        lib.put(vec![a_call(&format!("new{round}"), Some(NOON + 3))]);
    }
}

#[test]
fn a_cursor_of_another_list_is_refused() {
    let lib = Lib::with(crowd());
    let reader = lib.reader();
    let next = reader.calls(&Filter::default(), Sort::Duration, None, 5).unwrap().next.unwrap();
    for (sort, cursor) in [
        (Sort::StartedAt, next.as_str()),
        (Sort::StartedAt, "s.x.1"),
        (Sort::Duration, "d.1"),
        (Sort::Duration, "d.1.2.3"),
        (Sort::Duration, ""),
    ] {
        let result = reader.calls(&Filter::default(), sort, Some(cursor), 5);
        assert!(matches!(result, Err(LibraryError::BadCursor)), "{cursor}");
    }
}

#[test]
fn ten_thousand_files_copied_at_once_are_ten_thousand_calls() {
    let lib = Lib::with((0..10_000).map(|at| a_call(&format!("{at}"), Some(NOON))).collect());
    assert_eq!(paged(&lib.reader(), &Filter::default(), Sort::StartedAt, 999).len(), 10_000);
    let from_noon = Filter { from_ms: Some(NOON), to_ms: Some(NOON + 1), ..Filter::default() };
    assert_eq!(lib.reader().count(&from_noon).unwrap(), 10_000, "a crowd is where its moment is");
    let before = Filter { to_ms: Some(NOON), ..Filter::default() };
    assert_eq!(lib.reader().count(&before).unwrap(), 0);
    lib.assert_whole();
}

#[test]
fn every_filter_narrows_by_what_it_says() {
    let lib = Lib::with(vec![full_call(), crowd().remove(1), a_call("bare", None)]);
    let reader = lib.reader();
    let names = |filter: Filter| -> Vec<String> {
        let rows = paged(&reader, &filter, Sort::StartedAt, 10);
        assert_eq!(reader.count(&filter).unwrap(), rows.len() as u64);
        rows.into_iter().map(|row| row.title.unwrap_or(row.remote_id)).collect()
    };
    let none = Filter::default;
    let text = |text: &str| Some(text.to_owned());
    let (full, c1, bare) = ("Crown \"fitting\"", "c1", "bare");
    assert_eq!(names(none()), [full, c1, bare]);
    for number in ["512-555", "+1 (512) 555-0143", "5125550143", "15125550143", "001 512 555 0143", "zoe", "ZOË", "555"]
    {
        assert_eq!(names(Filter { number: text(number), ..none() }), [full], "{number}");
    }
    assert!(names(Filter { number: text("999"), ..none() }).is_empty());
    assert_eq!(names(Filter { agent: text("sarah"), ..none() }), [full]);
    assert!(names(Filter { agent: text("sar"), ..none() }).is_empty(), "an agent is a whole name");
    assert_eq!(names(Filter { status: text("Completed"), ..none() }), [full]);
    assert_eq!(names(Filter { sentiment: text("positive"), ..none() }), [full]);
    assert_eq!(names(Filter { topic: text("CROWN"), ..none() }), [full]);
    assert!(names(Filter { topic: text("cro"), ..none() }).is_empty());
    assert_eq!(names(Filter { direction: Some(Direction::Outbound), ..none() }), [full]);
    assert!(names(Filter { direction: Some(Direction::Inbound), ..none() }).is_empty());
    assert_eq!(names(Filter { min_duration_ms: Some(93), ..none() }), [c1]);
    assert_eq!(names(Filter { max_duration_ms: Some(92), ..none() }), [full], "an unknown length is not short");
    assert_eq!(names(Filter { has_transcript: Some(true), ..none() }), [full]);
    assert_eq!(names(Filter { has_transcript: Some(false), ..none() }), [c1, bare]);
    assert_eq!(names(Filter { audio: Some(AudioFilter::NoRecording), ..none() }), [c1, bare]);
    assert_eq!(names(Filter { audio: Some(AudioFilter::State(AudioState::Available)), ..none() }), [full]);
    assert_eq!(names(Filter { from_ms: Some(NOON + 7), ..none() }), [full], "from is included");
    assert_eq!(names(Filter { to_ms: Some(NOON + 7), ..none() }), [c1], "to is not; an unknown start is neither");
    assert_eq!(names(Filter { source: Some(lib.source), ..none() }).len(), 3);
    assert!(names(Filter { source: Some(SourceId(uuid::Uuid::nil())), ..none() }).is_empty());
}

#[test]
fn a_call_is_found_by_its_id_a_prefix_or_its_name_at_the_source() {
    let lib = Lib::with(vec![a_call("x:1", Some(NOON)), a_call("1", None), full_call()]);
    let reader = lib.reader();
    let id = CallId::derive(lib.source, "x:1");
    let (hyphened, plain) = (id.to_string(), id.0.simple().to_string());
    for name in [&hyphened[..], &hyphened[..8], &hyphened[..12], &plain[..9], &plain.to_uppercase(), " Dental:x:1 "] {
        assert_eq!(reader.find_call(name).unwrap(), id, "{name}");
    }
    for name in [&plain[..7], "00000000", "Dental:nobody", "x:1", "", ":", "'; DROP TABLE call"] {
        assert!(matches!(reader.find_call(name), Err(FindError::NotFound(_))), "{name}");
    }
}

#[test]
fn a_prefix_that_several_calls_share_is_ambiguous() {
    // Two ids with eight equal digits are too rare to wait for, so they are put there by hand.
    let lib = Lib::with(vec![a_call("a", None), a_call("b", None)]);
    let (library, dir) = (lib.library, lib.dir);
    drop(library);
    let conn = rusqlite::Connection::open(dir.path().join("library.db")).unwrap();
    conn.execute_batch("UPDATE call SET id = unhex('aabbccdd' || substr(hex(id), 9))").unwrap();
    drop(conn);
    let library = library::Library::open(dir.path(), None).unwrap();
    assert!(matches!(library.reader().unwrap().find_call("aabbccdd"), Err(FindError::Ambiguous(_))));
}

#[test]
fn facets_overview_and_status_count_what_is_there() {
    let lib = Lib::with(crowd());
    lib.put(vec![full_call()]);
    let reader = lib.reader();
    let facets = reader.facets().unwrap();
    assert_eq!(facets.agents, ["Bob", "Sarah", "Zoë"]);
    assert_eq!((facets.statuses, facets.sentiments), (vec!["completed".to_owned()], vec!["Positive".to_owned()]));
    assert_eq!(facets.topics, ["crown", "price"]);
    let overview = reader.overview(NOON + 4).unwrap();
    let today =
        crowd().iter().filter(|call| call.call.started_at.as_ref().is_some_and(|at| at.utc_ms >= NOON + 4)).count();
    assert_eq!((overview.calls, overview.today), (334, today as u64 + 1));
    assert_eq!((overview.downloaded, overview.not_yet), (0, 1));
    let id = RecordingId::derive(CallId::derive(lib.source, &full_call().remote_id), "main");
    let file = CachedFile { path: "p".into(), facts: AudioFacts::default(), tier: Tier::Local, fetched_at_ms: 0 };
    lib.library.write(move |writer| writer.set_cached(id, &file)).unwrap();
    let status = reader.status().unwrap();
    assert_eq!((status.calls, status.turns, status.recordings, status.cached, status.sources), (334, 2, 2, 1, 1));
    assert_eq!(status.schema, library::SCHEMA);
    assert!(status.bytes > 0 && !status.encrypted && status.sqlite.starts_with("3."));
}
