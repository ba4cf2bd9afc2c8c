use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A moment as a source wrote it: UTC milliseconds, plus the original text and whether its zone had to be assumed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Moment {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub utc_ms: i64,
    /// The text or number the source gave, if it gave one.
    pub original: Option<String>,
    /// The source named no zone and UTC was taken.
    pub zone_assumed: bool,
}

impl Moment {
    /// A moment known exactly, in UTC milliseconds.
    pub fn from_utc_ms(utc_ms: i64) -> Self {
        Self { utc_ms, original: None, zone_assumed: false }
    }

    /// Reads what servers and files write: RFC 3339, ISO 8601 without a zone (UTC is assumed and said), RFC 2822,
    /// `YYYY-MM-DD HH:MM:SS`, and Unix seconds or milliseconds as digits. `None` if it is none of these.
    pub fn parse(text: &str) -> Option<Self> {
        let trimmed = text.trim();
        let (utc_ms, zone_assumed) =
            zoned(trimmed).map(|ms| (ms, false)).or_else(|| naive(trimmed).map(|ms| (ms, true)))?;
        Some(Self { utc_ms, original: Some(text.to_owned()), zone_assumed })
    }

    /// Reads a Unix time in seconds or milliseconds, told apart by its size. `None` for what is neither.
    pub fn from_unix(number: f64) -> Option<Self> {
        let utc_ms = unix_ms(number)?;
        Some(Self { utc_ms, original: Some(number.to_string()), zone_assumed: false })
    }

    /// RFC 3339 in UTC with milliseconds, such as `2025-11-12T16:02:05.000Z`.
    pub fn to_rfc3339(&self) -> String {
        rfc3339(self.utc_ms)
    }
}

/// RFC 3339 in UTC with milliseconds; moments outside years 1 to 9999 are clamped.
fn rfc3339(utc_ms: i64) -> String {
    let timestamp =
        Timestamp::from_millisecond(utc_ms).unwrap_or(if utc_ms < 0 { Timestamp::MIN } else { Timestamp::MAX });
    format!("{timestamp:.3}")
}

fn zoned(text: &str) -> Option<i64> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp.as_millisecond());
    }
    if let Ok(zoned) = jiff::fmt::rfc2822::parse(text) {
        return Some(zoned.timestamp().as_millisecond());
    }
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if is_number { unix_ms(text.parse().ok()?) } else { None }
}

fn naive(text: &str) -> Option<i64> {
    let civil: DateTime = text.parse().ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

/// Seconds between 1973 and 5138, or milliseconds in the same span; nothing else is a time.
fn unix_ms(number: f64) -> Option<i64> {
    const SMALLEST: f64 = 1e8;
    const SECONDS_END: f64 = 1e11;
    const MILLIS_END: f64 = 1e14;
    if (SMALLEST..SECONDS_END).contains(&number) {
        Some((number * 1000.0).round() as i64)
    } else if (SECONDS_END..MILLIS_END).contains(&number) {
        Some(number.round() as i64)
    } else {
        None
    }
}

impl From<std::time::SystemTime> for Moment {
    fn from(time: std::time::SystemTime) -> Self {
        let ms = |d: Duration| i64::try_from(d.as_millis()).unwrap_or(i64::MAX);
        match time.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => Self::from_utc_ms(ms(after)),
            Err(before) => Self::from_utc_ms(-ms(before.duration())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_765_540_800_000; // 2025-12-12T12:00:00Z

    #[test]
    fn every_way_servers_write_a_moment_is_read() {
        for text in [
            "2025-12-12T12:00:00Z",
            "2025-12-12T12:00:00.000+00:00",
            "2025-12-12T06:00:00-06:00",
            "Fri, 12 Dec 2025 13:00:00 +0100",
            "1765540800",
            "1765540800000",
        ] {
            let moment = Moment::parse(text).expect(text);
            assert_eq!((moment.utc_ms, moment.zone_assumed), (NOON, false), "{text}");
            assert_eq!(moment.original.as_deref(), Some(text), "the original text is kept");
        }
    }

    #[test]
    fn a_moment_without_a_zone_is_utc_and_says_so() {
        for text in ["2025-12-12T12:00:00", "2025-12-12 12:00:00", "2025-12-12T12:00:00.000000"] {
            let moment = Moment::parse(text).expect(text);
            assert_eq!((moment.utc_ms, moment.zone_assumed), (NOON, true), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in ["", "12", "yesterday", "99999999999999999999", "2025-13-40T00:00:00Z", "1e300"] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }

    #[test]
    fn output_is_rfc_3339_with_milliseconds() {
        assert_eq!(Moment::from_utc_ms(NOON + 5).to_rfc3339(), "2025-12-12T12:00:00.005Z");
    }
}
