//! As much of the query language as a reader of calls needs: filters, `or` with `and` inside, order and limit.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::super::Asked;

/// The rows that a request asks for, at most `cap`.
pub(super) fn select(asked: &Asked, mut rows: Vec<Value>, cap: usize) -> Vec<Value> {
    for (name, value) in &asked.query {
        match name.as_str() {
            "select" | "order" | "limit" => {}
            "or" => {
                let any = parts(value.trim_start_matches('(').trim_end_matches(')'));
                rows.retain(|row| any.iter().any(|one| holds(row, one)));
            }
            column => rows.retain(|row| compare(row, column, value)),
        }
    }
    let order: Vec<(&str, bool)> = asked.param("order").unwrap_or("id.asc").split(',').map(column_of).collect();
    rows.sort_by(|a, b| {
        let each = order.iter().map(|(column, is_down)| {
            let order = text(&a[*column]).cmp(&text(&b[*column]));
            let order = if *is_down { order.reverse() } else { order };
            (a[*column].is_null().cmp(&b[*column].is_null())).then(order)
        });
        each.fold(Ordering::Equal, Ordering::then)
    });
    rows.truncate(asked.number("limit", usize::MAX).min(cap));
    match asked.param("select") {
        None | Some("*") => rows,
        Some(columns) => {
            let only = |row: Value| {
                let kept = columns.split(',').map(|column| (column.to_owned(), row[column].clone()));
                Value::Object(kept.collect::<Map<_, _>>())
            };
            rows.into_iter().map(only).collect()
        }
    }
}

fn column_of(order: &str) -> (&str, bool) {
    let column = order.split('.').next().unwrap_or_default();
    (column, order.contains(".desc"))
}

/// Whether `column.operator.value` or `and(…)` holds.
fn holds(row: &Value, condition: &str) -> bool {
    if let Some(all) = condition.strip_prefix("and(") {
        return parts(all.trim_end_matches(')')).iter().all(|one| holds(row, one));
    }
    condition.split_once('.').is_some_and(|(column, rest)| compare(row, column, rest))
}

fn compare(row: &Value, column: &str, condition: &str) -> bool {
    let own = text(&row[column]);
    let Some((operator, value)) = condition.split_once('.') else { return false };
    if operator == "in" {
        return parts(value.trim_start_matches('(').trim_end_matches(')')).iter().any(|one| bare(one) == own);
    }
    if operator == "is" {
        return row[column].is_null();
    }
    // Moments are compared as moments, however they are written.
    let moment = |text: &str| text.parse::<jiff::Timestamp>().ok();
    let order = match (moment(&own), moment(bare(value))) {
        (Some(own), Some(value)) => own.cmp(&value),
        _ => own.as_str().cmp(bare(value)),
    };
    !row[column].is_null()
        && match operator {
            "eq" => order.is_eq(),
            "gt" => order.is_gt(),
            "gte" => order.is_ge(),
            _ => false,
        }
}

/// Splits at commas that are neither quoted nor within brackets.
fn parts(text: &str) -> Vec<&str> {
    let (mut parts, mut from, mut depth, mut is_quoted) = (Vec::new(), 0, 0, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted => depth -= 1,
            ',' if !is_quoted && depth == 0 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

fn bare(value: &str) -> &str {
    value.trim_matches('"')
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
