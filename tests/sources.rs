//! Sources are added, removed and added again; what happens to their calls is the user's choice.

use std::sync::mpsc;
use std::time::Duration;

use app::{AppEvent, FaultCode, Filter, NewSource, SearchSort};
use model::{AudioState, Cancel};
use testkit::{CallFolder, samples_of, wav};

use crate::desk::{ALL_OF_IT, Desk, folder_source};

#[test]
fn removing_a_source_may_keep_its_calls_and_their_cached_audio() {
    let desk = Desk::with_one_call();
    desk.folder.recording("unheard.wav", 2, 100);
    desk.sync();
    let (heard, unheard) = (desk.id("call"), desk.id("unheard"));
    desk.fetch(heard);
    desk.app.remove_source(desk.source, false).unwrap();

    assert_eq!(desk.app.sources().unwrap().len(), 0);
    assert_eq!(desk.remote_ids(), ["call", "unheard"], "the calls stay");
    assert!(desk.render(heard, ALL_OF_IT).unwrap() == samples_of(&wav(1, 1_000)), "what was fetched plays");
    let fault = desk.render(unheard, ALL_OF_IT).unwrap_err();
    assert_eq!(fault.code, FaultCode::NoAudio, "{fault}");
    assert!(fault.message.contains("source was removed"), "it is said why: {fault}");
    assert_eq!(desk.call("unheard").recordings[0].state, AudioState::Available, "nobody was asked, so nothing failed");
}

#[test]
fn a_source_that_is_added_again_finds_its_calls() {
    let desk = Desk::with_one_call();
    let call = desk.id("call");
    desk.app.remove_source(desk.source, false).unwrap();
    let again = desk.app.add_source(folder_source(&desk.folder, "Calls")).unwrap();
    assert_eq!(again.calls, 1);
    let outcome = desk.app.sync(again.id, false, &Cancel::new(), &mut |_| {}).unwrap();
    assert_eq!((outcome.run.added, outcome.run.unchanged), (0, 1), "no call comes in twice");
    assert_eq!(desk.id("call"), call);
}

#[test]
fn forgetting_a_source_takes_its_calls_their_words_and_their_cached_files_and_nothing_else() {
    let desk = Desk::with_one_call();
    desk.folder.transcript("call.vtt", 3);
    desk.sync();
    let kept = CallFolder::new();
    kept.recording("kept.wav", 7, 100);
    kept.transcript("kept.vtt", 1);
    let other = desk.app.add_source(folder_source(&kept, "Kept")).unwrap();
    desk.app.sync(other.id, false, &Cancel::new(), &mut |_| {}).unwrap();
    let kept_call = desk.app.find_call("Kept:kept").unwrap();
    desk.fetch(desk.id("call"));
    desk.fetch(kept_call);
    assert_eq!((desk.cached_files().len(), found(&desk, "turn number")), (2, 4));

    desk.app.remove_source(desk.source, true).unwrap();
    assert_eq!(desk.remote_ids(), ["kept"]);
    assert_eq!(found(&desk, "turn number"), 1, "words of calls that are gone are not found");
    assert_eq!(desk.cached_files().len(), 1, "their files are gone from the disk");
    assert!(desk.render(kept_call, ALL_OF_IT).unwrap() == samples_of(&wav(7, 100)));
    assert!(desk.folder.place("call.wav").exists(), "nothing in a source is ever changed");
    assert_eq!(desk.app.check_library().unwrap(), [] as [&str; 0]);
}

#[test]
fn a_source_that_is_removed_while_it_is_being_read_leaves_nothing_behind() {
    let desk = Desk::new();
    for number in 0..2_000 {
        desk.folder.recording(&format!("{number}.wav"), number, 10);
    }
    let (tell, told) = mpsc::channel();
    desk.app.subscribe(Box::new(move |event| {
        if let AppEvent::Job(job) = event {
            let _ = tell.send(job.clone());
        }
    }));
    assert!(desk.app.begin_sync(desk.source, false).unwrap());
    let next = || told.recv_timeout(Duration::from_secs(60)).expect("the job goes on until it ends");
    while next().done == 0 {}
    desk.app.remove_source(desk.source, true).unwrap();
    while next().end.is_none() {}
    assert_eq!(desk.app.count_calls(&Filter::default()).unwrap(), 0, "no page comes in after the removal");
    assert_eq!(desk.app.jobs().len(), 0);
    assert_eq!(desk.app.check_library().unwrap(), [] as [&str; 0]);
}

#[test]
fn a_source_that_makes_no_sense_is_refused_in_words() {
    let desk = Desk::new();
    let refusal = |new: NewSource| desk.app.add_source(new).unwrap_err();
    let mut unknown = folder_source(&desk.folder, "New");
    unknown.kind = "fax".into();
    let fault = refusal(unknown);
    assert!(fault.code == FaultCode::Invalid && fault.message.contains("folder"), "{fault}");
    let fault = refusal(NewSource { kind: "folder".into(), name: "New".into(), ..NewSource::default() });
    assert!(fault.code == FaultCode::Invalid && fault.message.contains("path"), "{fault}");
    let fault = refusal(folder_source(&desk.folder, "Calls"));
    assert!(fault.code == FaultCode::Invalid && fault.message.contains("exists"), "{fault}");
    assert_eq!(desk.app.sources().unwrap().len(), 1, "nothing of it was kept");
}

fn found(desk: &Desk, words: &str) -> usize {
    desk.app.search(words, &Filter::default(), SearchSort::default(), None, 100).unwrap().hits.len()
}
