//! Which calls are exported, in the order in which they are handed over: oldest first, those of unknown start last.

use std::collections::{BTreeSet, HashSet};

use library::{AudioFilter, CallRow, Filter, LARGEST_PAGE, Sort};
use model::{CallId, Ms, SourceId};

use crate::cases::Selection;
use crate::fault::{Fault, FaultCode};
use crate::open::App;
use crate::sources::is_local;

/// A call that is to be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Chosen {
    unknown_start: bool,
    started_ms: Option<i64>,
    /// The call.
    pub id: CallId,
    /// How many turns it has.
    pub turns: u32,
    length_ms: Ms,
}

impl Chosen {
    fn new(row: &CallRow) -> Self {
        Self {
            unknown_start: row.started_ms.is_none(),
            started_ms: row.started_ms,
            id: row.id,
            turns: row.turns,
            length_ms: row.duration_ms.unwrap_or_default(),
        }
    }
}

impl Chosen {
    /// About how long it is.
    pub fn seconds(&self) -> u64 {
        u64::try_from(self.length_ms / 1_000).unwrap_or_default() + 1
    }
}

impl App {
    /// The calls that are meant, each once, in order.
    pub(crate) fn chosen(&self, which: &Selection) -> Result<Vec<Chosen>, Fault> {
        let chosen: BTreeSet<Chosen> = match which {
            Selection::Calls(calls) => {
                calls.iter().map(|id| Ok(Chosen::new(&self.call(*id)?.row))).collect::<Result<_, Fault>>()?
            }
            Selection::Filter(filter) => {
                let mut chosen = BTreeSet::new();
                self.each_row(filter, |row| {
                    chosen.insert(Chosen::new(row));
                })?;
                chosen
            }
        };
        if chosen.is_empty() {
            let words = "there is nothing to export: no call is meant by that; `list` shows what there is";
            return Err(Fault::new(FaultCode::NotFound, words));
        }
        Ok(chosen.into_iter().collect())
    }

    /// Those of the chosen calls whose audio is not, or not all, here but may come.
    pub(crate) fn lacking_audio(&self, chosen: &[Chosen]) -> Result<Vec<CallId>, Fault> {
        let may_come = Filter { audio: Some(AudioFilter::NotYet), ..Filter::default() };
        let mut waiting = HashSet::new();
        self.each_row(&may_come, |row| {
            waiting.insert(row.id);
        })?;
        Ok(chosen.iter().map(|one| one.id).filter(|id| waiting.contains(id)).collect())
    }

    /// Those of some calls whose source reads this machine's disks only.
    pub(crate) fn of_this_machine(&self, calls: Vec<CallId>) -> Result<Vec<CallId>, Fault> {
        let reader = self.inner.library.reader()?;
        let local: HashSet<SourceId> = reader.sources()?.iter().filter(|row| is_local(row)).map(|row| row.id).collect();
        let is_here = |call: &CallId| Ok(reader.source_of(*call)?.is_some_and(|source| local.contains(&source)));
        calls.into_iter().filter_map(|call| is_here(&call).map(|here| here.then_some(call)).transpose()).collect()
    }

    /// Looks at every row that a filter leaves.
    fn each_row(&self, filter: &Filter, mut look: impl FnMut(&CallRow)) -> Result<(), Fault> {
        let mut after = None;
        loop {
            let page = self.calls(filter, Sort::default(), after.as_deref(), LARGEST_PAGE)?;
            page.rows.iter().for_each(&mut look);
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(()),
            }
        }
    }
}
