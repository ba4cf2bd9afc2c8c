//! The kinds of source there are, in words for the window.

use source::Kind;

/// A kind of source and what it needs.
#[derive(Clone, Copy, Debug)]
pub struct KindDescription {
    /// The name on the command line and in the database.
    pub kind: &'static str,
    /// The name for people.
    pub label: &'static str,
    /// What it is, in a sentence.
    pub words: &'static str,
    /// Whether it reads a folder.
    pub wants_folder: bool,
    /// Further settings it understands.
    pub settings: &'static [SettingDescription],
}

/// One setting of a kind of source.
#[derive(Clone, Copy, Debug)]
pub struct SettingDescription {
    /// Its key.
    pub key: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// What to enter.
    pub hint: &'static str,
}

const RESCAN: SettingDescription =
    SettingDescription { key: "rescan", label: "Look again every", hint: "Seconds; 300 if left empty" };

/// Every kind of source, in the order in which they are offered.
pub fn kinds() -> impl Iterator<Item = KindDescription> {
    Kind::ALL.into_iter().map(describe)
}

fn describe(kind: Kind) -> KindDescription {
    match kind {
        Kind::Folder => KindDescription {
            kind: kind.as_str(),
            label: "Folder",
            words: "Any folder of recordings, with or without transcripts beside them. vCon files are read too.",
            wants_folder: true,
            settings: &[RESCAN],
        },
        Kind::TwilioBridge => KindDescription {
            kind: kind.as_str(),
            label: "Twilio/OpenAI bridge",
            words: "The recordings folder of a bridge server, its Prisma database, or both.",
            wants_folder: true,
            settings: &[
                SettingDescription {
                    key: "database",
                    label: "Database",
                    hint: "The Prisma SQLite file, if it is not prisma/dev.db beside the recordings",
                },
                RESCAN,
            ],
        },
    }
}
