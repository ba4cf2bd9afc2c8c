//! `list`, `show` and `search`.

use app::{App, CallRow, CaseRow, Fault, SearchHit, StoredCall, StoredRecording};
use model::{Attempt, AudioState, Direction, Metric, Moment, Party, Role, Tier, Transcript};
use serde_json::{Value, json};

use crate::End;
use crate::arguments::{Filters, Search, SearchSort, Sort};
use crate::output::{Output, clock, one_line};

/// Calls, a page at a time.
pub fn list(
    app: &App,
    filters: &Filters,
    sort: Sort,
    limit: u32,
    after: Option<&str>,
    output: &Output,
) -> Result<End, Fault> {
    let sort = match sort {
        Sort::StartedAt => app::Sort::StartedAt,
        Sort::Duration => app::Sort::Duration,
    };
    let page = app.calls(&filters.read(app)?, sort, after, limit)?;
    for row in &page.rows {
        output.line(|| row_json(row), || row_words(row));
    }
    more(page.next.as_deref(), output);
    Ok(End::Done)
}

/// Everything known about one call.
pub fn show(app: &App, call: &str, output: &Output) -> Result<End, Fault> {
    let call = app.open_call(app.find_call(call)?)?;
    let cases = app.cases_of(call.row.id)?;
    output.line(
        || {
            let mut object = call_json(&call);
            object["cases"] = cases.iter().map(case_name_json).collect();
            object
        },
        || {
            let held = cases.iter().map(|row| format!("\n  held by the case {}", one_line(&row.case.name)));
            held.fold(call_words(&call), |words, line| words + &line)
        },
    );
    Ok(End::Done)
}

/// The turns in which something was said.
pub fn search(app: &App, search: &Search, output: &Output, cancel: &model::Cancel) -> Result<End, Fault> {
    let filter = search.filters.read(app)?;
    if let Some(note) = app.query_note(&search.query) {
        output.note(&note);
    }
    if search.count {
        let found = app.count_search(&search.query, &filter, cancel)?;
        output.line(
            || json!({ "calls": found.calls, "turns": found.turns }),
            || format!("{} turns in {} calls", found.turns, found.calls),
        );
        return Ok(End::Done);
    }
    let sort = match search.sort {
        SearchSort::Newest => app::SearchSort::Newest,
        SearchSort::Best => app::SearchSort::Best,
    };
    let page = app.search_said(&search.query, &filter, sort, search.after.as_deref(), search.limit)?;
    for hit in &page.hits {
        output.line(|| hit_json(hit), || hit_words(hit));
    }
    more(page.next.as_deref(), output);
    Ok(End::Done)
}

/// The last line of a page that has more.
fn more(next: Option<&str>, output: &Output) {
    if let Some(cursor) = next {
        output.value(json!({ "next": cursor }));
        if !output.is_json() {
            output.note(&format!("there is more: go on with --after {cursor}"));
        }
    }
}

fn row_json(row: &CallRow) -> Value {
    json!({
        "id": row.id.to_string(),
        "source": row.source_name,
        "remote_id": row.remote_id,
        "started_at": row.started_ms.map(rfc3339),
        "duration_ms": row.duration_ms,
        "direction": row.direction.map(Direction::as_str),
        "from": row.from.as_ref().and_then(party),
        "to": row.to.as_ref().and_then(party),
        "agent": row.agent,
        "status": row.status,
        "title": row.title,
        "has_transcript": row.has_transcript(),
        "turns": row.turns,
        "audio": row.audio.map_or("none", AudioState::as_str),
    })
}

fn call_json(call: &StoredCall) -> Value {
    let mut object = row_json(&call.row);
    let record = &call.record;
    object["recordings"] = call.recordings.iter().map(recording_json).collect();
    object["transcript"] = record.transcript.as_ref().map_or(Value::Null, transcript_json);
    object["insights"] = record.insights.as_ref().map_or(Value::Null, |insights| {
        let sentiment = insights.sentiment.clone().unwrap_or_default();
        json!({
            "summary": insights.summary,
            "sentiment": { "overall": sentiment.overall, "score": sentiment.score },
            "topics": insights.topics,
            "action_items": insights.action_items,
            "intent": insights.intent,
        })
    });
    object["metrics"] = record.metrics.iter().map(metric_json).collect();
    object["metadata"] = Value::Object(record.metadata.clone());
    let facts = &record.call;
    object["ended_at"] = json!(facts.ended_at.as_ref().map(Moment::to_rfc3339));
    object["started_at_original"] = json!(facts.started_at.as_ref().and_then(|at| at.original.as_deref()));
    object["zone_assumed"] = json!(facts.started_at.as_ref().is_some_and(|at| at.zone_assumed));
    object["tenant"] = json!(facts.tenant);
    object["campaign"] = json!(facts.campaign);
    object["outcome"] = json!(facts.outcome);
    object["cost"] =
        facts.cost.as_ref().map_or(Value::Null, |cost| json!({ "amount": cost.amount, "unit": cost.unit }));
    object["external_ids"] = json!(facts.external_ids);
    object["vanished_at"] = json!(call.row.vanished_ms.map(rfc3339));
    object
}

fn case_name_json(row: &CaseRow) -> Value {
    json!({ "id": row.case.id.to_string(), "name": row.case.name, "number": row.case.number })
}

