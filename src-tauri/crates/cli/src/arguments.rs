//! The command line's grammar: a contract. Add, do not rename.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

mod audit;
mod case;
mod export;
mod filter;
mod values;

pub use audit::{AuditArguments, AuditCommand};
pub use case::{CaseCalls, CaseCommand};
pub use export::{ExportArguments, VerifyArguments};
pub use filter::{Audio, Direction, Filters, Narrowing, YesNo};
pub use values::{Size, When};

use values::{key_value, size, speed};

/// Call recordings and their transcripts in one library, without a window.
///
/// Data goes to standard output, progress and diagnostics to standard error. Exit codes: 0 done, 1 failed, 2 wrong
/// usage, 3 done in part (each failed item is reported), 4 a check found a fault, 5 credentials are needed.
#[derive(Debug, Parser)]
#[command(name = "turnstone", version, disable_help_subcommand = true)]
pub struct Arguments {
    /// The library's directory; made if it does not exist [default: the platform's data directory].
    #[arg(long, global = true, value_name = "DIR", env = "TURNSTONE_LIBRARY")]
    pub library: Option<PathBuf>,
    /// Print one JSON object per line.
    #[arg(long, global = true)]
    pub json: bool,
    /// Ask no source for anything.
    #[arg(long, global = true)]
    pub offline: bool,
    /// No progress and no notes on standard error; errors are still shown.
    #[arg(long, global = true)]
    pub quiet: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Arguments {
    /// Reads the command line; an error is for [`crate::output::refuse`].
    pub fn read() -> Result<Self, clap::Error> {
        let arguments = Self::try_parse()?;
        match &arguments.command {
            Command::Export(export) => match export.misused() {
                Some(why) => Err(Self::command().error(ErrorKind::MissingRequiredArgument, why)),
                None => Ok(arguments),
            },
            Command::Fetch { calls, all: false, filters, .. } if calls.is_empty() && filters.is_empty() => {
                let why = "say which calls to fetch: name them, give filters, or --all";
                Err(Self::command().error(ErrorKind::MissingRequiredArgument, why))
            }
            Command::Case(command) if !command.names_calls() => {
                let why = "say which calls: name them, or give filters";
                Err(Self::command().error(ErrorKind::MissingRequiredArgument, why))
            }
            _ => Ok(arguments),
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add, list, test or remove the places calls come from.
    #[command(subcommand)]
    Source(SourceCommand),
    /// Bring calls and transcripts in.
    Sync {
        /// Sources by name; all if none is named.
        names: Vec<String>,
        /// Read everything again, also calls of which the source's list says nothing new.
        #[arg(long)]
        full: bool,
        /// Go on watching for changes until interrupted.
        #[arg(long)]
        watch: bool,
    },
    /// List calls, a page at a time.
    List {
        /// Which calls.
        #[command(flatten)]
        filters: Filters,
        /// In which order.
        #[arg(long, value_enum, default_value_t = Sort::StartedAt)]
        sort: Sort,
        /// At most this many.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
        /// Go on after this cursor, the last line of an earlier page.
        #[arg(long, value_name = "CURSOR")]
        after: Option<String>,
    },
    /// Everything known about one call.
    Show {
        /// An id, a unique prefix of one (8 characters or more), or SOURCE:REMOTE_ID.
        call: String,
    },
    /// Find turns by what was said.
    Search(Search),
    /// Bring audio into the cache.
    Fetch {
        /// Calls.
        calls: Vec<String>,
        /// Every call that the filters leave.
        #[arg(long)]
        all: bool,
        /// Which calls, with or instead of naming them.
        #[command(flatten)]
        filters: Filters,
        /// How many at a time.
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=64))]
        jobs: u32,
    },
    /// Write what the player would play into a WAV file.
    Render(Render),
    /// Play a call through the sound card.
    Play {
        /// The call.
        call: String,
        /// What to play of it.
        #[command(flatten)]
        span: Span,
    },
    /// Hand calls over: as a bag that anyone can verify, or as plain files.
    ///
    /// --json: {"path","calls","files","bytes","algorithm","tagmanifest","missing":[{"call","reason"}],"signed_by",
    /// "public_key","unsigned_because"}. Exit code 3: some audio is missing that may still come.
    Export(Box<ExportArguments>),
    /// Verify what was handed over; no library is needed. Exit code 4: something is wrong with it.
    ///
    /// --json: {"valid","problems":[{"path","problem"}],"files","bytes","tagmanifest","signed_by","public_key"}.
    Verify(VerifyArguments),
    /// Gather calls into cases, which hold them.
    #[command(subcommand)]
    Case(CaseCommand),
    /// Who did what, newest first.
    Audit(AuditArguments),
    /// Look after the audio cache.
    #[command(subcommand)]
    Cache(CacheCommand),
    /// Look after the library.
    #[command(subcommand)]
    Library(LibraryCommand),
}

/// Find turns by what was said.
#[derive(Debug, Args)]
pub struct Search {
    /// Words, "phrases", a OR b, -not, prefix*, speaker:agent.
    #[arg(allow_hyphen_values = true)]
    pub query: String,
    /// Which calls.
    #[command(flatten)]
    pub filters: Filters,
    /// In which order.
    #[arg(long, value_enum, default_value_t = SearchSort::Newest)]
    pub sort: SearchSort,
    /// At most this many.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,
    /// Go on after this cursor, the last line of an earlier page.
    #[arg(long, value_name = "CURSOR")]
    pub after: Option<String>,
    /// Only count the calls and turns.
    #[arg(long)]
    pub count: bool,
}

