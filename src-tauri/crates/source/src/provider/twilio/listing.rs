//! Reads the list of recordings as a list of calls.

use jiff::Timestamp;
use model::Moment;
use serde_json::{Value, json};

use super::intelligence::Made;
use crate::http::Http;
use crate::remote::{Item, revision_of};
use crate::transcript_format::json as lenient;

/// No call is longer, in milliseconds: a day.
const LONGEST_CALL: i64 = 24 * 3_600_000;
/// A recording is listed as created a little before or after its call says it ran.
const SLACK: i64 = 10 * 60_000;

/// The recordings of one call on one page.
pub(super) struct Group {
    name: String,
    recordings: Vec<Value>,
}

/// From when to when a page shows everything, UTC milliseconds; open where the list begins or ends.
pub(super) struct Covered {
    from_ms: Option<i64>,
    to_ms: Option<i64>,
}

/// The recordings of an answer, or of an item made here.
pub(super) fn recordings(answer: &Value) -> &[Value] {
    lenient::list(&answer["recordings"])
}

/// The call that a recording belongs to: its conference, else its call, else itself.
pub(super) fn name_of(recording: &Value) -> Option<&str> {
    ["conference_sid", "call_sid", "sid"].iter().find_map(|name| lenient::text(&recording[*name]))
}

/// When a recording began or at least was created; unknown ones first.
pub(super) fn when(recording: &Value) -> Option<i64> {
    let moment = moment(&recording["start_time"]).or_else(|| moment(&recording["date_created"]));
    moment.map(|moment| moment.utc_ms)
}

/// RFC 2822 with any offset, or what else a server may write.
pub(super) fn moment(value: &Value) -> Option<Moment> {
    lenient::moment(value)
}

fn created(recording: &Value) -> Option<i64> {
    moment(&recording["date_created"]).map(|moment| moment.utc_ms).or_else(|| when(recording))
}

/// Brings the recordings of each call together, in the list's order; also those that cannot be told apart, and why.
pub(super) fn group(recordings: &[Value]) -> (Vec<Group>, Vec<(usize, String)>) {
    let (mut groups, mut unreadable): (Vec<Group>, Vec<(usize, String)>) = Default::default();
    for (index, recording) in recordings.iter().enumerate() {
        let Some(name) = name_of(recording).filter(|_| lenient::text(&recording["sid"]).is_some()) else {
            unreadable.push((index, "it is no recording with a sid; the list is damaged here".into()));
            continue;
        };
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.recordings.push(recording.clone()),
            None => groups.push(Group { name: name.to_owned(), recordings: vec![recording.clone()] }),
        }
    }
    (groups, unreadable)
}

/// Which time a page covers. The list runs backwards: a page's end is where the next one begins, and the last one's end
/// is where the whole list was told to end.
pub(super) fn covered(recordings: &[Value], is_first: bool, is_last: bool, list_from_ms: Option<i64>) -> Covered {
    let times = || recordings.iter().filter_map(created);
    let (oldest, newest) = (times().min().unwrap_or(i64::MAX), times().max().unwrap_or(i64::MIN));
    Covered { from_ms: if is_last { list_from_ms } else { Some(oldest) }, to_ms: (!is_first).then_some(newest) }
}

/// Whether the newest come first.
pub(super) fn is_newest_first(recordings: &[Value]) -> bool {
    let times: Option<Vec<i64>> = recordings.iter().map(created).collect();
    times.is_some_and(|times| times.is_sorted_by(|earlier, later| earlier >= later))
}

/// Where the next page is: an address below the configured one. One that leads elsewhere is not followed.
pub(super) fn next(http: &Http, answer: &Value) -> Result<Option<String>, String> {
    let meta = &answer["meta"];
    let Some(next) = lenient::text(&answer["next_page_uri"]).or_else(|| lenient::text(&meta["next_page_url"])) else {
        return Ok(None);
    };
    let is_path = next.starts_with('/') && !next.starts_with("//");
    let is_own = || url::Url::parse(next).is_ok_and(|url| url.origin() == http.base().origin());
    if is_path || is_own() {
        return Ok(Some(next.to_owned()));
    }
    Err("the list goes on at another server than the configured one; that was not followed".into())
}

