use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Who did what, newest first.
///
/// --json: one {"seq","at","actor","action","object","detail","hash"} per entry; `hash` is the entry's leaf in the log's
/// tree, SHA-256 as hex.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct AuditArguments {
    /// Something else than showing entries.
    #[command(subcommand)]
    pub command: Option<AuditCommand>,
    /// At most this many.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub limit: u32,
    /// Only this action, such as export.
    #[arg(long, value_name = "A")]
    pub action: Option<String>,
    /// Only what was done to this call.
    #[arg(long, value_name = "CALL")]
    pub call: Option<String>,
    /// Go on after this entry, with older ones.
    #[arg(long, value_name = "SEQ")]
    pub after: Option<u64>,
}

/// What to do with the log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Look for alterations; exit code 4 if there are any.
    ///
    /// --json: {"valid","entries","problems":[{"seq","problem"}],"remarks":[…],"checkpoint","signed_by"}.
    Verify {
        /// A checkpoint that was kept elsewhere, or an export: shows whether entries since went, or all were written anew.
        #[arg(long, value_name = "FILE")]
        checkpoint: Vec<PathBuf>,
    },
    /// Print the log's checkpoint, to be kept elsewhere: a signed note, or its bare text where there is no key.
    ///
    /// --json: {"checkpoint","signed"}.
    Checkpoint,
}
