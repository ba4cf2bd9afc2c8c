//! Accounts of what may have happened to a log, followed side by side while it is unclear which is true.

use model::AuditEntry;

use super::super::entry::entry_hash;
use super::super::problem::{Fault, Problem};
use super::super::tree::{Edge, Hash};

/// So many accounts are followed at once.
const MOST: usize = 8;
/// So many entries that went at one place are looked for where those after them were renumbered.
const MOST_MISSING: u64 = 512;

/// A row of the log as it is kept.
pub(super) struct Row<'a> {
    pub entry: &'a AuditEntry,
    /// The entry's hash under the number it has now.
    pub leaf: Hash,
    pub edge: &'a [u8],
    pub signature: Option<&'a [u8]>,
}

/// One account of what happened so far.
#[derive(Clone, Debug)]
pub(super) struct Account {
    /// The last edge that is believed.
    pub edge: Edge,
    /// How many entries were written so far, with those that are missing now; beyond the edge, where its successors are not
    /// known.
    pub size: u64,
    /// By how much entries are numbered higher now than when they were written.
    shift: i64,
    cost: u32,
    /// The last row is an entry of the log.
    takes_row: bool,
    /// The last row is what the entries before it lead to.
    pub agrees: bool,
    /// Not reported yet.
    pub faults: Vec<Problem>,
    /// Signatures since, and whether they fit.
    pub signatures: Vec<(u64, bool)>,
    /// Sizes of checkpoints from outside since, and whether they fit.
    pub outside: Vec<(u64, bool)>,
}

/// How much less likely each step makes an account. What is altered in one place is likelier than what is altered in two, and
/// text is altered sooner than hashes, which say nothing to people.
mod cost {
    pub const CHANGED: u32 = 2;
    pub const EDGE_CHANGED: u32 = 3;
    pub const REPLACED: u32 = 4;
    pub const REPLACED_FITTINGLY: u32 = 5;
    pub const RENUMBERED: u32 = 5;
    pub const BEGUN_ANEW: u32 = 6;
    pub const MISSING: u32 = 1;
    pub const OUT_OF_ORDER: u32 = 1;
    pub const EVIDENCE: u32 = 2;
}

impl Account {
    /// Nothing has happened yet.
    pub fn empty() -> Self {
        Self {
            edge: Edge::empty(),
            size: 0,
            shift: 0,
            cost: 0,
            takes_row: true,
            agrees: true,
            faults: Vec::new(),
            signatures: Vec::new(),
            outside: Vec::new(),
        }
    }

    /// The edge after all entries so far, if it is known.
    pub fn known_edge(&self) -> Option<&Edge> {
        (self.edge.size() == self.size).then_some(&self.edge)
    }

    fn goes_on_like(&self, other: &Self) -> bool {
        self.size == other.size && self.shift == other.shift && self.edge == other.edge
    }

    /// How many entries lie between the last one and the row; less than zero if it should have come before.
    fn gap(&self, row: &Row<'_>) -> i64 {
        let next = i64::try_from(self.size).unwrap_or(i64::MAX).saturating_add(1 + self.shift);
        i64::try_from(row.entry.seq).unwrap_or(i64::MAX).saturating_sub(next)
    }

    /// Goes on with the row as the next entry if its hashes are what they must be.
    fn agreeing(&self, row: &Row<'_>) -> Option<Self> {
        if self.gap(row) != 0 {
            return None;
        }
        let edge = self.next_edge(row)?;
        (edge.to_bytes() == row.edge).then(|| Self { agrees: true, ..self.clone().taking(edge) })
    }

    /// Goes on with the row in every way that may have led to it, if its hashes are not what they must be.
    fn doubting(&self, row: &Row<'_>) -> Vec<Self> {
        let gap = self.gap(row);
        let mut accounts = if gap < 0 {
            vec![self.clone().leaving(row, Fault::OutOfOrder, cost::OUT_OF_ORDER)]
        } else if gap > 0 {
            self.without(gap.unsigned_abs(), row.entry.seq - 1, false).after_gap(row)
        } else if self.known_edge().is_none() {
            self.after_gap(row)
        } else {
            self.after_known(row)
        };
        if gap != 0
            && let Some(edge) = self.next_edge(row).filter(|edge| edge.to_bytes() == row.edge)
        {
            accounts.push(self.clone().taking(edge).with(row.entry.seq, Fault::Changed, cost::CHANGED));
        }
        if gap == 0 {
            accounts.extend(self.without_several(row));
        }
        accounts
    }

    /// Several entries before the row are missing and it took the number of the first, or the second. How many is told by the
    /// row itself where it is kept as a leaf, which is every other one: no other number leads to that hash.
    fn without_several(&self, row: &Row<'_>) -> Option<Self> {
        let seq = row.entry.seq;
        let mut before = self.clone();
        let first = match before.faults.as_slice() {
            _ if self.agrees => seq,
            [Problem { seq: Some(one), fault: Fault::Replaced }] if one + 1 == seq && self.known_edge().is_none() => {
                before.cost = before.cost.saturating_sub(cost::REPLACED);
                before.faults.remove(0).seq?
            }
            _ => return None,
        };
        (2..=MOST_MISSING).find_map(|count| {
            let size = self.size.checked_add(count + 1).filter(|size| size % 2 == 1)?;
            let kept = Edge::from_bytes(size, row.edge).ok().filter(|kept| self.edge.may_precede(kept))?;
            let leaf = entry_hash(&AuditEntry { seq: size, ..row.entry.clone() });
            (kept.ends_in(&leaf) == Some(true)).then(|| {
                let mut removed = before.without(count, first + count - 1, true);
                removed.shift -= count.cast_signed();
                removed.taking(kept)
            })
        })
    }

