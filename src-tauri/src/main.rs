#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

//! The desktop window's program.

fn main() -> std::process::ExitCode {
    turnstone_desktop::run()
}
