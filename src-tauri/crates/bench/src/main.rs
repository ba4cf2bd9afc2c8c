//! Benchmarks: each topic makes its own data from a seed, runs its peer in the same run, prints p50 and p95, and says what
//! it did not measure. Timings are printed, never asserted.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod audio;
mod evidence;
mod figures;
mod library;
mod program;
mod servers;
mod window;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (topic, options) = arguments.split_first().map_or(("", &[][..]), |(topic, options)| (topic.as_str(), options));
    let result = match topic {
        "audio" => audio::run(options),
        "evidence" => evidence::run(options).map_err(Into::into),
        "library" => library::run(options),
        "servers" => servers::run(options).map_err(Into::into),
        "window" => window::run(options),
        _ => Err(
            "usage: turnstone-bench library [--calls N] [--rows N] [--quick] | audio [--quick] | evidence [--quick] | servers [--quick] | window [--calls N]"
                .into(),
        ),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
