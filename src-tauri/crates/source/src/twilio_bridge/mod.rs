//! The folder and database of a Twilio/OpenAI bridge server.

use model::{Cancel, Recording};

use crate::{Audio, AudioError, Check, Cursor, Pages, Settings, Source, SourceError, Watch};

/// x
pub struct TwilioBridge;

impl TwilioBridge {
    /// x
    pub fn open(_settings: &Settings) -> Result<Self, SourceError> {
        Err(SourceError::Settings(String::new()))
    }
}

impl Source for TwilioBridge {
    fn test(&self) -> Vec<Check> {
        Vec::new()
    }
    fn changes_since<'a>(&'a self, _cursor: Option<&Cursor>, _cancel: &'a Cancel) -> Pages<'a> {
        Box::new(std::iter::empty())
    }
    fn audio(&self, _remote_id: &str, _recording: &Recording) -> Result<Audio, AudioError> {
        Err(AudioError { outcome: model::Outcome::NotFound, detail: String::new() })
    }
    fn local_file(&self, _recording: &Recording) -> Option<std::path::PathBuf> {
        None
    }
    fn watch(&self, _hint: Box<dyn Fn() + Send>) -> Option<Watch> {
        None
    }
}
