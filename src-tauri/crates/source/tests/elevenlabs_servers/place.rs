//! The sandbox's servers, sources over them, and a moment to be in.

use std::collections::BTreeMap;
use std::sync::Arc;

use testkit::sandbox::elevenlabs::{ElevenLabs, KEY};
use testkit::sandbox::elevenlabs_backend::{EMAIL, ElevenLabsBackend, PASSWORD, TOKEN};
use testkit::sandbox::{Answer, Asked, Dialect, Server, SharedTruth, Site};
use turnstone_source::secret::{Secret, Secrets};
use turnstone_source::{Kind, Settings, Source, World, open};

/// When the first call of a small truth began.
pub const FIRST_CALL: i64 = 1_761_987_600_000;
/// A sign-in as it is entered.
pub const NO_SECRET: &str = "";

/// Long after all calls.
pub fn long_after() -> i64 {
    FIRST_CALL + 90 * 24 * 3_600_000
}

/// Half a day after the first call.
pub fn same_day() -> i64 {
    FIRST_CALL + 12 * 3_600_000
}

/// Both servers over the same truth.
pub struct Place {
    pub truth: SharedTruth,
    pub backend: Arc<ElevenLabsBackend>,
    pub elevenlabs: Arc<ElevenLabs>,
    pub backend_server: Server,
    pub elevenlabs_server: Server,
    pub clock: fn() -> i64,
}

impl Place {
    pub fn new(truth: impl Into<SharedTruth>, dialect: Dialect, clock: fn() -> i64) -> Self {
        let truth = truth.into();
        let backend = Arc::new(ElevenLabsBackend::new(truth.clone(), dialect));
        let elevenlabs = Arc::new(ElevenLabs::new(truth.clone(), dialect));
        let backend_server = Server::start(backend.clone());
        let elevenlabs_server = Server::start(elevenlabs.clone());
        Self { truth, backend, elevenlabs, backend_server, elevenlabs_server, clock }
    }

    /// The backend, signed in to with e-mail and password.
    pub fn backend(&self, set: &[(&str, &str)]) -> Box<dyn Source> {
        self.backend_with(&sign_in(), set)
    }

    /// The backend with this secret.
    pub fn backend_with(&self, secret: &str, set: &[(&str, &str)]) -> Box<dyn Source> {
        self.open(Kind::ElevenlabsBackend, self.backend_server.origin(), secret, set)
    }

    /// The backend with the provider behind it.
    pub fn backend_and_provider(&self) -> Box<dyn Source> {
        self.backend(&[("provider_url", self.elevenlabs_server.origin()), ("provider_key_secret", "elevenlabs-key")])
    }

    /// The provider itself.
    pub fn provider(&self, set: &[(&str, &str)]) -> Box<dyn Source> {
        self.open(Kind::Elevenlabs, self.elevenlabs_server.origin(), KEY, set)
    }

    pub fn open(&self, kind: Kind, url: &str, secret: &str, set: &[(&str, &str)]) -> Box<dyn Source> {
        let world = World::plain("calls", self.clock);
        let secrets: &dyn Secrets = &*world.secrets;
        secrets.set("calls", &Secret::new(secret)).expect("secrets for this run are kept");
        secrets.set("elevenlabs-key", &Secret::new(KEY)).expect("secrets for this run are kept");
        let set: BTreeMap<String, String> = set.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let settings = Settings { url: Some(url.to_owned()), set, ..Settings::default() };
        open(kind, &settings, &world).expect("the settings make sense")
    }
}

pub fn sign_in() -> String {
    format!(r#"{{"email":"{EMAIL}","password":"{PASSWORD}"}}"#)
}

pub fn token() -> String {
    TOKEN.to_owned()
}

/// Requests for a path that contains this.
pub fn asked_for(server: &Server, part: &str) -> Vec<Asked> {
    server.seen().into_iter().map(|seen| seen.asked).filter(|asked| asked.path.contains(part)).collect()
}

/// A site whose requests or answers somebody tampers with.
pub struct Tampered<F>(pub Arc<dyn Site>, pub F);

impl<F: Fn(&dyn Site, &Asked) -> Answer + Send + Sync> Site for Tampered<F> {
    fn answer(&self, asked: &Asked) -> Answer {
        (self.1)(&*self.0, asked)
    }
}

/// An answer's JSON changed by `change`.
pub fn changed(answer: Answer, change: impl FnOnce(&mut serde_json::Value)) -> Answer {
    let mut body = serde_json::from_slice(&answer.body).expect("a JSON answer");
    change(&mut body);
    Answer { body: body.to_string().into_bytes(), ..answer }
}
