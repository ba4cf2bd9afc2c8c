//! Which addresses may be asked.

use std::net::IpAddr;

use model::Cancel;
use url::Url;

use super::{Server, http, json, world};
use crate::http::address::{Rules, base, is_public};
use crate::http::{Allowed, Http, HttpError};
use crate::{Settings, SourceError};

#[test]
fn only_the_internet_is_public() {
    let near = [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.8.8.8",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::10.0.0.1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "64:ff9b::a00:1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:a00:1::",
        "2002:7f00:1::1",
        "2001::1",
        "2001:db8::1",
    ];
    for address in near {
        assert!(!is_public(address.parse().unwrap()), "{address}");
    }
    let public = [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.1",
        "100.63.255.255",
        "100.128.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.167.1.1",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00:1450::1",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
    ];
    for address in public {
        assert!(is_public(address.parse().unwrap()), "{address}");
    }
}

#[test]
fn a_connection_may_go_nearby_only_for_the_configured_origin_or_within_this_machine() {
    let table = [
        ("https://calls.example.com", "https://calls.example.com/a", "10.0.0.5", true),
        ("https://calls.example.com", "https://calls.example.com:444/a", "10.0.0.5", false),
        ("https://calls.example.com", "https://files.example.com/a", "10.0.0.5", false),
        ("https://calls.example.com", "https://files.example.com/a", "127.0.0.1", false),
        ("https://calls.example.com", "https://localhost/a", "127.0.0.1", false),
        ("https://calls.example.com", "https://files.example.com/a", "::ffff:192.168.0.1", false),
        ("https://calls.example.com", "https://files.example.com/a", "93.184.216.34", true),
        ("https://192.168.0.9", "https://192.168.0.9/a", "192.168.0.9", true),
        ("https://192.168.0.9", "https://192.168.0.10/a", "192.168.0.10", false),
        ("http://localhost:8000", "http://localhost:8000/a", "127.0.0.1", true),
        ("http://localhost:8000", "http://localhost:8000/a", "192.168.0.1", false),
        ("http://localhost:8000", "http://127.0.0.1:9000/a", "127.0.0.1", true),
        ("http://localhost:8000", "https://localhost:9000/a", "127.0.0.1", true),
        ("http://localhost:8000", "https://files.example.com/a", "127.0.0.1", false),
        ("http://localhost:8000", "https://files.example.com/a", "93.184.216.34", true),
        ("http://localhost:8000", "http://files.example.com/a", "93.184.216.34", false),
    ];
    for (configured, asked, machine, may) in table {
        let rules = Rules::new(base(configured).unwrap(), Vec::new());
        let machine: IpAddr = machine.parse().unwrap();
        assert_eq!(rules.may_connect(&Url::parse(asked).unwrap(), machine), may, "{configured} {asked} {machine}");
    }
}

#[test]
fn the_configured_address_is_https_or_this_machine_and_nothing_but_an_address() {
    for good in [
        "https://a.example",
        " https://a.example/api/ ",
        "http://localhost:3000",
        "http://127.3.2.1",
        "http://[::1]:80",
    ] {
        base(good).unwrap_or_else(|error| panic!("{good}: {error}"));
    }
    let bad = [
        ("http://a.example", "https://"),
        ("http://192.168.0.1", "https://"),
        ("http://localhost.a.example", "https://"),
        ("ftp://a.example", "https://"),
        ("file:///etc/passwd", "https://"),
        ("a.example", "https://"),
        ("", "https://"),
        ("https://", "https://"),
        ("https://user:hunter2@a.example", "user or password"),
        ("https://a.example/?token=hunter2", "query"),
        ("https://a.example/#x", "fragment"),
    ];
    for (text, words) in bad {
        let Err(SourceError::Settings(said)) = base(text) else { panic!("{text}") };
        assert!(said.contains(words) && !said.contains("hunter2"), "{text}: {said}");
    }
}

#[test]
fn an_address_found_in_data_is_at_a_known_host_and_safe() {
    let allowed = Allowed { hosts: vec!["media.example.net".into(), "*.storage.example.org".into()] };
    let mut settings = Settings::default();
    settings.set.insert("allow_host".into(), "Extra.example, odd.example:8443".into());
    let http = Http::new("https://calls.example.com/api", allowed, &settings, &world()).unwrap();
    let good = [
        "https://calls.example.com/elsewhere/1.wav",
        "https://calls.example.com:8443/1.wav",
        "https://CALLS.example.com/1.wav",
        "https://media.example.net/1.wav?sig=1",
        "https://a.storage.example.org/1.wav",
        "https://a.b.storage.example.org/1.wav",
        "https://extra.example/1.wav",
        "https://odd.example:8443/1.wav",
        "//media.example.net/1.wav",
        "wss://media.example.net/hints",
        "/1.wav",
        "files/1.wav",
    ];
    for address in good {
        http.found(address).unwrap_or_else(|error| panic!("{address}: {error}"));
    }
    let bad = [
        "http://calls.example.com/1.wav",
        "http://media.example.net/1.wav",
        "http://localhost/1.wav",
        "https://localhost/1.wav",
        "https://127.0.0.1/1.wav",
        "https://other.example/1.wav",
        "https://storage.example.org/1.wav",
        "https://evilstorage.example.org/1.wav",
        "https://sub.media.example.net/1.wav",
        "https://odd.example/1.wav",
        "https://user@media.example.net/1.wav",
        "https://calls.example.com@other.example/1.wav",
        "https://calls.example.com.other.example/1.wav",
        "ftp://media.example.net/1.wav",
        "file:///etc/passwd",
        "data:audio/wav;base64,AAAA",
        "javascript:alert(1)",
        "//other.example/1.wav",
        "../../other",
        "https://",
    ];
    for address in bad {
        let error = http.found(address).err();
        assert!(matches!(error, Some(HttpError::Unsafe(_))), "{address}: {error:?}");
    }
    let said = http.found("https://other.example/1.wav?sig=secret").err().unwrap().to_string();
    assert!(said.contains("allow_host=other.example") && !said.contains("secret"), "{said}");
}

#[test]
fn a_relative_address_lies_below_the_configured_one() {
    let server = Server::always(json("{}"));
    let http = http(&format!("{}/api", server.url));
    for address in ["/1.wav", "1.wav", "/api/1.wav?x=1"] {
        http.found(address).unwrap().json(&Cancel::new()).unwrap();
    }
    let lines: Vec<_> = server.seen().iter().map(|seen| seen.line.trim().to_owned()).collect();
    assert_eq!(lines, ["GET /api/1.wav HTTP/1.1", "GET /api/1.wav HTTP/1.1", "GET /api/1.wav?x=1 HTTP/1.1"]);
}

#[test]
fn a_redirect_never_leads_from_https_to_http_nor_to_anything_unfit() {
    let rules = Rules::new(base("https://calls.example.com").unwrap(), Vec::new());
    let from = Url::parse("https://calls.example.com/calls?token=ours").unwrap();
    for target in [
        "http://calls.example.com/",
        "http://127.0.0.1/",
        "https://u:p@other.example/",
        "file:///etc/passwd",
        "https://",
    ] {
        let error = rules.followed(&from, target).err();
        assert!(matches!(error, Some(HttpError::Unsafe(_))), "{target}: {error:?}");
    }
    let next = rules.followed(&from, "/other?x=1#here").unwrap();
    assert_eq!(next.as_str(), "https://calls.example.com/other?x=1");
    assert_eq!(rules.followed(&from, "https://files.example/1").unwrap().as_str(), "https://files.example/1");
}
