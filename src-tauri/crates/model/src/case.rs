use crate::CaseId;

/// A named basket of calls that are handed over as evidence. What is in one is held: it is never evicted or deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its id on this machine.
    pub id: CaseId,
    /// The user's name for it; unique, never empty.
    pub name: String,
    /// The number it has elsewhere; empty if it has none.
    pub number: String,
    /// What it is for; may be empty.
    pub purpose: String,
    /// Who is responsible for it; may be empty.
    pub person: String,
    /// When it was made, UTC milliseconds.
    pub made_ms: i64,
}

/// How much of some calls' audio is here. Every call counts once; the numbers add up to `calls`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Completeness {
    /// Calls in all.
    pub calls: u64,
    /// All of the call's audio is here.
    pub here: u64,
    /// Some of it is not here but may come.
    pub to_fetch: u64,
    /// Some of it is gone at the source, and nothing more is to come.
    pub gone: u64,
    /// The call was never recorded.
    pub never_recorded: u64,
}
