//! The walk over a server that says what it is told to say.

use std::collections::HashMap;
use std::sync::Mutex;

use model::{CallRecord, Cancelled, Recording};

use super::super::{OVERLAP, YOUNG};
use super::*;
use crate::{Audio, AudioError, AudioRequest, Check, Door, NoMemory};

const NOW: i64 = 1_762_000_000_000;
const HOUR: i64 = 3_600_000;

/// What the server says of one call.
#[derive(Clone, Copy)]
enum Says {
    Settled,
    Open,
    Gone,
    Bad,
    Later,
    Lost,
    Denied,
}

/// Pages by where they begin, the first under the empty name.
#[derive(Default)]
struct Script {
    pages: HashMap<String, Listed>,
    says: HashMap<String, Says>,
    /// Positions that mean nothing to the server any more.
    forgotten: Vec<String>,
    asked: Mutex<Vec<String>>,
    since: Mutex<Vec<Option<Since>>>,
}

impl Script {
    /// A page of calls, an hour apart, the first of them `age` hours old.
    fn page(mut self, at: &str, ids: &[&str], age: i64, next: Option<&str>) -> Self {
        let item = |(index, id): (usize, &&str)| Item {
            remote_id: (*id).to_owned(),
            started_ms: Some(NOW - (age + index as i64) * HOUR),
            revision: format!("revision of {id}"),
            ..Item::default()
        };
        let items = ids.iter().enumerate().map(item).collect();
        let listed = Listed { items, next: next.map(str::to_owned), newest_first: true, ..Listed::default() };
        self.pages.insert(at.to_owned(), listed);
        self
    }

    fn says(mut self, id: &str, says: Says) -> Self {
        self.says.insert(id.to_owned(), says);
        self
    }

    /// What was asked for since the last time, sorted.
    fn asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.sort();
        asked
    }

    /// A walk to its end.
    fn walk(&self, cursor: Option<&Cursor>, memory: &dyn Memory, now_ms: i64) -> Vec<Result<Page, SourceError>> {
        Walk::new(self, cursor, memory, 4, now_ms, &Cancel::new()).take(1_000).collect()
    }

    /// A walk in which nothing ends it early.
    fn pages(&self, cursor: Option<&Cursor>) -> Vec<Page> {
        self.walk(cursor, &NoMemory, NOW).into_iter().map(|page| page.expect("a page")).collect()
    }
}

impl Server for Script {
    fn test(&self, _cancel: &Cancel) -> Vec<Check> {
        Vec::new()
    }

    fn list(&self, since: Option<&Since>, at: Option<&str>, _cancel: &Cancel) -> Result<Listed, SourceError> {
        let at = at.unwrap_or_default();
        self.asked.lock().unwrap().push(format!("list {at}"));
        self.since.lock().unwrap().push(since.cloned());
        if self.forgotten.iter().any(|name| name == at) {
            return Err(SourceError::Nonsense("there is no such position".into()));
        }
        Ok(self.pages.get(at).cloned().unwrap_or_default())
    }

    fn call(&self, item: &Item, _cancel: &Cancel) -> Result<Found, ItemError> {
        let id = &item.remote_id;
        self.asked.lock().unwrap().push(id.clone());
        let found =
            |settled| Ok(Found { record: CallRecord { remote_id: id.clone(), ..CallRecord::default() }, settled });
        match self.says.get(id).copied().unwrap_or(Says::Settled) {
            Says::Settled => found(true),
            Says::Open => found(false),
            Says::Gone => Err(ItemError::Gone),
            Says::Bad => Err(ItemError::Bad("it is nonsense".into())),
            Says::Later => Err(ItemError::Later("the server is in trouble".into())),
            Says::Lost => Err(ItemError::Stop(SourceError::Unreachable("the connection broke".into()))),
            Says::Denied => Err(ItemError::Stop(SourceError::Credentials("sign in again".into()))),
        }
    }

    fn doors(&self, _recording: &Recording) -> Vec<Door> {
        Vec::new()
    }

    fn audio(&self, _ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        Err(AudioError::new(model::Outcome::NotFound, "a script has no audio"))
    }

    fn requests(&self) -> u64 {
        0
    }
}

fn calls(pages: &[Page]) -> Vec<&str> {
    fn call(change: &Change) -> Option<&str> {
        match change {
            Change::Call(call) => Some(&call.remote_id),
            _ => None,
        }
    }
    let mut calls: Vec<&str> = pages.iter().flat_map(|page| &page.changes).filter_map(call).collect();
    calls.sort_unstable();
    calls
}

fn three_pages() -> Script {
    let script = Script::default().page("", &["a", "b"], 0, Some("2")).page("2", &["c", "d"], 2, Some("3"));
    script.page("3", &["e"], 4, None)
}

fn last(pages: &[Page]) -> &Cursor {
    &pages.last().expect("a page").cursor
}

