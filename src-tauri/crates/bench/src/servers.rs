//! Bringing calls and recordings in from a server on loopback: `turnstone sync` against what SQLite takes without a
//! server, and `turnstone fetch` against `aria2c`, `curl --parallel` and `rclone` on the same addresses.

mod fetching;
mod syncing;

use testkit::sandbox::{SharedTruth, Truth};

/// What a measurement ends with.
type Outcome<T> = Result<T, String>;

/// Measures both and prints what it found.
pub fn run(options: &[String]) -> Outcome<()> {
    let quick = options.iter().any(|option| option == "--quick");
    let rounds = if quick { 1 } else { 5 };
    syncing::measure(if quick { 1_000 } else { 10_000 }, rounds)?;
    fetching::measure(if quick { 200 } else { 2_000 }, rounds)
}

/// So many calls with so many bytes of audio each, the same every time.
fn truth(calls: usize, bytes: usize) -> SharedTruth {
    let mut truth = Truth::small(calls);
    for call in &mut truth.calls {
        if bytes > 0 {
            call.audio = sound(&call.audio, bytes);
        }
    }
    truth.into()
}

/// A WAV file made longer by repeating its samples, with a header that says so.
fn sound(wav: &[u8], bytes: usize) -> Vec<u8> {
    const HEADER: usize = 44;
    let samples: Vec<u8> = wav[HEADER..].iter().copied().cycle().take(bytes - HEADER).collect();
    let mut longer = wav[..HEADER].to_vec();
    longer[4..8].copy_from_slice(&(bytes as u32 - 8).to_le_bytes());
    longer[40..44].copy_from_slice(&(samples.len() as u32).to_le_bytes());
    longer.extend(samples);
    longer
}
