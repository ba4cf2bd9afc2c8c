//! Lifts well-known facts out of JSON that somebody put beside a recording, whatever they called them. Lenient: what is
//! not understood is passed over, for the JSON itself is kept as it came.

use model::{Call, Cost, Direction, Moment, Ms, Party};
use serde_json::{Map, Value};

/// Names under which the facts may lie one level deeper.
const INNER: [&str; 5] = ["call", "metadata", "data", "recording", "details"];
/// Ids worth keeping under the name the source gave them.
const IDS: [&str; 10] = [
    "callid",
    "callsid",
    "streamsid",
    "recordingid",
    "recordingsid",
    "conversationid",
    "externalcallid",
    "externalid",
    "sessionid",
    "vapicallid",
];

/// The facts of a call that `object` names at its top or in an object right below.
pub fn call_facts(object: &Map<String, Value>) -> Call {
    let mut call = facts_of(object);
    for inner in
        object.iter().filter(|(key, _)| INNER.contains(&plain(key).as_str())).filter_map(|(_, value)| value.as_object())
    {
        fill(&mut call, facts_of(inner));
    }
    call
}

/// Takes over from `other` what `call` does not know.
pub fn fill(call: &mut Call, other: Call) {
    macro_rules! fill {
        ($($field:ident),*) => { $( if call.$field.is_none() { call.$field = other.$field; } )* };
    }
    fill!(
        title,
        started_at,
        ended_at,
        duration_ms,
        direction,
        from,
        to,
        agent,
        tenant,
        campaign,
        status,
        outcome,
        cost
    );
    for (name, id) in other.external_ids {
        call.external_ids.entry(name).or_insert(id);
    }
}

/// A moment written as text, or as a Unix time in seconds or milliseconds.
pub fn moment(value: &Value) -> Option<Moment> {
    match value {
        Value::String(text) => Moment::parse(text),
        Value::Number(number) => {
            let moment = Moment::from_unix(number.as_f64()?)?;
            Some(Moment { original: Some(number.to_string()), ..moment })
        }
        _ => None,
    }
}

/// Text, or a number as text; nothing if it is empty.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn facts_of(object: &Map<String, Value>) -> Call {
    let fields = Fields::of(object);
    let direction = fields.find(&["direction", "calldirection"], |value| Direction::parse(value.as_str()?));
    let other_side = fields.find(&["phonenumber", "customernumber", "phone", "number"], party);
    let (mut from, mut to) = (
        fields.find(&["from", "fromnumber", "fromphone", "caller", "callernumber", "callerid", "callerphone"], party),
        fields.find(&["to", "tonumber", "tophone", "callee", "called", "callednumber", "destination"], party),
    );
    let side = if direction == Some(Direction::Outbound) { &mut to } else { &mut from };
    if side.is_none() {
        *side = other_side;
    }
    let ids = object.iter().filter(|(key, _)| IDS.contains(&plain(key).as_str()));
    Call {
        title: fields.find(&["title", "subject"], text),
        started_at: fields.find(
            &[
                "startedat",
                "callstartedat",
                "starttime",
                "callstarttime",
                "starttimeunixsecs",
                "start",
                "recordedat",
                "calldate",
                "datetime",
                "timestamp",
                "date",
                "createdat",
            ],
            moment,
        ),
        ended_at: fields.find(&["endedat", "callendedat", "endtime", "callendtime", "end"], moment),
        duration_ms: fields.duration(),
        direction,
        from,
        to,
        agent: fields.find(&["agent", "agentname", "agentid"], name_or_text),
        tenant: fields.find(&["tenant", "tenantid", "organizationid", "organisation", "organization"], name_or_text),
        campaign: fields.find(&["campaign", "campaignname", "campaignid"], name_or_text),
        status: fields.find(&["status", "callstatus", "state"], text),
        outcome: fields.find(&["outcome", "disposition", "result"], text),
        cost: fields.find(&["cost"], text).map(|amount| Cost { amount, unit: fields.find(&["currency"], text) }),
        external_ids: ids.filter_map(|(key, value)| Some((key.clone(), text(value)?))).collect(),
    }
}

/// An object's members by names without case and punctuation.
struct Fields<'a>(Vec<(String, &'a Value)>);

impl<'a> Fields<'a> {
    fn of(object: &'a Map<String, Value>) -> Self {
        Self(object.iter().map(|(key, value)| (plain(key), value)).collect())
    }

