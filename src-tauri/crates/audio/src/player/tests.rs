use proptest::prelude::*;

use super::*;

const LENGTH: Ms = 60_000;

fn player() -> Player {
    let mut player = Player::new(Settings::default());
    player.event(Event::DeviceReady);
    player
}

fn opening_of(effects: &[Effect]) -> Opening {
    let load = effects.iter().find_map(|effect| if let Effect::Load(opening) = effect { Some(*opening) } else { None });
    load.expect("opening begins with a load")
}

fn paused_at(at: Ms) -> Player {
    let mut player = player();
    let opening = opening_of(&player.open(at, false));
    player.event(Event::Loaded(opening, LENGTH));
    player
}

fn playing_at(at: Ms) -> Player {
    let mut player = paused_at(at);
    player.command(Command::Play);
    player
}

fn hear(player: &mut Player, position: Ms) {
    let cue = player.cue().expect("a recording is open");
    player.event(Event::Heard(cue, position));
}

fn cued_at(effects: &[Effect]) -> Option<Ms> {
    effects.iter().find_map(|effect| if let Effect::Cue { at, .. } = effect { Some(*at) } else { None })
}

#[test]
fn play_and_pause_do_their_own_thing_whatever_the_state() {
    let mut player = playing_at(5_000);
    assert_eq!(player.command(Command::Play), [], "a pedal held down does not start twice");
    assert_eq!(player.phase(), Phase::Playing);
    player.command(Command::Pause);
    assert_eq!(player.command(Command::Pause), [], "pausing twice is pausing once");
    assert_eq!(player.phase(), Phase::Paused);
    player.command(Command::Toggle);
    assert_eq!(player.phase(), Phase::Playing);
    player.command(Command::Toggle);
    assert_eq!(player.phase(), Phase::Paused);
}

#[test]
fn going_on_after_a_pause_steps_back_and_the_place_is_cued_while_paused() {
    let mut player = playing_at(0);
    hear(&mut player, 10_000);
    let effects = player.command(Command::Pause);
    assert_eq!(player.position(), 10_000, "a pause stays where it was heard");
    assert_eq!(effects[0], Effect::Run(false));
    assert_eq!(cued_at(&effects), Some(8_500), "what comes next is ready before play");
    assert_eq!(player.command(Command::Play), [Effect::Run(true)]);
    assert_eq!(player.position(), 8_500);
}

#[test]
fn stepping_back_never_goes_before_the_start() {
    let mut player = playing_at(0);
    hear(&mut player, 700);
    player.command(Command::Pause);
    player.command(Command::Play);
    assert_eq!(player.position(), 0);
}

#[test]
fn a_seek_while_paused_is_played_from_exactly() {
    let mut player = playing_at(0);
    hear(&mut player, 10_000);
    player.command(Command::Pause);
    player.command(Command::Seek(30_000));
    player.command(Command::Play);
    assert_eq!(player.position(), 30_000, "whoever chose a place wants that place");
}

#[test]
fn seeks_and_skips_stay_within_the_recording() {
    let mut player = paused_at(5_000);
    player.command(Command::Skip(-10_000));
    assert_eq!(player.position(), 0);
    player.command(Command::Seek(LENGTH + 1));
    assert_eq!(player.position(), LENGTH);
    player.command(Command::Skip(Ms::MAX));
    assert_eq!(player.position(), LENGTH);
    player.command(Command::Seek(Ms::MIN));
    assert_eq!(player.position(), 0);
}

#[test]
fn play_at_the_end_starts_from_the_beginning() {
    let mut player = playing_at(0);
    let cue = player.cue().expect("a recording is open");
    assert_eq!(player.event(Event::Ended(cue)), [Effect::Run(false)]);
    assert_eq!((player.phase(), player.position()), (Phase::Ended, LENGTH));
    assert_eq!(cued_at(&player.command(Command::Play)), Some(0));
    assert_eq!((player.phase(), player.position()), (Phase::Playing, 0));

    let mut player = paused_at(LENGTH);
    player.command(Command::Play);
    assert_eq!(player.position(), 0, "the same for a player paused at its end");
}

#[test]
fn what_is_wanted_while_loading_is_done_once_loaded() {
    let mut player = player();
    let opening = opening_of(&player.open(0, false));
    player.command(Command::Play);
    player.command(Command::Seek(90_000));
    player.command(Command::Seek(20_000));
    player.command(Command::Speed(2.0));
    let effects = player.event(Event::Loaded(opening, LENGTH));
    let cue = player.cue().expect("a recording is open");
    assert_eq!(effects, [Effect::Cue { cue, at: 20_000, speed: 2.0 }, Effect::Run(true)]);
}

