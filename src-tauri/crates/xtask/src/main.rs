//! The project's own commands: `cargo demo`, `cargo ci`, `cargo proof`, `cargo dev`.
//!
//! This crate depends on nothing, not even on the other crates here, because it must build on a machine that has only Rust:
//! it is what installs the rest. It prints, since talking to the person at the terminal is its job.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod ci;
mod demo;
mod dev;
mod headless;
mod node;
mod packages;
mod place;
mod proof;
mod sandbox;
mod step;

use std::process::ExitCode;

use step::Outcome;

const USAGE: &str = "\
cargo demo                 build Turnstone and open it on the bundled demo calls
cargo demo --servers       the same, with every server system and provider on this machine as a source
cargo ci [--no-window]     every check and every test; --no-window leaves out those that open the real window
cargo proof [ARGUMENTS]    what other programs say of our exports; ARGUMENTS go to tests/proof/proof.py
cargo dev [ARGUMENTS]      the window with hot reload; ARGUMENTS go to `tauri dev`";

fn main() -> ExitCode {
    // Cargo's aliases end in `--` already; who writes another one means the same.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--").collect();
    let (command, rest) = arguments.split_first().map_or(("help", &[][..]), |(first, rest)| (first.as_str(), rest));
    let outcome: Outcome = match (command, rest) {
        ("demo", []) => demo::run(false),
        ("demo", [flag]) if flag == "--servers" => demo::run(true),
        (demo::HEADLESS, [library]) => demo::run_headless(library.as_ref()),
        ("ci", []) => ci::run(true),
        ("ci", [flag]) if flag == "--no-window" => ci::run(false),
        ("proof", rest) => proof::run(rest),
        ("dev", rest) => dev::run(rest),
        ("help" | "--help" | "-h", _) => {
            println!("{USAGE}");
            Ok(())
        }
        _ => Err(format!("there is no such command.\n\n{USAGE}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("\n{command}: {reason}");
            ExitCode::FAILURE
        }
    }
}
