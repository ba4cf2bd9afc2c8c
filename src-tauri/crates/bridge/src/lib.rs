//! The window's contract with the application: the only crate that serialises for the UI.

mod api;
mod command;
mod event;
mod typescript;
mod view;

pub use api::{Event, Handlers, dispatch};
pub use event::{JobProgress, PlayerPhase, PlayerProblem, PlayerState};
pub use typescript::client;
pub use view::*;

use app::{Fault, FaultCode};

fn bad_arguments(command: &str, cause: &serde_json::Error) -> Fault {
    Fault::new(FaultCode::Invalid, format!("{command}: {cause}"))
}

fn unknown_command(command: &str) -> Fault {
    Fault::new(FaultCode::Invalid, format!("there is no command `{command}`"))
}

#[cfg(test)]
mod tests {
    /// Renews the generated client and fails if it was stale, so that a stale file cannot pass CI twice.
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
