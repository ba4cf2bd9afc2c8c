//! `cargo sandbox`: the server systems and providers on this machine, to try a sync without having one.
#![allow(clippy::print_stdout)]

use std::io::Read;
use std::process::ExitCode;
use std::sync::mpsc::channel;

use clap::{Parser, ValueEnum};
use serde_json::{Map, Value, json};
use turnstone_testkit::sandbox::{Dialect, Mood, Running, SYSTEMS, SharedTruth, System, Truth, whims};

/// The server systems and providers that Turnstone reads, on this machine, with the demo calls. They run until Ctrl-C.
#[derive(Parser)]
#[command(after_help = misbehaviour())]
struct Arguments {
    /// The shapes that they speak
    #[arg(long, value_enum, default_value = "documented")]
    dialect: Shapes,
    /// Misbehave now and then in this way (repeatable; see below)
    #[arg(long, value_name = "HOW", value_parser = mood)]
    misbehave: Vec<Mood>,
    /// Misbehave in about one of so many answers
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    every: u16,
    /// Only the system that this kind of source reads (repeatable)
    #[arg(long, value_name = "KIND", value_parser = system)]
    only: Vec<&'static System>,
    /// Ports from this one on, instead of any free ones
    #[arg(long, value_name = "PORT")]
    port_from: Option<u16>,
    /// So many small calls instead of the demo calls
    #[arg(long, value_name = "N")]
    calls: Option<usize>,
    /// One line of JSON per system instead of words
    #[arg(long)]
    json: bool,
    /// One line per system with tabs between: its secret's variable, its secret, the arguments that add it; then an
    /// empty line
    #[arg(long, hide = true)]
    tabs: bool,
    /// End when standard input does
    #[arg(long, hide = true)]
    until_input_ends: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Shapes {
    /// As the systems' documentation says
    Documented,
    /// As running systems were seen to behave
    Observed,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match start(&arguments) {
        Ok(running) => {
            match arguments {
                Arguments { json: true, .. } => running.iter().for_each(|one| println!("{}", as_json(one, &running))),
                Arguments { tabs: true, .. } => {
                    running.iter().for_each(|one| println!("{}", with_tabs(one, &running)));
                    println!();
                }
                _ => tell(&running),
            }
            wait(arguments.until_input_ends);
            ExitCode::SUCCESS
        }
        Err(reason) => {
            println!("sandbox: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn start(arguments: &Arguments) -> Result<Vec<Running>, String> {
    let truth = SharedTruth::from(arguments.calls.map_or_else(Truth::demo, Truth::small));
    let dialect = match arguments.dialect {
        Shapes::Documented => Dialect::Documented,
        Shapes::Observed => Dialect::Observed,
    };
    let is_wanted =
        |system: &&System| arguments.only.is_empty() || arguments.only.iter().any(|o| o.kind == system.kind);
    let mut running = Vec::new();
    for (index, system) in (0..).zip(SYSTEMS.iter().filter(is_wanted)) {
        let port = arguments.port_from.map_or(0, |first| first.saturating_add(index));
        let started = system.start(&truth, dialect, port);
        let started = started.map_err(|error| format!("{} cannot have port {port}: {error}", system.kind))?;
        if !arguments.misbehave.is_empty() {
            started.server.whims(whims(arguments.misbehave.clone(), arguments.every.into(), u64::from(index)));
        }
        running.push(started);
    }
    Ok(running)
}

fn as_json(one: &Running, all: &[Running]) -> Value {
    let set: Map<_, _> = one.settings(all).into_iter().map(|(key, value)| (key, value.into())).collect();
    json!({
        "kind": one.system.kind, "name": one.name(), "url": one.server.origin(), "set": set,
        "variable": one.variable(), "secret": one.system.secret, "arguments": one.arguments(all)
    })
}

fn with_tabs(one: &Running, all: &[Running]) -> String {
    let words = [one.variable(), one.system.secret.to_owned()].into_iter().chain(one.arguments(all));
    words.collect::<Vec<_>>().join("\t")
}

fn tell(running: &[Running]) {
    println!("Running on this machine until Ctrl-C:");
    running.iter().for_each(|one| println!("  {:<20} {}", one.system.kind, one.server.origin()));
    println!("\nTheir secrets, for the terminal in which you run turnstone:");
    running.iter().for_each(|one| println!("  export {}={}", one.variable(), quoted(one.system.secret)));
    println!("\nTo add them:");
    for one in running {
        let words: Vec<String> = one.arguments(running).iter().map(|word| quoted(word)).collect();
        println!("  turnstone {}", words.join(" "));
    }
    println!("\nThen: turnstone sync && turnstone list && turnstone fetch --all");
}

/// Waits until the sandbox is to end.
fn wait(until_input_ends: bool) {
    let (end, ended) = channel();
    if until_input_ends {
        let end = end.clone();
        std::thread::spawn(move || {
            drop(std::io::copy(&mut std::io::stdin().lock().by_ref(), &mut std::io::sink()));
            let _ = end.send(());
        });
    }
    // Without a handler Ctrl-C ends the program all the same, only less politely.
    let _ = ctrlc::set_handler(move || {
        let _ = end.send(());
    });
    let _ = ended.recv();
}

/// A word as a shell reads it back.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

fn mood(text: &str) -> Result<Mood, String> {
    Mood::parse(text).ok_or_else(|| "there is no such way; see --help".to_owned())
}

fn system(text: &str) -> Result<&'static System, String> {
    let known = || SYSTEMS.iter().map(|system| system.kind).collect::<Vec<_>>().join(", ");
    System::of(text).ok_or_else(|| format!("use one of {}", known()))
}

fn misbehaviour() -> String {
    let lines = Mood::ALL.iter().map(|mood| format!("  {:<12} {}", mood.as_str(), mood.words()));
    format!("Ways to misbehave:\n{}", lines.collect::<Vec<_>>().join("\n"))
}
