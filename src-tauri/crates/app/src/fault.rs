//! The one error the outside sees.

use std::fmt;

use cache::StoreError;
use library::LibraryError;
use source::SourceError;

/// What went wrong, as a code that decides on a screen or an exit code, and a message for people: what happened, to
/// what, and what to do. Never holds names, numbers or words from calls beyond what the user typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Decides what a screen offers and how the command line exits.
    pub code: FaultCode,
    /// One line for people.
    pub message: String,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $variant:ident = $word:literal,)*) => {
        /// The classes of failure that a screen or an exit code tells apart.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum FaultCode { $($(#[doc = $doc])* $variant,)* }

        impl FaultCode {
            /// Every code, for tables that must be complete.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code as the window and `--json` write it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }
    };
}

codes! {
    /// No such call, source or recording.
    NotFound = "not_found",
    /// A short id that several calls share.
    Ambiguous = "ambiguous",
    /// The request makes no sense as given.
    Invalid = "invalid",
    /// The source's place cannot be reached now.
    Unreachable = "unreachable",
    /// A source needs a credential, or refuses the one it has.
    NeedsCredentials = "needs_credentials",
    /// The system has no keychain that a secret could be kept in.
    NoKeychain = "no_keychain",
    /// A source knows who asks and does not let them.
    Forbidden = "forbidden",
    /// A source asks to wait.
    RateLimited = "rate_limited",
    /// Not asked, because the network is switched off.
    Offline = "offline",
    /// The call has no audio, or it is gone.
    NoAudio = "no_audio",
    /// The audio's codec cannot be decoded here.
    Unsupported = "unsupported",
    /// The file is not what it should be.
    Unreadable = "unreadable",
    /// There is no sound output now.
    NoDevice = "no_device",
    /// Another process has the library open.
    Locked = "locked",
    /// A newer version of the program wrote the library.
    NewerSchema = "newer_schema",
    /// The library's file is damaged.
    Corrupt = "corrupt",
    /// It cannot be recorded in the audit log, so it was not done.
    NotRecorded = "not_recorded",
    /// Reading or writing failed.
    Io = "io",
    /// The user stopped it.
    Cancelled = "cancelled",
}

impl Fault {
    /// A fault with a message for people.
    pub fn new(code: FaultCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl From<LibraryError> for Fault {
    fn from(error: LibraryError) -> Self {
        let code = match &error {
            LibraryError::Locked(_) | LibraryError::ReadOnly => FaultCode::Locked,
            LibraryError::NewerSchema { .. } => FaultCode::NewerSchema,
            LibraryError::Corrupt(_) | LibraryError::BadValue(_) => FaultCode::Corrupt,
            LibraryError::NoSuchSource(_) | LibraryError::NoSuchRecording => FaultCode::NotFound,
            LibraryError::NoSuchCase | LibraryError::UnknownCase(_) => FaultCode::NotFound,
            LibraryError::AmbiguousCase(_) => FaultCode::Ambiguous,
            LibraryError::NameTaken(_)
            | LibraryError::NamelessCase
            | LibraryError::CaseNameTaken(_)
            | LibraryError::BadCursor
            | LibraryError::NotALibrary(_)
            | LibraryError::KeyNeeded(_)
            | LibraryError::WrongKey(_)
            | LibraryError::NotEncrypted(_) => FaultCode::Invalid,
            LibraryError::Cancelled => FaultCode::Cancelled,
            _ => FaultCode::Io,
        };
        Self::new(code, error.to_string())
    }
}

impl From<SourceError> for Fault {
    fn from(error: SourceError) -> Self {
        let code = match &error {
            SourceError::Settings(_) => FaultCode::Invalid,
            SourceError::Unreachable(_) | SourceError::Nonsense(_) => FaultCode::Unreachable,
            SourceError::Credentials(_) => FaultCode::NeedsCredentials,
            SourceError::Forbidden(_) => FaultCode::Forbidden,
            SourceError::RateLimited { .. } => FaultCode::RateLimited,
            SourceError::Offline => FaultCode::Offline,
            SourceError::Io { .. } => FaultCode::Io,
            SourceError::Cancelled(_) => FaultCode::Cancelled,
        };
        Self::new(code, error.to_string())
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::Cancelled(_) => FaultCode::Cancelled,
            StoreError::Invalid(_) | StoreError::Length { .. } | StoreError::Elsewhere { .. } | StoreError::Other => {
                FaultCode::Unreadable
            }
            StoreError::Source { .. } | StoreError::TooLarge { .. } | StoreError::Disk { .. } => FaultCode::Io,
        };
        Self::new(code, error.to_string())
    }
}
