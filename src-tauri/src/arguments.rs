//! What can be said when the window is started.

use std::path::PathBuf;

use bridge::Asked;
use clap::Parser;

/// Call recordings and their transcripts in one library: browse, listen, read along.
#[derive(Clone, Debug, Parser)]
#[command(name = "turnstone-desktop", version)]
pub struct Arguments {
    /// The library's directory; made if it does not exist.
    #[arg(long, value_name = "DIR", env = "TURNSTONE_LIBRARY")]
    library: Option<PathBuf>,
    /// A call to open at once: an id, a unique prefix of one, or SOURCE:REMOTE_ID. `first` opens the newest.
    #[arg(long, value_name = "CALL")]
    open: Option<String>,
    /// Play that call at once.
    #[arg(long, requires = "open")]
    play: bool,
}

impl Arguments {
    /// The library's directory: as given, else the platform's place for it.
    pub fn library_dir(&self) -> PathBuf {
        self.library.clone().unwrap_or_else(app::default_library_dir)
    }

    /// The call to open at once.
    pub fn asked(&self) -> Option<Asked> {
        self.open.clone().map(|call| Asked { call, play: self.play })
    }
}
