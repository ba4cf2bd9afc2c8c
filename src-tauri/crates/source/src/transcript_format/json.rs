//! JSON within bounds, and lenient ways to look at it: a number may be a string, anything may be null or missing.
//! Indexing a `Value` by a name that is not there gives null, so the formats index freely.

use model::{Moment, Ms};
use serde::Deserializer;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::{FormatError, MAX_DEPTH, text};

/// More values than any transcript has; a bound on memory, since a value takes far more room than its two bytes of text.
const MAX_VALUES: usize = 8_000_000;

/// Whether text is to be read as JSON: it is named so or begins like it. `[00:01] Agent:` does not.
pub(super) fn is_likely(content: &str, file_name: &str) -> bool {
    if matches!(text::extension(file_name).as_str(), "json" | "vcon") {
        return true;
    }
    let content = content.trim_start();
    match content.as_bytes().first() {
        Some(b'{') => true,
        Some(b'[') => matches!(content[1..].trim_start().as_bytes().first(), Some(b'{' | b'[' | b'"' | b']')),
        _ => false,
    }
}

/// Parses a whole document. `NaN` and `Infinity`, which some writers emit though JSON has none, are read as null.
pub(crate) fn parse(content: &str) -> Result<Value, FormatError> {
    let values = content.bytes().filter(|b| matches!(b, b',' | b'[' | b'{')).count();
    if values > MAX_VALUES {
        return Err(FormatError::TooMany { what: "values", limit: MAX_VALUES });
    }
    match serde_json::from_str(content) {
        Ok(value) => Ok(value),
        Err(error) if is_too_deep(&error) => Err(FormatError::TooDeep),
        Err(error) => match without_bare_numbers(content).map(|content| serde_json::from_str(&content)) {
            Some(Ok(value)) => Ok(value),
            _ => Err(malformed(&error)),
        },
    }
}

/// Parses a document that is an object, but for one of its members, of which nothing is kept.
pub(super) fn parse_without(content: &str, member: &str) -> Result<Value, FormatError> {
    let mut reader = serde_json::Deserializer::from_str(content);
    reader.deserialize_map(Without(member)).map_err(|error| match is_too_deep(&error) {
        true => FormatError::TooDeep,
        false => malformed(&error),
    })
}

/// Builds an object without the member of this name.
struct Without<'a>(&'a str);

impl<'de> Visitor<'de> for Without<'_> {
    type Value = Value;

    fn expecting(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = serde_json::Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if name == self.0 {
                members.next_value::<IgnoredAny>()?;
            } else {
                object.insert(name, members.next_value()?);
            }
        }
        Ok(Value::Object(object))
    }
}

/// What kind of JSON this is, for saying that it is not known. Names no content.
pub(super) fn describe(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let names: Vec<&str> = map.keys().map(String::as_str).filter(|key| is_name(key)).take(6).collect();
            match names.as_slice() {
                [] => "a JSON object with none of the names transcripts have".to_owned(),
                names => format!("a JSON object with `{}`", names.join("`, `")),
            }
        }
        Value::Array(items) => format!("a JSON list of {} that are no turns", items.len()),
        _ => "a single JSON value".to_owned(),
    }
}

/// The items of a list; none for anything else.
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Text that is there and not blank, without surrounding spaces.
pub(crate) fn text(value: &Value) -> Option<&str> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// Text, or a number or truth value written as text: ids and amounts come as any of them.
pub(crate) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(_) => text(value).map(str::to_owned),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// A finite or infinite number, also when written in a string.
pub(crate) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A probability: 0 to 1, or a percentage.
pub(crate) fn confidence(value: &Value) -> Option<f64> {
    let number = number(value)?;
    if (0.0..=1.0).contains(&number) {
        Some(number)
    } else if (0.0..=100.0).contains(&number) {
        Some(number / 100.0)
    } else {
        None
    }
}

/// A moment as text or as a Unix time.
pub(crate) fn moment(value: &Value) -> Option<Moment> {
    match value {
        Value::String(text) => Moment::parse(text),
        _ => value.as_f64().and_then(Moment::from_unix),
    }
}

/// A length in seconds that can be believed.
pub(crate) fn duration(value: &Value) -> Option<Ms> {
    super::clock::seconds(value).ms().filter(|ms| *ms > 0)
}

/// The first of several names that is there.
pub(crate) fn first<'a>(value: &'a Value, names: &[&str]) -> &'a Value {
    names.iter().map(|name| &value[*name]).find(|found| !found.is_null()).unwrap_or(&Value::Null)
}

/// Whether any item of the list at `value` has something under `name`, null or not.
pub(super) fn any_has(value: &Value, name: &str) -> bool {
    list(value).iter().any(|item| item.get(name).is_some())
}

fn is_too_deep(error: &serde_json::Error) -> bool {
    error.to_string().starts_with("recursion limit exceeded")
}

fn malformed(error: &serde_json::Error) -> FormatError {
    let (line, column) = (error.line(), error.column());
    let what = if error.is_eof() { "the file ends in the middle" } else { "not valid JSON" };
    FormatError::Malformed { format: "JSON", reason: format!("{what} at line {line}, column {column}") }
}

fn is_name(key: &str) -> bool {
    !key.is_empty() && key.len() <= 32 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// The document with bare `NaN`, `Infinity` and `-Infinity` replaced by `null`; `None` if it has none.
fn without_bare_numbers(content: &str) -> Option<String> {
    if !content.contains("NaN") && !content.contains("Infinity") {
        return None;
    }
    let mut out = String::with_capacity(content.len());
    let (mut rest, mut in_string) = (content, false);
    while let Some(c) = rest.chars().next() {
        let bare = (!in_string).then(|| ["NaN", "-Infinity", "Infinity"].iter().find(|word| rest.starts_with(**word)));
        if let Some(Some(word)) = bare {
            out.push_str("null");
            rest = &rest[word.len()..];
            continue;
        }
        let mut length = c.len_utf8();
        if c == '"' {
            in_string = !in_string;
        } else if c == '\\' && in_string {
            length += rest[1..].chars().next().map_or(0, char::len_utf8);
        }
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    Some(out)
}

const _: () = assert!(MAX_DEPTH == 128, "serde_json's own recursion limit is what keeps the depth");

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_json_does_not_have_are_null_but_not_inside_text() {
        let value = parse(r#"{"a": NaN, "b": [-Infinity, "NaN \" NaN"]}"#).expect("lenient");
        assert_eq!(value, json!({"a": null, "b": [null, "NaN \" NaN"]}));
    }

    #[test]
    fn nesting_beyond_the_limit_has_its_own_error() {
        assert_eq!(parse(&"[".repeat(100_000)), Err(FormatError::TooDeep));
        assert!(parse(&format!("{}{}", "[".repeat(120), "]".repeat(120))).is_ok());
    }

    #[test]
    fn a_broken_document_says_where() {
        let error = parse("{\"a\":\n  x}").expect_err("broken");
        assert_eq!(error.to_string(), "broken JSON: not valid JSON at line 2, column 3");
    }

    #[test]
    fn a_timed_line_is_not_json() {
        assert!(!is_likely("[00:01] Agent: hi", "a.txt"));
        assert!(is_likely(" [ {", "a.txt"));
        assert!(is_likely("x", "a.json"), "a file named so is reported as broken JSON, not read as text");
    }
}
