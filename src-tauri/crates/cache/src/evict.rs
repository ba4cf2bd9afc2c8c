//! What leaves the cache when it is over its limit: least recently used first, as a pure plan.

use model::RecordingId;

/// A file in the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evictable {
    /// Whose audio it is.
    pub recording: RecordingId,
    /// How long it is.
    pub bytes: u64,
    /// When it was last played, UTC milliseconds.
    pub played_ms: Option<i64>,
    /// When it arrived, UTC milliseconds.
    pub fetched_ms: i64,
    /// It must stay: it is pinned, held, in use, or nobody else has it.
    pub stays: bool,
}

/// What goes, and whether that is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Eviction {
    /// What goes, in this order.
    pub go: Vec<RecordingId>,
    /// How many bytes are left.
    pub left: u64,
}

/// What must go so that no more than `limit` bytes are left, as far as that is possible without what must stay. What was
/// never played counts as used when it arrived.
pub fn evict(files: &[Evictable], limit: u64) -> Eviction {
    let mut left: u64 = files.iter().map(|file| file.bytes).sum();
    let mut may_go: Vec<&Evictable> = files.iter().filter(|file| !file.stays).collect();
    // What was heard in the moment in which another came stays longer.
    let last_use = |file: &Evictable| file.played_ms.map_or(file.fetched_ms, |at| at.max(file.fetched_ms));
    may_go.sort_by_key(|file| (last_use(file), file.played_ms.is_some(), file.recording));
    let mut go = Vec::new();
    for file in may_go {
        if left <= limit {
            break;
        }
        left -= file.bytes;
        go.push(file.recording);
    }
    Eviction { go, left }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_least_recently_used_goes_first() {
        let files = [file(1, Some(50), 1, false), file(2, None, 30, false), file(3, Some(10), 5, false)];
        assert_eq!(evict(&files, 20).go, [id(3)]);
        assert_eq!(evict(&files, 10).go, [id(3), id(2)], "never played counts from its arrival");
        assert_eq!(evict(&files, 30), Eviction { go: Vec::new(), left: 30 });
    }

    #[test]
    fn what_was_heard_stays_longer_than_what_came_in_the_same_moment() {
        let files = [file(1, Some(50), 1, false), file(2, None, 50, false)];
        assert_eq!(evict(&files, 10).go, [id(2)]);
    }

    proptest! {
        #[test]
        fn what_must_stay_stays_and_no_more_goes_than_has_to(
            files in proptest::collection::vec((0..100_u64, proptest::option::of(0..9_i64), 0..9_i64, any::<bool>()), 0..20),
            limit in 0..1_000_u64,
        ) {
            let files: Vec<Evictable> = files
                .into_iter()
                .zip(0..)
                .map(|((bytes, played_ms, fetched_ms, stays), n)| {
                    Evictable { recording: id(n), bytes, played_ms, fetched_ms, stays }
                })
                .collect();
            let plan = evict(&files, limit);
            let of = |id: &RecordingId| files.iter().find(|file| file.recording == *id).unwrap();
            prop_assert!(plan.go.iter().all(|id| !of(id).stays));
            let gone: u64 = plan.go.iter().map(|id| of(id).bytes).sum();
            prop_assert_eq!(plan.left + gone, files.iter().map(|file| file.bytes).sum::<u64>());
            let all_gone = plan.go.len() == files.iter().filter(|file| !file.stays).count();
            prop_assert!(plan.left <= limit || all_gone, "the limit holds unless nothing more may go");
            if let Some(last) = plan.go.last() {
                prop_assert!(plan.left + of(last).bytes > limit, "the last one had to go");
            }
        }
    }

    fn file(n: u128, played_ms: Option<i64>, fetched_ms: i64, stays: bool) -> Evictable {
        Evictable { recording: id(n), bytes: 10, played_ms, fetched_ms, stays }
    }

    fn id(n: u128) -> RecordingId {
        format!("{n:032x}").parse().unwrap()
    }
}
