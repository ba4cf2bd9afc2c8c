//! The window's contract with the application: the only crate that serialises for the UI.
//!
//! `api.rs` is the contract on one page. `rooms.rs` answers each command in a few lines: convert, one method of the
//! application, convert back.

mod api;
mod command;
mod convert;
mod event;
mod rooms;
mod typescript;
mod view;

use std::path::{Path, PathBuf};

pub use api::{Event, Handlers};
pub use event::{JobProgress, PlayerPhase, PlayerProblem, PlayerState, event};
pub use typescript::client;
pub use view::*;

use app::{App, DragEnd, Fault, FaultCode};
use serde_json::{Value, json};

/// What only the shell around the window can do.
pub trait Desk {
    /// Lets the user choose a folder; `None` if they change their mind.
    fn choose_folder(&self) -> Option<PathBuf>;

    /// Lets the user choose a file; `None` if they change their mind.
    fn choose_file(&self) -> Option<PathBuf>;

    /// Lets the user choose where to save a file that is to have this name; `None` if they change their mind.
    fn choose_save_place(&self, name: &str) -> Option<PathBuf>;

    /// Shows a file or folder in the system's file manager; the error says why it cannot, in words.
    fn show_in_folder(&self, path: &Path) -> Result<(), String>;

    /// Whether files can be dragged out of the window on this system.
    fn drags_out(&self) -> bool;

    /// Has the pointer, whose button is held, drag a file out of the window. Waits until it is dropped; the error says why it
    /// cannot be dragged, in words.
    fn drag_out(&self, file: &Path) -> Result<DragEnd, String>;

    /// The call the program was asked to open when it was started.
    fn asked(&self) -> Option<Asked>;
}

/// A call named when the program was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// An id, a unique prefix of one, `SOURCE:REMOTE_ID`, or `first` for the newest call.
    pub call: String,
    /// Whether to play it.
    pub play: bool,
}

/// Answers the command named `command` with JSON arguments.
pub fn answer(app: &App, desk: &dyn Desk, command: &str, args: Value) -> Result<Value, Fault> {
    api::dispatch(&rooms::Rooms { app, desk }, command, args)
}

/// A fault as the window sees it: `{"code", "message"}`.
pub fn fault(fault: &Fault) -> Value {
    json!({ "code": fault.code.as_str(), "message": fault.message })
}

/// A command that stopped because of a defect of ours, as the window sees it.
pub fn panicked(what: &str) -> Value {
    fault(&Fault::new(FaultCode::Io, format!("the program has a defect and could not finish: {what}")))
}

fn bad_arguments(command: &str, cause: &serde_json::Error) -> Fault {
    Fault::new(FaultCode::Invalid, format!("{command}: {cause}"))
}

fn unknown_command(command: &str) -> Fault {
    Fault::new(FaultCode::Invalid, format!("there is no command `{command}`"))
}

#[cfg(test)]
mod tests {
    /// Renews the generated client and fails if it was stale, so that a stale file cannot pass CI.
    #[test]
    fn the_generated_client_is_current() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src/bridge/generated.ts");
        let current = super::client();
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        if found != current {
            std::fs::write(&path, current).unwrap();
            panic!("ui/src/bridge/generated.ts was stale and has been renewed: commit it");
        }
    }
}
