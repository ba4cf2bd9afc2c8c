//! Decoding and seeking, beside mpg123, ffmpeg and symphonia's own reader on the same files.
//!
//! The sound is made from a seed: a buzzing voice in syllables, with breath. MP3 files need `lame` on the path; without
//! it the MP3 rows are said to be unmeasured, as is a peer that is not installed.

mod files;
mod peers;

use std::error::Error;
use std::path::Path;

use ::audio::Pcm;

use crate::figures::{Figures, Seed};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What stands before and after the file.
const MPG123: [&[&str]; 2] = [&["-q", "-t"], &[]];
const FFMPEG: [&[&str]; 2] = [&["-v", "error", "-nostdin", "-threads", "1", "-i"], &["-f", "null", "-"]];

/// Runs the benchmark as the options say.
pub fn run(options: &[String]) -> Outcome<()> {
    let quick = options.iter().any(|option| option == "--quick");
    let minutes = if quick { 5 } else { 60 };
    let (runs, seeks) = if quick { (3, 40) } else { (7, 240) };
    let folder = tempfile::tempdir()?;
    println!("decoding {minutes} minutes, medians of {runs}; processes include their start");
    match files::mp3(folder.path(), "decode.mp3", 16_000, minutes, &["-b", "32"])? {
        Some(file) => decode_mp3(&file, runs)?,
        None => println!("  MP3: not measured, `lame` is not on the path"),
    }
    decode_mu_law(&files::mu_law(folder.path(), minutes)?, runs)?;
    println!("seeking in {} minutes, {seeks} random places, ms as p50/p95", 2 * minutes);
    for (name, arguments) in [
        ("variable rate, Xing tag", &["-V", "4"][..]),
        ("variable rate, no tag", &["-V", "4", "-t"]),
        ("constant rate", &["-b", "32"]),
    ] {
        match files::mp3(folder.path(), "seek.mp3", 16_000, 2 * minutes, arguments)? {
            Some(file) => seek(name, &file, seeks)?,
            None => println!("  {name}: not measured, `lame` is not on the path"),
        }
    }
    Ok(())
}

fn decode_mp3(file: &Path, runs: usize) -> Outcome<()> {
    let (mut ours, mut bare, mut mpg123, mut ffmpeg) =
        (Figures::default(), Figures::default(), Figures::default(), Figures::default());
    let mut missing = Vec::new();
    for _ in 0..runs {
        ours.time(|| ours_whole(file))?;
        bare.time(|| peers::symphonia_whole(file))?;
        for (figures, program, arguments) in [(&mut mpg123, "mpg123", MPG123), (&mut ffmpeg, "ffmpeg", FFMPEG)] {
            if !peers::timed(figures, program, arguments, file)? && !missing.contains(&program) {
                missing.push(program);
            }
        }
    }
    println!("  MP3 16 kHz: ours {:.0} ms", ours.p50());
    for (name, figures) in [("bare symphonia", &bare), ("mpg123", &mpg123), ("ffmpeg", &ffmpeg)] {
        if missing.contains(&name) {
            println!("    {name}: not measured, it is not on the path");
        } else {
            println!("    {name}: {:.0} ms, ours takes {:.2} of it", figures.p50(), ours.p50() / figures.p50());
        }
    }
    Ok(())
}

fn decode_mu_law(file: &Path, runs: usize) -> Outcome<()> {
    let (mut ours, mut bare, mut opening, mut ffmpeg) =
        (Figures::default(), Figures::default(), Figures::default(), Figures::default());
    let mut there = true;
    for _ in 0..runs {
        opening.time(|| ::audio::open(file).map(drop))?;
        ours.time(|| ours_whole(file))?;
        bare.time(|| peers::symphonia_whole(file))?;
        there = peers::timed(&mut ffmpeg, "ffmpeg", FFMPEG, file)?;
    }
    println!("  µ-law 8 kHz: ours {:.1} ms, opening {:.3} ms", ours.p50(), opening.p50());
    println!("    bare symphonia: {:.1} ms, ours takes {:.2} of it", bare.p50(), ours.p50() / bare.p50());
    if there {
        println!("    ffmpeg: {:.1} ms, ours takes {:.2} of it", ffmpeg.p50(), ours.p50() / ffmpeg.p50());
    }
    Ok(())
}

fn ours_whole(file: &Path) -> Outcome<u64> {
    let mut pcm = ::audio::open(file)?;
    let mut buffer = vec![0.0; 4096 * usize::from(pcm.spec().channels)];
    let mut frames = 0;
    loop {
        match pcm.read(&mut buffer)? {
            0 => return Ok(frames),
            got => frames += got as u64,
        }
    }
}

/// Seeks about, ours and symphonia's in turn, and compares what is heard with a straight read.
fn seek(name: &str, file: &Path, seeks: usize) -> Outcome<()> {
    const HEARD: usize = 576;
    let straight = whole(file)?;
    let mut opening = Figures::default();
    for _ in 0..5 {
        opening.time(|| ::audio::open(file).map(drop))?;
    }
    let mut pcm = ::audio::open(file)?;
    let mut peer = peers::Seeker::open(file)?;
    let peer_straight = peer.straight(HEARD * 8)?;
    let shift = peers::shift(&straight, &peer_straight);
    let (mut ours, mut theirs) = (Figures::default(), Figures::default());
    let (mut exact, mut peer_exact, mut refused) = (0, 0, 0);
    let mut seed = Seed(7);
    let mut buffer = vec![0.0; HEARD];
    for _ in 0..seeks {
        let at = seed.below(pcm.spec().frames - HEARD as u64);
        let got = ours.time(|| pcm.seek(at).and_then(|()| pcm.read(&mut buffer)))?;
        let expected = straight.get(at as usize..at as usize + got).unwrap_or_default();
        exact += usize::from(got > 0 && buffer[..got] == *expected);
        match theirs.time(|| peer.seek(at + shift)) {
            None => refused += 1,
            Some(heard) => {
                let same = heard.iter().zip(expected).all(|(a, b)| (a - b).abs() <= 1e-6);
                peer_exact += usize::from(!heard.is_empty() && same);
            }
        }
    }
    let ratio = |share: fn(&Figures) -> f64| share(&theirs) / share(&ours);
    let (size, open) = (std::fs::metadata(file)?.len() >> 20, opening.p50());
    println!("  {name}, {size} MB: ours {} exact {exact}/{seeks}, opening with its scan {open:.1}", three(&ours));
    println!(
        "    symphonia Accurate {} exact {peer_exact}/{seeks}, refused {refused}; ours is {:.0}x/{:.0}x faster",
        three(&theirs),
        ratio(Figures::p50),
        ratio(Figures::p95)
    );
    Ok(())
}

fn three(figures: &Figures) -> String {
    format!("{:.3}/{:.3}", figures.p50(), figures.p95())
}

fn whole(file: &Path) -> Outcome<Vec<f32>> {
    let mut pcm = ::audio::open(file)?;
    let mut all = Vec::new();
    let mut buffer = vec![0.0; 1 << 16];
    loop {
        match pcm.read(&mut buffer)? {
            0 => return Ok(all),
            got => all.extend_from_slice(&buffer[..got]),
        }
    }
}
