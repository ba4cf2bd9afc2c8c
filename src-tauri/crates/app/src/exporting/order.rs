//! What is to be exported, and how.

use std::collections::BTreeSet;
use std::path::PathBuf;

use model::CaseId;

use crate::cases::Selection;

/// What to export, where to and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportOrder {
    /// Which calls.
    pub which: Selection,
    /// For which case, if for one.
    pub case: Option<ForCase>,
    /// The folder that the export is put into, under a name of its own; made if it is not there.
    pub to: PathBuf,
    /// In which form.
    pub form: ExportForm,
    /// What audio goes with it.
    pub audio: ExportAudio,
    /// Which documents go with every call.
    pub documents: BTreeSet<Document>,
    /// Whether the vCons hold their audio themselves instead of naming its file.
    pub inline_audio: bool,
    /// Why; may be empty.
    pub reason: String,
    /// Whether audio that is not here is fetched first, also over the network. What lies on this machine's disks always is.
    pub fetch: bool,
}

/// The case that calls are exported for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForCase {
    /// One that is kept here.
    Kept(CaseId),
    /// One that is kept elsewhere, by its number or name.
    Elsewhere(String),
}

macro_rules! words {
    ($(#[doc = $what:literal])* $name:ident { $($(#[doc = $doc:literal])* $variant:ident = $word:literal,)* }) => {
        $(#[doc = $what])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[doc = $doc])* $variant,)* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word for it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Reads that word back.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text)
            }
        }
    };
}

words! {
    /// The form of an export.
    ExportForm {
        /// A bag: a folder that anyone can verify.
        Bag = "bag",
        /// A bag in one zip file.
        Zip = "zip",
        /// Plain files in a folder, which prove nothing.
        Folder = "folder",
    }
}

words! {
    /// The audio in an export.
    ExportAudio {
        /// The bytes as they came.
        Original = "original",
        /// Copies for listening as WAV; in a bag beside the originals.
        Wav = "wav",
        /// None.
        None = "none",
    }
}

words! {
    /// A document about one call.
    Document {
        /// Everything, as a vCon.
        VCon = "vcon",
        /// Captions as WebVTT, with voices.
        WebVtt = "vtt",
        /// Captions as SRT.
        Srt = "srt",
        /// The transcript as text.
        Text = "txt",
        /// The turns as a table.
        Csv = "csv",
    }
}
