//! `cargo dev`: the window with hot reload.

use crate::step::{self, Outcome};
use crate::{demo, node, packages, place};

/// Runs `tauri dev`, on the demo library unless `TURNSTONE_LIBRARY` names another.
pub fn run(arguments: &[String]) -> Outcome {
    packages::require(&[packages::BUILD])?;
    node::install(".")?;
    node::install("ui")?;
    let mut dev = step::command("npx", ["tauri", "dev"]);
    dev.args(arguments);
    if std::env::var_os("TURNSTONE_LIBRARY").is_none() {
        let made = place::demo()?.join("library");
        let library = if made.is_dir() { made } else { made_from_scratch()? };
        println!("Library: {} (TURNSTONE_LIBRARY names another)", library.display());
        dev.env("TURNSTONE_LIBRARY", library);
    }
    step::run(&mut dev)
}

fn made_from_scratch() -> Result<std::path::PathBuf, String> {
    let build = ["build", "--locked", "--package", "turnstone-cli"];
    step::timed("the command line", &mut step::command("cargo", build))?;
    demo::make_library()
}
