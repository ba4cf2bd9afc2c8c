//! What is gathered in a case stays, whatever else is done, until it is taken out of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use app::{CaseFacts, FaultCode, Filter, Selection, Sort};
use fastrand::Rng;
use model::{AudioState, CallId, Cancel, CaseId, Completeness, Outcome, RecordingId};
use testkit::wav;

use crate::desk::{Desk, folder_source};

/// A second of the recordings of these tests, with its header.
const SECOND: u64 = 16_044;

#[test]
fn calls_are_gathered_by_name_or_by_filter_and_everybody_is_told() {
    let desk = desk_with(4);
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = told.clone();
    desk.app.subscribe(Box::new(move |event| heard.lock().unwrap().push(format!("{event:?}"))));
    let news = || {
        let events = std::mem::take(&mut *told.lock().unwrap());
        ["CasesChanged", "LibraryChanged"].map(|what| events.iter().filter(|event| *event == what).count())
    };

    let case = made(&desk, "Smith v. Jones");
    assert_eq!(news(), [1, 0]);
    let calls = all(&desk);
    assert_eq!(desk.app.put_in_case(case, &Selection::Calls(vec![calls[0], calls[0]])).unwrap(), 1);
    assert_eq!(news(), [1, 1], "the list marks them");
    assert_eq!(desk.app.put_in_case(case, &Selection::Filter(Filter::default())).unwrap(), 3, "the others");
    assert_eq!(desk.app.put_in_case(case, &Selection::Calls(calls.clone())).unwrap(), 0);
    assert_eq!(desk.app.cases_of(calls[2]).unwrap()[0].case.name, "Smith v. Jones");

    desk.fetch(calls[0]);
    desk.folder.remove("call-3.wav");
    desk.sync();
    let sum = desk.app.completeness(&Selection::Filter(within(case))).unwrap();
    assert_eq!(sum, Completeness { calls: 4, here: 1, to_fetch: 2, gone: 1, never_recorded: 0 });
    assert_eq!(desk.app.take_from_case(case, &Selection::Filter(within(case))).unwrap(), 4);
    assert_eq!(desk.app.remove_case(case).unwrap(), 0);
    assert_eq!(desk.app.put_in_case(case, &Selection::Calls(calls)).unwrap_err().code, FaultCode::NotFound);
}

#[test]
fn what_makes_no_case_is_refused_in_words() {
    let desk = Desk::new();
    let facts = |name: &str| CaseFacts { name: name.into(), ..CaseFacts::default() };
    let long = "x".repeat(10 << 20);
    for name in ["", " \n ", "a\u{1b}[2Jb", "two\nlines", long.as_str()] {
        let fault = desk.app.make_case(facts(name)).unwrap_err();
        assert_eq!(fault.code, FaultCode::Invalid);
        assert!(fault.message.len() < 200, "{}", fault.message);
    }
    let purpose = CaseFacts { purpose: long, ..facts("Long") };
    assert_eq!(desk.app.make_case(purpose).unwrap_err().code, FaultCode::Invalid);
    let lines = CaseFacts { purpose: " first\nsecond ".into(), ..facts(" Kept ") };
    let kept = desk.app.make_case(lines).unwrap().case;
    assert_eq!((kept.name.as_str(), kept.purpose.as_str()), ("Kept", "first\nsecond"));
    assert_eq!(desk.app.make_case(facts("Kept")).unwrap_err().code, FaultCode::Invalid, "there is one of that name");
    let unknown = desk.app.case_named("Lost").unwrap_err();
    assert!(unknown.code == FaultCode::NotFound && unknown.message.contains("case list"), "{unknown}");
    assert_eq!(desk.app.cases().unwrap().len(), 1);
}

#[test]
fn a_limit_a_rule_or_forgetting_its_source_does_not_take_what_is_held() {
    let desk = desk_with(3);
    let calls = all(&desk);
    calls.iter().for_each(|call| drop(desk.fetch(*call)));
    let case = made(&desk, "A");
    desk.app.put_in_case(case, &Selection::Calls(calls[..1].to_vec())).unwrap();
    let left = desk.app.set_cache_limit(Some(1)).unwrap();
    assert_eq!(left.iter().map(|one| one.call).collect::<BTreeSet<_>>(), calls[1..].iter().copied().collect());
    let status = desk.app.cache_status().unwrap();
    assert_eq!((status.files, status.held, status.pinned), (1, 1, 0));

    let rule = BTreeMap::from([("retention".to_owned(), "1".to_owned())]);
    desk.app.change_source(desk.source, rule).unwrap();
    assert_eq!(desk.app.retain(false).unwrap(), []);
    assert_eq!(desk.app.remove_source(desk.source, true).unwrap(), 1);
    assert_eq!(all(&desk), calls[..1], "the others are forgotten");
    assert_eq!(desk.cached_files().len(), 1);
    assert_eq!(desk.app.check_library().unwrap(), [] as [&str; 0]);

    desk.app.remove_case(case).unwrap();
    assert_eq!(desk.app.cache_status().unwrap().held, 0, "nothing holds it any more");
}

