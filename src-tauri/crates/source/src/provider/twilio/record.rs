//! Makes one call of its recordings and of what Twilio says about the call itself.

use model::{AudioFacts, Call, CallRecord, Cost, Direction, Moment, Ms, Party, Recording};
use serde_json::{Map, Value, json};

use super::listing::{moment, when};
use crate::http::segment;
use crate::transcript_format::json as lenient;

/// Members of a recording that have fields of their own or only lead to other answers.
const RECORDING_USED: [&str; 9] = [
    "account_sid",
    "api_version",
    "call_sid",
    "conference_sid",
    "subresource_uris",
    "uri",
    "start_time",
    "duration",
    "channels",
];
/// Members of a call that have fields of their own or only lead to other answers.
const CALL_USED: [&str; 18] = [
    "sid",
    "account_sid",
    "api_version",
    "uri",
    "subresource_uris",
    "from",
    "to",
    "from_formatted",
    "to_formatted",
    "caller_name",
    "direction",
    "status",
    "start_time",
    "end_time",
    "duration",
    "price",
    "price_unit",
    "date_updated",
];
/// States in which more of a recording, or of its call, is to come.
const UNFINISHED: [&str; 8] =
    ["in-progress", "paused", "stopped", "processing", "queued", "initiated", "ringing", "recording"];

/// The call. `recordings` are in order of time; `call` is null if nothing is known of it but its recordings.
pub(super) fn record(remote_id: &str, recordings: &[Value], call: &Value) -> CallRecord {
    let mut record = CallRecord { remote_id: remote_id.to_owned(), ..CallRecord::default() };
    record.recordings = recordings.iter().filter_map(recording).collect();
    // The first is the one to hear: what cannot be heard stands back.
    record.recordings.sort_by_key(|recording| State::of_place(recording) != State::There);
    record.call = facts(recordings, call);
    for (name, id) in [("callSid", "call_sid"), ("conferenceSid", "conference_sid"), ("accountSid", "account_sid")] {
        let id = recordings.iter().find_map(|recording| lenient::text(&recording[id]));
        record.call.external_ids.extend(id.map(|id| (name.to_owned(), id.to_owned())));
    }
    record.metadata = rest(call, &CALL_USED);
    let recordings: Vec<Value> = recordings.iter().map(|recording| json!(rest(recording, &RECORDING_USED))).collect();
    record.metadata.insert("recordings".into(), json!(recordings));
    record
}

/// Neither the call nor one of its recordings is still on its way.
pub(super) fn is_settled(recordings: &[Value], call: &Value) -> bool {
    recordings.iter().chain([call]).all(|of| !lenient::text(&of["status"]).is_some_and(|s| UNFINISHED.contains(&s)))
}

/// What can be had of a recording's audio; it stands before the place, so that it is known without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Audio, or audio soon.
    There,
    /// It was deleted.
    Deleted,
    /// Only the holder of a key can hear it.
    Encrypted,
    /// It was never made.
    Absent,
}

impl State {
    fn of(recording: &Value) -> Self {
        let is_encrypted = recording["encryption_details"].as_object().is_some_and(|details| !details.is_empty())
            || lenient::text(&recording["encryption_details"]).is_some();
        match lenient::text(&recording["status"]).unwrap_or_default() {
            "deleted" => Self::Deleted,
            "absent" | "failed" => Self::Absent,
            _ if is_encrypted => Self::Encrypted,
            _ => Self::There,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::There => "",
            Self::Deleted => "deleted:",
            Self::Encrypted => "encrypted:",
            Self::Absent => "absent:",
        }
    }

    /// The state and the path of a recording's place below the version of the interface.
    pub fn split(place: &str) -> (Self, &str) {
        let states = [Self::Deleted, Self::Encrypted, Self::Absent];
        let found = states.into_iter().find_map(|state| Some((state, place.strip_prefix(state.word())?)));
        found.unwrap_or((Self::There, place))
    }

    pub fn of_place(recording: &Recording) -> Self {
        recording.storage_path.as_deref().map_or(Self::Absent, |place| Self::split(place).0)
    }
}

pub(super) fn recording(recording: &Value) -> Option<Recording> {
    let sid = lenient::text(&recording["sid"])?;
    let account = lenient::text(&recording["account_sid"]);
    let state = State::of(recording);
    let place =
        account.map(|account| format!("{}Accounts/{}/Recordings/{}", state.word(), segment(account), segment(sid)));
    let deleted = (state == State::Deleted).then(|| moment(&recording["date_updated"])).flatten();
    let channels = lenient::number(&recording["channels"]).filter(|count| (1.0..=64.0).contains(count));
    Some(Recording {
        remote_id: sid.to_owned(),
        storage_path: place,
        started_at: moment(&recording["start_time"]).or_else(|| moment(&recording["date_created"])),
        expires_at: deleted,
        claimed: AudioFacts {
            channels: channels.map(|count| count as u32),
            duration_ms: seconds(&recording["duration"]),
            ..AudioFacts::default()
        },
        ..Recording::default()
    })
}

