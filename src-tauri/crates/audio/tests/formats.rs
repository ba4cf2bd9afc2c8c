//! Every way of writing audio that is promised opens by its content, with the right facts, length and sound.

mod common;

use common::{FIXTURES, bytes, decode, path, written};
use turnstone_audio::{DecodeError, Depth, Looks, open, probe};

#[test]
fn every_format_is_recognised_and_has_its_exact_length() {
    for fixture in &FIXTURES {
        let probed = probe(&path(fixture.name)).unwrap_or_else(|error| panic!("{}: {error}", fixture.name));
        let facts = &probed.facts;
        assert!(probed.playable, "{} can be heard", fixture.name);
        assert_eq!(facts.format.as_deref(), Some(fixture.format), "{}", fixture.name);
        assert_eq!(facts.codec.as_deref(), Some(fixture.codec), "{}", fixture.name);
        assert_eq!(facts.sample_rate, Some(fixture.rate), "{}", fixture.name);
        assert_eq!(facts.channels, Some(u32::from(fixture.channels)), "{}", fixture.name);
        assert_eq!(facts.bytes, Some(bytes(fixture.name).len() as u64), "{}", fixture.name);
        let ms = fixture.frames as f64 * 1000.0 / f64::from(fixture.rate);
        assert_eq!(facts.duration_ms, Some(ms.round() as i64), "{}", fixture.name);

        let (spec, samples) = decode(&path(fixture.name));
        assert_eq!(spec.frames, fixture.frames, "{} promises its exact length", fixture.name);
        let there = samples.len() as u64 / u64::from(fixture.channels);
        assert_eq!(there, fixture.frames, "{} keeps its promise", fixture.name);
    }
}

#[test]
fn a_name_says_nothing_about_what_a_file_is() {
    for fixture in &FIXTURES {
        for name in ["call.mp3", "call.wav", "call.txt", "call"] {
            let file = written(name, &bytes(fixture.name));
            let probed = probe(&file.path).unwrap_or_else(|error| panic!("{} as {name}: {error}", fixture.name));
            assert_eq!(probed.facts.codec.as_deref(), Some(fixture.codec), "{} as {name}", fixture.name);
        }
    }
}

#[test]
fn lossless_formats_give_the_very_samples() {
    let (_, reference) = decode(&path("pcm_s16.wav"));
    for name in ["pcm_s24.wav", "pcm_s32.wav", "pcm_f32.wav", "pcm_f64.wav", "aiff.aiff"] {
        let (_, samples) = decode(&path(name));
        assert_eq!(samples, reference[..samples.len()], "{name} holds the same 16-bit samples");
    }
    let (_, flac) = decode(&path("flac.flac"));
    let (_, alac) = decode(&path("alac.m4a"));
    assert!(flac == alac, "two lossless copies of one recording are equal");
}

/// How alike two sounds are, 0 to 1, with the second starting `lag` samples late.
fn likeness(a: &[f32], b: &[f32], lag: usize) -> f64 {
    let pairs = || a.iter().zip(&b[lag.min(b.len())..]).map(|(a, b)| (f64::from(*a), f64::from(*b)));
    let dot: f64 = pairs().map(|(a, b)| a * b).sum();
    let (aa, bb) = pairs().fold((0.0, 0.0), |(aa, bb), (a, b)| (aa + a * a, bb + b * b));
    dot / (aa * bb).sqrt()
}

fn every(samples: &[f32], step: usize) -> Vec<f32> {
    samples.iter().step_by(step).copied().collect()
}

