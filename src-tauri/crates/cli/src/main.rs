//! `turnstone`: the library without a window. Parses, calls the application, prints.

mod arguments;
mod auditing;
mod caching;
mod calls;
mod casing;
mod filters;
mod handing_over;
mod output;
mod sound;
mod sources;
mod syncing;
mod upkeep;

use std::path::PathBuf;
use std::process::ExitCode;

use app::{App, Fault, FaultCode, Options};
use model::Cancel;

use arguments::{Arguments, Command};
use output::Output;

/// How a command ended well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Everything was done.
    Done,
    /// Some items failed; each was reported.
    InPart,
    /// A check found a fault.
    Faulty,
}

fn main() -> ExitCode {
    let arguments = match Arguments::read() {
        Ok(arguments) => arguments,
        Err(error) => {
            let json = std::env::args_os().any(|argument| argument == "--json");
            return if output::refuse(&error, json) { ExitCode::from(EXIT_USAGE) } else { ExitCode::SUCCESS };
        }
    };
    let output = Output::new(arguments.json, arguments.quiet);
    let cancel = Cancel::new();
    let interrupted = cancel.clone();
    // A second interruption ends the program at once, should the first not be noticed.
    let handler = ctrlc::set_handler(move || {
        if interrupted.is_cancelled() {
            std::process::exit(EXIT_FAILED.into());
        }
        interrupted.cancel();
    });
    let ended = match handler {
        Ok(()) => run(arguments, &output, &cancel),
        Err(cause) => Err(Fault::new(FaultCode::Io, format!("interruptions cannot be handled: {cause}"))),
    };
    output.flush();
    match ended {
        Ok(End::Done) => ExitCode::SUCCESS,
        Ok(End::InPart) => ExitCode::from(EXIT_IN_PART),
        Ok(End::Faulty) => ExitCode::from(EXIT_FAULTY),
        Err(fault) => {
            output.fault(&fault);
            ExitCode::from(if fault.code == FaultCode::NeedsCredentials { EXIT_CREDENTIALS } else { EXIT_FAILED })
        }
    }
}

const EXIT_FAILED: u8 = 1;
const EXIT_USAGE: u8 = 2;
const EXIT_IN_PART: u8 = 3;
const EXIT_FAULTY: u8 = 4;
const EXIT_CREDENTIALS: u8 = 5;

fn run(arguments: Arguments, output: &Output, cancel: &Cancel) -> Result<End, Fault> {
    let dir = arguments.library.unwrap_or_else(app::default_library_dir);
    let offline = arguments.offline;
    let look = |dir: PathBuf| App::open(Options::to_look(dir).offline(offline));
    let change = |dir: PathBuf| App::open(Options::to_change(dir).offline(offline));
    match arguments.command {
        Command::Source(command) if command.changes() => sources::run(&change(dir)?, command, output),
        Command::Source(command) => sources::run(&look(dir)?, command, output),
        Command::Sync { names, full, watch } => {
            let app = change(dir)?;
            let end = syncing::run(&app, &names, full, watch, output, cancel);
            tell_renewed(&app, output);
            end
        }
        Command::List { filters, sort, limit, after } => {
            calls::list(&look(dir)?, &filters, sort, limit, after.as_deref(), output)
        }
        Command::Show { call } => calls::show(&look(dir)?, &call, output),
        Command::Search(search) => calls::search(&look(dir)?, &search, output, cancel),
        Command::Fetch { calls, all: _, filters, jobs } => {
            let wanted = sound::Wanted { calls: &calls, filters: &filters };
            let app = change(dir)?;
            let end = sound::fetch(&app, &wanted, jobs, output, cancel);
            tell_renewed(&app, output);
            end
        }
        Command::Render(render) => sound::render(&sound::open(dir, offline)?, &render, output, cancel),
        Command::Play { call, span } => sound::play(&sound::open(dir, offline)?, &call, &span, output, cancel),
        Command::Export(export) => {
            let app = sound::open(dir, offline)?;
            let end = handing_over::export(&app, &export, output, cancel);
            tell_renewed(&app, output);
            end
        }
        Command::Verify(verify) => handing_over::verify(&verify, output, cancel),
        Command::Case(command) if command.changes() => casing::run(&change(dir)?, command, output),
        Command::Case(command) => casing::run(&look(dir)?, command, output),
        Command::Audit(arguments) => auditing::run(&look(dir)?, &arguments, output, cancel),
        Command::Cache(command) if command.changes() => caching::run(&change(dir)?, &command, output, cancel),
        Command::Cache(command) => caching::run(&look(dir)?, &command, output, cancel),
        Command::Library(command) => upkeep::library(&dir, look, &command, output),
    }
}

/// A sign-in that came from the environment and was renewed must not be given again: servers take that for theft.
fn tell_renewed(app: &App, output: &Output) {
    for variable in app.outdated_sign_ins() {
        output.note(&format!(
            "the sign-in in {variable} was renewed for this run only and counts no more: sign in again before the next \
             run, or use a keychain or a password, which last"
        ));
    }
}
