use proptest::prelude::*;

use super::*;

const NOW: i64 = 1_765_540_800_000;
const ALL: [Door; 3] = [Door::Source, Door::Provider, Door::Legacy];

#[test]
fn what_is_cached_is_used_and_nobody_is_asked() {
    let before = Standing::untried();
    assert_eq!(next(&Known { cached: true, ..known(&before) }), Next::UseCached);
    assert_eq!(next(&Known { cached: true, offline: true, ..known(&before) }), Next::UseCached);
}

#[test]
fn the_doors_are_asked_in_order_until_the_round_is_over() {
    let before = Standing::untried();
    assert_eq!(next(&known(&before)), Next::Ask(Door::Source));
    let one = [tried(Door::Source, Outcome::Network)];
    assert_eq!(next(&Known { tried: &one, ..known(&before) }), Next::Ask(Door::Provider));
    let two = [one[0], tried(Door::Provider, Outcome::Gone)];
    assert_eq!(next(&Known { tried: &two, ..known(&before) }), Next::Ask(Door::Legacy));
    assert_eq!(next(&Known { doors: &[], ..known(&before) }), Next::Nobody);
    assert_eq!(next(&Known { offline: true, ..known(&before) }), Next::Nobody);
}

#[test]
fn a_stopped_round_asks_nobody_else_and_changes_nothing() {
    let before = Standing { tries: 2, ..Standing::untried() };
    let stopped = [tried(Door::Source, Outcome::Cancelled)];
    assert_eq!(next(&Known { tried: &stopped, ..known(&before) }), Next::GiveUp(before.clone()));
    let away = [tried(Door::Source, Outcome::Offline)];
    assert_eq!(next(&Known { tried: &away, ..known(&before) }), Next::GiveUp(before.clone()), "nobody was asked");
}

#[test]
fn what_a_source_says_was_deleted_is_unavailable_if_no_other_door_may_have_it() {
    assert_eq!(judged(&[Outcome::Gone, Outcome::NotFound], NOW).state, AudioState::Unavailable);
    assert_eq!(judged(&[Outcome::Gone, Outcome::Network], NOW).state, AudioState::Failed, "the other may have it");
    assert_eq!(judged(&[Outcome::Gone, Outcome::NotYet], NOW).state, AudioState::Pending);
}

#[test]
fn what_is_not_found_needs_age_before_it_is_taken_for_gone() {
    let of_age = |age: Ms| judged(&[Outcome::NotFound, Outcome::NotFound], NOW - age).state;
    assert_eq!(of_age(MINUTE), AudioState::Pending, "it is only on its way");
    assert_eq!(of_age(2 * DAY), AudioState::Failed);
    assert_eq!(of_age(30 * DAY), AudioState::Unavailable);

    let before = Standing::untried();
    let round = [tried(Door::Source, Outcome::NotFound)];
    let old = Known { doors: &ALL[..1], tried: &round, call_ms: Some(NOW - 30 * DAY), ..known(&before) };
    let state = |known: Known<'_>| match next(&known) {
        Next::GiveUp(standing) => standing.state,
        other => panic!("{other:?}"),
    };
    assert_eq!(state(old), AudioState::Unavailable);
    assert_eq!(state(Known { is_over: false, ..old }), AudioState::Pending, "a call that goes on has no recording yet");
    assert_eq!(state(Known { call_ms: None, ..old }), AudioState::Failed, "nothing says how old it is");
    let just_now = Known { call_ms: Some(NOW - MINUTE), is_expired: true, ..old };
    assert_eq!(state(just_now), AudioState::Unavailable, "its source had said until when");
    assert_eq!(state(Known { may_return: true, ..old }), AudioState::Failed, "a disk may be plugged in again");
}

#[test]
fn failures_are_tried_again_after_growing_pauses_then_daily_while_the_call_is_young() {
    let mut standing = Standing::untried();
    let mut pauses = Vec::new();
    let mut now = NOW;
    for _ in 0..7 {
        let round = [tried(Door::Source, Outcome::Network)];
        let known = Known {
            doors: &ALL[..1],
            tried: &round,
            call_ms: Some(NOW - 3 * DAY),
            now_ms: now,
            wish: Wish::Background,
            ..known(&standing)
        };
        let Next::GiveUp(after) = next(&known) else { panic!("the round is over") };
        pauses.push((after.next_try_ms.unwrap() - now) / MINUTE);
        now = after.next_try_ms.unwrap();
        standing = after;
    }
    assert_eq!(pauses, [1, 5, 10, 20, 40, 24 * 60, 24 * 60]);

    let tired = Standing { tries: 5, ..Standing::untried() };
    let round = [tried(Door::Source, Outcome::Network)];
    let old = Known { doors: &ALL[..1], tried: &round, call_ms: Some(NOW - 30 * DAY), ..known(&tired) };
    let Next::GiveUp(after) = next(&old) else { panic!("the round is over") };
    assert_eq!((after.state, after.next_try_ms), (AudioState::Failed, None), "an old call is left alone until wanted");
}

#[test]
fn somebody_who_waits_does_not_wait_for_our_pauses_but_for_what_the_server_asked() {
    let paused = Standing { next_try_ms: Some(NOW + MINUTE), tries: 1, ..Standing::untried() };
    assert_eq!(next(&known(&paused)), Next::Ask(Door::Source));
    assert_eq!(next(&Known { wish: Wish::Background, ..known(&paused) }), Next::Wait(NOW + MINUTE));

    let asked = Standing { waits: vec![(Door::Source, NOW + MINUTE)], ..paused };
    assert_eq!(next(&known(&asked)), Next::Ask(Door::Provider), "only the door that asked for it is left alone");
    assert_eq!(next(&Known { doors: &ALL[..1], ..known(&asked) }), Next::Wait(NOW + MINUTE));
}

