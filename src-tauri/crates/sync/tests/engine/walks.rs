//! Walks over a source that does as it is told, into a real library.

use crate::walking::Place;
use model::{CallId, Cancel};
use source::{Change, Cursor, SourceError};
use testkit::{Break, ScriptedSource, a_call, rejected};
use turnstone_sync::{SyncError, SyncEvent};

#[test]
fn a_page_is_kept_with_its_cursor_and_the_next_walk_goes_on_behind_it() {
    for how in [Break::Unreachable, Break::Panic] {
        for pages in 0..4 {
            let place = Place::new();
            let report = place.walk(&four_pages().breaking_at(pages, how.clone()));
            assert!(report.error.is_some() && !report.run.complete, "{how:?} at page {pages} is no success");
            let kept: Vec<String> = (0..pages).flat_map(|page| [format!("{page}a"), format!("{page}b")]).collect();
            assert_eq!(
                place.here(),
                kept,
                "{how:?} at page {pages}: what was kept before stays, and nothing else is there"
            );
            let cursor = (pages > 0).then(|| Cursor(pages.to_string()));
            assert_eq!(place.cursor(), cursor, "the cursor is that of the last page in the library");

            let whole = four_pages();
            let report = place.walk(&whole);
            assert_eq!(whole.asked_from(), [cursor], "the next walk begins where the last one was kept");
            assert!(report.run.complete, "{:?}", report.error);
            assert_eq!(report.run.added as usize, 8 - 2 * pages, "nothing is brought in twice");
            assert_eq!(place.here().len(), 8);
        }
    }
}

#[test]
fn the_same_calls_again_leave_every_row_as_it_was() {
    let place = Place::new();
    place.walk(&four_pages());
    let before = place.temp.contents();
    let report = place.walk_full(&four_pages());
    assert_eq!((report.run.seen, report.run.unchanged, report.run.pages), (8, 8, 4));
    assert!(before == place.temp.contents(), "no row of any table may differ, nor of the index of search");
}

#[test]
fn a_walk_without_news_writes_nothing_to_the_disk() {
    let place = Place::new();
    let source = ScriptedSource::new().page([a_call("a").with_turns(3), a_call("b")]);
    let mut witness = place.temp.witness();
    place.walk(&source);
    assert!(witness.saw_a_change(), "the witness sees what is written");
    let report = place.walk_full(&source);
    assert_eq!(report.run.unchanged, 2, "it did look");
    assert!(!witness.saw_a_change(), "neither rows nor the cursor are written again");
}

#[test]
fn a_walk_that_is_stopped_keeps_the_pages_until_then_even_if_the_source_takes_no_notice() {
    let place = Place::new();
    let cancel = Cancel::new();
    let report = place.walk_until(&four_pages().breaking_at(2, Break::Cancelled(cancel.clone())), &cancel);
    assert!(matches!(report.error, Some(SyncError::Source(SourceError::Cancelled(_)))), "{:?}", report.error);
    assert!(!report.run.complete);
    assert_eq!(place.here().len(), 6, "the page that was on its way is kept, no further one is asked for");
    let rest = place.walk(&four_pages());
    assert_eq!((rest.run.added, place.here().len()), (2, 8));
}

#[test]
fn a_walk_that_was_stopped_before_it_began_keeps_nothing() {
    let place = Place::new();
    let cancel = Cancel::new();
    cancel.cancel();
    let report = place.walk_until(&four_pages(), &cancel);
    assert!(matches!(report.error, Some(SyncError::Source(SourceError::Cancelled(_)))), "{:?}", report.error);
    assert_eq!(place.here(), [] as [&str; 0]);
}

#[test]
fn an_item_that_cannot_be_read_is_reported_with_its_reason_and_the_others_go_in() {
    let place = Place::new();
    let source = ScriptedSource::new()
        .page([a_call("a").into(), rejected("b.json", "it is not JSON"), a_call("c").into()])
        .page([rejected("d.vcon", "it is encrypted")]);
    let mut told = Vec::new();
    let report = place.walk_telling(&source, &mut |event| {
        if let SyncEvent::Rejected(item) = event {
            told.push((item.item.clone(), item.reason.clone()));
        }
    });
    assert_eq!(place.here(), ["a", "c"]);
    assert!(report.run.complete, "a bad item is no failed run");
    assert_eq!((report.run.seen, report.run.added, report.run.rejected), (4, 2, 2));
    let expected =
        [("b.json".to_owned(), "it is not JSON".to_owned()), ("d.vcon".to_owned(), "it is encrypted".to_owned())];
    assert_eq!(told, expected);
    let kept: Vec<_> = report.run.problems.iter().map(|item| item.item.as_str()).collect();
    assert_eq!(kept, ["b.json", "d.vcon"], "the report names them");
}

