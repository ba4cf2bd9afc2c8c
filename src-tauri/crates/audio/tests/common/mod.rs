//! What the tests of decoding share: the fixtures, and reading files whole.

// Each test binary uses its own part of this.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

use turnstone_audio::{DecodeError, Pcm, Spec};

/// A fixture, what it is called, and what is known of it.
pub struct Fixture {
    pub name: &'static str,
    pub format: &'static str,
    pub codec: &'static str,
    pub rate: u32,
    pub channels: u16,
    pub frames: u64,
}

const fn fixture(
    name: &'static str,
    format: &'static str,
    codec: &'static str,
    (rate, channels, frames): (u32, u16, u64),
) -> Fixture {
    Fixture { name, format, codec, rate, channels, frames }
}

/// Every fixture that can be heard.
pub const FIXTURES: [Fixture; 32] = [
    fixture("pcm_u8.wav", "wav", "PCM 8-bit", (8_000, 1, 8_000)),
    fixture("pcm_s16.wav", "wav", "PCM 16-bit", (8_000, 1, 12_000)),
    fixture("pcm_s24.wav", "wav", "PCM 24-bit", (8_000, 1, 4_800)),
    fixture("pcm_s32.wav", "wav", "PCM 32-bit", (8_000, 1, 3_200)),
    fixture("pcm_f32.wav", "wav", "PCM 32-bit float", (8_000, 1, 3_200)),
    fixture("pcm_f64.wav", "wav", "PCM 64-bit float", (8_000, 1, 2_400)),
    fixture("extensible.wav", "wav", "PCM 24-bit", (8_000, 2, 2_400)),
    fixture("mulaw.wav", "wav", "G.711 µ-law", (8_000, 1, 20_000)),
    fixture("alaw.wav", "wav", "G.711 A-law", (8_000, 1, 8_000)),
    fixture("ima.wav", "wav", "IMA ADPCM", (8_000, 1, 20_410)),
    fixture("ima_stereo.wav", "wav", "IMA ADPCM", (8_000, 2, 12_204)),
    fixture("ms.wav", "wav", "MS ADPCM", (8_000, 1, 20_360)),
    fixture("ms_stereo.wav", "wav", "MS ADPCM", (8_000, 2, 12_144)),
    fixture("aiff.aiff", "aiff", "PCM 16-bit", (8_000, 1, 8_000)),
    fixture("aifc_mulaw.aifc", "aiff", "G.711 µ-law", (8_000, 1, 8_000)),
    fixture("mp3_8k_cbr.mp3", "mp3", "MP3", (8_000, 1, 21_312)),
    fixture("mp3_8k_vbr.mp3", "mp3", "MP3", (8_000, 1, 20_000)),
    fixture("mp3_8k_stereo_vbr_no_tag.mp3", "mp3", "MP3", (8_000, 2, 21_312)),
    fixture("mp3_16k_id3v2.mp3", "mp3", "MP3", (16_000, 1, 41_472)),
    fixture("mp3_16k_id3v1.mp3", "mp3", "MP3", (16_000, 1, 40_000)),
    fixture("mp3_lowest_rate.mp3", "mp3", "MP3", (8_000, 1, 21_312)),
    fixture("mp3_44k_vbr.mp3", "mp3", "MP3", (32_000, 1, 80_000)),
    fixture("mp3_in_wav.wav", "wav", "MP3", (16_000, 1, 41_472)),
    fixture("flac.flac", "flac", "FLAC 16-bit", (16_000, 1, 16_000)),
    fixture("alac.m4a", "m4a", "ALAC 16-bit", (16_000, 1, 16_000)),
    fixture("aac.m4a", "m4a", "AAC", (16_000, 1, 40_000)),
    fixture("aac_fragmented.m4a", "m4a", "AAC", (16_000, 1, 41_984)),
    fixture("aac.aac", "aac", "AAC", (16_000, 1, 41_984)),
    fixture("vorbis.ogg", "ogg", "Vorbis", (8_000, 2, 20_000)),
    fixture("opus.ogg", "ogg", "Opus", (48_000, 1, 120_000)),
    fixture("opus_stereo.webm", "webm", "Opus", (48_000, 2, 120_000)),
    fixture("opus_live.webm", "webm", "Opus", (48_000, 1, 120_000)),
];

pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

pub fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(path(name)).expect("the fixture is in the repository")
}

/// Bytes as a file of a given name, which lives as long as the folder.
pub struct Written {
    _folder: tempfile::TempDir,
    pub path: PathBuf,
}

pub fn written(name: &str, bytes: &[u8]) -> Written {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("the folder can be written");
    Written { _folder: folder, path }
}

/// All samples, read straight through in pieces of `piece` frames.
pub fn read_all(pcm: &mut dyn Pcm, piece: usize) -> Result<Vec<f32>, DecodeError> {
    let Spec { channels, frames, .. } = pcm.spec();
    let channels = usize::from(channels);
    let (mut all, mut buffer) = (Vec::new(), vec![0.0; piece * channels]);
    loop {
        let got = pcm.read(&mut buffer)?;
        if got == 0 {
            return Ok(all);
        }
        all.extend_from_slice(&buffer[..got * channels]);
        assert!(all.len() as u64 <= frames * channels as u64, "never more frames than were promised");
    }
}

pub fn decode(path: &Path) -> (Spec, Vec<f32>) {
    let mut pcm = turnstone_audio::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let samples = read_all(pcm.as_mut(), 1_000).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    (pcm.spec(), samples)
}
