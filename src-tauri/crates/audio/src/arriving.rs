//! Listening to a recording while the rest of it arrives.
//!
//! [`open`] waits for a beginning that can be heard and plays that; where it ends, the file, longer by then, is opened
//! again and read on from the exact frame, so that the samples are those of the whole file. What is not here yet is
//! [`DecodeError::NotYet`], also after a seek to it: the sound waits there. Once the whole file stands under its own name
//! it is read instead, and its length is exact; until then the length is worked out from the bytes. A recording that will
//! not come whole ends with the reason, whatever is here of it. Formats that say nothing until they are whole (MP4, Ogg,
//! Matroska) are waited for.

mod arrival;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use model::Ms;

use crate::decode::open_beginning;
use crate::{DecodeError, Pcm, Spec};
pub use arrival::Arrival;
use arrival::Progress;

/// The first look is at so many bytes, and no later look for less than that more.
const LOOK: u64 = 32 << 10;
/// So much must be there of a beginning, in milliseconds; less would only stutter.
const BEGINNING_MS: u64 = 1_000;
/// So much before the end of what is here is left for the next look, in milliseconds: a packet that is not whole may be
/// read wrongly there.
const MARGIN_MS: u64 = 200;

/// Waits until enough of a recording is here to be heard, and opens it. `claimed_ms` is how long it is said to be; that
/// counts only while nothing better is known.
pub fn open(arrival: &Arc<Arrival>, claimed_ms: Option<Ms>) -> Result<Box<dyn Pcm>, DecodeError> {
    let (mut attempt, mut enough) = (0, LOOK);
    loop {
        let now = arrival.wait(|now| now.bytes >= if now.attempt == attempt { enough } else { LOOK });
        match &now.end {
            Some(Ok(path)) => return crate::open(path),
            Some(Err(why)) => return Err(DecodeError::Broke { why: why.clone() }),
            None => {}
        }
        attempt = now.attempt;
        enough = match Beginning::open(&now, claimed_ms) {
            Ok(Some(here)) if here.edge >= BEGINNING_MS * u64::from(here.spec.rate) / 1_000 => {
                return Ok(Box::new(Arriving::new(Arc::clone(arrival), claimed_ms, here, &now)));
            }
            Ok(Some(_)) | Err(_) => now.bytes + now.bytes / 2,
            Ok(None) => u64::MAX,
        };
    }
}

/// What is here of a recording, open.
struct Beginning {
    pcm: Box<dyn Pcm>,
    /// The shape of the whole; how many frames it has is an estimate.
    spec: Spec,
    /// The frames before this one are here for certain.
    edge: u64,
}

impl Beginning {
    fn open(now: &Progress, claimed_ms: Option<Ms>) -> Result<Option<Self>, DecodeError> {
        let Some(pcm) = open_beginning(&now.path, now.bytes)? else { return Ok(None) };
        let here = pcm.spec();
        let rate = u64::from(here.rate);
        let by_length = now.length.map(|length| scaled(here.frames, length, now.bytes));
        let claimed = claimed_ms.and_then(|ms| u64::try_from(ms).ok()).map(|ms| scaled(ms, rate, 1_000));
        let frames = by_length.or(claimed).unwrap_or_default().max(here.frames);
        let edge = here.frames.saturating_sub(MARGIN_MS * rate / 1_000);
        Ok(Some(Self { pcm, spec: Spec { frames, ..here }, edge }))
    }
}

fn scaled(value: u64, by: u64, over: u64) -> u64 {
    u64::try_from(u128::from(value) * u128::from(by) / u128::from(over.max(1))).unwrap_or(u64::MAX)
}

/// A recording that arrives while it is read.
struct Arriving {
    arrival: Arc<Arrival>,
    claimed_ms: Option<Ms>,
    here: Beginning,
    /// How much was here at the last look, and of which attempt.
    looked_at: (u64, u64),
    /// The next frame to read, and whether the decoder stands there.
    at: u64,
    in_place: bool,
    whole: bool,
}

impl Arriving {
    fn new(arrival: Arc<Arrival>, claimed_ms: Option<Ms>, here: Beginning, now: &Progress) -> Self {
        let looked_at = (now.attempt, now.bytes);
        Self { arrival, claimed_ms, here, looked_at, at: 0, in_place: true, whole: false }
    }

    /// Opens what is here now, if that is enough more to be worth it.
    fn look(&mut self, now: &Progress) -> Result<(), DecodeError> {
        let (attempt, bytes) = self.looked_at;
        if attempt == now.attempt && now.bytes < bytes + LOOK.max(bytes / 16) {
            return Ok(());
        }
        self.looked_at = (now.attempt, now.bytes);
        // What cannot be read now may be when there is more of it; if not, the end of the arrival says why.
        if let Ok(Some(here)) = Beginning::open(now, self.claimed_ms) {
            self.take(here)?;
        }
        Ok(())
    }

    fn take(&mut self, here: Beginning) -> Result<(), DecodeError> {
        let shape = |spec: Spec| (spec.rate, spec.channels);
        if shape(here.spec) != shape(self.here.spec) {
            let why = "it arrived anew, and is another one than before; open it again".to_owned();
            return Err(DecodeError::Broke { why });
        }
        (self.here, self.in_place) = (here, false);
        Ok(())
    }
}

impl Pcm for Arriving {
    fn spec(&self) -> Spec {
        self.here.spec
    }

    fn seek(&mut self, frame: u64) -> Result<(), DecodeError> {
        (self.at, self.in_place) = (frame, false);
        Ok(())
    }

    fn read(&mut self, out: &mut [f32]) -> Result<usize, DecodeError> {
        let mut room = out.len();
        if !self.is_whole()? {
            if self.at >= self.here.edge {
                let now = self.arrival.now();
                self.look(&now)?;
            }
            let left = self.here.edge.saturating_sub(self.at);
            room = room.min(usize::try_from(left).unwrap_or(usize::MAX).saturating_mul(self.here.spec.channels.into()));
            if room == 0 {
                return Err(DecodeError::NotYet);
            }
        }
        if !self.in_place {
            self.here.pcm.seek(self.at)?;
            self.in_place = true;
        }
        let read = self.here.pcm.read(&mut out[..room]);
        // Whatever was read while the file began anew is of neither.
        if !self.whole && self.arrival.attempt() != self.looked_at.0 {
            self.in_place = false;
            return Err(DecodeError::NotYet);
        }
        let frames = read?;
        if frames == 0 && !self.whole {
            return Err(DecodeError::NotYet);
        }
        self.at += frames as u64;
        Ok(frames)
    }

    fn is_whole(&mut self) -> Result<bool, DecodeError> {
        if self.whole {
            return Ok(true);
        }
        let now = self.arrival.now();
        match &now.end {
            Some(Err(why)) => return Err(DecodeError::Broke { why: why.clone() }),
            Some(Ok(path)) => {
                let pcm = crate::open(path)?;
                let spec = pcm.spec();
                self.take(Beginning { pcm, spec, edge: spec.frames })?;
                self.whole = true;
            }
            None if now.attempt != self.looked_at.0 => {
                // Nothing of it is here; what is already heard is not heard again.
                self.here.edge = 0;
                self.looked_at = (now.attempt, 0);
            }
            None => {}
        }
        Ok(self.whole)
    }
}
