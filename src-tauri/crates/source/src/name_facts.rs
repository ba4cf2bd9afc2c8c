//! Reads when a call was, who called and in which direction out of a file's path. Pure; what the path does not plainly
//! say is not guessed.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use model::{Call, Direction, Moment, Party};

use crate::words::title;

/// What a path says about its call, and where the time comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NameFacts {
    /// The facts.
    pub call: Call,
    /// The time of day is not known: the name has only a date.
    pub date_only: bool,
}

/// Reads a relative path without its ending.
pub fn read(stem_path: &str) -> NameFacts {
    let (folders, stem) = stem_path.rsplit_once('/').unwrap_or(("", stem_path));
    let title = Some(title(stem)).filter(|title| !title.is_empty());
    let direction = direction(stem).or_else(|| folders.rsplit('/').find_map(direction));
    let mut numbers = numbers(stem).into_iter().map(Party::from_number);
    let (first, second) = (numbers.next(), numbers.next());
    let swapped = direction == Some(Direction::Outbound) && second.is_none();
    let (from, to) = if swapped { (None, first) } else { (first, second) };
    let found =
        times(stem).into_iter().next().or_else(|| folders.rsplit('/').find_map(|name| times(name).into_iter().next()));
    let (started_at, date_only) = found.map_or((None, false), |found| (Some(found.moment), found.date_only));
    NameFacts { call: Call { title, started_at, direction, from, to, ..Call::default() }, date_only }
}

/// A time in a name.
#[derive(Clone, Debug, PartialEq)]
struct Written {
    moment: Moment,
    date_only: bool,
}

/// The times in a name; exact ones first.
fn times(name: &str) -> Vec<Written> {
    let bytes = name.as_bytes();
    let starts =
        (0..bytes.len()).filter(|&at| bytes[at].is_ascii_digit() && (at == 0 || !bytes[at - 1].is_ascii_digit()));
    let mut found: Vec<Written> = starts
        .filter(|&at| at == 0 || bytes[at - 1] != b'+')
        .filter_map(|at| epoch(&name[at..]).or_else(|| dated(&name[at..])))
        .collect();
    found.sort_by_key(|written| written.date_only);
    found
}

/// A Unix time: exactly 13 digits, or 10 that begin with a 1 (no telephone number there does).
fn epoch(text: &str) -> Option<Written> {
    let digits = &text[..run(text)];
    let plausible = match digits.len() {
        13 => ("1000000000000".."4100000000000").contains(&digits).then_some(()),
        10 => digits.starts_with('1').then_some(()),
        _ => None,
    };
    plausible.and_then(|()| Moment::parse(digits)).map(|moment| Written { moment, date_only: false })
}

/// `2025-11-12_10-02-05`, `20251112T100205Z`, `2025.11.12 10:02`, `2025-11-12`.
fn dated(text: &str) -> Option<Written> {
    let mut scan = Scan { text, at: 0 };
    let year = scan.number(4)?;
    let dash = scan.one_of(&['-', '_', '.']);
    let month = scan.number(2)?;
    if dash.is_some() && scan.one_of(&['-', '_', '.']) != dash {
        return None;
    }
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(scan.number(2)?).ok()?).ok()?;
    if !(1980..=2100).contains(&year) {
        return None;
    }
    let after_date = scan.at;
    let (time, offset) = match scan.time() {
        Some(found) => (Some(found.0), found.1),
        None => {
            scan.at = after_date;
            (None, None)
        }
    };
    // Digits that go on are an id or a number, not a date.
    if scan.next_is_digit() {
        return None;
    }
    let civil = DateTime::from_parts(date, time.unwrap_or(Time::midnight()));
    let zone = offset.map_or(TimeZone::UTC, TimeZone::fixed);
    let utc_ms = civil.to_zoned(zone).ok()?.timestamp().as_millisecond();
    let moment = Moment { utc_ms, original: Some(text[..scan.at].to_owned()), zone_assumed: offset.is_none() };
    Some(Written { moment, date_only: time.is_none() })
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl Scan<'_> {
    fn number(&mut self, digits: usize) -> Option<i16> {
        let text = self.text.get(self.at..self.at + digits)?;
        let number = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())??;
        self.at += digits;
        Some(number)
    }

    fn one_of(&mut self, choices: &[char]) -> Option<char> {
        let next = self.text[self.at..].chars().next().filter(|c| choices.contains(c))?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn next_is_digit(&self) -> bool {
        self.text[self.at..].starts_with(|c: char| c.is_ascii_digit())
    }

    fn time(&mut self) -> Option<(Time, Option<Offset>)> {
        for _ in 0..3 {
            self.one_of(&['T', 't', '_', '-', ' ', '.']);
        }
        let hour = self.number(2)?;
        let colon = self.one_of(&[':', '-', '_', '.', 'h']);
        let minute = self.number(2)?;
        let before_seconds = self.at;
        let same = colon.is_none() || self.one_of(&[':', '-', '_', '.', 'm']).is_some();
        let second = if same { self.number(2) } else { None };
        if second.is_none() {
            self.at = before_seconds;
        }
        if second.is_some()
            && self.text[self.at..].starts_with('.')
            && self.text[self.at + 1..].starts_with(|c: char| c.is_ascii_digit())
        {
            self.at += 1 + run(&self.text[self.at + 1..]);
        }
        let small = |number: i16| i8::try_from(number).ok();
        let time = Time::new(small(hour)?, small(minute)?, small(second.unwrap_or(0))?, 0).ok()?;
        Some((time, self.offset()))
    }

    fn offset(&mut self) -> Option<Offset> {
        if self.one_of(&['Z', 'z']).is_some() {
            return Some(Offset::UTC);
        }
        let start = self.at;
        let parsed = self.one_of(&['+']).and_then(|_| {
            let hours = self.number(2)?;
            self.one_of(&[':']);
            let minutes = self.number(2)?;
            (!self.next_is_digit() && hours <= 14 && minutes < 60).then_some((hours, minutes))
        });
        match parsed {
            Some((hours, minutes)) => Offset::from_seconds((i32::from(hours) * 60 + i32::from(minutes)) * 60).ok(),
            None => {
                self.at = start;
                None
            }
        }
    }
}

