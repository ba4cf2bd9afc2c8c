//! The library on its way: opened on a thread while the window is made, waited for by whoever asks first.

use std::path::PathBuf;
use std::sync::{Condvar, Mutex, PoisonError};

use app::{App, Fault};

/// A library that is being opened, is open, or could not be opened.
pub struct Opening {
    state: Mutex<Option<Result<App, Fault>>>,
    done: Condvar,
}

impl Opening {
    /// Starts opening the library in `dir` on a thread of its own.
    pub fn start(dir: PathBuf) -> std::sync::Arc<Self> {
        let opening = std::sync::Arc::new(Self { state: Mutex::new(None), done: Condvar::new() });
        let to_fill = opening.clone();
        std::thread::spawn(move || {
            let outcome = App::open(app::Options::for_window(dir));
            *to_fill.state.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
            to_fill.done.notify_all();
        });
        opening
    }

    /// The application once it is open, or why it could not be.
    pub fn wait(&self) -> Result<App, Fault> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match &*state {
                Some(outcome) => return outcome.clone(),
                None => state = self.done.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}
