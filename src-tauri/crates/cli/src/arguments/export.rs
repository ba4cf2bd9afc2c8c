//! Handing calls over, and verifying what was handed over.

use std::path::PathBuf;

use app::{Document, ExportAudio, ExportForm};
use clap::Args;
use clap::ValueEnum;
use clap::builder::PossibleValuesParser;

use super::filter::{Audio, Narrowing};
use super::values::{When, when};

/// What to export, where to and how.
#[derive(Debug, Args)]
pub struct ExportArguments {
    /// Calls by id, a unique prefix of one, or SOURCE:REMOTE_ID; with none, all that the filters leave.
    pub calls: Vec<String>,
    /// Every call in the library.
    #[arg(long)]
    pub all: bool,
    /// Which calls. With calls or other filters, `--case` says which case they are exported for.
    #[command(flatten)]
    pub narrowing: Narrowing,
    /// The folder to put the export into, under a name of its own; made if it does not exist. Given twice, with a date: also
    /// only calls begun before that moment, or on or before that day.
    #[arg(long, value_name = "DIR", required = true)]
    to: Vec<String>,
    /// A bag, a bag in one zip file, or plain files.
    #[arg(long, default_value = "bag", value_parser = PossibleValuesParser::new(ExportForm::ALL.iter().map(|form| form.as_str())))]
    form: String,
    /// `original`: the bytes as they came; `wav`: copies for listening, in a bag beside the originals; `none`. Another state
    /// (`cached`, `available`, …): only calls whose audio is in it [default: original].
    #[arg(long, value_name = "AUDIO", value_parser = copies_or_state)]
    audio: Vec<CopiesOrState>,
    /// Which documents go with every call: some of vcon, vtt, srt, txt, csv, or none.
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "vcon,vtt,srt,txt,csv", value_parser = PossibleValuesParser::new(Document::ALL.iter().map(|one| one.as_str()).chain(["none"])))]
    documents: Vec<String>,
    /// Have the vCons hold their audio themselves.
    #[arg(long)]
    pub inline: bool,
    /// Why; it is noted in the export and in the audit log.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub reason: String,
    /// Take the audio that is here, or on this machine's disks, and fetch none.
    #[arg(long)]
    pub no_fetch: bool,
}

/// Which export to verify, and what it should be.
#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// A bag, or a bag in a zip file.
    pub path: PathBuf,
    /// The public key it must be signed with: its text as in signing-key.pub, a file that holds it, or its fingerprint.
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// The SHA-512 its tag manifest must have: the hash on the cover letter.
    #[arg(long, value_name = "HEX")]
    pub tagmanifest: Option<String>,
}

/// What a word after `--audio` means.
#[derive(Clone, Copy, Debug)]
enum CopiesOrState {
    Copies(ExportAudio),
    State(Audio),
}

impl ExportArguments {
    /// Why it makes no sense as given, if it does not.
    pub fn misused(&self) -> Option<&'static str> {
        let narrowed = !self.narrowing.is_empty() || self.until().is_some() || self.state().is_some();
        match (self.calls.is_empty(), narrowed, self.all) {
            (true, false, false) => Some("say which calls to export: name them, give filters, or --all"),
            _ if self.folders().count() != 1 => Some("--to takes one folder, and besides at most a date"),
            _ => None,
        }
    }

    /// Whether `--case` only says what the export is for, because something else says which calls.
    pub fn case_is_a_label(&self) -> bool {
        let narrowed = !self.narrowing.is_case_alone() || self.until().is_some() || self.state().is_some();
        !self.calls.is_empty() || self.all || narrowed
    }

    /// The folder to put the export into.
    pub fn folder(&self) -> PathBuf {
        self.folders().next().map(PathBuf::from).unwrap_or_default()
    }

    /// The end of the span of time.
    pub fn until(&self) -> Option<When> {
        self.to.iter().find_map(|text| when(text).ok())
    }

    /// The state the calls' audio must be in.
    pub fn state(&self) -> Option<Audio> {
        self.audio.iter().find_map(|word| match word {
            CopiesOrState::State(state) => Some(*state),
            CopiesOrState::Copies(_) => None,
        })
    }

    /// What audio goes with it.
    pub fn copies(&self) -> ExportAudio {
        let copies = self.audio.iter().find_map(|word| match word {
            CopiesOrState::Copies(copies) => Some(*copies),
            CopiesOrState::State(_) => None,
        });
        copies.unwrap_or(ExportAudio::Original)
    }

    /// In which form.
    pub fn form(&self) -> ExportForm {
        ExportForm::parse(&self.form).unwrap_or(ExportForm::Bag)
    }

    /// Which documents.
    pub fn documents(&self) -> impl Iterator<Item = Document> {
        self.documents.iter().filter_map(|word| Document::parse(word))
    }

    /// What is given after `--to` and is no date; a folder that is named like one is written `./2025-11-12`.
    fn folders(&self) -> impl Iterator<Item = &String> {
        self.to.iter().filter(|text| when(text).is_err())
    }
}

fn copies_or_state(text: &str) -> Result<CopiesOrState, String> {
    let copies = ExportAudio::parse(text).map(CopiesOrState::Copies);
    let state = || Audio::from_str(text, false).map(CopiesOrState::State);
    copies.map_or_else(state, Ok).map_err(|_| "write original, wav or none, or a state of audio".to_owned())
}