/// The beginning of the day before a moment, UTC milliseconds: dates are days in UTC, and a day is to spare.
pub(super) fn day_before(ms: i64) -> i64 {
    const DAY: i64 = 24 * 3_600_000;
    (ms.div_euclid(DAY) - 1) * DAY
}

/// A day as Twilio reads dates.
pub(super) fn date(ms: i64) -> String {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MIN).strftime("%Y-%m-%d").to_string()
}

impl Group {
    /// The group as an item of a walk. Its revision also stands for the transcripts made of it; the item says what the
    /// page covers, too, which does not belong to its revision.
    pub fn into_item(self, covered: &Covered, made: &Made) -> Item {
        let mut recordings = self.recordings;
        recordings.sort_by_key(|recording| lenient::text(&recording["sid"]).map(str::to_owned));
        recordings.dedup_by(|a, b| a["sid"] == b["sid"]);
        let sids = recordings.iter().filter_map(|recording| lenient::text(&recording["sid"]));
        let mut transcripts: Vec<&String> = sids.filter_map(|sid| made.get(sid)).flatten().collect();
        transcripts.sort();
        let revision = match transcripts.is_empty() {
            true => revision_of(&json!(recordings)),
            false => revision_of(&json!([recordings, transcripts])),
        };
        let started_ms = recordings.iter().filter_map(created).min();
        let listed = json!({"recordings": recordings, "from_ms": covered.from_ms, "to_ms": covered.to_ms});
        Item { remote_id: self.name, started_ms, revision, listed, handle: None }
    }

    /// Whether an item shows all recordings of its call: the call lies within the time that the page covers.
    pub fn is_whole(item: &Value, recordings: &[Value], call: &Value) -> bool {
        let times = || recordings.iter().filter_map(created);
        let (Some(first), Some(last)) = (times().min(), times().max()) else { return false };
        let bound = |name: &str| moment(&call[name]).map(|moment| moment.utc_ms);
        let begins = bound("start_time").or_else(|| bound("date_created")).map_or(last - LONGEST_CALL, |ms| ms - SLACK);
        let ends = bound("end_time").map_or(first + LONGEST_CALL, |ms| ms + SLACK);
        // A conference is not one call: others may have begun before it and gone on after it.
        let (begins, ends) = match recordings.iter().any(|recording| !recording["conference_sid"].is_null()) {
            true => (begins.min(last - LONGEST_CALL), ends.max(first + LONGEST_CALL)),
            false => (begins.min(first), ends.max(last)),
        };
        let from = item["from_ms"].as_i64().is_none_or(|from| from <= begins);
        let to = item["to_ms"].as_i64().is_none_or(|to| to >= ends);
        from && to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording(sid: &str, call: &str, created: &str) -> Value {
        json!({"sid": sid, "call_sid": call, "date_created": created})
    }

    #[test]
    fn a_call_that_may_reach_over_the_edge_of_a_page_is_not_taken_for_whole() {
        let page = [
            recording("RE3", "CA2", "Wed, 12 Nov 2025 12:00:00 +0000"),
            recording("RE2", "CA1", "Wed, 12 Nov 2025 10:30:00 +0000"),
            recording("RE1", "CA0", "Wed, 12 Nov 2025 08:00:00 +0000"),
        ];
        let covered = covered(&page, true, false, None);
        let (groups, _) = group(&page);
        let items: Vec<Item> = groups.into_iter().map(|group| group.into_item(&covered, &Made::new())).collect();
        let whole = |at: usize, call: Value| Group::is_whole(&items[at].listed, recordings(&items[at].listed), &call);
        let call =
            json!({"start_time": "Wed, 12 Nov 2025 10:20:00 +0000", "end_time": "Wed, 12 Nov 2025 10:50:00 +0000"});
        assert!(whole(1, call), "it lies within the page");
        assert!(!whole(1, Value::Null), "nobody knows how long it was");
        let edge =
            json!({"start_time": "Wed, 12 Nov 2025 07:59:00 +0000", "end_time": "Wed, 12 Nov 2025 08:10:00 +0000"});
        assert!(!whole(2, edge), "it began before the page's oldest recording");
    }

    #[test]
    fn a_date_has_a_day_to_spare() {
        assert_eq!(date(day_before(1_762_963_325_000)), "2025-11-11");
    }
}
