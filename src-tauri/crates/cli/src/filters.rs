//! Filters from the command line to the application's.

use app::{App, AudioFilter, Day, Fault, FaultCode, Filter};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::AudioState;

use crate::arguments::{Audio, Direction, Filters, YesNo};

impl Filters {
    /// Whether nothing is narrowed.
    pub fn is_empty(&self) -> bool {
        let Self { source, from, to, utc: _, number, agent, direction, status, .. } = self;
        let texts = [source, from, to, number, agent, status, &self.sentiment, &self.topic];
        texts.iter().all(|text| text.is_none())
            && direction.is_none()
            && self.min_duration.is_none()
            && self.max_duration.is_none()
            && self.has_transcript.is_none()
            && self.audio.is_none()
    }

    /// The filter as the application takes it.
    pub fn read(&self, app: &App) -> Result<Filter, Fault> {
        let zone = if self.utc { TimeZone::UTC } else { TimeZone::system() };
        let moment = |text: &Option<String>, which| text.as_deref().map(|text| moment(text, &zone, which)).transpose();
        Ok(Filter {
            source: self.source.as_deref().map(|name| app.source_named(name)).transpose()?,
            from_ms: moment(&self.from, Day::Start)?,
            to_ms: moment(&self.to, Day::End)?,
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
            audio: self.audio.map(|state| match state {
                Audio::Cached => AudioFilter::State(AudioState::Cached),
                Audio::Available => AudioFilter::State(AudioState::Available),
                Audio::Pending => AudioFilter::State(AudioState::Pending),
                Audio::Failed => AudioFilter::State(AudioState::Failed),
                Audio::Unavailable => AudioFilter::State(AudioState::Unavailable),
                Audio::None => AudioFilter::NoRecording,
            }),
            sentiment: self.sentiment.clone(),
            topic: self.topic.clone(),
        })
    }
}

/// A moment in RFC 3339, or the start or end of a day in a zone.
fn moment(text: &str, zone: &TimeZone, which: Day) -> Result<i64, Fault> {
    if let Ok(date) = text.parse::<Date>()
        && text.len() == "YYYY-MM-DD".len()
    {
        return app::day_start(date, zone, which);
    }
    text.parse::<Timestamp>().map(Timestamp::as_millisecond).map_err(|_| {
        let why = format!("{text:?} is not a date: write YYYY-MM-DD, or RFC 3339 such as 2025-11-12T16:02:05Z");
        Fault::new(FaultCode::Invalid, why)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_of_a_span_is_part_of_it() {
        let utc = TimeZone::UTC;
        assert_eq!(moment("2025-11-12", &utc, Day::Start).unwrap(), 1_762_905_600_000);
        assert_eq!(moment("2025-11-12", &utc, Day::End).unwrap(), 1_762_905_600_000 + 86_400_000);
        assert_eq!(moment("2025-11-12T01:00:00+01:00", &utc, Day::End).unwrap(), 1_762_905_600_000);
        assert_eq!(moment("12.11.2025", &utc, Day::Start).unwrap_err().code, FaultCode::Invalid);
    }
}
