//! The three-tier look-up as a pure plan: what to try next, given what is known and what this round has tried.

use model::{Outcome, Tier};

/// What is known about a recording when its audio is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// The cache has a file for it that is there with the right length.
    pub cached: bool,
    /// Its source is configured and can be asked.
    pub source: bool,
    /// Its record carries an older address that can be followed.
    pub legacy: bool,
    /// What this round has tried so far, oldest first.
    pub tried: &'a [(Tier, Outcome)],
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Use the file in the cache.
    UseCached,
    /// Ask this tier.
    Ask(Tier),
    /// Nothing is left to ask.
    GiveUp,
}

/// The first tier that may still have the audio: the cache, then the source, then the older address. A tier is asked
/// once in a round, and a round ends as soon as the user stops it.
pub fn next_tier(known: Known<'_>) -> Next {
    let tried = |tier| known.tried.iter().any(|(t, _)| *t == tier);
    if known.tried.iter().any(|(_, outcome)| *outcome == Outcome::Cancelled) {
        return Next::GiveUp;
    }
    if known.cached && !tried(Tier::Local) {
        return Next::UseCached;
    }
    if known.source && !tried(Tier::Provider) {
        return Next::Ask(Tier::Provider);
    }
    if known.legacy && !tried(Tier::Legacy) {
        return Next::Ask(Tier::Legacy);
    }
    Next::GiveUp
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Known<'static> = Known { cached: true, source: true, legacy: true, tried: &[] };

    #[test]
    fn the_tiers_are_asked_in_order_and_once_each() {
        assert_eq!(next_tier(ALL), Next::UseCached);
        let local = [(Tier::Local, Outcome::Invalid)];
        assert_eq!(
            next_tier(Known { tried: &local, ..ALL }),
            Next::Ask(Tier::Provider),
            "a damaged file is not used again"
        );
        let both = [(Tier::Local, Outcome::Invalid), (Tier::Provider, Outcome::NotFound)];
        assert_eq!(next_tier(Known { tried: &both, ..ALL }), Next::Ask(Tier::Legacy));
        let every =
            [(Tier::Local, Outcome::Invalid), (Tier::Provider, Outcome::NotFound), (Tier::Legacy, Outcome::Gone)];
        assert_eq!(next_tier(Known { tried: &every, ..ALL }), Next::GiveUp);
    }

    #[test]
    fn a_tier_that_is_not_there_is_skipped() {
        assert_eq!(next_tier(Known { cached: false, source: false, ..ALL }), Next::Ask(Tier::Legacy));
        assert_eq!(next_tier(Known::default()), Next::GiveUp);
    }

    #[test]
    fn a_stopped_round_asks_nobody_else() {
        let stopped = [(Tier::Provider, Outcome::Cancelled)];
        assert_eq!(next_tier(Known { cached: false, tried: &stopped, ..ALL }), Next::GiveUp);
    }
}
