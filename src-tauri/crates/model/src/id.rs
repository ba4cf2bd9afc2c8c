use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// Identifies a configured source on this machine.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub Uuid);

/// Identifies a call in the library; derived from its source and its id there, so it is the same after a re-import.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub Uuid);

/// Identifies a recording in the library; derived from its call and its id there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordingId(pub Uuid);

/// Identifies a case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseId(pub Uuid);

/// The text is not an id of the library.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id: {0}")]
pub struct InvalidId(pub String);

impl CallId {
    /// The id of the call that `source` knows as `remote_id` (UUID version 5).
    pub fn derive(source: SourceId, remote_id: &str) -> Self {
        Self(Uuid::new_v5(&source.0, remote_id.as_bytes()))
    }
}

impl RecordingId {
    /// The id of the recording that the source knows as `remote_id` within `call` (UUID version 5).
    pub fn derive(call: CallId, remote_id: &str) -> Self {
        Self(Uuid::new_v5(&call.0, remote_id.as_bytes()))
    }
}

macro_rules! uuid_id {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::parse_str(text).map(Self).map_err(|_| InvalidId(text.to_owned()))
            }
        }
    )*};
}
uuid_id!(SourceId, CallId, RecordingId, CaseId);
