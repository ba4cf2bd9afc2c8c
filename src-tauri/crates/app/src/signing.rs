//! The key that exports and the audit log's checkpoints are signed with: in the keychain under the library, or in the
//! environment for one run. Made when it is first needed, if there is a keychain that keeps it.

use std::sync::Arc;

use evidence::SigningKey;
use model::Action;
use serde_json::json;
use source::secret::{Keychain, Secret, SecretError, Secrets};

use crate::fault::{Fault, FaultCode};
use crate::open::App;

/// The name of its entry among the secrets; no source may have it.
pub(crate) const NAME: &str = "signing key";

/// What there is to sign with.
#[derive(Clone, Debug)]
pub enum Signing {
    /// This key.
    With(Box<SigningKey>),
    /// Nothing; why, in words.
    Not(String),
}

impl App {
    /// The key to sign with. One is made if there is a keychain and no key in it yet; where there is no keychain there is
    /// none, and the answer says so. A key that cannot be read is a fault: it is never replaced.
    pub fn signing_key(&self) -> Result<Signing, Fault> {
        if let Some(key) = self.inner.trail.key() {
            return Ok(Signing::With(Box::new(key)));
        }
        let key = match self.inner.secrets.get(NAME) {
            Ok(Some(text)) => read(&text)?,
            Ok(None) if !self.inner.keychain => return Ok(Signing::Not("this run does without a keychain".to_owned())),
            Ok(None) => match self.make_key()? {
                Signing::With(key) => *key,
                not => return Ok(not),
            },
            Err(error) => return Ok(Signing::Not(no_keychain(&error))),
        };
        self.inner.trail.sign_with(key.clone());
        Ok(Signing::With(Box::new(key)))
    }

    /// The key, if there is one already and it can be had; none is made for this.
    pub fn present_signing_key(&self) -> Option<SigningKey> {
        self.inner.trail.key().or_else(|| kept(self.inner.secrets.as_ref()))
    }

    /// In the window: fetches the key in the background, so that the entries from then on are signed.
    pub(crate) fn start_signing(&self) {
        // A keychain may take its time; the library is not kept open for it.
        let (secrets, trail) = (self.inner.secrets.clone(), Arc::downgrade(&self.inner.trail));
        std::thread::spawn(move || {
            let key = kept(secrets.as_ref());
            if let (Some(key), Some(trail)) = (key, trail.upgrade()) {
                trail.sign_with(key);
            }
        });
    }

    /// Makes a key and keeps it. What could not be recorded is taken back.
    fn make_key(&self) -> Result<Signing, Fault> {
        let new = SigningKey::generate().map_err(|error| Fault::new(FaultCode::Io, error.to_string()))?;
        if let Err(error) = self.inner.secrets.set(NAME, &Secret::new(new.text())) {
            return Ok(Signing::Not(no_keychain(&error)));
        }
        // Another process may have kept one in the same moment: what the keychain holds now counts.
        let kept = self.inner.secrets.get(NAME).ok().flatten().map_or(Ok(new.clone()), |text| read(&text))?;
        if kept.public() == new.public()
            && let Err(fault) = self.record(Action::Key, Some(new.public().fingerprint()), json!({}))
        {
            // It is in nobody's hands yet.
            drop(self.inner.secrets.forget(NAME));
            return Err(fault);
        }
        Ok(Signing::With(Box::new(kept)))
    }
}

fn kept(secrets: &dyn Secrets) -> Option<SigningKey> {
    read(&secrets.get(NAME).ok()??).ok()
}

fn read(text: &Secret) -> Result<SigningKey, Fault> {
    SigningKey::parse(text.reveal()).map_err(|error| {
        let from = format!("the signing key in the keychain, or in {}, cannot be used", Keychain::variable(NAME));
        Fault::new(FaultCode::Invalid, format!("{from}: {error}"))
    })
}

fn no_keychain(error: &SecretError) -> String {
    format!("{error}; a key for this run can be given in {}", Keychain::variable(NAME))
}
