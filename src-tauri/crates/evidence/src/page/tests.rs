use jiff::tz::TimeZone;

use super::{Heading, Page, SCRIPT, STYLE};
use crate::Exhibit;
use crate::sample::{HOSTILE, bare, hostile, ordinary};

fn page(title: &str, exhibits: &[Exhibit]) -> String {
    let heading = Heading { title, number: title, calls: exhibits.len() as u64 };
    let zone = TimeZone::get("America/Chicago").unwrap();
    let mut page = Page::begin(Vec::new(), &heading, &zone).unwrap();
    exhibits.iter().for_each(|exhibit| page.add(exhibit).unwrap());
    String::from_utf8(page.finish().unwrap()).unwrap()
}

/// The names of all elements, and of all their attributes, as a browser would find them.
fn anatomy(page: &str) -> (Vec<String>, Vec<String>) {
    let bare = page.replacen(SCRIPT, "", 1).replacen(STYLE, "", 1);
    let (mut elements, mut attributes) = (Vec::new(), Vec::new());
    for tag in bare.split('<').skip(1) {
        let tag = tag.split_once('>').expect("every tag ends").0;
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        let mut names = tag.split('"').step_by(2).flat_map(str::split_whitespace);
        elements.push(names.next().unwrap().trim_start_matches('/').to_owned());
        attributes.extend(names.map(|name| name.trim_end_matches('=').to_owned()));
    }
    (elements, attributes)
}

#[test]
fn hostile_text_adds_no_element_and_no_attribute() {
    let (plain_elements, plain_attributes) = anatomy(&page("Case", &[ordinary(), bare()]));
    let evil = page(&HOSTILE.concat(), &[hostile()]);
    let (elements, attributes) = anatomy(&evil);
    let known = ["h2", "html"];
    for element in &elements {
        assert!(plain_elements.contains(element) || known.contains(&element.as_str()), "<{element}>");
    }
    for attribute in &attributes {
        // The only call of a page is open.
        assert!(plain_attributes.contains(attribute) || attribute == "open", "{attribute}");
        assert!(!attribute.starts_with("on"), "{attribute}");
    }
    assert_eq!(elements.iter().filter(|name| *name == "script").count(), 2, "one script, which is ours");
    assert!(!evil.contains(['\0', '\r', '\u{7}']), "nothing that HTML does not allow");
}

#[test]
fn the_policy_allows_the_pages_own_script_and_style_only() {
    use base64::Engine;
    use sha2::{Digest, Sha256};
    let page = page("Case", &[]);
    let hash = |text: &str| base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text));
    let within = |name: &str| {
        let inside = page.split_once(&format!("<{name}>")).unwrap().1;
        inside.split_once(&format!("</{name}>")).unwrap().0.to_owned()
    };
    let policy = page.split_once("Content-Security-Policy\" content=\"").unwrap().1.split_once('"').unwrap().0;
    assert!(policy.starts_with("default-src 'none'; "));
    assert!(policy.contains(&format!("script-src 'sha256-{}';", hash(&within("script")))));
    assert!(policy.contains(&format!("style-src 'sha256-{}';", hash(&within("style")))));
    assert!(!policy.contains("unsafe"));
    let mut remote =
        page.match_indices("http").map(|(at, _)| &page[at..at + 12]).filter(|text| !text.starts_with("http-equiv"));
    assert_eq!(remote.next(), None, "no address leads anywhere");
}

#[test]
fn a_call_shows_its_times_its_audio_and_its_turns() {
    let page = page("Case", &[ordinary()]);
    for part in [
        "<time datetime=\"2025-11-12T16:02:00.000Z\">2025-11-12 10:02:00 -06:00</time>",
        "2025-11-12 10:02:00 -06:00 (2025-11-12 16:02:00 UTC)",
        "preload=\"none\" data-offset=\"0\" src=\"./calls/20251112T160200Z-1a2b3c4d5e6f/audio-1.mp3\"",
        "<li class=\"turn customer\" data-s=\"2000\">",
        "<span class=\"time\">0:02</span><p dir=\"auto\">I was charged twice.</p>",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn what_is_missing_is_said() {
    let mut silent = ordinary();
    silent.recordings[0].original = None;
    silent.recordings[0].missing = Some("deleted at the source".to_owned());
    let page = page("Case", &[silent, bare()]);
    assert!(page.contains("Recording 1 is not here: <bdi>deleted at the source</bdi>"));
    assert!(page.contains("This call was never recorded."));
    assert!(page.contains("There is no transcript of this call."));
}

#[test]
fn the_same_calls_make_the_same_page() {
    assert_eq!(page("Case", &[ordinary(), hostile()]), page("Case", &[ordinary(), hostile()]));
}
