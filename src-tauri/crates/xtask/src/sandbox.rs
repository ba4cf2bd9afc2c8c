//! The sandbox's servers as a process beside the window.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::{place, step};

/// The running servers; they end when this is dropped.
pub struct Sandbox {
    child: Child,
    /// What runs.
    pub systems: Vec<System>,
}

/// One server.
pub struct System {
    /// The environment variable in which a run is given its secret.
    variable: String,
    secret: String,
    /// The arguments for the command line that add it as a source.
    pub arguments: Vec<String>,
}

impl Sandbox {
    /// Builds and starts them.
    pub fn start() -> Result<Self, String> {
        let build = ["build", "--locked", "--package", "turnstone-testkit", "--bin", "sandbox"];
        step::timed("the sandbox's servers", &mut step::command("cargo", build))?;
        let mut child = Command::new(place::program("sandbox")?)
            .args(["--tabs", "--until-input-ends"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("the sandbox did not start: {error}"))?;
        let output = child.stdout.take().map(BufReader::new);
        let lines = output.into_iter().flat_map(|output| output.lines().map_while(Result::ok));
        let systems = lines.take_while(|line| !line.is_empty()).filter_map(|line| System::read(&line)).collect();
        Ok(Self { child, systems })
    }

    /// What the programs that use these servers need in their environment.
    pub fn secrets(&self) -> Vec<(String, String)> {
        self.systems.iter().map(|system| (system.variable.clone(), system.secret.clone())).collect()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl System {
    fn read(line: &str) -> Option<Self> {
        let mut words = line.split('\t').map(str::to_owned);
        let (variable, secret) = (words.next()?, words.next()?);
        Some(Self { variable, secret, arguments: words.collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::System;

    #[test]
    fn a_line_of_the_sandbox_is_a_variable_a_secret_and_arguments() {
        let system = System::read("TURNSTONE_SECRET_X\t{\"a\": \"b\"}\tsource\tadd\tvapi\tx").expect("a line");
        assert_eq!((system.variable.as_str(), system.secret.as_str()), ("TURNSTONE_SECRET_X", "{\"a\": \"b\"}"));
        assert_eq!(system.arguments, ["source", "add", "vapi", "x"]);
        assert!(System::read("sandbox: no port").is_none());
    }
}
