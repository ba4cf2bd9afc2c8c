//! The user's settings of one library.

use serde_json::{Map, Value, json};

/// The settings of a library.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How far playing steps back after a pause, milliseconds; 0 to 10,000.
    pub resume_back_ms: i64,
    /// Light, dark, or as the system says.
    pub theme: Theme,
    /// The speed new recordings start with; 0.5 to 3.
    pub speed: f64,
    /// The volume; 0 to 1.
    pub volume: f64,
    /// Who works here, for the audit log and exports; empty: only the user of the operating system is named.
    pub person: String,
}

/// The name under which the person is kept.
pub(crate) const PERSON: &str = "person";

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Default for Settings {
    fn default() -> Self {
        Self { resume_back_ms: 1_500, theme: Theme::System, speed: 1.0, volume: 1.0, person: String::new() }
    }
}

impl Settings {
    /// The settings written as name and value.
    pub(crate) fn pairs(&self) -> [(&'static str, String); 5] {
        [
            ("resume_back_ms", self.resume_back_ms.to_string()),
            ("theme", self.theme.as_str().to_owned()),
            ("speed", self.speed.to_string()),
            ("volume", self.volume.to_string()),
            (PERSON, self.person.clone()),
        ]
    }

    /// What the audit log tells of a change: name, old and new value. The speed and the volume are turned while listening
    /// and are not told.
    pub(crate) fn changed_since(&self, former: &Self) -> Map<String, Value> {
        let both = former.pairs().into_iter().zip(self.pairs());
        let told = both.filter(|((name, old), (_, new))| old != new && !matches!(*name, "speed" | "volume"));
        told.map(|((name, old), (_, new))| (name.to_owned(), json!({ "old": old, "new": new }))).collect()
    }

    /// Reads them back; what is missing or makes no sense keeps its default.
    pub(crate) fn from_pairs(mut value: impl FnMut(&str) -> Option<String>) -> Self {
        let default = Self::default();
        let read = Self {
            resume_back_ms: value("resume_back_ms").and_then(|v| v.parse().ok()).unwrap_or(default.resume_back_ms),
            theme: value("theme").and_then(|v| Theme::parse(&v)).unwrap_or(default.theme),
            speed: value("speed").and_then(|v| v.parse().ok()).unwrap_or(default.speed),
            volume: value("volume").and_then(|v| v.parse().ok()).unwrap_or(default.volume),
            person: value(PERSON).unwrap_or_default(),
        };
        read.within_bounds()
    }

    /// The same with every value inside its bounds.
    pub(crate) fn within_bounds(self) -> Self {
        let sane = |value: f64, or: f64| if value.is_finite() { value } else { or };
        Self {
            resume_back_ms: self.resume_back_ms.clamp(0, 10_000),
            theme: self.theme,
            speed: sane(self.speed, 1.0).clamp(0.5, 3.0),
            volume: sane(self.volume, 1.0).clamp(0.0, 1.0),
            person: self.person.trim().chars().filter(|c| !c.is_control()).take(200).collect(),
        }
    }
}

impl Theme {
    /// `system`, `light` or `dark`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads that word back.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::System, Self::Light, Self::Dark].into_iter().find(|theme| theme.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_as_they_were_kept_and_nonsense_is_put_right() {
        let kept =
            Settings { resume_back_ms: 0, theme: Theme::Dark, speed: 1.75, volume: 0.5, person: "Ann Ames".into() };
        let pairs = kept.pairs();
        let find = |name: &str| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone());
        assert_eq!(Settings::from_pairs(find), kept);
        let nonsense = Settings::from_pairs(|_| Some("NaN".into()));
        assert_eq!(nonsense, Settings { person: "NaN".into(), ..Settings::default() });
        assert_eq!(Settings::from_pairs(|_| Some("99".into())).speed, 3.0);
    }
}
