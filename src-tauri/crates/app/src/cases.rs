//! Cases: named baskets of calls that are handed over as evidence. What is in one is held: see `keeping`.

use library::{CaseRow, Filter, LibraryError};
use model::{CallId, Case, CaseId, Completeness};

use crate::event::AppEvent;
use crate::fault::{Fault, FaultCode};
use crate::open::App;

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
        self.inner.library.write(move |writer| writer.add_case(&kept))?;
        self.tell(&AppEvent::CasesChanged);
        self.case(case.id)
    }

    /// Changes what is said about a case.
    pub fn change_case(&self, id: CaseId, facts: CaseFacts) -> Result<CaseRow, Fault> {
        let case = facts.into_case(id, self.case(id)?.case.made_ms)?;
        self.inner.library.write(move |writer| writer.change_case(&case))?;
        self.tell(&AppEvent::CasesChanged);
        self.case(id)
    }

    /// Removes a case; its calls stay and are held by it no longer. Answers how many those were.
    pub fn remove_case(&self, id: CaseId) -> Result<u64, Fault> {
        let calls = self.inner.library.write(move |writer| writer.remove_case(id))?;
        self.after_change(calls)?;
        self.make_room(&[])?;
        Ok(calls)
    }

    /// Puts calls into a case, which holds them from now on. Answers how many were not in it before.
    pub fn put_in_case(&self, id: CaseId, which: &Selection) -> Result<u64, Fault> {
        let at_ms = self.now_ms();
        self.move_calls(id, which, move |writer, calls| writer.put_in_case(id, calls, at_ms))
    }

    /// Takes calls out of a case. Answers how many were in it.
    pub fn take_from_case(&self, id: CaseId, which: &Selection) -> Result<u64, Fault> {
        let taken = self.move_calls(id, which, move |writer, calls| writer.take_from_case(id, calls))?;
        self.make_room(&[])?;
        Ok(taken)
    }

    /// Changes what is in a case, some calls at a time. What was done before something failed stays done, and is told.
    fn move_calls(
        &self,
        id: CaseId,
        which: &Selection,
        change: impl Fn(&mut library::Writer<'_>, &[CallId]) -> Result<u64, LibraryError> + Copy + Send + 'static,
    ) -> Result<u64, Fault> {
        self.case(id)?;
        let (mut moved, mut failed) = (0, None);
        for calls in self.selected(which)?.chunks(AT_ONCE) {
            let calls = calls.to_vec();
            match self.inner.library.write(move |writer| change(writer, &calls)) {
                Ok(calls) => moved += calls,
                Err(error) => {
                    failed = Some(error.into());
                    break;
                }
            }
        }
        self.after_change(moved)?;
        failed.map_or(Ok(moved), Err)
    }

    fn after_change(&self, calls: u64) -> Result<(), Fault> {
        self.tell(&AppEvent::CasesChanged);
        if calls > 0 {
            self.tell(&AppEvent::LibraryChanged);
        }
        Ok(())
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
