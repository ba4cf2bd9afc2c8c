//! Search as people use it.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use library::{Filter, LibraryError, Query, Reader, SearchCount, SearchHit, SearchSort};
use model::*;

fn search(reader: &Reader, text: &str) -> Vec<SearchHit> {
    reader.search(&Query::parse(text), &Filter::default(), SearchSort::Newest, None, 1_000).unwrap().hits
}

/// Hits as `call/turn`.
fn found(lib: &Lib, text: &str) -> Vec<String> {
    search(&lib.reader(), text).iter().map(|hit| format!("{}/{}", hit.call.remote_id, hit.turn)).collect()
}

/// What the ranges of the first hit mark.
fn marked(lib: &Lib, text: &str) -> Vec<String> {
    let hit = search(&lib.reader(), text).remove(0);
    let part = |(from, to): (u32, u32)| hit.snippet.chars().skip(from as usize).take((to - from) as usize).collect();
    hit.matches.into_iter().map(part).collect()
}

fn two_calls() -> Lib {
    Lib::with(vec![
        saying("old", NOON, &["I want a refund for the late delivery", "Sure, one refund coming up", "Thank you"]),
        saying("new", NOON + 60_000, &["The delivery was late", "We refund nothing", "late late LATE"]),
    ])
}

#[test]
fn a_hit_is_a_turn_newest_call_first_turns_in_order() {
    let lib = two_calls();
    assert_eq!(found(&lib, "refund"), ["new/1", "old/0", "old/1"]);
    let hit = &search(&lib.reader(), "REFUND")[0];
    assert_eq!((hit.start_ms, hit.role, hit.speaker.as_deref()), (Some(1_000), Some(Role::Customer), Some("Caller")));
    assert_eq!((hit.snippet.as_str(), hit.matches.as_slice(), hit.score), ("We refund nothing", &[(3, 9)][..], None));
    assert_eq!(marked(&lib, "late"), ["late"]);
    assert_eq!(search(&lib.reader(), "late")[1].matches.len(), 3);
}

#[test]
fn terms_must_occur_in_the_same_call_but_not_in_the_same_turn() {
    let lib = two_calls();
    assert_eq!(found(&lib, "thank delivery"), ["old/0", "old/2"], "every turn with one of the terms is a hit");
    assert!(found(&lib, "thank nothing").is_empty());
    assert_eq!(found(&lib, "thank OR nothing"), ["new/1", "old/2"]);
    assert_eq!(found(&lib, "refund -thank"), ["new/1"]);
    assert_eq!(found(&lib, "refund -\"late delivery\""), ["new/1"]);
    assert_eq!(found(&lib, "deliv* noth*"), ["new/0", "new/1"]);
    assert!(found(&lib, "deliv").is_empty(), "a word is a whole word unless it has a star");
}

#[test]
fn a_phrase_lies_within_one_turn() {
    let lib = two_calls();
    assert_eq!(found(&lib, "\"late delivery\""), ["old/0"]);
    assert_eq!(marked(&lib, "\"late delivery\""), ["late delivery"]);
    assert!(found(&lib, "\"delivery sure\"").is_empty(), "never across two turns");
    assert!(found(&lib, "\"coming up thank\"").is_empty());
}

#[test]
fn case_accents_and_apostrophes_do_not_matter() {
    let lib = Lib::with(vec![saying("x", NOON, &["DON’T send the Résumé to Zoe\u{308}", "it's naïve"])]);
    for text in ["don't", "don’t", "DON´T", "resume", "RÉSUMÉ", "re\u{301}sume\u{301}", "zoë", "zoe"] {
        assert_eq!(found(&lib, text), ["x/0"], "{text}");
    }
    assert_eq!(marked(&lib, "don't"), ["DON’T"]);
    assert_eq!(marked(&lib, "zoe"), ["Zoe\u{308}"], "a mark belongs to its letter");
    assert_eq!(found(&lib, "NAIVE"), ["x/1"]);
}

#[test]
fn telephone_numbers_find_one_another_however_they_are_written() {
    let ways = ["512-555-0143", "(512) 555 0143", "5125550143", "+1 512 555 0143", "1-512-555-0143", "512.555.0143"];
    let said: Vec<CallRecord> = (0..)
        .zip(ways)
        .map(|(at, way)| saying(way, NOON + at * 1_000, &["hello", &format!("it is {way}, thanks")]))
        .collect();
    let lib = Lib::with(said);
    lib.put(vec![saying("none", NOON, &["512 or 555 or 0143", "5125550199", "9 512 555 0142"])]);
    for text in ways {
        assert_eq!(found(&lib, text).len(), ways.len(), "{text} finds every way of writing it");
    }
    assert_eq!(marked(&lib, "5125550143"), ["512.555.0143"]);
    assert_eq!(found(&lib, "thanks (512) 555 0143").len(), ways.len(), "beside other words");
    assert!(found(&lib, "none 512 555 0143").is_empty());
    assert_eq!(found(&lib, "hello -5125550143"), Vec::<String>::new());
    assert_eq!(found(&lib, "0143 thanks").len(), ways.len() - 1, "a group is a word, where it is written as one");
}

