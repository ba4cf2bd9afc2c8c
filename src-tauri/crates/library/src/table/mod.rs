//! One file per table or family of tables: its rows, how they are read and how they are written.

pub(crate) mod attempt;
pub(crate) mod audit;
pub(crate) mod cached_file;
pub(crate) mod call;
pub(crate) mod case;
pub(crate) mod column;
pub(crate) mod download;
pub(crate) mod insights;
pub(crate) mod metric;
pub(crate) mod pin;
pub(crate) mod put;
pub(crate) mod recording;
pub(crate) mod setting;
pub(crate) mod source;
pub(crate) mod stored;
pub(crate) mod sync_run;
pub(crate) mod turn;