#[test]
fn a_walk_that_ended_after_any_page_goes_on_with_the_next_one() {
    let script = three_pages();
    let whole = script.pages(None);
    assert_eq!(calls(&whole), ["a", "b", "c", "d", "e"]);
    for kept in 1..3 {
        let rest = script.pages(Some(&whole[kept - 1].cursor));
        assert_eq!(calls(&rest), calls(&whole[kept..]), "after {kept} pages");
        assert_eq!(last(&rest), last(&whole), "the end is the same end");
    }
}

#[test]
fn a_later_walk_begins_before_the_newest_call_and_ends_where_a_whole_page_is_older() {
    let old = OVERLAP / HOUR + 10;
    let script = Script::default().page("", &["new", "older"], 0, Some("2"));
    let script = script.page("2", &["far"], old, Some("3")).page("3", &["further"], old + 5, None);
    let first = script.pages(None);
    assert_eq!(calls(&first), ["far", "further", "new", "older"], "the first walk sees everything");
    script.asked();
    let second = script.pages(Some(last(&first)));
    assert_eq!(calls(&second), ["far", "new", "older"]);
    assert!(!script.asked().contains(&"list 3".to_owned()));
    let since = script.since.lock().unwrap().last().cloned().flatten().expect("it says from when");
    assert_eq!(since.from_ms, Some(NOW - OVERLAP));
}

#[test]
fn a_call_that_is_known_as_it_is_costs_no_request() {
    struct Knows;
    impl Memory for Knows {
        fn revisions(&self, ids: &[&str]) -> HashMap<String, String> {
            ids.iter().filter(|id| **id != "b").map(|id| ((*id).to_owned(), format!("revision of {id}"))).collect()
        }
    }
    let script = three_pages();
    let pages: Vec<Page> = script.walk(None, &Knows, NOW).into_iter().map(Result::unwrap).collect();
    assert_eq!(calls(&pages), ["b"]);
    assert_eq!(script.asked(), ["b", "list ", "list 2", "list 3"]);
    let same = pages.iter().flat_map(|page| &page.changes).filter(|change| matches!(change, Change::Same { .. }));
    assert_eq!(same.count(), 4);
}

#[test]
fn an_open_call_is_asked_for_again_until_it_is_settled_or_old() {
    let script = Script::default().page("", &["a", "b"], 0, None).says("a", Says::Open).says("b", Says::Later);
    let first = script.pages(None);
    let emptied = Script::default().says("a", Says::Open);
    let second = emptied.pages(Some(last(&first)));
    assert_eq!(emptied.asked(), ["a", "b", "list "], "also when the list does not show them any more");
    let third = emptied.pages(Some(last(&second)));
    assert_eq!(emptied.asked(), ["a", "list "], "what was settled is not");
    let _ = emptied.walk(Some(last(&third)), &NoMemory, NOW + YOUNG);
    assert_eq!(emptied.asked(), ["list "], "nor what has been asked for a week");
}

#[test]
fn an_open_call_has_no_revision_and_a_settled_one_has() {
    let script = Script::default().page("", &["a", "b"], 0, None).says("a", Says::Open);
    let pages = script.pages(None);
    let revisions: HashMap<&str, Option<&str>> = pages[0]
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::Call(call) => Some((call.remote_id.as_str(), call.revision.as_deref())),
            _ => None,
        })
        .collect();
    assert_eq!(revisions, HashMap::from([("a", None), ("b", Some("revision of b"))]));
}

#[test]
fn a_call_listed_twice_is_brought_once() {
    let script = Script::default().page("", &["a", "b", "a"], 0, Some("2")).page("2", &["b", "c"], 3, None);
    assert_eq!(calls(&script.pages(None)), ["a", "b", "c"]);
    assert_eq!(script.asked(), ["a", "b", "c", "list ", "list 2"]);
}

#[test]
fn a_list_that_leads_back_or_repeats_itself_ends_in_doubt() {
    let itself = Script::default().page("", &["a"], 0, Some("2")).page("2", &["b"], 1, Some("2"));
    let circle = Script::default().page("", &["a"], 0, Some("2")).page("2", &["b"], 1, Some("3"));
    let circle = circle.page("3", &["a"], 0, Some("2"));
    for script in [itself, circle] {
        let pages = script.pages(None);
        assert!(pages.len() <= 5, "{} pages", pages.len());
        assert_eq!(calls(&pages), ["a", "b"]);
        assert!(pages.last().unwrap().doubt.is_some(), "so nothing is taken for gone");
        script.pages(Some(last(&pages)));
        assert_eq!(script.since.lock().unwrap().last(), Some(&None), "and the next walk looks at everything again");
    }
}

