//! Single values of the command line.

use jiff::Timestamp;
use jiff::civil::Date;

/// A moment, or a day in a zone that is decided on later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// This day.
    Day(Date),
    /// UTC milliseconds.
    Moment(i64),
}

/// A number of bytes, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(pub Option<u64>);

/// `KEY=VALUE`.
pub fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// A day or a moment.
pub fn when(text: &str) -> Result<When, String> {
    if let Ok(day) = text.parse::<Date>()
        && text.len() == "YYYY-MM-DD".len()
    {
        return Ok(When::Day(day));
    }
    let moment = text.parse::<Timestamp>().map(|at| When::Moment(at.as_millisecond()));
    moment.map_err(|_| "write YYYY-MM-DD, or RFC 3339 such as 2025-11-12T16:02:05Z".to_owned())
}

/// How fast to play.
pub fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "expected a number such as 1.5".to_owned())?;
    if (0.5..=3.0).contains(&speed) { Ok(speed) } else { Err("the speed must lie between 0.5 and 3".to_owned()) }
}

/// A size as people write it.
pub fn size(text: &str) -> Result<Size, String> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("none") {
        return Ok(Size(None));
    }
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit: f64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "kb" | "k" => 1e3,
        "mb" | "m" => 1e6,
        "gb" | "g" => 1e9,
        "tb" | "t" => 1e12,
        "kib" => 1_024.0,
        "mib" => 1_048_576.0,
        "gib" => 1_073_741_824.0,
        "tib" => 1_099_511_627_776.0,
        _ => return Err("write a size such as 20GB, 500MiB, or none".to_owned()),
    };
    let bytes = number.parse::<f64>().ok().map(|number| number * unit).filter(|bytes| (1.0..9e15).contains(bytes));
    bytes.map(|bytes| Size(Some(bytes as u64))).ok_or_else(|| "write a size such as 20GB, 500MiB, or none".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_people_write_them() {
        assert_eq!(size("20GB"), Ok(Size(Some(20_000_000_000))));
        assert_eq!(size("1.5 MiB"), Ok(Size(Some(1_572_864))));
        assert_eq!((size("1000"), size("none")), (Ok(Size(Some(1_000))), Ok(Size(None))));
        assert!(size("0").is_err() && size("much").is_err() && size("-1").is_err() && size("GB").is_err());
    }
}