#[test]
fn a_try_out_of_turn_does_not_lengthen_the_pauses() {
    let paused = Standing { next_try_ms: Some(NOW + MINUTE), tries: 1, state: AudioState::Failed, waits: Vec::new() };
    let round = [tried(Door::Source, Outcome::Network)];
    let Next::GiveUp(after) = next(&Known { doors: &ALL[..1], tried: &round, ..known(&paused) }) else {
        panic!("the round is over")
    };
    assert_eq!((after.tries, after.next_try_ms), (1, Some(NOW + MINUTE)));
}

proptest! {
    #[test]
    fn a_round_keeps_every_promise(
        doors in proptest::sample::subsequence(ALL.to_vec(), 0..=3),
        answers in proptest::collection::vec((any_outcome(), proptest::option::of(-DAY..DAY)), 3),
        waits in proptest::collection::vec((any_door(), -DAY..DAY), 0..4),
        age in proptest::option::of(-DAY..400 * DAY),
        (next_try, tries, is_over, may_return, hurried) in
            (proptest::option::of(-DAY..DAY), 0..9_u32, any::<bool>(), any::<bool>(), any::<bool>()),
    ) {
        let waits: Vec<_> = waits.into_iter().map(|(door, wait)| (door, NOW + wait)).collect();
        let before = Standing { state: AudioState::Failed, next_try_ms: next_try.map(|ms| NOW + ms), tries, waits };
        let mut round: Vec<Tried> = Vec::new();
        loop {
            let known = Known {
                doors: &doors,
                tried: &round,
                call_ms: age.map(|age| NOW - age),
                is_over,
                may_return,
                wish: if hurried { Wish::Now } else { Wish::Background },
                ..known(&before)
            };
            match next(&known) {
                Next::Ask(door) => {
                    prop_assert!(doors.contains(&door));
                    prop_assert!(round.iter().all(|tried| tried.door < door), "in order and once each");
                    prop_assert!(before.waits.iter().all(|(of, until)| *of != door || *until <= NOW), "never early");
                    prop_assert!(hurried || before.next_try_ms.is_none_or(|next| next <= NOW));
                    let (outcome, wait) = answers[round.len()];
                    round.push(Tried { door, outcome, not_before_ms: wait.map(|wait| NOW + wait) });
                }
                Next::Wait(until) => {
                    prop_assert!(round.is_empty() && until > NOW);
                    break;
                }
                Next::Nobody => {
                    prop_assert!(round.is_empty());
                    break;
                }
                Next::GiveUp(after) => {
                    let outcome = |wanted| round.iter().any(|tried| tried.outcome == wanted);
                    if after.state == AudioState::Unavailable {
                        prop_assert_eq!(round.len(), doors.len(), "everybody was asked");
                        prop_assert!(round.iter().all(|t| matches!(t.outcome, Outcome::Gone | Outcome::NotFound)));
                        prop_assert!(outcome(Outcome::Gone) || (is_over && age.is_some_and(|age| age >= YOUNG)));
                    } else if !outcome(Outcome::Cancelled) && let Some(next) = after.next_try_ms {
                        prop_assert!(next > NOW, "a pause is a pause");
                        prop_assert!(round.iter().filter_map(|t| t.not_before_ms).all(|until| next >= until));
                    }
                    break;
                }
                Next::UseCached => prop_assert!(false, "nothing is cached"),
            }
        }
    }

    #[test]
    fn pauses_never_shrink(tries in 0..20_u32, age in 0..400 * DAY) {
        let after = |tries| {
            let before = Standing { tries, ..Standing::untried() };
            let round = [tried(Door::Source, Outcome::Denied)];
            let known = Known { doors: &ALL[..1], tried: &round, call_ms: Some(NOW - age), ..known(&before) };
            match next(&known) {
                Next::GiveUp(standing) => standing.next_try_ms.unwrap_or(i64::MAX),
                other => panic!("{other:?}"),
            }
        };
        prop_assert!(after(tries) <= after(tries + 1));
    }
}

fn known(before: &Standing) -> Known<'_> {
    Known {
        cached: false,
        doors: &ALL,
        offline: false,
        tried: &[],
        before,
        call_ms: None,
        is_over: true,
        is_expired: false,
        may_return: false,
        wish: Wish::Now,
        now_ms: NOW,
    }
}

fn tried(door: Door, outcome: Outcome) -> Tried {
    Tried { door, outcome, not_before_ms: None }
}

/// How it stands after a round over two doors for a call that began then.
fn judged(outcomes: &[Outcome; 2], call_ms: i64) -> Standing {
    let before = Standing::untried();
    let round = [tried(Door::Source, outcomes[0]), tried(Door::Legacy, outcomes[1])];
    let doors = [Door::Source, Door::Legacy];
    match next(&Known { doors: &doors, tried: &round, call_ms: Some(call_ms), ..known(&before) }) {
        Next::GiveUp(standing) => standing,
        other => panic!("{other:?}"),
    }
}

fn any_door() -> impl Strategy<Value = Door> {
    proptest::sample::select(ALL.to_vec())
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    proptest::sample::select(vec![
        Outcome::NotFound,
        Outcome::NotYet,
        Outcome::Gone,
        Outcome::Denied,
        Outcome::Expired,
        Outcome::RateLimited,
        Outcome::Invalid,
        Outcome::TooLarge,
        Outcome::Network,
        Outcome::Cancelled,
    ])
}
