//! From the application's values to the window's, and back.

mod audit;
mod call;
mod case;
mod evidence;
mod keeping;
mod list;
mod player;
mod search;
mod settings;
mod source;

use app::{Fault, FaultCode};
use model::{Ms, Party};

pub(crate) use source::secret;

/// Milliseconds as JavaScript counts: a double holds every one of them for 285,000 years.
pub(crate) fn js(ms: Ms) -> f64 {
    ms as f64
}

/// Milliseconds from JavaScript, whole and within bounds.
pub(crate) fn ms(number: f64) -> Ms {
    number.round() as Ms
}

/// A count as JavaScript's integers hold it.
pub(crate) fn count(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A party as the list shows it.
pub(crate) fn label(party: Option<&Party>) -> Option<String> {
    party.and_then(Party::label).map(str::to_owned)
}

/// A word of a closed list, or what is wrong with it.
pub(crate) fn word<T>(what: &str, text: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, Fault> {
    read(text).ok_or_else(|| Fault::new(FaultCode::Invalid, format!("{text:?} is no {what}")))
}