#[test]
fn taken_out_of_its_case_audio_goes_as_any_other() {
    let desk = desk_with(1);
    let (call, case) = (all(&desk)[0], made(&desk, "A"));
    desk.fetch(call);
    desk.app.put_in_case(case, &Selection::Calls(vec![call])).unwrap();
    desk.app.set_cache_limit(Some(1)).unwrap();
    assert_eq!(desk.cached_files().len(), 1);
    desk.app.take_from_case(case, &Selection::Calls(vec![call])).unwrap();
    assert_eq!(desk.cached_files().len(), 0, "the limit holds at once");
}

#[test]
fn a_held_file_that_was_damaged_is_left_and_one_that_was_lost_comes_again_only_as_it_was() {
    let desk = desk_with(1);
    let (call, case) = (all(&desk)[0], made(&desk, "A"));
    let file = desk.fetch(call).file.unwrap();
    desk.app.put_in_case(case, &Selection::Calls(vec![call])).unwrap();
    let mut bytes = fs::read(&file).unwrap();
    bytes[9_000] ^= 1;
    fs::write(&file, &bytes).unwrap();
    let swept = desk.app.sweep(false, &Cancel::new()).unwrap();
    assert_eq!((swept.damaged.len(), swept.damaged_but_kept.len()), (0, 1));
    assert_eq!(fs::read(&file).unwrap(), bytes, "nearly all of it is better than nothing");

    // Cut short, and its source has other audio of it now.
    fs::write(&file, &bytes[..500]).unwrap();
    assert_eq!(desk.app.sweep(false, &Cancel::new()).unwrap().lost.len(), 1);
    assert_eq!(fs::read(&file).unwrap(), bytes[..500], "what is left is left alone");
    desk.folder.recording("call-0.wav", 77, 1_000);
    let refused = desk.fetch(call);
    assert_eq!(refused.attempts.last().map(|last| last.outcome), Some(Outcome::Invalid));
    assert!(refused.attempts.last().unwrap().detail.as_deref().unwrap().contains("held in a case"));
    assert_eq!(fs::read(&file).unwrap(), bytes[..500]);

    desk.folder.recording("call-0.wav", 0, 1_000);
    assert_eq!(desk.fetch(call).state, AudioState::Cached);
    assert_eq!(fs::read(&file).unwrap(), wav(0, 1_000), "the very bytes that were held");
    assert_eq!(desk.app.sweep(false, &Cancel::new()).unwrap().verified, 1);
}

#[test]
fn whatever_is_done_what_is_held_is_never_lost() {
    for seed in 0..24 {
        let mut world = World::new(seed);
        for step in 0..40 {
            let before = world.evidence();
            let (done, released) = world.something();
            let held: BTreeSet<CallId> = world.cases.values().flatten().copied().collect();
            for (call, files) in before.iter().filter(|(call, _)| held.contains(call) && !released.contains(call)) {
                let at = format!("seed {seed}, step {step}: {done}");
                let now = world.desk.app.call(*call).unwrap_or_else(|fault| panic!("{at}: {fault}"));
                for (id, (path, bytes)) in files {
                    let kept =
                        now.recordings.iter().find(|one| one.id == *id).unwrap_or_else(|| panic!("{at}: no row"));
                    assert_eq!(kept.state, AudioState::Cached, "{at}");
                    assert!(fs::read(path).ok().as_ref() == Some(bytes), "{at}: the bytes are as they were");
                }
            }
            assert_eq!(world.counted(), world.cases, "seed {seed}, step {step}: {done}");
        }
        assert_eq!(world.desk.app.check_library().unwrap(), [] as [&str; 0]);
    }
}

/// A desk at which anything may happen, and what should be in the cases.
struct World {
    desk: Desk,
    rng: Rng,
    cases: BTreeMap<String, BTreeSet<CallId>>,
    ids: BTreeMap<String, CaseId>,
}

type Files = BTreeMap<RecordingId, (PathBuf, Vec<u8>)>;

impl World {
    fn new(seed: u64) -> Self {
        let desk = Desk::new();
        let mut world = Self { desk, rng: Rng::with_seed(seed), cases: BTreeMap::new(), ids: BTreeMap::new() };
        (0..5).for_each(|number| world.write(number));
        world.desk.sync();
        for name in ["A", "B"] {
            world.ids.insert(name.into(), made(&world.desk, name));
            world.cases.insert(name.into(), BTreeSet::new());
        }
        world
    }

