//! How long audio of a source stays in the cache, as a pure plan.

use model::{Ms, RecordingId};

/// How long the audio of a source stays here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Retention {
    /// For ever.
    #[default]
    Forever,
    /// Until the source no longer has it.
    UntilGone,
    /// So many days after the call.
    Days(u32),
}

/// A file in the cache and what decides how long it stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retained {
    /// Whose audio it is.
    pub recording: RecordingId,
    /// When its call began, or when it arrived if that is not known, UTC milliseconds.
    pub since_ms: i64,
    /// Its source no longer has it.
    pub gone_at_source: bool,
    /// It must stay: it is pinned, held or in use.
    pub stays: bool,
    /// What its source is set to.
    pub retention: Retention,
}

const DAY: Ms = 24 * 3_600_000;

impl Retention {
    /// Reads `forever`, `until-gone` or a number of days from 1 on.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim() {
            "forever" | "" => Some(Self::Forever),
            "until-gone" => Some(Self::UntilGone),
            days => days.parse().ok().filter(|days| *days > 0).map(Self::Days),
        }
    }
}

/// The recordings whose audio has been here long enough.
pub fn expired(files: &[Retained], now_ms: i64) -> Vec<RecordingId> {
    let is_over = |file: &&Retained| match file.retention {
        Retention::Forever => false,
        Retention::UntilGone => file.gone_at_source,
        Retention::Days(days) => now_ms.saturating_sub(file.since_ms) > Ms::from(days) * DAY,
    };
    files.iter().filter(|file| !file.stays).filter(is_over).map(|file| file.recording).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_765_540_800_000;

    #[test]
    fn retention_reads_as_it_is_written_in_the_settings() {
        assert_eq!(Retention::parse("forever"), Some(Retention::Forever));
        assert_eq!(Retention::parse("until-gone"), Some(Retention::UntilGone));
        assert_eq!(Retention::parse("30"), Some(Retention::Days(30)));
        assert_eq!([Retention::parse("0"), Retention::parse("soon"), Retention::parse("-1")], [None; 3]);
    }

    #[test]
    fn audio_goes_when_its_time_is_over_unless_it_must_stay() {
        let goes = |retention, days: i64, gone_at_source, stays| {
            let recording = "7d9f1b9e-6a33-5a3f-9a0b-1f2f3c4d5e6f".parse().unwrap();
            let since_ms = NOW - days * DAY - 1;
            !expired(&[Retained { recording, since_ms, gone_at_source, stays, retention }], NOW).is_empty()
        };
        assert!(!goes(Retention::Forever, 9_999, true, false));
        assert!(goes(Retention::Days(30), 30, false, false) && !goes(Retention::Days(30), 29, false, false));
        assert!(goes(Retention::UntilGone, 0, true, false) && !goes(Retention::UntilGone, 9_999, false, false));
        assert!(!goes(Retention::Days(30), 99, true, true), "what is pinned stays");
    }
}
