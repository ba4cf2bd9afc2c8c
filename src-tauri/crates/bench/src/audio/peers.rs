//! What our decoding is measured against: other programs, and symphonia as it comes.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, SeekMode, SeekTo, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::units::Timestamp;

use super::Outcome;
use crate::figures::Figures;

/// Times a program over a file, between its arguments; false if it is not installed.
pub fn timed(figures: &mut Figures, program: &str, [before, after]: [&[&str]; 2], file: &Path) -> Outcome<bool> {
    let mut command = Command::new(program);
    command.args(before).arg(file).args(after);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut run = || command.status();
    let mut taken = Figures::default();
    match taken.time(&mut run) {
        Ok(status) if status.success() => {
            figures.add(taken);
            Ok(true)
        }
        Ok(status) => Err(format!("{program} failed: {status}").into()),
        Err(_) => Ok(false),
    }
}

/// symphonia's own reader and decoder.
pub struct Seeker {
    reader: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    samples: Vec<f32>,
}

impl Seeker {
    /// Opens a file as symphonia's examples do.
    pub fn open(file: &Path) -> Outcome<Self> {
        let stream = MediaSourceStream::new(Box::new(File::open(file)?), MediaSourceStreamOptions::default());
        let reader = symphonia::default::get_probe().probe(
            &Hint::new(),
            stream,
            FormatOptions::default(),
            MetadataOptions::default(),
        )?;
        let track = reader.default_track(TrackType::Audio).ok_or("no audio track")?;
        let params = track.codec_params.as_ref().and_then(|params| params.audio()).ok_or("no audio codec")?;
        let decoder = symphonia::default::get_codecs().make_audio_decoder(params, &AudioDecoderOptions::default())?;
        Ok(Self { track: track.id, decoder, reader, samples: Vec::new() })
    }

    /// The next packet's samples; `None` at the end.
    fn next(&mut self) -> Outcome<Option<(i64, &[f32])>> {
        let Some(packet) = self.reader.next_packet()? else { return Ok(None) };
        self.samples.clear();
        if let Ok(buffer) = self.decoder.decode(&packet) {
            buffer.copy_to_vec_interleaved(&mut self.samples);
        }
        Ok(Some((packet.pts.get().max(0), &self.samples)))
    }

    /// The first samples of a straight read.
    pub fn straight(&mut self, frames: usize) -> Outcome<Vec<f32>> {
        let mut all = Vec::new();
        while all.len() < frames {
            let Some((_, samples)) = self.next()? else { break };
            all.extend_from_slice(samples);
        }
        Ok(all)
    }

    /// Seeks accurately and gives the samples from there to the end of the packet; `None` if it is refused.
    pub fn seek(&mut self, frame: u64) -> Option<Vec<f32>> {
        let wanted = i64::try_from(frame).ok()?;
        let to = SeekTo::Timestamp { ts: Timestamp::new(wanted), track_id: self.track };
        self.reader.seek(SeekMode::Accurate, to).ok()?;
        self.decoder.reset();
        loop {
            let (at, samples) = self.next().ok()??;
            let skip = usize::try_from(wanted - at).ok()?;
            if skip < samples.len() {
                return Some(samples[skip..].to_vec());
            }
        }
    }
}

/// How many frames later symphonia counts what we call frame 0: none, as both trim the encoder's delay or neither does.
pub fn shift(ours: &[f32], theirs: &[f32]) -> u64 {
    let differs = |shift: usize| theirs[shift..].iter().zip(ours).filter(|(a, b)| (**a - **b).abs() > 1e-5).count();
    [0, 529, 1_105].into_iter().filter(|&shift| shift < theirs.len()).min_by_key(|&shift| differs(shift)).unwrap_or(0)
        as u64
}

/// Decodes a file from start to end and counts its frames.
pub fn symphonia_whole(file: &Path) -> Outcome<u64> {
    let mut seeker = Seeker::open(file)?;
    let mut frames = 0;
    while let Some((_, samples)) = seeker.next()? {
        frames += samples.len() as u64;
    }
    Ok(frames)
}
