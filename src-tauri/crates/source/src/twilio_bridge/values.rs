//! Reads the values of a foreign database as what they are meant to be. Every value decides for itself: one column may
//! hold times as milliseconds, as ISO text and as SQLite's own text, by who wrote the row.

use std::collections::BTreeMap;

use model::{Moment, Ms};
use serde_json::Value;

/// A row by its columns' names, with values as JSON: text, numbers, null; binary data as `null`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row(pub BTreeMap<String, Value>);

impl Row {
    /// Takes a column out; what is left in the end is what nobody understood.
    pub fn take(&mut self, column: &str) -> Option<Value> {
        self.0.remove(column).filter(|value| !value.is_null())
    }

    /// Text that is not empty; a number as text.
    pub fn text(&mut self, column: &str) -> Option<String> {
        self.take(column).and_then(|value| crate::lift::text(&value))
    }

    /// A number, also one written as text.
    pub fn number(&mut self, column: &str) -> Option<f64> {
        self.take(column).and_then(|value| number(&value))
    }

    /// Seconds, as milliseconds.
    pub fn seconds(&mut self, column: &str) -> Option<Ms> {
        const LONGEST: f64 = 7.0 * 86_400.0;
        self.number(column)
            .filter(|seconds| (0.0..LONGEST).contains(seconds))
            .map(|seconds| (seconds * 1000.0).round() as Ms)
    }

    /// A whole number that is not negative.
    pub fn count(&mut self, column: &str) -> Option<u64> {
        self.number(column).filter(|number| (0.0..9e15).contains(number)).map(|number| number as u64)
    }

    /// A moment.
    pub fn moment(&mut self, column: &str) -> Option<Moment> {
        self.take(column).and_then(|value| moment(&value))
    }
}

/// A `DateTime` as Prisma writes it: milliseconds as a whole number, ISO 8601, or `YYYY-MM-DD HH:MM:SS`, which SQLite's
/// own default writes and which is UTC.
pub fn moment(value: &Value) -> Option<Moment> {
    match value {
        Value::Number(number) => {
            let utc_ms = number.as_i64().filter(|ms| ms.abs() < 1 << 53)?;
            Some(Moment { utc_ms, original: Some(number.to_string()), zone_assumed: false })
        }
        Value::String(text) => {
            let sqlite = text.len() >= 19 && text.as_bytes().get(10) == Some(&b' ');
            Moment::parse(text).map(|moment| if sqlite { Moment { zone_assumed: false, ..moment } } else { moment })
        }
        _ => None,
    }
}

/// A finite number, also one written as text.
pub fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number: &f64| number.is_finite())
}

/// JSON that was stored as text, as JSON; anything else as it is.
pub fn unpacked(value: Value) -> Value {
    match &value {
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => serde_json::from_str(text).unwrap_or(value),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_moment_is_read_in_every_encoding_prisma_uses() {
        for value in [
            json!(1_762_963_325_000_i64),
            json!("2025-11-12T16:02:05.000Z"),
            json!("2025-11-12T16:02:05+00:00"),
            json!("2025-11-12 16:02:05"),
        ] {
            let moment = moment(&value).expect("it is a moment");
            assert_eq!((moment.utc_ms, moment.zone_assumed), (1_762_963_325_000, false), "{value}");
        }
        assert_eq!(moment(&json!("soon")), None);
        assert_eq!(moment(&json!(1.5)), None);
    }

    #[test]
    fn json_in_text_is_unpacked_and_other_text_is_not() {
        assert_eq!(unpacked(json!("{\"a\":1}")), json!({"a": 1}));
        assert_eq!(unpacked(json!("{broken")), json!("{broken"));
        assert_eq!(unpacked(json!("12")), json!("12"));
    }
}
