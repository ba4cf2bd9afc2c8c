//! `source add`, `list`, `test` and `remove`.

use std::collections::BTreeMap;
use std::io::Read;

use app::{App, Fault, FaultCode, NewSecret, NewSource, Secret, SourceInfo};
use model::Moment;
use serde_json::{Value, json};

use crate::End;
use crate::arguments::SourceCommand;
use crate::output::{Output, one_line};

/// The longest secret that is read, in bytes.
const LONGEST_SECRET: u64 = 64 << 10;

/// Does what is asked with sources.
pub fn run(app: &App, command: SourceCommand, output: &Output) -> Result<End, Fault> {
    match command {
        SourceCommand::Add { kind, name, url, path, set, secret_stdin } => {
            let secret = if secret_stdin { Some(secret_for(&kind)?) } else { None };
            let added = app.add_source(NewSource { kind, name, path, url, set: together(set), secret })?;
            output.line(|| source_json(&added), || format!("added {}", source_words(&added)));
            Ok(End::Done)
        }
        SourceCommand::List => {
            for source in app.sources()? {
                output.line(|| source_json(&source), || source_words(&source));
            }
            Ok(End::Done)
        }
        SourceCommand::Test { name } => test(app, &name, output),
        SourceCommand::Remove { name, forget_calls } => {
            let left = app.remove_source(app.source_named(&name)?, forget_calls)?;
            let what = match (forget_calls, left) {
                (false, _) => "removed; its calls stay",
                (true, 0) => "removed with its calls",
                (true, _) => "removed with its calls, but for those that a case holds",
            };
            output.line(
                || json!({ "removed": name, "forgot_calls": forget_calls, "calls_left": left }),
                || one_line(&format!("{name}: {what}")),
            );
            if forget_calls && left > 0 {
                output.note(&format!(
                    "{left} calls stay with their audio, as they are in a case: take them out of it first to forget them too"
                ));
            }
            Ok(End::Done)
        }
    }
}

/// The secret on standard input, for a kind that has one.
fn secret_for(kind: &str) -> Result<NewSecret, Fault> {
    if !app::kinds().any(|known| known.kind == kind && known.secret.is_some()) {
        let why = format!("a source of kind {kind} has no secret: leave out --secret-stdin");
        return Err(Fault::new(FaultCode::Invalid, why));
    }
    let unreadable =
        |why: &str| Fault::new(FaultCode::Invalid, format!("the secret on standard input cannot be read: {why}"));
    let mut text = String::new();
    std::io::stdin().take(LONGEST_SECRET).read_to_string(&mut text).map_err(|cause| unreadable(&cause.to_string()))?;
    let secret = Secret::new(text);
    if secret.is_empty() {
        Err(unreadable("there is nothing"))
    } else {
        Ok(NewSecret { secret, or_for_this_run: false })
    }
}

/// Settings by key; the values of one that was given several times are put together with commas between.
fn together(set: Vec<(String, String)>) -> BTreeMap<String, String> {
    let mut settings: BTreeMap<String, String> = BTreeMap::new();
    for (key, value) in set {
        settings.entry(key).and_modify(|kept| *kept = format!("{kept},{value}")).or_insert(value);
    }
    settings
}

fn test(app: &App, name: &str, output: &Output) -> Result<End, Fault> {
    let id = app.source_named(name)?;
    let checks = app.test_source(id)?;
    for check in &checks {
        let mark = if check.ok { "ok " } else { "no " };
        output.line(
            || json!({ "ok": check.ok, "message": check.words }),
            || format!("{mark} {}", one_line(&check.words)),
        );
    }
    if checks.iter().all(|check| check.ok) {
        return Ok(End::Done);
    }
    let in_part = || Fault::new(FaultCode::Unreachable, format!("the source {name:?} does not work fully; see above"));
    Err(app.why_unreadable(id)?.unwrap_or_else(in_part))
}

fn source_json(source: &SourceInfo) -> Value {
    json!({
        "id": source.id.to_string(),
        "name": source.name,
        "kind": source.kind,
        "place": source.place,
        "calls": source.calls,
        "last_sync": source.last_run.as_ref().map(|run| json!({
            "at": Moment::from_utc_ms(run.at_ms).to_rfc3339(),
            "complete": run.complete,
            "rejected": run.rejected,
        })),
    })
}

fn source_words(source: &SourceInfo) -> String {
    one_line(&format!("{}  ({}, {})  {} calls", source.name, source.kind, source.place, source.calls))
}
