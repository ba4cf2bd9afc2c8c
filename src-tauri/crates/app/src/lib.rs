//! The use-cases, in the users' words. Owns everything, knows neither Tauri nor JSON for the window.
//!
//! [`App`] is a handle that is cheap to clone. Each file adds the methods of one activity: browsing, listening, fetching,
//! looking after sources, synchronising, upkeep. Alone of all crates it hands a source's bytes to the cache and a cached
//! file to the player.

mod auditing;
mod browse;
mod cases;
mod clock;
mod downloads;
mod event;
mod exporting;
mod fault;
mod fetch;
mod jobs;
mod keeping;
mod kinds;
mod listening;
mod obtain;
mod offline;
mod open;
mod power;
mod settings;
mod signing;
mod sources;
mod storage_import;
mod syncing;
mod trail;
mod underway;
mod upkeep;
mod verifying;
mod watching;

pub use auditing::{AuditHealth, AuditLine, AuditProblem, kept_checkpoint};
pub use browse::{Day, day_start};
pub use cases::{CaseFacts, Selection};
pub use clock::system as now_ms;
pub use downloads::DownloadStatus;
pub use event::{AppEvent, Subscriber};
pub use exporting::{
    Document, DragEnd, ExportAudio, ExportForm, ExportOrder, ExportPlan, ExportStep, Exported, ForCase, MissingAudio,
};
pub use fault::{Fault, FaultCode};
pub use fetch::{FetchTotals, Fetched};
pub use jobs::{JobEnd, JobId, JobKind, Progress};
pub use keeping::{Leaving, SweepReport};
pub use kinds::{
    AddressDescription, FOR_SERVERS, KindDescription, SecretDescription, SecretPart, SettingDescription, kinds,
};
pub use listening::{Opened, PlayerCommand, PlayerPhase, PlayerProblemKind, PlayerSnapshot, RenderWhat, Tag};
pub use offline::NetworkState;
pub use open::{App, Options, default_library_dir};
pub use settings::{Settings, Theme};
pub use signing::Signing;
pub use sources::{NewSecret, NewSource, SourceInfo};
pub use storage_import::ImportedFile;
pub use syncing::SyncOutcome;
pub use trail::Deed;
pub use upkeep::{About, CacheStatus, RestoreOutcome};
pub use verifying::{ExportProblem, Trust, Verified, verify_export};
pub use watching::Looked;

pub use audio::player::Command;
pub use audio::render::{Channels, Rendered};
pub use library::{
    AudioFilter, AuditFilter, CallRow, CaseRow, Facets, Filter, Overview, Page, PinnedSearch, SearchCount, SearchHit,
    SearchPage, SearchSort, Sort, Status, StoredCall, StoredRecording, SyncRun,
};
pub use source::secret::Secret;
pub use source::{Check, Waiting};
pub use sync::SyncEvent;
