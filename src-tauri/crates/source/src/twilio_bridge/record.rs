//! Makes one call out of its rows and its files.

use std::cmp::Reverse;

use model::{
    AudioFacts, Call, CallRecord, Cancel, Insights, Metric, Moment, Party, Recording, RejectedItem, Role as Speaker,
    Sentiment, Timing, Transcript, Turn,
};
use serde_json::{Map, Value};

use super::database::{Rows, file_name};
use super::files::{Piece, Role};
use super::plan::Joined;
use super::values::{Row, number, unpacked};
use crate::folder::naming::{Part, split};
use crate::folder::sidecar::{self, Content, format_of, worth};
use crate::lift;
use crate::shelf::Files;
use crate::words::{plain_path, title};

/// Columns that only tie rows together.
const TIES: [&str; 4] = ["id", "callId", "createdAt", "updatedAt"];

/// Makes the call; also what could not be read of it.
pub fn read(
    remote_id: &str,
    call: &Joined,
    rows: Option<Rows>,
    files: Option<&Files>,
    cancel: &Cancel,
) -> Result<(CallRecord, Vec<RejectedItem>), model::Cancelled> {
    let mut record = CallRecord { remote_id: remote_id.to_owned(), ..CallRecord::default() };
    let mut rejected = Vec::new();
    let mut said: Vec<(String, Transcript)> = Vec::new();
    if let Some(rows) = rows {
        said.extend(from_rows(&mut record, rows).map(|transcript| ("database".to_owned(), transcript)));
    }
    add_files(&mut record.recordings, &call.pieces);
    let mut pieces: Vec<&Piece> = call.pieces.iter().filter(|piece| piece.role != Role::Audio).collect();
    pieces.sort_by_key(|piece| Reverse(piece.role));
    for piece in pieces {
        let path = &piece.file.path;
        let Some(files) = files else { continue };
        let started_at = record.call.started_at.clone();
        match sidecar::read(files, path, Part::Sidecar, started_at.as_ref(), cancel)? {
            Content::Facts(Value::Object(facts)) => {
                lift::fill(&mut record.call, lift::call_facts(&facts));
                keep(&mut record.metadata, facts);
            }
            Content::Facts(other) => drop(record.metadata.insert(split(path).1.to_owned(), other)),
            Content::Transcript(recognised) => {
                lift::fill(&mut record.call, recognised.call);
                said.push((path.clone(), recognised.transcript));
            }
            Content::VCon(_) => {}
            Content::Unknown(reason)
            | Content::Broken(reason)
            | Content::Encrypted(reason)
            | Content::Unread(reason) => {
                rejected.push(RejectedItem { item: plain_path(path), reason });
            }
        }
    }
    choose(&mut record, said);
    place_in_time(&mut record, &call.pieces);
    name(&mut record);
    Ok((record, rejected))
}

/// The call that its rows alone describe, wherever they came from.
pub fn of_rows(remote_id: &str, rows: Rows) -> CallRecord {
    let mut record = CallRecord { remote_id: remote_id.to_owned(), ..CallRecord::default() };
    let said = from_rows(&mut record, rows).map(|transcript| ("database".to_owned(), transcript));
    choose(&mut record, said.into_iter().collect());
    name(&mut record);
    record
}

/// Takes over what the database says; gives the transcript.
fn from_rows(record: &mut CallRecord, rows: Rows) -> Option<Transcript> {
    let mut row = rows.call;
    let mut call = Call {
        started_at: row.moment("startTime"),
        ended_at: row.moment("endTime"),
        duration_ms: row.seconds("duration"),
        from: row.text("caller").map(party),
        agent: row.text("agent"),
        status: row.text("status"),
        ..Call::default()
    };
    for name in ["id", "streamSid", "callSid"] {
        call.external_ids.extend(row.text(name).map(|id| (name.to_owned(), id)));
    }
    record.call = call;
    keep(&mut record.metadata, rest(row));
    for recording in rows.recordings.into_iter().filter_map(recording) {
        // Two rows of one file are one recording.
        if record.recordings.iter().all(|known| known.remote_id != recording.remote_id) {
            record.recordings.push(recording);
        }
    }
    analytics(record, rows.analytics);
    let mut language = None;
    for mut row in rows.metadata {
        language = row.0.get("language").and_then(lift::text).or(language);
        let custom = row.take("customData").map(unpacked);
        keep(&mut record.metadata, rest(row));
        if let Some(custom) = custom {
            record.metadata.entry("customData").or_insert(custom);
        }
    }
    let turns = turns(rows.transcripts);
    let format = Some("bridge".to_owned());
    (!turns.is_empty()).then_some(Transcript { origin: None, format, language, turns })
}

