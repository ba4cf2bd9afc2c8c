//! A call as the server writes it: a row with the rows that belong to it inside.

use model::{CallRecord, Recording};
use serde_json::Value;
use url::Url;

use super::{Item, UNFINISHED, revision_of, segment};
use crate::transcript_format::json;
use crate::twilio_bridge::database::{Rows, file_name};
use crate::twilio_bridge::record;
use crate::twilio_bridge::values::{Row, moment};

/// The members of a call that are rows of other tables.
pub(super) const PARTS: [&str; 4] = ["recordings", "transcripts", "analytics", "metadata"];

/// The calls of a list: under `data`, `calls`, or bare.
pub(super) fn calls_of(answer: &Value) -> Option<&Vec<Value>> {
    [&answer["data"], &answer["data"]["calls"], &answer["calls"], answer].into_iter().find_map(Value::as_array)
}

/// The rows of a transcript's answer.
pub(super) fn transcripts_of(answer: &Value) -> Value {
    let places = [&answer["data"]["transcripts"], &answer["transcripts"], &answer["data"], answer];
    places.into_iter().find(|rows| rows.is_array()).cloned().unwrap_or_default()
}

/// A call of the list, or why it is none. Its name is its stream's, as in the database; else its row's id.
pub(super) fn listed(call: &Value) -> Result<Item, String> {
    if !call.is_object() {
        return Err("it is no call; the server's list is damaged here".into());
    }
    let id = crate::lift::text(&call["id"]);
    let stream = crate::lift::text(&call["streamSid"]);
    let remote_id = stream.or_else(|| id.clone());
    let remote_id = remote_id.ok_or("it has neither an id nor a streamSid, so it cannot be told from others")?;
    let started_ms = moment(&call["startTime"]).or_else(|| moment(&call["createdAt"])).map(|at| at.utc_ms);
    Ok(Item { remote_id, started_ms, revision: revision_of(call), handle: id, listed: call.clone() })
}

/// The call. `legacy` is what addresses without a server are relative to.
pub(super) fn record(remote_id: &str, call: &Value, legacy: &Url) -> CallRecord {
    let rows = Rows {
        call: row(call.as_object().into_iter().flatten().filter(|(name, _)| !PARTS.contains(&name.as_str()))),
        recordings: rows(&call["recordings"]),
        transcripts: rows(&call["transcripts"]).into_iter().map(with_time).collect(),
        analytics: rows(&call["analytics"]),
        metadata: rows(&call["metadata"]),
    };
    let id = crate::lift::text(&call["id"]);
    let mut record = record::of_rows(remote_id, rows);
    let is_only = record.recordings.len() == 1;
    for row in members(&call["recordings"]) {
        let place = Place { call: id.clone().filter(|_| is_only), recording: crate::lift::text(&row["id"]) };
        if let Some(recording) = of_row(&mut record, row) {
            recording.storage_path = place.write();
            recording.legacy_url = json::text(&row["fileUrl"]).and_then(|url| legacy.join(url).ok()).map(String::from);
        }
    }
    record
}

/// Nothing more is to come: it has ended, and has what belongs to a call or has had time enough.
pub(super) fn is_settled(record: &CallRecord, now_ms: i64) -> bool {
    let status = record.call.status.as_deref().unwrap_or_default();
    if ["active", "in-progress", "ringing"].contains(&status) {
        return false;
    }
    let is_complete = record.transcript.is_some() && !record.recordings.is_empty();
    let is_young = record.call.started_at.as_ref().is_some_and(|at| now_ms - at.utc_ms < UNFINISHED);
    is_complete || status != "completed" || !is_young
}

/// Where a recording is on the server: its id, and its call's if that is enough to tell it.
#[derive(Default)]
pub(super) struct Place {
    call: Option<String>,
    recording: Option<String>,
}

impl Place {
    /// `calls/{id}/recordings/{id}`, either part alone, each id one segment.
    fn write(&self) -> Option<String> {
        let part = |name: &str, id: &Option<String>| id.as_deref().map(|id| format!("{name}/{}", segment(id)));
        let parts: Vec<String> =
            part("calls", &self.call).into_iter().chain(part("recordings", &self.recording)).collect();
        (!parts.is_empty()).then(|| parts.join("/"))
    }

    /// Reads what was written; ids stay encoded.
    pub fn read(text: &str) -> Self {
        let parts: Vec<&str> = text.split('/').collect();
        let id =
            |name: &str| parts.chunks(2).find(|pair| pair[0] == name && pair.len() == 2).map(|pair| pair[1].into());
        Self { call: id("calls"), recording: id("recordings") }
    }

    /// Where to ask for it by its own id, and by its call's.
    pub fn paths(&self) -> (Option<String>, Option<String>) {
        (
            self.recording.as_ref().map(|id| format!("/api/recordings/{id}")),
            self.call.as_ref().map(|id| format!("/api/calls/{id}/recording")),
        )
    }
}

/// The recording that a row became.
fn of_row<'r>(record: &'r mut CallRecord, row: &Value) -> Option<&'r mut Recording> {
    let path = crate::lift::text(&row["filePath"]);
    let name = path.as_deref().and_then(file_name).map(str::to_owned).or_else(|| crate::lift::text(&row["id"]))?;
    record.recordings.iter_mut().find(|recording| recording.remote_id == name)
}

/// What is said in a list, or the one that stands alone.
fn members(value: &Value) -> &[Value] {
    match value {
        Value::Array(rows) => rows,
        Value::Object(_) => std::slice::from_ref(value),
        _ => &[],
    }
}

fn rows(value: &Value) -> Vec<Row> {
    members(value).iter().filter_map(Value::as_object).map(|columns| row(columns.iter())).collect()
}

fn row<'v>(columns: impl Iterator<Item = (&'v String, &'v Value)>) -> Row {
    Row(columns.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// A transcript's answer calls the moment a row was written `timestamp`.
fn with_time(mut row: Row) -> Row {
    if let Some(written) = row.take("timestamp") {
        row.0.entry("createdAt".into()).or_insert(written);
    }
    row
}
