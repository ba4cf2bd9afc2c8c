//! Broken files never bring anything down: what is there is heard, or a named error says why not.

mod common;

use std::path::Path;
use std::time::{Duration, Instant};

use common::{FIXTURES, bytes, decode, path, read_all, written};
use proptest::prelude::*;
use turnstone_audio::{DecodeError, open, probe};

/// Opens, reads to the end and seeks about; whatever happens must be samples or a named error.
fn survive(path: &Path, what: &str) -> Option<u64> {
    let began = Instant::now();
    let frames = match open(path) {
        Err(DecodeError::Panicked { .. }) => panic!("{what}: opening must not panic, guarded or not"),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            None
        }
        Ok(mut pcm) => {
            let spec = pcm.spec();
            let heard = read_all(pcm.as_mut(), 4_096);
            assert!(!matches!(heard, Err(DecodeError::Panicked { .. })), "{what}: reading must not panic");
            let sought =
                pcm.seek(spec.frames / 2).and_then(|()| pcm.read(&mut vec![0.0; 512 * usize::from(spec.channels)]));
            assert!(!matches!(sought, Err(DecodeError::Panicked { .. })), "{what}: seeking must not panic");
            heard.is_ok().then_some(spec.frames)
        }
    };
    assert!(!matches!(probe(path), Err(DecodeError::Panicked { .. })), "{what}: probing must not panic");
    assert!(began.elapsed() < Duration::from_secs(20), "{what}: it must come to an end");
    frames
}

#[test]
fn a_file_that_is_cut_short_plays_what_is_there() {
    for fixture in &FIXTURES {
        let whole = bytes(fixture.name);
        for part in 1..20 {
            let cut = whole.len() * part / 20;
            let file = written(fixture.name, &whole[..cut]);
            let what = format!("{} cut to {cut} bytes", fixture.name);
            let frames = survive(&file.path, &what);
            let tables_at_end = fixture.name == "aac.m4a" || fixture.name == "alac.m4a";
            if part >= 12 && !tables_at_end {
                let frames = frames.unwrap_or_else(|| panic!("{what}: most of it is there to be heard"));
                let least = fixture.frames * part as u64 / 20 / 2;
                assert!((least..=fixture.frames).contains(&frames), "{what}: {frames} of {} frames", fixture.frames);
            }
        }
        for cut in 1..64.min(whole.len()) {
            let file = written(fixture.name, &whole[..cut]);
            survive(&file.path, &format!("{} cut to {cut} bytes", fixture.name));
        }
    }
}

#[test]
fn what_survives_of_a_cut_file_is_the_same_sound() {
    for name in
        ["pcm_s16.wav", "mulaw.wav", "ima.wav", "mp3_8k_cbr.mp3", "flac.flac", "vorbis.ogg", "opus.ogg", "aac.aac"]
    {
        let (_, whole) = decode(&path(name));
        let file = bytes(name);
        let cut = written(name, &file[..file.len() * 3 / 5]);
        let (_, part) = decode(&cut.path);
        assert!(part.len() > whole.len() / 3, "{name}: more than a third is left");
        // The last packet of a cut stream may miss what followed it.
        let sure = part.len() * 9 / 10;
        assert!(part[..sure] == whole[..sure], "{name}: what is left is unchanged");
    }
}

