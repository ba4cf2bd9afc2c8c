//! What the window sees, as JSON values with TypeScript types. Durations and positions are milliseconds.

mod call;
mod case;
mod evidence;
mod keeping;
mod list;
mod player;
mod search;
mod settings;
mod source;

pub use call::*;
pub use case::*;
pub use evidence::*;
pub use keeping::*;
pub use list::*;
pub use player::*;
pub use search::*;
pub use settings::*;
pub use source::*;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// No arguments, or no answer.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, TS)]
pub struct Nothing {}
