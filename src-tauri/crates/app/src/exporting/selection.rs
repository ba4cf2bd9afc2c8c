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

/// How far to go for audio that is not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// This machine's disks.
    ThisMachine,
    /// Those and the network.
    Anywhere,
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

    /// Those of the chosen calls whose audio is not, or not all, here but may come from so far: it was never brought, or its
    /// file was lost since.
    pub(crate) fn lacking_audio(&self, chosen: &[Chosen], reach: Reach) -> Result<Vec<CallId>, Fault> {
        let reader = self.inner.library.reader()?;
        let sources = reader.sources()?;
        let within: HashSet<SourceId> =
            sources.iter().filter(|row| reach == Reach::Anywhere || is_local(row)).map(|row| row.id).collect();
        let mut waiting = HashSet::new();
        let may_come = Filter { audio: Some(AudioFilter::NotYet), ..Filter::default() };
        self.each_row(&may_come, |row| {
            if within.contains(&row.source) {
                waiting.insert(row.id);
            }
        })?;
        let meant: HashSet<CallId> = chosen.iter().map(|one| one.id).collect();
        for file in reader.held_files()? {
            let is_meant = within.contains(&file.source) && meant.contains(&file.call);
            if is_meant && !self.inner.store.holds(&file.path, file.bytes) {
                waiting.insert(file.call);
            }
        }
        Ok(chosen.iter().map(|one| one.id).filter(|id| waiting.contains(id)).collect())
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
