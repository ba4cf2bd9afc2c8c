//! When a source is looked at again: a pure function.

use std::time::Duration;

/// The longest pause between two looks, however often a source failed.
const LONGEST: Duration = Duration::from_secs(6 * 3_600);
/// How much rarer the looks are while they cost the user something: power or paid traffic.
const SPARING: u32 = 4;

/// What decides about the next look.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// The pause the user wants.
    pub interval: Duration,
    /// The source is asked over the network; looking at a folder costs nothing.
    pub remote: bool,
    /// How many runs have failed since the last one that reached the end.
    pub failures: u32,
    /// The source wants a credential: looking again is of no use before the user has given one.
    pub needs_credentials: bool,
    /// The source asked not to be asked for so long.
    pub asked_to_wait: Option<Duration>,
    /// The machine runs on its battery, or the connection is paid by volume.
    pub sparing: bool,
}

/// How long to wait before the next look; `None`: until something happens.
pub fn next_look(now: Circumstances) -> Option<Duration> {
    if now.needs_credentials {
        return None;
    }
    let sparing = if now.sparing && now.remote { SPARING } else { 1 };
    let patience = 2_u32.saturating_pow(now.failures.min(16));
    let pause = now.interval.saturating_mul(sparing).saturating_mul(patience).min(LONGEST.max(now.interval));
    Some(pause.max(now.asked_to_wait.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALM: Circumstances = Circumstances {
        interval: Duration::from_secs(900),
        remote: true,
        failures: 0,
        needs_credentials: false,
        asked_to_wait: None,
        sparing: false,
    };

    #[test]
    fn a_source_that_works_is_looked_at_as_the_user_wants() {
        assert_eq!(next_look(CALM), Some(CALM.interval));
        let daily = Duration::from_secs(86_400);
        assert_eq!(next_look(Circumstances { interval: daily, ..CALM }), Some(daily), "also if that is rarely");
    }

    #[test]
    fn a_source_that_fails_is_given_more_and_more_time_but_never_forgotten() {
        let pauses: Vec<_> = (0..40).map(|failures| next_look(Circumstances { failures, ..CALM }).unwrap()).collect();
        assert!(pauses.is_sorted());
        assert_eq!(pauses[1], CALM.interval * 2);
        assert_eq!(pauses[39], LONGEST);
    }

    #[test]
    fn what_the_source_asked_for_is_kept_to() {
        let hour = Duration::from_secs(3_600);
        assert_eq!(next_look(Circumstances { asked_to_wait: Some(hour), ..CALM }), Some(hour));
        let soon = Some(Duration::from_secs(5));
        assert_eq!(next_look(Circumstances { asked_to_wait: soon, ..CALM }), Some(CALM.interval));
    }

    #[test]
    fn power_and_paid_traffic_are_spared_but_folders_cost_nothing() {
        assert_eq!(next_look(Circumstances { sparing: true, ..CALM }), Some(CALM.interval * SPARING));
        let folder = Circumstances { sparing: true, remote: false, ..CALM };
        assert_eq!(next_look(folder), Some(CALM.interval));
    }

    #[test]
    fn without_a_credential_nobody_asks() {
        assert_eq!(next_look(Circumstances { needs_credentials: true, ..CALM }), None);
    }
}
