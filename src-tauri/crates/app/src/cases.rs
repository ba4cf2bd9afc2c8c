//! Cases: named baskets of calls that are handed over as evidence. What is in one is held: see `keeping`.

use std::collections::HashSet;

use library::{CaseRow, Filter, LibraryError};
use model::{Action, CallId, Case, CaseId, Completeness};
use serde_json::{Value, json};

use crate::event::AppEvent;
use crate::fault::{Fault, FaultCode};
use crate::open::App;
use crate::trail::Deed;

/// Which calls are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// These.
    Calls(Vec<CallId>),
    /// All that a filter leaves.
    Filter(Filter),
}

/// What the user says about a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseFacts {
    /// The user's name for it; unique, never empty.
    pub name: String,
    /// The number it has elsewhere; may be empty.
    pub number: String,
    /// What it is for; may be empty, may have several lines.
    pub purpose: String,
    /// Who is responsible for it; may be empty.
    pub person: String,
}

/// So many calls are put in or taken out in one transaction.
const AT_ONCE: usize = 5_000;
/// So many of them are named in the audit log; of more, only how many there were.
const NAMED: usize = 100;
/// Characters of a name, number or person.
const LONGEST_LINE: usize = 200;
/// Characters of a purpose.
const LONGEST_PURPOSE: usize = 10_000;

impl App {
    /// The cases, newest first.
    pub fn cases(&self) -> Result<Vec<CaseRow>, Fault> {
        Ok(self.inner.library.reader()?.cases()?)
    }

    /// One case.
    pub fn case(&self, id: CaseId) -> Result<CaseRow, Fault> {
        Ok(self.inner.library.reader()?.case(id)?.ok_or(LibraryError::NoSuchCase)?)
    }

    /// The case that `text` names by its id, its name or its number.
    pub fn case_named(&self, text: &str) -> Result<CaseRow, Fault> {
        Ok(self.inner.library.reader()?.case_named(text)?)
    }

    /// The cases that a call is in, newest first.
    pub fn cases_of(&self, call: CallId) -> Result<Vec<CaseRow>, Fault> {
        Ok(self.inner.library.reader()?.cases_of(call)?)
    }

    /// The calls that are meant, newest first where a filter says which.
    pub fn selected(&self, which: &Selection) -> Result<Vec<CallId>, Fault> {
        match which {
            Selection::Calls(calls) => Ok(calls.clone()),
            Selection::Filter(filter) => Ok(self.inner.library.reader()?.call_ids(filter)?),
        }
    }

    /// How much of some calls' audio is here.
    pub fn completeness(&self, which: &Selection) -> Result<Completeness, Fault> {
        let reader = self.inner.library.reader()?;
        Ok(match which {
            Selection::Calls(calls) => reader.completeness_of(calls)?,
            Selection::Filter(filter) => reader.completeness(filter)?,
        })
    }

    /// Makes a case.
    pub fn make_case(&self, facts: CaseFacts) -> Result<CaseRow, Fault> {
        let case = facts.into_case(CaseId(uuid::Uuid::new_v4()), self.now_ms())?;
        let kept = case.clone();
        self.write_recorded(vec![Deed::about(case.id, "made", &facts_of(&case))], move |writer| {
            writer.add_case(&kept)
        })?;
        self.tell(&AppEvent::CasesChanged);
        self.case(case.id)
    }

    /// Changes what is said about a case.
    pub fn change_case(&self, id: CaseId, facts: CaseFacts) -> Result<CaseRow, Fault> {
        let before = self.case(id)?.case;
        let case = facts.into_case(id, before.made_ms)?;
        let detail = json!({ "from": facts_of(&before), "to": facts_of(&case) });
        if case != before {
            self.write_recorded(vec![Deed::about(id, "changed", &detail)], move |writer| writer.change_case(&case))?;
            self.tell(&AppEvent::CasesChanged);
        }
        self.case(id)
    }

    /// Removes a case; its calls stay and are held by it no longer. Answers how many those were.
    pub fn remove_case(&self, id: CaseId) -> Result<u64, Fault> {
        let row = self.case(id)?;
        let detail = json!({ "case": facts_of(&row.case), "calls": row.calls });
        let deed = Deed { action: Action::Delete, ..Deed::about(id, "removed", &detail) };
        let calls = self.write_recorded(vec![deed], move |writer| writer.remove_case(id))?;
        self.tell_moved(calls);
        self.make_room(&[])?;
        Ok(calls)
    }

