use std::fmt;

use super::checkpoint::Origin;

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The entry, as it is numbered now; `None` where no single entry is concerned.
    pub seq: Option<u64>,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a log, an entry, or the part of a log in an export.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// What the entry says differs from what was hashed.
    #[error("was changed after it was written")]
    Changed,
    /// The entry is as it was, the hashes kept with it are not.
    #[error("is as it was written, but the hashes kept with it were changed")]
    EdgeChanged,
    /// Neither the entry nor the hashes kept with it fit.
    #[error("was changed or replaced, together with the hashes kept with it")]
    Replaced,
    /// Nobody wrote it at this place, and what follows is numbered on.
    #[error("was inserted, and those after it were renumbered")]
    Inserted,
    /// Entries are gone, this one and those up to `until`.
    #[error("{}", if *.renumbered { "missing, and those after were renumbered" } else { "missing" })]
    Missing {
        /// The last that is gone.
        until: u64,
        /// Those after it took its number.
        renumbered: bool,
    },
    /// Its number is used twice, or it comes after a later one.
    #[error("comes a second time or out of order")]
    OutOfOrder,
    /// The first entry does not begin a log.
    #[error("should begin the log and name it, and does not")]
    NotBegun,
    /// The facts of the entry are not a JSON object on one line.
    #[error("has facts that cannot be read")]
    Detail,
    /// Its time is outside what can be written.
    #[error("has a time that cannot be")]
    Time,
    /// Its time is before that of the entry before. Clocks are set back at times: a remark.
    #[error("is dated before the entry before it; the computer's clock was set back, or one of the two was")]
    Backwards,
    /// The signatures from this entry to `until` do not fit.
    #[error("{}", signatures(*.until))]
    Signature {
        /// The last entry whose signature does not fit; `None` if it is this one alone.
        until: Option<u64>,
    },
    /// A checkpoint from outside is of another log.
    #[error("the checkpoint is of another log, {origin}")]
    OtherLog {
        /// The log it is of.
        origin: Origin,
    },
    /// A checkpoint from outside knows entries that are not there.
    #[error("{missing} entries are missing at the end: the checkpoint knows {size}")]
    Truncated {
        /// How many the checkpoint knows.
        size: u64,
        /// How many of them are not there.
        missing: u64,
    },
    /// A checkpoint from outside has another root.
    #[error("entries {from} to {until} are not those that the checkpoint knows; some of them were rewritten")]
    Rewritten {
        /// The first that may have been rewritten.
        from: u64,
        /// How many entries the checkpoint knows.
        until: u64,
    },
    /// The checkpoint of an export cannot be read.
    #[error("the checkpoint of the audit log is damaged")]
    NoCheckpoint,
    /// The checkpoint of an export is not signed by the key that the export is signed with.
    #[error("the checkpoint of the audit log is not signed with this key")]
    NotSigned,
    /// The signature of an export's checkpoint is wrong.
    #[error("the signature of the audit log's checkpoint does not fit")]
    WrongNote,
    /// A line of an export's entries is not an entry.
    #[error("line {line} of the audit log's entries is damaged")]
    DamagedEntry {
        /// Counted from 1.
        line: u64,
    },
    /// A line of an export's proofs is not a proof, or there is none for an entry.
    #[error("line {line} of the audit log's proofs is damaged or missing")]
    DamagedProof {
        /// Counted from 1.
        line: u64,
    },
    /// There are more proofs than entries.
    #[error("there are proofs for entries of the audit log that are not there")]
    MoreProofs,
    /// The proof does not lead to the checkpoint.
    #[error("is not the one that the checkpoint knows at its place")]
    NotProven,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.seq, &self.fault) {
            (Some(seq), Fault::Missing { until, .. }) if *until > seq => {
                write!(f, "entries {seq} to {until} are {}", self.fault)
            }
            (Some(seq), Fault::Missing { .. }) => write!(f, "entry {seq} is {}", self.fault),
            (Some(seq), fault) => write!(f, "entry {seq} {fault}"),
            (None, fault) => fault.fmt(f),
        }
    }
}

fn signatures(until: Option<u64>) -> String {
    match until {
        None => "has a signature that does not fit".to_owned(),
        Some(until) => format!(
            "and those up to {until} have signatures that do not fit: something before them was rewritten after they \
             were signed, or they were signed with another key"
        ),
    }
}
