//! `library`.

use std::path::{Path, PathBuf};

use app::{App, Fault, FaultCode};
use serde_json::json;

use crate::End;
use crate::arguments::LibraryCommand;
use crate::output::Output;

/// Looks after the library.
pub fn library(
    dir: &Path,
    look: impl Fn(PathBuf) -> Result<App, Fault>,
    command: &LibraryCommand,
    output: &Output,
) -> Result<End, Fault> {
    match command {
        LibraryCommand::Status => status(&look(dir.to_owned())?, output),
        LibraryCommand::Check => check(look(dir.to_owned()).and_then(|app| app.check_library()), output),
        LibraryCommand::Backup { file } => {
            look(dir.to_owned())?.back_up(file)?;
            output.line(|| json!({ "path": file.display().to_string() }), || format!("written: {}", file.display()));
            Ok(End::Done)
        }
        LibraryCommand::Restore { file } => {
            let kept = App::restore(dir, file)?.kept.map(|path| path.display().to_string());
            output.line(
                || json!({ "restored": file.display().to_string(), "kept": kept }),
                || match &kept {
                    Some(kept) => format!("restored; what was there is kept as {kept}"),
                    None => "restored".to_owned(),
                },
            );
            Ok(End::Done)
        }
    }
}

fn status(app: &App, output: &Output) -> Result<End, Fault> {
    let status = app.library_status()?;
    output.line(
        || {
            json!({
                "path": app.library_dir().display().to_string(),
                "schema": status.schema,
                "sqlite": status.sqlite,
                "encrypted": status.encrypted,
                "bytes": status.bytes,
                "sources": status.sources,
                "calls": status.calls,
                "turns": status.turns,
                "recordings": status.recordings,
                "cached": status.cached,
            })
        },
        || {
            format!(
                "{}: {} calls, {} turns, {} recordings of which {} are in the cache",
                app.library_dir().display(),
                status.calls,
                status.turns,
                status.recordings,
                status.cached
            )
        },
    );
    Ok(End::Done)
}

/// Damage is what a check looks for, also where it goes so far that the library cannot be opened.
fn check(found: Result<Vec<String>, Fault>, output: &Output) -> Result<End, Fault> {
    let problems = match found {
        Err(fault) if fault.code == FaultCode::Corrupt => vec![fault.message],
        found => found?,
    };
    output.line(
        || json!({ "valid": problems.is_empty(), "problems": problems }),
        || if problems.is_empty() { "the library is whole".to_owned() } else { problems.join("\n") },
    );
    Ok(if problems.is_empty() { End::Done } else { End::Faulty })
}
