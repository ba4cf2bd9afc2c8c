//! Measuring many times and saying how long it took.

use std::time::{Duration, Instant};

/// How long something took, many times over.
#[derive(Clone, Debug, Default)]
pub struct Figures(Vec<Duration>);

impl Figures {
    /// Runs `work` once and keeps how long it took.
    pub fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let begin = Instant::now();
        let answer = work();
        self.0.push(begin.elapsed());
        answer
    }

    /// Takes over what was measured elsewhere.
    pub fn add(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Half of them took at most this long, in milliseconds.
    pub fn p50(&self) -> f64 {
        self.at(0.50)
    }

    /// 95 of 100 took at most this long, in milliseconds.
    pub fn p95(&self) -> f64 {
        self.at(0.95)
    }

    /// `p50/p95` in milliseconds.
    pub fn pair(&self) -> String {
        format!("{:.2}/{:.2}", self.p50(), self.p95())
    }

    fn at(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort();
        let place = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
        sorted.get(place).map_or(f64::NAN, |took| took.as_secs_f64() * 1_000.0)
    }
}

/// How much processor time this process has used, where the system tells (Linux). Unlike the clock it does not count what
/// other processes take.
pub fn cpu_seconds() -> Option<f64> {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name before the last parenthesis may hold spaces; user and system time are the 12th and 13th field after it.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / TICKS_PER_SECOND)
}

/// Numbers from a seed (SplitMix64), the same on every machine.
#[derive(Clone, Debug)]
pub struct Seed(pub u64);

impl Seed {
    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.bits() % end.max(1)
    }

    /// A number from 0 to 1.
    pub fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
