//! Why a file cannot be heard, in words a person can act on.

use std::fmt;

/// Why audio could not be opened, sought or read. `file` is the file's name without its folders.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The bytes are not audio at all, whatever the name says.
    #[error("{file} is not audio: {looks}; fetch the recording again or check where it comes from")]
    NotAudio {
        /// The file's name.
        file: String,
        /// What the bytes are instead.
        looks: Looks,
    },
    /// The bytes are audio that cannot be decoded here. The codec is named, as in `GSM 6.10`.
    #[error("unsupported codec: {codec}")]
    Unsupported {
        /// The codec in words.
        codec: String,
    },
    /// It is audio of a known kind, but so damaged that nothing can be played.
    #[error("{file} is damaged: {why}; fetch the recording again")]
    Malformed {
        /// The file's name.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// The file could not be read.
    #[error("cannot read {file}: {source}; check that it exists and may be read")]
    Io {
        /// The file's name.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// What comes next of a recording that is still arriving is not here yet: read again later.
    #[error("the rest of the recording has not arrived yet")]
    NotYet,
    /// A recording that was being played while it arrived will not be here whole.
    #[error("the recording did not arrive whole: {why}")]
    Broke {
        /// What went wrong.
        why: String,
    },
    /// The decoder failed in a way it should not have; the rest of the program is unharmed.
    #[error("the decoder failed on {file}; other recordings are not affected, please report this file")]
    Panicked {
        /// The file's name.
        file: String,
    },
}

/// What bytes that are not audio look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Looks {
    /// There are no bytes.
    Empty,
    /// Every byte is zero.
    Zeros,
    /// A web page.
    Html,
    /// JSON.
    Json,
    /// XML that is not a web page.
    Xml,
    /// Some other text.
    Text,
    /// It begins like audio and ends within its header.
    TruncatedHeader,
    /// Nothing known.
    Unknown,
}

impl fmt::Display for Looks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "it is empty",
            Self::Zeros => "every byte is zero",
            Self::Html => "it is a web page (HTML)",
            Self::Json => "it is JSON",
            Self::Xml => "it is XML",
            Self::Text => "it is text",
            Self::TruncatedHeader => "it ends within its header",
            Self::Unknown => "its bytes are of no known format",
        })
    }
}

/// The same, before the file's name is known: what the decoders inside this crate return.
#[derive(Debug)]
pub(crate) enum Fail {
    NotAudio(Looks),
    Unsupported(Box<Unplayable>),
    Malformed(String),
    Io(std::io::Error),
}

/// What is known about audio that cannot be decoded.
#[derive(Debug, Default)]
pub(crate) struct Unplayable {
    pub(crate) codec: String,
    pub(crate) format: &'static str,
    pub(crate) rate: Option<u32>,
    pub(crate) channels: Option<u32>,
    pub(crate) duration_ms: Option<i64>,
}

impl Fail {
    pub(crate) fn malformed(why: impl Into<String>) -> Self {
        Self::Malformed(why.into())
    }

    pub(crate) fn unsupported(format: &'static str, codec: impl Into<String>) -> Self {
        Self::Unsupported(Box::new(Unplayable { codec: codec.into(), format, ..Unplayable::default() }))
    }

    pub(crate) fn named(self, file: &str) -> DecodeError {
        let file = file.to_owned();
        match self {
            Self::NotAudio(looks) => DecodeError::NotAudio { file, looks },
            Self::Unsupported(what) => DecodeError::Unsupported { codec: what.codec },
            Self::Malformed(why) => DecodeError::Malformed { file, why },
            Self::Io(source) => DecodeError::Io { file, source },
        }
    }
}

impl From<std::io::Error> for Fail {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}
