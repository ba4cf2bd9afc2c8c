//! The people in a vCon and which of them rang whom.

use model::{Call, Direction, Party, Role};
use serde_json::Value;

use crate::transcript_format::json;

/// More parties than any call has.
const MAX_PARTIES: usize = 1000;

/// One party by index.
#[derive(Default)]
pub(super) struct Person {
    pub party: Party,
    pub role: Option<Role>,
}

impl Person {
    /// What its turns are labelled with.
    pub(super) fn label(&self) -> Option<String> {
        self.party.label().map(str::to_owned)
    }
}

pub(super) fn read(vcon: &Value) -> Vec<Person> {
    json::list(&vcon["parties"]).iter().take(MAX_PARTIES).map(person).collect()
}

fn person(value: &Value) -> Person {
    let address = ["tel", "sip", "mailto", "did"].iter().find_map(|kind| {
        let written = json::text(&value[*kind])?;
        Some(written.strip_prefix(kind).and_then(|rest| rest.strip_prefix(':')).unwrap_or(written).to_owned())
    });
    let name = json::scalar(&value["name"]);
    let role = ["role", "type", "name"].iter().find_map(|key| Role::of_label(json::text(&value[*key])?));
    Person { party: Party { number: address, name }, role }
}

/// The indices a dialog names, in order; with channels that hold several parties, all of them.
pub(super) fn indices(value: &Value) -> Vec<usize> {
    match value {
        Value::Number(_) => index(value).into_iter().collect(),
        Value::Array(items) => items
            .iter()
            .take(MAX_PARTIES)
            .flat_map(|item| match item {
                Value::Array(inner) => inner.iter().take(MAX_PARTIES).filter_map(index).collect(),
                item => index(item).into_iter().collect::<Vec<_>>(),
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Fills in who rang whom from the first dialog: its originator, else its first party, rang.
pub(super) fn describe_call(dialog: &Value, people: &[Person], call: &mut Call) {
    let mut parties = indices(&dialog["parties"]);
    if parties.is_empty() {
        parties = (0..people.len().min(2)).collect();
    }
    let Some(from) = index(&dialog["originator"]).or_else(|| parties.first().copied()) else { return };
    let to = parties.into_iter().find(|party| *party != from);
    let person = |index: usize| people.get(index);
    call.from = person(from).map(|person| person.party.clone()).filter(|party| party.label().is_some());
    call.to = to.and_then(person).map(|person| person.party.clone()).filter(|party| party.label().is_some());
    call.direction = match person(from).and_then(|person| person.role) {
        Some(Role::Agent) => Some(Direction::Outbound),
        Some(Role::Customer) => Some(Direction::Inbound),
        _ => None,
    };
    let agent = people.iter().find(|person| person.role == Some(Role::Agent));
    call.agent = agent.and_then(Person::label);
}

pub(super) fn index(value: &Value) -> Option<usize> {
    usize::try_from(value.as_u64()?).ok()
}
