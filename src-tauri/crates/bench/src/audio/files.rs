//! The files that are decoded, made from a seed.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Outcome;
use crate::figures::Seed;

/// An MP3 from LAME; `None` if it is not installed.
pub fn mp3(folder: &Path, name: &str, rate: u32, minutes: u32, arguments: &[&str]) -> Outcome<Option<PathBuf>> {
    let file = folder.join(name);
    let raw = ["-r", "-s", &format!("{}", f64::from(rate) / 1000.0), "--bitwidth", "16", "-m", "m", "--quiet"];
    let child = Command::new("lame")
        .args(raw)
        .args(arguments)
        .arg("-")
        .arg(&file)
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else { return Ok(None) };
    if let Some(input) = child.stdin.take() {
        let mut input = BufWriter::new(input);
        for sample in voice(rate, minutes) {
            input.write_all(&sample.to_le_bytes())?;
        }
        input.flush()?;
    }
    if !child.wait()?.success() {
        return Err("lame could not encode".into());
    }
    Ok(Some(file))
}

/// A µ-law WAV at 8 kHz.
pub fn mu_law(folder: &Path, minutes: u32) -> Outcome<PathBuf> {
    let file = folder.join("mulaw.wav");
    let mut out = BufWriter::new(File::create(&file)?);
    let bytes = 8_000 * 60 * minutes;
    out.write_all(b"RIFF")?;
    out.write_all(&(bytes + 38).to_le_bytes())?;
    out.write_all(b"WAVEfmt \x12\0\0\0\x07\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0\0\0data")?;
    out.write_all(&bytes.to_le_bytes())?;
    for sample in voice(8_000, minutes) {
        out.write_all(&[compand(sample)])?;
    }
    out.flush()?;
    Ok(file)
}

/// Syllables of a buzzing voice, with pauses and breath.
fn voice(rate: u32, minutes: u32) -> impl Iterator<Item = i16> {
    let mut seed = Seed(42);
    let rate = f64::from(rate);
    let (mut phase, mut pitch, mut level, mut target, mut left) = (0.0, 120.0, 0.0, 0.0, 0u64);
    let mut formant = [0.0; 2];
    (0..(rate as u64 * 60 * u64::from(minutes))).map(move |_| {
        if left == 0 {
            left = (rate * (0.08 + 0.25 * seed.share())) as u64;
            pitch = 95.0 + 120.0 * seed.share();
            target = if seed.share() < 0.3 { 0.01 } else { 0.2 + 0.6 * seed.share() };
        }
        left -= 1;
        level += (target - level) * 0.004;
        phase = (phase + pitch / rate) % 1.0;
        let source = (1.0 - 2.0 * phase) + 0.3 * (seed.share() - 0.5);
        let next = 1.6 * formant[0] - 0.8 * formant[1] + 0.2 * source;
        formant = [next, formant[0]];
        (next * level * 12_000.0).clamp(-32_000.0, 32_000.0) as i16
    })
}

fn compand(sample: i16) -> u8 {
    let magnitude = (i32::from(sample).abs() + 132).min(32_767);
    let segment = (31 - (magnitude as u32).leading_zeros()).saturating_sub(7);
    let mantissa = (magnitude >> (segment + 3)) & 15;
    let sign = if sample < 0 { 0x80 } else { 0 };
    !(sign | (segment as u8) << 4 | mantissa as u8)
}
