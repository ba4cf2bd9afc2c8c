//! Where a search continues, as text.

use std::fmt;

use super::SearchSort;
use super::page::RankedCall;
use crate::LibraryError;

/// The last hit of a page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Place {
    /// Newest first: the call's key and the turn.
    Newest { key: i64, seq: i64 },
    /// Among the ranked calls.
    Ranked(Ranked),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ranked {
    /// The newest key that was ranked, so that calls that arrive between two pages do not shift the ranking.
    pub newest: i64,
    pub call: RankedCall,
    pub seq: i64,
}

impl Place {
    pub fn parse(text: &str, sort: SearchSort) -> Result<Self, LibraryError> {
        let place = read(text).ok_or(LibraryError::BadCursor)?;
        match (place, sort) {
            (Self::Ranked(_), SearchSort::Newest) => Err(LibraryError::BadCursor),
            _ => Ok(place),
        }
    }

    pub fn ranked(&self) -> Option<Ranked> {
        match self {
            Self::Ranked(ranked) => Some(*ranked),
            Self::Newest { .. } => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newest { key, seq } => write!(f, "n.{key}.{seq}"),
            Self::Ranked(Ranked { newest, call, seq }) => {
                write!(f, "b.{newest}.{:x}.{}.{seq}", call.rank.to_bits(), call.key)
            }
        }
    }
}

fn read(text: &str) -> Option<Place> {
    let parts: Vec<&str> = text.split('.').collect();
    match parts.as_slice() {
        ["n", key, seq] => Some(Place::Newest { key: key.parse().ok()?, seq: seq.parse().ok()? }),
        ["b", newest, rank, key, seq] => Some(Place::Ranked(Ranked {
            newest: newest.parse().ok()?,
            call: RankedCall { rank: f64::from_bits(u64::from_str_radix(rank, 16).ok()?), key: key.parse().ok()? },
            seq: seq.parse().ok()?,
        })),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_as_it_was_written() {
        let call = RankedCall { rank: -1.25, key: -7 };
        for place in [Place::Newest { key: -5, seq: 12 }, Place::Ranked(Ranked { newest: i64::MAX, call, seq: 0 })] {
            assert_eq!(Place::parse(&place.to_string(), SearchSort::Best).unwrap(), place);
        }
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in ["", "n", "n.1", "n.a.b", "n.1.2.3", "b.1.zz.3.4", "s.5", "n.99999999999999999999.0"] {
            assert!(matches!(Place::parse(text, SearchSort::Best), Err(LibraryError::BadCursor)), "{text}");
        }
    }
}
