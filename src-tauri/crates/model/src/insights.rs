use serde::{Deserialize, Serialize};

/// What a machine concluded about a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Insights {
    /// A few sentences about the call.
    pub summary: Option<String>,
    /// The mood of the call.
    pub sentiment: Option<Sentiment>,
    /// What it was about.
    pub topics: Vec<String>,
    /// What somebody should do next.
    pub action_items: Vec<String>,
    /// What the caller wanted.
    pub intent: Option<String>,
}

/// The mood of a call, in the source's words and scale.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sentiment {
    /// Such as `positive`.
    pub overall: Option<String>,
    /// On the source's own scale.
    pub score: Option<f64>,
}

impl Insights {
    /// Whether nothing was concluded at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
