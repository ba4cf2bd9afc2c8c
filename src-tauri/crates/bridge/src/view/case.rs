use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::SomeCalls;

/// A case: a named basket of calls that are handed over as evidence.
#[derive(Clone, Debug, Serialize, TS)]
pub struct CaseView {
    /// Its id.
    pub id: String,
    /// The user's name for it.
    pub name: String,
    /// The number it has elsewhere; may be empty.
    pub number: String,
    /// What it is for; may be empty.
    pub purpose: String,
    /// Who is responsible for it; may be empty.
    pub person: String,
    /// When it was made, Unix milliseconds.
    pub made_ms: f64,
    /// How many calls are in it.
    pub calls: u32,
}

/// A case as a call names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CaseName {
    /// Its id.
    pub id: String,
    /// The user's name for it.
    pub name: String,
}

/// What the user says about a case.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct CaseFacts {
    /// The user's name for it; unique.
    pub name: String,
    /// The number it has elsewhere; may be empty.
    pub number: String,
    /// What it is for; may be empty.
    pub purpose: String,
    /// Who is responsible for it; may be empty.
    pub person: String,
}

/// Changes what is said about a case.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct ChangeCase {
    /// The case's id.
    pub case: String,
    /// What it is from now on.
    pub facts: CaseFacts,
}

/// Names a case.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct CaseRef {
    /// Its id.
    pub case: String,
}

/// Calls to put into a case or take out of it.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct CaseCalls {
    /// The case's id.
    pub case: String,
    /// Which calls.
    pub which: SomeCalls,
}

/// How many calls that changed.
#[derive(Clone, Copy, Debug, Serialize, TS)]
pub struct CallsMoved {
    /// How many calls were put in that were not in it before, or taken out.
    pub calls: u32,
}

/// How much of some calls' audio is here; the numbers add up to `calls`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, TS)]
pub struct Completeness {
    /// Calls in all.
    pub calls: u32,
    /// All of the call's audio is here.
    pub here: u32,
    /// Some of it is not here but may come.
    pub to_fetch: u32,
    /// Some of it is gone at the source, and nothing more is to come.
    pub gone: u32,
    /// The call was never recorded.
    pub never_recorded: u32,
}