#[test]
fn zeros_in_the_middle_are_survived() {
    for fixture in &FIXTURES {
        let whole = bytes(fixture.name);
        for part in 0..8 {
            let mut file = whole.clone();
            let (from, to) = (whole.len() * part / 8, whole.len() * (part + 1) / 8);
            file[from..to].fill(0);
            let file = written(fixture.name, &file);
            survive(&file.path, &format!("{} with zeros from {from} to {to}", fixture.name));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bits_are_survived(flips in prop::collection::vec((0.0..1.0f64, 0u8..8), 1..24), head in any::<bool>()) {
        for fixture in &FIXTURES {
            let mut file = bytes(fixture.name);
            // Half of the cases aim at the headers, where it matters most.
            let reach = if head { file.len().min(600) } else { file.len() };
            for (place, bit) in &flips {
                let at = (place * reach as f64) as usize;
                file[at] ^= 1 << bit;
            }
            let file = written(fixture.name, &file);
            survive(&file.path, &format!("{} with {flips:?} flipped", fixture.name));
        }
    }

    #[test]
    fn noise_behind_any_beginning_is_survived(noise in prop::collection::vec(any::<u8>(), 0..4_000), keep in 0usize..200) {
        for fixture in &FIXTURES {
            let mut file = bytes(fixture.name);
            file.truncate(keep);
            file.extend(&noise);
            let file = written(fixture.name, &file);
            survive(&file.path, &format!("{} with noise after {keep} bytes", fixture.name));
        }
    }
}

/// A µ-law WAV whose data chunk claims `size`.
fn claiming(size: u32) -> Vec<u8> {
    let mut file = bytes("mulaw.wav");
    let at = file.windows(4).position(|window| window == b"data").expect("the data chunk");
    file[at + 4..at + 8].copy_from_slice(&size.to_le_bytes());
    file
}

#[test]
fn a_wav_whose_size_lies_is_read_to_what_is_there() {
    let (_, whole) = decode(&path("mulaw.wav"));
    for size in [0, u32::MAX, u32::MAX - 1, 1 << 31, 25_000] {
        let file = written("call.wav", &claiming(size));
        let (spec, samples) = decode(&file.path);
        assert_eq!(spec.frames, 20_000, "a claim of {size} bytes is not believed");
        assert!(samples == whole, "and every sample is there");
    }
    let file = written("call.wav", &claiming(8_000));
    assert_eq!(decode(&file.path).0.frames, 8_000, "a smaller claim is: something else may follow");
}

#[test]
fn an_empty_recording_has_no_frames_and_is_no_error() {
    let mut file = claiming(0);
    let at = file.windows(4).position(|window| window == b"data").expect("the data chunk");
    file.truncate(at + 8);
    let file = written("call.wav", &file);
    assert_eq!(decode(&file.path), (turnstone_audio::Spec { rate: 8_000, channels: 1, frames: 0 }, Vec::new()));
}

#[test]
fn tags_and_garbage_around_an_mp3_do_not_matter() {
    let frames = bytes("mp3_8k_vbr.mp3");
    let (spec, whole) = decode(&path("mp3_8k_vbr.mp3"));
    let id3v2 = |size: [u8; 4], body: usize| [b"ID3\x04\0\0".to_vec(), size.to_vec(), vec![0xa5; body]].concat();
    let id3v1 = [b"TAG".to_vec(), vec![b'x'; 125]].concat();
    let mut ape = vec![b'y'; 40];
    ape.extend([b"APETAGEX".to_vec(), 2_000u32.to_le_bytes().to_vec(), 72u32.to_le_bytes().to_vec()].concat());
    ape.resize(72, 0);
    for (what, file) in [
        ("an ID3v2 tag", [id3v2([0, 0, 2, 0], 256), frames.clone()].concat()),
        ("two ID3v2 tags", [id3v2([0, 0, 2, 0], 256), id3v2([0, 0, 0, 64], 64), frames.clone()].concat()),
        ("an ID3v1 tag", [frames.clone(), id3v1.clone()].concat()),
        ("APE and ID3v1 tags", [frames.clone(), ape, id3v1].concat()),
        ("garbage before", [vec![0x55; 3_000], frames.clone()].concat()),
        ("zeros before", [vec![0; 9_000], frames.clone()].concat()),
        ("garbage behind", [frames.clone(), vec![0x55; 3_000]].concat()),
    ] {
        let file = written("call.mp3", &file);
        let (found, samples) = decode(&file.path);
        assert_eq!(found, spec, "{what}");
        assert!(samples == whole, "{what} must not change a sample");
    }
}

#[test]
fn garbage_between_mp3_frames_is_stepped_over() {
    let file = bytes("mp3_lowest_rate.mp3");
    // Constant 8 kbit/s at 8 kHz: every frame is 72 bytes long.
    let (before, after) = file.split_at(72 * 17);
    let broken = written("call.mp3", &[before, &[0x11; 777], after].concat());
    let (_, whole) = decode(&path("mp3_lowest_rate.mp3"));
    assert!(decode(&broken.path).1 == whole, "the frames themselves are all there");
}

#[test]
fn claims_of_gigabytes_cost_nothing() {
    let huge = |name: &str, magic: &[u8], offset: isize, value: &[u8]| {
        let mut file = bytes(name);
        let at = file.windows(magic.len()).position(|window| window == magic).expect(name);
        let at = at.checked_add_signed(offset).expect("within the file");
        file[at..at + value.len()].copy_from_slice(value);
        file
    };
    let tag = [b"ID3\x04\0\0\x7f\x7f\x7f\x7f".to_vec(), bytes("mp3_8k_cbr.mp3")].concat();
    for (what, file) in [
        ("an ID3v2 tag of 256 MB", tag),
        ("a fmt chunk of 4 GB", huge("mulaw.wav", b"fmt ", 4, &[0xff; 4])),
        ("a LIST chunk of 4 GB", huge("mulaw.wav", b"fact", 4, &[0xff; 4])),
        ("a movie of 4 GB", huge("aac.m4a", b"moov", -4, &[0xff; 4])),
        ("4 billion samples", huge("aac.m4a", b"stsz", 8, &[0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff])),
        ("4 billion chunks", huge("aac.m4a", b"stco", 8, &[0xff; 4])),
        ("runs of 4 billion", huge("aac.m4a", b"stsc", 16, &[0xff; 4])),
        ("a FLAC block of 16 MB", huge("flac.flac", b"fLaC", 5, &[0xff; 3])),
        ("a block of 65,535 bytes", huge("ima.wav", b"fmt ", 20, &[0xff; 2])),
        ("65,535 channels", huge("pcm_s16.wav", b"fmt ", 10, &[0xff; 2])),
        ("a rate of 4 GHz", huge("pcm_s16.wav", b"fmt ", 12, &[0xff; 4])),
    ] {
        let began = Instant::now();
        let file = written("call.bin", &file);
        survive(&file.path, what);
        assert!(began.elapsed() < Duration::from_secs(5), "{what} must be seen through at once");
    }
}