#[test]
fn lossy_formats_sound_like_the_recording_and_start_where_it_starts() {
    // Without a LAME tag nothing says how long encoder and decoder delay: 1,105 samples stay, as in other players.
    const UNTOLD: usize = 1_105;
    let (_, narrow) = decode(&path("pcm_s16.wav"));
    let (_, wide) = decode(&path("flac.flac"));
    for (name, channels, step, lag, reference) in [
        ("pcm_u8.wav", 1, 1, 0, &narrow),
        ("mulaw.wav", 1, 1, 0, &narrow),
        ("alaw.wav", 1, 1, 0, &narrow),
        ("aifc_mulaw.aifc", 1, 1, 0, &narrow),
        ("ima.wav", 1, 1, 0, &narrow),
        ("ima_stereo.wav", 2, 1, 0, &narrow),
        ("ms.wav", 1, 1, 0, &narrow),
        ("ms_stereo.wav", 2, 1, 0, &narrow),
        ("mp3_8k_vbr.mp3", 1, 1, 0, &narrow),
        ("mp3_8k_cbr.mp3", 1, 1, UNTOLD, &narrow),
        ("mp3_lowest_rate.mp3", 1, 1, UNTOLD, &narrow),
        ("mp3_8k_stereo_vbr_no_tag.mp3", 2, 1, UNTOLD, &narrow),
        ("vorbis.ogg", 2, 1, 0, &narrow),
        ("mp3_16k_id3v1.mp3", 1, 1, 0, &wide),
        ("mp3_16k_id3v2.mp3", 1, 1, UNTOLD, &wide),
        ("mp3_in_wav.wav", 1, 1, UNTOLD, &wide),
        ("mp3_44k_vbr.mp3", 1, 2, 0, &wide),
        ("aac.m4a", 1, 1, 0, &wide),
        ("aac.aac", 1, 1, 1_024, &wide),
        ("aac_fragmented.m4a", 1, 1, 1_024, &wide),
        ("opus.ogg", 1, 3, 0, &wide),
        ("opus_live.webm", 1, 3, 0, &wide),
        ("opus_stereo.webm", 2, 6, 0, &narrow),
    ] {
        let (_, samples) = decode(&path(name));
        let left = every(&every(&samples, channels), step);
        let here = likeness(reference, &left, lag);
        assert!(here > 0.85, "{name} sounds like the recording: {here}");
        if !name.contains("lowest") {
            for elsewhere in [lag + 4, lag + 20, lag.saturating_sub(4)].into_iter().filter(|&other| other != lag) {
                assert!(likeness(reference, &left, elsewhere) < here, "{name} is best at {lag}, not at {elsewhere}");
            }
        }
    }
}

#[test]
fn the_depth_says_whether_16_bits_are_enough() {
    for (name, depth) in [
        ("pcm_s16.wav", Depth::Bits16),
        ("mulaw.wav", Depth::Bits16),
        ("ima.wav", Depth::Bits16),
        ("flac.flac", Depth::Bits16),
        ("pcm_s24.wav", Depth::Float),
        ("mp3_8k_cbr.mp3", Depth::Bits16),
        ("opus.ogg", Depth::Bits16),
    ] {
        assert_eq!(probe(&path(name)).expect(name).depth, depth, "{name}");
    }
}

