//! What the application tells whoever listens.

use crate::jobs::Progress;
use crate::listening::PlayerSnapshot;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum AppEvent {
    /// The player moved on or changed.
    Player(PlayerSnapshot),
    /// A background job began, moved on or ended.
    Job(Progress),
    /// Calls were added, changed or removed.
    LibraryChanged,
    /// The list of sources, or what is known of them, changed.
    SourcesChanged,
}

/// Is told what happens; called from any thread, must not block.
pub type Subscriber = Box<dyn Fn(&AppEvent) + Send + Sync>;
