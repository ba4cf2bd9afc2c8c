use std::cell::Cell;
use std::io::{self, Read, Write};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::CallRecord;
use serde_json::Value;

use super::{Media, write};
use crate::sample::{bare, heard, hostile, ordinary};
use crate::{AudioFile, Exhibit};

fn vcon(exhibit: &Exhibit) -> Value {
    let mut out = Vec::new();
    write(exhibit, Media::ByName, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

/// What the schema demands, and what it cannot say: that every index points at something.
fn assert_valid(vcon: &Value) {
    assert_eq!(vcon["vcon"], "0.4.0");
    let (parties, dialogs) = (vcon["parties"].as_array().unwrap(), vcon["dialog"].as_array().unwrap());
    let is_moment = |value: &Value| {
        let text = value.as_str().unwrap();
        assert!(text.len() == 24 && text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok(), "{text}");
    };
    is_moment(&vcon["created_at"]);
    for dialog in dialogs {
        is_moment(&dialog["start"]);
        assert!(["recording", "incomplete"].contains(&dialog["type"].as_str().unwrap()));
        assert_eq!(dialog["type"] == "incomplete", dialog["disposition"].is_string());
        assert!(dialog.get("duration").is_none_or(|seconds| seconds.as_f64().unwrap() >= 0.0));
        let named = dialog["parties"].as_array().unwrap();
        assert!(named.iter().all(|party| (party.as_u64().unwrap() as usize) < parties.len()));
    }
    for analysis in vcon["analysis"].as_array().unwrap() {
        assert!(analysis["type"].is_string() && analysis["vendor"].is_string());
        let about = analysis["dialog"].as_array().cloned().unwrap_or_else(|| vec![analysis["dialog"].clone()]);
        assert!(about.iter().all(|dialog| (dialog.as_u64().unwrap() as usize) < dialogs.len()));
    }
    for attachment in vcon["attachments"].as_array().unwrap() {
        is_moment(&attachment["start"]);
        assert!((attachment["party"].as_u64().unwrap() as usize) < parties.len());
        assert!((attachment["dialog"].as_u64().unwrap() as usize) < dialogs.len());
    }
}

#[test]
fn every_call_is_a_valid_vcon() {
    for exhibit in [ordinary(), bare(), hostile()] {
        assert_valid(&vcon(&exhibit));
    }
}

#[test]
fn the_record_comes_back_as_it_was() {
    for mut exhibit in [ordinary(), bare(), hostile()] {
        let vcon = vcon(&exhibit);
        let body = &vcon["attachments"][0]["body"];
        let read: CallRecord = serde_json::from_value(body["record"].clone()).unwrap();
        // JSON has no number for what is none; such a measurement is left out, anything else is unknown.
        exhibit.record.metrics.retain(|metric| metric.value.is_finite());
        let unknown = |confidence: &mut Option<f64>| *confidence = confidence.filter(|c| c.is_finite());
        exhibit.record.transcript.iter_mut().flat_map(|t| &mut t.turns).for_each(|t| unknown(&mut t.confidence));
        exhibit.record.insights.iter_mut().filter_map(|i| i.sentiment.as_mut()).for_each(|s| unknown(&mut s.score));
        assert_eq!(read, exhibit.record);
        assert_eq!((body["version"].as_u64(), body["id"].as_str()), (Some(1), Some(exhibit.id.to_string().as_str())));
    }
}

#[test]
fn audio_beside_the_vcon_is_named_with_its_hash() {
    let vcon = vcon(&ordinary());
    let dialog = &vcon["dialog"][0];
    assert_eq!((&dialog["filename"], &dialog["mediatype"]), (&"audio-1.mp3".into(), &"audio/mpeg".into()));
    assert_eq!(dialog["duration"], 12.345);
    assert_eq!(dialog["content_hash"], format!("sha512-{}", URL_SAFE_NO_PAD.encode([7; 64])));
    assert!(dialog.get("body").is_none());
}

#[test]
fn a_call_without_audio_poses_as_nothing_else() {
    let mut exhibit = ordinary();
    exhibit.recordings[0].original = None;
    let silent = vcon(&exhibit);
    assert_eq!(silent["dialog"].as_array().unwrap().len(), 1);
    assert_eq!(silent["dialog"][0]["type"], "recording");
    assert!(silent["dialog"][0].get("filename").is_none() && silent["dialog"][0].get("body").is_none());
    exhibit.record.call.status = Some("No Answer".to_owned());
    assert_eq!(vcon(&exhibit)["dialog"][0]["disposition"], "no-answer");
}

/// Takes what is written, a little at a time.
struct Narrow(Vec<u8>, usize);

impl Write for Narrow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.1 = self.1.max(bytes.len());
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn inline_audio_streams_into_the_text() {
    const BYTES: u64 = 3 << 20;
    let opened = Cell::new(0);
    let open = |_: &AudioFile| -> io::Result<Box<dyn Read>> {
        opened.set(opened.get() + 1);
        Ok(Box::new(io::repeat(0xfb).take(BYTES + opened.get())))
    };
    let mut exhibit = ordinary();
    exhibit.recordings.push(heard(2));
    let mut out = Narrow(Vec::new(), 0);
    write(&exhibit, Media::Inline(&open), &mut out).unwrap();
    assert!(out.1 <= 64 << 10, "never more than a buffer is held: {}", out.1);
    let vcon: Value = serde_json::from_slice(&out.0).unwrap();
    assert_valid(&vcon);
    for (at, length) in [(0, BYTES + 1), (1, BYTES + 2)] {
        let body = URL_SAFE_NO_PAD.decode(vcon["dialog"][at]["body"].as_str().unwrap()).unwrap();
        assert!(body.len() as u64 == length && body.iter().all(|byte| *byte == 0xfb));
        assert_eq!(vcon["dialog"][at]["encoding"], "base64url");
    }
}

#[test]
fn audio_that_cannot_be_opened_fails_the_vcon() {
    let open = |_: &AudioFile| Err(io::Error::other("gone"));
    assert!(write(&ordinary(), Media::Inline(&open), &mut io::sink()).is_err());
}