#[test]
fn an_answer_to_an_older_opening_is_ignored() {
    let mut player = player();
    let older = opening_of(&player.open(0, true));
    let newer = opening_of(&player.open(0, true));
    assert_eq!(player.event(Event::Loaded(older, 1_000)), []);
    let problem = Problem { kind: ProblemKind::Missing, message: "gone".into() };
    player.event(Event::LoadFailed(older, problem));
    assert_eq!((player.phase(), player.problem()), (Phase::Loading, None));
    player.event(Event::Loaded(newer, LENGTH));
    assert_eq!(player.phase(), Phase::Playing);
}

#[test]
fn a_recording_that_turns_out_shorter_ends_where_it_ends() {
    let mut player = player();
    let opening = opening_of(&player.open(50_000, false));
    player.event(Event::Loaded(opening, LENGTH));
    player.event(Event::Lasts(opening, 70_000));
    assert_eq!((player.duration(), player.position()), (70_000, 50_000));
    player.event(Event::Lasts(opening, 40_000));
    assert_eq!((player.duration(), player.position()), (40_000, 40_000), "a place beyond the end is the end");
    player.command(Command::Seek(LENGTH));
    assert_eq!(player.position(), 40_000);
    player.command(Command::Play);
    assert_eq!(player.position(), 0, "at its end, play starts from the beginning");
}

#[test]
fn reports_of_the_sound_before_a_seek_are_ignored() {
    let mut player = playing_at(0);
    let before = player.cue().expect("a recording is open");
    player.command(Command::Seek(30_000));
    player.event(Event::Heard(before, 4_000));
    player.event(Event::Ended(before));
    assert_eq!((player.phase(), player.position()), (Phase::Playing, 30_000));
}

#[test]
fn playing_outlives_the_device() {
    let mut player = playing_at(0);
    hear(&mut player, 12_000);
    player.event(Event::DeviceLost);
    player.event(Event::DeviceMissing);
    assert_eq!(player.phase(), Phase::Playing, "the user still wants to listen");
    assert_eq!(player.problem().map(|problem| problem.kind), Some(ProblemKind::DeviceLost));
    let effects = player.event(Event::DeviceReady);
    assert_eq!(cued_at(&effects), Some(12_000), "it goes on where it was");
    assert_eq!(effects.last(), Some(&Effect::Run(true)));
    assert_eq!(player.problem(), None);
}

#[test]
fn without_a_device_from_the_start_the_state_says_so_in_words() {
    let mut player = Player::new(Settings::default());
    assert_eq!(player.problem(), None, "a device that is being opened is no problem yet");
    player.event(Event::DeviceMissing);
    let problem = player.problem().expect("no device");
    assert_eq!(problem.kind, ProblemKind::NoDevice);
    assert_eq!(problem.message, "No sound output was found. Connect one; playing starts when it appears.");
}

#[test]
fn a_recording_that_breaks_on_the_way_pauses_with_the_reason_and_can_be_tried_elsewhere() {
    let mut player = playing_at(0);
    hear(&mut player, 9_000);
    let cue = player.cue().expect("a recording is open");
    let problem = Problem { kind: ProblemKind::Unreadable, message: "damaged".into() };
    player.event(Event::Broken(cue, problem.clone()));
    assert_eq!((player.phase(), player.problem()), (Phase::Paused, Some(problem)));
    player.command(Command::Seek(20_000));
    assert_eq!(player.problem(), None);
}

#[test]
fn speed_and_volume_are_clamped_and_survive_another_recording() {
    let mut player = playing_at(0);
    hear(&mut player, 3_000);
    assert_eq!(cued_at(&player.command(Command::Speed(9.0))), Some(3_000), "the change is heard at once, here");
    assert_eq!(player.speed(), 3.0);
    player.command(Command::Speed(f64::NAN));
    assert_eq!(player.speed(), 1.0);
    player.command(Command::Speed(0.1));
    assert_eq!(player.command(Command::Volume(-2.0)), [Effect::Volume(0.0)]);
    player.open(0, true);
    assert_eq!((player.speed(), player.volume()), (0.5, 0.0));
}

