//! A call as plain text for people.

use jiff::tz::TimeZone;
use model::{Party, Turn};

use crate::Exhibit;
use crate::harmless::{lines, one_line};
use crate::moments::{clock, duration_of, local, utc, zone_name};
use crate::voices::name_of;

/// A call as text: its facts, then a line for each turn, such as `[0:03] Sarah: …`. Times are in `zone` and in UTC.
pub fn plain(exhibit: &Exhibit, zone: &TimeZone) -> String {
    let mut out = String::new();
    for (label, value) in facts(exhibit, zone) {
        out.push_str(&format!("{:<12}{}\n", format!("{label}:"), one_line(&value)));
    }
    out.push('\n');
    match exhibit.record.transcript.as_ref().filter(|transcript| !transcript.turns.is_empty()) {
        Some(transcript) => transcript.turns.iter().for_each(|turn| out.push_str(&line(turn))),
        None => out.push_str("There is no transcript of this call.\n"),
    }
    out
}

fn line(turn: &Turn) -> String {
    let time = turn.start_ms.map(|ms| format!("[{}] ", clock(ms))).unwrap_or_default();
    let voice = name_of(turn).map(|name| format!("{name}: ")).unwrap_or_default();
    format!("{time}{voice}{}\n", lines(&turn.text).join("\n    "))
}

/// What is known about the call, in the order in which people ask.
fn facts(exhibit: &Exhibit, zone: &TimeZone) -> Vec<(&'static str, String)> {
    let call = &exhibit.record.call;
    let mut facts = Vec::new();
    let mut tell = |label, value: Option<String>| {
        if let Some(value) = value {
            facts.push((label, value));
        }
    };
    tell("Call", call.title.clone());
    tell("Call id", Some(exhibit.id.to_string()));
    tell("Source", Some(format!("{} ({})", exhibit.source, exhibit.source_kind)));
    tell("Id there", Some(exhibit.record.remote_id.clone()));
    let started = call.started_at.as_ref().map(|moment| {
        let assumed = if moment.zone_assumed { "; the source named no zone, UTC was assumed" } else { "" };
        format!("{} ({}{assumed})", local(moment.utc_ms, zone), utc(moment.utc_ms))
    });
    tell("Started", started.or_else(|| Some("unknown".to_owned())));
    tell("Time zone", Some(zone_name(zone)));
    tell("Length", duration_of(exhibit).map(clock));
    tell("Direction", call.direction.map(|direction| direction.as_str().to_owned()));
    tell("From", call.from.as_ref().and_then(party));
    tell("To", call.to.as_ref().and_then(party));
    tell("Agent", call.agent.clone());
    tell("Status", call.status.clone());
    for recording in &exhibit.recordings {
        let names = [recording.original.as_ref(), recording.listening.as_ref()].into_iter().flatten();
        let told: Vec<String> = names.map(|file| file.name.clone()).collect();
        let missing = recording.missing.as_ref().map(|reason| format!("missing: {reason}"));
        tell("Audio", if told.is_empty() { missing } else { Some(told.join(", ")) });
    }
    if exhibit.recordings.is_empty() {
        tell("Audio", Some("never recorded".to_owned()));
    }
    tell("Vanished", exhibit.vanished_ms.map(|ms| format!("gone from its source since {}", utc(ms))));
    tell("Summary", exhibit.record.insights.as_ref().and_then(|insights| insights.summary.clone()));
    facts
}

fn party(party: &Party) -> Option<String> {
    match (&party.name, &party.number) {
        (Some(name), Some(number)) => Some(format!("{name}, {number}")),
        _ => party.label().map(str::to_owned),
    }
}