/// Telephone numbers: a plus and 7 to 15 digits.
fn numbers(name: &str) -> Vec<String> {
    let with_plus = name.match_indices('+').filter_map(|(at, _)| {
        let length = run(&name[at + 1..]);
        (7..=15).contains(&length).then(|| name[at..=at + length].to_owned())
    });
    with_plus.collect()
}

fn direction(name: &str) -> Option<Direction> {
    name.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 3).find_map(Direction::parse)
}

/// How many digits a text begins with.
fn run(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(path: &str) -> Option<(String, bool, bool)> {
        let facts = read(path);
        facts.call.started_at.map(|at| (at.to_rfc3339(), at.zone_assumed, facts.date_only))
    }

    #[test]
    fn a_time_in_a_name_is_read_and_an_unnamed_zone_is_said_to_be_assumed() {
        for (path, time, assumed) in [
            ("calls/2025-11-12_10-02-05", "2025-11-12T10:02:05.000Z", true),
            ("20251112-100205", "2025-11-12T10:02:05.000Z", true),
            ("20251112T100205Z", "2025-11-12T10:02:05.000Z", false),
            ("2025-11-12T10-02-05+0100_sales", "2025-11-12T09:02:05.000Z", false),
            ("call 2025.11.12 10:02 front desk", "2025-11-12T10:02:00.000Z", true),
            ("rec_20251112100205", "2025-11-12T10:02:05.000Z", true),
            ("MZ5d1c_1762941725000", "2025-11-12T10:02:05.000Z", false),
            ("call_1762941725", "2025-11-12T10:02:05.000Z", false),
            ("2026-11-10_16-33-00_inbound_+17185550166", "2026-11-10T16:33:00.000Z", true),
        ] {
            assert_eq!(start(path), Some((time.to_owned(), assumed, false)), "{path}");
        }
    }

    #[test]
    fn a_date_alone_is_marked_as_one() {
        assert_eq!(start("2025-11-12_acme"), Some(("2025-11-12T00:00:00.000Z".to_owned(), true, true)));
        assert_eq!(start("2025-11-12/acme"), Some(("2025-11-12T00:00:00.000Z".to_owned(), true, true)));
    }

    #[test]
    fn what_is_no_time_is_not_taken_for_one() {
        for path in [
            "call",
            "2125550143",
            "+15125550143",
            "2025",
            "ticket-20259912",
            "2025-11-1234",
            "99999999999999999999",
            "日本2025",
        ] {
            assert_eq!(start(path), None, "{path}");
        }
    }

    #[test]
    fn numbers_and_direction_are_lifted() {
        let inbound = read("inbound/2025-11-12_10-02-05_+15125550143").call;
        assert_eq!(inbound.direction, Some(Direction::Inbound));
        assert_eq!(inbound.from, Some(Party::from_number("+15125550143")));
        let outbound = read("x_outbound_+12065550119").call;
        assert_eq!((outbound.from, outbound.to), (None, Some(Party::from_number("+12065550119"))));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn no_name_makes_reading_fail(path in "[0-9+TZ:._ /é-]{0,40}") {
            read(&path);
        }
    }
}