    /// Puts calls into a case, which holds them from now on. Answers how many were not in it before.
    pub fn put_in_case(&self, id: CaseId, which: &Selection) -> Result<u64, Fault> {
        let (mut calls, within, at_ms) = (self.selected(which)?, self.within(id)?, self.now_ms());
        calls.retain(|call| !within.contains(call));
        self.move_calls((id, "put"), &calls, move |writer, calls| writer.put_in_case(id, calls, at_ms))
    }

    /// Takes calls out of a case. Answers how many were in it.
    pub fn take_from_case(&self, id: CaseId, which: &Selection) -> Result<u64, Fault> {
        let (mut calls, within) = (self.selected(which)?, self.within(id)?);
        calls.retain(|call| within.contains(call));
        let taken = self.move_calls((id, "taken"), &calls, move |writer, calls| writer.take_from_case(id, calls))?;
        self.make_room(&[])?;
        Ok(taken)
    }

    /// What is in a case now.
    fn within(&self, id: CaseId) -> Result<HashSet<CallId>, Fault> {
        self.case(id)?;
        let filter = Filter { case: Some(id), ..Filter::default() };
        Ok(self.inner.library.reader()?.call_ids(&filter)?.into_iter().collect())
    }

    /// Changes what is in a case, some calls at a time. What was done before something failed stays done, and is told.
    fn move_calls(
        &self,
        (id, how): (CaseId, &str),
        calls: &[CallId],
        change: impl Fn(&mut library::Writer<'_>, &[CallId]) -> Result<u64, LibraryError> + Copy + Send + 'static,
    ) -> Result<u64, Fault> {
        let mut moved = 0;
        for calls in calls.chunks(AT_ONCE) {
            let named: Vec<String> = calls.iter().take(NAMED).map(ToString::to_string).collect();
            let deed = Deed::about(id, how, &json!({ "calls": calls.len(), "ids": named }));
            let calls = calls.to_vec();
            let more = self.write_recorded(vec![deed], move |writer| change(writer, &calls));
            moved += more.inspect_err(|_| self.tell_moved(moved))?;
        }
        self.tell_moved(moved);
        Ok(moved)
    }

    fn tell_moved(&self, calls: u64) {
        self.tell(&AppEvent::CasesChanged);
        if calls > 0 {
            self.tell(&AppEvent::LibraryChanged);
        }
    }
}

impl Deed {
    /// What was done with a case, in one word, and what else is to be told.
    fn about(case: CaseId, how: &str, detail: &Value) -> Self {
        Self::new(Action::Case, Some(case.to_string()), json!({ "change": how, "what": detail }))
    }
}

impl CaseFacts {
    fn into_case(self, id: CaseId, made_ms: i64) -> Result<Case, Fault> {
        Ok(Case {
            id,
            name: line("name", &self.name)?,
            number: line("number", &self.number)?,
            purpose: text("purpose", &self.purpose, LONGEST_PURPOSE, |c| matches!(c, '\n' | '\r' | '\t'))?,
            person: line("person", &self.person)?,
            made_ms,
        })
    }
}

fn facts_of(case: &Case) -> Value {
    json!({ "name": case.name, "number": case.number, "purpose": case.purpose, "person": case.person })
}

fn line(what: &str, typed: &str) -> Result<String, Fault> {
    text(what, typed, LONGEST_LINE, |_| false)
}

/// What was typed without the space around it, if it is of a length that anybody reads and nothing in it steers a terminal.
fn text(what: &str, typed: &str, longest: usize, allowed: impl Fn(char) -> bool) -> Result<String, Fault> {
    let typed = typed.trim();
    if typed.chars().nth(longest).is_some() {
        return Err(Fault::new(
            FaultCode::Invalid,
            format!("the case's {what} is too long: write at most {longest} characters"),
        ));
    }
    if typed.chars().any(|c| c.is_control() && !allowed(c)) {
        return Err(Fault::new(
            FaultCode::Invalid,
            format!("the case's {what} holds a control character: leave it out"),
        ));
    }
    Ok(typed.to_owned())
}
