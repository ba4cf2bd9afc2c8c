use app::{Fault, Selection};

use super::{count, js};
use crate::rooms::ids;
use crate::view::{CaseFacts, CaseName, CaseView, Completeness, SomeCalls};

impl SomeCalls {
    /// The calls that are meant, as the application takes them.
    pub(crate) fn read(self) -> Result<Selection, Fault> {
        Ok(match self.calls {
            Some(calls) => Selection::Calls(ids(&calls)?),
            None => Selection::Filter(self.filter.read()?),
        })
    }
}

impl From<CaseFacts> for app::CaseFacts {
    fn from(facts: CaseFacts) -> Self {
        Self { name: facts.name, number: facts.number, purpose: facts.purpose, person: facts.person }
    }
}

impl From<app::CaseRow> for CaseView {
    fn from(row: app::CaseRow) -> Self {
        let case = row.case;
        Self {
            id: case.id.to_string(),
            name: case.name,
            number: case.number,
            purpose: case.purpose,
            person: case.person,
            made_ms: js(case.made_ms),
            calls: count(row.calls),
        }
    }
}

impl From<app::CaseRow> for CaseName {
    fn from(row: app::CaseRow) -> Self {
        Self { id: row.case.id.to_string(), name: row.case.name }
    }
}

impl From<model::Completeness> for Completeness {
    fn from(sum: model::Completeness) -> Self {
        Self {
            calls: count(sum.calls),
            here: count(sum.here),
            to_fetch: count(sum.to_fetch),
            gone: count(sum.gone),
            never_recorded: count(sum.never_recorded),
        }
    }
}
