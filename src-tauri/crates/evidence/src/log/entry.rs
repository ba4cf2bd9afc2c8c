use model::{AuditEntry, Moment};
use serde_json::{Map, Value};

use super::tree::{Hash, leaf_hash};

/// An entry as one line of JSON without a newline: what is hashed, and what an export shows.
///
/// All seven keys, always in this order, without spaces; text escaped only where JSON demands it; `at` in UTC to the
/// millisecond; what is not known is `null`; `detail` as it is kept, byte for byte. Two entries with the same line are the
/// same: `detail` comes last and everything before it ends where JSON says it does.
pub fn entry_line(entry: &AuditEntry) -> String {
    format!(
        r#"{{"seq":{},"at":{},"user":{},"person":{},"action":{},"object":{},"detail":{}}}"#,
        entry.seq,
        Value::from(Moment::from_utc_ms(entry.at_ms).to_rfc3339()),
        Value::from(entry.user.as_str()),
        Value::from(entry.person.as_deref()),
        Value::from(entry.action.as_str()),
        Value::from(entry.object.as_deref()),
        entry.detail,
    )
}

/// The entry as a leaf of the log's tree.
pub fn entry_hash(entry: &AuditEntry) -> Hash {
    leaf_hash(entry_line(entry).as_bytes())
}

/// Facts as the `detail` of an entry: a JSON object on one line.
pub fn detail_text(facts: &Map<String, Value>) -> String {
    // Printing a map of values cannot fail.
    facts.iter().fold(String::new(), |mut text, (key, value)| {
        text.push(if text.is_empty() { '{' } else { ',' });
        text.push_str(&format!("{}:{value}", Value::from(key.as_str())));
        text
    }) + if facts.is_empty() { "{}" } else { "}" }
}

/// Whether a text can be the `detail` of an entry: a JSON object on one line.
pub fn is_detail(text: &str) -> bool {
    !text.contains(['\n', '\r']) && serde_json::from_str::<Map<String, Value>>(text).is_ok()
}