fn facts(recordings: &[Value], call: &Value) -> Call {
    let first = recordings.iter().filter(|recording| when(recording).is_some()).min_by_key(|recording| when(recording));
    let from_first = |name: &str| first.and_then(|recording| moment(&recording[name]));
    let started_at: Option<Moment> =
        moment(&call["start_time"]).or_else(|| from_first("start_time")).or_else(|| from_first("date_created"));
    // Of several recordings nobody knows what lies between them.
    let recorded = if let [only] = recordings { seconds(&only["duration"]) } else { None };
    let price = |of: &Value| {
        let amount = lenient::scalar(&of["price"])?.trim_start_matches('-').to_owned();
        Some(Cost { amount, unit: lenient::text(&of["price_unit"]).map(str::to_owned) })
    };
    let is_conference = recordings.iter().any(|recording| lenient::text(&recording["conference_sid"]).is_some());
    Call {
        title: (is_conference && call.is_null()).then(|| "Conference".to_owned()),
        started_at,
        ended_at: moment(&call["end_time"]),
        duration_ms: seconds(&call["duration"]).or(recorded),
        direction: direction(lenient::text(&call["direction"]).unwrap_or_default()),
        from: party(&call["from"], &call["caller_name"]),
        to: party(&call["to"], &Value::Null),
        status: lenient::text(&call["status"]).map(str::to_owned),
        cost: price(call).or_else(|| recordings.iter().find_map(price)),
        ..Call::default()
    }
}

/// Seconds as digits in a string; `-1` is written while nobody knows.
fn seconds(value: &Value) -> Option<Ms> {
    let seconds = lenient::number(value).filter(|seconds| (0.0..7.0 * 86_400.0).contains(seconds))?;
    Some((seconds * 1000.0).round() as Ms)
}

/// Calls that leave Twilio for the telephone network are outbound: those of a trunk terminate there.
fn direction(word: &str) -> Option<Direction> {
    match word {
        "trunking-terminating" => Some(Direction::Outbound),
        "trunking-originating" => Some(Direction::Inbound),
        word => Direction::parse(word),
    }
}

/// A number, or a client's or SIP address; with the name that the network gave.
fn party(address: &Value, name: &Value) -> Option<Party> {
    let address = lenient::text(address)?;
    let name = lenient::text(name).map(str::to_owned);
    Some(match address.strip_prefix("client:") {
        Some(client) => Party::from_name(client),
        None => Party { number: Some(address.to_owned()), name },
    })
}

fn rest(of: &Value, used: &[&str]) -> Map<String, Value> {
    let members = of.as_object().into_iter().flatten();
    let rest = members.filter(|(name, value)| !value.is_null() && !used.contains(&name.as_str()));
    rest.map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_may_differ_within_one_recording_and_a_length_may_be_unknown() {
        let quirk = json!({
            "sid": "RE1", "account_sid": "AC1", "call_sid": "CA1", "duration": "-1", "channels": "2", "status": "processing",
            "date_created": "Mon, 14 Feb 2022 22:23:00 +0100", "start_time": "Mon, 14 Feb 2022 22:23:00 +0000",
        });
        let record = record("CA1", std::slice::from_ref(&quirk), &Value::Null);
        let start = record.call.started_at.as_ref().expect("a start");
        assert_eq!(start.to_rfc3339(), "2022-02-14T22:23:00.000Z", "each time counts with its own offset");
        assert_eq!((record.call.duration_ms, record.recordings[0].claimed.channels), (None, Some(2)));
        assert!(!is_settled(&[quirk], &Value::Null), "it is still being processed");
    }

    #[test]
    fn what_cannot_be_heard_says_so_in_its_place_and_stands_back() {
        let of = |sid: &str, status: &str, encryption: Value| json!({"sid": sid, "account_sid": "AC1", "call_sid": "CA1", "status": status, "encryption_details": encryption});
        let key = json!({"encryption_iv": "x", "encryption_cek": "y"});
        let all = [of("RE1", "deleted", Value::Null), of("RE2", "completed", key), of("RE3", "completed", Value::Null)];
        let record = record("CA1", &all, &Value::Null);
        let places: Vec<_> =
            record.recordings.iter().filter_map(|recording| recording.storage_path.as_deref()).collect();
        assert_eq!(places[0], "Accounts/AC1/Recordings/RE3", "the one to hear is first");
        assert_eq!(State::split(places[1]), (State::Deleted, "Accounts/AC1/Recordings/RE1"));
        assert_eq!(State::split(places[2]).0, State::Encrypted);
    }
}
