//! The ways files write positions in a call, all read into milliseconds.

use model::Ms;
use serde_json::Value;

use super::json;

/// A position further in than this is a mistake: a wall clock, a sample count, garbage. Seven days.
const LATEST_MS: f64 = 7.0 * 24.0 * 3_600_000.0;

/// What a time in a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// None was given.
    Absent,
    /// Milliseconds from the start.
    At(Ms),
    /// One was given and makes no sense: negative, not finite, beyond any call.
    Unusable,
}

impl Reading {
    /// The time, if there is a usable one.
    pub(crate) fn ms(self) -> Option<Ms> {
        match self {
            Self::At(ms) => Some(ms),
            Self::Absent | Self::Unusable => None,
        }
    }

    /// From milliseconds as a number.
    pub(crate) fn of_ms(ms: f64) -> Self {
        let rounded = ms.round();
        if (0.0..=LATEST_MS).contains(&rounded) { Self::At(rounded as Ms) } else { Self::Unusable }
    }

    /// From milliseconds that were computed; `None` if they could not be.
    pub(crate) fn of_offset(ms: Option<Ms>) -> Self {
        ms.map_or(Self::Absent, |ms| Self::of_ms(ms as f64))
    }

    /// This much later; `length` may itself be absent, and then so is the result.
    pub(crate) fn plus(self, length: Self) -> Self {
        match (self, length) {
            (Self::At(start), Self::At(length)) => Self::At(start + length),
            (Self::Unusable, _) | (_, Self::Unusable) => Self::Unusable,
            _ => Self::Absent,
        }
    }
}

/// Seconds, as a number or as digits in a string.
pub(crate) fn seconds(value: &Value) -> Reading {
    scaled(value, 1000.0)
}

/// Milliseconds, as a number or as digits in a string.
pub(crate) fn millis(value: &Value) -> Reading {
    scaled(value, 1.0)
}

/// Units of 100 nanoseconds.
pub(super) fn ticks(value: &Value) -> Reading {
    scaled(value, 1e-4)
}

/// `"1.300s"`, `{"seconds": 1, "nanos": 300000000}`, or plain seconds.
pub(super) fn protobuf(value: &Value) -> Reading {
    match value {
        Value::Object(parts) => {
            let part = |name| parts.get(name).and_then(json::number);
            match (part("seconds"), part("nanos")) {
                (None, None) => Reading::At(0), // An empty duration is zero: zero fields are not written.
                (seconds, nanos) => Reading::of_ms(seconds.unwrap_or(0.0) * 1000.0 + nanos.unwrap_or(0.0) / 1e6),
            }
        }
        Value::String(text) => match text.trim().strip_suffix('s') {
            Some(digits) => digits.parse().map_or(Reading::Unusable, |seconds: f64| Reading::of_ms(seconds * 1000.0)),
            None => seconds(value),
        },
        _ => seconds(value),
    }
}

/// An ISO 8601 duration of hours, minutes and seconds, such as `PT1M3.07S`.
pub(super) fn iso_duration(value: &Value) -> Reading {
    match value {
        Value::Null => Reading::Absent,
        Value::String(text) => iso_seconds(text.trim()).map_or(Reading::Unusable, |s| Reading::of_ms(s * 1000.0)),
        _ => Reading::Unusable,
    }
}

/// `[h:]mm:ss` with an optional fraction after a dot or comma, the minutes and seconds below 60.
pub(super) fn hms(text: &str) -> Option<Ms> {
    let mut parts = text.trim().rsplit(':');
    let (seconds, minutes) = (parts.next()?, parts.next()?);
    let hours = parts.next();
    if parts.next().is_some() {
        return None;
    }
    let (whole, fraction) = seconds.split_once(['.', ',']).unwrap_or((seconds, ""));
    let is_fractioned = whole.len() != seconds.len();
    let (whole, minutes, hours) = (digits(whole, 2)?, digits(minutes, 2)?, hours.map_or(Some(0), |h| digits(h, 3))?);
    let ms = if is_fractioned { thousandths(fraction)? } else { 0 };
    (whole < 60 && minutes < 60).then_some(((hours * 60 + minutes) * 60 + whole) * 1000 + ms)
}

fn scaled(value: &Value, to_ms: f64) -> Reading {
    match value {
        Value::Null => Reading::Absent,
        Value::String(text) if text.trim().is_empty() => Reading::Absent,
        _ => json::number(value).map_or(Reading::Unusable, |number| Reading::of_ms(number * to_ms)),
    }
}

fn iso_seconds(text: &str) -> Option<f64> {
    let mut rest = text.strip_prefix("PT")?;
    let mut seconds = 0.0;
    for (unit, worth) in [('H', 3600.0), ('M', 60.0), ('S', 1.0)] {
        if let Some((amount, after)) = rest.split_once(unit) {
            seconds += amount.parse::<f64>().ok()? * worth;
            rest = after;
        }
    }
    (rest.is_empty() && text.len() > 2).then_some(seconds)
}

fn digits(text: &str, most: usize) -> Option<Ms> {
    let is_number = (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

/// The digits after the point, cut to thousandths.
fn thousandths(fraction: &str) -> Option<Ms> {
    if fraction.is_empty() || fraction.len() > 9 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let cut: String = fraction.chars().chain("00".chars()).take(3).collect();
    cut.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn hours_minutes_and_seconds_are_read_and_nothing_like_them_is() {
        for (text, ms) in [
            ("0:03", 3_000),
            ("00:00:03", 3_000),
            ("01:02:03.5", 3_723_500),
            ("02:03,045", 123_045),
            ("100:00:00.0009", 360_000_000),
        ] {
            assert_eq!(hms(text), Some(ms), "{text}");
        }
        for text in ["", "3", "00:60", "60:00", "1:2:3:4", "a:01", "00:01.", "-1:00", "1234:00:00", "00:001"] {
            assert_eq!(hms(text), None, "{text} is no position");
        }
    }

    #[test]
    fn a_number_is_a_number_even_as_a_string_and_null_is_no_time() {
        assert_eq!(seconds(&json!(1.2345)), Reading::At(1235));
        assert_eq!(seconds(&json!("0.5")), Reading::At(500));
        assert_eq!(seconds(&json!(null)), Reading::Absent);
        assert_eq!(seconds(&json!("")), Reading::Absent);
        for value in
            [json!(-1), json!("NaN"), json!("inf"), json!(1e300), json!("soon"), json!([]), json!(1_765_540_800)]
        {
            assert_eq!(seconds(&value), Reading::Unusable, "{value}");
        }
        assert_eq!(ticks(&json!(700_000.0)), Reading::At(70));
    }

    #[test]
    fn durations_of_google_and_azure_are_read() {
        assert_eq!(protobuf(&json!("1.300s")), Reading::At(1_300));
        assert_eq!(protobuf(&json!({"seconds": "2", "nanos": 40_000_000})), Reading::At(2_040));
        assert_eq!(protobuf(&json!({})), Reading::At(0), "zero fields are not written");
        assert_eq!(iso_duration(&json!("PT1H2M3.07S")), Reading::At(3_723_070));
        assert_eq!(iso_duration(&json!("PT4.12S")), Reading::At(4_120));
        assert_eq!(iso_duration(&json!("P1D")), Reading::Unusable);
    }
}
