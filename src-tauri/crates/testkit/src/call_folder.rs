use std::fs::{self, File};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};

/// 2025-11-12T10:00:00Z: long enough ago that no file of then is taken for one that is still being written.
const LONG_AGO: Duration = Duration::from_secs(1_762_941_600);
/// Every recording has this many samples per second.
const RATE: u32 = 8_000;

/// A folder of recordings and transcripts that goes when it is dropped. Its files look as if they were written long ago,
/// each a second after the one before.
pub struct CallFolder {
    dir: tempfile::TempDir,
    written: AtomicU64,
}

impl CallFolder {
    /// An empty one.
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a temporary directory"), written: AtomicU64::new(0) }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Where a file of it is.
    pub fn place(&self, relative: &str) -> PathBuf {
        self.dir.path().join(relative)
    }

    /// Writes a file, with its folders.
    pub fn write(&self, relative: &str, bytes: &[u8]) {
        let after = Duration::from_secs(self.written.fetch_add(1, Ordering::Relaxed));
        self.write_at(relative, bytes, UNIX_EPOCH + LONG_AGO + after);
    }

    /// Writes a file that looks as if it was last changed at this moment.
    pub fn write_at(&self, relative: &str, bytes: &[u8], modified: SystemTime) {
        let path = self.place(relative);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder is made");
        let mut file = File::create(path).expect("a file is made");
        file.write_all(bytes).expect("a file is written");
        file.set_modified(modified).expect("a file's time is set");
    }

    /// Writes a mono WAV file of `ms` milliseconds in 16 bits; see [`wav`].
    pub fn recording(&self, relative: &str, seed: u16, ms: u32) {
        self.write(relative, &wav(seed, ms));
    }

    /// Writes a WebVTT transcript with so many turns of half a second, agent and customer by turns.
    pub fn transcript(&self, relative: &str, turns: usize) {
        let mut text = "WEBVTT\n".to_owned();
        for index in 0..turns {
            let speaker = if index.is_multiple_of(2) { "Agent" } else { "Customer" };
            let (start, end) = (clock(index * 500), clock(index * 500 + 500));
            text.push_str(&format!("\n{start} --> {end}\n<v {speaker}>This is turn number {index}.\n"));
        }
        self.write(relative, text.as_bytes());
    }

    /// Renames a file, with its folders.
    pub fn rename(&self, from: &str, to: &str) {
        fs::create_dir_all(self.place(to).parent().expect("a folder")).expect("a folder is made");
        fs::rename(self.place(from), self.place(to)).expect("a file is renamed");
    }

    /// Removes a file.
    pub fn remove(&self, relative: &str) {
        fs::remove_file(self.place(relative)).expect("a file is removed");
    }
}

impl Default for CallFolder {
    fn default() -> Self {
        Self::new()
    }
}

/// A mono WAV file of 16 bits at 8 kHz: a saw whose pitch depends on `seed`, so that no two seeds sound alike.
pub fn wav(seed: u16, ms: u32) -> Vec<u8> {
    let spec = WavSpec { channels: 1, sample_rate: RATE, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut bytes, spec).expect("a WAV file");
    let step = seed.wrapping_mul(37).wrapping_add(11);
    for index in 0..u64::from(ms) * u64::from(RATE) / 1_000 {
        writer.write_sample((index as u16).wrapping_mul(step) as i16 / 2).expect("a sample");
    }
    writer.finalize().expect("a WAV file is finished");
    bytes.into_inner()
}

/// The samples of a WAV file of 16 bits.
pub fn samples_of(wav: &[u8]) -> Vec<i16> {
    WavReader::new(wav).expect("a WAV file").into_samples().map(|sample| sample.expect("a sample")).collect()
}

fn clock(ms: usize) -> String {
    format!("{:02}:{:02}:{:02}.{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60, ms % 1_000)
}
