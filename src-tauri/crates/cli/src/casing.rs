//! `case`.

use app::{App, CaseFacts, CaseRow, Fault, Filter, Selection};
use model::{Completeness, Moment};
use serde_json::{Value, json};

use crate::End;
use crate::arguments::{CaseCalls, CaseCommand};
use crate::output::{Output, one_line};

/// Does what is asked with cases.
pub fn run(app: &App, command: CaseCommand, output: &Output) -> Result<End, Fault> {
    match command {
        CaseCommand::Add { name, number, purpose, person } => {
            tell(app, &app.make_case(CaseFacts { name, number, purpose, person })?, output)?;
        }
        CaseCommand::List => {
            for case in app.cases()? {
                tell(app, &case, output)?;
            }
        }
        CaseCommand::Show { case } => tell(app, &app.case_named(&case)?, output)?,
        CaseCommand::Put(which) => {
            let case = app.case_named(&which.into)?;
            let put = app.put_in_case(case.case.id, &selection(app, &which)?)?;
            moved(app, &case, ("put", put), "put in", output)?;
        }
        CaseCommand::Take(which) => {
            let case = app.case_named(&which.into)?;
            let taken = app.take_from_case(case.case.id, &selection(app, &which)?)?;
            moved(app, &case, ("taken", taken), "taken out", output)?;
        }
        CaseCommand::Remove { case } => {
            let case = app.case_named(&case)?.case;
            let calls = app.remove_case(case.id)?;
            output.line(
                || json!({ "removed": case.id.to_string(), "calls": calls }),
                || one_line(&format!("{}: removed; its {calls} calls stay and are held no longer", case.name)),
            );
        }
    }
    Ok(End::Done)
}

fn selection(app: &App, which: &CaseCalls) -> Result<Selection, Fault> {
    if which.calls.is_empty() {
        return Ok(Selection::Filter(which.filters.read(app)?));
    }
    let calls = which.calls.iter().map(|call| app.find_call(call));
    Ok(Selection::Calls(calls.collect::<Result<_, _>>()?))
}

fn moved(app: &App, case: &CaseRow, (word, moved): (&str, u64), words: &str, output: &Output) -> Result<(), Fault> {
    let now = app.case(case.case.id)?;
    output.line(
        || json!({ "case": now.case.id.to_string(), word: moved, "calls": now.calls }),
        || one_line(&format!("{}: {moved} calls {words}, {} in it", now.case.name, now.calls)),
    );
    Ok(())
}

fn tell(app: &App, row: &CaseRow, output: &Output) -> Result<(), Fault> {
    let within = Filter { case: Some(row.case.id), ..Filter::default() };
    let sum = app.completeness(&Selection::Filter(within))?;
    output.line(|| case_json(row, sum), || case_words(row, sum));
    Ok(())
}

fn case_json(row: &CaseRow, sum: Completeness) -> Value {
    let case = &row.case;
    json!({
        "id": case.id.to_string(),
        "name": case.name,
        "number": case.number,
        "purpose": case.purpose,
        "person": case.person,
        "made_at": Moment::from_utc_ms(case.made_ms).to_rfc3339(),
        "calls": row.calls,
        "completeness": completeness_json(sum),
    })
}

fn completeness_json(sum: Completeness) -> Value {
    json!({
        "calls": sum.calls,
        "here": sum.here,
        "to_fetch": sum.to_fetch,
        "gone": sum.gone,
        "never_recorded": sum.never_recorded,
    })
}

fn case_words(row: &CaseRow, sum: Completeness) -> String {
    let case = &row.case;
    let mut facts: Vec<String> = Vec::new();
    for (what, said) in [("number", &case.number), ("for", &case.purpose), ("by", &case.person)] {
        if !said.is_empty() {
            facts.push(format!("{what} {said}"));
        }
    }
    let facts = if facts.is_empty() { String::new() } else { format!(" ({})", facts.join(", ")) };
    one_line(&format!("{}{facts}: {}", case.name, completeness_words(sum)))
}

/// Such as `214 calls: 198 with audio here, 9 gone at the source, 7 never recorded`.
fn completeness_words(sum: Completeness) -> String {
    let parts = [
        (sum.here, "with audio here"),
        (sum.to_fetch, "to fetch"),
        (sum.gone, "gone at the source"),
        (sum.never_recorded, "never recorded"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(calls, _)| *calls > 0).map(|(calls, words)| format!("{calls} {words}")).collect();
    let calls = if sum.calls == 1 { "call" } else { "calls" };
    if parts.is_empty() {
        format!("{} {calls}", sum.calls)
    } else {
        format!("{} {calls}: {}", sum.calls, parts.join(", "))
    }
}