/// A stream's id tells people nothing; it is a title only where nobody is known who could be named instead.
fn name(record: &mut CallRecord) {
    if record.call.from.is_none() {
        record.call.title.get_or_insert_with(|| title(&record.remote_id));
    }
}

fn recording(mut row: Row) -> Option<Recording> {
    let id = row.text("id");
    let path = row.text("filePath");
    let name = path.as_deref().and_then(file_name).map(str::to_owned);
    let url = row.text("fileUrl").filter(|url| url.starts_with("http://") || url.starts_with("https://"));
    let claimed = AudioFacts {
        format: row.text("format").map(|format| format.to_ascii_lowercase()),
        codec: row.text("codec"),
        sample_rate: row.count("sampleRate").and_then(|rate| u32::try_from(rate).ok()),
        channels: row.count("channels").and_then(|count| u32::try_from(count).ok()),
        duration_ms: row.seconds("duration"),
        bytes: row.count("sizeBytes"),
        sha256: None,
    };
    // By its file's name, so that it is the same recording whether the file or the row is seen first.
    Some(Recording {
        remote_id: name.clone().or(id)?,
        storage_path: name,
        legacy_url: url,
        claimed,
        ..Recording::default()
    })
}

/// Gives the recordings of rows the place of their file below the root, and adds those no row names.
fn add_files(recordings: &mut Vec<Recording>, pieces: &[Piece]) {
    for piece in pieces.iter().filter(|piece| piece.role == Role::Audio) {
        let path = &piece.file.path;
        let name = split(path).1;
        let index = recordings.iter().position(|recording| recording.remote_id == name).unwrap_or_else(|| {
            recordings.push(Recording { remote_id: name.to_owned(), ..Recording::default() });
            recordings.len() - 1
        });
        let recording = &mut recordings[index];
        recording.storage_path = Some(path.clone());
        recording.claimed.bytes = Some(piece.file.size);
        recording.claimed.format = recording.claimed.format.take().or_else(|| format_of(name));
    }
    // The first is the one to hear: a row whose file is elsewhere stands back.
    let is_here = |recording: &Recording| pieces.iter().any(|piece| split(&piece.file.path).1 == recording.remote_id);
    recordings.sort_by_key(|recording| !is_here(recording));
}

fn turns(rows: Vec<Row>) -> Vec<Turn> {
    let mut rows: Vec<(Option<i64>, Row)> =
        rows.into_iter().map(|mut row| (row.moment("createdAt").map(|at| at.utc_ms), row)).collect();
    rows.sort_by_key(|(at, _)| *at);
    let mut turns: Vec<Turn> = rows.into_iter().filter_map(|(_, row)| turn(row)).collect();
    if turns.iter().all(|turn| turn.start_ms.is_some()) {
        turns.sort_by_key(|turn| turn.start_ms);
    }
    turns
}

fn turn(mut row: Row) -> Option<Turn> {
    let text = row.text("text")?;
    let speaker = row.text("speaker");
    let start_ms = row.seconds("startTime");
    let end_ms = row.seconds("endTime").filter(|end| start_ms.is_some_and(|start| *end >= start));
    Some(Turn {
        role: speaker.as_deref().and_then(Speaker::of_label),
        speaker,
        text,
        start_ms,
        end_ms,
        confidence: row.number("confidence").filter(|confidence| (0.0..=1.0).contains(confidence)),
        timing: if start_ms.is_some() { Timing::Source } else { Timing::None },
        words: Vec::new(),
    })
}