#[derive(Clone, Debug)]
enum Step {
    Open(Ms, bool),
    Command(Command),
    Loaded(u64, Ms),
    Lasts(u64, Ms),
    LoadFailed(u64),
    Heard(u64, Ms),
    Ended(u64),
    Broken(u64),
    Device(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let ms = || prop_oneof![-5_000..100_000i64, Just(Ms::MIN), Just(Ms::MAX)];
    let command = prop_oneof![
        Just(Command::Play),
        Just(Command::Pause),
        Just(Command::Toggle),
        ms().prop_map(Command::Seek),
        ms().prop_map(Command::Skip),
        prop_oneof![0.0..5.0f64, Just(f64::NAN)].prop_map(Command::Speed),
        prop_oneof![-1.0..2.0f32, Just(f32::INFINITY)].prop_map(Command::Volume),
        Just(Command::Close),
    ];
    // Events name how many numbers ago what they answer was numbered; 0 is the latest.
    prop_oneof![
        1 => (ms(), any::<bool>()).prop_map(|(at, play)| Step::Open(at, play)),
        6 => command.prop_map(Step::Command),
        3 => (0..3u64, 0..80_000i64).prop_map(|(ago, length)| Step::Loaded(ago, length)),
        1 => (0..6u64, 0..80_000i64).prop_map(|(ago, length)| Step::Lasts(ago, length)),
        1 => (0..3u64).prop_map(Step::LoadFailed),
        4 => (0..3u64, ms()).prop_map(|(ago, at)| Step::Heard(ago, at)),
        1 => (0..3u64).prop_map(Step::Ended),
        1 => (0..3u64).prop_map(Step::Broken),
        1 => (0..3u8).prop_map(Step::Device),
    ]
}

fn take(player: &mut Player, step: &Step) -> Vec<Effect> {
    let numbered = |ago: u64| player.last.saturating_sub(ago);
    let problem = || Problem { kind: ProblemKind::Unreadable, message: "damaged".into() };
    let event = match *step {
        Step::Open(at, play) => return player.open(at, play),
        Step::Command(command) => return player.command(command),
        Step::Loaded(ago, length) => Event::Loaded(Opening(numbered(ago)), length),
        Step::Lasts(ago, length) => Event::Lasts(Opening(numbered(ago)), length),
        Step::LoadFailed(ago) => Event::LoadFailed(Opening(numbered(ago)), problem()),
        Step::Heard(ago, at) => Event::Heard(Cue(numbered(ago)), at),
        Step::Ended(ago) => Event::Ended(Cue(numbered(ago))),
        Step::Broken(ago) => Event::Broken(Cue(numbered(ago)), problem()),
        Step::Device(0) => Event::DeviceReady,
        Step::Device(1) => Event::DeviceMissing,
        Step::Device(_) => Event::DeviceLost,
    };
    player.event(event)
}

/// Whether what the step answers is not what the player waits for.
fn is_late(player: &Player, step: &Step) -> bool {
    let number = |ago: u64| player.last.saturating_sub(ago);
    match *step {
        Step::Loaded(ago, _) | Step::LoadFailed(ago) => {
            !matches!(player.state, State::Loading { opening, .. } if opening.0 == number(ago))
        }
        Step::Lasts(ago, _) => player.state.loaded().is_none_or(|loaded| loaded.opening.0 != number(ago)),
        Step::Heard(ago, _) | Step::Ended(ago) | Step::Broken(ago) => player.cue() != Some(Cue(number(ago))),
        _ => false,
    }
}

proptest! {
    #[test]
    fn whatever_happens_in_whatever_order_the_invariants_hold(steps in prop::collection::vec(step(), 1..80)) {
        let mut player = Player::new(Settings::default());
        let mut running = false;
        let mut open = false;
        for step in &steps {
            let before = player.clone();
            let effects = take(&mut player, step);
            if is_late(&before, step) {
                prop_assert_eq!(&player, &before, "a late answer changes nothing");
                prop_assert!(effects.is_empty(), "and causes nothing");
            }
            for effect in &effects {
                match *effect {
                    Effect::Run(run) => running = run,
                    Effect::Unload => open = false,
                    Effect::Cue { cue, at, speed } => {
                        prop_assert_eq!(Some(cue), player.cue(), "only the newest cue is asked for");
                        prop_assert!((0..=player.duration()).contains(&at));
                        prop_assert_eq!(speed, player.speed());
                        open = true;
                    }
                    Effect::Load(_) | Effect::Volume(_) => {}
                }
            }
            if player.phase() != Phase::Loading {
                prop_assert!((0..=player.duration()).contains(&player.position()), "the position is in the recording");
            }
            prop_assert!(player.position() >= 0);
            prop_assert!((0.5..=3.0).contains(&player.speed()) && (0.0..=1.0).contains(&player.volume()));
            prop_assert_eq!(running, player.phase() == Phase::Playing, "sound is let out exactly while playing");
            prop_assert_eq!(player.cue().is_some(), open, "what is cued belongs to a recording that is open");
            if let Some(cue) = player.cue() {
                prop_assert!(before.cue().is_none_or(|older| older <= cue), "cues only grow");
            }
        }
    }
}
