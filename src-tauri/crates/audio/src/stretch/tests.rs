use std::f64::consts::PI;

use super::*;

const RATE: u32 = 16_000;

/// Samples in memory as a recording.
struct Memory {
    samples: Vec<f32>,
    channels: u16,
    at: usize,
}

impl Pcm for Memory {
    fn spec(&self) -> Spec {
        Spec { rate: RATE, channels: self.channels, frames: (self.samples.len() / usize::from(self.channels)) as u64 }
    }

    fn seek(&mut self, frame: u64) -> Result<(), DecodeError> {
        self.at = (frame as usize * usize::from(self.channels)).min(self.samples.len());
        Ok(())
    }

    fn read(&mut self, out: &mut [f32]) -> Result<usize, DecodeError> {
        let channels = usize::from(self.channels);
        let frames = (out.len() / channels).min((self.samples.len() - self.at) / channels).min(777);
        out[..frames * channels].copy_from_slice(&self.samples[self.at..self.at + frames * channels]);
        self.at += frames * channels;
        Ok(frames)
    }
}

fn tone(hertz: f64, seconds: f64) -> Vec<f32> {
    let frames = (f64::from(RATE) * seconds) as usize;
    (0..frames).map(|n| (0.5 * (2.0 * PI * hertz * n as f64 / f64::from(RATE)).sin()) as f32).collect()
}

fn at_speed(samples: Vec<f32>, channels: u16, speed: f64) -> Stretched {
    Stretched::new(Box::new(Memory { samples, channels, at: 0 }), speed)
}

fn all(stretched: &mut Stretched) -> Vec<f32> {
    let channels = usize::from(stretched.spec().channels);
    let mut out = Vec::new();
    let mut room = vec![0.0; 500 * channels];
    loop {
        match stretched.read(&mut room).expect("samples in memory can be read") {
            0 => return out,
            frames => out.extend_from_slice(&room[..frames * channels]),
        }
    }
}

fn hertz(samples: &[f32]) -> f64 {
    let rising = samples.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
    rising as f64 * f64::from(RATE) / samples.len() as f64
}

fn level(samples: &[f32]) -> f64 {
    (samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len() as f64).sqrt()
}

#[test]
fn a_tone_keeps_its_pitch_and_level_and_takes_its_time_at_every_speed() {
    let input = tone(440.0, 4.0);
    for speed in [0.5, 0.75, 1.25, 1.5, 2.0, 3.0] {
        let out = all(&mut at_speed(input.clone(), 1, speed));
        let expected = (input.len() as f64 / speed).round() as usize;
        assert_eq!(out.len(), expected, "the length at {speed} is exact");
        let middle = &out[out.len() / 10..out.len() * 9 / 10];
        let pitch = hertz(middle);
        assert!((pitch / 440.0 - 1.0).abs() < 0.01, "440 Hz became {pitch} Hz at {speed}");
        let change = level(middle) / level(&input);
        assert!((0.85..1.15).contains(&change), "the level changed by {change} at {speed}");
    }
}

#[test]
fn normal_speed_changes_no_bit() {
    let input = tone(440.0, 1.0);
    assert_eq!(all(&mut at_speed(input.clone(), 1, 1.0)), input);
}

#[test]
fn both_channels_are_cut_at_the_same_places() {
    let left = tone(300.0, 2.0);
    let both: Vec<f32> = left.iter().flat_map(|sample| [*sample, -*sample]).collect();
    let out = all(&mut at_speed(both, 2, 1.7));
    let worst = out.chunks_exact(2).map(|frame| (frame[0] + frame[1]).abs()).fold(0.0, f32::max);
    assert!(worst < 1e-6, "the right channel stays the left one's mirror, but they differ by {worst}");
}

/// A burst of a tenth of a second every half second tells where a sound comes from.
fn bursts(seconds: usize) -> Vec<f32> {
    let mut samples = vec![0.0; RATE as usize * seconds];
    for burst in samples.chunks_mut(RATE as usize / 2) {
        for (n, sample) in burst.iter_mut().take(1_600).enumerate() {
            *sample = if n % 8 < 4 { 0.8 } else { -0.8 };
        }
    }
    samples
}

#[test]
fn what_is_heard_is_where_the_position_says_it_is() {
    for speed in [0.5, 0.75, 1.5, 2.0, 3.0] {
        let mut stretched = at_speed(bursts(10), 1, speed);
        stretched.seek(u64::from(RATE) * 3 + 4_000).expect("samples in memory can be sought");
        let mut room = [0.0];
        let mut silent_since = stretched.position();
        let mut onsets = Vec::new();
        while stretched.position() < f64::from(RATE) * 7.8 {
            let position = stretched.position();
            assert_eq!(stretched.read(&mut room).expect("samples in memory can be read"), 1);
            if room[0].abs() > 0.2 {
                if position - silent_since > f64::from(RATE) * 0.2 {
                    onsets.push(position / f64::from(RATE));
                }
                silent_since = position;
            }
        }
        assert_eq!(onsets.len(), 9, "3.25 to 7.8 seconds hold nine bursts, at {speed}: {onsets:?}");
        for (n, onset) in onsets.iter().enumerate() {
            let off = onset - (3.5 + 0.5 * n as f64);
            assert!(off.abs() < 0.025, "burst {n} is said to be {off} s from where it is, at {speed}");
        }
    }
}

#[test]
fn a_change_of_speed_goes_on_from_the_same_place() {
    let mut stretched = at_speed(tone(440.0, 4.0), 1, 1.0);
    let mut room = vec![0.0; 8_000];
    let mut read = 0;
    while read < 8_000 {
        read += stretched.read(&mut room[read..]).expect("samples in memory can be read");
    }
    stretched.set_speed(2.0).expect("samples in memory can be sought");
    assert_eq!((stretched.position(), stretched.speed()), (8_000.0, 2.0));
    assert_eq!(all(&mut stretched).len(), (64_000 - 8_000) / 2);
    let left = 64_000.0 - stretched.position();
    assert!((0.0..=240.0).contains(&left), "all but the lag of 15 ms was heard, but {left} frames are left");
}

#[test]
fn speeds_out_of_range_are_clamped_and_nonsense_is_normal_speed() {
    let speed = |speed| at_speed(Vec::new(), 1, speed).speed();
    assert_eq!([speed(0.1), speed(100.0), speed(f64::NAN)], [0.5, 3.0, 1.0]);
}

#[test]
fn recordings_shorter_than_one_step_and_empty_ones_come_out_whole() {
    for frames in [0, 1, 50, 400] {
        let out = all(&mut at_speed(vec![0.3; frames], 1, 2.0));
        assert_eq!(out.len(), (frames as f64 / 2.0).round() as usize);
    }
}

#[test]
fn samples_that_are_no_number_become_silence() {
    for speed in [1.0, 1.5] {
        let mut input = tone(440.0, 0.5);
        input[100] = f32::NAN;
        input[3_000] = f32::INFINITY;
        assert!(all(&mut at_speed(input, 1, speed)).iter().all(|sample| sample.is_finite()), "at {speed}");
    }
}
