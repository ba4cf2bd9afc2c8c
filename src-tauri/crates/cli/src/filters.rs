//! Filters from the command line to the application's.

use app::{App, AudioFilter, Day, Fault, Filter};
use jiff::tz::TimeZone;
use model::AudioState;

use crate::arguments::{Audio, Direction, Filters, Narrowing, When, YesNo};

impl Filters {
    /// Whether nothing is narrowed.
    pub fn is_empty(&self) -> bool {
        self.narrowing.is_empty() && self.to.is_none() && self.audio.is_none()
    }

    /// The filter as the application takes it.
    pub fn read(&self, app: &App) -> Result<Filter, Fault> {
        self.narrowing.read(app, self.to, self.audio)
    }
}

impl Narrowing {
    /// Whether nothing is narrowed.
    pub fn is_empty(&self) -> bool {
        self.is_case_alone() && self.case.is_none()
    }

    /// Whether nothing is narrowed but perhaps to a case.
    pub fn is_case_alone(&self) -> bool {
        let Self { source, from, utc: _, number, agent, direction, status, .. } = self;
        let texts = [source, number, agent, status, &self.sentiment, &self.topic];
        texts.iter().all(|text| text.is_none())
            && from.is_none()
            && direction.is_none()
            && self.min_duration.is_none()
            && self.max_duration.is_none()
            && self.has_transcript.is_none()
    }

    /// The filter as the application takes it, with what the command says about the end of the span and the audio.
    pub fn read(&self, app: &App, to: Option<When>, audio: Option<Audio>) -> Result<Filter, Fault> {
        let zone = if self.utc { TimeZone::UTC } else { TimeZone::system() };
        let moment = |when: Option<When>, which| when.map(|when| moment(when, &zone, which)).transpose();
        Ok(Filter {
            source: self.source.as_deref().map(|name| app.source_named(name)).transpose()?,
            from_ms: moment(self.from, Day::Start)?,
            to_ms: moment(to, Day::End)?,
            number: self.number.clone(),
            agent: self.agent.clone(),
            direction: self.direction.map(|direction| match direction {
                Direction::Inbound => model::Direction::Inbound,
                Direction::Outbound => model::Direction::Outbound,
            }),
            status: self.status.clone(),
            min_duration_ms: self.min_duration,
            max_duration_ms: self.max_duration,
            has_transcript: self.has_transcript.map(|answer| answer == YesNo::Yes),
            audio: audio.map(|state| match state {
                Audio::Cached => AudioFilter::State(AudioState::Cached),
                Audio::Available => AudioFilter::State(AudioState::Available),
                Audio::Pending => AudioFilter::State(AudioState::Pending),
                Audio::Failed => AudioFilter::State(AudioState::Failed),
                Audio::Unavailable => AudioFilter::State(AudioState::Unavailable),
                Audio::None => AudioFilter::NoRecording,
            }),
            sentiment: self.sentiment.clone(),
            topic: self.topic.clone(),
            case: self.case.as_deref().map(|case| app.case_named(case).map(|row| row.case.id)).transpose()?,
        })
    }
}

/// A moment, or the start or end of a day in a zone.
fn moment(when: When, zone: &TimeZone, which: Day) -> Result<i64, Fault> {
    match when {
        When::Day(date) => app::day_start(date, zone, which),
        When::Moment(utc_ms) => Ok(utc_ms),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::arguments::{Arguments, Command};

    fn from(date: &str) -> Option<When> {
        match Arguments::try_parse_from(["turnstone", "list", "--from", date]).ok()?.command {
            Command::List { filters, .. } => filters.narrowing.from,
            _ => None,
        }
    }

    #[test]
    fn the_last_day_of_a_span_is_part_of_it() {
        let at = |date, which| moment(from(date).unwrap(), &TimeZone::UTC, which).unwrap();
        assert_eq!(at("2025-11-12", Day::Start), 1_762_905_600_000);
        assert_eq!(at("2025-11-12", Day::End), 1_762_905_600_000 + 86_400_000);
        assert_eq!(at("2025-11-12T01:00:00+01:00", Day::End), 1_762_905_600_000);
        assert_eq!(from("12.11.2025"), None);
    }
}
