//! What is broken in a folder is named with its reason; what is beside it goes in.

use std::collections::BTreeMap;
use std::fs::File;
use std::time::{Duration, Instant, UNIX_EPOCH};

use app::FaultCode;
use model::AudioState;
use testkit::{CallFolder, samples_of, wav};

use crate::desk::{ALL_OF_IT, Desk};

/// No broken folder may take longer than this; a hang would.
const SOON: Duration = Duration::from_secs(20);

#[test]
fn a_transcript_that_cannot_be_read_is_named_with_its_reason_and_its_call_goes_in() {
    let every_byte: Vec<u8> = (0..=255).cycle().take(5_000).collect();
    let deep = "[".repeat(100_000).into_bytes();
    let deep_object = br#"{"turns":"#.repeat(100_000);
    let cases: [(&str, &[u8], &str); 7] = [
        ("cut.json", br#"{"turns": [{"speaker": "Agent", "te"#, "ends in the middle"),
        ("lists.json", &deep, "levels deep"),
        ("objects.json", &deep_object, "levels deep"),
        ("zeros.json", &[0; 4_000], "binary data"),
        ("bytes.vtt", &every_byte, "binary data"),
        ("empty.srt", b"", "empty"),
        ("calls.vcon", br#"{"vcon": "0.0.1", "dialog": ["#, "ends in the middle"),
    ];
    let desk = Desk::new();
    for (number, (name, bytes, _)) in cases.iter().enumerate() {
        desk.folder.recording(&format!("{}.wav", stem(name)), number as u16, 100);
        desk.folder.write(name, bytes);
    }
    sparse(&desk.folder, "huge.json", 1 << 30);
    desk.folder.recording("huge.wav", 99, 100);

    let reasons = reasons(&desk);
    for (name, _, words) in cases.iter().chain(&[("huge.json", b"" as &[u8], "larger than")]) {
        let reason = reasons.get(*name).unwrap_or_else(|| panic!("{name} is not named among {reasons:?}"));
        assert!(reason.contains(words), "{name}: {reason}");
        assert!(desk.render(desk.id(stem(name)), ALL_OF_IT).is_ok(), "the recording beside {name} plays");
    }
    assert_eq!(reasons.len(), cases.len() + 1, "and nothing else is blamed: {reasons:?}");
}

#[test]
fn audio_that_is_none_is_named_before_anybody_presses_play() {
    let cases: [(&str, &[u8], &str); 6] = [
        ("empty.wav", b"", "empty"),
        ("header.wav", &wav(1, 100)[..20], "within its header"),
        ("zeros.mp3", &[0; 4_000], "every byte is zero"),
        ("page.mp3", b"<!DOCTYPE html><html><body>Please sign in</body></html>", "web page"),
        ("answer.ogg", br#"{"error": "not found"}"#, "JSON"),
        ("noise.m4a", b"\x8b\x1f\x00\x9a\x77\xe0\x12\x55\xaa\x04 and so on", "no known format"),
    ];
    let desk = Desk::new();
    desk.folder.recording("sibling.wav", 7, 100);
    for (name, bytes, _) in &cases {
        desk.folder.write(name, bytes);
        desk.folder.transcript(&format!("{}.vtt", stem(name)), 2);
    }
    assert_eq!(reasons(&desk).len(), 0, "the calls are there all the same");
    for (name, _, words) in &cases {
        let call = desk.call(stem(name));
        assert_eq!((call.row.turns, call.row.audio), (2, Some(AudioState::Failed)), "{name}: the rest of it works");
        let attempt = call.recordings[0].attempts.last().unwrap();
        assert!(attempt.detail.as_deref().unwrap().contains(words), "{name}: {attempt:?}");
        let fault = desk.render(call.row.id, ALL_OF_IT).unwrap_err();
        assert!(fault.code == FaultCode::Unreadable && fault.message.contains(words), "{name}: {fault}");
    }
    assert_eq!(desk.cached_files().len(), 0, "nothing that is no audio is kept as audio");
    assert!(desk.render(desk.id("sibling"), ALL_OF_IT).unwrap() == samples_of(&wav(7, 100)));
}

#[test]
fn a_codec_that_cannot_be_played_is_named_and_the_rest_of_the_call_works() {
    let mut gsm = wav(1, 100);
    gsm[20..22].copy_from_slice(&0x31_u16.to_le_bytes());
    let desk = Desk::new();
    desk.folder.write("call.wav", &gsm);
    desk.folder.transcript("call.vtt", 2);
    desk.sync();
    let call = desk.call("call");
    assert_eq!((call.row.turns, call.row.audio), (2, Some(AudioState::Available)));
    let fault = desk.render(call.row.id, ALL_OF_IT).unwrap_err();
    assert_eq!((fault.code, fault.message.as_str()), (FaultCode::Unsupported, "unsupported codec: GSM 6.10"));
}

#[test]
fn a_file_with_the_wrong_ending_and_one_that_was_cut_short_play_what_they_hold() {
    let (whole, desk) = (wav(1, 1_000), Desk::new());
    desk.folder.write("really_wav.mp3", &whole);
    desk.folder.write("cut.wav", &whole[..8_044]);
    desk.sync();
    assert!(desk.render(desk.id("really_wav"), ALL_OF_IT).unwrap() == samples_of(&whole), "the bytes are believed");
    let heard = desk.render(desk.id("cut"), ALL_OF_IT).unwrap();
    assert!(heard == samples_of(&whole)[..heard.len()] && heard.len() == 4_000, "to the last sample that is there");
}

#[test]
fn hostile_names_are_only_names() {
    let mut names = vec![
        "'; DROP TABLE call; --",
        "up..%2f..%2fetc%2fpasswd",
        "-rf",
        "%00",
        "%s%n",
        "<img src=x onerror=alert(1)>",
        "\u{202e}3pm.exe",
        "a\u{301}\u{200d}\u{1f9d1}",
        "CON",
        "$(reboot)",
    ];
    let long = "x".repeat(240);
    names.push(&long);
    if cfg!(unix) {
        names.extend(["new\nline", "back\\slash", "C:drive", "tab\there"]);
    }
    let desk = Desk::new();
    for (number, name) in names.iter().enumerate() {
        desk.folder.recording(&format!("{name}.wav"), number as u16, 50);
    }
    assert_eq!(reasons(&desk).len(), 0);
    let ids = desk.remote_ids();
    assert_eq!(ids.len(), names.len(), "{ids:?}");
    let mut heard: Vec<Vec<i16>> = ids.iter().map(|id| desk.render(desk.id(id), ALL_OF_IT).unwrap()).collect();
    let mut written: Vec<Vec<i16>> = (0..names.len()).map(|number| samples_of(&wav(number as u16, 50))).collect();
    heard.sort();
    written.sort();
    assert!(heard == written, "every recording is found again under its name");
    let outside = desk.cached_files().into_iter().find(|file| !file.starts_with(desk.home.path()));
    assert_eq!(outside, None, "no name becomes part of a path");
}

#[cfg(unix)]
#[test]
fn links_that_lead_round_or_out_are_not_followed() {
    use std::os::unix::fs::symlink;

    let (desk, secrets) = (Desk::new(), CallFolder::new());
    secrets.recording("secret.wav", 66, 100);
    desk.folder.recording("inner/call.wav", 1, 100);
    symlink(desk.folder.path(), desk.folder.place("inner/loop")).unwrap();
    symlink("myself", desk.folder.place("myself")).unwrap();
    symlink(secrets.path(), desk.folder.place("folder")).unwrap();
    symlink(secrets.place("secret.wav"), desk.folder.place("file.wav")).unwrap();
    symlink("nowhere.wav", desk.folder.place("dangling.wav")).unwrap();
    let reasons = reasons(&desk);
    for (item, words) in [("folder", "leads out"), ("file.wav", "leads out"), ("dangling.wav", "nowhere")] {
        assert!(reasons.get(item).is_some_and(|reason| reason.contains(words)), "{item}: {reasons:?}");
    }
    assert_eq!(desk.remote_ids(), ["inner/call"], "once, and nothing from outside");

    // A file may also become a link after it was listed.
    desk.folder.remove("inner/call.wav");
    symlink(secrets.place("secret.wav"), desk.folder.place("inner/call.wav")).unwrap();
    let fault = desk.render(desk.id("inner/call"), ALL_OF_IT).unwrap_err();
    assert_eq!(fault.code, FaultCode::NoAudio, "{fault}");
    assert_eq!(desk.cached_files().len(), 0, "not a byte from outside is copied");
}

/// Reads the folder, in time and to the end. Gives the items that could not be read with their reasons.
fn reasons(desk: &Desk) -> BTreeMap<String, String> {
    let began = Instant::now();
    let outcome = desk.sync();
    assert!(began.elapsed() < SOON, "it took {:?}", began.elapsed());
    assert!(outcome.run.complete, "a bad item is no failed run: {:?}", outcome.fault);
    assert_eq!(outcome.run.rejected as usize, outcome.run.problems.len());
    outcome.run.problems.into_iter().map(|problem| (problem.item, problem.reason)).collect()
}

/// A JSON file that claims to be so long and takes no room on the disk.
fn sparse(folder: &CallFolder, name: &str, length: u64) {
    folder.write(name, br#"{"turns": ["#);
    let file = File::options().write(true).open(folder.place(name)).unwrap();
    file.set_len(length).unwrap();
    file.set_modified(UNIX_EPOCH + Duration::from_secs(1_700_000_000)).unwrap();
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