    /// The first of these names whose value can be read.
    fn find<T>(&self, names: &[&str], read: impl Fn(&Value) -> Option<T>) -> Option<T> {
        let value = |name: &&str| self.0.iter().find(|(key, _)| key == name).and_then(|(_, value)| read(value));
        names.iter().find_map(value)
    }

    fn duration(&self) -> Option<Ms> {
        let ms =
            self.find(&["durationms", "durationmillis", "durationmilliseconds"], number).map(|ms| ms.round() as Ms);
        ms.or_else(|| {
            let names =
                ["durationseconds", "durationsecs", "durations", "calldurationsecs", "duration", "callduration"];
            self.find(&names, seconds).map(|seconds| (seconds * 1000.0).round() as Ms)
        })
    }
}

fn seconds(value: &Value) -> Option<f64> {
    if let Some(seconds) = number(value) {
        // No call is longer than a day: such a number was milliseconds.
        return Some(if seconds > 86_400.0 { seconds / 1000.0 } else { seconds });
    }
    let mut total = 0.0;
    let parts: Vec<&str> = value.as_str()?.split(':').collect();
    for part in (2..=3).contains(&parts.len()).then_some(parts)? {
        total = total * 60.0 + part.trim().parse::<f64>().ok().filter(|n| (0.0..1e6).contains(n))?;
    }
    Some(total)
}

fn number(value: &Value) -> Option<f64> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    (0.0..1e12).contains(&number).then_some(number)
}

fn party(value: &Value) -> Option<Party> {
    if let Some(object) = value.as_object() {
        let fields = Fields::of(object);
        let number = fields.find(&["number", "phonenumber", "phone", "tel", "e164"], text);
        let name = fields.find(&["name", "displayname"], text);
        return (number.is_some() || name.is_some()).then_some(Party { number, name });
    }
    let text = text(value)?;
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_number = digits >= 3 && !text.chars().any(|c| c.is_alphabetic()) || text.starts_with("sip:");
    Some(if is_number { Party::from_number(text) } else { Party::from_name(text) })
}

fn name_or_text(value: &Value) -> Option<String> {
    match value.as_object() {
        Some(object) => Fields::of(object).find(&["name", "displayname", "id"], text),
        None => text(value),
    }
}

fn plain(key: &str) -> String {
    key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn facts(value: Value) -> Call {
        call_facts(value.as_object().unwrap())
    }

    #[test]
    fn the_same_facts_are_found_under_many_names() {
        for value in [
            json!({"startedAt": "2025-11-12T16:02:05Z", "from": "+15125550143", "duration_seconds": 29, "direction": "inbound"}),
            json!({"start_time": 1_762_963_325, "caller": {"number": "+15125550143"}, "durationMs": 29_000, "direction": "incoming"}),
            json!({"metadata": {"Timestamp": "1762963325000", "phone_number": "+15125550143", "duration": "0:29", "Direction": "IN"}}),
        ] {
            let call = facts(value.clone());
            assert_eq!(call.started_at.map(|at| at.utc_ms), Some(1_762_963_325_000), "{value}");
            assert_eq!(call.from, Some(Party::from_number("+15125550143")), "{value}");
            assert_eq!(call.duration_ms, Some(29_000), "{value}");
            assert_eq!(call.direction, Some(Direction::Inbound), "{value}");
        }
    }

    #[test]
    fn the_other_side_of_an_outbound_call_is_who_was_called() {
        let call = facts(json!({"direction": "outbound", "phone_number": "+12065550119"}));
        assert_eq!((call.from, call.to), (None, Some(Party::from_number("+12065550119"))));
    }

    #[test]
    fn what_is_not_understood_is_passed_over() {
        let odd =
            json!({"started_at": "soon", "duration": "long", "direction": 7, "from": [], "agent": {}, "cost": null});
        assert_eq!(facts(odd), Call::default());
    }

    #[test]
    fn a_later_fact_never_replaces_an_earlier_one() {
        let mut call = facts(json!({"status": "completed", "callSid": "CA1"}));
        fill(&mut call, facts(json!({"status": "failed", "agent": "Front desk", "callSid": "CA2"})));
        assert_eq!(call.status.as_deref(), Some("completed"));
        assert_eq!(call.agent.as_deref(), Some("Front desk"));
        assert_eq!(call.external_ids["callSid"], "CA1");
    }
}
