use model::Action;
use serde_json::{Map, Value};

/// Something that is done, for the audit log.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed {
    /// What.
    pub action: Action,
    /// To what: a call's id, a source's name, …; `None` where it concerns the library as a whole.
    pub object: Option<String>,
    /// Further facts.
    pub detail: Map<String, Value>,
}

impl Deed {
    /// `detail` is a JSON object; members that are null or empty text say nothing and are left out.
    pub fn new(action: Action, object: Option<String>, detail: Value) -> Self {
        let facts = match detail {
            Value::Object(facts) => facts,
            Value::Null => Map::new(),
            other => Map::from_iter([("value".to_owned(), other)]),
        };
        let says = |(_, value): &(String, Value)| !value.is_null() && value.as_str() != Some("");
        Self { action, object, detail: facts.into_iter().filter(says).collect() }
    }
}
