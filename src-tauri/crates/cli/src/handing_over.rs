//! `export` and `verify`.

use std::path::Path;

use app::{App, ExportOrder, ExportStep, Exported, Fault, FaultCode, Filter, ForCase, Selection, Trust, Verified};
use model::Cancel;
use serde_json::json;

use crate::End;
use crate::arguments::{ExportArguments, VerifyArguments};
use crate::output::{Output, one_line};

/// Exports calls and verifies what was written.
pub fn export(app: &App, arguments: &ExportArguments, output: &Output, cancel: &Cancel) -> Result<End, Fault> {
    let order = order(app, arguments)?;
    let bar = output.progress("exporting");
    let exported = app.export(&order, cancel, &mut |step| {
        let (words, done, total) = match step {
            ExportStep::Fetching { done, total } => ("fetching", done, total),
            ExportStep::Writing { done, total } => ("writing", done, total),
            ExportStep::Verifying { done, total } => ("verifying", done, total),
        };
        bar.set_message(words);
        bar.set_length(total);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let exported = exported?;
    if let Some(why) = &exported.unsigned_because {
        output.note(&format!("the export is not signed: {why}"));
    }
    if let Some(why) = &exported.log_left_out {
        output.note(&format!("the export has no proofs of the audit log: {why}"));
    }
    output.line(|| exported_json(&exported), || exported_words(&exported));
    Ok(if exported.missing.iter().any(|missing| missing.may_come) { End::InPart } else { End::Done })
}

/// Verifies an export, with no library needed.
pub fn verify(arguments: &VerifyArguments, output: &Output, cancel: &Cancel) -> Result<End, Fault> {
    let trust = Trust { key: arguments.key.clone(), tagmanifest: arguments.tagmanifest.clone() };
    let bar = output.progress("verifying");
    let verified = app::verify_export(&arguments.path, &trust, cancel, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let verified = verified?;
    output.line(|| verified_json(&verified), || verified_words(&arguments.path, &verified));
    Ok(if verified.problems.is_empty() { End::Done } else { End::Faulty })
}

fn order(app: &App, arguments: &ExportArguments) -> Result<ExportOrder, Fault> {
    let ExportArguments { calls, narrowing, .. } = arguments;
    let case = narrowing.case.as_deref();
    let which = match calls.as_slice() {
        [] => Selection::Filter(filter(app, arguments)?),
        calls => Selection::Calls(calls.iter().map(|call| app.find_call(call)).collect::<Result<_, _>>()?),
    };
    Ok(ExportOrder {
        which,
        case: case.map(|case| for_case(app, case)).transpose()?,
        to: arguments.folder(),
        form: arguments.form(),
        audio: arguments.copies(),
        documents: arguments.documents().collect(),
        inline_audio: arguments.inline,
        reason: arguments.reason.clone(),
        fetch: !arguments.no_fetch,
    })
}

/// A case narrows the calls only where nothing else does.
fn filter(app: &App, arguments: &ExportArguments) -> Result<Filter, Fault> {
    let mut narrowing = arguments.narrowing.clone();
    if arguments.case_is_a_label() {
        narrowing.case = None;
    }
    narrowing.read(app, arguments.until(), arguments.state())
}

/// A case that is kept here, or a number that means something elsewhere.
fn for_case(app: &App, text: &str) -> Result<ForCase, Fault> {
    match app.case_named(text) {
        Ok(row) => Ok(ForCase::Kept(row.case.id)),
        Err(fault) if fault.code == FaultCode::NotFound => Ok(ForCase::Elsewhere(text.to_owned())),
        Err(fault) => Err(fault),
    }
}

fn exported_json(exported: &Exported) -> serde_json::Value {
    let missing = exported.missing.iter().map(|one| json!({ "call": one.call.to_string(), "reason": one.reason }));
    json!({
        "path": exported.path.display().to_string(),
        "calls": exported.calls,
        "files": exported.files,
        "bytes": exported.bytes,
        "algorithm": "sha512",
        "tagmanifest": exported.tagmanifest,
        "missing": missing.collect::<Vec<_>>(),
        "signed_by": exported.signed_by,
        "public_key": exported.public_key,
        "unsigned_because": exported.unsigned_because,
    })
}

fn exported_words(exported: &Exported) -> String {
    let Exported { path, calls, files, bytes, .. } = exported;
    let calls = if *calls == 1 { "1 call".to_owned() } else { format!("{calls} calls") };
    let mut lines = vec![format!("{}: {calls}, {files} files, {bytes} bytes", path.display())];
    if let Some(hash) = &exported.tagmanifest {
        lines.push(format!("  SHA-512 of its tag manifest, for the cover letter: {hash}"));
    }
    match (&exported.signed_by, &exported.public_key) {
        (Some(fingerprint), Some(key)) => lines.push(format!("  signed; key {fingerprint}, public key {key}")),
        _ if exported.tagmanifest.is_some() => lines.push("  not signed".to_owned()),
        _ => {}
    }
    let missing = exported.missing.iter();
    lines.extend(
        missing.map(|one| one_line(&format!("  without audio: {}: {}", &one.call.to_string()[..8], one.reason))),
    );
    lines.join("\n")
}

fn verified_json(verified: &Verified) -> serde_json::Value {
    let problems = verified.problems.iter().map(|one| json!({ "path": one.path, "problem": one.problem }));
    json!({
        "valid": verified.problems.is_empty(),
        "problems": problems.collect::<Vec<_>>(),
        "files": verified.files,
        "bytes": verified.bytes,
        "tagmanifest": verified.tagmanifest,
        "signed_by": verified.signed_by,
        "public_key": verified.public_key,
    })
}

fn verified_words(path: &Path, verified: &Verified) -> String {
    let mut lines = Vec::new();
    match verified.problems.len() {
        0 => lines.push(format!("{}: valid; {} files, {} bytes", path.display(), verified.files, verified.bytes)),
        1 => lines.push(format!("{}: NOT valid, 1 problem", path.display())),
        count => lines.push(format!("{}: NOT valid, {count} problems", path.display())),
    }
    lines.extend(verified.problems.iter().map(|one| one_line(&format!("  {}: {}", one.path, one.problem))));
    if let Some(hash) = &verified.tagmanifest {
        lines.push(format!("  SHA-512 of its tag manifest: {hash}"));
    }
    lines.push(match &verified.signed_by {
        Some(fingerprint) => format!("  signed by {fingerprint}: compare this with the cover letter"),
        None => "  not signed: compare the hash with the cover letter".to_owned(),
    });
    lines.join("\n")
}