/// Write what the player would play into a WAV file.
#[derive(Debug, Args)]
pub struct Render {
    /// The call.
    pub call: String,
    /// The file to write.
    #[arg(long, value_name = "FILE.wav")]
    pub out: PathBuf,
    /// What to play of it.
    #[command(flatten)]
    pub span: Span,
    /// How many milliseconds of the recording to play [default: to its end].
    #[arg(long = "for", value_name = "MS", value_parser = clap::value_parser!(i64).range(1..))]
    pub length: Option<i64>,
    /// Which channel to hear.
    #[arg(long, value_enum, default_value_t = Channel::Both)]
    pub channel: Channel,
}

/// What to do with sources.
#[derive(Debug, Subcommand)]
pub enum SourceCommand {
    /// Add a source.
    Add {
        /// What it is.
        #[arg(value_parser = PossibleValuesParser::new(app::kinds().map(|kind| kind.kind)))]
        kind: String,
        /// A name of your choice.
        name: String,
        /// A server's address.
        #[arg(long)]
        url: Option<String>,
        /// A folder on this machine.
        #[arg(long)]
        path: Option<PathBuf>,
        /// Further settings.
        #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
        set: Vec<(String, String)>,
        /// Read the secret from standard input.
        #[arg(long)]
        secret_stdin: bool,
    },
    /// List the sources.
    List,
    /// Say what works and what is missing.
    Test {
        /// The source's name.
        name: String,
    },
    /// Remove a source; its calls stay.
    Remove {
        /// The source's name.
        name: String,
        /// Remove its calls too.
        #[arg(long)]
        forget_calls: bool,
    },
}

impl SourceCommand {
    /// Whether the command changes the library.
    pub fn changes(&self) -> bool {
        matches!(self, Self::Add { .. } | Self::Remove { .. })
    }
}

/// What to do with the cache.
#[derive(Debug, Subcommand)]
pub enum CacheCommand {
    /// How much is in it.
    ///
    /// --json: {"path","files","bytes","limit","pinned","partials","partial_bytes","missing":[…]}.
    Status,
    /// Put its folder in order: remove what nobody speaks of, look at every file byte by byte.
    ///
    /// What is damaged is removed, so that it can be fetched again, unless its source no longer has it. --json: one
    /// {"orphan"}, {"lost"}, {"damaged"} or {"damaged_but_kept"} per finding, then
    /// {"orphans","partials","lost","damaged","damaged_but_kept","verified","dry_run"}. Exit code 4 if anything is damaged
    /// or lost.
    Sweep {
        /// Only say what would be done.
        #[arg(long)]
        dry_run: bool,
    },
    /// Set how many bytes it may have; what was not heard for longest goes first, never what is pinned.
    ///
    /// --json: one {"call","recording","bytes"} per recording that leaves, then {"limit","left"}.
    Limit {
        /// Such as 20GB, 500MiB, 1000000, or none.
        #[arg(value_parser = size)]
        size: Size,
    },
    /// Have the audio of calls stay; what is not here yet is fetched when the window is open, or with `fetch`.
    ///
    /// --json: {"pinned"}, the number of calls that were not pinned before.
    Pin {
        /// Calls.
        #[arg(required = true)]
        calls: Vec<String>,
    },
    /// Take that back.
    ///
    /// --json: {"unpinned"}, the number of calls that were pinned.
    Unpin {
        /// Calls.
        #[arg(required = true)]
        calls: Vec<String>,
    },
    /// Take over the audio that an ElevenLabs backend has stored in its folder `audio-storage`; it is copied.
    ///
    /// --json: one {"file","call","imported","reason"} per file, then {"files","imported"}. Exit code 3 if a file was left
    /// out.
    Import {
        /// The folder.
        dir: PathBuf,
        /// The source whose calls they are.
        #[arg(long, value_name = "NAME")]
        source: String,
    },
    /// Remove audio that has been here as long as its source's setting `retention` allows
    /// (`forever`, `until-gone`, or days after the call).
    ///
    /// --json: one {"call","recording","bytes"} per recording, then {"recordings","bytes","dry_run"}.
    Retain {
        /// Only say what would go.
        #[arg(long)]
        dry_run: bool,
    },
}

impl CacheCommand {
    /// Whether the command changes the library.
    pub fn changes(&self) -> bool {
        !matches!(self, Self::Status | Self::Sweep { dry_run: true } | Self::Retain { dry_run: true })
    }
}

/// What to do with the library.
#[derive(Debug, Subcommand)]
pub enum LibraryCommand {
    /// Where it is and how much is in it.
    Status,
    /// Look for damage; exit code 4 if there is any.
    Check,
    /// Write a verified copy of the database.
    Backup {
        /// The file to write; must not exist.
        file: PathBuf,
    },
    /// Put a backup in the library's place; what was there is kept beside it.
    Restore {
        /// The backup.
        file: PathBuf,
    },
}

/// What to play.
#[derive(Debug, Args)]
pub struct Span {
    /// Where to begin, milliseconds in the recording.
    #[arg(long, value_name = "MS", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..))]
    pub at: i64,
    /// How fast, with the pitch kept.
    #[arg(long, value_name = "X", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
}

/// The list's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Sort {
    /// Newest first.
    StartedAt,
    /// Longest first.
    Duration,
}

/// The hits' order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SearchSort {
    /// Newest call first, turns in order.
    Newest,
    /// Best match first.
    Best,
}

/// A channel to hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Channel {
    Left,
    Right,
    Both,
}