fn recording_json(recording: &StoredRecording) -> Value {
    let facts = recording.facts();
    json!({
        "id": recording.id.to_string(),
        "remote_id": recording.record.remote_id,
        "format": facts.format,
        "codec": facts.codec,
        "sample_rate": facts.sample_rate,
        "channels": facts.channels,
        "bytes": facts.bytes,
        "sha256": facts.sha256,
        "audio": recording.state.as_str(),
        "tier": recording.file.as_ref().map(|file| Tier::as_str(file.tier)),
        "fetched_at": recording.file.as_ref().map(|file| rfc3339(file.fetched_at_ms)),
        "attempts": recording.attempts.iter().map(attempt_json).collect::<Vec<_>>(),
        "duration_ms": facts.duration_ms,
        "storage_path": recording.record.storage_path,
    })
}

/// One try at getting audio.
pub fn attempt_json(attempt: &Attempt) -> Value {
    json!({
        "at": rfc3339(attempt.at_ms),
        "tier": attempt.tier.as_str(),
        "outcome": attempt.outcome.as_str(),
        "detail": attempt.detail,
    })
}

fn transcript_json(transcript: &Transcript) -> Value {
    let turn = |(index, turn): (usize, &model::Turn)| {
        json!({
            "index": index,
            "speaker": turn.speaker,
            "role": turn.role.map(Role::as_str),
            "text": turn.text,
            "start_ms": turn.start_ms,
            "end_ms": turn.end_ms,
            "confidence": turn.confidence,
            "timing": turn.timing.as_str(),
        })
    };
    json!({
        "text": transcript.text(),
        "turns": transcript.turns.iter().enumerate().map(turn).collect::<Vec<_>>(),
        "format": transcript.format,
        "language": transcript.language,
    })
}

fn metric_json(metric: &Metric) -> Value {
    json!({ "at": metric.at.as_ref().map(Moment::to_rfc3339), "name": metric.name, "value": metric.value })
}

fn hit_json(hit: &SearchHit) -> Value {
    json!({
        "call": hit.call.id.to_string(),
        "turn": hit.turn,
        "start_ms": hit.start_ms,
        "end_ms": hit.end_ms,
        "speaker": hit.speaker,
        "role": hit.role.map(Role::as_str),
        "started_at": hit.call.started_ms.map(rfc3339),
        "source": hit.call.source_name,
        "snippet": hit.snippet,
        "match": hit.matches.iter().map(|(from, to)| json!([from, to])).collect::<Vec<_>>(),
        "score": hit.score,
    })
}

fn row_words(row: &CallRow) -> String {
    let started = row.started_ms.map_or_else(|| "unknown time".to_owned(), local);
    let side = |party: &Option<Party>| party.as_ref().and_then(party_ref).unwrap_or("?").to_owned();
    let length = row.duration_ms.map_or_else(|| "-".to_owned(), clock);
    let audio = row.audio.map_or("none", AudioState::as_str);
    let id = row.id.to_string();
    let parties = format!("{} → {}", side(&row.from), side(&row.to));
    let title = row.title.as_deref().unwrap_or_default();
    one_line(&format!("{}  {started}  {length:>7}  {audio:<9}  {parties}  {title}", &id[..8]))
}

fn call_words(call: &StoredCall) -> String {
    let mut lines = vec![row_words(&call.row)];
    for recording in &call.recordings {
        let facts = recording.facts();
        let known = [facts.codec, facts.sample_rate.map(|rate| format!("{rate} Hz"))];
        let known: Vec<String> = known.into_iter().flatten().collect();
        lines.push(format!(
            "  {}  {}  {}",
            recording.state.as_str(),
            known.join(", "),
            one_line(&recording.record.remote_id)
        ));
        if let Some(detail) = recording.attempts.last().and_then(|attempt| attempt.detail.as_deref()) {
            lines.push(format!("    {}", one_line(detail)));
        }
    }
    if let Some(summary) = call.record.insights.as_ref().and_then(|insights| insights.summary.as_deref()) {
        lines.push(format!("  {}", one_line(summary)));
    }
    for turn in call.record.transcript.iter().flat_map(|transcript| &transcript.turns) {
        let at = turn.start_ms.map_or_else(String::new, clock);
        lines.push(one_line(&format!("  {at:>7}  {}: {}", turn.speaker.as_deref().unwrap_or("?"), turn.text)));
    }
    lines.join("\n")
}

fn hit_words(hit: &SearchHit) -> String {
    let at = hit.start_ms.map_or_else(String::new, clock);
    let speaker = hit.speaker.as_deref().unwrap_or("?");
    let started = hit.call.started_ms.map_or_else(|| "unknown time".to_owned(), local);
    one_line(&format!("{}  {started}  {at:>7}  {speaker}: {}", &hit.call.id.to_string()[..8], hit.snippet))
}

/// The number, which is what a program compares; the name where there is no number.
fn party(party: &Party) -> Option<String> {
    party.number.clone().or_else(|| party.name.clone())
}

fn party_ref(party: &Party) -> Option<&str> {
    party.label()
}

fn rfc3339(utc_ms: i64) -> String {
    Moment::from_utc_ms(utc_ms).to_rfc3339()
}

/// A moment in the user's zone, with its offset.
pub fn local(utc_ms: i64) -> String {
    let zoned = jiff::Timestamp::from_millisecond(utc_ms).map(|at| at.to_zoned(jiff::tz::TimeZone::system()));
    zoned.map_or_else(|_| "unknown time".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M %:z").to_string())
}