    /// The row does not fit the entry before it.
    fn after_known(&self, row: &Row<'_>) -> Vec<Self> {
        let seq = row.entry.seq;
        let kept = self.fitting_edge(row);
        let replaced = if kept.is_some() { cost::REPLACED_FITTINGLY } else { cost::REPLACED };
        let mut accounts = Vec::new();
        accounts.extend(kept.map(|kept| self.clone().taking(kept).with(seq, Fault::Changed, cost::CHANGED)));
        let own = self.next_edge(row);
        accounts.extend(own.map(|own| self.clone().taking(own).with(seq, Fault::EdgeChanged, cost::EDGE_CHANGED)));
        accounts.push(self.clone().skipping().with(seq, Fault::Replaced, replaced));
        accounts.extend(self.anew(row));
        let mut inserted = self.clone().leaving(row, Fault::Inserted, cost::RENUMBERED);
        inserted.shift += 1;
        accounts.push(inserted);
        let mut removed = self.without(1, seq, true);
        removed.shift -= 1;
        accounts.extend(removed.after_gap(row));
        accounts
    }

    /// The edge before the row is not known: what is kept with the row is believed as far as it fits what was before.
    fn after_gap(&self, row: &Row<'_>) -> Vec<Self> {
        let seq = row.entry.seq;
        let account = self.clone();
        let Some(kept) = self.fitting_edge(row) else {
            let replaced = account.skipping().with(seq, Fault::Replaced, cost::REPLACED);
            return self.anew(row).into_iter().chain([replaced]).collect();
        };
        match kept.ends_in(&self.leaf(row)) {
            Some(false) => vec![account.taking(kept).with(seq, Fault::Changed, cost::CHANGED)],
            Some(true) | None => vec![account.taking(kept)],
        }
    }

    /// The next `count` entries, up to `until` as the numbers are now, are missing.
    fn without(&self, count: u64, until: u64, renumbered: bool) -> Self {
        let mut account = self.clone();
        account.size = account.size.saturating_add(count);
        let cost = if renumbered { cost::RENUMBERED } else { cost::MISSING };
        account.with((until + 1).saturating_sub(count), Fault::Missing { until, renumbered }, cost)
    }

    /// The row is the next entry, and this is the edge with it.
    fn taking(mut self, edge: Edge) -> Self {
        self.size = edge.size();
        self.edge = edge;
        self.takes_row = true;
        self.agrees = false;
        self
    }

    /// The row is in the place of the next entry, and the edge with that one is not known.
    fn skipping(mut self) -> Self {
        self.size = self.size.saturating_add(1);
        self.takes_row = true;
        self.agrees = false;
        self
    }

    /// The row does not belong to the log.
    fn leaving(mut self, row: &Row<'_>, fault: Fault, cost: u32) -> Self {
        self.takes_row = false;
        self.agrees = false;
        self.with(row.entry.seq, fault, cost)
    }

    fn with(mut self, seq: u64, fault: Fault, cost: u32) -> Self {
        self.faults.push(Problem { seq: Some(seq), fault });
        self.cost += cost;
        self
    }

    /// The edge that the row leads to as the next entry.
    fn next_edge(&self, row: &Row<'_>) -> Option<Edge> {
        let mut edge = self.known_edge()?.clone();
        edge.push(self.leaf(row));
        Some(edge)
    }

    /// The edge kept with the row as the next entry, if the log may have grown into it.
    fn fitting_edge(&self, row: &Row<'_>) -> Option<Edge> {
        let kept = Edge::from_bytes(self.size.saturating_add(1), row.edge).ok()?;
        self.edge.may_precede(&kept).then_some(kept)
    }

    /// What is kept with the row is believed against all that was before.
    fn anew(&self, row: &Row<'_>) -> Option<Self> {
        let kept = Edge::from_bytes(self.size.saturating_add(1), row.edge).ok()?;
        let fits = self.edge.may_precede(&kept);
        (!fits).then(|| self.clone().taking(kept).with(row.entry.seq, Fault::Replaced, cost::BEGUN_ANEW))
    }

    /// The row as the next entry, under the number with which it was written.
    fn leaf(&self, row: &Row<'_>) -> Hash {
        let seq = self.size.saturating_add(1);
        if row.entry.seq == seq { row.leaf } else { entry_hash(&AuditEntry { seq, ..row.entry.clone() }) }
    }
}

/// Continues every account over a row, the likeliest first. `evidence` adds what else speaks for or against an account.
pub(super) fn explain(accounts: &[Account], row: &Row<'_>, evidence: impl Fn(&mut Account, &Row<'_>)) -> Vec<Account> {
    let next = accounts.iter().flat_map(|account| match account.agreeing(row) {
        Some(agreeing) => vec![agreeing],
        None => account.doubting(row),
    });
    let mut next = likeliest(next.collect());
    for account in next.iter_mut().filter(|account| account.takes_row) {
        let before = wrong(account);
        evidence(account, row);
        account.cost += (wrong(account) - before) * cost::EVIDENCE;
    }
    likeliest(next)
}

/// The likeliest first; of those that go on alike only the likeliest.
fn likeliest(mut accounts: Vec<Account>) -> Vec<Account> {
    accounts.sort_by_key(|account| (account.cost, !account.agrees));
    let mut kept: Vec<Account> = Vec::new();
    for account in accounts {
        if kept.len() < MOST && !kept.iter().any(|other| other.goes_on_like(&account)) {
            kept.push(account);
        }
    }
    kept
}

fn wrong(account: &Account) -> u32 {
    let all = account.signatures.iter().chain(&account.outside);
    all.filter(|(_, right)| !right).count().try_into().unwrap_or(u32::MAX)
}