#[test]
fn digits_said_one_by_one_are_a_number() {
    let lib = Lib::with(vec![saying("x", NOON, &["my number is 5 1 2 5 5 5 0 1 4 3 2 times"])]);
    assert_eq!(marked(&lib, "512-555-0143"), ["5 1 2 5 5 5 0 1 4 3"]);
}

#[test]
fn text_without_spaces_is_found_by_substring() {
    let lib = Lib::with(vec![
        saying("zh", NOON + 3_000, &["我的订单号码是一二三", "iPhone手机坏了"]),
        saying("ja", NOON + 2_000, &["注文番号をお願いします。返金"]),
        saying("ko", NOON + 1_000, &["환불해 주세요"]),
        saying("no", NOON, &["号，码 订 单"]),
    ]);
    assert_eq!(found(&lib, "订单"), ["zh/0"], "what is written apart is no substring");
    assert_eq!(found(&lib, "号码"), ["zh/0"]);
    assert_eq!(marked(&lib, "订单号码"), ["订单号码"]);
    assert_eq!(found(&lib, "号"), ["zh/0", "ja/0", "no/0"]);
    assert_eq!(found(&lib, "iphone手机"), ["zh/1"]);
    assert_eq!(found(&lib, "番号 返金"), ["ja/0"]);
    assert_eq!(marked(&lib, "환불"), ["환불"]);
    assert_eq!(found(&lib, "号 -号码"), ["ja/0", "no/0"], "leaving out is by substring too");
    assert_eq!(found(&lib, "\"号码是\" OR 返金"), ["zh/0", "ja/0"]);
}

#[test]
fn a_word_may_be_asked_of_one_speaker() {
    let lib = two_calls();
    assert_eq!(found(&lib, "speaker:agent refund"), ["old/0"]);
    assert_eq!(found(&lib, "speaker:customer refund"), ["new/1", "old/1"]);
    assert_eq!(found(&lib, "speaker:caller refund"), ["new/1", "old/1"], "by label or role");
    assert_eq!(found(&lib, "speaker:\"sarah lee\" late"), ["new/0", "new/2", "old/0"]);
    assert_eq!(found(&lib, "speaker:lee delivery"), ["new/0", "old/0"]);
    assert!(found(&lib, "speaker:nobody refund").is_empty());
    assert_eq!(found(&lib, "refund speaker:agent -thank"), ["new/1"], "what the agent never said");
    assert_eq!(found(&lib, "nothing speaker:agent -refund"), ["new/1"], "the customer's refund does not count");
}

#[test]
fn what_cannot_be_parsed_is_searched_as_plain_words() {
    let lib = two_calls();
    let query = Query::parse("\"late delivery");
    assert!(query.note().unwrap().contains("plain words"));
    assert_eq!(found(&lib, "\"late delivery").len(), 3);
    for text in ["", "  ", "?!", "\"\"", "-", "*"] {
        assert!(found(&lib, text).is_empty(), "{text:?} finds nothing");
    }
}

#[test]
fn hostile_text_is_only_text() {
    let hostile = [
        "'; DROP TABLE call; --",
        "\" OR 1=1",
        "NEAR(a b, 2)",
        "words : x",
        "{a} ^b",
        "a\0b",
        "\u{202E}right to left",
        "\u{E000}5125550143 \u{E001}",
        "((((((((((((((((",
        "<script>alert(1)</script>",
    ];
    let lib = Lib::with(vec![saying("x", NOON, &hostile)]);
    for text in hostile {
        let hits = found(&lib, text);
        assert!(hits.len() <= hostile.len(), "{text}");
    }
    assert_eq!(found(&lib, "script alert"), ["x/9"]);
    assert_eq!(found(&lib, "near").len(), 1, "the index's own signs mean nothing");
    lib.assert_whole();
}

fn many() -> Lib {
    let turns = |at: i64| -> Vec<&str> {
        match at % 4 {
            0 => vec!["alpha", "beta alpha", "gamma"],
            1 => vec!["alpha beta"],
            2 => vec!["beta"; 11],
            _ => vec!["nothing"],
        }
    };
    Lib::with((0..400).map(|at| saying(&format!("c{at}"), NOON + at / 10, &turns(at))).collect())
}