#[test]
fn what_cannot_be_decoded_is_named() {
    let wav = |tag: u16| {
        let mut file = bytes("mulaw.wav");
        file[20..22].copy_from_slice(&tag.to_le_bytes());
        file
    };
    let mp4 = {
        let mut file = bytes("aac.m4a");
        let at = file.windows(4).position(|window| window == b"mp4a").expect("the sample description");
        file[at..at + 4].copy_from_slice(b"samr");
        file
    };
    let mut speex = b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x01\x50".to_vec();
    speex.extend(b"Speex   1.2");
    speex.resize(28 + 36, 0);
    speex.extend(8_000u32.to_le_bytes());
    speex.extend([0; 8]);
    speex.extend(1u32.to_le_bytes());
    speex.resize(28 + 80, 0);
    // Layer II at 32 kbit/s and 16 kHz: 288 bytes a frame. A free bit rate: the same header every 100 bytes.
    let layer_2 = [&[0xff, 0xf5, 0x48, 0xc0][..], &[0x33; 284]].concat().repeat(8);
    let free = [&[0xff, 0xf3, 0x08, 0xc0][..], &[0x33; 96]].concat().repeat(8);
    for (file, codec) in [
        (layer_2, "MPEG audio layer II"),
        (free, "MP3 with a free bit rate"),
        (bytes("gsm.wav"), "GSM 6.10"),
        (wav(0x0065), "G.722"),
        (wav(0x0045), "G.726"),
        (wav(0x0083), "G.729"),
        (wav(0x0161), "WMA"),
        (wav(0x7a21), "WAV format 0x7A21"),
        (b"#!AMR\n\x3c\x91\x17\x16".to_vec(), "AMR-NB"),
        (b"#!AMR-WB\n\x04\x10\x20".to_vec(), "AMR-WB"),
        (mp4, "AMR-NB"),
        (speex, "Speex"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa".to_vec(), "WMA"),
    ] {
        let file = written("call.wav", &file);
        let error = open(&file.path).err().unwrap_or_else(|| panic!("{codec} cannot be decoded"));
        assert_eq!(error.to_string(), format!("unsupported codec: {codec}"));
        let probed = probe(&file.path).unwrap_or_else(|error| panic!("{codec} is audio all the same: {error}"));
        assert!(!probed.playable, "{codec}");
        assert_eq!(probed.facts.codec.as_deref(), Some(codec));
        assert_eq!(probed.reason, Some(format!("unsupported codec: {codec}")));
    }
    let gsm = probe(&path("gsm.wav")).expect("GSM is audio").facts;
    assert_eq!((gsm.sample_rate, gsm.channels), (Some(8_000), Some(1)), "its header still says what it is");
    let ms = gsm.duration_ms.expect("its header says how long it is");
    assert!((2_400..=2_600).contains(&ms), "about two and a half seconds: {ms}");
}

#[test]
fn what_is_not_audio_is_called_what_it_is() {
    let html = b"\n<!DOCTYPE html>\n<html><body>Sign in</body></html>".to_vec();
    for (file, looks) in [
        (Vec::new(), Looks::Empty),
        (vec![0; 1024], Looks::Zeros),
        (vec![0; 3_000_000], Looks::Zeros),
        (html, Looks::Html),
        (br#"{"code":20404,"message":"not found"}"#.to_vec(), Looks::Json),
        (b"<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code></Error>".to_vec(), Looks::Xml),
        ("Aufnahme nicht verfügbar".as_bytes().to_vec(), Looks::Text),
        (b"RIFF".to_vec(), Looks::TruncatedHeader),
        (b"RIFF\x24\x08\0\0WAVEfm".to_vec(), Looks::TruncatedHeader),
        (bytes("opus.ogg")[..30].to_vec(), Looks::TruncatedHeader),
        (bytes("flac.flac")[..20].to_vec(), Looks::TruncatedHeader),
        (bytes("aac.m4a")[..24].to_vec(), Looks::TruncatedHeader),
        ((0..2_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 | 0x80).collect(), Looks::Unknown),
    ] {
        for name in ["call_x.wav", "call_x.mp3"] {
            let file = written(name, &file);
            match open(&file.path).err() {
                Some(DecodeError::NotAudio { looks: found, file }) => {
                    assert_eq!((found, file.as_str()), (looks, name));
                }
                other => panic!("{looks:?} is not audio, but: {other:?}"),
            }
        }
    }
    let zeros = written("call_x.wav", &[0; 1024]);
    let error = open(&zeros.path).err().expect("zeros are not audio").to_string();
    assert_eq!(
        error,
        "call_x.wav is not audio: every byte is zero; fetch the recording again or check where it comes from"
    );
}

#[test]
fn a_missing_file_and_a_folder_are_errors_of_reading() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for path in [folder.path().join("gone.wav"), folder.path().to_owned()] {
        let error = open(&path).err().expect("nothing to hear");
        assert!(matches!(error, DecodeError::Io { .. }), "{error}");
        assert!(probe(&path).is_err());
    }
}
