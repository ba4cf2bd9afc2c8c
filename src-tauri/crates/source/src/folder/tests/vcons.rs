//! vCon files in a folder.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha512};

use super::*;

fn vcon(dialogs: serde_json::Value) -> Vec<u8> {
    let vcon = json!({
        "vcon": "0.4.0", "uuid": "019f15a6-0000-826f-b9a2-279e0d16bc46", "created_at": "2025-11-12T16:00:00Z",
        "parties": [{"tel": "+15125550143", "name": "Ada"}, {"name": "Front desk", "role": "agent"}],
        "dialog": dialogs,
    });
    vcon.to_string().into_bytes()
}

fn inline(bytes: &[u8]) -> serde_json::Value {
    json!([{"type": "recording", "start": "2025-11-12T16:02:05Z", "parties": [0, 1], "mediatype": "audio/x-wav",
            "filename": "inside.wav", "encoding": "base64url", "body": URL_SAFE_NO_PAD.encode(bytes)}])
}

fn referenced(url: &str, bytes: &[u8]) -> serde_json::Value {
    let hash = format!("sha512-{}", URL_SAFE_NO_PAD.encode(Sha512::digest(bytes)));
    json!([{"type": "recording", "start": "2025-11-12T16:02:05Z", "parties": [0, 1], "mediatype": "audio/x-wav",
            "url": url, "content_hash": hash}])
}

#[test]
fn audio_inside_a_vcon_is_a_recording() {
    let place = Place::of(&[("a/talk.vcon.json", &vcon(inline(&wav(1)))), ("b/talk.vcon", &vcon(inline(&wav(2))))]);
    let seen = place.walk(None);
    assert_eq!((seen.ids(), seen.rejected.len()), (vec!["a/talk", "b/talk"], 0), "{:?}", seen.rejected);
    let call = seen.call("a/talk");
    assert_eq!(call.recordings[0].storage_path.as_deref(), Some("a/talk.vcon.json#dialog/0"));
    assert_eq!(call.recordings[0].claimed.bytes, Some(844));
    assert_eq!(call.call.started_at.as_ref().unwrap().to_rfc3339(), "2025-11-12T16:02:05.000Z");
    assert_eq!(read_all(&place.source(), call), wav(1));
    assert_eq!(read_all(&place.source(), seen.call("b/talk")), wav(2));
    assert_eq!(place.source().local_file(&call.recordings[0]), None, "it is in no file of its own");
    assert_eq!(place.walk(seen.cursor.as_ref()).unchanged, 2);
}

#[test]
fn standard_base64_and_plain_json_names_are_read_too() {
    let mut dialogs = inline(&wav(1));
    dialogs[0].as_object_mut().unwrap().remove("encoding");
    dialogs[0]["body"] = json!(STANDARD.encode(wav(1)));
    let place = Place::of(&[("talk.json", &vcon(dialogs))]);
    assert_eq!(read_all(&place.source(), &place.call()), wav(1));
}

#[test]
fn a_recording_that_a_vcon_refers_to_is_no_call_of_its_own() {
    for url in ["https://example.org/files/talk-audio.wav?x=1", "audio/talk-audio.wav"] {
        let place = Place::of(&[("conv.vcon", &vcon(referenced(url, &wav(1)))), ("audio/talk-audio.wav", &wav(1))]);
        let first = place.walk(None);
        assert_eq!(first.ids(), ["conv"], "{url}");
        let recording = &first.call("conv").recordings[0];
        assert_eq!(recording.storage_path.as_deref(), Some("conv.vcon#dialog/0#audio/talk-audio.wav"));
        assert_eq!(recording.legacy_url.is_some(), url.starts_with("https"));
        assert_eq!(read_all(&place.source(), first.call("conv")), wav(1));
        assert_eq!(place.walk(first.cursor.as_ref()).unchanged, 1);

        place.write("audio/talk-audio.wav", &wav(2));
        let second = place.walk(first.cursor.as_ref());
        let error = audio(&place.source(), "conv", &second.call("conv").recordings[0]).err().unwrap();
        assert_eq!(error.outcome, Outcome::Invalid, "the hash does not match: {}", error.detail);
    }
}

#[test]
fn a_recording_elsewhere_is_kept_as_an_address() {
    let place = Place::of(&[("conv.vcon", &vcon(referenced("https://example.org/talk.wav", &wav(1))))]);
    let call = place.call();
    assert_eq!(call.recordings[0].legacy_url.as_deref(), Some("https://example.org/talk.wav"));
    assert_eq!(call.recordings[0].storage_path, None);
    assert_eq!(audio(&place.source(), "conv", &call.recordings[0]).err().unwrap().outcome, Outcome::NotFound);
}

#[test]
fn a_reference_never_leads_out_of_the_folder() {
    let place = Place::of(&[("conv.vcon", &vcon(referenced("../../etc/passwd", b"")))]);
    let seen = place.walk(None);
    assert_eq!((seen.calls.len(), seen.calls[0].recordings.len(), seen.rejected.len()), (1, 0, 1), "{seen:?}");
    for path in
        ["../x.vcon#dialog/0", "conv.vcon#dialog/0#/etc/passwd", "conv.vcon#dialog/0#../../etc/passwd", "#dialog/0"]
    {
        let recording = Recording { storage_path: Some(path.into()), ..Recording::default() };
        assert!(audio(&place.source(), "conv", &recording).is_err(), "{path}");
    }
}

#[test]
fn signed_vcons_are_read_and_encrypted_ones_are_named() {
    let payload = URL_SAFE_NO_PAD.encode(vcon(inline(&wav(1))));
    let signed = json!({"payload": payload, "signatures": [{"protected": "e30", "signature": "AA"}]}).to_string();
    let encrypted =
        json!({"ciphertext": "AAAA", "recipients": [{"encrypted_key": "AA"}], "iv": "AA", "tag": "AA"}).to_string();
    let place = Place::of(&[("signed.vcon", signed.as_bytes()), ("secret.json", encrypted.as_bytes())]);
    let seen = place.walk(None);
    assert_eq!(seen.ids(), ["signed"]);
    assert_eq!(read_all(&place.source(), seen.call("signed")), wav(1));
    assert_eq!(seen.rejected[0].item, "secret.json");
    assert!(seen.rejected[0].reason.contains("encrypted"), "{:?}", seen.rejected);
}

#[test]
fn a_moved_vcon_keeps_its_call() {
    let place = Place::of(&[("a/talk.vcon", &vcon(inline(&wav(1))))]);
    let first = place.walk(None);
    place.rename("a/talk.vcon", "b/other.vcon");
    let second = place.walk(first.cursor.as_ref());
    assert_eq!((second.ids(), second.gone.len()), (vec!["a/talk"], 0));
    assert_eq!(read_all(&place.source(), second.call("a/talk")), wav(1));
}
