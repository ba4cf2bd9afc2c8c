use app::{Command, PlayerPhase as Phase, PlayerProblemKind, PlayerSnapshot};
use model::Tier;

use super::{js, ms};
use crate::event::{PlayerPhase, PlayerProblem, PlayerState};
use crate::view::{Opened, PlayerCommand};

impl From<app::Opened> for Opened {
    fn from(opened: app::Opened) -> Self {
        Self {
            recording: opened.recording.to_string(),
            duration_ms: js(opened.duration_ms),
            tier: Tier::as_str(opened.tier).to_owned(),
        }
    }
}

impl From<PlayerCommand> for app::PlayerCommand {
    fn from(command: PlayerCommand) -> Self {
        Self::Sound(match command {
            PlayerCommand::Turn { by } => return Self::Turn(by),
            PlayerCommand::Play => Command::Play,
            PlayerCommand::Pause => Command::Pause,
            PlayerCommand::Toggle => Command::Toggle,
            PlayerCommand::Seek { to_ms } => Command::Seek(ms(to_ms)),
            PlayerCommand::Skip { by_ms } => Command::Skip(ms(by_ms)),
            PlayerCommand::Speed { to } => Command::Speed(to),
            PlayerCommand::Volume { to } => Command::Volume(to as f32),
            PlayerCommand::Close => Command::Close,
        })
    }
}

impl From<&PlayerSnapshot> for PlayerState {
    fn from(player: &PlayerSnapshot) -> Self {
        let problem = player
            .problem
            .as_ref()
            .map(|problem| PlayerProblem { code: code(problem.kind).to_owned(), message: problem.message.clone() });
        let index = |index: usize| u32::try_from(index).ok();
        Self {
            call: player.tag.map(|tag| tag.call.to_string()),
            recording: player.tag.map(|tag| tag.recording.to_string()),
            phase: match player.phase {
                Phase::Empty => PlayerPhase::Empty,
                Phase::Loading => PlayerPhase::Loading,
                Phase::Paused => PlayerPhase::Paused,
                Phase::Playing => PlayerPhase::Playing,
                Phase::Ended => PlayerPhase::Ended,
            },
            position_ms: js(player.position_ms),
            duration_ms: js(player.duration_ms),
            speed: player.speed,
            volume: f64::from(player.volume),
            turn: player.turn.and_then(index),
            word: player.word.and_then(index),
            problem,
        }
    }
}

fn code(kind: PlayerProblemKind) -> &'static str {
    match kind {
        PlayerProblemKind::NoDevice => "no_device",
        PlayerProblemKind::DeviceLost => "device_lost",
        PlayerProblemKind::Unsupported => "unsupported",
        PlayerProblemKind::Unreadable => "unreadable",
        PlayerProblemKind::Missing => "missing",
    }
}
