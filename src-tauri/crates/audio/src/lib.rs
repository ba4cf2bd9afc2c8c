//! Audio: what the bytes are, their samples, and how they reach the ear.
//!
//! Opening a file gives a [`Pcm`]: interleaved `f32` frames at the file's own rate, seekable to the exact frame in every
//! format. Everything above (speed, output, rendering) is built on that one trait.

pub mod arriving;
pub mod decode;
pub mod engine;
mod error;
mod index;
pub mod output;
mod pcm;
pub mod player;
pub mod probe;
pub mod render;
pub mod resample;
pub mod stretch;

pub use decode::{is_cut_short, open};
pub use error::{DecodeError, Looks};
pub use pcm::{Pcm, Spec};
pub use probe::{Depth, Probed, probe};
