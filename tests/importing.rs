//! A folder of calls becomes a library and stays in step with it.

use std::sync::mpsc;
use std::time::{Duration, SystemTime};

use app::{AppEvent, Filter, JobEnd, Progress};
use model::{AudioState, Cancel};
use testkit::{CallFolder, contents, samples_of, wav};

use crate::desk::{ALL_OF_IT, Desk};

const MANY: u64 = 10_000;
/// How long a test waits for what must come; far beyond what it takes.
const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn ten_thousand_calls_show_progress_can_be_stopped_go_on_and_are_left_alone_afterwards() {
    let desk = Desk::new();
    fill(&desk.folder, MANY);

    let (told, end) = import_and_stop(&desk, MANY / 4);
    assert!(told.len() > 3, "progress is shown on the way, not only at the end: {told:?}");
    assert!(told.is_sorted(), "progress only rises: {told:?}");
    assert!(!end.failed && end.words.contains("stopped"), "stopping is no failure: {end:?}");
    let kept = desk.app.count_calls(&Filter::default()).unwrap();
    assert!((MANY / 4..MANY).contains(&kept), "what came in until then is kept: {kept}");

    let rest = desk.sync();
    assert!(rest.run.complete, "{:?}", rest.fault);
    assert_eq!(rest.run.added, MANY - kept, "the second run brings in what is missing, and only that");
    assert_eq!(desk.app.count_calls(&Filter::default()).unwrap(), MANY);

    let before = contents(desk.app.library_dir());
    let again = desk.sync();
    assert_eq!((again.run.seen, again.run.unchanged), (MANY, MANY), "the third run looks at every call");
    assert_eq!((again.run.added, again.run.updated, again.run.vanished, again.run.rejected), (0, 0, 0, 0));
    assert!(before == contents(desk.app.library_dir()), "and touches no row of any table");
}

#[test]
fn a_recording_that_is_still_being_written_waits_and_then_comes_in() {
    let desk = Desk::new();
    let (whole, a_moment_ago) = (wav(1, 1_000), SystemTime::now() - Duration::from_secs(10));
    desk.folder.recording("done.wav", 2, 100);
    desk.folder.write_at("growing.wav", &whole[..whole.len() / 2], a_moment_ago);
    let first = desk.sync();
    assert_eq!((first.run.added, first.run.rejected), (1, 0), "half a file is no bad file");
    assert_eq!(first.waiting, ["growing"], "and it is said what is waited for");

    desk.folder.write_at("growing.wav", &whole, a_moment_ago);
    let second = desk.sync();
    assert_eq!((second.run.added, second.waiting.len()), (1, 0));
    assert_eq!(desk.render(desk.id("growing"), ALL_OF_IT).unwrap(), samples_of(&whole));
}

#[test]
fn a_recording_that_is_moved_keeps_its_call_and_its_cached_audio() {
    let desk = Desk::with_one_call();
    let (id, cached) = (desk.id("call"), desk.fetch(desk.id("call")));
    desk.folder.rename("call.wav", "archive/2025/renamed.wav");
    let outcome = desk.sync();
    assert_eq!((outcome.run.added, outcome.run.updated, outcome.run.vanished), (0, 1, 0));

    for full in [false, true] {
        desk.app.sync(desk.source, full, &Cancel::new(), &mut |_| {}).unwrap();
        assert_eq!(desk.remote_ids(), ["call"], "it is the call it was, also when everything is looked at again");
        let call = desk.app.call(id).unwrap();
        assert_eq!(call.row.vanished_ms, None);
        assert_eq!(call.recordings[0].record.storage_path.as_deref(), Some("archive/2025/renamed.wav"));
        assert_eq!(call.recordings[0].state, AudioState::Cached, "what was fetched is not fetched again");
    }
    assert_eq!(desk.cached_files(), Vec::from_iter(cached.file));
}

#[test]
fn a_call_whose_files_are_deleted_stays_in_the_library_and_comes_back_as_itself() {
    let desk = Desk::with_one_call();
    let id = desk.id("call");
    desk.folder.remove("call.wav");
    assert_eq!(desk.sync().run.vanished, 1);
    assert!(desk.app.call(id).unwrap().row.vanished_ms.is_some(), "it is still in the library, and marked");
    desk.folder.recording("call.wav", 1, 1_000);
    assert_eq!(desk.sync().run.updated, 1);
    assert_eq!(desk.app.call(id).unwrap().row.vanished_ms, None);
}

#[test]
fn a_folder_that_is_not_there_now_loses_nothing() {
    let desk = Desk::with_one_call();
    let elsewhere = desk.folder.path().with_extension("away");
    std::fs::rename(desk.folder.path(), &elsewhere).unwrap();
    let outcome = desk.sync();
    assert_eq!(outcome.fault.map(|fault| fault.code), Some(app::FaultCode::Unreachable));
    assert_eq!(
        desk.app.source(desk.source).unwrap().last_run.and_then(|run| run.error).map(|e| e.code),
        Some("unreachable".into())
    );
    assert_eq!(desk.call("call").row.vanished_ms, None, "a disk that is unplugged deletes no call");
    std::fs::rename(&elsewhere, desk.folder.path()).unwrap();
    assert_eq!(desk.sync().run.unchanged, 1);
}

/// So many tiny recordings in a hundred folders, each fifth with a transcript.
pub fn fill(folder: &CallFolder, calls: u64) {
    for number in 0..calls {
        let name = format!("{:02}/2025-11-12_10-{:02}-{:02}_{number}", number % 100, number / 60 % 60, number % 60);
        folder.recording(&format!("{name}.wav"), number as u16, 10);
        if number.is_multiple_of(5) {
            folder.transcript(&format!("{name}.vtt"), 2);
        }
    }
}

/// Imports in the background and stops when so many calls were seen. Gives how many had been seen at every event.
fn import_and_stop(desk: &Desk, at: u64) -> (Vec<u64>, JobEnd) {
    let (tell, told) = mpsc::channel::<Progress>();
    desk.app.subscribe(Box::new(move |event| {
        if let AppEvent::Job(job) = event {
            let _ = tell.send(job.clone());
        }
    }));
    assert!(desk.app.begin_sync(desk.source, false).unwrap());
    assert!(!desk.app.begin_sync(desk.source, false).unwrap(), "one source is read by one job at a time");
    let mut seen = Vec::new();
    loop {
        let job = told.recv_timeout(PATIENCE).expect("the job goes on until it ends");
        assert!(job.done == 0 || job.total == Some(MANY), "how many there are is known from the first page: {job:?}");
        seen.push(job.done);
        match job.end {
            Some(end) => return (seen, end),
            None if job.done >= at => desk.app.cancel_job(job.id),
            None => {}
        }
    }
}
