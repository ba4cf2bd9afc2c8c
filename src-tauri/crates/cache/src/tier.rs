//! The three-tier look-up as a pure plan: what to do next for a recording's audio, and how it stands when nothing is left.
//!
//! A round asks each of the source's doors once at most, in order. When none is left the round is judged: audio is
//! unavailable only with evidence (the source says that it was deleted, or no door knows a call that is long over), what
//! is young is only not there yet, and everything else is tried again with growing pauses. What a server asked for is
//! kept to by everybody, the pauses only by those whom nobody waits for.

use model::{AudioState, Door, Ms, Outcome};

/// What is known about a recording when its audio is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The cache has a file for it that is there with the right length.
    pub cached: bool,
    /// Where its source can be asked, in order; empty if there is no source any more, or no address of the audio.
    pub doors: &'a [Door],
    /// The doors lead over the network, and it is off.
    pub offline: bool,
    /// What this round has tried so far, oldest first.
    pub tried: &'a [Tried],
    /// How it stood before this round.
    pub before: &'a Standing,
    /// When its call began, UTC milliseconds.
    pub call_ms: Option<i64>,
    /// The call is over, as far as its source says.
    pub is_over: bool,
    /// The source said until when it would have the audio, and that is past.
    pub is_expired: bool,
    /// What is missing may come back whatever its age: files of a disk that somebody else looks after.
    pub may_return: bool,
    /// Who wants it.
    pub wish: Wish,
    /// Now, UTC milliseconds.
    pub now_ms: i64,
}

/// Who wants the audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Somebody who waits for it: the pauses between tries do not hold.
    Now,
    /// A download in the background.
    Background,
}

/// One door that was asked, and how it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tried {
    /// Whom.
    pub door: Door,
    /// How.
    pub outcome: Outcome,
    /// It said not to be asked again before this moment, UTC milliseconds.
    pub not_before_ms: Option<i64>,
}

/// How a recording's audio stands between rounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whether it is here or can be had.
    pub state: AudioState,
    /// Not before this moment is it tried again of itself, UTC milliseconds; `None` after a failure: only when somebody
    /// wants it.
    pub next_try_ms: Option<i64>,
    /// How often in a row it could not be had.
    pub tries: u32,
    /// Which doors are not to be asked before when, UTC milliseconds, because they said so.
    pub waits: Vec<(Door, i64)>,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Use the file in the cache.
    UseCached,
    /// Ask here.
    Ask(Door),
    /// Nobody may be asked before this moment, UTC milliseconds. Nothing was tried, and nothing changes.
    Wait(i64),
    /// Nobody can be asked: there is no address, or the network is off. Nothing was tried, and nothing changes.
    Nobody,
    /// Everybody was asked. This is how it stands now.
    GiveUp(Standing),
}

const MINUTE: Ms = 60_000;
const DAY: Ms = 24 * 60 * MINUTE;
/// The pauses after the first failures in a row.
const PAUSES: [Ms; 5] = [MINUTE, 5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 40 * MINUTE];
/// A call's audio that is not found is on its way for so long.
const SETTLING: Ms = DAY;
/// A call is young for so long: what fails is tried again daily.
const YOUNG: Ms = 7 * DAY;

impl Standing {
    /// It can be had, and nobody has tried yet.
    pub fn untried() -> Self {
        Self { state: AudioState::Available, next_try_ms: None, tries: 0, waits: Vec::new() }
    }

    /// Before when this door is not to be asked, if that is still to come.
    fn wait_of(&self, door: Door, now_ms: i64) -> Option<i64> {
        let until = self.waits.iter().filter(|(of, _)| *of == door).map(|(_, until)| *until).max();
        until.filter(|until| *until > now_ms)
    }
}

