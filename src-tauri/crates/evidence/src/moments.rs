//! Moments and positions as documents write them.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Call, Moment, Ms};

use crate::Exhibit;

/// 0001-01-01 and 9999-12-30: what RFC 3339 can write, and what has a civil time in every zone.
const FIRST_MS: i64 = -62_135_596_800_000;
const LAST_MS: i64 = 253_402_128_000_000;

/// RFC 3339 in UTC with milliseconds; what it cannot write is clamped.
pub(crate) fn rfc3339(utc_ms: i64) -> String {
    Moment::from_utc_ms(utc_ms.clamp(FIRST_MS, LAST_MS)).to_rfc3339()
}

/// `2025-11-12 16:02:00 UTC`.
pub(crate) fn utc(utc_ms: i64) -> String {
    in_zone(utc_ms, &TimeZone::UTC, "%Y-%m-%d %H:%M:%S UTC")
}

/// `2025-11-12 10:02:00 -06:00`.
pub(crate) fn local(utc_ms: i64, zone: &TimeZone) -> String {
    in_zone(utc_ms, zone, "%Y-%m-%d %H:%M:%S %:z")
}

/// The zone's name, such as `America/Chicago`, or its offset.
pub(crate) fn zone_name(zone: &TimeZone) -> String {
    let fixed = || zone.to_fixed_offset().ok().map(|offset| format!("UTC{offset}"));
    zone.iana_name().map(str::to_owned).or_else(fixed).unwrap_or_else(|| "local time".to_owned())
}

/// `0:03`, `1:02:41`: whole seconds that have passed.
pub(crate) fn clock(ms: Ms) -> String {
    let whole = ms.max(0) / 1000;
    let (hours, minutes, seconds) = (whole / 3600, whole % 3600 / 60, whole % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// How long the call was: the audio of its only recording is believed over its source; several recordings may follow
/// each other or run side by side, so then the source is asked first.
pub(crate) fn duration_of(exhibit: &Exhibit) -> Option<Ms> {
    let call = &exhibit.record.call;
    let heard = match exhibit.recordings.as_slice() {
        [only] => Exhibit::kept(only).and_then(|file| file.facts.duration_ms),
        _ => None,
    };
    heard.or(call.duration_ms).or_else(|| spanned(call)).filter(|ms| *ms >= 0)
}

/// When the call began as far as anybody knows: its start, else its end, else a recording's start.
pub(crate) fn known_start(exhibit: &Exhibit) -> Option<i64> {
    let call = &exhibit.record.call;
    let recordings = exhibit.recordings.iter().filter_map(|recording| recording.started_at.as_ref());
    let recorded = exhibit.record.recordings.iter().filter_map(|recording| recording.started_at.as_ref());
    call.started_at
        .as_ref()
        .or(call.ended_at.as_ref())
        .or_else(|| recordings.chain(recorded).min_by_key(|moment| moment.utc_ms))
        .map(|moment| moment.utc_ms)
}

fn spanned(call: &Call) -> Option<Ms> {
    Some(call.ended_at.as_ref()?.utc_ms.saturating_sub(call.started_at.as_ref()?.utc_ms))
}

fn in_zone(utc_ms: i64, zone: &TimeZone, form: &str) -> String {
    // The first and last day have no civil time in every zone.
    let day = 86_400_000;
    let moment = Timestamp::from_millisecond(utc_ms.clamp(FIRST_MS + day, LAST_MS - day)).unwrap_or_default();
    moment.to_zoned(zone.clone()).strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_utc_and_in_its_zone() {
        let zone = TimeZone::get("America/Chicago").unwrap();
        assert_eq!(utc(1_762_963_320_000), "2025-11-12 16:02:00 UTC");
        assert_eq!(local(1_762_963_320_000, &zone), "2025-11-12 10:02:00 -06:00");
        assert_eq!(zone_name(&zone), "America/Chicago");
        assert_eq!(rfc3339(i64::MIN), "0001-01-01T00:00:00.000Z");
        assert!(rfc3339(i64::MAX).starts_with("9999-12-30"));
        assert!(local(i64::MAX, &zone).starts_with("9999"), "no moment makes it panic");
    }

    #[test]
    fn positions_count_whole_seconds() {
        assert_eq!((clock(3_999), clock(3_761_000)), ("0:03".to_owned(), "1:02:41".to_owned()));
    }
}
