//! The people of a call: who rang whom, and the agent.

use model::{Call, Direction, Party};
use serde::Serialize;

/// The parties, and which of them a dialog names, the one who rang first.
pub(super) struct Cast {
    pub parties: Vec<Person>,
    pub speaking: Vec<usize>,
}

/// A party as a vCon has it.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Person {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
}

impl Cast {
    /// The agent first, if it is somebody besides the two numbers; then the caller and the called, an unknown one of them
    /// as an empty party. There is always at least one party, because what is attached must be by somebody.
    pub(super) fn of(call: &Call) -> Self {
        let (caller_kind, called_kind) = kinds(call);
        let mut from = call.from.as_ref().map(person).unwrap_or_default();
        let mut to = call.to.as_ref().map(person).unwrap_or_default();
        from.kind = caller_kind;
        to.kind = called_kind;
        let agent = call.agent.as_ref().filter(|_| !is_agent_told(call)).map(|name| Person {
            name: Some(name.clone()),
            kind: Some("agent"),
            ..Person::default()
        });
        let first = usize::from(agent.is_some());
        let mut parties: Vec<Person> = agent.into_iter().chain([from]).collect();
        if call.to.is_some() || to.kind.is_some() {
            parties.push(to);
        }
        let speaking = (first..parties.len()).chain(0..first).collect();
        Self { parties, speaking }
    }
}

/// What the caller and the called are. The organisation's side is called the agent only where the call has one, or where
/// nothing else says who rang whom.
fn kinds(call: &Call) -> (Option<&'static str>, Option<&'static str>) {
    match call.direction {
        Some(Direction::Inbound) => (Some("customer"), is_agent_told(call).then_some("agent")),
        Some(Direction::Outbound) => (Some("agent"), Some("customer")),
        None => (None, None),
    }
}

/// Whether the agent is the caller or the called, by name.
fn is_agent_told(call: &Call) -> bool {
    let side = match call.direction {
        Some(Direction::Inbound) => call.to.as_ref(),
        Some(Direction::Outbound) => call.from.as_ref(),
        None => None,
    };
    call.agent.is_some() && side.and_then(Party::label) == call.agent.as_deref()
}

/// A number as a `tel` address, an address with a scheme or an `@` as a `sip` one; anything else, such as `anonymous`, is
/// all the name there is.
fn person(party: &Party) -> Person {
    let mut person = Person { name: party.name.clone(), ..Person::default() };
    let Some(number) = party.number.as_deref().map(str::trim).filter(|number| !number.is_empty()) else {
        return person;
    };
    if let Some(tel) = tel(number) {
        person.tel = Some(tel);
    } else if let Some(sip) = sip(number) {
        person.sip = Some(sip);
    } else if person.name.is_none() {
        person.name = Some(number.to_owned());
    }
    person
}

/// A telephone number without white space; a global one as a URL, a local one, which would need a context, as it is.
fn tel(number: &str) -> Option<String> {
    let number = number.strip_prefix("tel:").unwrap_or(number);
    let plain: String = number.chars().filter(|c| !c.is_whitespace() && *c != '\u{a0}').collect();
    let digits = plain.bytes().filter(u8::is_ascii_digit).count();
    let body = plain.strip_prefix('+').unwrap_or(&plain);
    let is_number = (2..=32).contains(&digits)
        && body.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '(' | '*' | '#'))
        && body.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '.' | '(' | ')' | '*' | '#'));
    is_number.then(|| if plain.starts_with('+') { format!("tel:{plain}") } else { plain })
}

fn sip(address: &str) -> Option<String> {
    if address.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return None;
    }
    if address.starts_with("sip:") || address.starts_with("sips:") {
        return Some(address.to_owned());
    }
    let (user, host) = address.split_once('@')?;
    (!user.is_empty() && !host.is_empty() && !user.contains(':')).then(|| format!("sip:{address}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_tel_an_address_a_sip_and_the_rest_a_name() {
        let told = |number: &str| {
            let person = person(&Party::from_number(number));
            (person.tel, person.sip, person.name)
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(told("+1 (512) 555-0143"), (some("tel:+1(512)555-0143"), None, None));
        assert_eq!(told("1001"), (some("1001"), None, None), "an extension has no global form");
        assert_eq!(told("sip:alice@pbx.example"), (None, some("sip:alice@pbx.example"), None));
        assert_eq!(told("alice@pbx.example"), (None, some("sip:alice@pbx.example"), None));
        assert_eq!(told("anonymous"), (None, None, some("anonymous")));
        assert_eq!(told("client:bob"), (None, None, some("client:bob")));
        assert_eq!(told("-=cmd"), (None, None, some("-=cmd")));
        assert_eq!(told("  "), (None, None, None));
    }

    #[test]
    fn there_is_always_a_party_and_the_one_who_rang_comes_first() {
        let nobody = Cast::of(&Call::default());
        assert_eq!((nobody.parties.len(), nobody.speaking), (1, vec![0]));
        let call = Call {
            to: Some(Party::from_number("+15125550143")),
            agent: Some("Sarah".to_owned()),
            direction: Some(Direction::Inbound),
            ..Call::default()
        };
        let cast = Cast::of(&call);
        assert_eq!(cast.speaking, [1, 2, 0], "an unknown caller still is the first to be named");
        assert_eq!(cast.parties[0].name.as_deref(), Some("Sarah"));
        assert_eq!(cast.parties[1], Person { kind: Some("customer"), ..Person::default() });
    }
}
