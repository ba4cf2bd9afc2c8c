//! Downloads in the background: they end, rest, outlive the program, and go on where they were broken off.

use std::sync::mpsc;
use std::time::Duration;

use app::{App, AppEvent, Filter, JobEnd, JobKind, Options};
use model::{AudioState, Cancel};
use testkit::sandbox::{Fault, Truth, When};

use crate::desk::Desk;
use crate::served::Served;

/// How long a test waits for what must come; far beyond what it takes.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn what_was_asked_for_is_downloaded_and_one_bad_file_does_not_hold_up_the_rest() {
    let desk = Desk::new();
    (0..20).for_each(|n| desk.folder.recording(&format!("call-{n}.wav"), n, 100));
    desk.sync();
    desk.folder.remove("call-7.wav");
    let ended = ends(&desk.app);
    assert_eq!(desk.app.download_all(&Filter::default()).unwrap(), 20);
    let end = ended.recv_timeout(PATIENCE).unwrap();
    assert!(end.failed && end.words.contains("19 downloaded"), "{end:?}");
    assert_eq!(desk.app.cache_status().unwrap().files, 19);
    let failed = desk.call("call-7").recordings.remove(0);
    assert_eq!((failed.state, failed.tries), (AudioState::Failed, 1));
    assert!(failed.next_try_ms.is_some(), "it is tried again");
    assert_eq!(desk.app.download_status().unwrap().queued, 1, "so it stays in the queue");
    assert!(!desk.app.continue_downloads().unwrap(), "but not before its time");
}

#[test]
fn a_paused_queue_rests_also_after_a_restart_and_then_goes_on() {
    let desk = Desk::new();
    (0..5).for_each(|n| desk.folder.recording(&format!("call-{n}.wav"), n, 100));
    desk.sync();
    desk.app.pause_downloads().unwrap();
    desk.app.download_all(&Filter::default()).unwrap();
    let status = desk.app.download_status().unwrap();
    assert!(status.queued == 5 && status.paused && !status.running, "{status:?}");

    let Desk { app, folder, home, .. } = desk;
    let dir = app.library_dir().to_owned();
    drop(app);
    let app = App::open(Options::to_change(dir)).unwrap();
    assert!(!app.continue_downloads().unwrap(), "it still rests");
    let ended = ends(&app);
    app.resume_downloads().unwrap();
    let end = ended.recv_timeout(PATIENCE).unwrap();
    assert!(!end.failed, "{end:?}");
    assert_eq!((app.cache_status().unwrap().files, app.download_status().unwrap().queued), (5, 0));
    drop((folder, home));
}

#[test]
fn downloads_stop_at_the_limit_instead_of_going_round_in_circles() {
    let desk = Desk::new();
    (0..40).for_each(|n| desk.folder.recording(&format!("call-{n}.wav"), n, 1_000));
    desk.sync();
    desk.app.set_cache_limit(Some(3 * 16_044)).unwrap();
    let ended = ends(&desk.app);
    desk.app.download_all(&Filter::default()).unwrap();
    let end = ended.recv_timeout(PATIENCE).unwrap();
    assert!(end.failed && end.words.contains("full"), "{end:?}");
    assert!(desk.app.download_status().unwrap().queued > 0, "the rest is still wanted");
    assert!(desk.app.cache_status().unwrap().bytes <= 3 * 16_044);
}

#[test]
fn a_body_that_broke_off_is_gone_on_with_and_the_file_is_whole() {
    let served = Served::new("twilio", Truth::small(1));
    served.sync();
    let call = served.app.calls_with_audio(&Filter::default()).unwrap().remove(0);
    let fetch = || {
        let mut got = Vec::new();
        served.app.fetch(&[call], 1, &Cancel::new(), &mut |one| got.push(one.clone())).unwrap();
        got.remove(0)
    };
    served.server().misbehave(Fault::Reset(1_000), When { path: AUDIO.into(), ..When::default() });
    let broken = fetch();
    assert_eq!((broken.state, broken.file), (AudioState::Failed, None), "{:?}", broken.attempts);
    assert_eq!(served.app.cache_status().unwrap().partials, 1, "what came is kept");

    served.server().behave();
    served.server().forget();
    let whole = fetch();
    assert_eq!(whole.state, AudioState::Cached, "{:?}", whole.attempts);
    let resumed = served.server().seen().iter().any(|seen| seen.status == 206);
    assert!(resumed, "only the rest was asked for");
    let swept = served.app.sweep(false, &Cancel::new()).unwrap();
    assert_eq!(swept.verified, 1);
    assert_eq!(served.app.cache_status().unwrap().partials, 0);
    let expected = served.truth.now().calls[0].audio.clone();
    assert!(std::fs::read(whole.file.unwrap()).unwrap() == *expected);
}

#[test]
fn offline_nobody_is_asked_and_nothing_changes() {
    let served = Served::new("twilio", Truth::small(1));
    served.sync();
    served.app.set_offline(true).unwrap();
    served.server().forget();
    let call = served.app.calls_with_audio(&Filter::default()).unwrap().remove(0);
    for _ in 0..3 {
        served.fetch_all();
        served.app.download(&[call]).unwrap();
    }
    assert_eq!(served.server().requests(), 0);
    let recording = served.app.call(call).unwrap().recordings.remove(0);
    assert_eq!((recording.state, recording.tries), (AudioState::Available, 0));
    assert_eq!(recording.attempts.len(), 1, "that nothing was asked is kept once");
    assert_eq!(served.app.download_status().unwrap().queued, 1, "it is still wanted");
}

/// What is in the addresses of Twilio's audio and nothing else.
const AUDIO: &str = ".wav";

/// Told how the next job of downloads ends.
fn ends(app: &App) -> mpsc::Receiver<JobEnd> {
    let (tell, told) = mpsc::channel();
    app.subscribe(Box::new(move |event| {
        if let AppEvent::Job(job) = event
            && job.kind == JobKind::Fetch
            && let Some(end) = &job.end
        {
            let _ = tell.send(end.clone());
        }
    }));
    told
}
