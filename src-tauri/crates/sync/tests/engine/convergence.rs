//! Whatever happened on the way, a library ends up saying what its source says.

use std::collections::BTreeMap;

use crate::walking::Place;
use library::{Filter, Sort};
use model::{CallId, CallRecord, Cancel, Outcome};
use proptest::prelude::*;
use source::{Audio, AudioError, AudioRequest, Change, Check, Cursor, Memory, Page, Pages, Source, SourceError, Watch};
use testkit::{a_call, rejected};

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_ends_in_the_library_that_one_walk_of_the_last_state_makes(
        history in prop::collection::vec(visit(), 0..6),
        last in prop::collection::btree_map("[a-h]", version(), 0..8),
        remembers in any::<bool>(),
        page in 1..5_usize,
    ) {
        let place = Place::new();
        for visit in history {
            place.look(&Shelf { calls: visit.calls, breaks_at: visit.breaks_at, page: visit.page, remembers }, visit.full);
        }
        let last = Shelf { calls: last, breaks_at: None, page, remembers };
        // A source that forgets what it handed out can only tell what is gone when everything is looked at.
        let report = place.look(&last, !remembers);
        prop_assert!(report.run.complete, "{:?}", report.error);

        let fresh = Place::new();
        fresh.look(&last, false);
        prop_assert_eq!(place.here(), last.calls.keys().cloned().collect::<Vec<_>>());
        prop_assert_eq!(place.records(), fresh.records());

        let again = place.look(&last, false);
        prop_assert_eq!((again.run.added, again.run.updated, again.run.vanished), (0, 0, 0), "then nothing is left to do");
    }
}

/// A source at one moment, and a walk over it.
#[derive(Clone, Debug)]
struct Visit {
    calls: BTreeMap<String, Version>,
    full: bool,
    breaks_at: Option<usize>,
    page: usize,
}

/// What a call says; `None` where it cannot be read at the moment.
type Version = Option<u8>;

fn version() -> impl Strategy<Value = Version> {
    (0..4_u8).prop_map(Some)
}

fn visit() -> impl Strategy<Value = Visit> {
    let version = prop_oneof![8 => version(), 1 => Just(None)];
    let calls = prop::collection::btree_map("[a-h]", version, 0..8);
    (calls, any::<bool>(), prop::option::of(0..4_usize), 1..5_usize).prop_map(|(calls, full, breaks_at, page)| Visit {
        calls,
        full,
        breaks_at,
        page,
    })
}

/// A source whose cursor is what it handed out, as that of a folder is.
struct Shelf {
    calls: BTreeMap<String, Version>,
    breaks_at: Option<usize>,
    page: usize,
    remembers: bool,
}

/// What was handed out: the names of the calls and what they said.
type Inventory = BTreeMap<String, Version>;

impl Shelf {
    /// All pages from where an inventory was left.
    fn pages(&self, mut inventory: Inventory) -> Vec<Page> {
        let gone: Vec<String> = inventory.keys().filter(|name| !self.calls.contains_key(*name)).cloned().collect();
        let changed: Vec<(&String, &Version)> =
            self.calls.iter().filter(|(name, version)| inventory.get(*name) != Some(*version)).collect();
        let mut steps: Vec<(String, Option<Version>)> = gone.into_iter().map(|name| (name, None)).collect();
        steps.extend(changed.into_iter().map(|(name, version)| (name.clone(), Some(*version))));
        let mut pages = Vec::new();
        for step in steps.chunks(self.page) {
            let changes = step.iter().map(|(name, now)| match now {
                None => {
                    inventory.remove(name);
                    Change::Gone { remote_id: name.clone() }
                }
                Some(None) => rejected(name, "it cannot be read"),
                Some(Some(version)) => {
                    inventory.insert(name.clone(), Some(*version));
                    a_call(name).titled(&version.to_string()).with_turns(usize::from(*version)).into()
                }
            });
            let changes = changes.collect();
            pages.push(Page { changes, cursor: written(&inventory), total: None, waiting: Vec::new(), doubt: None });
        }
        pages
    }
}

impl Source for Shelf {
    fn changes_since<'a>(&'a self, cursor: Option<&Cursor>, _memory: &'a dyn Memory, _cancel: &'a Cancel) -> Pages<'a> {
        let inventory = cursor.map(|cursor| serde_json::from_str(&cursor.0).unwrap()).unwrap_or_default();
        let pages = self.pages(inventory).into_iter().map(Ok);
        match self.breaks_at {
            Some(at) => Box::new(pages.take(at).chain([Err(SourceError::Unreachable("unplugged".into()))])),
            None => Box::new(pages),
        }
    }

    fn afresh(&self, cursor: &Cursor) -> Option<Cursor> {
        let inventory: Inventory = serde_json::from_str(&cursor.0).unwrap();
        let forgotten = inventory.into_keys().map(|name| (name, None)).collect();
        self.remembers.then(|| written(&forgotten))
    }

    fn test(&self) -> Vec<Check> {
        Vec::new()
    }

    fn audio(&self, _ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        Err(AudioError::new(Outcome::NotFound, "there is no audio"))
    }

    fn watch(&self, _hint: Box<dyn Fn() + Send>) -> Option<Watch> {
        None
    }
}

impl Place {
    fn look(&self, source: &dyn Source, full: bool) -> turnstone_sync::Report {
        if full { self.walk_full(source) } else { self.walk(source) }
    }

    /// The calls in the list's order that have not vanished, each with everything that belongs to it.
    fn records(&self) -> Vec<CallRecord> {
        let reader = self.temp.reader();
        let here = self.here();
        let page = reader.calls(&Filter::default(), Sort::default(), None, 100).unwrap();
        let listed = page.rows.into_iter().filter(|row| here.contains(&row.remote_id));
        let mut records: Vec<CallRecord> = listed.map(|row| reader.call(row.id).unwrap().unwrap().record).collect();
        records.sort_by(|a, b| a.remote_id.cmp(&b.remote_id));
        assert_eq!(records.len(), here.len(), "what is here is in the list");
        assert!(
            records.iter().all(|record| reader.call(CallId::derive(self.id, &record.remote_id)).unwrap().is_some())
        );
        records
    }
}

fn written(inventory: &Inventory) -> Cursor {
    Cursor(serde_json::to_string(inventory).unwrap())
}
