//! Ways in which a server misbehaves now and then, as people meet them.

use std::time::Duration;

use super::{Asked, Fault};

/// Declares the moods with their names on the command line.
macro_rules! moods {
    ($($variant:ident = $word:literal: $words:literal,)*) => {
        /// How a server is disposed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Mood { $(#[doc = $words] $variant,)* }

        impl Mood {
            /// All there are.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name on the command line.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// What happens, in words.
            pub fn words(self) -> &'static str {
                match self { $(Self::$variant => $words),* }
            }
        }
    };
}

moods! {
    RateLimits = "rate-limits": "429 with Retry-After, in seconds",
    Expiry = "expiry": "the session or the signed address has run out (401)",
    Errors = "errors": "500, 502 and 503",
    Truncation = "truncation": "fewer bytes than announced",
    Lengths = "lengths": "a wrong Content-Length",
    Resets = "resets": "the connection is reset in the middle of the body",
    Slow = "slow": "a byte every few milliseconds",
    Endless = "endless": "a body without end",
    Html = "html": "a page for people instead of an answer",
    Types = "types": "the wrong content type",
    Halves = "halves": "JSON that ends in the middle",
    Bombs = "bombs": "a small packed body that unpacks to 100 MB",
    Redirects = "redirects": "a redirect back to the same address",
}

impl Mood {
    /// Reads a name back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|mood| mood.as_str() == text)
    }

    /// What happens to one request.
    fn fault(self, asked: &Asked, dice: &mut fastrand::Rng) -> Fault {
        match self {
            Self::RateLimits => Fault::RetryAfter(429, dice.u8(1..=3).to_string()),
            Self::Expiry => Fault::Status(401),
            Self::Errors => Fault::Status(*dice.choice(&[500, 502, 503]).expect("there are some")),
            Self::Truncation => Fault::Truncated(dice.usize(0..200)),
            Self::Lengths => Fault::WrongLength(if dice.bool() { 10 } else { -10 }),
            Self::Resets => Fault::Reset(dice.usize(0..200)),
            Self::Slow => Fault::SlowLoris(Duration::from_millis(5)),
            Self::Endless => Fault::Endless,
            Self::Html => Fault::Html,
            Self::Types => Fault::WrongType("text/plain".into()),
            Self::Halves => Fault::HalfJson,
            Self::Bombs => Fault::GzipBomb(100 << 20),
            Self::Redirects => Fault::Redirect(302, format!("{}{}", asked.origin, asked.path)),
        }
    }
}

/// Has about one in `every` requests met by one of these moods; the same seed, the same dice.
pub fn whims(moods: Vec<Mood>, every: usize, seed: u64) -> impl FnMut(&Asked) -> Option<Fault> + Send + 'static {
    let mut dice = fastrand::Rng::with_seed(seed);
    move |asked| {
        let hit = every > 0 && dice.usize(0..every) == 0;
        let mood = dice.choice(&moods).copied().filter(|_| hit)?;
        Some(mood.fault(asked, &mut dice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_five_requests_is_met_and_the_same_seed_meets_the_same_ones() {
        let met = |seed| {
            let mut whim = whims(Mood::ALL.to_vec(), 5, seed);
            (0..1_000).map(|_| whim(&Asked::default())).collect::<Vec<_>>()
        };
        let hits = met(7).iter().flatten().count();
        assert!((150..250).contains(&hits), "{hits}");
        assert_eq!(met(7), met(7));
        assert_ne!(met(7), met(8));
    }

    #[test]
    fn every_mood_has_a_name_that_is_read_back() {
        assert!(Mood::ALL.iter().all(|mood| Mood::parse(mood.as_str()) == Some(*mood)));
        assert_eq!(Mood::parse("cheerful"), None);
    }
}