fn paged(reader: &Reader, (text, filter, sort): (&str, &Filter, SearchSort), limit: u32) -> Vec<(CallId, u32)> {
    let (query, mut hits, mut after) = (Query::parse(text), Vec::new(), None::<String>);
    loop {
        let page = reader.search(&query, filter, sort, after.as_deref(), limit).unwrap();
        assert!(page.hits.len() <= limit as usize);
        hits.extend(page.hits.into_iter().map(|hit| (hit.call.id, hit.turn)));
        assert!(hits.len() <= 20_000, "paging comes to an end");
        after = page.next;
        if after.is_none() {
            return hits;
        }
    }
}

#[test]
fn paging_reaches_every_hit_once_and_the_count_agrees() {
    let lib = many();
    let reader = lib.reader();
    let half = Filter { from_ms: Some(NOON + 11), to_ms: Some(NOON + 29), ..Filter::default() };
    for (text, filter) in
        [("beta", &Filter::default()), ("alpha beta", &half), ("alpha OR gamma -nothing", &Filter::default())]
    {
        let count = reader.search_count(&Query::parse(text), filter, &Cancel::new()).unwrap();
        for sort in [SearchSort::Newest, SearchSort::Best] {
            let all = paged(&reader, (text, filter, sort), 10_000);
            let calls: std::collections::HashSet<CallId> = all.iter().map(|hit| hit.0).collect();
            let distinct: std::collections::HashSet<&(CallId, u32)> = all.iter().collect();
            assert_eq!(distinct.len(), all.len(), "no hit comes twice");
            assert_eq!(count, SearchCount { calls: calls.len() as u64, turns: all.len() as u64 }, "{text}");
            for limit in [1, 7, 50] {
                assert_eq!(paged(&reader, (text, filter, sort), limit), all, "{text} by pages of {limit}, {sort:?}");
            }
        }
    }
}

#[test]
fn more_calls_than_are_ranked_are_all_reached() {
    let lib = Lib::with((0..2_300).map(|at| saying(&format!("{at}"), NOON + at, &["alpha", "alpha beta"])).collect());
    lib.put(vec![saying("best", NOON + 7, &["beta beta beta alpha"])]);
    let reader = lib.reader();
    let asked = ("alpha beta", &Filter::default(), SearchSort::Best);
    let all = paged(&reader, asked, 999);
    let distinct: std::collections::HashSet<&(CallId, u32)> = all.iter().collect();
    assert_eq!((all.len(), distinct.len()), (4_601, 4_601));
    let query = Query::parse("alpha beta");
    let first = reader.search(&query, &Filter::default(), SearchSort::Best, None, 1).unwrap();
    assert!(first.hits[0].score.is_some_and(|score| score > 0.0));
    let cursor = first.next.unwrap();
    assert!(matches!(
        reader.search(&query, &Filter::default(), SearchSort::Newest, Some(&cursor), 1),
        Err(LibraryError::BadCursor)
    ));
}

#[test]
fn the_best_matching_call_comes_first() {
    let lib = Lib::with(
        (0..20).map(|at| saying(&format!("{at}"), NOON + at, &["a refund of many other words said here"])).collect(),
    );
    lib.put(vec![saying("best", NOON - 9, &["refund refund"])]);
    let page = lib.reader().search(&Query::parse("refund"), &Filter::default(), SearchSort::Best, None, 3).unwrap();
    assert_eq!(page.hits[0].call.remote_id, "best");
}

#[test]
fn a_count_can_be_cancelled() {
    let lib = many();
    let cancel = Cancel::new();
    cancel.cancel();
    let query = Query::parse("alpha");
    let stopped = lib.reader().search_count(&query, &Filter::default(), &cancel);
    assert!(matches!(stopped, Err(LibraryError::Cancelled)));
    let reader = lib.reader().cancelled_by(&cancel).unwrap();
    assert!(matches!(
        reader.search(&query, &Filter::default(), SearchSort::Newest, None, 5),
        Err(LibraryError::Cancelled)
    ));
    drop(reader);
    assert!(!search(&lib.reader(), "alpha").is_empty(), "the next reader is not cancelled");
}

#[test]
fn a_check_after_tidying_finds_nothing_whatever_its_connection_saw_before() {
    let lib = many();
    for round in 0..4 {
        for at in 0..20 {
            lib.put(vec![saying(&format!("c{round}-{at}"), NOON + at, &["alpha delta"])]);
        }
        lib.assert_whole();
        while lib.library.idle().unwrap() {}
        lib.assert_whole();
    }
}

#[test]
fn tidying_the_index_changes_no_answer() {
    let lib = many();
    for at in 0..40 {
        lib.put(vec![saying(&format!("c{at}"), NOON + at, &["alpha delta"])]);
    }
    let before = found(&lib, "alpha");
    let mut steps = 0;
    while lib.library.idle().unwrap() {
        steps += 1;
        assert!(steps < 1_000, "tidying comes to an end");
    }
    assert!(!lib.library.idle().unwrap(), "and has nothing to do until something changes");
    assert_eq!(found(&lib, "alpha"), before);
    lib.assert_whole();
}
