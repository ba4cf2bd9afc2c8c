//! A site whose answers are changed on their way.

use std::sync::Arc;

use serde_json::Value;
use testkit::sandbox::{Answer, Asked, Site};

/// Changes the JSON of answers to paths that end so.
pub struct Damaged<S> {
    pub site: Arc<S>,
    pub path: &'static str,
    pub change: Box<dyn Fn(&mut Value) + Send + Sync>,
}

impl<S: Site> Site for Damaged<S> {
    fn answer(&self, asked: &Asked) -> Answer {
        let mut answer = self.site.answer(asked);
        if asked.path.ends_with(self.path)
            && let Ok(mut value) = serde_json::from_slice(&answer.body)
        {
            (self.change)(&mut value);
            answer.body = value.to_string().into_bytes();
        }
        answer
    }
}
