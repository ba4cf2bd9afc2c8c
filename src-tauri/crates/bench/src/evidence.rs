//! `turnstone export` of recordings that are here against `zip -0` and `sha256sum` over the same files, and hashing
//! against OpenSSL.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use ring::digest::{Algorithm, Context, SHA256, SHA512};

use crate::figures::Seed;
use crate::program::{is_here, median, timed, turnstone};

/// What a measurement ends with.
type Outcome<T> = Result<T, String>;

const BYTES: usize = 240_000;
const HASHED: usize = 433_000_000;

/// Measures both and prints what it found.
pub fn run(options: &[String]) -> Outcome<()> {
    let quick = options.iter().any(|option| option == "--quick");
    let rounds = if quick { 1 } else { 7 };
    exporting(if quick { 100 } else { 500 }, rounds)?;
    hashing(if quick { HASHED / 10 } else { HASHED }, rounds)
}

/// One way of exporting.
struct Way {
    name: &'static str,
    options: &'static [&'static str],
}

const WAYS: [Way; 4] = [
    Way { name: "bag in a zip, audio alone", options: &["--form", "zip", "--documents", "none"] },
    Way { name: "bag in a folder, audio alone", options: &["--form", "bag", "--documents", "none"] },
    Way { name: "bag in a zip, all documents", options: &["--form", "zip"] },
    Way { name: "bag in a folder, all documents", options: &["--form", "bag"] },
];

fn exporting(recordings: usize, rounds: usize) -> Outcome<()> {
    println!("export of {recordings} recordings of {} KB that are here, median of {rounds}:", BYTES / 1_000);
    let place = Place::new(recordings)?;
    let mut ours = vec![Vec::new(); WAYS.len()];
    let (mut zip, mut sums, mut both) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        for (way, took) in WAYS.iter().zip(&mut ours) {
            took.push(place.export(way, round)?);
        }
        if is_here("zip") {
            let (zipped, summed) = place.peer(round)?;
            zip.push(zipped);
            sums.push(summed);
            both.push(zipped + summed);
        }
    }
    let peer = (!both.is_empty()).then(|| median(both));
    for (way, took) in WAYS.iter().zip(ours) {
        let took = median(took);
        let ratio = peer.map_or_else(String::new, |peer| {
            format!(", {:.2}× as fast as zip and sha256sum", peer.as_secs_f64() / took.as_secs_f64())
        });
        println!("  {:<50} {:>7.3} s{ratio}", way.name, took.as_secs_f64());
    }
    println!("    (each: the program's start, both hashes, fsync, everything read again and compared, the audit log)");
    match peer {
        None => println!("  zip is not here"),
        Some(_) => println!(
            "  zip -0 (not durable) {:.3} s + sha256sum (one hash, nothing read again) {:.3} s",
            median(zip).as_secs_f64(),
            median(sums).as_secs_f64()
        ),
    }
    Ok(())
}

/// A library with recordings in its cache.
struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new(recordings: usize) -> Outcome<Self> {
        let place = Self { dir: tempfile::tempdir().map_err(words)? };
        let calls = place.at("calls");
        fs::create_dir_all(&calls).map_err(words)?;
        let mut seed = Seed(4);
        for number in 0..recordings {
            let at = calls.join(format!("call-{number:05}"));
            fs::write(at.with_extension("wav"), wav(&mut seed)).map_err(words)?;
            let said: String = (0..30).map(|turn| format!("Agent: This is turn {turn} of call {number}.\n")).collect();
            fs::write(at.with_extension("txt"), said).map_err(words)?;
        }
        timed(place.program()?.args(["source", "add", "folder", "Desk", "--path"]).arg(&calls))?;
        timed(place.program()?.arg("sync"))?;
        timed(place.program()?.args(["fetch", "--all"]))?;
        Ok(place)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn program(&self) -> Outcome<Command> {
        let mut command = Command::new(turnstone()?);
        command.arg("--library").arg(self.at("library")).arg("--quiet");
        Ok(command)
    }

    fn export(&self, way: &Way, round: usize) -> Outcome<Duration> {
        let to = self.at(&format!("out-{round}"));
        let took = timed(self.program()?.args(["export", "--all", "--to"]).arg(&to).args(way.options))?;
        fs::remove_dir_all(&to).map_err(words)?;
        Ok(took)
    }

    /// How long `zip -0` and `sha256sum` take over the very files that were exported.
    fn peer(&self, round: usize) -> Outcome<(Duration, Duration)> {
        let (audio, zip) = (self.at("library").join("audio"), self.at(&format!("peer-{round}.zip")));
        let zipped = timed(Command::new("zip").args(["-0", "-q", "-r"]).arg(&zip).arg(&audio))?;
        let files = files_below(&audio)?;
        let summed = timed(Command::new("sha256sum").args(files))?;
        fs::remove_file(zip).map_err(words)?;
        Ok((zipped, summed))
    }
}

fn hashing(bytes: usize, rounds: usize) -> Outcome<()> {
    println!("hashing {} MB, median of {rounds}:", bytes / 1_000_000);
    let dir = tempfile::tempdir().map_err(words)?;
    let file = dir.path().join("file");
    fs::write(&file, vec![0xA5; bytes]).map_err(words)?;
    for (name, option, algorithm) in HASHES {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let begin = Instant::now();
            hashed(&file, algorithm)?;
            ours.push(begin.elapsed());
            if is_here("openssl") {
                let mut peer = Command::new("openssl");
                theirs.push(timed(peer.args(["dgst", option]).arg(&file))?);
            }
        }
        let ours = median(ours).as_secs_f64();
        if theirs.is_empty() {
            println!("  {name} {ours:.3} s; openssl is not here");
        } else {
            let theirs = median(theirs).as_secs_f64();
            println!("  {name} {ours:.3} s; openssl {theirs:.3} s; ours takes {:.2}× as long", ours / theirs);
        }
    }
    Ok(())
}

/// What exports are hashed with.
const HASHES: [(&str, &str, &Algorithm); 2] = [("SHA-256", "-sha256", &SHA256), ("SHA-512", "-sha512", &SHA512)];

fn hashed(file: &Path, algorithm: &'static Algorithm) -> Outcome<()> {
    let mut file = File::open(file).map_err(words)?;
    let (mut context, mut buffer) = (Context::new(algorithm), vec![0; 256 * 1024]);
    loop {
        match file.read(&mut buffer).map_err(words)? {
            0 => break,
            got => context.update(&buffer[..got]),
        }
    }
    std::hint::black_box(context.finish());
    Ok(())
}

/// A WAV file of noise: 8 kHz, mono, 16 bits.
fn wav(seed: &mut Seed) -> Vec<u8> {
    const HEADER: usize = 44;
    let mut file = Vec::with_capacity(BYTES);
    file.extend(b"RIFF");
    file.extend((BYTES as u32 - 8).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(8_000_u32.to_le_bytes());
    file.extend(16_000_u32.to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend(((BYTES - HEADER) as u32).to_le_bytes());
    file.resize_with(BYTES, || seed.bits() as u8);
    file
}

fn files_below(dir: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).map_err(words)? {
        let path = entry.map_err(words)?.path();
        if path.is_dir() { files.extend(files_below(&path)?) } else { files.push(path) }
    }
    Ok(files)
}

fn words(cause: std::io::Error) -> String {
    cause.to_string()
}
