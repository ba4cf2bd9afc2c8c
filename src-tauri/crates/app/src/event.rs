//! What the application tells whoever listens.

use model::SourceId;
use source::Waiting;

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
    /// A source waits before it goes on, or goes on.
    Waiting(SourceId, Option<Waiting>),
    /// The network was switched off or on, or went away or came back.
    NetworkChanged,
    /// The list of sources, or what is known of them, changed.
    SourcesChanged,
    /// Cases were made, changed, filled or removed.
    CasesChanged,
}

/// Is told what happens; called from any thread, must not block.
pub type Subscriber = Box<dyn Fn(&AppEvent) + Send + Sync>;
