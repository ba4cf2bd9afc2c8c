/// One line of the audit log: who did what, when, to what, and why. Kept for ever as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its place in the log, from 1 on without gaps.
    pub seq: u64,
    /// When, UTC milliseconds.
    pub at_ms: i64,
    /// The user of the operating system.
    pub user: String,
    /// The person configured in the settings, if any.
    pub person: Option<String>,
    /// What was done.
    pub action: String,
    /// To what: a call's id, a source's name, a case's id, …; `None` where it concerns the library as a whole.
    pub object: Option<String>,
    /// Further facts as a JSON object, such as `{"from_ms":0,"to_ms":4200}` or `{"reason":"…"}`; byte for byte as it was
    /// hashed.
    pub detail: String,
}

macro_rules! actions {
    ($($(#[doc = $doc:literal])* $variant:ident = $word:literal,)*) => {
        /// What is written into the audit log.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action { $($(#[doc = $doc])* $variant,)* }

        impl Action {
            /// Every action, for what must be complete.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word in the log.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }
    };
}

actions! {
    /// The log was begun; its first entry, which names it.
    Begin = "begin",
    /// A call was opened: its words were shown.
    Open = "open",
    /// A stretch of a recording was played.
    Play = "play",
    /// A recording was written into a file for listening.
    Render = "render",
    /// What was said was searched.
    Search = "search",
    /// A call was exported.
    Export = "export",
    /// An export was completed, with its hash.
    Seal = "seal",
    /// Something was deleted.
    Delete = "delete",
    /// A setting was changed.
    Settings = "settings",
    /// A source was added or changed.
    Source = "source",
    /// A source was signed in to.
    SignIn = "sign_in",
    /// A source was synchronised.
    Sync = "sync",
    /// A case was made, changed, filled or emptied.
    Case = "case",
    /// A signing key was made.
    Key = "key",
    /// The library was restored from a backup.
    Restore = "restore",
}
