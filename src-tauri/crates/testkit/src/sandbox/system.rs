//! The systems there are, and how a source is added for each.

use std::io;
use std::sync::Arc;

use super::elevenlabs::{self, ElevenLabs};
use super::elevenlabs_backend::ElevenLabsBackend;
use super::ringcentral::{self, RingCentral};
use super::ringcentral_backend::{self, RingCentralBackend};
use super::supabase::{self, Supabase};
use super::supabase_backend::{self, SupabaseBackend};
use super::vapi::{self, Vapi};
use super::vapi_backend::{self, VapiBackend};
use super::{Dialect, Server, SharedTruth, Site};

/// A system that can be started.
pub struct System {
    /// The kind of source that reads it.
    pub kind: &'static str,
    /// What it is signed in to with: a token, or a JSON object.
    pub secret: &'static str,
    /// Settings (`--set`) that a source for it needs.
    pub set: &'static [(&'static str, &'static str)],
    /// The provider behind it, whose source kind it is.
    pub provider: Option<&'static str>,
    site: fn(SharedTruth, Dialect) -> Arc<dyn Site>,
}

/// A started system.
pub struct Running {
    /// Which.
    pub system: &'static System,
    /// Its server.
    pub server: Server,
}

/// All systems: server systems first, then the providers.
pub const SYSTEMS: &[System] = &[
    System {
        kind: "supabase-backend",
        secret: supabase_backend::SECRET,
        set: &[],
        provider: None,
        site: |truth, dialect| Arc::new(SupabaseBackend::new(truth, dialect)),
    },
    System {
        kind: "twilio-bridge",
        secret: r#"{"email":"sandbox@example.com","password":"sandbox-password"}"#,
        set: &[],
        provider: None,
        site: |truth, dialect| Arc::new(super::TwilioBridge::new(truth, dialect)),
    },
    System {
        kind: "twilio",
        secret: r#"{"account_sid":"ACdddddddddddddddddddddddddddddddd","auth_token":"sandbox-twilio-token"}"#,
        set: &[],
        provider: None,
        site: |truth, dialect| Arc::new(super::Twilio::new(truth, dialect)),
    },
    System {
        kind: "ringcentral-backend",
        secret: ringcentral_backend::TOKEN,
        set: &[],
        provider: Some("ringcentral"),
        site: |truth, dialect| Arc::new(RingCentralBackend::new(truth, dialect)),
    },
    System {
        kind: "elevenlabs-backend",
        secret: r#"{"email":"auditor@example.com","password":"sandbox-password"}"#,
        set: &[],
        provider: Some("elevenlabs"),
        site: |truth, dialect| Arc::new(ElevenLabsBackend::new(truth, dialect)),
    },
    System {
        kind: "elevenlabs",
        secret: elevenlabs::KEY,
        set: &[],
        provider: None,
        site: |truth, dialect| Arc::new(ElevenLabs::new(truth, dialect)),
    },
    System {
        kind: "vapi-backend",
        secret: vapi_backend::TOKEN,
        set: &[],
        provider: Some("vapi"),
        site: |truth, dialect| Arc::new(VapiBackend::new(truth, dialect)),
    },
    System {
        kind: "vapi",
        secret: vapi::KEY,
        set: &[],
        provider: None,
        site: |truth, dialect| Arc::new(Vapi::new(truth, dialect)),
    },
    System {
        kind: "supabase",
        secret: supabase::SECRET,
        set: &[("anon_key", supabase::ANON_KEY)],
        provider: None,
        site: |truth, dialect| Arc::new(Supabase::new(truth, dialect)),
    },
    System {
        kind: "ringcentral",
        secret: ringcentral::SECRET,
        set: &[],
        provider: None,
        site: |truth, dialect| Arc::new(RingCentral::new(truth, dialect)),
    },
];

impl System {
    /// The system that a kind of source reads.
    pub fn of(kind: &str) -> Option<&'static Self> {
        SYSTEMS.iter().find(|system| system.kind == kind)
    }

    /// What it answers.
    pub fn site(&self, truth: &SharedTruth, dialect: Dialect) -> Arc<dyn Site> {
        (self.site)(truth.clone(), dialect)
    }

    /// Starts it on a port of 127.0.0.1; 0: any free one.
    pub fn start(&'static self, truth: &SharedTruth, dialect: Dialect, port: u16) -> io::Result<Running> {
        Ok(Running { system: self, server: Server::start_at(self.site(truth, dialect), port)? })
    }
}

impl Running {
    /// The name its source is given.
    pub fn name(&self) -> String {
        format!("sandbox-{}", self.system.kind)
    }

    /// The environment variable in which a run is given its secret.
    pub fn variable(&self) -> String {
        source::secret::Keychain::variable(&self.name())
    }

    /// Settings of its source. If its provider runs too, it is asked where the server itself has no recording.
    pub fn settings(&self, all: &[Running]) -> Vec<(String, String)> {
        let own = self.system.set.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let provider = self.system.provider.and_then(|kind| all.iter().find(|other| other.system.kind == kind));
        let behind = provider.into_iter().flat_map(|provider| {
            [("provider_url", provider.server.origin().to_owned()), ("provider_key_secret", provider.name())]
        });
        own.chain(behind.map(|(key, value)| (key.to_owned(), value))).collect()
    }

    /// The arguments for `turnstone` that add its source.
    pub fn arguments(&self, all: &[Running]) -> Vec<String> {
        let mut arguments: Vec<String> = ["source", "add", self.system.kind].map(str::to_owned).into();
        arguments.extend([self.name(), "--url".into(), self.server.origin().to_owned()]);
        for (key, value) in self.settings(all) {
            arguments.extend(["--set".to_owned(), format!("{key}={value}")]);
        }
        arguments
    }
}
