//! A recordings server in front of RingCentral.
//!
//! What it is like, and what is done about it:
//! - Its count is not believed: it is of everything, whatever was asked for, and with some versions of its own libraries
//!   counting fails and the list with it. Then the list is tried once more, shorter and without filters; if that fails too,
//!   it is the server that must be mended, and the words say so.
//! - A filter by date is used for what is new only if its answer fits it; the list runs from the newest call to the
//!   oldest, so that a walk can end by itself.
//! - A field has several names, after which version wrote it; all are read.
//! - A recording's audio is a redirect to RingCentral without a credential of RingCentral's. The server's own token is
//!   never sent there, so RingCentral refuses, unless the user has given a RingCentral credential for the second door.
//! - It archives audio after 30 days and deletes it after 90; the expiry of 90 days is assumed, for it does not say.
//!
//! [`model::Recording::storage_path`] holds RingCentral's own id of the recording, for the second door.

use model::{Cancel, Door, Recording};

use crate::http::{Allowed, Credential, Http};
use crate::provider::ringcentral::{Account, USUAL};
use crate::remote::{Found, Item, ItemError, Listed, Remote, Server, Since};
use crate::session::{Session, Token};
use crate::{Audio, AudioError, AudioRequest, Check, Settings, Source, SourceError, World};

mod audio;
mod call;
mod list;
mod selftest;

/// The most calls a page of the list may have.
const PAGE: u32 = 200;

/// A source of this kind with these settings.
pub(crate) fn open(settings: &Settings, world: &World) -> Result<Box<dyn Source>, SourceError> {
    settings.expect_server(&["provider_url", "provider_key_secret"])?;
    let provider_url = settings.get("provider_url").unwrap_or(USUAL);
    let mut hosts = vec!["*.ringcentral.com".to_owned()];
    hosts.extend(url::Url::parse(provider_url).ok().and_then(|url| url.host_str().map(str::to_owned)));
    let http = Http::new(&base(settings.address(None)?), Allowed { hosts }, settings, world)?;
    let provider = match settings.get("provider_key_secret") {
        Some(secret) => Some(Account::new(provider_url, secret, settings, world)?),
        None => None,
    };
    let legacy = match settings.get("legacy_url") {
        Some(url) => Some(Http::new(url, Allowed::default(), settings, world)?),
        None => None,
    };
    let server = RingCentralBackend {
        http,
        legacy,
        session: Session::new(Token::new(world, Credential::bearer)),
        provider,
        page: settings.number("page_size", 1..=PAGE)?.unwrap_or(PAGE),
    };
    Ok(Box::new(Remote::new(server, settings, world)?))
}

struct RingCentralBackend {
    http: Http,
    session: Session<Token>,
    /// RingCentral itself, with the user's own credential.
    provider: Option<Account>,
    /// Where relative addresses of older recordings lie, if elsewhere.
    legacy: Option<Http>,
    page: u32,
}

impl Server for RingCentralBackend {
    fn test(&self, cancel: &Cancel) -> Vec<Check> {
        selftest::test(self, cancel)
    }

    fn list(&self, since: Option<&Since>, at: Option<&str>, cancel: &Cancel) -> Result<Listed, SourceError> {
        list::List { server: self, cancel }.list(since, at)
    }

    fn call(&self, item: &Item, cancel: &Cancel) -> Result<Found, ItemError> {
        call::ask(self, item, cancel)
    }

    fn doors(&self, recording: &Recording) -> Vec<Door> {
        let provider = self.provider.is_some() && recording.storage_path.is_some();
        let legacy = recording.legacy_url.is_some();
        let doors = [(Door::Source, true), (Door::Provider, provider), (Door::Legacy, legacy)];
        doors.into_iter().filter(|(_, is_there)| *is_there).map(|(door, _)| door).collect()
    }

    fn audio(&self, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        match ask.door {
            Door::Source => audio::source(self, ask),
            Door::Provider => audio::provider(self, ask),
            Door::Legacy => audio::legacy(self, ask),
        }
    }

    fn requests(&self) -> u64 {
        let legacy = self.legacy.as_ref().map_or(0, Http::requests);
        self.http.requests() + legacy + self.provider.as_ref().map_or(0, Account::requests)
    }
}

/// The address below which the recordings lie, whichever part of it was given.
fn base(url: &str) -> String {
    let url = url.trim().trim_end_matches('/');
    let url = url.strip_suffix("/recordings").unwrap_or(url);
    let url = url.strip_suffix("/api/v1").unwrap_or(url);
    url.to_owned()
}

#[cfg(test)]
mod tests {
    use super::base;

    #[test]
    fn the_address_may_be_given_with_more_or_less_of_its_path() {
        for given in ["https://a.example", "https://a.example/api/v1/", "https://a.example/api/v1/recordings"] {
            assert_eq!(base(given), "https://a.example", "{given}");
        }
        assert_eq!(base("https://a.example/behind/proxy/api/v1"), "https://a.example/behind/proxy");
    }
}