#[test]
fn a_whole_list_without_a_call_is_doubted_and_an_empty_end_of_one_is_not() {
    let doubt = |script: &Script, cursor: Option<&Cursor>| script.pages(cursor).last().unwrap().doubt.is_some();
    let emptied = Script::default().page("", &[], 0, None).says("open", Says::Gone);
    assert!(doubt(&emptied, None), "the right to see them may be lost");
    let before = Script::default().page("", &["open"], 1, None).says("open", Says::Open).pages(None);
    let mut mark = Mark::read(Some(last(&before)));
    (mark.newest_ms, mark.pass) = (None, Some(Pass { whole: true, ..Pass::default() }));
    assert!(doubt(&emptied, Some(&mark.write())), "a call that is asked for by its name is not a list");
    let ends_empty = Script::default().page("", &["a"], 1, Some("2")).page("2", &[], 0, None);
    assert!(!doubt(&ends_empty, None));
    let whole = ends_empty.pages(None);
    assert!(!doubt(&ends_empty, Some(&whole[0].cursor)), "the pages before were seen by an earlier walk");
}

#[test]
fn pages_on_which_nothing_can_be_read_do_not_hide_those_behind_them() {
    let unreadable = |next: &str| Listed {
        rejected: vec![RejectedItem { item: format!("before {next}"), reason: "no id".into() }],
        next: Some(next.to_owned()),
        ..Listed::default()
    };
    let mut script = Script::default().page("3", &["a"], 0, None);
    script.pages.insert(String::new(), unreadable("1"));
    script.pages.insert("1".into(), unreadable("2"));
    script.pages.insert("2".into(), unreadable("3"));
    assert_eq!(calls(&script.pages(None)), ["a"]);
    script.pages.insert("2".into(), unreadable("1"));
    let pages = script.pages(None);
    assert!(pages.last().unwrap().doubt.is_some(), "and such a list that goes round in circles ends");
}

#[test]
fn what_must_end_the_walk_ends_it_and_keeps_nothing_of_the_page() {
    let script = three_pages().says("d", Says::Denied);
    let walk = script.walk(None, &NoMemory, NOW);
    assert_eq!(walk.len(), 2);
    let first = walk[0].as_ref().expect("the first page is whole");
    assert!(matches!(walk[1], Err(SourceError::Credentials(_))));
    let repaired = three_pages();
    assert_eq!(calls(&repaired.pages(Some(&first.cursor))), ["c", "d", "e"], "the next walk begins with that page");
}

#[test]
fn what_is_wrong_with_one_call_keeps_no_other_out() {
    let script = Script::default().page("", &["a", "b", "c", "d", "e"], 0, None);
    let script = script.says("a", Says::Bad).says("b", Says::Gone).says("c", Says::Later).says("d", Says::Lost);
    let pages = script.pages(None);
    assert_eq!(calls(&pages), ["e"]);
    let changes = &pages[0].changes;
    assert!(changes.contains(&Change::Gone { remote_id: "b".into() }));
    let rejected = |change: &Change| matches!(change, Change::Rejected(item) if ["a", "c", "d"].contains(&&*item.item));
    assert_eq!(changes.iter().filter(|change| rejected(change)).count(), 3);
    script.asked();
    let emptied = Script::default();
    emptied.pages(Some(last(&pages)));
    assert_eq!(emptied.asked(), ["c", "d", "list "], "what may be had later is asked for later");
}

#[test]
fn a_server_that_is_away_is_noticed_after_a_few_calls() {
    let ids: Vec<String> = (0..100).map(|index| format!("{index:03}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let script = ids.iter().fold(Script::default().page("", &ids, 0, None), |script, id| script.says(id, Says::Lost));
    let walk = script.walk(None, &NoMemory, NOW);
    assert!(matches!(walk[..], [Err(SourceError::Unreachable(_))]));
    assert!(script.asked().len() <= 1 + MOST_BROKEN + 4, "not a hundred times");
}

#[test]
fn a_position_the_server_has_forgotten_begins_the_walk_again() {
    let mut script = three_pages();
    let first = script.pages(None).swap_remove(0);
    script.forgotten.push("2".into());
    script.pages.insert(String::new(), script.pages["3"].clone());
    assert_eq!(calls(&script.pages(Some(&first.cursor))), ["e"]);
    assert!(matches!(three_pages().forgetting("2").walk(None, &NoMemory, NOW)[..], [Ok(_), Err(_)]), "not in one walk");
}

impl Script {
    fn forgetting(mut self, at: &str) -> Self {
        self.forgotten.push(at.to_owned());
        self
    }
}

#[test]
fn a_call_from_the_future_does_not_hide_what_comes_before_it() {
    let script = Script::default().page("", &["tomorrow", "a"], -10_000, None);
    let first = script.pages(None);
    script.pages(Some(last(&first)));
    let since = script.since.lock().unwrap().last().cloned().flatten().expect("it says from when");
    assert_eq!(since.from_ms, Some(NOW - OVERLAP));
}

#[test]
fn a_walk_that_is_stopped_says_so_and_nothing_is_asked() {
    let (script, cancel) = (three_pages(), Cancel::new());
    cancel.cancel();
    let walk: Vec<_> = Walk::new(&script, None, &NoMemory, 4, NOW, &cancel).collect();
    assert!(matches!(walk[..], [Err(SourceError::Cancelled(Cancelled))]));
    assert_eq!(script.asked(), [""; 0]);
}
