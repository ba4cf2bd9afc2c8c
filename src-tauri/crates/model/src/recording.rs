use serde::{Deserialize, Serialize};

use crate::{Moment, Ms};

/// One audio file of a call, as its source describes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// The recording's name within its call; unique there and stable.
    pub remote_id: String,
    /// Where the bytes are at the source: a path relative to its root with `/`, or a storage path. Never a signed URL.
    pub storage_path: Option<String>,
    /// An older address carried by the record (third tier).
    pub legacy_url: Option<String>,
    /// What the source claims about the audio; the file itself is believed over it.
    pub claimed: AudioFacts,
    /// When the recording began, if it differs from the call's start.
    pub started_at: Option<Moment>,
    /// When the source will delete the audio, or deleted it, if it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
}

/// What is known about audio bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioFacts {
    /// The container, lower case: `wav`, `mp3`, `m4a`, `ogg`, `flac`, …
    pub format: Option<String>,
    /// The codec in words: `PCM 16-bit`, `G.711 µ-law`, `MP3`, `Opus`, `GSM 6.10`, …
    pub codec: Option<String>,
    /// Samples per second and channel.
    pub sample_rate: Option<u32>,
    /// Number of channels.
    pub channels: Option<u32>,
    /// Length in milliseconds.
    pub duration_ms: Option<Ms>,
    /// Size of the file in bytes.
    pub bytes: Option<u64>,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: Option<String>,
}

/// What is known about getting at a recording's audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AudioState {
    /// A verified copy is in the cache.
    Cached,
    /// The source has it; it has not been fetched.
    Available,
    /// Not there yet; it will be tried again.
    Pending,
    /// An error; it will be tried again with backoff.
    Failed,
    /// Gone, with evidence in the attempts.
    Unavailable,
}

/// Where to ask for audio, in the order in which it is asked. The first three tiers of the look-up are the cache, the
/// provider and the legacy address; the second has two doors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Door {
    /// The source itself.
    Source,
    /// The provider behind it, with the user's own credential for it.
    Provider,
    /// An older address carried by the record.
    Legacy,
}

impl Door {
    /// The tier that audio from here came from.
    pub fn tier(self) -> Tier {
        match self {
            Self::Source | Self::Provider => Tier::Provider,
            Self::Legacy => Tier::Legacy,
        }
    }
}

/// Where audio was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// A verified file in the cache.
    Local,
    /// The source's own audio, or its provider's.
    Provider,
    /// An older address carried by the record.
    Legacy,
}

/// One try at getting a recording's audio, kept so that a person can see why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When, in UTC milliseconds.
    pub at_ms: i64,
    /// Which tier was asked.
    pub tier: Tier,
    /// How it went.
    pub outcome: Outcome,
    /// In words for people.
    pub detail: Option<String>,
}

/// How one try at getting audio went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Verified audio arrived.
    Ok,
    /// The source does not have it.
    NotFound,
    /// The source does not have it yet.
    NotYet,
    /// The source says it was deleted.
    Gone,
    /// The source refused.
    Denied,
    /// An address or token ran out.
    Expired,
    /// The source asked us to wait.
    RateLimited,
    /// What arrived is not the audio: truncated, empty, an error page.
    Invalid,
    /// The audio cannot be decoded here.
    Unsupported,
    /// Larger than the limit.
    TooLarge,
    /// The connection or the disk failed.
    Network,
    /// Not tried because the app is offline.
    Offline,
    /// The user stopped it.
    Cancelled,
}

macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $name {
            /// The word used in the database and on the command line.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Reads that word back.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}
words!(AudioState { Cached = "cached", Available = "available", Pending = "pending", Failed = "failed", Unavailable = "unavailable" });
words!(Tier { Local = "local", Provider = "provider", Legacy = "legacy" });
words!(Door { Source = "source", Provider = "provider", Legacy = "legacy" });
words!(Outcome {
    Ok = "ok", NotFound = "not_found", NotYet = "not_yet", Gone = "gone", Denied = "denied", Expired = "expired",
    RateLimited = "rate_limited", Invalid = "invalid", Unsupported = "unsupported", TooLarge = "too_large",
    Network = "network", Offline = "offline", Cancelled = "cancelled",
});
