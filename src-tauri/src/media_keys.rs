//! The keyboard's media keys and the desktop's media panel (MPRIS on Linux).
//!
//! The panel learns that a call plays and how far it is, never who speaks: other programs can read it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use app::{App, AppEvent, Command, PlayerCommand, PlayerPhase, PlayerSnapshot};
use souvlaki::{
    MediaControlEvent, MediaControls, MediaMetadata, MediaPlayback, MediaPosition, PlatformConfig, SeekDirection,
};

/// How far a seek of unspecified length goes.
const STEP_MS: i64 = 10_000;

/// Connects the media keys to the player. Where the desktop has none, nothing happens.
pub fn connect(app: &App, window: Option<*mut std::ffi::c_void>) {
    let config = PlatformConfig { dbus_name: "turnstone", display_name: "Turnstone", hwnd: window };
    let Ok(mut controls) = MediaControls::new(config) else { return };
    let player = app.clone();
    let attached = controls.attach(move |event| {
        if let Some(command) = command(&event) {
            // Without a player there is nothing to command.
            drop(player.player(command));
        }
    });
    if attached.is_err() {
        return;
    }
    let shown = Mutex::new((controls, None));
    app.subscribe(Box::new(move |event| {
        if let AppEvent::Player(snapshot) = event {
            let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
            let (controls, last) = &mut *shown;
            let now = (snapshot.phase, snapshot.duration_ms);
            if *last != Some(now) {
                *last = Some(now);
                show(controls, snapshot);
            }
        }
    }));
}

fn show(controls: &mut MediaControls, snapshot: &PlayerSnapshot) {
    let position = Duration::from_millis(u64::try_from(snapshot.position_ms).unwrap_or_default());
    let progress = Some(MediaPosition(position));
    let playback = match snapshot.phase {
        PlayerPhase::Playing => MediaPlayback::Playing { progress },
        PlayerPhase::Paused | PlayerPhase::Ended => MediaPlayback::Paused { progress },
        PlayerPhase::Empty | PlayerPhase::Loading => MediaPlayback::Stopped,
    };
    let duration = Duration::from_millis(u64::try_from(snapshot.duration_ms).unwrap_or_default());
    let metadata = MediaMetadata { title: Some("Call"), duration: Some(duration), ..MediaMetadata::default() };
    // A panel that has gone away needs to know nothing.
    drop(controls.set_metadata(metadata));
    drop(controls.set_playback(playback));
}

fn command(event: &MediaControlEvent) -> Option<PlayerCommand> {
    let ms = |by: &Duration| i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    Some(match event {
        MediaControlEvent::Play => PlayerCommand::Sound(Command::Play),
        MediaControlEvent::Pause | MediaControlEvent::Stop => PlayerCommand::Sound(Command::Pause),
        MediaControlEvent::Toggle => PlayerCommand::Sound(Command::Toggle),
        MediaControlEvent::Next => PlayerCommand::Turn(1),
        MediaControlEvent::Previous => PlayerCommand::Turn(-1),
        MediaControlEvent::Seek(SeekDirection::Forward) => PlayerCommand::Sound(Command::Skip(STEP_MS)),
        MediaControlEvent::Seek(SeekDirection::Backward) => PlayerCommand::Sound(Command::Skip(-STEP_MS)),
        MediaControlEvent::SeekBy(SeekDirection::Forward, by) => PlayerCommand::Sound(Command::Skip(ms(by))),
        MediaControlEvent::SeekBy(SeekDirection::Backward, by) => PlayerCommand::Sound(Command::Skip(-ms(by))),
        MediaControlEvent::SetPosition(MediaPosition(at)) => PlayerCommand::Sound(Command::Seek(ms(at))),
        MediaControlEvent::SetVolume(volume) => PlayerCommand::Sound(Command::Volume(*volume as f32)),
        _ => return None,
    })
}
