use serde::{Deserialize, Serialize};

use crate::Moment;

/// One measured value at one moment, such as `talk_time_ms`, `interruptions` or `latency_ms`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// When the snapshot was taken.
    pub at: Option<Moment>,
    /// The name in snake case; a unit ends the name where there is one (`silence_time_ms`).
    pub name: String,
    /// The value in that unit.
    pub value: f64,
}