#[test]
fn thousands_of_unreadable_items_are_all_counted_and_the_first_hundred_named() {
    let place = Place::new();
    let bad = |number: usize| rejected(&format!("{number}.json"), "it is not JSON");
    let source =
        (0..10).fold(ScriptedSource::new(), |source, page| source.page((0..300).map(move |n| bad(page * 300 + n))));
    let report = place.walk(&source.page([a_call("good")]));
    assert_eq!((report.run.rejected, report.run.problems.len(), report.run.added), (3_000, 100, 1));
}

#[test]
fn a_call_that_makes_no_sense_does_not_keep_the_others_out() {
    let place = Place::new();
    let twice = a_call("twice").with_recording("audio.wav").with_recording("audio.wav");
    let nameless = a_call("").with_turns(1);
    let odd = a_call("a\0b\u{202e}\n").titled(&"x".repeat(1_000_000)).with_recording("");
    let report = place.walk(&ScriptedSource::new().page([a_call("a"), twice, nameless]).page([odd, a_call("z")]));
    assert!(report.run.complete, "{:?}", report.error);
    let here = place.here();
    assert!(["a", "twice", "z"].iter().all(|name| here.contains(&(*name).to_owned())), "{here:?}");
}

#[test]
fn one_call_that_comes_twice_is_one_call_and_says_what_it_said_last() {
    let place = Place::new();
    let source = ScriptedSource::new()
        .page([a_call("a").titled("first"), a_call("b").titled("only"), a_call("a").titled("second")])
        .page([a_call("b").titled("only"), a_call("a").titled("third")]);
    let report = place.walk(&source);
    assert_eq!(place.here(), ["a", "b"]);
    assert_eq!(place.title("a").as_deref(), Some("third"));
    assert_eq!(
        (report.run.added, report.run.updated, report.run.unchanged),
        (2, 1, 2),
        "every record is accounted for"
    );
    assert_eq!(report.run.seen, 5);
}

#[test]
fn a_call_that_is_gone_is_marked_and_comes_back_as_itself() {
    let place = Place::new();
    place.walk(&ScriptedSource::new().page([a_call("a").with_turns(2), a_call("b")]));
    let gone = || source::Change::Gone { remote_id: "a".into() };
    let mut told = Vec::new();
    place.set_cursor("0");
    let report = place.walk_telling(&ScriptedSource::new().page([a_call("b")]).page([gone(), gone()]), &mut |event| {
        if let SyncEvent::Vanished(call) = event {
            told.push(call);
        }
    });
    let a = CallId::derive(place.id, "a");
    assert_eq!((report.run.vanished, told), (1, vec![a]), "it vanishes once, however often it is said");
    assert_eq!(place.here(), ["b"]);
    let stored = place.temp.reader().call(a).unwrap().expect("a call that has vanished stays in the library");
    assert_eq!(stored.record.transcript.map(|transcript| transcript.turns.len()), Some(2));

    place.set_cursor("0");
    let back = place.walk(&ScriptedSource::new().page([a_call("a").with_turns(2)]));
    assert_eq!((back.run.added, back.run.updated), (0, 1), "it is the call it was");
    assert_eq!(place.here(), ["a", "b"]);
}

#[test]
fn what_a_walk_from_the_beginning_does_not_show_is_gone_if_everything_could_be_read() {
    let place = Place::new();
    place.walk(&four_pages());
    let two = || ScriptedSource::new().page([a_call("0a").titled("A call"), a_call("3b").titled("A call")]);

    let doubtful = two().page([rejected("1a.json", "it is not JSON")]);
    assert_eq!(place.walk_full(&doubtful).run.vanished, 0, "an unreadable item may be any of the calls");
    let unfinished = two().waiting_for("2b");
    assert_eq!(place.walk_full(&unfinished).run.vanished, 0, "what is still being written may be any of the calls");
    let broken = two().breaking_at(1, Break::Unreachable);
    assert_eq!(place.walk_full(&broken).run.vanished, 0, "what comes after the failure is not known");
    assert_eq!(place.here().len(), 8);

    assert_eq!(place.walk_full(&two()).run.vanished, 6);
    assert_eq!(place.here(), ["0a", "3b"]);
}

