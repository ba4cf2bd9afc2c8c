//! What an audio file is, without listening to it.

use std::path::Path;

use model::AudioFacts;

use crate::DecodeError;
use crate::decode::{file_name, guard, identify};
use crate::error::Fail;

/// What a file's own bytes say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probed {
    /// Format, codec, rate, channels, exact duration and size. The hash is not computed here.
    pub facts: AudioFacts,
    /// Whether it can be decoded.
    pub playable: bool,
    /// Why it cannot, such as `unsupported codec: GSM 6.10`.
    pub reason: Option<String>,
    /// How fine its samples are.
    pub depth: Depth,
}

/// How many bits a sample needs for nothing that was recorded to be lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// 16 bits hold it: PCM up to 16 bits, telephone codecs, and lossy codecs, whose own noise lies above the last bit.
    #[default]
    Bits16,
    /// PCM of more than 16 bits, or of real numbers.
    Float,
}

/// Reads what a file is. Audio whose codec cannot be decoded is no error here: it is named and `playable` is false.
pub fn probe(path: &Path) -> Result<Probed, DecodeError> {
    let file = file_name(path);
    let bytes = std::fs::metadata(path).map_err(|e| Fail::from(e).named(&file))?.len();
    let mut facts = AudioFacts { bytes: Some(bytes), ..AudioFacts::default() };
    guard(&file, || match identify(path) {
        Ok(opened) => {
            let spec = opened.stream.spec();
            facts.format = Some(opened.format.to_owned());
            facts.codec = Some(opened.codec);
            facts.sample_rate = Some(spec.rate);
            facts.channels = Some(u32::from(spec.channels));
            facts.duration_ms = Some(spec.duration_ms());
            Ok(Probed { facts, playable: true, reason: None, depth: opened.depth })
        }
        Err(Fail::Unsupported(what)) => {
            facts.format = Some(what.format.to_owned());
            facts.codec = Some(what.codec.clone());
            facts.sample_rate = what.rate;
            facts.channels = what.channels;
            facts.duration_ms = what.duration_ms;
            let reason = Some(Fail::Unsupported(what).named(&file).to_string());
            Ok(Probed { facts, playable: false, reason, depth: Depth::default() })
        }
        Err(fail) => Err(fail),
    })
}
