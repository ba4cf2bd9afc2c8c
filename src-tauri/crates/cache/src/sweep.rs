//! What does not belong in the cache any more, as a pure plan over what lies there and what the library says.

use std::collections::{HashMap, HashSet};

use model::{Ms, RecordingId};

use crate::store::Listing;

/// What the library says is in the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// Whose audio it is.
    pub recording: RecordingId,
    /// Relative to the store.
    pub path: String,
    /// How long it is.
    pub bytes: u64,
    /// When its bytes were last found to be what they were, UTC milliseconds.
    pub verified_ms: Option<i64>,
}

/// What to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sweep {
    /// Files that no row speaks of, with whose they were: they go.
    pub orphans: Vec<(RecordingId, String)>,
    /// Beginnings of files that nobody went on with for long: they go.
    pub stale: Vec<RecordingId>,
    /// Recordings whose file is missing or has another length than it should: their rows go, and what is left of the file.
    pub lost: Vec<RecordingId>,
    /// Recordings whose file is worth looking at byte by byte, longest not looked at first.
    pub verify: Vec<RecordingId>,
}

/// The beginning of a file is kept for so long.
const GRACE: Ms = 7 * 24 * 3_600_000;

/// What to do. `busy` are recordings that are being brought in right now: nothing of them is touched.
pub fn sweep(listing: &Listing, rows: &[Claimed], busy: &HashSet<RecordingId>, now_ms: i64) -> Sweep {
    let here: HashMap<&str, u64> = listing.files.iter().map(|file| (file.path.as_str(), file.bytes)).collect();
    let claimed: HashSet<&str> = rows.iter().map(|row| row.path.as_str()).collect();
    let idle = |recording: &RecordingId| !busy.contains(recording);
    let (sound, lost): (Vec<&Claimed>, Vec<&Claimed>) = rows
        .iter()
        .filter(|row| idle(&row.recording))
        .partition(|row| here.get(row.path.as_str()).is_some_and(|bytes| *bytes == row.bytes));
    let mut verify = sound;
    verify.sort_by_key(|row| (row.verified_ms, row.recording));
    let orphans = listing.files.iter().filter(|file| !claimed.contains(file.path.as_str()) && idle(&file.recording));
    let old = |modified: i64| now_ms.saturating_sub(modified) > GRACE;
    let mut stale: Vec<RecordingId> = listing
        .parts
        .iter()
        .filter(|part| old(part.modified_ms) && idle(&part.recording))
        .map(|part| part.recording)
        .collect();
    stale.dedup();
    Sweep {
        orphans: orphans.map(|file| (file.recording, file.path.clone())).collect(),
        stale,
        lost: lost.iter().map(|row| row.recording).collect(),
        verify: verify.iter().map(|row| row.recording).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Listed;

    const NOW: i64 = 1_765_540_800_000;

    #[test]
    fn files_without_rows_and_rows_without_files_are_found() {
        let listing = Listing { files: vec![listed(1, "mp3", 10), listed(2, "wav", 5)], parts: Vec::new() };
        let rows = [row(1, "mp3", 10, None), row(3, "mp3", 10, None)];
        let plan = sweep(&listing, &rows, &HashSet::new(), NOW);
        assert_eq!(plan.orphans, [(id(2), path(2, "wav"))]);
        assert_eq!(plan.lost, [id(3)]);
        assert_eq!(plan.verify, [id(1)]);
    }

    #[test]
    fn a_file_of_another_length_is_lost_and_one_of_another_format_an_orphan() {
        let listing = Listing { files: vec![listed(1, "mp3", 9), listed(1, "wav", 10)], parts: Vec::new() };
        let plan = sweep(&listing, &[row(1, "mp3", 10, None)], &HashSet::new(), NOW);
        assert_eq!((plan.lost, plan.orphans), (vec![id(1)], vec![(id(1), path(1, "wav"))]));
    }

    #[test]
    fn beginnings_have_a_week_and_what_is_being_brought_in_is_left_alone() {
        let part = |n, age: Ms| Listed { modified_ms: NOW - age, ..listed(n, "part", 3) };
        let parts = vec![part(1, GRACE + 1), part(2, GRACE - 1), part(3, GRACE * 2)];
        let listing = Listing { files: vec![listed(4, "mp3", 1)], parts };
        let plan = sweep(&listing, &[], &HashSet::from([id(3), id(4)]), NOW);
        assert_eq!((plan.stale, plan.orphans), (vec![id(1)], Vec::new()));
    }

    #[test]
    fn what_was_longest_not_looked_at_is_verified_first() {
        let rows = [row(1, "mp3", 1, Some(9)), row(2, "mp3", 1, None), row(3, "mp3", 1, Some(5))];
        let listing = Listing { files: (1..4).map(|n| listed(n, "mp3", 1)).collect(), parts: Vec::new() };
        assert_eq!(sweep(&listing, &rows, &HashSet::new(), NOW).verify, [id(2), id(3), id(1)]);
    }

    fn listed(n: u128, extension: &str, bytes: u64) -> Listed {
        Listed { recording: id(n), path: path(n, extension), bytes, modified_ms: NOW }
    }

    fn row(n: u128, extension: &str, bytes: u64, verified_ms: Option<i64>) -> Claimed {
        Claimed { recording: id(n), path: path(n, extension), bytes, verified_ms }
    }

    fn path(n: u128, extension: &str) -> String {
        format!("00/{n:032x}.{extension}")
    }

    fn id(n: u128) -> RecordingId {
        format!("{n:032x}").parse().unwrap()
    }
}
