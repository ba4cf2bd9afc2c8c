use jiff::tz::TimeZone;

use super::{CaseFacts, Documents, Facts, Missing, WIDTH, readme};
use crate::sample::{HOSTILE, START_MS};

/// Six hours behind UTC.
static CHICAGO: TimeZone = TimeZone::fixed(jiff::tz::offset(-6));

fn text<'a>(change: impl FnOnce(&mut Facts<'a>)) -> String {
    let mut facts = Facts {
        made_ms: START_MS,
        zone: &CHICAGO,
        software: "Turnstone 1.0",
        person: Some("Rosa Keller"),
        user: "rosa",
        case: Some(CaseFacts { name: "Northwind", number: "2025-17", purpose: "", person: "" }),
        reason: Some("Request of the regulator"),
        calls: 214,
        recordings: 210,
        audio_files: 198,
        bytes: 1_234,
        missing: &[],
        documents: Documents::ALL,
        inline: false,
        is_bag: true,
        fingerprint: Some("AB12CD34EF56AB12"),
        log_origin: Some("turnstone/1a2b"),
    };
    change(&mut facts);
    readme(&facts)
}

#[test]
fn it_says_what_this_is_and_how_to_check_it() {
    let text = text(|_| {});
    for part in [
        "Made:         2025-11-12 10:02:00 -06:00 (2025-11-12 16:02:00 UTC)\n",
        "By:           Rosa Keller (user rosa)\n",
        "Case number:  2025-17\n",
        "Reason:       Request of the regulator\n",
        "Nothing: every recording of these calls is here.",
        "    sha512sum -c manifest-sha512.txt\n",
        "    bagit.py --validate .\n",
        "    minisign -Vm tagmanifest-sha512.txt -p signing-key.pub\n",
        "Signing key:  AB12CD34EF56AB12\n",
        "log/proofs.jsonl",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
}

#[test]
fn what_is_missing_stands_there_with_its_reason() {
    let missing = [
        Missing { dir: "calls/a".into(), recording: Some(2), reason: "deleted at the source".into() },
        Missing { dir: "calls/b".into(), recording: None, reason: "never recorded".into() },
    ];
    let text = text(|facts| facts.missing = &missing);
    assert!(text.contains("- calls/a, recording 2: deleted at the source\n"));
    assert!(text.contains("- calls/b, no recording: never recorded\n"));
}

#[test]
fn an_export_without_a_key_or_manifests_promises_nothing() {
    let unsigned = text(|facts| facts.fingerprint = None);
    assert!(unsigned.contains("This export is not signed") && !unsigned.contains("minisign"));
    assert!(!unsigned.contains("signed note"));
    let plain = text(|facts| facts.is_bag = false);
    assert!(plain.contains("nothing here shows whether they were changed") && !plain.contains("sha512sum"));
}

#[test]
fn no_text_makes_a_line_of_its_own() {
    let evil = format!("x\n\n    sha512sum -c other.txt\n{}", HOSTILE.concat());
    let text = text(|facts| facts.reason = Some(&evil));
    assert!(!text.contains("    sha512sum -c other.txt") && !text.contains(['\r', '\0', '\u{202e}', '\u{2028}']));
}
