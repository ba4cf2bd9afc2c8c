use app::{Leaving, SweepReport};

use super::count;
use crate::view::{DownloadStatus, Tidied};

impl From<app::DownloadStatus> for DownloadStatus {
    fn from(status: app::DownloadStatus) -> Self {
        Self { queued: count(status.queued), paused: status.paused, running: status.running }
    }
}

impl Tidied {
    /// What a sweep and the sources' rules found.
    pub(crate) fn read(swept: &SweepReport, expired: &[Leaving]) -> Self {
        Self {
            stray: count(swept.orphans.len() as u64 + swept.partials),
            broken: count((swept.lost.len() + swept.damaged.len() + swept.damaged_but_kept.len()) as u64),
            sound: count(swept.verified),
            expired: count(expired.len() as u64),
            expired_bytes: expired.iter().map(|leaving| leaving.bytes as f64).sum(),
        }
    }
}
