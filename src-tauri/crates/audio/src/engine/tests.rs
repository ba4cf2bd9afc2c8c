use std::path::Path;

use crossbeam_channel::RecvTimeoutError;
use model::Word;
use tempfile::TempDir;

use super::*;
use crate::output::fake::FakeDevices;
use crate::player::ProblemKind;

const RATE: u32 = 8_000;
const PATIENCE: Duration = Duration::from_secs(20);
/// A fade takes so many frames.
const FADE: usize = 24;

/// An engine on a fake machine, with a recording of ten seconds in which the sound tells its place.
struct Desk {
    engine: Engine<&'static str>,
    machine: FakeDevices,
    told: Receiver<Snapshot<&'static str>>,
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self::with(FakeDevices::new(RATE))
    }

    fn with(machine: FakeDevices) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        write_wav(&folder.path().join("call.wav"), RATE, 1, (0..80_000).map(sample));
        let engine = Engine::start(Setup {
            devices: Box::new(machine.clone()),
            clock: machine.clock(),
            settings: Settings::default(),
            retry: Duration::from_millis(1)..=Duration::from_millis(5),
        });
        let (tell, told) = unbounded();
        engine.subscribe(move |snapshot| drop(tell.send(snapshot.clone())));
        Self { engine, machine, told, folder }
    }

    fn recording(&self, at_ms: Ms, play: bool) -> Recording<&'static str> {
        let sound = Sound::File(self.folder.path().join("call.wav"));
        Recording { tag: "call", sound, turns: turns(), at_ms, play }
    }

    fn open(&self, at_ms: Ms, play: bool) {
        self.engine.open(self.recording(at_ms, play));
        self.until(|now| now.phase == if play { Phase::Playing } else { Phase::Paused });
    }

    fn command(&self, command: Command, phase: Phase) {
        self.engine.command(command);
        self.until(|now| now.phase == phase);
    }

    /// Waits for a snapshot of a kind.
    fn until(&self, wanted: impl Fn(&Snapshot<&'static str>) -> bool) -> Snapshot<&'static str> {
        let mut seen = Vec::new();
        loop {
            match self.told.recv_timeout(PATIENCE) {
                Ok(snapshot) if wanted(&snapshot) => return snapshot,
                Ok(snapshot) => seen.push(snapshot),
                Err(RecvTimeoutError::Timeout) => panic!("what was waited for was never told, but: {seen:#?}"),
                Err(RecvTimeoutError::Disconnected) => panic!("the engine is gone; it told: {seen:#?}"),
            }
        }
    }

    /// Waits until the engine has done everything that was said before, and has told it.
    fn settle(&self) {
        let (tell, told) = unbounded();
        self.engine.subscribe(move |_| {
            let _ = tell.send(());
        });
        told.recv_timeout(PATIENCE).expect("the engine answers");
    }

    /// Pulls frames and gives the left ear's.
    fn pull(&self, frames: usize) -> Vec<f32> {
        self.machine.pull(frames).chunks_exact(2).map(|frame| frame[0]).collect()
    }
}

/// A tone that rises from 100 to 400 Hz in ten seconds, so that no two places sound the same.
fn sample(frame: usize) -> i16 {
    let t = frame as f64 / f64::from(RATE);
    ((std::f64::consts::TAU * (100.0 * t + 15.0 * t * t)).sin() * 16_000.0) as i16
}

fn heard(frames: std::ops::Range<usize>) -> Vec<f32> {
    frames.map(|frame| f32::from(sample(frame)) / 32_768.0).collect()
}

fn write_wav(path: &Path, rate: u32, channels: u16, samples: impl Iterator<Item = i16>) {
    let spec =
        hound::WavSpec { channels, sample_rate: rate, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut wav = hound::WavWriter::create(path, spec).expect("a new file");
    samples.for_each(|sample| wav.write_sample(sample).expect("room on the disk"));
    wav.finalize().expect("room on the disk");
}

fn turns() -> Vec<Turn> {
    let word = |start_ms| Word { start_ms: Some(start_ms), ..Word::default() };
    let turn =
        |start_ms, end_ms, words| Turn { start_ms: Some(start_ms), end_ms: Some(end_ms), words, ..Turn::default() };
    vec![turn(500, 2_000, vec![word(500), word(1_250)]), turn(2_500, 5_000, Vec::new()), turn(5_000, 9_000, Vec::new())]
}

#[test]
fn what_comes_out_is_what_is_in_the_file() {
    let desk = Desk::new();
    desk.open(0, true);
    let mut out = Vec::new();
    while out.len() < 80_000 {
        out.extend(desk.pull(800));
    }
    assert_eq!(out, heard(0..80_000), "sample by sample, from the first to the last");
    assert_eq!(desk.engine.underruns(), 0);
    desk.pull(80);
    let end = desk.until(|now| now.phase == Phase::Ended);
    assert_eq!((end.position_ms, end.duration_ms), (10_000, 10_000));
}

#[test]
fn after_a_seek_the_first_sample_is_the_one_at_that_place() {
    let desk = Desk::new();
    desk.open(0, true);
    for to in [7_000, 1_234, 0, 1, 9_900] {
        desk.pull(1_000);
        desk.engine.command(Command::Seek(to));
        desk.until(|now| now.position_ms == to);
        let out = desk.pull(FADE + 200);
        let first = to as usize * 8;
        assert_eq!(out[FADE..], heard(first + FADE..first + FADE + 200), "after a seek to {to} ms");
    }
}

#[test]
fn a_pause_is_silent_and_going_on_steps_back() {
    let desk = Desk::new();
    desk.open(0, true);
    desk.pull(8_000 * 4);
    desk.until(|now| now.position_ms == 4_000);
    desk.command(Command::Pause, Phase::Paused);
    assert_eq!(desk.pull(1_000)[FADE..], [0.0; 1_000 - FADE], "after the fade nothing is heard");
    desk.command(Command::Play, Phase::Playing);
    assert_eq!(desk.pull(500)[FADE..], heard(20_000 + FADE..20_500), "it goes on a second and a half earlier");
}

#[test]
fn at_another_speed_the_position_keeps_to_the_recording() {
    let desk = Desk::new();
    desk.open(2_000, true);
    desk.engine.command(Command::Speed(2.0));
    desk.until(|now| now.speed == 2.0);
    for step in 1..=3 {
        desk.pull(8_000);
        let expected = 2_000 + step * 2_000;
        desk.until(|now| (expected - 15..=expected).contains(&now.position_ms));
    }
    desk.engine.command(Command::Speed(0.5));
    let begin = desk.until(|now| now.speed == 0.5).position_ms;
    desk.pull(4_000);
    desk.until(|now| (begin + 250..=begin + 258).contains(&now.position_ms));
}

#[test]
fn turns_and_words_are_told_when_they_are_heard() {
    let desk = Desk::new();
    desk.machine.set_latency(Duration::from_millis(40));
    desk.open(0, true);
    let mut changes = Vec::new();
    let mut before = (None, None);
    for pulled_ms in (10..9_100).step_by(10) {
        desk.pull(80);
        desk.settle();
        for now in desk.told.try_iter() {
            if (now.turn, now.word) != before {
                before = (now.turn, now.word);
                changes.push((now.turn, now.word, pulled_ms - 40));
            }
        }
    }
    let expected = [
        (Some(0), Some(0), 500),
        (Some(0), Some(1), 1_250),
        (None, None, 2_000),
        (Some(1), None, 2_500),
        (Some(2), None, 5_000),
        (None, None, 9_000),
    ];
    assert_eq!(changes, expected, "each is told when its first sound leaves the device, 40 ms after it was pulled");
}

#[test]
fn while_nothing_changes_the_position_is_told_ten_times_a_second() {
    let desk = Desk::new();
    desk.open(5_000, true);
    desk.settle();
    desk.told.try_iter().for_each(drop);
    for _ in 0..300 {
        desk.pull(80);
        desk.settle();
    }
    let times = desk.told.try_iter().count();
    assert!((28..=32).contains(&times), "three seconds were told {times} times");
}

#[test]
fn steps_go_by_turns_and_replaying_one_plays() {
    let desk = Desk::new();
    desk.open(3_000, false);
    desk.engine.turn(1);
    assert_eq!(desk.until(|now| now.position_ms == 5_000).turn, Some(2));
    desk.engine.turn(-1);
    assert_eq!(desk.until(|now| now.position_ms == 2_500).phase, Phase::Paused);
    desk.engine.turn(0);
    desk.until(|now| now.phase == Phase::Playing && now.position_ms == 2_500);
    assert_eq!(desk.pull(100)[FADE..], heard(20_000 + FADE..20_100));
}

#[test]
fn playing_goes_on_at_another_output_when_the_first_goes_away() {
    let desk = Desk::new();
    desk.open(0, true);
    desk.pull(24_000);
    desk.until(|now| now.position_ms == 3_000);
    desk.machine.unplug();
    let lost = desk.until(|now| now.problem.is_some());
    assert_eq!(lost.problem.map(|problem| problem.kind), Some(ProblemKind::DeviceLost));
    assert_eq!((lost.phase, lost.position_ms), (Phase::Playing, 3_000), "the wish to listen stays, and the place");
    desk.machine.plug(16_000);
    desk.until(|now| now.problem.is_none());
    let out = desk.pull(16_000);
    desk.until(|now| now.position_ms == 4_000);
    let middle = f32::from(sample(28_000)) / 32_768.0;
    assert!((out[8_000] - middle).abs() < 0.001, "the same place at the new output's rate");
}

#[test]
fn without_an_output_the_reason_is_told_and_playing_starts_when_one_appears() {
    let machine = FakeDevices::new(RATE);
    machine.unplug();
    let desk = Desk::with(machine);
    let missing = desk.until(|now| now.problem.is_some());
    assert_eq!(missing.problem.map(|problem| problem.kind), Some(ProblemKind::NoDevice));
    desk.open(0, true);
    desk.machine.plug(RATE);
    desk.until(|now| now.problem.is_none());
    assert_eq!(desk.pull(400), heard(0..400));
}

#[test]
fn what_cannot_be_opened_is_told_with_the_reason() {
    let desk = Desk::new();
    let mut recording = desk.recording(0, true);
    recording.sound = Sound::File(desk.folder.path().join("nowhere.wav"));
    desk.engine.open(recording);
    let failed = desk.until(|now| now.problem.is_some());
    assert_eq!((failed.phase, failed.tag), (Phase::Empty, Some("call")), "it is told which recording it was");
    assert_eq!(failed.problem.map(|problem| problem.kind), Some(ProblemKind::Missing));
    std::fs::write(desk.folder.path().join("call.wav"), "<html>not found</html>").expect("a file");
    desk.engine.open(desk.recording(0, true));
    desk.until(|now| now.problem.as_ref().is_some_and(|problem| problem.kind == ProblemKind::Unreadable));
}

#[test]
fn another_recording_replaces_the_first_at_once() {
    let desk = Desk::new();
    write_wav(&desk.folder.path().join("other.wav"), RATE, 1, (0..8_000).map(|frame| sample(frame + 40_000)));
    desk.open(0, true);
    desk.pull(2_000);
    let sound = Sound::File(desk.folder.path().join("other.wav"));
    let other = Recording { tag: "other", sound, ..desk.recording(0, true) };
    desk.engine.open(other);
    desk.until(|now| now.tag == Some("other") && now.phase == Phase::Playing);
    let out = desk.pull(500);
    assert_eq!(out[FADE..], heard(40_000 + FADE..40_500), "nothing of the first is left");
    desk.engine.command(Command::Close);
    let closed = desk.until(|now| now.phase == Phase::Empty);
    assert_eq!((closed.tag, closed.position_ms, closed.duration_ms), (None, 0, 0));
    assert_eq!(desk.pull(200)[FADE..], [0.0; 200 - FADE]);
}

/// The recording of ten seconds, of which so many bytes have arrived.
fn half_arrived(desk: &Desk, bytes: u64) -> (Recording<&'static str>, Arc<Arrival>) {
    let whole = std::fs::read(desk.folder.path().join("call.wav")).expect("the recording");
    let (part, arrival) = (desk.folder.path().join("call.part"), Arc::new(Arrival::default()));
    arrival.begins(&part, Some(whole.len() as u64));
    std::fs::write(&part, &whole[..bytes as usize]).expect("a file");
    arrival.here(bytes);
    (Recording { sound: Sound::Arriving(Arc::clone(&arrival), None), ..desk.recording(0, true) }, arrival)
}

#[test]
fn a_recording_is_heard_while_it_arrives_and_waits_where_nothing_is_yet() {
    let desk = Desk::new();
    let (recording, arrival) = half_arrived(&desk, 44 + 2 * 40_000);
    desk.engine.open(recording);
    let begun = desk.until(|now| now.phase == Phase::Playing);
    assert!((9_990..=10_010).contains(&begun.duration_ms), "the length is worked out: {begun:?}");
    // The last 200 ms of what is here are not trusted yet.
    let edge = 40_000 - 1_600;
    assert_eq!(desk.pull(edge), heard(0..edge), "nothing of what is here is kept waiting");
    let waiting = desk.machine.pull_at_once(2_000);
    assert_eq!(waiting[2 * FADE..], [0.0; 4_000 - 2 * FADE], "then there is silence");
    desk.settle();
    let standing = desk.until(|now| now.position_ms == 4_800);
    desk.machine.pull_at_once(8_000);
    desk.settle();
    let moved = desk.told.try_iter().find(|now| now.position_ms != 4_800 || now.phase != Phase::Playing);
    assert_eq!(moved, None, "and the place stands still: {standing:?}");
    arrival.kept(&desk.folder.path().join("call.wav"));
    let rest = desk.pull(80_000 - edge);
    assert_eq!(rest[FADE..], heard(edge + FADE..80_000), "it goes on from the very sample");
    desk.pull(80);
    desk.until(|now| (now.phase, now.position_ms, now.duration_ms) == (Phase::Ended, 10_000, 10_000));
}

#[test]
fn while_sound_is_waited_for_orders_are_obeyed() {
    let desk = Desk::new();
    let (recording, arrival) = half_arrived(&desk, 44 + 2 * 40_000);
    desk.engine.open(recording);
    desk.until(|now| now.phase == Phase::Playing);
    desk.engine.command(Command::Seek(8_000));
    desk.until(|now| now.position_ms == 8_000);
    assert!(desk.machine.pull_at_once(800)[2 * FADE..].iter().all(|sample| *sample == 0.0));
    desk.engine.command(Command::Seek(1_000));
    desk.until(|now| now.position_ms == 1_000);
    assert_eq!(desk.pull(FADE + 200)[FADE..], heard(8_000 + FADE..8_200 + FADE), "what is here is heard at once");
    desk.command(Command::Speed(2.0), Phase::Playing);
    desk.command(Command::Seek(8_000), Phase::Playing);
    desk.command(Command::Pause, Phase::Paused);
    desk.command(Command::Speed(1.0), Phase::Paused);
    arrival.kept(&desk.folder.path().join("call.wav"));
    desk.until(|now| now.duration_ms == 10_000);
    desk.engine.command(Command::Seek(8_000));
    desk.command(Command::Play, Phase::Playing);
    assert_eq!(desk.pull(FADE + 200)[FADE..], heard(64_000 + FADE..64_200 + FADE));
}

#[test]
fn a_recording_that_will_not_arrive_stops_with_the_reason() {
    let desk = Desk::new();
    let (recording, arrival) = half_arrived(&desk, 44 + 2 * 40_000);
    desk.engine.open(recording);
    desk.until(|now| now.phase == Phase::Playing);
    desk.pull(8_000);
    arrival.failed("the server hung up");
    let stopped = desk.until(|now| now.problem.is_some());
    assert_eq!(stopped.phase, Phase::Paused);
    let problem = stopped.problem.expect("a reason");
    assert_eq!(problem.kind, ProblemKind::Missing);
    assert_eq!(problem.message, "the recording did not arrive whole: the server hung up");
}

#[test]
fn mono_goes_to_both_ears_and_stereo_stays_apart() {
    let desk = Desk::new();
    desk.open(0, true);
    assert!(desk.machine.pull(200).chunks_exact(2).all(|frame| frame[0] == frame[1]));
    let path = desk.folder.path().join("stereo.wav");
    write_wav(&path, RATE, 2, (0..8_000).flat_map(|frame| [sample(frame), -sample(frame)]));
    desk.engine.open(Recording { tag: "stereo", sound: Sound::File(path), ..desk.recording(0, true) });
    desk.until(|now| now.tag == Some("stereo") && now.phase == Phase::Playing);
    assert!(desk.machine.pull(200)[2 * FADE..].chunks_exact(2).all(|frame| frame[0] == -frame[1]));
}
