//! From a path to samples. The content decides what a file is; its name is never believed.
//!
//! One file per way of decoding, all behind `guard`: a panic in any of them is an error value. What the bytes claim
//! (sizes, counts, rates) is clamped to what is there.

mod aac;
mod adpcm;
mod adts;
mod aiff;
mod cut;
mod flac;
mod guard;
pub(crate) mod input;
mod linear;
mod mp3;
mod mp4;
mod ogg;
pub(crate) mod packets;
mod riff;
mod sniff;
mod webm;
mod xiph;

use std::fs::File;
use std::path::Path;

use crate::error::Fail;
use crate::{DecodeError, Depth, Pcm, Spec};
use guard::Guarded;
use input::Input;

pub use cut::is_cut_short;
pub(crate) use guard::guard;

/// Opens a file for listening.
pub fn open(path: &Path) -> Result<Box<dyn Pcm>, DecodeError> {
    let guarded = Guarded::open(&file_name(path), || Ok(identify(path)?.stream))?;
    Ok(Box::new(guarded))
}

/// Opens the first `bytes` bytes of a file whose rest is still to come. `None` if its format has to be here whole: where
/// its samples are stands at its end (MP4), or where they begin depends on more than its head (Ogg, Matroska).
pub(crate) fn open_beginning(path: &Path, bytes: u64) -> Result<Option<Box<dyn Pcm>>, DecodeError> {
    let name = file_name(path);
    let beginning = guard(&name, || {
        let mut input = Input::new(File::open(path)?)?.until(bytes);
        let kind = sniff::sniff(&mut input)?;
        let grows = match kind {
            sniff::Kind::Riff | sniff::Kind::Aiff | sniff::Kind::Flac(_) => true,
            sniff::Kind::Mp3(..) | sniff::Kind::Adts(..) => true,
            sniff::Kind::Not(looks) => return Err(Fail::NotAudio(looks)),
            sniff::Kind::Ogg | sniff::Kind::Mp4 | sniff::Kind::Webm | sniff::Kind::Unsupported { .. } => false,
        };
        Ok(grows.then_some((input, kind)))
    })?;
    let Some((input, kind)) = beginning else { return Ok(None) };
    let guarded = Guarded::open(&name, || Ok(open_as(kind, input)?.stream))?;
    Ok(Some(Box::new(guarded)))
}

/// A decoder without its wall: what [`Pcm`] promises, with errors that do not know the file's name yet.
pub(crate) trait Stream: Send {
    fn spec(&self) -> Spec;
    fn seek(&mut self, frame: u64) -> Result<(), Fail>;
    fn read(&mut self, out: &mut [f32]) -> Result<usize, Fail>;
}

/// A file that can be heard, and what it is.
pub(crate) struct Opened {
    pub(crate) stream: Box<dyn Stream>,
    pub(crate) format: &'static str,
    pub(crate) codec: String,
    pub(crate) depth: Depth,
}

/// Opens a file by its content.
pub(crate) fn identify(path: &Path) -> Result<Opened, Fail> {
    let mut input = Input::new(File::open(path)?)?;
    let kind = sniff::sniff(&mut input)?;
    open_as(kind, input)
}

fn open_as(kind: sniff::Kind, mut input: Input) -> Result<Opened, Fail> {
    match kind {
        sniff::Kind::Riff => riff::open(input),
        sniff::Kind::Aiff => aiff::open(input),
        sniff::Kind::Flac(at) => flac::open(input, at),
        sniff::Kind::Ogg => ogg::open(input),
        sniff::Kind::Mp4 => mp4::open(input),
        sniff::Kind::Webm => webm::open(input),
        sniff::Kind::Mp3(at, first) => {
            let end = crate::index::end_of_audio(&mut input)?;
            mp3::open(input, "mp3", at, end, first)
        }
        sniff::Kind::Adts(at, first) => {
            let end = crate::index::end_of_audio(&mut input)?;
            adts::open(input, at, end, first)
        }
        sniff::Kind::Not(looks) => Err(Fail::NotAudio(looks)),
        sniff::Kind::Unsupported { format, codec } => Err(Fail::unsupported(format, codec)),
    }
}

/// The last part of a path, for messages.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
