//! One gate for all requests of a source: whoever is asked to wait makes everybody wait.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::fmt::rfc2822;
use model::Cancel;
use serde_json::Value;

use super::HttpError;
use crate::{Waiting, World};

/// A gate stays closed no longer than this, whatever a server says.
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// Beyond what was asked for, so that not everybody comes at once.
const JITTER_MS: u64 = 200;

/// Closed until a moment, or open.
#[derive(Default)]
pub(super) struct Gate(Mutex<State>);

#[derive(Default)]
struct State {
    closed: Option<Closed>,
    waiting: u32,
}

#[derive(Clone, Copy)]
struct Closed {
    until: Instant,
    until_ms: i64,
}

impl Gate {
    /// Closes it for so long from now, unless it is closed for longer already. Says until when it is closed, in UTC
    /// milliseconds.
    pub(super) fn close(&self, time: Duration, now_ms: i64) -> i64 {
        let time = time.min(LONGEST);
        let until = Instant::now() + time;
        let mut state = self.state();
        let closed = match state.closed {
            Some(closed) if closed.until >= until => closed,
            _ => Closed { until, until_ms: later(now_ms, time) },
        };
        state.closed = Some(closed);
        closed.until_ms
    }

    /// Waits until it is open, but not for longer than `longest`.
    pub(super) fn pass(&self, longest: Duration, world: &World, cancel: &Cancel) -> Result<(), HttpError> {
        loop {
            let closed = self.state().closed;
            let now = Instant::now();
            let Some(closed) = closed.filter(|closed| closed.until > now) else { return Ok(()) };
            let left = closed.until - now;
            if left > longest {
                return Err(HttpError::RateLimited { until_ms: closed.until_ms });
            }
            let _told = Told::new(self, world, closed.until_ms);
            cancel.wait(left + Duration::from_millis(fastrand::u64(1..=JITTER_MS)))?;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// While it lives, the world knows that somebody waits.
struct Told<'a> {
    gate: &'a Gate,
    world: &'a World,
}

impl<'a> Told<'a> {
    fn new(gate: &'a Gate, world: &'a World, until_ms: i64) -> Self {
        // Told under the lock, so that what is told last is how it is.
        let mut state = gate.state();
        state.waiting += 1;
        (world.waiting)(Some(Waiting { until_ms, why: "the server asked for it".into() }));
        Self { gate, world }
    }
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        let mut state = self.gate.state();
        state.waiting -= 1;
        if state.waiting == 0 {
            (self.world.waiting)(None);
        }
    }
}

/// How long this answer asks us to wait, if it says so in any of the usual ways. What is no sensible number counts as a
/// day, what lies in the past as nothing.
pub(super) fn asked_to_wait(headers: &BTreeMap<String, String>, body: &str, now_ms: i64) -> Option<Duration> {
    let header = |name: &str| headers.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
    let exact = header("retry-after-ms").and_then(|text| duration(text, 1e-3));
    let usual =
        || header("retry-after").and_then(|text| duration(text, 1.0).or_else(|| until_date(text, headers, now_ms)));
    let reset = || header("x-ratelimit-reset").and_then(|text| until_reset(text, now_ms));
    let told = || {
        let body: Value = serde_json::from_str(body).ok()?;
        let after = body.get("retryAfter").or_else(|| body.get("retry_after"))?;
        duration(&after.as_str().map_or_else(|| after.to_string(), str::to_owned), 1.0)
    };
    exact.or_else(usual).or_else(reset).or_else(told)
}

fn duration(text: &str, unit: f64) -> Option<Duration> {
    let seconds = text.parse::<f64>().ok().filter(|number| !number.is_nan())? * unit;
    Some(Duration::try_from_secs_f64(seconds.clamp(0.0, LONGEST.as_secs_f64())).unwrap_or(LONGEST))
}

/// The date is the server's, so it is taken from the server's own clock if the answer has it.
fn until_date(text: &str, headers: &BTreeMap<String, String>, now_ms: i64) -> Option<Duration> {
    let parse = |text: &str| {
        let zoned = rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text.trim()).ok()?;
        Some(zoned.as_millisecond())
    };
    let now_ms = headers.get("date").and_then(|date| parse(date)).unwrap_or(now_ms);
    Some(between(now_ms, parse(text)?))
}

/// Seconds from now, or a moment in seconds or milliseconds since 1970.
fn until_reset(text: &str, now_ms: i64) -> Option<Duration> {
    let number: f64 = text.parse().ok()?;
    match number {
        moment if moment >= 1e11 => Some(between(now_ms, moment as i64)),
        moment if moment >= 1e9 => Some(between(now_ms, (moment * 1000.0) as i64)),
        _ => duration(text, 1.0),
    }
}

fn between(now_ms: i64, then_ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(then_ms.saturating_sub(now_ms)).unwrap_or_default())
}

fn later(now_ms: i64, time: Duration) -> i64 {
    now_ms.saturating_add(i64::try_from(time.as_millis()).unwrap_or(i64::MAX))
}