/// Every snapshot becomes metrics, the mood of the latest is the call's, and what is neither is kept as it came.
fn analytics(record: &mut CallRecord, rows: Vec<Row>) {
    let mut latest: Option<(i64, Sentiment)> = None;
    let mut others = Vec::new();
    for mut row in rows {
        let created = row.moment("createdAt");
        let at = row.moment("snapshotTime").or(created);
        let overall = row.text("sentiment");
        let score = row.number("sentimentScore");
        let mut add = |name: &str, value: Option<f64>| {
            record.metrics.extend(value.map(|value| Metric { at: at.clone(), name: name.to_owned(), value }));
        };
        add("sentiment_score", score);
        for (column, name) in [
            ("talkTime", "talk_time_ms"),
            ("silenceTime", "silence_time_ms"),
            ("interruptions", "interruptions"),
            ("averageLatency", "average_latency_ms"),
        ] {
            add(name, row.number(column));
        }
        let mut further = row.take("metrics").map(unpacked);
        if let Some(Value::Object(values)) = &mut further {
            values.iter().for_each(|(name, value)| add(&snake_case(name), number(value)));
            values.retain(|_, value| number(value).is_none() && !value.is_null());
        }
        let further = further.filter(|further| further.as_object().is_none_or(|values| !values.is_empty()));
        let mut unread = rest(row);
        unread.extend(further.map(|further| ("metrics".to_owned(), further)));
        if !unread.is_empty() {
            let when = at.as_ref().map(|at| ("at".to_owned(), Value::from(at.to_rfc3339())));
            others.push(Value::Object(when.into_iter().chain(unread).collect()));
        }
        let at = at.map_or(i64::MIN, |at| at.utc_ms);
        if (overall.is_some() || score.is_some()) && latest.as_ref().is_none_or(|(before, _)| *before <= at) {
            latest = Some((at, Sentiment { overall, score }));
        }
    }
    if !others.is_empty() {
        record.metadata.insert("analytics".to_owned(), Value::from(others));
    }
    record.metrics.sort_by_key(|metric| metric.at.as_ref().map(|at| at.utc_ms));
    if let Some((_, sentiment)) = latest {
        record.insights = Some(Insights { sentiment: Some(sentiment), ..Insights::default() });
    }
}

/// Shows the richest transcript and names the others.
fn choose(record: &mut CallRecord, mut said: Vec<(String, Transcript)>) {
    said.sort_by_key(|(_, transcript)| Reverse(worth(transcript)));
    let mut said = said.into_iter();
    record.transcript = said.next().map(|(place, transcript)| {
        let origin = (place != "database").then_some(place);
        Transcript { origin, ..transcript }
    });
    let language = record.metadata.get("language").and_then(lift::text);
    if let Some(transcript) = &mut record.transcript {
        transcript.language = transcript.language.take().or(language);
    }
    let others: Vec<Value> = said.map(|(place, _)| Value::from(place)).collect();
    if !others.is_empty() {
        record.metadata.insert("other_transcripts".to_owned(), Value::from(others));
    }
}

/// Files alone say only when they were written, which is when the call had ended; that is said.
fn place_in_time(record: &mut CallRecord, pieces: &[Piece]) {
    if record.call.started_at.is_some() {
        return;
    }
    let written = pieces.iter().filter_map(|piece| piece.at_ms).min();
    let (at_ms, from) = match (written, pieces.first()) {
        (Some(at_ms), _) => (at_ms, "file name: when the recording was saved"),
        (None, Some(piece)) => (piece.file.modified_ns.div_euclid(1_000_000), "file modification time"),
        (None, None) => return,
    };
    record.call.started_at = Some(Moment::from_utc_ms(at_ms));
    record.metadata.insert("started_at_from".to_owned(), Value::from(from));
}

/// What is left of a row, without nulls and what only ties rows together.
fn rest(row: Row) -> Map<String, Value> {
    row.0.into_iter().filter(|(name, value)| !value.is_null() && !TIES.contains(&name.as_str())).collect()
}

fn keep(metadata: &mut Map<String, Value>, more: Map<String, Value>) {
    for (name, value) in more {
        metadata.entry(name).or_insert(value);
    }
}

fn party(caller: String) -> Party {
    let is_number = caller.chars().any(|c| c.is_ascii_digit()) && !caller.chars().any(char::is_alphabetic);
    if is_number { Party::from_number(caller) } else { Party::from_name(caller) }
}

fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        match c {
            c if c.is_uppercase() => {
                if !out.is_empty() && !out.ends_with('_') {
                    out.push('_');
                }
                out.extend(c.to_lowercase());
            }
            c if c.is_alphanumeric() => out.push(c),
            _ => out.push('_'),
        }
    }
    out
}