#[test]
fn a_source_that_gives_the_same_page_again_and_again_is_told_so() {
    let place = Place::new();
    let report = place.walk(&four_pages().breaking_at(2, Break::Repeats));
    let error = report.error.expect("a walk that gets nowhere ends").to_string();
    assert!(error.contains("again"), "{error}");
    assert!(report.run.pages < 10, "after a few pages, not after thousands: {}", report.run.pages);
    assert_eq!(place.here().len(), 4, "what was kept stays");
    assert!(place.walk(&four_pages()).run.complete, "and nothing is in the way of the next walk");
    assert_eq!(place.here().len(), 8);
}

#[test]
fn progress_is_told_after_every_page_and_only_rises() {
    let place = Place::new();
    let mut seen = Vec::new();
    place.walk_telling(&four_pages(), &mut |event| {
        if let SyncEvent::Progress { seen: now, .. } = event {
            seen.push(now);
        }
    });
    assert_eq!(seen, [2, 4, 6, 8]);
}

#[test]
fn a_source_that_is_not_in_the_library_is_an_error_and_not_a_panic() {
    let place = Place::new();
    let id = place.id;
    place.temp.library.write(move |writer| writer.remove_source(id, true)).unwrap();
    let report = place.walk(&four_pages());
    assert!(matches!(report.error, Some(SyncError::Library(_))), "{:?}", report.error);
}

#[test]
fn a_transcript_that_a_server_has_no_more_stays_where_it_is_kept() {
    let place = Place::new();
    let source = ScriptedSource::new().page([a_call("a").with_turns(3)]);
    place.walk(&source);
    let poorer = ScriptedSource::new().page([a_call("a").titled("Renamed")]);
    let report = place.walk_keeping_words(&poorer);
    assert_eq!(
        (report.run.updated, place.title("a").as_deref()),
        (1, Some("Renamed")),
        "the rest is as the source says"
    );
    assert_eq!(turns(&place), 3, "and nothing that was said is lost");
    assert_eq!(place.walk_keeping_words(&poorer).run.unchanged, 1, "the same again is no news");
    place.walk_full(&ScriptedSource::new().page([a_call("a")]));
    assert_eq!(turns(&place), 0, "a folder is shown as it is");
}

#[test]
fn a_call_whose_revision_is_known_is_there_and_not_touched() {
    let place = Place::new();
    place.walk(&ScriptedSource::new().page([a_call("a"), a_call("b")]));
    let before = place.temp.contents();
    let same = |id: &str| Change::Same { remote_id: id.to_owned() };
    let report = place.walk_full(&ScriptedSource::new().page([same("a"), same("b")]));
    assert_eq!((report.run.seen, report.run.unchanged, report.run.vanished), (2, 2, 0));
    assert!(before == place.temp.contents());
}

#[test]
fn a_walk_in_doubt_takes_nothing_for_gone() {
    let place = Place::new();
    place.walk(&ScriptedSource::new().page([a_call("a"), a_call("b")]));
    let report = place.walk_full(&ScriptedSource::new().page([a_call("a")]).doubting());
    assert_eq!((report.run.vanished, place.here().len()), (0, 2));
    let told: Vec<&str> = report.run.problems.iter().map(|problem| problem.reason.as_str()).collect();
    assert_eq!(told, ["the script says so"], "people learn that there may be more than what came in");
    let report = place.walk_full(&ScriptedSource::new().page([a_call("a")]));
    assert_eq!(report.run.vanished, 1, "without a doubt it is");
}

#[test]
fn a_doubt_about_nothing_is_said_only_to_whom_something_may_lack() {
    let place = Place::new();
    let nothing = || ScriptedSource::new().page([] as [Change; 0]).doubting();
    assert_eq!(place.walk_full(&nothing()).run.rejected, 0, "there never was a call");
    place.walk_full(&ScriptedSource::new().page([a_call("a")]));
    let report = place.walk_full(&nothing());
    assert_eq!((report.run.rejected, report.run.vanished), (1, 0));
}

fn turns(place: &Place) -> usize {
    let call = place.temp.reader().call(CallId::derive(place.id, "a")).unwrap();
    call.and_then(|call| call.record.transcript).map_or(0, |transcript| transcript.turns.len())
}

/// Two calls on each page, named after it.
fn four_pages() -> ScriptedSource {
    (0..4).fold(ScriptedSource::new(), |source, page| {
        source.page(["a", "b"].map(|letter| a_call(&format!("{page}{letter}")).titled("A call")))
    })
}
