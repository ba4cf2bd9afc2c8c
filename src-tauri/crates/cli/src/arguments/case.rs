//! What can be done with cases.

use clap::{Args, Subcommand};

use super::Filters;

/// What to do with cases.
#[derive(Debug, Subcommand)]
pub enum CaseCommand {
    /// Make a case.
    ///
    /// --json: {"id","name","number","purpose","person","made_at","calls",
    /// "completeness":{"calls","here","to_fetch","gone","never_recorded"}}.
    Add {
        /// A name of your choice; no other case may have it.
        name: String,
        /// The number it has elsewhere.
        #[arg(long = "number", value_name = "N", default_value = "")]
        number: String,
        /// What it is for.
        #[arg(long, value_name = "P", default_value = "")]
        purpose: String,
        /// Who is responsible for it.
        #[arg(long, value_name = "P", default_value = "")]
        person: String,
    },
    /// List the cases, newest first.
    ///
    /// --json: one object per case, as `add` prints it.
    List,
    /// Put calls into a case, which holds them: nothing of them is deleted, and their audio stays.
    ///
    /// --json: {"case","put","calls"}: how many calls were not in it before, and how many are in it now.
    Put(CaseCalls),
    /// Take calls out of a case.
    ///
    /// --json: {"case","taken","calls"}: how many calls were in it, and how many are in it now.
    Take(CaseCalls),
    /// Remove a case; its calls stay, and are held no longer.
    ///
    /// --json: {"removed","calls"}: the case's id, and how many calls were in it.
    Remove {
        /// Its id, name or number.
        case: String,
    },
    /// Everything about one case.
    ///
    /// --json: as `add` prints it.
    Show {
        /// Its id, name or number.
        case: String,
    },
}

/// A case and some calls.
#[derive(Debug, Args)]
pub struct CaseCalls {
    /// The case's id, name or number.
    #[arg(value_name = "CASE")]
    pub into: String,
    /// Calls.
    pub calls: Vec<String>,
    /// Which calls, where none is named.
    #[command(flatten)]
    pub filters: Filters,
}

impl CaseCommand {
    /// Whether the command changes the library.
    pub fn changes(&self) -> bool {
        !matches!(self, Self::List | Self::Show { .. })
    }

    /// Whether it says which calls it is about, where it must.
    pub fn names_calls(&self) -> bool {
        match self {
            Self::Put(which) | Self::Take(which) => !which.calls.is_empty() || !which.filters.is_empty(),
            _ => true,
        }
    }
}