/// What to do next.
pub fn next(known: &Known<'_>) -> Next {
    if known.cached {
        return Next::UseCached;
    }
    let none_asked = !known.tried.is_empty() && known.tried.iter().all(|tried| tried.outcome == Outcome::Offline);
    if none_asked || known.tried.iter().any(|tried| tried.outcome == Outcome::Cancelled) {
        return Next::GiveUp(known.before.clone());
    }
    if let Wish::Background = known.wish
        && let Some(next) = known.before.next_try_ms.filter(|next| *next > known.now_ms)
    {
        return Next::Wait(next);
    }
    let left = |door: &&Door| !known.tried.iter().any(|tried| tried.door == **door);
    let wait = |door: Door| known.before.wait_of(door, known.now_ms);
    let left: Vec<Door> = known.doors.iter().filter(left).copied().collect();
    let may_ask = left.iter().find(|door| wait(**door).is_none()).filter(|_| !known.offline);
    match may_ask {
        Some(door) => Next::Ask(*door),
        None if !known.tried.is_empty() => Next::GiveUp(judge(known)),
        None if known.offline => Next::Nobody,
        None => left.iter().filter_map(|door| wait(*door)).min().map_or(Next::Nobody, Next::Wait),
    }
}

/// How it stands after a round in which something was tried and nothing found.
fn judge(known: &Known<'_>) -> Standing {
    let state = state_after(known);
    let before = known.before;
    // A try out of turn does not lengthen the pauses.
    let in_turn = before.next_try_ms.is_none_or(|next| next <= known.now_ms);
    let tries = if in_turn { before.tries.saturating_add(1) } else { before.tries.max(1) };
    let mut waits: Vec<(Door, i64)> = before.waits.iter().filter(|(_, until)| *until > known.now_ms).copied().collect();
    waits.extend(known.tried.iter().filter_map(|tried| Some((tried.door, tried.not_before_ms?))));
    waits.retain(|(_, until)| *until > known.now_ms);
    let asked_for = waits.iter().map(|(_, until)| *until).max();
    let own = pause(known, state, tries).map(|pause| known.now_ms.saturating_add(pause));
    let next_try_ms = match state {
        AudioState::Unavailable => None,
        _ => own.into_iter().chain(asked_for).max(),
    };
    Standing { state, next_try_ms, tries, waits }
}

fn state_after(known: &Known<'_>) -> AudioState {
    let outcomes = || known.tried.iter().map(|tried| tried.outcome);
    let everybody = known.doors.iter().all(|door| known.tried.iter().any(|tried| tried.door == *door));
    let absent = outcomes().all(|outcome| matches!(outcome, Outcome::NotFound | Outcome::Gone));
    if everybody && absent && (outcomes().any(|outcome| outcome == Outcome::Gone) || is_evidence(known)) {
        AudioState::Unavailable
    } else if outcomes().any(|outcome| is_on_its_way(known, outcome)) {
        AudioState::Pending
    } else {
        AudioState::Failed
    }
}

/// Whether an outcome says that the audio may be there soon.
fn is_on_its_way(known: &Known<'_>, outcome: Outcome) -> bool {
    match outcome {
        Outcome::NotYet | Outcome::RateLimited => true,
        Outcome::NotFound => !known.may_return && may_come(known),
        _ => false,
    }
}

/// Whether not being found says that it is gone: only of a call that is over and no longer young, or whose time is up.
fn is_evidence(known: &Known<'_>) -> bool {
    let is_old = age(known).is_some_and(|age| age >= YOUNG);
    !known.may_return && (known.is_expired || known.is_over && is_old)
}

/// Whether what is not found may still be on its way.
fn may_come(known: &Known<'_>) -> bool {
    !known.is_over || age(known).is_some_and(|age| age < SETTLING)
}

/// How long to wait before the next try of itself; `None`: no such try.
fn pause(known: &Known<'_>, state: AudioState, tries: u32) -> Option<Ms> {
    let nth = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    let is_young = state == AudioState::Pending || age(known).is_none_or(|age| age < YOUNG);
    PAUSES.get(nth).copied().or(is_young.then_some(DAY))
}

fn age(known: &Known<'_>) -> Option<Ms> {
    known.call_ms.map(|began| known.now_ms.saturating_sub(began))
}

#[cfg(test)]
mod tests;
