//! A file that is cut short is told from a whole one by what it says of itself.

mod common;

use common::{FIXTURES, bytes, path, written};
use turnstone_audio::{is_cut_short, probe};

/// Fixtures that say nothing of their size: streams without an index, and live recordings.
const SILENT: [&str; 6] = [
    "mp3_8k_cbr.mp3",
    "mp3_8k_stereo_vbr_no_tag.mp3",
    "mp3_16k_id3v2.mp3",
    "mp3_lowest_rate.mp3",
    "aac.aac",
    "opus_live.webm",
];

fn is_cut(name: &str, bytes: &[u8]) -> bool {
    is_cut_short(&written(name, bytes).path).expect("it is read")
}

#[test]
fn a_whole_file_is_not_taken_for_one_that_is_cut() {
    for fixture in &FIXTURES {
        assert!(!is_cut_short(&path(fixture.name)).expect("it is read"), "{}", fixture.name);
    }
}

#[test]
fn a_file_that_says_how_long_it_is_is_known_to_be_cut() {
    for fixture in FIXTURES.iter().filter(|fixture| !SILENT.contains(&fixture.name)) {
        let whole = bytes(fixture.name);
        for cut in [whole.len() / 2, whole.len() * 9 / 10, whole.len() - 200] {
            let file = written(fixture.name, &whole[..cut]);
            let is_refused = probe(&file.path).is_err() || is_cut_short(&file.path).expect("it is read");
            assert!(is_refused, "{} cut to {cut} of {} bytes", fixture.name, whole.len());
        }
    }
}

#[test]
fn ten_bytes_are_missed_where_the_samples_are_counted() {
    for name in ["pcm_s16.wav", "mulaw.wav", "aiff.aiff", "flac.flac", "vorbis.ogg", "opus.ogg", "mp3_8k_vbr.mp3"] {
        let whole = bytes(name);
        assert!(is_cut(name, &whole[..whole.len() - 10]), "{name}");
    }
}

#[test]
fn sizes_that_a_streaming_writer_left_open_say_nothing() {
    for size in [0, 0x7fff_f000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffda, u32::MAX] {
        let mut wav = bytes("pcm_s16.wav");
        let data = wav.windows(4).position(|four| four == b"data").expect("it has samples") + 4;
        wav[4..8].copy_from_slice(&size.to_le_bytes());
        wav[data..data + 4].copy_from_slice(&size.to_le_bytes());
        wav.truncate(wav.len() / 2);
        assert!(!is_cut("open.wav", &wav), "{size:#x}");
    }
}

#[test]
fn what_stands_behind_the_samples_may_be_anything() {
    let mut wav = bytes("pcm_s16.wav");
    wav[4..8].copy_from_slice(&0x0100_0000_u32.to_le_bytes());
    wav.extend(b"LIST\xff\xff\0\0ab");
    assert!(!is_cut("tail.wav", &wav), "the samples are all there");
    let mut movie = bytes("aac.m4a");
    movie.extend([7; 40]);
    assert!(!is_cut("tail.m4a", &movie), "that is no box");
}
