mod account;

#[cfg(test)]
mod tests;

use model::{Action, AuditEntry, Moment};
use uuid::Uuid;

use self::account::{Account, Row, explain};
use super::checkpoint::{Checkpoint, Origin};
use super::entry::{entry_hash, is_detail};
use super::problem::{Fault, Problem};
use super::tree::Edge;
use crate::signature::PublicKey;

/// After this many entries without agreement the likeliest account is taken.
const LONGEST_DOUBT: usize = 24;

/// Looks for alterations in a log while its rows pass by once, in the order of their numbers.
///
/// Every entry is hashed anew and held against the edge kept with it. Where they differ, several accounts of what happened
/// (the entry was changed, its edge was changed, it was replaced, inserted, …) are followed until the likeliest, with the
/// fewest faults, agrees with what comes after. So a single altered entry is named alone, and the search goes on
/// behind it.
#[derive(Debug)]
pub struct Checker {
    key: Option<PublicKey>,
    /// By size.
    outside: Vec<Checkpoint>,
    origin: Option<Origin>,
    /// The likeliest first; more than one only while in doubt.
    accounts: Vec<Account>,
    doubt: usize,
    rows: u64,
    signed: u64,
    last_ms: Option<i64>,
    /// The first and the last of the wrong signatures since the last right one.
    wrong_signatures: Option<(u64, u64)>,
    /// How many entries are as the last right checkpoint from outside knows them.
    known: u64,
    problems: Vec<Problem>,
    remarks: Vec<Problem>,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// How many entries there are.
    pub entries: u64,
    /// How many of them carry a signature of the log up to them.
    pub signed: u64,
    /// The checkpoint of the log as it is; `None` if it does not begin as a log.
    pub checkpoint: Option<Checkpoint>,
    /// Every alteration found, in the order of the log. None: nothing was altered, as far as can be told.
    pub problems: Vec<Problem>,
    /// What is odd but no alteration by itself: times running backwards.
    pub remarks: Vec<Problem>,
}

impl Checker {
    /// For a log whose signatures are by `key`, if it is known, and of which `outside` kept these checkpoints.
    pub fn new(key: Option<PublicKey>, mut outside: Vec<Checkpoint>) -> Self {
        outside.sort_unstable_by_key(|checkpoint| checkpoint.size);
        Self {
            key,
            outside,
            origin: None,
            accounts: vec![Account::empty()],
            doubt: 0,
            rows: 0,
            signed: 0,
            last_ms: None,
            wrong_signatures: None,
            known: 0,
            problems: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// Takes the next row: the entry, the edge kept with it, and the signature of the checkpoint up to it, if there is one.
    pub fn push(&mut self, entry: &AuditEntry, edge: &[u8], signature: Option<&[u8]>) {
        self.rows += 1;
        self.signed += u64::from(signature.is_some());
        if self.rows == 1 {
            self.begin(entry);
        }
        self.look_at(entry);
        let row = Row { entry, leaf: entry_hash(entry), edge, signature };
        self.accounts = explain(&self.accounts, &row, |account, row| self.evidence(account, row));
        self.doubt += 1;
        if self.doubt > LONGEST_DOUBT || self.accounts.first().is_some_and(|account| account.agrees) {
            self.settle();
        }
    }

    /// The log has passed.
    pub fn finish(mut self) -> Checked {
        self.settle();
        self.end_signatures();
        let size = self.accounts.first().map_or(0, |account| account.size);
        for checkpoint in std::mem::take(&mut self.outside) {
            if self.origin != Some(checkpoint.origin) {
                self.report(None, Fault::OtherLog { origin: checkpoint.origin });
            } else if checkpoint.size > size {
                let missing = checkpoint.size - size;
                self.report(None, Fault::Truncated { size: checkpoint.size, missing });
            }
        }
        let edge = self.accounts.first().and_then(Account::known_edge);
        let checkpoint = self.origin.zip(edge).map(|(origin, edge)| Checkpoint::of(origin, edge));
        self.problems.sort_by_key(|problem| problem.seq.unwrap_or(u64::MAX));
        Checked { entries: self.rows, signed: self.signed, checkpoint, problems: self.problems, remarks: self.remarks }
    }

    /// The first entry names the log; where it does not any more, a checkpoint from outside may.
    fn begin(&mut self, entry: &AuditEntry) {
        let named = entry.object.as_deref().and_then(|object| Uuid::parse_str(object).ok());
        if entry.action == Action::Begin.as_str() && named.is_some() {
            self.origin = named.map(Origin);
        } else {
            self.origin = self.outside.first().map(|checkpoint| checkpoint.origin);
            self.report(Some(entry.seq), Fault::NotBegun);
        }
    }

    /// What an entry tells by itself.
    fn look_at(&mut self, entry: &AuditEntry) {
        if !is_detail(&entry.detail) {
            self.report(Some(entry.seq), Fault::Detail);
        }
        // What cannot be written as a date would be hashed like another.
        let written = Moment::parse(&Moment::from_utc_ms(entry.at_ms).to_rfc3339());
        if written.is_none_or(|written| written.utc_ms != entry.at_ms) {
            self.report(Some(entry.seq), Fault::Time);
        }
        if self.last_ms.is_some_and(|last| entry.at_ms < last) {
            self.remarks.push(Problem { seq: Some(entry.seq), fault: Fault::Backwards });
        }
        self.last_ms = Some(entry.at_ms);
    }

    /// What the row's signature and the checkpoints from outside say to an account.
    fn evidence(&self, account: &mut Account, row: &Row<'_>) {
        let root = account.known_edge().map(Edge::root);
        let of_log = |size, root| self.origin.map(|origin| Checkpoint { origin, size, root });
        if let (Some(key), Some(signature), Some(root)) = (&self.key, row.signature, root)
            && let Some(checkpoint) = of_log(account.size, root)
        {
            let right = signature.try_into().is_ok_and(|signature| checkpoint.is_signed(key, signature));
            account.signatures.push((row.entry.seq, right));
        }
        for outside in &self.outside {
            if outside.size == account.size && Some(outside.origin) == self.origin {
                account.outside.push((outside.size, root == Some(outside.root)));
            }
        }
    }

    /// Takes the likeliest account as what happened.
    fn settle(&mut self) {
        self.doubt = 0;
        self.accounts.truncate(1);
        let Some(account) = self.accounts.first_mut() else { return };
        self.problems.append(&mut account.faults);
        let signatures = std::mem::take(&mut account.signatures);
        let outside = std::mem::take(&mut account.outside);
        for (seq, right) in signatures {
            if right {
                self.end_signatures();
            } else {
                let first = self.wrong_signatures.map_or(seq, |(first, _)| first);
                self.wrong_signatures = Some((first, seq));
            }
        }
        for (until, right) in outside {
            if !right {
                self.report(None, Fault::Rewritten { from: self.known + 1, until });
            }
            self.known = until;
        }
    }

    fn end_signatures(&mut self) {
        if let Some((first, last)) = self.wrong_signatures.take() {
            self.report(Some(first), Fault::Signature { until: (last > first).then_some(last) });
        }
    }

    fn report(&mut self, seq: Option<u64>, fault: Fault) {
        self.problems.push(Problem { seq, fault });
    }
}
