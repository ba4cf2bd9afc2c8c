use app::{Fault, Theme};

use super::{js, ms, word};
use crate::view::{About, Settings};

impl From<app::Settings> for Settings {
    fn from(settings: app::Settings) -> Self {
        Self {
            resume_back_ms: js(settings.resume_back_ms),
            theme: settings.theme.as_str().to_owned(),
            speed: settings.speed,
            volume: settings.volume,
            person: settings.person,
        }
    }
}

impl Settings {
    /// The settings as the application takes them.
    pub(crate) fn read(self) -> Result<app::Settings, Fault> {
        Ok(app::Settings {
            resume_back_ms: ms(self.resume_back_ms),
            theme: word("theme", &self.theme, Theme::parse)?,
            speed: self.speed,
            volume: self.volume,
            person: self.person,
        })
    }
}

impl About {
    /// `drags_out`: whether the shell can drag files out of the window.
    pub(crate) fn of(about: app::About, drags_out: bool) -> Self {
        Self {
            version: about.version.to_owned(),
            library: about.library.display().to_string(),
            sqlite: about.sqlite,
            time_zone: about.time_zone,
            sound: about.sound,
            drags_out,
        }
    }
}
