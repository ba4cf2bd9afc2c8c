//! The one contract between decoding and everything that uses samples.

use crate::DecodeError;

/// The shape of a stream of samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Frames per second, as in the file.
    pub rate: u32,
    /// Samples per frame.
    pub channels: u16,
    /// How many frames there are; exact, but an estimate while the recording is still arriving.
    pub frames: u64,
}

impl Spec {
    /// The length in milliseconds, rounded to the nearest.
    pub fn duration_ms(&self) -> i64 {
        let rate = u128::from(self.rate.max(1));
        i64::try_from((u128::from(self.frames) * 1000 + rate / 2) / rate).unwrap_or(i64::MAX)
    }

    /// The frame at a position in milliseconds, clamped to the stream.
    pub fn frame_at(&self, ms: i64) -> u64 {
        let ms = u128::try_from(ms).unwrap_or(0);
        u64::try_from(ms * u128::from(self.rate) / 1000).unwrap_or(u64::MAX).min(self.frames)
    }
}

/// Interleaved `f32` samples at the file's own rate, sample-accurate: what is read after `seek(n)` is identical to what
/// a straight read from the start gives from frame `n` on. A recording may still be arriving, see
/// [`arriving`](crate::arriving); most are whole.
pub trait Pcm: Send {
    /// The shape of the stream; never changes, but for the frames of a recording that is still arriving.
    fn spec(&self) -> Spec;

    /// Makes `frame` the next one read. Beyond the end is the end.
    fn seek(&mut self, frame: u64) -> Result<(), DecodeError>;

    /// Fills `out` from its start with whole frames and says how many. Fewer than fit is normal; 0 is the end.
    /// `out` must have room for a frame. What has not arrived yet is [`DecodeError::NotYet`], never the end; nothing is
    /// lost by it.
    fn read(&mut self, out: &mut [f32]) -> Result<usize, DecodeError>;

    /// Takes note of what has arrived since. Whether this is all, so that nothing of the shape changes any more.
    fn is_whole(&mut self) -> Result<bool, DecodeError> {
        Ok(true)
    }
}

impl<P: Pcm + ?Sized> Pcm for Box<P> {
    fn spec(&self) -> Spec {
        (**self).spec()
    }

    fn seek(&mut self, frame: u64) -> Result<(), DecodeError> {
        (**self).seek(frame)
    }

    fn read(&mut self, out: &mut [f32]) -> Result<usize, DecodeError> {
        (**self).read(out)
    }

    fn is_whole(&mut self) -> Result<bool, DecodeError> {
        (**self).is_whole()
    }
}
