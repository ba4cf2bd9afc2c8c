//! `audit`: who did what, and whether the log is whole.

use app::{App, AuditFilter, AuditHealth, AuditLine, AuditProblem, Fault};
use model::{Cancel, Moment};
use serde_json::{Value, json};

use crate::End;
use crate::arguments::{AuditArguments, AuditCommand};
use crate::calls::local;
use crate::output::{Output, one_line};

/// Shows entries, or looks for alterations, or prints the checkpoint.
pub fn run(app: &App, arguments: &AuditArguments, output: &Output, cancel: &Cancel) -> Result<End, Fault> {
    match &arguments.command {
        None => show(app, arguments, output),
        Some(AuditCommand::Verify { checkpoint }) => {
            let kept = checkpoint.iter().map(|file| app::kept_checkpoint(file)).collect::<Result<Vec<_>, _>>()?;
            verify(&app.check_audit_log(&kept, cancel)?, output)
        }
        Some(AuditCommand::Checkpoint) => {
            let (checkpoint, signed) = app.audit_checkpoint()?;
            if !signed {
                output.note("the checkpoint is not signed: there is no signing key here yet");
            }
            output.line(
                || json!({ "checkpoint": checkpoint, "signed": signed }),
                || checkpoint.trim_end_matches('\n').to_owned(),
            );
            Ok(End::Done)
        }
    }
}

fn show(app: &App, arguments: &AuditArguments, output: &Output) -> Result<End, Fault> {
    let object = arguments.call.as_ref().map(|call| app.find_call(call)).transpose()?.map(|call| call.to_string());
    let filter = AuditFilter { action: arguments.action.clone(), object, ..AuditFilter::default() };
    let (lines, next) = app.audit_log(&filter, arguments.after, arguments.limit)?;
    for line in &lines {
        output.line(|| line_json(line), || line_words(line));
    }
    if let Some(next) = next {
        output.note(&format!("there are older ones: go on with --after {next}"));
    }
    Ok(End::Done)
}

fn verify(health: &AuditHealth, output: &Output) -> Result<End, Fault> {
    let problem = |problem: &AuditProblem| json!({ "seq": problem.seq, "problem": problem.problem });
    let problems = |all: &[AuditProblem]| all.iter().map(problem).collect::<Value>();
    output.line(
        || {
            json!({
                "valid": health.problems.is_empty(),
                "entries": health.entries,
                "problems": problems(&health.problems),
                "remarks": problems(&health.remarks),
                "checkpoint": health.checkpoint,
                "signed_by": health.signed_by,
            })
        },
        || verify_words(health),
    );
    Ok(if health.problems.is_empty() { End::Done } else { End::Faulty })
}

fn verify_words(health: &AuditHealth) -> String {
    let verdict = match health.problems.len() {
        0 => format!("the audit log is whole as far as can be told: {} entries", health.entries),
        1 => format!("1 problem in the {} entries of the audit log", health.entries),
        problems => format!("{problems} problems in the {} entries of the audit log", health.entries),
    };
    let found = health.problems.iter().chain(&health.remarks).map(|found| one_line(&found.problem));
    let checkpoint = health.checkpoint.iter().map(|note| format!("\n{}", note.trim_end_matches('\n')));
    std::iter::once(verdict).chain(found).chain(checkpoint).collect::<Vec<_>>().join("\n")
}

fn line_json(line: &AuditLine) -> Value {
    let entry = &line.entry;
    let detail = serde_json::from_str(&entry.detail).unwrap_or_else(|_| Value::from(entry.detail.as_str()));
    json!({
        "seq": entry.seq,
        "at": Moment::from_utc_ms(entry.at_ms).to_rfc3339(),
        "actor": line.actor,
        "action": entry.action,
        "object": entry.object,
        "detail": detail,
        "hash": line.hash,
    })
}

fn line_words(line: &AuditLine) -> String {
    let entry = &line.entry;
    let object = line.object_words.as_deref().or(entry.object.as_deref()).unwrap_or_default();
    let detail = if entry.detail == "{}" { "" } else { entry.detail.as_str() };
    let (at, actor, action) = (local(entry.at_ms), &line.actor, &entry.action);
    one_line(format!("{:>6}  {at}  {actor}  {action}  {object}  {detail}", entry.seq).trim_end())
}
