//! A call's audio is brought in whole, kept, and played as it is.

use std::sync::{Barrier, mpsc};
use std::time::Duration;

use app::{App, FaultCode, Options, RenderWhat};
use audio::engine::{Engine, Recording, Setup, Sound};
use audio::player::{Phase, Settings};
use model::{AudioState, Cancel, Outcome, Tier};
use testkit::{FakeDevices, samples_of, wav};

use crate::desk::{ALL_OF_IT, Desk};

/// How long a test waits for what must come; far beyond what it takes.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn what_is_rendered_is_what_is_in_the_file() {
    let desk = Desk::with_one_call();
    let original = samples_of(&wav(1, 1_000));
    assert!(desk.render(desk.id("call"), ALL_OF_IT).unwrap() == original, "sample for sample");
    let part = RenderWhat { at_ms: 250, for_ms: Some(500), ..ALL_OF_IT };
    assert!(desk.render(desk.id("call"), part).unwrap() == original[2_000..6_000], "also from and to a moment");
}

#[test]
fn a_call_that_was_fetched_plays_without_its_folder() {
    let desk = Desk::with_one_call();
    let call = desk.id("call");
    let fetched = desk.fetch(call);
    assert_eq!((fetched.state, fetched.tier), (AudioState::Cached, Some(Tier::Provider)));
    assert_eq!(std::fs::read(fetched.file.unwrap()).unwrap(), wav(1, 1_000), "the copy is exact");
    std::fs::remove_dir_all(desk.folder.path()).unwrap();
    assert!(desk.render(call, ALL_OF_IT).unwrap() == samples_of(&wav(1, 1_000)));
    assert_eq!(desk.fetch(call).tier, Some(Tier::Local), "nobody is asked for what is here");
}

#[test]
fn a_call_whose_audio_is_nowhere_says_so_and_recovers_when_it_is_back() {
    let desk = Desk::with_one_call();
    let call = desk.id("call");
    desk.folder.remove("call.wav");
    let fault = desk.render(call, ALL_OF_IT).unwrap_err();
    assert_eq!(fault.code, FaultCode::NoAudio, "{fault}");
    let recording = desk.call("call").recordings.remove(0);
    assert_eq!(recording.state, AudioState::Failed, "a file that is missing now may come back");
    assert_eq!(
        recording.attempts.last().map(|attempt| attempt.outcome),
        Some(Outcome::NotFound),
        "the attempt is kept"
    );
    desk.folder.recording("call.wav", 1, 1_000);
    assert!(desk.render(call, ALL_OF_IT).is_ok());
    assert_eq!(desk.call("call").recordings[0].state, AudioState::Cached);
}

#[test]
fn a_cached_file_that_was_damaged_is_noticed_and_fetched_again() {
    let desk = Desk::with_one_call();
    let call = desk.id("call");
    let file = desk.fetch(call).file.unwrap();
    std::fs::File::options().write(true).open(&file).unwrap().set_len(500).unwrap();
    assert_eq!(desk.app.cache_status().unwrap().missing.len(), 1);
    assert_eq!(desk.app.check_library().unwrap().len(), 1, "the check names it");

    assert!(desk.render(call, ALL_OF_IT).unwrap() == samples_of(&wav(1, 1_000)), "never the half that is left");
    assert_eq!(std::fs::read(&file).unwrap(), wav(1, 1_000), "the copy is whole again");
    assert_eq!(desk.app.check_library().unwrap(), [] as [&str; 0]);

    std::fs::remove_file(&file).unwrap();
    desk.folder.remove("call.wav");
    let fault = desk.render(call, ALL_OF_IT).unwrap_err();
    assert_eq!(fault.code, FaultCode::NoAudio, "with neither copy there is nothing to play: {fault}");
}

#[test]
fn a_recording_that_was_replaced_at_its_source_is_heard_as_it_is_now() {
    let desk = Desk::with_one_call();
    let call = desk.id("call");
    desk.fetch(call);
    desk.folder.recording("call.wav", 2, 1_500);
    assert_eq!(desk.sync().run.updated, 1);
    assert_eq!(desk.call("call").row.duration_ms, Some(1_500), "the list tells the new length");
    assert!(desk.render(call, ALL_OF_IT).unwrap() == samples_of(&wav(2, 1_500)), "not the copy of what it was before");
    assert_eq!(desk.cached_files().len(), 1);
}

#[test]
fn a_call_that_is_wanted_by_several_at_once_is_whole_for_each_of_them() {
    let desk = Desk::new();
    desk.folder.recording("long.wav", 5, 600_000);
    desk.sync();
    let (call, original) = (desk.id("long"), std::fs::read(desk.folder.place("long.wav")).unwrap());
    let start = Barrier::new(8);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                start.wait();
                let fetched = desk.fetch(call);
                assert_eq!(fetched.state, AudioState::Cached, "{:?}", fetched.attempts);
                assert!(std::fs::read(fetched.file.unwrap()).unwrap() == original, "from the moment it is cached");
            });
        }
    });
    assert_eq!(desk.cached_files().len(), 1);
}

#[test]
fn being_offline_does_not_keep_a_folder_on_this_machine_from_being_read() {
    let Desk { app, home, folder, .. } = Desk::with_one_call();
    let (call, dir) = (app.find_call("Calls:call").unwrap(), app.library_dir().to_owned());
    drop(app);
    let app = App::open(Options::to_change(dir).offline(true)).unwrap();
    let out = home.path().join("out.wav");
    app.render(call, ALL_OF_IT, &out, &Cancel::new()).unwrap();
    assert!(samples_of(&std::fs::read(out).unwrap()) == samples_of(&wav(1, 1_000)));
    drop(folder);
}

#[test]
fn the_turn_that_is_highlighted_is_the_turn_that_is_heard() {
    let desk = Desk::new();
    desk.folder.recording("call.wav", 1, 5_000);
    desk.folder.transcript("call.vtt", 10);
    desk.sync();
    let call = desk.call("call");
    let turns = call.record.transcript.clone().unwrap().turns;
    let path = desk.fetch(call.row.id).file.unwrap();

    let machine = FakeDevices::new(8_000);
    let retry = Duration::from_millis(1)..=Duration::from_millis(5);
    let (clock, settings) = (machine.clock(), Settings::default());
    let engine = Engine::start(Setup { devices: Box::new(machine.clone()), clock, settings, retry });
    let (tell, told) = mpsc::channel();
    engine.subscribe(move |snapshot| {
        let _ = tell.send(snapshot.clone());
    });
    engine.open(Recording { tag: call.row.id, sound: Sound::File(path), turns, at_ms: 0, play: true });
    while told.recv_timeout(PATIENCE).expect("it begins to play").phase != Phase::Playing {}
    machine.pull(2_000);
    let samples = samples_of(&wav(1, 5_000));
    for turn in 1..10_usize {
        let heard = machine.pull(4_000)[4_000];
        let expected = f32::from(samples[turn * 4_000]) / 32_768.0;
        assert!(
            (expected - heard).abs() < 1e-3,
            "turn {turn} began in the middle of what was heard: {expected} {heard}"
        );
        let mut now = told.recv_timeout(PATIENCE).unwrap();
        while now.turn != Some(turn) {
            assert!(
                now.turn < Some(turn),
                "a quarter of a second into turn {turn} none after it is highlighted: {now:?}"
            );
            now = told.recv_timeout(PATIENCE).expect("the turn that is heard is highlighted");
        }
    }
}
