//! What the player would play, as a WAV file: the same [`Pcm`] chain, without a sound card.

use std::fs::File;
use std::io::{BufWriter, Seek, Write};
use std::path::Path;

use crate::stretch::Stretched;
use crate::{DecodeError, Depth, Pcm, Spec};

/// Which part to render and how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RenderOptions {
    /// From where, in milliseconds of the recording.
    pub at_ms: i64,
    /// How much of the recording; `None` is to its end.
    pub for_ms: Option<i64>,
    /// How fast; 1 is as recorded. The pitch is kept.
    pub speed: f64,
    /// Which channels.
    pub channels: Channels,
    /// How samples are written: 16-bit PCM, or 32-bit float where 16 bits would lose something. Give what
    /// [`crate::probe()`] says of the file.
    pub depth: Depth,
}

impl Default for RenderOptions {
    fn default() -> Self {
        Self { at_ms: 0, for_ms: None, speed: 1.0, channels: Channels::Both, depth: Depth::default() }
    }
}

/// Which channels of a recording are rendered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Channels {
    /// All, as they are.
    #[default]
    Both,
    /// The first.
    Left,
    /// The second; the first where there is only one.
    Right,
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The shape of the written file.
    pub spec: Spec,
}

/// Why rendering stopped.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The recording could not be decoded.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The file could not be written.
    #[error("cannot write {}: {source}; check the folder and the space left", path.display())]
    Write {
        /// The file being written.
        path: std::path::PathBuf,
        /// What went wrong.
        source: hound::Error,
    },
}

/// Renders a part of a recording into a WAV file, through the same stages the player has. A file that is there already
/// is replaced once the new one is complete.
pub fn render(pcm: Box<dyn Pcm>, options: &RenderOptions, path: &Path) -> Result<Rendered, RenderError> {
    let mut unfinished = path.to_owned().into_os_string();
    unfinished.push(".part");
    let unfinished = Path::new(&unfinished);
    let io = |error| failed(path, hound::Error::IoError(error));
    let rendered = File::create(unfinished).map_err(io).and_then(|file| {
        let rendered = render_into(pcm, options, BufWriter::new(file), path)?;
        std::fs::rename(unfinished, path).map_err(io)?;
        Ok(rendered)
    });
    if rendered.is_err() {
        // Nothing more can be done about a leftover than to try.
        let _ = std::fs::remove_file(unfinished);
    }
    rendered
}

/// The same into anything that can be written and gone back in, such as a file without a name; errors speak of `path`.
pub fn render_into<W: Write + Seek>(
    mut pcm: Box<dyn Pcm>,
    options: &RenderOptions,
    into: W,
    path: &Path,
) -> Result<Rendered, RenderError> {
    let spec = pcm.spec();
    let start = spec.frame_at(options.at_ms);
    let end = options.for_ms.map_or(spec.frames, |ms| spec.frame_at(options.at_ms.saturating_add(ms.max(0))));
    pcm.seek(start)?;
    let part = Part { pcm, start, end: end.max(start), at: start, channels: options.channels, wide: Vec::new() };
    write(Stretched::new(Box::new(part), options.speed), options.depth, into, path)
}

fn failed(path: &Path, source: hound::Error) -> RenderError {
    RenderError::Write { path: path.to_owned(), source }
}

fn write<W: Write + Seek>(mut pcm: Stretched, depth: Depth, into: W, path: &Path) -> Result<Rendered, RenderError> {
    const FRAMES_AT_ONCE: usize = 4096;
    let failed = |source| failed(path, source);
    let spec = pcm.spec();
    let (bits_per_sample, sample_format) = match depth {
        Depth::Bits16 => (16, hound::SampleFormat::Int),
        Depth::Float => (32, hound::SampleFormat::Float),
    };
    let header = hound::WavSpec { channels: spec.channels, sample_rate: spec.rate, bits_per_sample, sample_format };
    let mut writer = hound::WavWriter::new(into, header).map_err(failed)?;
    let mut samples = vec![0.0; FRAMES_AT_ONCE * usize::from(spec.channels)];
    let mut frames = 0;
    loop {
        let got = pcm.read(&mut samples)?;
        if got == 0 {
            break;
        }
        frames += got as u64;
        for &sample in &samples[..got * usize::from(spec.channels)] {
            match depth {
                Depth::Bits16 => writer.write_sample(sixteen_bits(sample)),
                Depth::Float => writer.write_sample(sample),
            }
            .map_err(failed)?;
        }
    }
    writer.finalize().map_err(failed)?;
    Ok(Rendered { spec: Spec { frames, ..spec } })
}

/// The exact inverse of how 16-bit samples are read; what is louder is clipped.
fn sixteen_bits(sample: f32) -> i16 {
    (sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16
}

/// A part of a recording, with the chosen channels, as a recording of its own.
struct Part {
    pcm: Box<dyn Pcm>,
    start: u64,
    end: u64,
    at: u64,
    channels: Channels,
    wide: Vec<f32>,
}

impl Part {
    /// The one channel that is kept, or `None` for all.
    fn kept(&self) -> Option<usize> {
        match self.channels {
            Channels::Both => None,
            Channels::Left => Some(0),
            Channels::Right => Some(usize::from(self.pcm.spec().channels.saturating_sub(1).min(1))),
        }
    }
}

impl Pcm for Part {
    fn spec(&self) -> Spec {
        let spec = self.pcm.spec();
        let channels = if self.kept().is_some() { 1 } else { spec.channels };
        Spec { frames: self.end - self.start, channels, ..spec }
    }

    fn seek(&mut self, frame: u64) -> Result<(), DecodeError> {
        self.at = self.start.saturating_add(frame).min(self.end);
        self.pcm.seek(self.at)
    }

    fn read(&mut self, out: &mut [f32]) -> Result<usize, DecodeError> {
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        let width = usize::from(self.pcm.spec().channels);
        let got = match self.kept() {
            None => {
                let wanted = (out.len() / width).min(left);
                if wanted == 0 { 0 } else { self.pcm.read(&mut out[..wanted * width])? }
            }
            Some(channel) => {
                let wanted = out.len().min(left);
                self.wide.resize(wanted * width, 0.0);
                let got = if wanted == 0 { 0 } else { self.pcm.read(&mut self.wide)? };
                for (out, frame) in out.iter_mut().zip(self.wide.chunks_exact(width)).take(got) {
                    *out = frame[channel];
                }
                got
            }
        };
        self.at += got as u64;
        Ok(got)
    }
}
