//! Which calls a command is about.

use clap::{Args, ValueEnum};

use super::values::{When, when};

/// Which calls.
#[derive(Debug, Default, Args)]
pub struct Filters {
    #[command(flatten)]
    pub narrowing: Narrowing,
    /// Begun before this moment, or on or before this day.
    #[arg(long, value_name = "DATE", value_parser = when)]
    pub to: Option<When>,
    /// With audio in this state.
    #[arg(long, value_enum, value_name = "STATE")]
    pub audio: Option<Audio>,
}

/// What narrows the calls besides options whose names mean something else for some commands.
#[derive(Clone, Debug, Default, Args)]
pub struct Narrowing {
    /// From this source.
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Begun at or after this moment: RFC 3339, or YYYY-MM-DD in your zone.
    #[arg(long, value_name = "DATE", value_parser = when)]
    pub from: Option<When>,
    /// Days are UTC days.
    #[arg(long)]
    pub utc: bool,
    /// With this in a party's number or name.
    #[arg(long, value_name = "TEXT")]
    pub number: Option<String>,
    /// Handled by this agent.
    #[arg(long, value_name = "TEXT")]
    pub agent: Option<String>,
    /// In this direction.
    #[arg(long, value_enum)]
    pub direction: Option<Direction>,
    /// With this status.
    #[arg(long, value_name = "S")]
    pub status: Option<String>,
    /// At least this long.
    #[arg(long, value_name = "MS")]
    pub min_duration: Option<i64>,
    /// At most this long.
    #[arg(long, value_name = "MS")]
    pub max_duration: Option<i64>,
    /// With or without a transcript.
    #[arg(long, value_enum)]
    pub has_transcript: Option<YesNo>,
    /// With this overall sentiment.
    #[arg(long, value_name = "S")]
    pub sentiment: Option<String>,
    /// About this topic.
    #[arg(long, value_name = "T")]
    pub topic: Option<String>,
    /// In this case: its id, name or number.
    #[arg(long, value_name = "CASE")]
    pub case: Option<String>,
}

/// A call's direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Direction {
    Inbound,
    Outbound,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum YesNo {
    Yes,
    No,
}

/// What is known about a call's audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Audio {
    /// A verified copy is in the cache.
    Cached,
    /// The source has it.
    Available,
    /// Not there yet.
    Pending,
    /// An error; it can be tried again.
    Failed,
    /// Gone.
    Unavailable,
    /// The call has no recording.
    None,
}
