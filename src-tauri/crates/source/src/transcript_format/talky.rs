//! The turns of the Supabase recordings backend, in the three shapes there are: as documented (`speaker`, `text`, an
//! offset `HH:MM:SS` and `duration_ms`), as written (`role`, `content`, a wall clock without zone), and as written later
//! (with `turn_index`, `is_final`, `include_in_plaintext`). Wall clocks become offsets from the call's start, else from
//! the first turn, and are marked as derived. The text form of the same answer has labelled lines and no times.

use model::{Moment, Role, Timing};
use serde_json::Value;

use super::draft::{Draft, Said};
use super::wall_clock::WallClock;
use super::{Hint, Reading, clock, json, plain};

pub(super) fn matches(value: &Value) -> bool {
    let is_answer =
        value.get("call_id").is_some() && (value["turns"].is_null() || value["turns"] == Value::Array(vec![]));
    json::list(&value["turns"]).iter().any(|turn| is_written(turn) || is_documented(turn))
        || (is_answer && value["format"].is_string())
        || json::list(value)
            .iter()
            .any(|turn| turn["timestamp"].is_string() && (is_written(turn) || is_documented(turn)))
}

fn is_written(turn: &Value) -> bool {
    turn["role"].is_string() && turn["content"].is_string()
}

fn is_documented(turn: &Value) -> bool {
    turn["speaker"].is_string() && turn["text"].is_string() && turn.get("startTime").is_none()
}

pub(super) fn read(hint: &Hint, value: &Value, draft: &mut Draft) {
    draft.external_id("call_id", &value["call_id"]);
    draft.external_id("talklee_call_id", &value["talklee_call_id"]);
    draft.call.duration_ms = json::duration(&value["duration_seconds"]);
    draft.keep_rest(
        value,
        &["turns", "transcript", "full_text", "call_id", "format", "duration_seconds", "talklee_call_id"],
    );
    let turns = shown(if value.is_array() { json::list(value) } else { json::list(&value["turns"]) }, draft);
    if let Some(text) = json::text(&value["transcript"]).filter(|_| turns.is_empty()) {
        plain::read(text, draft);
        return;
    }
    let own_start = json::moment(&value["started_at"]).or_else(|| json::moment(&value["call"]["started_at"]));
    let stamps = turns.iter().filter_map(|(_, turn)| wall_clock(turn)).map(|moment| moment.utc_ms);
    let clock = WallClock::new(stamps, hint.started_at.or(own_start.as_ref()), draft);
    for (at, turn) in turns {
        say_turn(at, turn, &clock, draft);
    }
}

/// The turns that count, in their order: by index where they are numbered; drafts and hidden ones left out.
fn shown<'a>(turns: &'a [Value], draft: &mut Draft) -> Vec<(usize, &'a Value)> {
    let mut shown: Vec<(usize, &Value)> = turns
        .iter()
        .enumerate()
        .filter(|(_, turn)| turn["is_final"] != false && turn["include_in_plaintext"] != false)
        .collect();
    let hidden = turns.len() - shown.len();
    if hidden > 0 {
        draft.note(format!("{hidden} turns were drafts or marked as not to be shown; left out"));
    }
    if !shown.is_empty() && shown.iter().all(|(_, turn)| turn["turn_index"].is_i64()) {
        shown.sort_by_key(|(_, turn)| turn["turn_index"].as_i64());
        draft.keep_order = true;
    }
    shown
}

fn say_turn(at: usize, turn: &Value, clock: &WallClock, draft: &mut Draft) {
    let speaker = json::scalar(json::first(turn, &["role", "speaker"]));
    if speaker.as_deref().and_then(Role::of_label) == Some(Role::System) {
        return;
    }
    let Some(text) = json::first(turn, &["content", "text"]).as_str() else {
        draft.skip(at, "it has no text");
        return;
    };
    let (start, timing) = match wall_clock(turn) {
        Some(moment) => (clock.offset(&moment), Timing::Derived),
        None => (offset(&turn["timestamp"]), Timing::Source),
    };
    let end = start.plus(clock::millis(&turn["duration_ms"]));
    let confidence = json::confidence(&turn["confidence"]);
    draft.say(Said { at, speaker, text, start, end, timing, confidence, ..Said::default() });
}

fn wall_clock(turn: &Value) -> Option<Moment> {
    let text = json::text(&turn["timestamp"])?;
    if clock::hms(text).is_some() { None } else { Moment::parse(text) }
}

fn offset(timestamp: &Value) -> Reading {
    match json::text(timestamp).and_then(clock::hms) {
        Some(ms) => Reading::of_offset(Some(ms)),
        None => clock::seconds(timestamp),
    }
}
