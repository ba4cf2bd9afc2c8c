//! What a user configures about a source, and the kinds there are.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use url::{Host, Url};

use crate::SourceError;

/// What a user configured: the same for every kind, filled as far as the kind needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// A folder on this machine.
    pub path: Option<PathBuf>,
    /// A server's origin.
    pub url: Option<String>,
    /// Further settings by name.
    pub set: BTreeMap<String, String>,
}

impl Settings {
    /// Refuses settings by name that a kind does not understand, and a `rescan` that is no number of seconds.
    pub(crate) fn expect_only(&self, known: &[&str]) -> Result<(), SourceError> {
        let is_known = |key: &&String| known.contains(&key.as_str()) || FOR_THE_CACHE.contains(&key.as_str());
        if let Some(unknown) = self.set.keys().find(|key| !is_known(key)) {
            let known = known.join(", ");
            return Err(SourceError::Settings(format!(
                "unknown setting {unknown:?}: this kind of source knows {known}"
            )));
        }
        match self.set.get("rescan") {
            Some(seconds) if !seconds.parse::<u64>().is_ok_and(|seconds| seconds > 0) => Err(SourceError::Settings(
                format!("rescan={seconds} is not a number of seconds: use for example rescan=300"),
            )),
            _ => Ok(()),
        }
    }
}

/// Declares the kinds with their names on the command line and in the database.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $variant:ident = $word:literal,)*) => {
        /// The kinds of source there are.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind { $($(#[doc = $doc])* $variant,)* }

        impl Kind {
            /// All kinds, in the order the window offers them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name on the command line and in the database.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }
    };
}

kinds! {
    /// Any folder of audio files and transcripts.
    Folder = "folder",
    /// A Twilio/OpenAI bridge server: its folder and database, or its HTTP interface.
    TwilioBridge = "twilio-bridge",
    /// A recordings server built on FastAPI and Supabase.
    SupabaseBackend = "supabase-backend",
    /// A recordings server in front of RingCentral.
    RingcentralBackend = "ringcentral-backend",
    /// A recordings server in front of Vapi.
    VapiBackend = "vapi-backend",
    /// A recordings server in front of ElevenLabs.
    ElevenlabsBackend = "elevenlabs-backend",
    /// ElevenLabs itself.
    Elevenlabs = "elevenlabs",
    /// RingCentral itself.
    Ringcentral = "ringcentral",
    /// Vapi itself.
    Vapi = "vapi",
    /// Twilio itself.
    Twilio = "twilio",
    /// A Supabase project itself: tables and storage.
    Supabase = "supabase",
}

impl Kind {
    /// Reads that name back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }

    /// Whether a source of this kind with these settings reads this machine's disks and nothing else, so that being offline
    /// means nothing to it.
    pub fn is_local(self, settings: &Settings) -> bool {
        match self {
            Self::Folder => true,
            Self::TwilioBridge => settings.url.is_none(),
            _ => false,
        }
    }
}

/// Settings of a source that are not for the source: how long its audio is kept in the cache.
const FOR_THE_CACHE: [&str; 1] = ["retention"];

/// Settings that every server understands besides its own.
pub(crate) const FOR_SERVERS: [&str; 5] = ["legacy_url", "allow_host", "interval", "page_size", "jobs"];

impl Settings {
    /// For a server: refuses a path, and settings by name that neither every server nor this kind understands.
    pub(crate) fn expect_server(&self, own: &[&str]) -> Result<(), SourceError> {
        if self.path.is_some() {
            return Err(SourceError::Settings("this kind of source has an address (url), not a path".into()));
        }
        let known: Vec<&str> = own.iter().chain(&FOR_SERVERS).copied().collect();
        self.expect_only(&known)
    }

    /// Whether the address, if there is one, is on this machine.
    pub fn is_on_this_machine(&self) -> bool {
        let url = self.url.as_deref().and_then(|url| Url::parse(url).ok());
        match url.as_ref().and_then(Url::host) {
            Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// A setting that is not empty.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.set.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The server's address; `usual` for providers that have one.
    pub(crate) fn address<'a>(&'a self, usual: Option<&'a str>) -> Result<&'a str, SourceError> {
        let given = self.url.as_deref().filter(|url| !url.is_empty());
        given.or(usual).ok_or_else(|| {
            SourceError::Settings("give the server's address (url), such as https://calls.example.com".into())
        })
    }

    /// A setting that is a whole number within bounds.
    pub(crate) fn number(&self, key: &str, within: RangeInclusive<u32>) -> Result<Option<u32>, SourceError> {
        let Some(text) = self.get(key) else { return Ok(None) };
        let number = text.parse().ok().filter(|number| within.contains(number));
        number.map(Some).ok_or_else(|| {
            SourceError::Settings(format!("{key}={text}: use a number from {} to {}", within.start(), within.end()))
        })
    }

    /// The values of a setting that can be given several times; they are kept in one text with commas between.
    pub(crate) fn several(&self, key: &str) -> Vec<String> {
        let texts = self.get(key).into_iter().flat_map(|text| text.split(','));
        texts.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
    }
}
