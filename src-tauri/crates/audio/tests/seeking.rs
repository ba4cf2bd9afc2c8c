//! After `seek(n)`, the samples are those that a straight read from the start has from frame `n` on. Always, to the bit.

mod common;

use common::{FIXTURES, bytes, decode, path, read_all, written};
use proptest::prelude::*;
use turnstone_audio::Pcm;

/// Seeks to `frame` and compares the next `frames` frames with the straight read.
fn check(name: &str, pcm: &mut dyn Pcm, straight: &[f32], frame: u64, frames: usize) {
    let spec = pcm.spec();
    let channels = usize::from(spec.channels);
    pcm.seek(frame).unwrap_or_else(|error| panic!("{name}: seeking to {frame}: {error}"));
    let from = frame.min(spec.frames) as usize * channels;
    let expected = &straight[from..straight.len().min(from + frames * channels)];
    let mut heard = Vec::new();
    let mut buffer = vec![0.0; frames * channels];
    while heard.len() < expected.len() {
        let wanted = expected.len() - heard.len();
        let got = pcm.read(&mut buffer[..wanted]).unwrap_or_else(|error| panic!("{name}: reading at {frame}: {error}"));
        assert!(got > 0, "{name}: the stream must not end before its end (seek to {frame})");
        heard.extend_from_slice(&buffer[..got * channels]);
    }
    let differs = heard.iter().zip(expected).position(|(heard, expected)| heard.to_bits() != expected.to_bits());
    assert_eq!(differs, None, "{name}: after a seek to {frame} the samples must be those of a straight read");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_seek_in_every_format_is_exact(jumps in prop::collection::vec((0.0..1.05f64, 1usize..3_000), 1..12)) {
        for fixture in &FIXTURES {
            let (_, straight) = decode(&path(fixture.name));
            let mut pcm = turnstone_audio::open(&path(fixture.name)).expect(fixture.name);
            for (place, frames) in &jumps {
                let frame = (place * fixture.frames as f64) as u64;
                check(fixture.name, pcm.as_mut(), &straight, frame, *frames);
            }
        }
    }
}

#[test]
fn the_first_and_the_last_frame_can_be_sought() {
    for fixture in &FIXTURES {
        let (_, straight) = decode(&path(fixture.name));
        let mut pcm = turnstone_audio::open(&path(fixture.name)).expect(fixture.name);
        for frame in [fixture.frames - 1, 0, fixture.frames - 2, 1, fixture.frames, u64::MAX, 0] {
            check(fixture.name, pcm.as_mut(), &straight, frame, 2_000);
        }
        pcm.seek(u64::MAX).expect("beyond the end is the end");
        assert_eq!(pcm.read(&mut [0.0; 16]).expect("the end is no error"), 0, "{}", fixture.name);
    }
}

#[test]
fn the_size_of_the_pieces_does_not_matter() {
    for fixture in &FIXTURES {
        let (_, straight) = decode(&path(fixture.name));
        for piece in [7, 480, 65_536] {
            let mut pcm = turnstone_audio::open(&path(fixture.name)).expect(fixture.name);
            let again = read_all(pcm.as_mut(), piece).expect(fixture.name);
            assert!(again == straight, "{} read in pieces of {piece}", fixture.name);
        }
    }
}

/// The frames of an MP3 without its tags, `times` over.
fn mp3_over(name: &str, times: usize) -> Vec<u8> {
    let file = bytes(name);
    let start = if file.starts_with(b"ID3") { 10 + usize::from(file[8]) * 128 + usize::from(file[9]) } else { 0 };
    file[start..].repeat(times)
}

#[test]
fn long_streams_are_exact_too() {
    for (name, file) in [
        ("variable", mp3_over("mp3_8k_stereo_vbr_no_tag.mp3", 12)),
        ("lowest", mp3_over("mp3_lowest_rate.mp3", 12)),
        ("wide", mp3_over("mp3_16k_id3v2.mp3", 12)),
        ("adts", bytes("aac.aac").repeat(12)),
    ] {
        let file = written(name, &file);
        let (spec, straight) = decode(&file.path);
        let mut pcm = turnstone_audio::open(&file.path).expect(name);
        let mut frame = 12_345u64;
        for _ in 0..150 {
            frame = frame.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            check(name, pcm.as_mut(), &straight, (frame >> 16) % spec.frames, 1_500);
        }
    }
}
