use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::json;

use super::*;

/// A server with calls created at these seconds, newest first, and how it understands what it is asked.
struct Shelf {
    seconds: Vec<i64>,
    knows_bounds: bool,
    longest: usize,
    asked: RefCell<Vec<u32>>,
}

fn shelf(seconds: Vec<i64>) -> Shelf {
    Shelf { seconds, knows_bounds: true, longest: 1_000, asked: RefCell::default() }
}

impl Shelf {
    fn answer(&self, question: Question<'_>) -> Vec<Value> {
        self.asked.borrow_mut().push(question.limit);
        let passes = |second: i64| match question.bound.filter(|_| self.knows_bounds) {
            Some(("createdAtLe", moment)) => second * 1_000 <= ms(moment).unwrap(),
            Some((_, moment)) => second * 1_000 < ms(moment).unwrap(),
            None => true,
        };
        let calls = self.seconds.iter().enumerate().filter(|(_, second)| passes(**second));
        let call = |(id, second): (usize, &i64)| json!({"id": id.to_string(), "createdAt": Moment::from_utc_ms(second * 1_000).to_rfc3339()});
        calls.take((question.limit as usize).min(self.longest)).map(call).collect()
    }

    /// The ids that a whole walk sees, and the last doubt.
    fn walk(&self, usual: u32) -> (BTreeSet<String>, Option<String>) {
        let (mut seen, mut at, mut doubt) = (BTreeSet::new(), None, None);
        for _ in 0..100 {
            let batch = page(at.as_deref(), usual, |question| Ok(self.answer(question))).unwrap();
            seen.extend(batch.calls.iter().map(|call| call["id"].as_str().unwrap().to_owned()));
            doubt = batch.doubt.or(doubt);
            match batch.next {
                Some(next) => at = Some(next),
                None => return (seen, doubt),
            }
        }
        panic!("the walk does not end");
    }
}

/// So many calls, some at the same second.
fn falling(calls: i64, at_once: i64) -> Vec<i64> {
    (0..calls).map(|index| 2_000_000_000 - index / at_once).collect()
}

#[test]
fn every_call_is_seen_once_also_when_an_instant_crosses_a_page() {
    for at_once in [1, 3, 7] {
        let (seen, doubt) = shelf(falling(95, at_once)).walk(10);
        assert_eq!((seen.len(), doubt), (95, None), "{at_once} calls at once");
    }
}

#[test]
fn a_page_that_is_all_one_instant_is_made_longer() {
    let (seen, doubt) = shelf(falling(300, 120)).walk(10);
    assert_eq!((seen.len(), doubt), (300, None));
}

#[test]
fn more_calls_at_one_instant_than_a_page_can_hold_are_said_and_the_rest_goes_on() {
    let mut seconds = falling(1_500, 1_500);
    seconds.extend(falling(20, 1).iter().map(|second| second - 100));
    let (seen, doubt) = shelf(seconds).walk(100);
    assert_eq!(seen.len(), 1_020);
    assert!(doubt.is_some_and(|words| words.contains("one moment")));
}

#[test]
fn a_server_that_knows_no_bound_is_asked_for_longer_lists() {
    let shelf = Shelf { knows_bounds: false, ..shelf(falling(130, 1)) };
    assert_eq!(shelf.walk(50), ((0..130).map(|id| id.to_string()).collect(), None));
    assert_eq!(*shelf.asked.borrow(), [50, 50, 100, 200]);
}

#[test]
fn a_list_that_stays_short_however_much_is_asked_for_is_doubted() {
    for (calls, longest, seen) in [(5_000, 1_000, 1_000), (130, 50, 50), (300, 100, 100)] {
        let shelf = Shelf { knows_bounds: false, longest, ..shelf(falling(calls, 1)) };
        let (ids, doubt) = shelf.walk(100);
        assert_eq!(ids.len(), seen);
        assert!(doubt.is_some(), "{calls} calls, {longest} at most");
    }
    let bounded = Shelf { longest: 50, ..shelf(falling(120, 1)) };
    assert_eq!(
        bounded.walk(100).0.len(),
        120,
        "a server that keeps to its own length and knows bounds shows everything"
    );
}
