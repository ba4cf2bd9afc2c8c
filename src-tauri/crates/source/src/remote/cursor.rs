//! How far a server has been read, and what is to be asked for again.

use serde::{Deserialize, Serialize};

use super::{OVERLAP, Since, YOUNG};
use crate::Cursor;

/// How many calls are remembered to be asked for again; the oldest are dropped first.
const MOST_OPEN: usize = 2_000;

/// What travels in the [`Cursor`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Mark {
    /// Start of the newest call that was listed by a walk that reached the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newest_ms: Option<i64>,
    /// What the server said to give it next time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The walk that has not reached its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pass: Option<Pass>,
    /// Calls to ask for again, in the order they were first seen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<Open>,
}

/// A walk underway.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Pass {
    /// Where the next page begins.
    pub at: Option<String>,
    /// It looks at everything, not only at what is new.
    pub whole: bool,
    /// Start of the newest call it has listed.
    pub newest_ms: Option<i64>,
    /// The server's token, if it has given one.
    pub token: Option<String>,
}

/// A call to ask for again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Open {
    /// The call's name at its source.
    pub id: String,
    /// When it was first seen, UTC milliseconds.
    pub since_ms: i64,
    /// What the server wants to hear, if that is not the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
}

impl Mark {
    /// Reads a cursor. One that this version does not understand counts as none: the walk begins anew.
    pub fn read(cursor: Option<&Cursor>) -> Self {
        cursor.and_then(|Cursor(text)| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    pub fn write(&self) -> Cursor {
        Cursor(serde_json::to_string(self).unwrap_or_default())
    }

    /// What an incremental walk gives the server; `None` if there was no walk yet that reached the end.
    pub fn since(&self) -> Option<Since> {
        let known = self.newest_ms.is_some() || self.token.is_some();
        known.then(|| Since { from_ms: self.newest_ms.map(|ms| ms - OVERLAP), token: self.token.clone() })
    }

    /// Remembers that a call is to be asked for again, or that it need not be.
    pub fn set_open(&mut self, id: &str, handle: Option<&str>, open: bool, now_ms: i64) {
        let at = self.open.iter().position(|known| known.id == id);
        match (at, open) {
            (Some(at), false) => drop(self.open.remove(at)),
            (None, true) => {
                let handle = handle.map(str::to_owned);
                self.open.push(Open { id: id.to_owned(), since_ms: now_ms, handle });
                if self.open.len() > MOST_OPEN {
                    self.open.remove(0);
                }
            }
            _ => {}
        }
    }

    /// The walk reached its end.
    pub fn finish(&mut self) {
        if let Some(pass) = self.pass.take() {
            self.newest_ms = self.newest_ms.max(pass.newest_ms);
            self.token = pass.token.or(self.token.take());
        }
    }

    /// Lets go of calls that have been asked for long enough.
    pub fn forget_old(&mut self, now_ms: i64) {
        self.open.retain(|open| now_ms - open.since_ms < YOUNG);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_was_and_a_strange_one_begins_anew() {
        let mut mark = Mark { newest_ms: Some(5), ..Mark::default() };
        mark.set_open("a", Some("7"), true, 1);
        mark.pass = Some(Pass { at: Some("3".into()), ..Pass::default() });
        assert_eq!(Mark::read(Some(&mark.write())), mark);
        assert_eq!(Mark::read(Some(&Cursor("nonsense".into()))), Mark::default());
        assert_eq!(Mark::read(None).since(), None, "without a walk that reached its end everything is read");
    }

    #[test]
    fn an_open_call_is_remembered_once_and_let_go_when_it_is_old() {
        let mut mark = Mark::default();
        mark.set_open("a", Some("7"), true, 1_000);
        mark.set_open("a", Some("7"), true, 2_000);
        assert_eq!(
            mark.open,
            [Open { id: "a".into(), since_ms: 1_000, handle: Some("7".into()) }],
            "first seen stays first seen"
        );
        mark.forget_old(1_000 + YOUNG - 1);
        assert_eq!(mark.open.len(), 1);
        mark.forget_old(1_000 + YOUNG);
        assert!(mark.open.is_empty());
    }
}