    /// Does something. Answers what, and which calls nothing held for a moment.
    fn something(&mut self) -> (String, BTreeSet<CallId>) {
        let calls = all(&self.desk);
        let call = (!calls.is_empty()).then(|| calls[self.rng.usize(..calls.len())]);
        let name = ["A", "B"][self.rng.usize(..2)];
        let (number, kind, case) = (self.rng.u16(..5), self.rng.u8(..14), self.ids[name]);
        let app = &self.desk.app;
        let mut released = BTreeSet::new();
        let done = match (kind, call) {
            (0..=2, Some(call)) => {
                app.put_in_case(case, &Selection::Calls(vec![call])).unwrap();
                self.cases.get_mut(name).unwrap().insert(call);
                format!("put {call} in {name}")
            }
            (3, Some(call)) => {
                app.take_from_case(case, &Selection::Calls(vec![call])).unwrap();
                self.cases.get_mut(name).unwrap().remove(&call);
                format!("take {call} from {name}")
            }
            (4, _) if self.rng.u8(..3) == 0 => {
                app.remove_case(case).unwrap();
                self.ids.insert(name.into(), made(&self.desk, name));
                released = std::mem::take(self.cases.get_mut(name).unwrap());
                format!("remove {name}")
            }
            (5, Some(call)) => {
                app.fetch(&[call], 1, &Cancel::new(), &mut |_| {}).unwrap();
                format!("fetch {call}")
            }
            (6, Some(call)) => {
                if self.rng.bool() { app.pin(&[call]) } else { app.unpin(&[call]) }.unwrap();
                format!("pin or unpin {call}")
            }
            (7, _) => {
                let limit = [None, Some(1), Some(2 * SECOND)][self.rng.usize(..3)];
                app.set_cache_limit(limit).unwrap();
                format!("limit {limit:?}")
            }
            (8, _) => {
                app.sweep(false, &Cancel::new()).unwrap();
                "sweep".into()
            }
            (9, _) => {
                let days = ["1", "until-gone", "forever"][self.rng.usize(..3)];
                let source = app.sources().unwrap()[0].id;
                app.change_source(source, BTreeMap::from([("retention".to_owned(), days.to_owned())])).unwrap();
                app.retain(false).unwrap();
                format!("retain {days}")
            }
            (10, _) if self.rng.u8(..3) == 0 => {
                app.remove_source(app.sources().unwrap()[0].id, true).unwrap();
                let again = app.add_source(folder_source(&self.desk.folder, "Calls")).unwrap();
                self.desk.source = again.id;
                self.desk.sync();
                "forget the source and add it again".into()
            }
            (11, _) => {
                drop(fs::remove_file(self.desk.folder.place(&format!("call-{number}.wav"))));
                self.desk.sync();
                format!("the source loses {number}")
            }
            (12, _) => {
                let all = Selection::Filter(Filter::default());
                app.put_in_case(case, &all).unwrap();
                self.cases.get_mut(name).unwrap().extend(calls);
                format!("put all in {name}")
            }
            _ => {
                self.write(number);
                self.desk.sync();
                format!("the source has another {number}")
            }
        };
        (done, released)
    }

    /// The files of what is held.
    fn evidence(&self) -> BTreeMap<CallId, Files> {
        let held: BTreeSet<CallId> = self.cases.values().flatten().copied().collect();
        let store = self.desk.app.cache_status().unwrap().dir;
        let files = |call: &CallId| {
            let recordings = self.desk.app.call(*call).unwrap().recordings.into_iter();
            let files = recordings.filter_map(|one| Some((one.id, store.join(one.file?.path))));
            files.map(|(id, path)| (id, (path.clone(), fs::read(path).unwrap()))).collect()
        };
        held.iter().map(|call| (*call, files(call))).collect()
    }

    /// What is in the cases as the application has it.
    fn counted(&self) -> BTreeMap<String, BTreeSet<CallId>> {
        let calls = |case: CaseId| self.desk.app.selected(&Selection::Filter(within(case))).unwrap();
        self.ids.iter().map(|(name, case)| (name.clone(), calls(*case).into_iter().collect())).collect()
    }

    /// A recording of which nobody knows how it sounds and how long it is.
    fn write(&mut self, number: u16) {
        let (seed, ms) = (self.rng.u16(..), self.rng.u32(50..900));
        self.desk.folder.recording(&format!("call-{number}.wav"), seed, ms);
    }
}

fn desk_with(calls: u16) -> Desk {
    let desk = Desk::new();
    (0..calls).for_each(|number| desk.folder.recording(&format!("call-{number}.wav"), number, 1_000));
    desk.sync();
    desk
}

fn all(desk: &Desk) -> Vec<CallId> {
    let rows = desk.app.calls(&Filter::default(), Sort::default(), None, 1_000).unwrap().rows;
    let mut named: Vec<(String, CallId)> = rows.into_iter().map(|row| (row.remote_id, row.id)).collect();
    named.sort();
    named.into_iter().map(|(_, id)| id).collect()
}

fn made(desk: &Desk, name: &str) -> CaseId {
    desk.app.make_case(CaseFacts { name: name.into(), ..CaseFacts::default() }).unwrap().case.id
}

fn within(case: CaseId) -> Filter {
    Filter { case: Some(case), ..Filter::default() }
}
