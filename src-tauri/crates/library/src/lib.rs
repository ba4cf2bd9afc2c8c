//! Everything known on this machine: one directory with one SQLite database. The only crate that knows SQL.
//!
//! - [`Library`] opens it, owns the one writer thread and hands out [`Reader`]s.
//! - [`Library::write`] runs a closure with a [`Writer`] in one transaction: all of it is kept, or nothing.
//! - [`Reader`] methods each see one state of the library and never wait for the writer.
//! - [`Query`] is a search as typed; [`Filter`] narrows lists and searches alike.
//!
//! Invariants: a source's cursor is kept in the same transaction as what was read up to it; a row of a cached file is
//! written after the file is in place and deleted before the file goes; a library that is newer, damaged or foreign is
//! refused without a byte of it being changed; nothing is ever deleted to recover.
//!
//! Deliberately absent: clocks and randomness (moments and new ids are passed in), audio bytes (they are files of the
//! cache) and everything about how sources work (their settings and cursors are kept as they come).

mod backup;
mod call_key;
mod check;
mod error;
mod filter;
mod find;
mod key;
mod library;
mod list;
mod migrate;
mod open;
mod overview;
mod pool;
mod reader;
mod search;
mod table;
mod writer;

pub use error::LibraryError;
pub use filter::{AudioFilter, Filter};
pub use find::FindError;
pub use key::Key;
pub use library::{Access, Library};
pub use list::{LARGEST_PAGE, Page, Sort};
pub use migrate::SCHEMA;
pub use open::sqlite_version;
pub use overview::{Facets, Overview, Status};
pub use reader::Reader;
pub use search::{Query, SearchCount, SearchHit, SearchPage, SearchSort};
pub use table::audit::{AuditFilter, AuditRow, AuditTail};
pub use table::cached_file::{CacheEntry, CachedFile, HeldFile};
pub use table::call::{CallRow, overall};
pub use table::case::CaseRow;
pub use table::download::QueuedDownload;
pub use table::pin::PinnedSearch;
pub use table::recording::{RecordingFacts, Standing, StoredRecording, WantedRecording};
pub use table::source::{NewSource, SourceRow};
pub use table::stored::{Known, StoredCall};
pub use table::sync_run::{SyncError, SyncRun};
pub use writer::Writer;
