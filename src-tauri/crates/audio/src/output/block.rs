//! The unit that travels from the decoding thread to the device.

/// Frames in a full block: 2.7 ms at 48 kHz.
pub(crate) const BLOCK_FRAMES: usize = 128;

/// A few frames of stereo with the place of the recording they hold.
#[derive(Clone, Copy)]
pub(crate) struct Block {
    /// The cue it belongs to.
    pub cue: u64,
    /// The place of its first frame, seconds.
    pub start: f64,
    /// How far the recording moves from one frame to the next, seconds.
    pub step: f64,
    /// How many of the samples' frames count.
    pub frames: usize,
    /// Whether the recording ends with it.
    pub last: bool,
    /// Left and right in turn.
    pub samples: [f32; 2 * BLOCK_FRAMES],
}

impl Block {
    pub(crate) fn empty() -> Self {
        Self { cue: 0, start: 0.0, step: 0.0, frames: 0, last: false, samples: [0.0; 2 * BLOCK_FRAMES] }
    }
}

/// How many blocks a ring holds: a second. The decoding thread keeps half of it filled, so that after a cue there is
/// room for the new sound before the device has dropped the old.
pub(crate) fn ring_blocks(rate: u32) -> usize {
    (rate as usize / BLOCK_FRAMES).clamp(16, 4096)
}
