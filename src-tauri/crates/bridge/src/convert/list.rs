use app::{AudioFilter, Fault};
use model::{AudioState, Direction};

use super::{count, js, label, ms, word};
use crate::rooms::id;
use crate::view::{CallPage, CallRow, Facets, Filter, Overview, Sort};

impl Filter {
    /// The filter as the library takes it.
    pub(crate) fn read(self) -> Result<app::Filter, Fault> {
        Ok(app::Filter {
            source: self.source.as_deref().map(id).transpose()?,
            from_ms: self.from_ms.map(ms),
            to_ms: self.to_ms.map(ms),
            number: self.number,
            agent: self.agent,
            direction: self.direction.map(|text| word("direction", &text, Direction::parse)).transpose()?,
            status: self.status,
            min_duration_ms: self.min_duration_ms.map(ms),
            max_duration_ms: self.max_duration_ms.map(ms),
            has_transcript: self.has_transcript,
            audio: self.audio.map(|text| word("state of audio", &text, audio)).transpose()?,
            sentiment: self.sentiment,
            topic: self.topic,
            case: self.case.as_deref().map(id).transpose()?,
        })
    }
}

fn audio(text: &str) -> Option<AudioFilter> {
    match text {
        "none" => Some(AudioFilter::NoRecording),
        "not_yet" => Some(AudioFilter::NotYet),
        state => AudioState::parse(state).map(AudioFilter::State),
    }
}

impl From<Sort> for app::Sort {
    fn from(sort: Sort) -> Self {
        match sort {
            Sort::StartedAt => Self::StartedAt,
            Sort::Duration => Self::Duration,
        }
    }
}

impl From<app::Page<app::CallRow>> for CallPage {
    fn from(page: app::Page<app::CallRow>) -> Self {
        Self { rows: page.rows.into_iter().map(CallRow::from).collect(), next: page.next }
    }
}

impl From<app::CallRow> for CallRow {
    fn from(row: app::CallRow) -> Self {
        Self {
            has_transcript: row.has_transcript(),
            from: label(row.from.as_ref()),
            to: label(row.to.as_ref()),
            id: row.id.to_string(),
            source: row.source.to_string(),
            source_name: row.source_name,
            started_ms: row.started_ms.map(js),
            zone_assumed: row.zone_assumed,
            duration_ms: row.duration_ms.map(js),
            direction: row.direction.map(|direction| direction.as_str().to_owned()),
            agent: row.agent,
            status: row.status,
            title: row.title,
            turns: row.turns,
            audio: row.audio.map_or("none", AudioState::as_str).to_owned(),
            vanished_ms: row.vanished_ms.map(js),
            in_case: row.in_case,
        }
    }
}

impl From<app::Facets> for Facets {
    fn from(facets: app::Facets) -> Self {
        Self { agents: facets.agents, statuses: facets.statuses, sentiments: facets.sentiments, topics: facets.topics }
    }
}

impl Overview {
    /// The navigation's numbers, and when today began.
    pub(crate) fn read(overview: &app::Overview, today_from_ms: i64) -> Self {
        Self {
            calls: count(overview.calls),
            today: count(overview.today),
            downloaded: count(overview.downloaded),
            not_yet: count(overview.not_yet),
            today_from_ms: js(today_from_ms),
        }
    }
}
