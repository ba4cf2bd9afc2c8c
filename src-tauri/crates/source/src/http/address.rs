//! Which addresses may be asked: of a URL, and of the machine that its name turns out to be.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use super::HttpError;
use crate::SourceError;

/// What may be asked, seen from one configured origin.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    base: Url,
    /// Hosts of the kind and of the user: `host`, `host:port` or `*.suffix`.
    hosts: Vec<String>,
}

/// The configured address, checked: https, or http to this machine; a host and a path and nothing else.
pub(super) fn base(text: &str) -> Result<Url, SourceError> {
    let refused = |why: &str| Err(SourceError::Settings(format!("the server's address (url) {why}")));
    let Ok(mut url) = Url::parse(text.trim()) else {
        return refused("cannot be read: write it like https://calls.example.com");
    };
    match (url.scheme(), url.host()) {
        ("http" | "https", None) => return refused("names no host: write it like https://calls.example.com"),
        ("http", Some(host)) if !is_this_machine(&host) => {
            return refused("begins with http://, over which everybody could listen: use https://");
        }
        ("http" | "https", Some(_)) => {}
        _ => return refused("must begin with https://: write it like https://calls.example.com"),
    }
    if has_user_info(&url) {
        return refused("holds a user or password: leave it out and give it as the source's secret");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refused("holds a query or fragment (? or #): leave it out");
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

impl Rules {
    pub(super) fn new(base: Url, hosts: Vec<String>) -> Self {
        Self { base, hosts }
    }

    pub(super) fn base(&self) -> &Url {
        &self.base
    }

    /// Whether scheme, host and port are the configured ones.
    pub(super) fn is_own(&self, url: &Url) -> bool {
        url.origin() == self.base.origin()
    }

    /// What every address must be that is not the configured one: https, or http within this machine if the configured
    /// one is on this machine too; no user info.
    pub(super) fn fit(&self, url: &Url) -> Result<(), HttpError> {
        let refused = |why: String| Err(HttpError::Unsafe(why));
        let Some(host) = url.host() else {
            return refused(format!("an address that begins with {}: is not asked", url.scheme()));
        };
        if has_user_info(url) {
            return refused(format!("an address at {host} holds a user or password, so it was not asked"));
        }
        match url.scheme() {
            "https" => Ok(()),
            "http" if self.within_this_machine(url) => Ok(()),
            "http" => refused(format!("an address at {host} is not encrypted (http), so it was not asked")),
            other => refused(format!("an address that begins with {other}: is not asked")),
        }
    }

    /// Where a redirect leads: any fit address, but never from https to http.
    pub(super) fn followed(&self, from: &Url, target: &str) -> Result<Url, HttpError> {
        let host = from.host_str().unwrap_or_default();
        let next = from.join(target.trim());
        let mut next = next.map_err(|_| HttpError::Unsafe(format!("{host} redirects to no proper address")))?;
        next.set_fragment(None);
        if from.scheme() == "https" && next.scheme() == "http" {
            return Err(HttpError::Unsafe(format!("{host} redirects from https to http, which was not followed")));
        }
        self.fit(&next)?;
        Ok(next)
    }

    /// Whether an address that was found in data may be asked.
    pub(super) fn found(&self, url: &Url) -> Result<(), HttpError> {
        self.fit(url)?;
        let host = plain(url.host_str().unwrap_or_default());
        let known = url.host() == self.base.host() || self.within_this_machine(url) || self.is_listed(&host, url);
        if known {
            return Ok(());
        }
        Err(HttpError::Unsafe(format!(
            "an address in the data is at {host}, which this source does not know: add it to the source's further hosts \
             (allow_host={host}) if you trust it"
        )))
    }

    fn is_listed(&self, host: &str, url: &Url) -> bool {
        let with_port = url.port_or_known_default().map(|port| format!("{host}:{port}"));
        self.hosts.iter().map(|listed| plain(listed)).any(|listed| match listed.strip_prefix("*.") {
            Some(suffix) => host.strip_suffix(suffix).is_some_and(|sub| sub.len() > 1 && sub.ends_with('.')),
            None => listed == host || Some(&listed) == with_port.as_ref(),
        })
    }

    /// Whether a connection for `url` may go to the machine at `address`.
    pub(super) fn may_connect(&self, url: &Url, address: IpAddr) -> bool {
        if url.scheme() != "https" || self.within_this_machine(url) {
            return self.within_this_machine(url) && canonical(address).is_loopback();
        }
        self.is_own(url) || is_public(address)
    }

    fn within_this_machine(&self, url: &Url) -> bool {
        let here = |url: &Url| url.host().is_some_and(|host| is_this_machine(&host));
        here(&self.base) && here(url)
    }
}

/// Whether this address belongs to the internet and to nothing nearer: not to this machine, its network, its provider's
/// network, nor to what is only for talking to many, for examples or for later.
pub(super) fn is_public(address: IpAddr) -> bool {
    match canonical(address) {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let carrier = a == 100 && (64..128).contains(&b);
    let reserved = a == 0 || a >= 240 || (a, b, c) == (192, 0, 0) || (a == 198 && (b == 18 || b == 19));
    !(v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_multicast()
        || v4.is_documentation()
        || carrier
        || reserved)
}

fn is_public_v6(v6: Ipv6Addr) -> bool {
    let parts = v6.segments();
    match parts {
        // ::, ::1 and the old way to write an IPv4 address.
        [0, 0, 0, 0, 0, 0, ..] => false,
        // IPv4 addresses on the far side of a translator, or of a 6to4 relay.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public_v4(v4_of(high, low)),
        [0x2002, high, low, ..] => is_public_v4(v4_of(high, low)),
        // A translator's own prefix, Teredo, documentation.
        [0x64, 0xff9b, 1, ..] | [0x2001, 0, ..] | [0x2001, 0xdb8, ..] => false,
        [first, ..] => {
            let unique_local = first & 0xfe00 == 0xfc00;
            let near = first & 0xff80 == 0xfe80;
            let many = first & 0xff00 == 0xff00;
            !(unique_local || near || many)
        }
    }
}

fn v4_of(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))
}

fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => plain(name) == "localhost",
        Host::Ipv4(v4) => v4.is_loopback(),
        Host::Ipv6(v6) => v6.is_loopback(),
    }
}

fn has_user_info(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// A host as it is compared.
fn plain(host: &str) -> String {
    host.trim().trim_end_matches('.').to_lowercase()
}
