use std::io::{self, Write};

use jiff::tz::TimeZone;
use model::{Direction, Party};

use super::Table;
use crate::moments::{duration_of, local, rfc3339};
use crate::{Exhibit, ExhibitRecording};

const COLUMNS: &[&str] = &[
    "folder",
    "call_id",
    "source",
    "source_kind",
    "remote_id",
    "started_utc",
    "started_local",
    "zone_assumed",
    "duration_ms",
    "direction",
    "from_name",
    "from_number",
    "to_name",
    "to_number",
    "agent",
    "status",
    "outcome",
    "title",
    "recordings",
    "audio_files",
    "audio_missing",
    "transcript_turns",
    "vanished_utc",
];

/// The index of all calls of an export in the making, one record for each call as it comes.
pub struct Index<W: Write> {
    table: Table<W>,
    zone: TimeZone,
}

impl<W: Write> Index<W> {
    /// Begins the table; local times are in `zone`, with their offset.
    pub fn begin(out: W, zone: &TimeZone) -> io::Result<Self> {
        Ok(Self { table: Table::begin(out, COLUMNS)?, zone: zone.clone() })
    }

    /// Adds a call.
    pub fn add(&mut self, exhibit: &Exhibit) -> io::Result<()> {
        let call = &exhibit.record.call;
        let started = call.started_at.as_ref();
        let (from_name, from_number) = party(call.from.as_ref());
        let (to_name, to_number) = party(call.to.as_ref());
        let turns = exhibit.record.transcript.as_ref().map(|transcript| transcript.turns.len().to_string());
        let told = |text: &'_ Option<String>| text.clone().unwrap_or_default();
        let cells: [String; 23] = [
            exhibit.dir.clone(),
            exhibit.id.to_string(),
            exhibit.source.clone(),
            exhibit.source_kind.clone(),
            exhibit.record.remote_id.clone(),
            started.map(|moment| rfc3339(moment.utc_ms)).unwrap_or_default(),
            started.map(|moment| local(moment.utc_ms, &self.zone)).unwrap_or_default(),
            started.map(|moment| yes_or_no(moment.zone_assumed)).unwrap_or_default(),
            duration_of(exhibit).map(|ms| ms.to_string()).unwrap_or_default(),
            call.direction.map(Direction::as_str).unwrap_or_default().to_owned(),
            from_name,
            from_number,
            to_name,
            to_number,
            told(&call.agent),
            told(&call.status),
            told(&call.outcome),
            told(&call.title),
            exhibit.recordings.len().to_string(),
            audio(exhibit),
            missing(exhibit),
            turns.unwrap_or_default(),
            exhibit.vanished_ms.map(rfc3339).unwrap_or_default(),
        ];
        self.table.row(cells.iter().map(String::as_str))
    }

    /// Ends the table and gives its writer back, flushed.
    pub fn finish(self) -> io::Result<W> {
        let mut out = self.table.finish()?;
        out.flush()?;
        Ok(out)
    }
}

fn party(party: Option<&Party>) -> (String, String) {
    let told = |text: Option<&String>| text.cloned().unwrap_or_default();
    (told(party.and_then(|party| party.name.as_ref())), told(party.and_then(|party| party.number.as_ref())))
}

fn yes_or_no(yes: bool) -> String {
    if yes { "yes" } else { "no" }.to_owned()
}

/// `audio-1.mp3 sha256:…; listening-1.wav sha256:…`.
fn audio(exhibit: &Exhibit) -> String {
    let files = exhibit.recordings.iter().flat_map(|r| [r.original.as_ref(), r.listening.as_ref()]).flatten();
    let told = files.map(|file| match &file.facts.sha256 {
        Some(sha256) => format!("{} sha256:{sha256}", file.name),
        None => file.name.clone(),
    });
    told.collect::<Vec<_>>().join("; ")
}

/// Why audio is not there, for each recording that has none.
fn missing(exhibit: &Exhibit) -> String {
    if exhibit.recordings.is_empty() {
        return "never recorded".to_owned();
    }
    let reason = |recording: &ExhibitRecording| match (&recording.missing, Exhibit::kept(recording)) {
        (Some(reason), _) => Some(reason.clone()),
        (None, None) => Some("not in this export".to_owned()),
        (None, Some(_)) => None,
    };
    let told = (1..)
        .zip(&exhibit.recordings)
        .filter_map(|(number, recording): (usize, _)| Some(format!("recording {number}: {}", reason(recording)?)));
    told.collect::<Vec<_>>().join("; ")
}
